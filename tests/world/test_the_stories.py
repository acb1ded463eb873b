"""The eight stories of the seed on ``plain``, and one broken variant for each of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import broken_plain
import pytest
from stories_support import play_on, running, story, variant

from qbharness.history import Fault, HandedOut, ScenarioStarted
from qbharness.outcome import Status
from qbharness.targets.reader import read_target

MATCH = "hours-arrive-when-every-name-matches"

DEFECTS = (
    (MATCH, broken_plain.RoundsToWholeHours, "wrong value"),
    ("a-missing-employee-stops-the-import", broken_plain.GoesOnAfterARefusal, "stops at a mismatch"),
    ("a-missing-job-is-added-and-tried-again", broken_plain.NeverTriesARefusedBlockAgain, "lost"),
    ("a-block-added-after-the-sync-goes-with-the-next-one", broken_plain.KnowsOnlyTheFirstList, "lost"),
    ("a-block-edited-after-the-sync-stays-as-it-was", broken_plain.SendsEditsAgain, "duplicate"),
    (
        "the-same-period-selected-again-sends-nothing",
        broken_plain.ForgetsItsFlagsWithAPeriod,
        "duplicate",
    ),
    (
        "hours-typed-by-hand-before-the-sync-are-unknown-to-it",
        broken_plain.TakesHandTypedHoursForItsOwn,
        "lost",
    ),
    ("two-equal-blocks-are-both-sent", broken_plain.TakesEqualBlocksForOne, "lost"),
)


def test_plain_holds_all_eight_stories_and_doubles_a_lost_answer(tmp_path: Path) -> None:
    with running(read_target("plain"), tmp_path) as target:
        held = {name: play_on(target, story(name)).status for name, _, _ in DEFECTS}
        lost = play_on(target, story("the-answer-is-lost-after-quickbooks-committed"))
    assert held == dict.fromkeys(held, Status.HELD)
    assert lost.status is Status.BROKEN
    assert lost.judgement is not None
    assert "duplicate" in {finding.check for finding in lost.judgement.broken}
    assert "is in QuickBooks twice" in lost.reason


@pytest.mark.parametrize(
    ("name", "defect", "check"), DEFECTS, ids=lambda value: getattr(value, "__name__", value)
)
def test_each_story_is_broken_by_a_server_with_one_defect_and_the_right_check_says_so(
    name: str, defect: type, check: str, tmp_path: Path
) -> None:
    with running(variant(f"broken_plain:{defect.__name__}"), tmp_path) as target:
        outcome = play_on(target, story(name))
        match = play_on(target, story(MATCH))
    assert outcome.judgement is not None, outcome.reason
    assert check in {finding.check for finding in outcome.judgement.broken}, outcome.judgement.findings
    if name != MATCH:
        assert match.status is Status.HELD, match.reason


def test_the_same_scenario_twice_gives_the_same_history_byte_for_byte(tmp_path: Path) -> None:
    from qbharness.history import to_line

    scenario = story("the-answer-is-lost-after-quickbooks-committed")
    with running(read_target("plain"), tmp_path) as target:
        first, second = ([to_line(event) for event in play_on(target, scenario).history] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("folder", [".", "/"])
def test_a_history_names_its_story_the_same_way_on_every_machine(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path if folder == "." else folder)
    with running(read_target("plain"), tmp_path) as target:
        started = next(iter(play_on(target, story(MATCH)).history))
    assert isinstance(started, ScenarioStarted)
    assert started.file == f"scenarios/work-blocks/{MATCH}.yaml"


def test_a_fault_that_never_strikes_gives_no_verdict(tmp_path: Path) -> None:
    from attrs import evolve

    from qbharness.scenario.faults import Anchor, ReplyLost
    from qbharness.scenario.steps import UpdateSelected

    never = ReplyLost(anchor=Anchor(call="receiveResponseXML", number=9))
    scenario = evolve(story(MATCH), steps=(UpdateSelected(faults=(never,)),), expect=())
    with running(read_target("plain"), tmp_path) as target:
        outcome = play_on(target, scenario)
    assert outcome.status is Status.UNDETERMINED
    assert "did not strike" in outcome.reason


def test_people_who_wait_for_a_call_that_never_comes_give_no_verdict(tmp_path: Path) -> None:
    from attrs import evolve

    from qbharness.scenario.faults import Anchor
    from qbharness.scenario.steps import CloseQuickBooks, During, UpdateSelected

    never = During(
        when="before", anchor=Anchor(call="receiveResponseXML", number=9), steps=(CloseQuickBooks(),)
    )
    scenario = evolve(story(MATCH), steps=(UpdateSelected(during=(never,)),))
    with running(read_target("plain"), tmp_path) as target:
        outcome = play_on(target, scenario)
    assert outcome.status is Status.UNDETERMINED
    assert "receiveResponseXML, number 9" in outcome.reason


def test_a_second_look_that_fails_gives_no_verdict_and_does_not_end_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attrs import evolve

    from qbharness.world import runner
    from qbharness.world.executor import play
    from qbsim.errors import SetUpProblem

    played: list[object] = []

    def play_once(*arguments: Any, **options: Any) -> object:
        played.append(arguments)
        if len(played) > 1:
            raise SetUpProblem("The server hangs.")
        return play(*arguments, **options)

    monkeypatch.setattr(runner, "play", play_once)
    shaky = {"recovery_keeps_failures": "no"}
    scenario = evolve(story("the-answer-is-lost-after-quickbooks-committed"), switches=shaky)
    with running(read_target("plain"), tmp_path) as target:
        outcome = play_on(target, scenario)
    assert len(played) == 2
    assert outcome.status is Status.UNDETERMINED
    assert "The server hangs." in outcome.reason


def test_a_failpoint_that_the_server_never_comes_to_gives_no_verdict(tmp_path: Path) -> None:
    from attrs import evolve

    from qbharness.scenario.faults import Anchor, ServerKilled
    from qbharness.scenario.steps import UpdateSelected

    late = ServerKilled(anchor=Anchor(call="closeConnection"), at="after_handout_commit")
    scenario = evolve(story(MATCH), steps=(UpdateSelected(faults=(late,)),), expect=())
    with running(read_target("plain"), tmp_path) as target:
        outcome = play_on(target, scenario)
    assert outcome.status is Status.UNDETERMINED
    assert "die at after_handout_commit" in outcome.reason


def test_a_fault_on_a_block_does_not_strike_the_query_before_it(tmp_path: Path) -> None:
    from attrs import evolve

    from qbharness.scenario.faults import Anchor, ReplyLost, RequestLost
    from qbharness.scenario.steps import UpdateSelected
    from qbharness.targets.model import NOWHERE
    from qbharness.targets.template import Template

    exact = read_target("exact")
    assert exact.start is not None
    asks_first = (Template("--proof", NOWHERE), Template("marker", NOWHERE))
    file = evolve(exact, start=evolve(exact.start, command=(*exact.start.command, *asks_first)))
    in_doubt = UpdateSelected(faults=(RequestLost(anchor=Anchor(call="receiveResponseXML", number=1)),))
    asked = UpdateSelected(faults=(ReplyLost(anchor=Anchor(call="sendRequestXML", block="roof")),))
    with running(file, tmp_path) as target:
        history = play_on(target, evolve(story(MATCH), steps=(in_doubt, asked), expect=())).history
    requests = [event.requests for event in history if isinstance(event, HandedOut)]
    assert requests == [("TimeTrackingAddRq",), ("TimeTrackingQueryRq",)]
    assert [event.fired for event in history if isinstance(event, Fault)] == [True, False]
