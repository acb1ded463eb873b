"""Drawn plans that once accused ``exact``, shortened; by the law they don't, and here is why."""

from __future__ import annotations

from pathlib import Path

import pytest
from explore_support import players

from qbharness.explore.campaign import Campaign, forgiving
from qbharness.explore.strategies import PROFILES
from qbharness.outcome import Status
from qbharness.scenario.library import load

PLANS = sorted((Path(__file__).parent / "acquitted").glob("*.yaml"))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_exact_is_acquitted(path: Path, tmp_path: Path) -> None:
    with players("exact", tmp_path) as playing:
        for scenario in load([str(path)]):
            outcome = forgiving(playing.play, scenario)
            assert outcome.status is Status.HELD, outcome.reason


@pytest.mark.parametrize(("profile", "examples"), [("quick", 20), ("deep", 15)])
def test_exact_is_not_accused_in_drawn_plans(profile: str, examples: int, tmp_path: Path) -> None:
    with players("exact", tmp_path) as playing:
        campaign = Campaign(playing.play, shrinks=False)
        campaign.generated(PROFILES[profile], examples, at=20261124)
    assert campaign.tally.runs == examples
    assert not campaign.tally.unset
    assert [key for key, failure in campaign.tally.failures.items() if not failure.exposed] == []


@pytest.mark.mutants
def test_exact_is_not_accused_wherever_a_fault_strikes_one_block(tmp_path: Path) -> None:
    with players("exact", tmp_path) as playing:
        campaign = Campaign(playing.play, shrinks=False)
        campaign.exhaustive([1], 1)
    assert campaign.tally.statuses == {Status.HELD: 141}
