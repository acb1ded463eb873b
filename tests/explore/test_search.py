"""A whole search: batches, parts, counts, and what a search that was cut short leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from explore_support import command_line, drawn_plans, lost_answer, one_update, players

from qbharness.explore import placements
from qbharness.explore.campaign import Campaign, Tally
from qbharness.explore.players import Players
from qbharness.explore.progress import Progress
from qbharness.explore.search import Batch, Search, generated, listed, shard
from qbharness.history import to_line
from qbharness.outcome import Outcome, Status
from qbharness.running import Plan
from qbharness.scenario.model import Scenario, walk
from qbharness.targets.reader import bundled, read_target

PLAIN = read_target("plain")
PLANS = tuple(evolve(one_update(), name=f"calm {number}") for number in range(7))


@pytest.mark.parametrize("of", [1, 3, 8])
def test_the_parts_of_a_search_are_the_whole_and_share_nothing(of: int) -> None:
    parts = [list(shard(generated("quick", 500, 4), which, of)) for which in range(1, of + 1)]
    numbers = [batch.number for part in parts for batch in part]
    assert sorted(numbers) == [batch.number for batch in generated("quick", 500, 4)]
    assert sum(batch.size for part in parts for batch in part) == 500


def test_the_seed_of_a_batch_depends_on_seed_and_number_alone() -> None:
    assert list(generated("quick", 60, 1))[:2] == list(generated("quick", 500, 1))[:2]
    assert {b.seed for b in generated("quick", 60, 1)} & {b.seed for b in generated("quick", 60, 2)} == set()


def test_two_workers_record_the_same_histories_byte_for_byte(tmp_path: Path) -> None:
    def histories(worker: str, before: int) -> list[str]:
        lines: list[str] = []
        with players("exact", tmp_path / worker) as playing:
            for scenario in PLANS[:before]:
                playing.play(scenario)
            for scenario in drawn_plans("quick", 8, seed=4):
                lines += [to_line(event) for event in playing.play(scenario).history]
        return lines

    assert histories("one", 0) == histories("other", 3)


def test_an_exhaustive_search_is_counted_before_it_is_played() -> None:
    search = Search(plan=Plan((), read_target("exact")))
    worlds = search.worlds([1], 2, sweep=False)
    (plans,) = worlds.values()
    assert len(plans) == len({repr(plan) for plan in plans}) == 873
    assert {len(plan.steps) for plan in plans} == {2}, "one update, and one that recovers"
    pairs = [plan for plan in plans if sum(len(getattr(s, "faults", ())) for s in walk(plan.steps)) == 2]
    recovering = [plan for plan in pairs if all(getattr(step, "faults", ()) for step in plan.steps)]
    assert recovering, "the second fault strikes the recovering session too"
    assert len(recovering) < len(pairs), "... and the same one"


def test_no_placement_misses(tmp_path: Path) -> None:
    with players("exact", tmp_path) as playing:
        plans = list(placements.small_world(2, 2, playing.play))
        sample = plans[::60]
        outcomes = [playing.play(plan) for plan in sample]
    assert len(sample) > 20
    assert [each.scenario.name for each in outcomes if each.status is not Status.HELD] == []


def test_every_value_of_every_switch_is_swept(tmp_path: Path) -> None:
    from qbsim.switches import SWITCHES

    with players("exact", tmp_path) as playing:
        plans = list(placements.sweep(1, playing.play))
    pinned = {pin for plan in plans for pin in plan.switches.items()}
    others = {(s.name, v) for s in SWITCHES.values() for v in s.values if v != s.default}
    assert pinned == others


def test_a_sweep_keeps_exposed_apart_from_broken_with_switch_value_and_certainty(tmp_path: Path) -> None:
    with players("exact", tmp_path) as playing:
        campaign = Campaign(playing.play, shrinks=False)
        for plan in placements.sweep(1, playing.play):
            if plan.switches.get("recovery_atomic") == "no":
                campaign.try_one(plan)
    assert not campaign.tally.statuses[Status.BROKEN]
    failures = list(campaign.tally.failures.values())
    assert failures
    for failure in failures:
        assert failure.exposed
        assert [(e.switch, e.value) for e in failure.outcome.exposures] == [("recovery_atomic", "no")]
        assert failure.outcome.exposures[0].certainty == "adversarial"


# ── resuming ────────────────────────────────────────────────────────────────────────────────


def test_what_was_found_before_the_interruption_is_not_lost(tmp_path: Path) -> None:
    """The failure is in the first batch; the search is cut short after it, and resumed."""
    path = tmp_path / "progress.ndjson"
    batches = listed((lost_answer(), *PLANS), size=2)
    first = Progress(path, batches, PLAIN, resume=False)
    turns = iter((True, True, False))
    search = Search(plan=Plan((), read_target("plain")), finished=first.finished, go_on=lambda: next(turns))
    search.run(batches)

    again = Progress(path, batches, PLAIN, resume=True)
    assert again.done == {0, 1}
    assert again.before.runs == 4
    rest = [batch for batch in batches if batch.number not in again.done]
    total = Search(plan=Plan((), read_target("plain"))).run(rest, again.before)
    whole = Search(plan=Plan((), read_target("plain"))).run(batches)
    assert _told(total) == _told(whole)
    assert "duplicate: sent again" in total.failures


def _told(tally: Tally) -> object:
    return (
        tally.runs,
        tally.statuses,
        tally.reached.marks,
        tally.reached.faults,
        {key: (failure.scenario, failure.sentence) for key, failure in tally.failures.items()},
    )


def test_progress_of_another_search_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "progress.ndjson"
    Progress(path, listed(PLANS), PLAIN, resume=False).finished(Batch(0), Tally())
    assert Progress(path, listed(PLANS), PLAIN, resume=True).done == {0}
    assert Progress(path, listed(PLANS[1:]), PLAIN, resume=True).done == frozenset()


def test_progress_of_a_target_that_has_changed_counts_for_nothing(tmp_path: Path) -> None:
    path, mine = tmp_path / "progress.ndjson", tmp_path / "mine.yaml"
    mine.write_text(bundled()["plain"].read_text(encoding="utf-8"), encoding="utf-8")
    Progress(path, listed(PLANS), read_target(mine), resume=False).finished(Batch(0), Tally())
    assert Progress(path, listed(PLANS), read_target(mine), resume=True).done == {0}
    mine.write_text(bundled()["exact"].read_text(encoding="utf-8"), encoding="utf-8")
    assert Progress(path, listed(PLANS), read_target(mine), resume=True).done == frozenset()


def test_a_solid_failure_takes_the_place_of_a_flaky_one(tmp_path: Path) -> None:
    with players("plain", tmp_path) as playing:
        campaign = Campaign(playing.play)
        campaign.try_one(lost_answer())
    (solid,) = campaign.tally.failures.values()
    flaky = evolve(solid, flaky="an event", scenario=evolve(solid.scenario, steps=()))
    for first, second in ((flaky, solid), (solid, flaky)):
        tally = Tally(failures={solid.key: first})
        tally.merge(Tally(failures={solid.key: second}))
        assert not tally.failures[solid.key].flaky


def test_a_line_that_was_cut_off_is_played_again(tmp_path: Path) -> None:
    path = tmp_path / "progress.ndjson"
    progress = Progress(path, listed(PLANS, size=2), PLAIN, resume=False)
    for number in range(3):
        progress.finished(Batch(number), Tally())
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:-20], encoding="utf-8")
    assert Progress(path, listed(PLANS, size=2), PLAIN, resume=True).done == {0, 1}


def test_what_the_interrupted_batch_has_found_is_told_too_and_the_batch_is_not_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played, noted = Players.play, []

    def interrupted(self: Players, scenario: Scenario) -> Outcome:
        if scenario.name == "calm 3":
            raise KeyboardInterrupt
        return played(self, scenario)

    monkeypatch.setattr(Players, "play", interrupted)
    search = Search(plan=Plan((), PLAIN), finished=lambda batch, _: noted.append(batch.number))
    found = search.run(listed((lost_answer(), *PLANS)))
    assert (found.interrupted, found.runs, noted) == (True, 4, [])
    assert "duplicate: sent again" in found.failures


def test_a_search_that_is_interrupted_still_tells_what_it_has_found() -> None:
    def interrupt(batch: Batch, _: Tally) -> None:
        if batch.number == 0:
            raise KeyboardInterrupt

    plans: tuple[Scenario, ...] = (lost_answer(), *PLANS)
    search = Search(plan=Plan((), read_target("plain")), finished=interrupt)
    found = search.run(listed(plans, size=2))
    assert found.interrupted
    assert "duplicate: sent again" in found.failures


def test_a_resumed_search_on_the_command_line_is_not_green(tmp_path: Path) -> None:
    words = ("explore", "--target", "plain", "--exhaustive", "--blocks", "1")
    with command_line(tmp_path) as run:
        code, said = run(*words, "--focus", "receiveResponseXML", "--for", "1s")
        assert code in {1, 6}
        if "--resume" in said:
            for path in (tmp_path / ".qbharness" / "failures").glob("*.yaml"):
                path.unlink()
            code, said = run(*words, "--focus", "receiveResponseXML", "--resume")
            assert "Resumed:" in said
    assert code == 1
    assert "duplicate: sent again" in said
