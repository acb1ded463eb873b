"""One worker's campaign: what it counts, keeps, calls flaky, and what it does when our own code crashes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from explore_support import drawn_plans, lost_answer, one_update, players, unfired

from qbharness.checks.registry import Verdict
from qbharness.explore import campaign as campaigns
from qbharness.explore.campaign import Campaign, forgiving, keys_of
from qbharness.explore.crashes import Crashed, save
from qbharness.explore.players import Players
from qbharness.explore.shrinking import size
from qbharness.explore.strategies import PROFILES
from qbharness.history import to_line
from qbharness.outcome import Outcome, Status
from qbharness.running import Plan, run
from qbharness.scenario.faults import Anchor, QuickBooksKilled, ReplyLost
from qbharness.scenario.library import load
from qbharness.scenario.model import Scenario
from qbharness.scenario.reader import read_text
from qbharness.scenario.writer import write_yaml
from qbharness.targets.reader import read_target
from qbsim.errors import SetUpProblem


def test_a_lost_answer_convicts_plain_and_is_told_in_one_step(tmp_path: Path) -> None:
    with players("plain", tmp_path) as playing:
        campaign = Campaign(playing.play)
        campaign.try_one(evolve(lost_answer(), blocks=one_update(blocks=3).blocks))
    failure = campaign.tally.failures["duplicate: sent again"]
    assert (failure.word, size(failure.scenario)) == ("BROKEN", 1)
    assert "twice" in failure.sentence


def test_a_fault_that_found_nothing_to_strike_does_not_spoil_a_drawn_plan(tmp_path: Path) -> None:
    with players("exact", tmp_path) as playing:
        assert playing.play(unfired()).status is Status.UNDETERMINED
        assert forgiving(playing.play, unfired()).status is Status.HELD


def test_a_failure_that_needs_an_undocumented_fact_is_exposed_even_with_faults_that_missed(
    tmp_path: Path,
) -> None:
    missed = ReplyLost(anchor=Anchor(call="receiveResponseXML", number=9))
    died = QuickBooksKilled(anchor=Anchor(call="sendRequestXML"), at="after commit")
    pins: Any = {"recovery_atomic": "no"}
    plan = evolve(one_update(died, missed), switches=pins)
    with players("exact", tmp_path) as playing:
        outcome = forgiving(playing.play, plan)
    assert outcome.status is Status.EXPOSED, outcome.reason
    assert keys_of(outcome)[0].startswith("exposed: ")
    assert "(recovery_atomic=no)" in keys_of(outcome)[0]
    (exposure,) = outcome.exposures
    assert (exposure.switch, exposure.value, exposure.certainty) == ("recovery_atomic", "no", "adversarial")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_drawn_plan_and_its_file_are_the_same_story(seed: int, tmp_path: Path) -> None:
    """Byte for byte, but for the line of the file in a step."""
    plans = drawn_plans("quick", 4, seed)
    files = [tmp_path / f"{number}.yaml" for number in range(len(plans))]
    for plan, file in zip(plans, files, strict=True):
        file.write_text(write_yaml(plan), encoding="utf-8")
    with players("exact", tmp_path / "server") as playing:
        for plan, file in zip(plans, files, strict=True):
            (again,) = load([str(file)])
            one, other = (forgiving(playing.play, each) for each in (plan, again))
            assert one.status is other.status
            assert _unplaced(one) == _unplaced(other)


def test_a_plan_plays_alike_inside_our_process_and_on_a_real_server(tmp_path: Path) -> None:
    plans = drawn_plans("quick", 3, seed=5)
    real = [outcome.status for outcome in run(Plan(tuple(plans), read_target("exact")))]
    with players("exact", tmp_path) as playing:
        assert [playing.play(plan).status for plan in plans] == real


def _unplaced(outcome: Outcome) -> list[str]:
    return [
        to_line(evolve(event, line=None) if hasattr(event, "line") else event)
        for event in list(outcome.history)[1:]
    ]


# ── flaky ───────────────────────────────────────────────────────────────────────────────────


def test_a_failure_that_differs_when_repeated_is_flaky_with_the_first_differing_event(
    tmp_path: Path,
) -> None:
    with players("plain", tmp_path) as playing:
        campaign = Campaign(_every_other(playing, lost_answer()))
        campaign.try_one(lost_answer())
    (failure,) = {failure.flaky: failure for failure in campaign.tally.failures.values()}.values()
    assert failure.word == "FLAKY"
    one, other = failure.flaky.splitlines()
    assert one != other
    assert one.startswith("{")


def _every_other(playing: Players, broken: Scenario) -> Callable[[Scenario], Outcome]:
    """A server that loses the answer only every second time."""
    turns = iter(range(1000))

    def play(scenario: Scenario) -> Outcome:
        return playing.play(broken if next(turns) % 2 == 0 else one_update())

    return play


# ── our own mistakes ────────────────────────────────────────────────────────────────────────


def test_a_crash_in_a_check_is_ours_and_keeps_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoiled(*_: object) -> None:
        raise ZeroDivisionError("a check divides by nothing")

    monkeypatch.setattr("qbharness.world.runner.judge", spoiled)
    with players("exact", tmp_path / "server") as playing, pytest.raises(Crashed) as crash:
        Campaign(playing.play).generated(PROFILES["quick"], 5, at=3)
    (plan,) = read_text(crash.value.plan, file="plan")
    assert plan == drawn_plans("quick", 5, seed=3)[0]
    path = save(crash.value, "qbharness explore", tmp_path)
    assert load([str(path)])[0] == plan
    assert "a check divides by nothing" in path.read_text(encoding="utf-8")


def test_a_crash_in_a_strategy_is_ours_and_keeps_what_was_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def spoiled(*_: object) -> None:
        raise KeyError("no such thing")

    monkeypatch.setattr("qbharness.explore.strategies.put_right", spoiled)
    with pytest.raises(Crashed, match="seed 3") as crash:
        drawn_plans("deep", 40, seed=3)
    assert "update selected" in crash.value.plan


def test_a_server_that_cannot_be_set_up_is_no_crash_of_ours() -> None:
    def play(_: Scenario) -> Outcome:
        raise SetUpProblem("nobody is there")

    with pytest.raises(SetUpProblem, match="nobody is there"):
        Campaign(play).try_one(lost_answer())


def test_keys_name_check_and_kind_and_never_a_block(tmp_path: Path) -> None:
    with players("plain", tmp_path) as playing:
        outcome = playing.play(lost_answer())
    assert "duplicate: sent again" in keys_of(outcome)
    assert not any("roof" in key for key in keys_of(outcome))
    assert outcome.judgement is not None
    assert {finding.verdict for finding in outcome.judgement.broken} == {Verdict.BROKEN}
    assert campaigns.first_difference(outcome, outcome) == ""
