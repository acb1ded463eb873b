"""Updates: a user's *Update Selected*, the schedule's, and the quiet ones at the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from qbharness.history import Fault
from qbharness.scenario import steps
from qbharness.scenario.faults import DeliveredLate
from qbharness.world.faultplan import FaultPlan, as_text
from qbharness.world.watch import UpdateWatch
from qbharness.world.world import World

QUIET_UPDATES: Final = 2
QUIET_PAUSE: Final = dt.timedelta(minutes=60)


def update_selected(world: World, step: steps.UpdateSelected) -> Iterator[None]:
    """One update of every application that is selected, one after the other."""
    pc, plan = world.pc(step.pc), FaultPlan(step.faults)
    actions = pc.connector.steps(step.applications or None)
    yield from pc.drive(actions, plan, UpdateWatch.planned(step.during))
    tell_unfired(world, plan)


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


def tell_undelivered(world: World) -> None:
    """A late copy for which no later login came never arrived."""
    for exchange in world.transport.undelivered:
        world.recorder.add(
            Fault(word=DeliveredLate.word, anchor=f"{exchange.operation}, number {exchange.nth}", fired=False)
        )
