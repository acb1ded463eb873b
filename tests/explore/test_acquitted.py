"""Drawn plans that once accused ``exact``, shortened; by the law they don't, and here is why."""

from __future__ import annotations

from pathlib import Path

import pytest
from explore_support import players

from qbharness.explore.campaign import forgiving
from qbharness.outcome import Status
from qbharness.scenario.library import load

PLANS = sorted((Path(__file__).parent / "acquitted").glob("*.yaml"))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_exact_is_acquitted(path: Path, tmp_path: Path) -> None:
    with players("exact", tmp_path) as playing:
        for scenario in load([str(path)]):
            outcome = forgiving(playing.play, scenario)
            assert outcome.status is Status.HELD, outcome.reason
