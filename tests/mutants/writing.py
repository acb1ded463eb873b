"""Mutants of ``exact`` that change what a block says on its way into QuickBooks."""

from __future__ import annotations

from attrs import evolve
from mutants_support import ONE_JOB_A_NAME, PLAIN_BLOCKS, SHORT_NAMES, Remembering, mutant

from qbharness.servers.desk import Block, Desk
from qbharness.servers.policies.exact import Exact
from qbharness.servers.work_blocks import Values
from qbharness.servers.xml import quote


class _Changing(Exact):
    """Writes other values than the block has."""

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        return super().write(desk, evolve(block, values=self.change(block.values)), request_id)

    def change(self, values: Values) -> Values:
        """What is written instead."""
        return values


@mutant("Hours are rounded down to quarters of an hour.", ways=(25,), exhaustive=PLAIN_BLOCKS)
class RoundsToQuarters(_Changing):
    def change(self, values: Values) -> Values:
        return evolve(values, minutes=max(15, values.minutes // 15 * 15))


@mutant("Minutes below ten lose their zero: 8:05 becomes 8:50.", ways=(25,), exhaustive=PLAIN_BLOCKS)
class DropsTheZeroOfMinutes(_Changing):
    def change(self, values: Values) -> Values:
        hours, minutes = divmod(values.minutes, 60)
        return evolve(values, minutes=hours * 60 + (minutes * 10 if 0 < minutes < 6 else minutes))


@mutant("Names are cut at 31 characters.", ways=(26,), exhaustive=PLAIN_BLOCKS, generated=SHORT_NAMES)
class CutsNames(_Changing):
    def change(self, values: Values) -> Values:
        return evolve(values, customer=values.customer[:31], employee=values.employee[:31])


@mutant(
    "A job is known by its own name; of two customers with a job of that name it takes the first.",
    ways=(26,),
    exhaustive=PLAIN_BLOCKS,
    generated=ONE_JOB_A_NAME,
)
class MixesJobsOfTheSameName(Remembering, Exact):
    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        job = block.values.customer.rpartition(":")[2]
        known = self.memory(desk).setdefault(job, block.values.customer)
        values = evolve(block.values, customer=known)
        return super().write(desk, evolve(block, values=values), request_id)


@mutant("Line breaks in notes become blanks.", ways=(27,), exhaustive=PLAIN_BLOCKS)
class JoinsLinesOfNotes(_Changing):
    def change(self, values: Values) -> Values:
        return evolve(values, notes=values.notes.replace("\n", " "))


@mutant("Notes are cut at 255 characters.", ways=(27,), exhaustive=PLAIN_BLOCKS)
class CutsNotes(_Changing):
    def change(self, values: Values) -> Values:
        return evolve(values, notes=values.notes[:255])


@mutant("Quotes are taken out of notes.", ways=(27,), exhaustive=PLAIN_BLOCKS)
class DropsQuotes(_Changing):
    def change(self, values: Values) -> Values:
        return evolve(values, notes=values.notes.replace('"', "").replace("'", ""))


@mutant("Letters that are no ASCII are taken out of notes.", ways=(27,), exhaustive=PLAIN_BLOCKS)
class DropsAccents(_Changing):
    def change(self, values: Values) -> Values:
        return evolve(values, notes=values.notes.encode("ascii", "ignore").decode())


@mutant("Notes stand in the request as they are, with their & and <.", ways=(27,), exhaustive=PLAIN_BLOCKS)
class WritesNotesUnescaped(Exact):
    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        text = super().write(desk, block, request_id)
        notes = block.values.notes
        return text.replace(f"<Notes>{quote(notes)}</Notes>", f"<Notes>{notes}</Notes>")


@mutant("A block with notes has its elements in the wrong order.", ways=(28,), exhaustive=PLAIN_BLOCKS)
class MixesUpTheOrder(Exact):
    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        text = super().write(desk, block, request_id)
        before, found, after = text.partition("<Duration>")
        notes = f"<Notes>{quote(block.values.notes)}</Notes>\n"
        return before + notes + found + after.replace(notes, "") if notes in after else text


@mutant("Nothing is ever billable.", exhaustive=PLAIN_BLOCKS)
class ForgetsToBill(_Changing):
    def change(self, values: Values) -> Values:
        return evolve(values, billable=values.billable and bool(values.payroll_item))


@mutant("The twenty-ninth of February becomes the twenty-eighth.", ways=(24,), exhaustive=PLAIN_BLOCKS)
class KnowsNoLeapDay(_Changing):
    def change(self, values: Values) -> Values:
        return evolve(values, date=values.date.replace("-02-29", "-02-28"))
