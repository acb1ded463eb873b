"""Reads the marks by which a target's requests name their blocks, and takes them off the notes.

A mark counts only if it names a block of the run: what people wrote into the notes of a block may look
like one. What is left of the notes are the contents; the mark itself stands in the history under a name.
"""

from __future__ import annotations

from typing import final

from attrs import evolve

from qbharness.history import Hours, OfferedEntry
from qbharness.targets.model import Marks
from qbharness.world.blocks import BlockBook
from qbharness.world.naming import Naming


@final
class Marking:
    """The marks of one target, in one run."""

    def __init__(self, marks: Marks, book: BlockBook, naming: Naming) -> None:
        self._marks = marks
        self._book = book
        self._naming = naming

    def read(self, entry: OfferedEntry) -> OfferedEntry:
        """An entry as it was handed out, with the block that its mark names, and its inventions named."""
        named = self._marks.block_of(
            request_id=entry.request_id or "", external_guid=entry.external_guid, notes=entry.hours.notes
        )
        return OfferedEntry(
            request_id=self._naming.name("request", entry.request_id or "") or None,
            hours=self.bare(entry.hours),
            block=self._book.alias_of(named) if named is not None else None,
            external_guid=self._naming.name("guid", entry.external_guid),
        )

    def bare(self, hours: Hours) -> Hours:
        """A row of hours, its mark apart from the notes."""
        left = self.bare_notes(hours.notes)
        if left == hours.notes:
            return hours
        found = self._marks.in_notes(hours.notes)
        mark = found.group().strip() if found else ""
        return evolve(hours, notes=left, mark=self._naming.name("mark", mark))

    def bare_notes(self, notes: str) -> str:
        """What people wrote: the notes without the mark."""
        found = self._marks.in_notes(notes)
        if found is None or self._book.alias_of(found["block"]) is None:
            return notes
        return notes[: found.start()] + notes[found.end() :]
