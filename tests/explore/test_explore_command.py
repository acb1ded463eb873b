"""``qbharness explore`` and ``replay`` on the command line: what they say, write, and leave with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from explore_support import command_line, flaky_target, lost_answer, players

from qbharness.checks.judging import Judgement, judge
from qbharness.explore.campaign import Campaign
from qbharness.explore.failures import write
from qbharness.history import History, to_line
from qbharness.scenario.library import load
from qbharness.scenario.model import walk
from qbharness.targets.reader import bundled
from qbsim.resources import data_path

FAILURES = Path(".qbharness") / "failures"

LOST = """\
language: 1
scenario: The answer is lost
company: {employees: [Jane Doe], customers: [Acme]}
blocks:
  roof: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00}
  porch: {employee: Jane Doe, customer: Acme, date: 2026-11-03, hours: 4:00}
steps:
  - update selected: {faults: [request lost: {call: receiveResponseXML, block: roof}]}
  - update selected
"""


def _explore(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qbharness", "explore", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / FAILURES).glob("*")}


# ── determinism ─────────────────────────────────────────────────────────────────────────────


def test_the_same_seed_writes_the_same_files_however_many_workers(tmp_path: Path) -> None:
    said = {}
    for jobs in ("1", "2"):
        folder = tmp_path / jobs
        folder.mkdir()
        done = _explore(
            folder, "--target", "plain", "--examples", "30", "--seed", "3", "--jobs", jobs, "--show-reached"
        )
        assert done.returncode == 1, done.stdout + done.stderr
        lines = done.stdout.splitlines()
        said[jobs] = [line for line in lines if " a second" not in line]
    assert _files(tmp_path / "1") == _files(tmp_path / "2") != {}
    assert said["1"] == said["2"]
    assert len(said["1"]) > 20


def test_another_seed_plays_other_plans(tmp_path: Path) -> None:
    with command_line(tmp_path) as run:
        one, other = (run("explore", "--examples", "15", "--seed", seed)[1] for seed in ("1", "2"))
    assert _reached(one) != _reached(other)


def _reached(said: str) -> str:
    return next(line for line in said.splitlines() if line.startswith("Reached:"))


# ── failures ────────────────────────────────────────────────────────────────────────────────


def test_a_failure_is_written_told_replayed_and_rechecked_until_it_is_fixed(tmp_path: Path) -> None:
    (tmp_path / "lost.yaml").write_text(LOST, encoding="utf-8")
    with command_line(tmp_path) as run:
        code, said = run("explore", "lost.yaml", "--target", "plain", "--examples", "1")
        assert code == 1
        assert "BROKEN  duplicate: sent again" in said
        assert "The user clicks Update Selected" in said, "told in plain words"
        path = FAILURES / "plain--duplicate-sent-again.yaml"
        assert f"qbharness replay {path} --target plain" in said

        (story,) = load([str(path)])
        assert sum(1 for _ in walk(story.steps)) <= 1
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# BROKEN: ")
        assert "# In words:" in text

        assert run("replay", "plain--duplicate-sent-again", "--target", "plain")[0] == 1
        assert run("replay", str(path), "--target", "exact")[0] == 0

        code, said = run("explore", "--target", "plain", "--examples", "1", "--seed", "8")
        assert code == 1, "what is still broken is not green, even if this search does not meet it"
        assert "STILL BROKEN  plain--duplicate-sent-again" in said

        path.rename(FAILURES / "exact--duplicate-sent-again.yaml")
        code, said = run("explore", "--examples", "1", "--seed", "8")
        assert "FIXED  exact--duplicate-sent-again" in said
        assert code == 0


def test_a_failure_that_needs_an_undocumented_fact_is_exposed_with_switch_value_and_certainty(
    tmp_path: Path,
) -> None:
    died = LOST.replace(
        "request lost: {call: receiveResponseXML, block: roof}",
        "quickbooks killed: {block: roof, at: after commit}",
    )
    (tmp_path / "died.yaml").write_text(
        died.replace("company:", "switches: {recovery_atomic: no}\ncompany:").replace(": no}", ': "no"}'),
        encoding="utf-8",
    )
    with command_line(tmp_path) as run:
        code, said = run("explore", "died.yaml", "--examples", "1")
        assert code == 0
        assert "EXPOSED  exposed: " in said
        assert "Only if recovery_atomic is no (adversarial: " in said
        assert run("explore", "died.yaml", "--examples", "1", "--strict")[0] == 1
        code, said = run("explore", "--examples", "1", "--seed", "8", "--strict")
        assert (code, "STILL EXPOSED" in said) == (1, True)


def test_a_break_that_the_target_declares_is_excused_until_its_day(tmp_path: Path) -> None:
    text = bundled()["plain"].read_text(encoding="utf-8")
    for name, until, expected in (("late", "2020-01-01", 1), ("known", "2999-01-01", 0)):
        declared = f"expect_broken:\n  duplicate: it sends again\n  until: {until}\n"
        mine = text.replace("name: plain", f"name: {name}") + declared
        (tmp_path / f"{name}.yaml").write_text(mine, encoding="utf-8")
        (tmp_path / "lost.yaml").write_text(LOST, encoding="utf-8")
        (tmp_path / "missed.yaml").write_text(
            LOST.replace("}]", "}, reply lost: {call: receiveResponseXML, number: 9}]"), encoding="utf-8"
        )
        with command_line(tmp_path) as run:
            for story in ("lost.yaml", "missed.yaml"):
                code, said = run(
                    "explore", story, "--target", f"{name}.yaml", "--examples", "1", "--seed", "8"
                )
                assert code == expected, said


def test_a_story_that_is_not_shrunk_does_not_take_the_place_of_one_that_is(tmp_path: Path) -> None:
    with players("plain", tmp_path / "data") as playing:
        campaign = Campaign(playing.play)
        campaign.try_one(lost_answer())
    (found,) = campaign.tally.failures.values()
    short, long = (write(found, "plain", "how", tmp_path, shrunk=shrunk) for shrunk in (True, False))
    assert (short.name, long.name) == (
        "plain--duplicate-sent-again.yaml",
        "plain--duplicate-sent-again--as-met.yaml",
    )


def test_a_server_that_is_flaky_on_purpose_gets_no_verdict_but_the_first_differing_event(
    tmp_path: Path,
) -> None:
    (tmp_path / "flaky.yaml").write_text(flaky_target(), encoding="utf-8")
    (tmp_path / "lost.yaml").write_text(LOST, encoding="utf-8")
    with command_line(tmp_path) as run:
        code, said = run("explore", "lost.yaml", "--target", "flaky.yaml", "--examples", "1")
    assert code == 6, said
    assert "FLAKY  duplicate: sent again" in said
    text = (tmp_path / FAILURES / "flaky--duplicate-sent-again--flaky.yaml").read_text(encoding="utf-8")
    one, other = (line for line in text.splitlines() if line.startswith("# {"))
    assert one != other
    assert "handed out" in one


def test_a_flaky_story_that_is_not_seen_again_is_not_called_fixed(tmp_path: Path) -> None:
    kept = tmp_path / FAILURES / "exact--duplicate-sent-again--flaky.yaml"
    kept.parent.mkdir(parents=True)
    kept.write_text(LOST, encoding="utf-8")
    with command_line(tmp_path) as run:
        said = run("explore", "--examples", "1", "--seed", "8")[1]
    assert "NOT SEEN in 3 runs  exact--duplicate-sent-again--flaky" in said
    assert "FIXED" not in said


# ── counts, marks, parts ────────────────────────────────────────────────────────────────────


def test_an_exhaustive_search_states_its_counts_before_and_after(tmp_path: Path) -> None:
    with command_line(tmp_path) as run:
        code, said = run("explore", "--exhaustive", "--blocks", "1", "--focus", "closeConnection")
    assert code == 0, said
    before = next(line for line in said.splitlines() if line.startswith("Exploring exact"))
    counted = int(before.split(", ")[-1].split()[0])
    assert f"{counted} of {counted} runs ({counted} HELD)" in said


def test_unreached_marks_are_said_and_with_require_reached_they_are_not_green(tmp_path: Path) -> None:
    with command_line(tmp_path) as run:
        code, said = run("explore", "--examples", "3")
        assert code == 0
        assert "Never reached, so this campaign says nothing about it: " in said
        assert run("explore", "--examples", "3", "--require-reached")[0] == 6


def test_a_search_can_be_limited_in_time(tmp_path: Path) -> None:
    with command_line(tmp_path) as run:
        code, said = run("explore", "--for", "1s", "--seed", "5")
    assert code == 0, said
    played = int(said.splitlines()[1].split()[0])
    assert 0 < played < 1000


# ── what is refused ─────────────────────────────────────────────────────────────────────────


def test_a_target_that_cannot_be_reset_needs_restart_each(tmp_path: Path) -> None:
    text = bundled()["plain"].read_text(encoding="utf-8")
    reset = 'reset:\n  http: {method: POST, url: "{{ base }}/api/reset"}\n'
    assert reset in text
    (tmp_path / "mine.yaml").write_text(
        text.replace(reset, "").replace("name: plain", "name: mine"), encoding="utf-8"
    )
    with command_line(tmp_path) as run:
        code, said = run("explore", "--target", "mine.yaml", "--examples", "2")
        assert code == 4
        assert "can't be reset between runs" in said
        assert "--restart-each" in said
        code, said = run("explore", "--target", "mine.yaml", "--examples", "2", "--restart-each")
        assert code in {0, 1}, said
        assert "2 of 2 runs" in said


@pytest.mark.parametrize(
    "words",
    [
        ("--exhaustive", "--examples", "3"),
        ("--sweep",),
        ("--resume",),
        ("--exhaustive", "--sweep", "--faults", "2"),
        ("--shard", "9/8"),
        ("--blocks", "3..1"),
        ("--faults", "3"),
        ("--for", "soon"),
        ("--focus", "unicorn"),
        ("no-such-file.yaml",),
        ("--blocks", "2"),
        ("--faults", "2"),
        ("--exhaustive", "--seed", "4"),
        ("--exhaustive", "--profile", "deep"),
        (str(data_path("scenarios", "cleanup", "delete-the-later-entry.yaml")),),
    ],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    with command_line(tmp_path) as run:
        assert run("explore", *words)[0] == 4


def test_a_crash_of_ours_leaves_with_3_and_keeps_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(*_: object) -> None:
        raise ZeroDivisionError("a check divides by nothing")

    monkeypatch.setattr("qbharness.world.runner.judge", spoiled)
    with command_line(tmp_path) as run:
        code, said = run("explore", "--examples", "3")
    assert code == 3
    (kept,) = (tmp_path / ".qbharness" / "crashes").glob("*.yaml")
    assert str(kept.relative_to(tmp_path)) in said
    assert load([str(kept)])[0].steps


@pytest.mark.parametrize("where", ["qbharness.explore.campaign.judge", "qbharness.world.runner.judge"])
def test_a_crash_of_ours_loses_nothing_that_was_found(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lost.yaml").write_text(LOST, encoding="utf-8")
    judged = judge

    def spoiled(history: History) -> Judgement:
        if "A drawn plan" in to_line(next(iter(history))):
            raise ZeroDivisionError("a check divides by nothing")
        return judged(history)

    monkeypatch.setattr(where, spoiled)
    with command_line(tmp_path) as run:
        code, said = run("explore", "lost.yaml", "--target", "plain", "--examples", "60")
    assert code == 3
    assert "BROKEN  duplicate: sent again" in said
    assert (tmp_path / FAILURES / "plain--duplicate-sent-again--as-met.yaml").is_file()


def test_a_part_without_plans_is_green(tmp_path: Path) -> None:
    with command_line(tmp_path) as run:
        code, said = run("explore", "--examples", "30", "--shard", "5/8")
    assert (code, "This part has no plans" in said) == (0, True)


def test_what_is_not_in_focus_is_not_played_and_said(tmp_path: Path) -> None:
    with command_line(tmp_path) as run:
        code, said = run("explore", "--focus", "lock entry", "--examples", "1")
    assert (code, "1 were not played" in said) == (6, True)


def test_a_server_that_never_starts_is_no_green_search(tmp_path: Path) -> None:
    (tmp_path / "dead.yaml").write_text(
        textwrap.dedent("""\
            language: 1
            name: dead
            disposable: true
            connector: {url: "http://127.0.0.1:{{ port }}/qbwc", user: u, password: {generated: true}}
            start: {command: ["{{ python }}", -c, "raise SystemExit(7)"], ready: {port: "{{ port }}"}}
            reset: fresh start
            """),
        encoding="utf-8",
    )
    with command_line(tmp_path) as run:
        assert run("explore", "--target", "dead.yaml", "--examples", "2")[0] == 6


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_an_interrupted_search_tells_what_it_has_and_leaves_with_2_or_1(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "qbharness", "explore", "--examples", "100000"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as going:
        assert going.stdout is not None
        assert "Exploring exact" in going.stdout.readline()
        time.sleep(4)
        going.send_signal(signal.SIGINT)
        try:
            said, _ = going.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            going.kill()
            raise
        assert going.returncode == 2, said
    assert " of 100000 runs" in said
    assert "Traceback" not in said
