"""The owner's book of Work Blocks during a run: what each alias is on the server, and how far it is.

Used to place faults and steps on a block while the run goes on. It never judges: the checks do that
from the history.
"""

from __future__ import annotations

from typing import final

from attrs import define, field

from qbharness.history import Hours
from qbharness.scenario.model import BlockFields
from qbharness.world.contents import hours_of
from qbsim.errors import SetUpProblem


@define
class BlockRecord:
    """One block: its id on the server, its versions (the last is current), and how far it is."""

    alias: str
    block_id: str
    fields: BlockFields
    versions: list[Hours] = field(factory=list)
    deleted: bool = False
    acknowledged: bool = False
    """The server knows that it landed, or was told that it counts as sent."""

    @property
    def hours(self) -> Hours:
        return self.versions[-1]


@final
class BlockBook:
    """Every block of the run, in the order in which the owner added them."""

    def __init__(self) -> None:
        self._records: dict[str, BlockRecord] = {}
        self.period: tuple[str | None, str | None] = (None, None)

    def __getitem__(self, alias: str) -> BlockRecord:
        try:
            return self._records[alias]
        except KeyError:
            raise SetUpProblem(
                f"The block {alias} was never added: the step that adds it was not taken.",
                cure="Add it in a step that is sure to come.",
            ) from None

    def add(self, alias: str, block_id: str, fields: BlockFields) -> None:
        """A new block."""
        self._records[alias] = BlockRecord(alias, block_id, fields, [hours_of(fields)])

    def edit(self, alias: str, fields: BlockFields) -> Hours:
        """New contents of a block."""
        record = self._records[alias]
        record.fields = fields
        record.versions.append(hours_of(fields))
        return record.hours

    def alias_of(self, block_id: str) -> str | None:
        """The alias of the block with this id on the server."""
        return next((r.alias for r in self._records.values() if r.block_id == block_id), None)

    def aliases(self) -> list[str]:
        """Every alias, in order."""
        return list(self._records)

    def identify(self, hours: Hours) -> str | None:
        """The block whose contents these are: one that is still owed first, then any."""
        fitting = [
            record
            for record in self._records.values()
            if any(not version.differences(hours) for version in record.versions)
        ]
        open_ones = [record for record in fitting if not record.acknowledged and not record.deleted]
        return next((record.alias for record in (*open_ones, *fitting)), None)

    def next_one(self) -> str | None:
        """The block that a server which sends in date order hands out next; a prediction."""
        start, end = self.period
        waiting = [
            record
            for record in self._records.values()
            if not record.acknowledged
            and not record.deleted
            and (start or "") <= record.hours.date
            and (end is None or record.hours.date <= end)
        ]
        return min(waiting, key=lambda record: record.hours.date).alias if waiting else None
