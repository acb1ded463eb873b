"""Who plays the plans of a campaign, and what the fast target inside our own process can do."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from explore_support import lost_answer, one_update, players

from qbharness.explore.players import Players
from qbharness.history import ProcessChanged
from qbharness.outcome import Status
from qbharness.running import Plan
from qbharness.scenario.faults import Anchor, ServerKilled
from qbharness.scenario.model import Scenario
from qbharness.targets.reader import read_target
from qbsim.errors import UsageProblem


def _killed(at: str) -> Scenario:
    return one_update(ServerKilled(anchor=Anchor(call="receiveResponseXML"), at=at))


@pytest.mark.parametrize("at", ["before call", "after call"])
def test_a_durable_server_is_killed_inside_our_own_process_and_keeps_what_it_knew(
    at: str, tmp_path: Path
) -> None:
    with players("exact", tmp_path) as playing:
        outcome = playing.play(_killed(at))
    assert outcome.status is Status.HELD, outcome.reason
    assert [each.change for each in outcome.history.all(ProcessChanged)] == ["killed", "started"]
    assert not list(tmp_path.glob("process")), "no process was needed"


def test_a_target_that_cannot_be_reset_is_refused_with_the_cure(tmp_path: Path) -> None:
    target = evolve(read_target("exact"), reset=None)
    with pytest.raises(UsageProblem, match="can't be reset") as refused:
        Players(Plan((), target), tmp_path).__enter__()
    assert "--restart-each" in refused.value.cure


def test_a_target_without_reset_may_be_restarted_for_each_run(tmp_path: Path) -> None:
    target = evolve(read_target("plain"), reset=None)
    with Players(Plan((), target), tmp_path, restart_each=True) as playing:
        outcomes = [playing.play(lost_answer()) for _ in range(2)]
    assert [outcome.status for outcome in outcomes] == [Status.BROKEN, Status.BROKEN]
    assert outcomes[0].history.all(ProcessChanged) == outcomes[1].history.all(ProcessChanged)
