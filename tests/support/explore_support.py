"""Plans and players for the tests of exploration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qbharness.explore.placements import base_story
from qbharness.explore.players import Players
from qbharness.running import Plan
from qbharness.scenario.faults import Anchor, Fault, ReplyLost, RequestLost
from qbharness.scenario.model import Scenario
from qbharness.scenario.steps import UpdateSelected
from qbharness.targets.reader import read_target


@contextmanager
def players(target: str, folder: Path) -> Iterator[Players]:
    """One worker's players of a bundled target."""
    with Players(Plan((), read_target(target)), folder) as playing:
        yield playing


def one_update(*faults: Fault, blocks: int = 1) -> Scenario:
    """A small world, one update with ``faults`` and one that recovers."""
    from attrs import evolve

    story = base_story(blocks)
    return evolve(story, steps=(UpdateSelected(faults=faults), UpdateSelected()))


def lost_answer() -> Scenario:
    """QuickBooks has committed, and the server never hears of it."""
    return one_update(RequestLost(anchor=Anchor(call="receiveResponseXML")))


def unfired() -> Scenario:
    """A fault on a call that never comes."""
    return one_update(ReplyLost(anchor=Anchor(call="receiveResponseXML", number=9)))
