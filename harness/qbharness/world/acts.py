"""Which function performs which step of the language; a test holds the table complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any, Final

from qbharness.scenario import steps
from qbharness.scenario.steps import Step
from qbharness.world import expecting, owner, people, updates
from qbharness.world.refused import refused
from qbharness.world.world import World
from qbsim.errors import UsageProblem

Act = Callable[[World, Any], Iterator[None]]


def wait(world: World, step: steps.Wait) -> Iterator[None]:
    world.wait(step.duration)
    yield


def expect(world: World, step: steps.Expect) -> Iterator[None]:
    expecting.expect(world, step.expectations)
    yield


def meanwhile(world: World, step: steps.Meanwhile) -> Iterator[None]:
    """Interleave lists of steps, one action at a time, as written or as the seed says."""
    running = [_in_turn(world, inner) for inner in step.lists]
    for chosen in _order(world, step):
        if all(each is None for each in running):
            return
        actions = running[chosen]
        if actions is None:
            continue
        if next(actions, _OVER) is _OVER:
            running[chosen] = None
        else:
            yield


_OVER: Final = object()


def _in_turn(world: World, inner: tuple[Step, ...]) -> Iterator[None] | None:
    def actions() -> Iterator[None]:
        for step in inner:
            yield from world.take(step)

    return actions()


def _order(world: World, step: steps.Meanwhile) -> Iterator[int]:
    lists = range(len(step.lists))
    if step.order == "by the seed":
        while True:
            yield world.source.chance.choice(lists)
    if not isinstance(step.order, str):
        yield from (number - 1 for number in step.order)
    yield from cycle(lists)


ACTS: Final[dict[type[Step], Act]] = {
    steps.UpdateSelected: updates.update_selected,
    steps.AutoRun: updates.auto_run,
    steps.AddApplication: updates.add_application,
    steps.RemoveApplication: updates.remove_application,
    steps.AddBlock: owner.add_block,
    steps.EditBlock: owner.edit_block,
    steps.DeleteBlock: owner.delete_block,
    steps.SelectPeriod: owner.select_period,
    steps.MarkSent: owner.mark_sent,
    steps.MarkNotSent: owner.mark_not_sent,
    steps.RestartServer: owner.restart_server,
    steps.KillServer: owner.kill_server,
    steps.RestoreServerBackup: owner.restore_server_backup,
    steps.Wait: wait,
    steps.Expect: expect,
    steps.Meanwhile: meanwhile,
    **people.ACTS,
}


def perform(world: World, step: Step) -> Iterator[None]:
    """Give a step to the function that knows how; what cannot be done ends this story, and no other."""
    try:
        yield from ACTS[type(step)](world, step)
    except UsageProblem as reason:
        raise refused(step, reason) from reason
