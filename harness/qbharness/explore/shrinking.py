"""Finds the shortest story that still shows a failure.

Works on :class:`Scenario` data, so it serves drawn plans, exhaustive ones and files alike. It tries ever
smaller changes (leave a step out, a fault, a block, a name; make a value plain) and keeps each one under
which the same failure is still there. Deterministic: the same story and failure give the same end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from attrs import evolve

from qbharness.scenario.model import Block, BlockFields, Company, Scenario
from qbharness.scenario.steps import AddBlock, EditBlock, Expect, Meanwhile, Step, UpdateSelected

StillFails = Callable[[Scenario], bool]

BUDGET: Final = 400
"""Runs that one shrink may take; a story that is not shortest by then is told as it is."""

_T = TypeVar("_T")


def shrink(scenario: Scenario, still_fails: StillFails, *, budget: int = BUDGET) -> Scenario:
    """The smallest story found that ``still_fails``; ``scenario`` itself must."""
    best, left = scenario, budget
    progress = True
    while progress and left > 0:
        progress = False
        for smaller in _smaller(best):
            left -= 1
            if is_sound(smaller) and still_fails(smaller):
                best, progress = smaller, True
                break
            if left <= 0:
                break
    return best


def size(scenario: Scenario) -> int:
    """How many steps a story has, those during an update and inside lists included."""
    from qbharness.scenario.model import walk  # noqa: PLC0415 - one use

    return sum(1 for _ in walk(scenario.steps))


def is_sound(scenario: Scenario) -> bool:
    """Does the story still make sense: does it read back from its own file?"""
    from qbharness.scenario.reader import read_text  # noqa: PLC0415 - YAML is slow to import
    from qbharness.scenario.writer import write_yaml  # noqa: PLC0415
    from qbsim.errors import UsageProblem  # noqa: PLC0415

    try:
        read_text(write_yaml(scenario), file="shrinking")
    except UsageProblem:
        return False
    return True


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Every change to try, the boldest first."""
    if scenario.expect:
        yield evolve(scenario, expect=())
    if scenario.switches:
        yield _with_switches(scenario, {})
        for name in scenario.switches:
            rest = {key: value for key, value in scenario.switches.items() if key != name}
            yield _with_switches(scenario, rest)
    for steps in _fewer(scenario.steps):
        yield evolve(scenario, steps=steps)
    for steps in _simpler_steps(scenario.steps):
        yield evolve(scenario, steps=steps)
    for blocks in _fewer(scenario.blocks):
        yield _without_lost_blocks(evolve(scenario, blocks=blocks))
    for position, block in enumerate(scenario.blocks):
        for fields in _simpler_fields(block.fields):
            blocks = _replaced(scenario.blocks, position, Block(block.alias, fields))
            yield evolve(scenario, blocks=blocks)
    for company in _smaller_companies(scenario.company):
        yield evolve(scenario, company=company)


def _with_switches(scenario: Scenario, switches: dict[str, str]) -> Scenario:
    changes: dict[str, Any] = {"switches": switches}
    return evolve(scenario, **changes)


def _fewer(items: tuple[_T, ...]) -> Iterator[tuple[_T, ...]]:
    """Halves, quarters, … and single items left out, from the end."""
    length = len(items)
    chunk = length // 2
    while chunk >= 1:
        for start in range(length - chunk, -1, -chunk):
            yield items[:start] + items[start + chunk :]
        chunk //= 2
    if length == 1:
        yield ()


def _replaced(items: tuple[_T, ...], position: int, item: _T) -> tuple[_T, ...]:
    return (*items[:position], item, *items[position + 1 :])


def _simpler_steps(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    for position, step in enumerate(steps):
        for simpler in _simpler_step(step):
            yield _replaced(steps, position, simpler)
        if isinstance(step, Meanwhile):
            for inner in step.lists:
                yield (*steps[:position], *inner, *steps[position + 1 :])


def _simpler_step(step: Step) -> Iterator[Step]:
    if isinstance(step, UpdateSelected):
        for faults in _fewer(step.faults):
            yield evolve(step, faults=faults)
        for during in _fewer(step.during):
            yield evolve(step, during=during)
        if step.pc != "pc1":
            yield evolve(step, pc="pc1")
    if isinstance(step, Expect):
        for expectations in _fewer(step.expectations):
            if expectations:
                yield evolve(step, expectations=expectations)
    if isinstance(step, AddBlock):
        yield from (evolve(step, fields=fields) for fields in _simpler_fields(step.fields))
    if isinstance(step, EditBlock):
        yield from (evolve(step, changes=changes) for changes in _simpler_fields(step.changes))


_PLAIN_HOURS: Final = dt.timedelta(hours=8)


def _simpler_fields(fields: BlockFields) -> Iterator[BlockFields]:
    for name in ("service_item", "class_", "payroll_item", "notes", "billable"):
        if getattr(fields, name) is not None:
            yield evolve(fields, **{name: None})
    if fields.customer and ":" in fields.customer:
        # never none at all: many servers want one, and the story should play on all of them
        yield evolve(fields, customer=fields.customer.rpartition(":")[0])
    if fields.hours is not None and fields.hours != _PLAIN_HOURS:
        yield evolve(fields, hours=_PLAIN_HOURS)


def _smaller_companies(company: Company) -> Iterator[Company]:
    for name in (
        "time",
        "employees",
        "vendors",
        "other_names",
        "customers",
        "items",
        "classes",
        "payroll_items",
    ):
        for fewer in _fewer(getattr(company, name)):
            changes: dict[str, Any] = {name: fewer}
            yield evolve(company, **changes)
    if company.preferences:
        yield evolve(company, preferences={})


def _without_lost_blocks(scenario: Scenario) -> Scenario:
    """Steps and anchors that speak of a block which is gone go with it."""
    known = {block.alias for block in scenario.blocks}

    def kept(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        result: list[Step] = []
        for step in steps:
            if isinstance(step, AddBlock):
                known.add(step.block)
            elif getattr(step, "block", None) not in {None, *known}:
                continue
            result.append(_kept_anchors(step, known))
        return tuple(result)

    return evolve(scenario, steps=kept(scenario.steps))


def _kept_anchors(step: Step, known: set[str]) -> Step:
    if not isinstance(step, UpdateSelected):
        return step
    return evolve(
        step,
        faults=tuple(f for f in step.faults if f.anchor.block is None or f.anchor.block in known),
        during=tuple(d for d in step.during if d.anchor.block is None or d.anchor.block in known),
    )
