"""The books: is each block's time in the present timesheet once, whoever wrote or deleted it?

A second judgement beside delivery, for cleanup procedures. It never accuses the server: hours that a person
deleted are missing all the same, and hours that a person typed beside the server's are there twice.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final, final

from attrs import frozen

from qbharness.checks.blocks import BlockStory
from qbharness.checks.contents import looks_of
from qbharness.checks.landings import Landing
from qbharness.checks.matching import Case
from qbharness.checks.owed import Owed
from qbharness.checks.places import Places
from qbharness.history import Committed, Entry, History, Ledger, hours_and_minutes


@final
class InBooks(enum.Enum):
    """How a block's time stands in the timesheet."""

    ONCE = "once"
    TOO_OFTEN = "more than once"
    DELETED = "missing: deleted by a person"
    FORGOTTEN = "missing: forgotten by QuickBooks when the backup was restored"
    TAKEN_BACK = "missing: deleted by the server"
    ELSEWHERE = "missing: in another company"
    NEVER_LANDED = "missing: it never arrived in QuickBooks"

    @property
    def is_missing(self) -> bool:
        """Is the time not in the books?"""
        return self.value.startswith("missing")


@final
@frozen
class BooksFinding:
    """One block in the books: how its time stands, in which entries, and a sentence for people."""

    block: str
    state: InBooks
    txn_ids: tuple[str, ...]
    sentence: str

    @property
    def is_right(self) -> bool:
        """Is it there once?"""
        return self.state is InBooks.ONCE


def books(history: History) -> tuple[BooksFinding, ...]:
    """How every block's time stands in the last timesheet of a history; ValueError where there is none.

    A block that its owner deleted, or whose day is not in the selected period, is told only if its time is
    in the books more than once.
    """
    case = Case(history)
    ledger = case.last(Ledger)
    if ledger is None:
        raise ValueError("the history has no timesheet")
    having = _entries_of(case, ledger.entries)
    reasons = _reasons(case, ledger.entries)
    return tuple(
        finding
        for block in case.blocks.values()
        if (finding := _finding(case, block, having[block.block], reasons)) is not None
    )


def _finding(
    case: Case, block: BlockStory, entries: list[Entry], reasons: dict[str, list[InBooks]]
) -> BooksFinding | None:
    ids = tuple(entry.txn_id for entry in entries)
    what = block.hours.as_sentence()
    if len(entries) > 1:
        total = hours_and_minutes(sum(entry.hours.seconds for entry in entries))
        often = "twice" if len(entries) == 2 else f"{len(entries)} times"
        told = f"Block {block.block} ({what}) is in the books {often}, {total} in all."
        return BooksFinding(block.block, InBooks.TOO_OFTEN, ids, told)
    expected = block.deleted is None and case.periods.always(block.hours.date, case.rested_at, case.rested_at)
    if entries:
        return BooksFinding(
            block.block, InBooks.ONCE, ids, f"Block {block.block} ({what}) is in the books once."
        )
    if not expected:
        return None
    mine = reasons[block.block]
    state = mine.pop(0) if mine else InBooks.NEVER_LANDED
    return BooksFinding(block.block, state, (), f"Block {block.block} ({what}) is {state.value}.")


def _entries_of(case: Case, entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Every entry with one block whose time it is: first each block gets one, then who could have more."""
    fitting = {number: _fitting(case, entry) for number, entry in enumerate(entries)}
    places = Places({name: Owed(1, 1) for name in case.blocks})
    places.fill(fitting)
    having: dict[str, list[Entry]] = {name: [] for name in case.blocks}
    for number, entry in enumerate(entries):
        name = places.holder.get(number) or next(iter(fitting[number]), None)
        if name is not None:
            having[name].append(entry)
    return having


def _fitting(case: Case, entry: Entry) -> tuple[str, ...]:
    """The blocks whose time an entry may be: by what the server sent, else by what it says now."""
    landing = next((each for each in case.landings if each.txn_id == entry.txn_id), None)
    if landing is not None:
        return case.fitting[landing.entry.n]
    line = len(case.history)
    looks = looks_of(entry.hours, case.renames.formerly(entry.hours, line))
    return tuple(
        block.block
        for block in case.blocks_like(*(key for _, key in looks))
        if any(block.fits(look, key, 0, line) for look, key in looks)
    )


_PERSON: Final = "person"


def _reasons(case: Case, entries: Iterable[Entry]) -> dict[str, list[InBooks]]:
    """Why landings of each block are no longer in the timesheet; equal blocks share one list."""
    there = {entry.txn_id for entry in entries}
    lists: dict[str, list[InBooks]] = {name: [] for name in case.blocks}
    for landing in case.all_landings:
        if landing.txn_id in there and not landing.entry.company:
            continue
        names = case.fitting[landing.entry.n]
        for name in names:
            lists[name] = lists[names[0]]
        if names:
            lists[names[0]].append(_why_gone(case, landing))
    return lists


def _why_gone(case: Case, landing: Landing) -> InBooks:
    if landing.entry.company:
        return InBooks.ELSEWHERE
    if not landing.present:
        return InBooks.FORGOTTEN
    deleted = any(
        row.record_id == landing.txn_id and row.action == "delete" and row.actor == _PERSON
        for row in case.all(Committed)
    )
    return InBooks.DELETED if deleted else InBooks.TAKEN_BACK
