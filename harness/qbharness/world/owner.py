"""What the owner of the sync server does, through the target's operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from qbharness.history import BlockChanged, PeriodSelected, ProcessChanged
from qbharness.scenario import steps
from qbharness.scenario.model import BlockFields
from qbharness.targets.problems import OutcomeUnknown
from qbharness.world.contents import for_target
from qbharness.world.world import World

BACKUP: Final = "before the scenario"
"""The server's own backup, made before the first step."""


def add(world: World, alias: str, fields: BlockFields) -> None:
    """Add a block under an alias of the plan."""
    certain = True
    try:
        block_id = world.target.add_block(for_target(fields))
    except OutcomeUnknown:
        block_id, certain = "", False
    world.book.add(alias, block_id, fields)
    _tell(world, alias, "added", certain=certain)


def _tell(world: World, alias: str, change: str, *, certain: bool = True, gone: bool = False) -> None:
    hours = None if gone else world.book[alias].hours
    world.recorder.add(BlockChanged(block=alias, change=change, hours=hours, certain=certain))


def _certainly(act: Callable[[], None]) -> bool:
    try:
        act()
    except OutcomeUnknown:
        return False
    return True


def add_block(world: World, step: steps.AddBlock) -> Iterator[None]:
    add(world, step.block, step.fields)
    yield


def edit_block(world: World, step: steps.EditBlock) -> Iterator[None]:
    record = world.book[step.block]
    certain = _certainly(lambda: world.target.edit_block(record.block_id, for_target(step.changes)))
    world.book.edit(step.block, record.fields.with_changes(step.changes))
    _tell(world, step.block, "edited", certain=certain)
    yield


def delete_block(world: World, step: steps.DeleteBlock) -> Iterator[None]:
    record = world.book[step.block]
    certain = _certainly(lambda: world.target.delete_block(record.block_id))
    record.deleted = True
    _tell(world, step.block, "deleted", certain=certain, gone=True)
    yield


def mark_sent(world: World, step: steps.MarkSent) -> Iterator[None]:
    record = world.book[step.block]
    certain = _certainly(lambda: world.target.mark_sent(record.block_id))
    record.acknowledged = True
    _tell(world, step.block, "marked sent", certain=certain)
    yield


def mark_not_sent(world: World, step: steps.MarkNotSent) -> Iterator[None]:
    record = world.book[step.block]
    certain = _certainly(lambda: world.target.mark_not_sent(record.block_id))
    record.acknowledged = False
    _tell(world, step.block, "marked not sent", certain=certain)
    yield


def select_period(world: World, step: steps.SelectPeriod) -> Iterator[None]:
    world.target.select_period(step.from_, step.to)
    start = step.from_.isoformat() if step.from_ else None
    end = step.to.isoformat() if step.to else None
    world.book.period = (start, end)
    world.recorder.add(PeriodSelected(start=start, end=end))
    yield


def restart_server(world: World, step: steps.RestartServer) -> Iterator[None]:
    del step
    world.target.restart()
    world.set_server_clock()
    world.recorder.add(ProcessChanged(process="server", change="restarted"))
    yield


def kill_server(world: World, step: steps.KillServer) -> Iterator[None]:
    del step
    world.kill_server()
    world.mend()
    yield


def restore_server_backup(world: World, step: steps.RestoreServerBackup) -> Iterator[None]:
    del step
    world.target.restore_backup(BACKUP)
    world.set_server_clock()
    world.recorder.add(ProcessChanged(process="server", change="restored from its own backup"))
    yield
