"""The plan as data: one frozen :class:`Scenario` is what every part of the house passes around.

A YAML file, a drawn example, a shrunk failure, an incident and a cleanup procedure are all this
class; one executor runs it. Places (file, line, column) ride along and never count in equality.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias, final

from attrs import field, frozen

from qbharness.scenario.contents import (
    Block,
    BlockFields,
    Company,
    Duration,
    ListEntry,
    Selector,
)
from qbharness.scenario.expectations import Expectation
from qbharness.scenario.steps import AddBlock, Meanwhile, Step, UpdateSelected
from qbsim.errors import Place

LANGUAGE: Final = 1

NO_COMPANY: Final = Company()

ScenarioKind: TypeAlias = Literal["story", "procedure"]


@final
@frozen(kw_only=True)
class Scenario:
    """One story (or cleanup procedure), complete: what is there, who does what, what must be true.

    ``switches`` pins facts about QuickBooks and the connector; ``requires`` names the contract
    values (any of them) that a target must promise, else the scenario is skipped. ``clock`` is
    when the simulated clock starts (aware, UTC; None: ``qbsim.source.DEFAULT_START``).
    ``parameters`` is the row of the file's table that this scenario was rendered with.
    ``about`` names the blocks of the incident that a procedure speaks of.
    """

    name: str
    why: str = ""
    language: int = LANGUAGE
    kind: ScenarioKind = "story"
    company: Company = NO_COMPANY
    blocks: tuple[Block, ...] = ()
    steps: tuple[Step, ...] = ()
    expect: tuple[Expectation, ...] = ()
    switches: Mapping[str, str] = field(factory=dict, converter=dict, hash=False)
    requires: Mapping[str, tuple[str, ...]] = field(factory=dict, converter=dict, hash=False)
    seed: int = 0
    clock: dt.datetime | None = None
    about: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(factory=dict, converter=dict, hash=False, eq=False, repr=False)
    place: Place | None = field(default=None, eq=False, repr=False)

    @property
    def file(self) -> str:
        """The file that it was read from, or ``""``."""
        return self.place.file if self.place else ""

    def first_values(self) -> dict[str, BlockFields]:
        """Every block of the file by alias, those added by steps too, as first written."""
        values = {block.alias: block.fields for block in self.blocks}
        for step in walk(self.steps):
            if isinstance(step, AddBlock):
                values.setdefault(step.block, step.fields)
        return values


def walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    """All steps in the order of the file, those inside ``during`` and ``meanwhile`` included."""
    for step in steps:
        yield step
        if isinstance(step, UpdateSelected):
            for moment in step.during:
                yield from walk(moment.steps)
        if isinstance(step, Meanwhile):
            for inner in step.lists:
                yield from walk(inner)


__all__ = [
    "LANGUAGE",
    "Block",
    "BlockFields",
    "Company",
    "Duration",
    "ListEntry",
    "Scenario",
    "ScenarioKind",
    "Selector",
    "walk",
]
