"""``qbharness run`` as a user meets it: a process, its output, its exit code, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from junitparser import JUnitXml

STORY = """\
language: 1
scenario: One block
why: It must arrive.
company:
  employees: [Jane Doe]
  customers: [Acme]
blocks:
  roof: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00}
steps:
  - update selected
expect:
  - timesheet has: {block: roof, times: 1}
"""


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qbharness", "run", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
    )


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.yaml"
    path.write_text(STORY)
    return path


def test_a_held_story_exits_with_0_and_writes_the_reports(story: Path, tmp_path: Path) -> None:
    junit, ndjson = tmp_path / "out.xml", tmp_path / "out.ndjson"
    done = run(str(story), "--target", "plain", "--report", f"junit={junit},ndjson={ndjson}")
    assert done.returncode == 0, done.stderr
    assert "HELD" in done.stdout
    assert [case.name for suite in JUnitXml.fromfile(str(junit)) for case in suite] == ["One block"]
    events = [json.loads(line)["event"] for line in ndjson.read_text().splitlines()]
    assert events[0] == "scenario started"
    assert "committed" in events


def test_two_runs_of_one_plan_write_the_same_lines(story: Path, tmp_path: Path) -> None:
    files = [tmp_path / "first.ndjson", tmp_path / "second.ndjson"]
    for file in files:
        assert run(str(story), "--target", "plain", "--report", f"ndjson={file}").returncode == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_lost_answer_breaks_plain_and_says_so_in_plain_words() -> None:
    done = run("the-answer-is-lost-after-quickbooks-committed", "--target", "plain")
    assert done.returncode == 1
    assert "Block roof is in QuickBooks twice" in done.stdout
    assert "Reproduce with: qbharness run" in done.stdout


def test_a_changed_number_fails_and_says_why(story: Path) -> None:
    story.write_text(STORY.replace("times: 1", "times: 2"))
    done = run(str(story), "--target", "plain")
    assert done.returncode == 1
    assert "once, expected twice" in " ".join(done.stdout.split())
    assert "timesheet has" in done.stdout


@pytest.mark.parametrize(
    ("wrong", "right", "place", "cure"),
    [
        ("employes: [Jane Doe]", "employees: [Jane Doe]", ":5:3", "employees"),
        ("hours: 7.5}", "hours: 8:00}", ":8:", "7:30"),
        ("block: rof", "block: roof", ":12:", "roof"),
        ("times: many", "times: 1", ":12:", "number"),
        ("- update selectd", "- update selected", ":10:5", "update selected"),
    ],
    ids=["a typo in a key", "a decimal for hours", "an unknown alias", "a wrong type", "a typo in a step"],
)
def test_a_mistake_in_the_story_is_shown_with_a_caret_and_nothing_runs(
    story: Path, wrong: str, right: str, place: str, cure: str
) -> None:
    story.write_text(STORY.replace(right, wrong))
    done = run(str(story), "--target", "plain")
    assert done.returncode == 4
    assert f"{story}{place}" in done.stderr
    assert "^" in done.stderr
    assert cure in done.stderr
    assert "HELD" not in done.stdout


def test_a_fault_that_does_not_strike_exits_with_6(story: Path) -> None:
    faulty = "  - update selected:\n      faults:\n        - reply lost: {call: getLastError}\n"
    story.write_text(STORY.replace("  - update selected\n", faulty))
    done = run(str(story), "--target", "plain")
    assert done.returncode == 6
    assert "did not strike" in done.stdout


def test_nothing_selected_exits_with_5(story: Path) -> None:
    assert run(str(story), "--only", "no such name", "--target", "plain").returncode == 5


def test_an_unknown_switch_is_a_usage_error_with_the_nearest_name(story: Path) -> None:
    done = run(str(story), "--target", "plain", "--set", "value_erors=whole_set")
    assert done.returncode == 4
    assert "value_errors" in done.stderr


BROKEN_START = """\
language: 1
name: broken
connector: {url: "http://127.0.0.1:{{ port }}/", user: u, password: {generated: true}}
start:
  command: ["{{ python }}", "-c", "import sys; print('the database is missing'); sys.exit(3)"]
  ready: {port: "{{ port }}"}
reset: fresh start
"""


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_server_that_does_not_start_exits_with_6_and_shows_its_last_output(
    jobs: str, story: Path, tmp_path: Path
) -> None:
    target = tmp_path / "broken.yaml"
    target.write_text(BROKEN_START)
    done = run(str(story), "--target", str(target), "--jobs", jobs)
    assert done.returncode == 6
    assert "the database is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_in_the_target_file_that_only_a_worker_meets_is_shown_with_its_place(
    story: Path, tmp_path: Path
) -> None:
    target = tmp_path / "broken.yaml"
    target.write_text(BROKEN_START.replace("{{ python }}", "{{ pyhton }}"))
    done = run(str(story), "--target", str(target), "--jobs", "2")
    assert done.returncode == 4
    assert f"{target}:5:" in done.stderr
    assert "Did you mean 'python'?" in done.stderr


@pytest.mark.parametrize("after", [0, 0.5, 1.5])
def test_ctrl_c_in_a_terminal_ends_all_workers_without_a_traceback(after: float) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "qbharness", "run", "--target", "plain", "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        deadline = time.monotonic() + 30
        while len(_children(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)  # until a worker is there: before that, nothing of ours hears the signal
        time.sleep(after)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "Traceback" not in said


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_or_a_ci_job_s_end_exits_with_2_and_leaves_no_server_behind(ended_by: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "qbharness", "run", "--target", "plain"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert "HELD" in process.stdout.readline()
        children = _children(process.pid)
        assert children
        os.kill(process.pid, ended_by)
        assert process.wait(timeout=30) == 2
    deadline = time.monotonic() + 10
    while any(map(_alive, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, children))


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    if not tasks.exists():
        pytest.skip("this system does not list a process's children")
    return [int(child) for child in tasks.read_text().split()]


def _alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_several_jobs_need_a_server_that_is_started_for_each(story: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.yaml"
    target.write_text(
        "language: 1\nname: elsewhere\nreset: {http: {url: 'http://127.0.0.1:9/reset'}}\n"
        "connector: {url: 'http://127.0.0.1:9/qbwc', user: u, password: {environment: PATH}}\n"
    )
    done = run(str(story), "--target", str(target), "--jobs", "2")
    assert done.returncode == 4
    assert "is not started here, so --jobs would share one server. Use --jobs 1" in done.stderr
    assert "HELD" not in done.stdout


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("html=out.html,md=./out.html", "html=out.html and md=./out.html are the same file."),
        ("junit=/dev/null/out.xml", "The report /dev/null/out.xml cannot be written"),
        ("junit=/proc/out.xml", "The report /proc/out.xml cannot be written"),
    ],
)
def test_a_report_that_nobody_could_read_is_refused_before_anything_runs(
    spec: str, told: str, story: Path, tmp_path: Path
) -> None:
    done = run(str(story), "--target", "plain", "--report", spec, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (4, "")
    assert told in done.stderr


def test_a_step_that_cannot_be_taken_ends_its_own_story_only(story: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    lost = STORY.replace("- update selected", "- update selected: {applications: [Nobody's]}")
    other.write_text(lost.replace("One block", "Another application"))
    done = run(str(other), str(story), "--target", "plain", cwd=tmp_path)
    assert done.returncode == 6
    assert "other.yaml:10: The step 'update selected' could not be taken" in done.stdout
    assert "1 HELD" in done.stdout


def test_what_was_in_the_timesheet_when_a_story_broke_off_is_shown(story: Path, tmp_path: Path) -> None:
    typed = STORY.replace("- update selected", "- update selected\n  - delete time: {employee: Nobody}")
    story.write_text(typed)
    done = run(str(story), "--target", "plain", cwd=tmp_path)
    assert "No entry of the timesheet matches" in done.stdout
    (after,) = [line for line in done.stdout.splitlines() if line.strip().startswith("after")]
    assert "8:00" in after


def test_a_failpoint_that_a_target_does_not_have_is_named(story: Path, tmp_path: Path) -> None:
    fault = "update selected: {faults: [server killed: {call: sendRequestXML, at: nowhere}]}"
    story.write_text(STORY.replace("update selected", fault))
    done = run(str(story), "--target", "plain", cwd=tmp_path)
    assert "the target 'plain' has no failpoint 'nowhere'" in done.stdout


def test_a_procedure_is_rehearsed_and_not_run(tmp_path: Path) -> None:
    done = run("cleanup", "--target", "plain", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (5, "")
    assert "These are procedures; `qbharness rehearse` tries them." in done.stderr
