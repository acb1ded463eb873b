"""Updates: a user's *Update Selected*, the schedule's, and the quiet ones at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from qbharness.history import Event, Fault, Undetermined
from qbharness.scenario import steps
from qbharness.scenario.faults import DeliveredLate
from qbharness.world.faultplan import FaultPlan, as_text
from qbharness.world.watch import PlannedDuring, UpdateWatch
from qbharness.world.world import World

_UNDONE: Final = "What was to happen"
QUIET_UPDATES: Final = 2
QUIET_PAUSE: Final = dt.timedelta(minutes=60)


def update_selected(world: World, step: steps.UpdateSelected) -> Iterator[None]:
    """One update of every application that is selected, one after the other."""
    pc, plan = world.pc(step.pc), FaultPlan(step.faults)
    actions, during = pc.connector.steps(step.applications or None), UpdateWatch.planned(step.during)
    yield from pc.drive(actions, plan, during)
    tell_unfired(world, plan)
    tell_undone(world, during)


def auto_run(world: World, step: steps.AutoRun) -> Iterator[None]:
    """Scheduled updates, ``every`` apart, for ``for_`` in all."""
    pc, plan = world.pc(step.pc), FaultPlan(step.faults)
    yield from pc.drive(pc.connector.auto_run(step.for_, every=step.every), plan, [])
    tell_unfired(world, plan)


def add_application(world: World, step: steps.AddApplication) -> Iterator[None]:
    world.pc(step.pc, empty=True).add(step.name)
    yield


def remove_application(world: World, step: steps.RemoveApplication) -> Iterator[None]:
    world.pc(step.pc).remove(step.name)
    yield


def quiet_updates(world: World) -> None:
    """The end of every run: nothing strikes any more, and what can be delivered is."""
    world.calm_down()
    pc = world.pc("pc1")
    for _ in range(QUIET_UPDATES):
        world.wait(QUIET_PAUSE)
        for _ in pc.drive(pc.connector.steps(), FaultPlan(()), [], quiet=True):
            pass


def tell_unfired(world: World, plan: FaultPlan) -> None:
    """A fault that did not strike makes the run undetermined; so it is said."""
    for fault in plan.unfired:
        world.recorder.add(
            Fault(
                word=fault.word,
                anchor=as_text(fault.anchor),
                fired=False,
                line=fault.place.line if fault.place else None,
            )
        )


def tell_undone(world: World, during: list[PlannedDuring]) -> None:
    """People who waited for a call that never came did nothing: the story is not the one that was planned."""
    for each in (planned.during for planned in during if not planned.done):
        line = f" (line {each.place.line})" if each.place else ""
        world.recorder.add(
            Undetermined(
                reason=f"{_UNDONE} {each.when} a call never happened{line}: the update made no call "
                f"that fits {as_text(each.anchor)}."
            )
        )


def is_undone(event: Event) -> bool:
    """Whether this is what :func:`tell_undone` tells."""
    return isinstance(event, Undetermined) and event.reason.startswith(_UNDONE)


def tell_undelivered(world: World) -> None:
    """A late copy for which no later login came never arrived."""
    for exchange in world.transport.undelivered:
        world.recorder.add(
            Fault(word=DeliveredLate.word, anchor=f"{exchange.operation}, number {exchange.nth}", fired=False)
        )
