"""The small world, exhaustively: every kind of fault on every call, and every pair of effects.

A fault is placed on a call that a run really makes: the base story is played first, its calls are read
from the history, and each gets every kind. For pairs the first fault's own run says which calls come
after it, in the same session and in the one that recovers; so no placement misses.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, final

from attrs import evolve, frozen

from qbharness.history import CallSent, History, UpdateStarted
from qbharness.history import Fault as FaultStruck
from qbharness.outcome import Outcome
from qbharness.scenario import faults
from qbharness.scenario.contents import ListEntry
from qbharness.scenario.faults import Anchor, Fault
from qbharness.scenario.model import Block, BlockFields, Company, Scenario
from qbharness.scenario.steps import UpdateSelected
from qbsim.switches import SWITCHES

_PAST_EVERY_TIMEOUT: Final = dt.timedelta(minutes=10)

Make = Callable[[Anchor], Fault]

_ON_ANY_CALL: Final[tuple[Make, ...]] = (
    lambda anchor: faults.RequestLost(anchor=anchor, as_="reset"),
    lambda anchor: faults.RequestLost(anchor=anchor, as_="timeout"),
    lambda anchor: faults.RequestLost(anchor=anchor, as_="refused"),
    lambda anchor: faults.ReplyLost(anchor=anchor),
    lambda anchor: faults.DeliveredTwice(anchor=anchor),
    lambda anchor: faults.DeliveredLate(anchor=anchor),
    lambda anchor: faults.Delayed(anchor=anchor, by=_PAST_EVERY_TIMEOUT),
    lambda anchor: faults.Dripped(anchor=anchor, by=_PAST_EVERY_TIMEOUT),
    lambda anchor: faults.TlsFailure(anchor=anchor),
    lambda anchor: faults.ConnectorKilled(anchor=anchor, at="before call"),
    lambda anchor: faults.ConnectorKilled(anchor=anchor, at="after call"),
    lambda anchor: faults.UserStops(anchor=anchor, at="before call"),
    lambda anchor: faults.UserStops(anchor=anchor, at="after call"),
    lambda anchor: faults.ServerKilled(anchor=anchor, at="before call"),
    lambda anchor: faults.ServerKilled(anchor=anchor, at="after call"),
)
_GARBLED: Final[tuple[Make, ...]] = tuple(
    lambda anchor, kind=kind: faults.Garbled(anchor=anchor, with_=kind)  # type: ignore[misc]
    for kind in faults.GARBLES
)
_IN_QUICKBOOKS: Final[tuple[Make, ...]] = (
    lambda anchor: faults.QuickBooksKilled(anchor=anchor, at="before commit"),
    lambda anchor: faults.QuickBooksKilled(anchor=anchor, at="after commit"),
    lambda anchor: faults.QuickBooksKilled(anchor=anchor, at="before answer"),
)
_EFFECTS: Final[tuple[Make, ...]] = (
    lambda anchor: faults.RequestLost(anchor=anchor),
    lambda anchor: faults.ReplyLost(anchor=anchor),
    lambda anchor: faults.DeliveredTwice(anchor=anchor),
    lambda anchor: faults.DeliveredLate(anchor=anchor),
)
"""What faults come down to for a server; all that pairs need."""
_EFFECTS_IN_QUICKBOOKS: Final = _IN_QUICKBOOKS[:2]

_HANDS_OUT: Final = "sendRequestXML"


@final
@frozen
class Call:
    """The ``nth`` call of its operation in update ``update`` (both from 1)."""

    update: int
    operation: str
    nth: int

    @property
    def anchor(self) -> Anchor:
        return Anchor(call=self.operation, number=self.nth)


def base_story(blocks: int) -> Scenario:
    """``blocks`` Work Blocks, two of them equal from two on; an update and one that recovers."""
    day = dt.date(2026, 11, 2)
    rows = [
        BlockFields(employee="Jane Doe", customer="Acme", date=day, hours=dt.timedelta(hours=8)),
        BlockFields(employee="Jane Doe", customer="Acme", date=day, hours=dt.timedelta(hours=8)),
        BlockFields(
            employee="Jane Doe", customer="Acme", date=day.replace(day=3), hours=dt.timedelta(hours=4)
        ),
    ]
    aliases = ("roof", "porch", "attic")
    return Scenario(
        name=f"{blocks} {'block' if blocks == 1 else 'blocks'}",
        company=Company(employees=(ListEntry("Jane Doe"),), customers=(ListEntry("Acme"),)),
        blocks=tuple(map(Block, aliases[:blocks], rows[:blocks])),
        steps=(UpdateSelected(), UpdateSelected()),
    )


def calls_of(history: History) -> tuple[Call, ...]:
    """Every call of the plan's own updates, in order."""
    return tuple(call for call, _ in _calls(history))


def _calls(history: History) -> Iterator[tuple[Call, int]]:
    """The same, each with its line. Neither the quiet updates nor a stranger's calls are the plan's own."""
    own = {started.update for started in history.all(UpdateStarted) if not started.quiet}
    seen: Counter[tuple[int, str]] = Counter()
    for sent in history.all(CallSent):
        if sent.update in own:
            seen[sent.update, sent.operation] += 1
            yield Call(sent.update, sent.operation, seen[sent.update, sent.operation]), sent.n


def singles(base: Scenario, history: History) -> Iterator[Scenario]:
    """Every kind of fault on every call of the first update of ``base``."""
    for call in calls_of(history):
        if call.update == 1:
            for make in _kinds(call, (*_ON_ANY_CALL, *_GARBLED), _IN_QUICKBOOKS):
                yield with_fault(base, call, make(call.anchor))


def effects(base: Scenario, history: History) -> Iterator[Scenario]:
    """Every effect on every call of the first update: the first half of the pairs."""
    for call in calls_of(history):
        if call.update == 1:
            for make in _kinds(call, _EFFECTS, _EFFECTS_IN_QUICKBOOKS):
                yield with_fault(base, call, make(call.anchor))


def seconds(single: Scenario, history: History) -> Iterator[Scenario]:
    """Every effect on every call that comes after the fault of ``single``, as its run shows."""
    struck = next((fault for fault in history.all(FaultStruck) if fault.fired), None)
    if struck is None:
        return
    for call, line in _calls(history):
        if line > struck.n:
            for make in _kinds(call, _EFFECTS, _EFFECTS_IN_QUICKBOOKS):
                yield with_fault(single, call, make(call.anchor))


def small_world(blocks: int, faults: int, play: Callable[[Scenario], Outcome]) -> Iterator[Scenario]:
    """Every single fault in a world of so many blocks, and with ``faults`` 2 every pair of effects too.

    ``play`` is asked what the base story does, and what each first effect leaves.
    """
    base = base_story(blocks)
    history = play(base).history
    yield from singles(base, history)
    if faults > 1:
        for first in effects(base, history):
            yield from seconds(first, play(first).history)


def sweep(blocks: int, play: Callable[[Scenario], Outcome]) -> Iterator[Scenario]:
    """Every effect on every call, under each value of each switch that is not its default."""
    for switch in SWITCHES.values():
        for value in switch.values:
            if value == switch.default:
                continue
            pins: Any = {switch.name: value}
            base = base_story(blocks)
            base = evolve(base, name=f"{base.name}, {switch.name}={value}", switches=pins)
            yield base
            yield from effects(base, play(base).history)


def _kinds(call: Call, wire: Iterable[Make], quickbooks: Iterable[Make]) -> Iterator[Make]:
    yield from wire
    if call.operation == _HANDS_OUT:
        yield from quickbooks


def with_fault(scenario: Scenario, call: Call, fault: Fault) -> Scenario:
    """``scenario`` with a fault in the update that makes ``call``."""
    position = call.update - 1
    step = scenario.steps[position]
    if not isinstance(step, UpdateSelected):
        raise TypeError("faults belong to updates")
    told = f"{fault.word} ({call.operation} {call.nth}, update {call.update})"
    steps = (
        *scenario.steps[:position],
        evolve(step, faults=(*step.faults, fault)),
        *scenario.steps[position + 1 :],
    )
    return evolve(scenario, name=f"{scenario.name}, {told}", steps=steps)
