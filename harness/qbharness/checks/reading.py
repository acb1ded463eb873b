"""The facts that several checks need, read once from a history: blocks, updates, landings, timelines."""

from __future__ import annotations

from functools import cached_property
from typing import Final, final

from attrs import frozen

from qbharness.history import (
    AtRest,
    BlockChanged,
    CallAnswered,
    CallSent,
    Committed,
    HandedOut,
    History,
    Hours,
    PeriodSelected,
    Processed,
    ScenarioStarted,
    UpdateEnded,
    UpdateStarted,
)

DEFAULT_CONTRACT: Final = {
    "delivery": "exactly_once",
    "after_edit": "keep_first",
    "on_mismatch": "stop",
    "one_block_per_request": "true",
    "after_restore": "report",
    "proof": "message_set",
}
"""The seed's promises, for what a target does not declare."""


@final
@frozen
class Version:
    """The contents of a block from line ``since`` of the history to line ``until`` (None: still)."""

    hours: Hours
    since: int
    until: int | None

    def current_between(self, start: int, end: int) -> bool:
        """Was this version current at any moment between two lines of the history?"""
        return self.since <= end and (self.until is None or self.until >= start)


@final
@frozen
class BlockStory:
    """All that the owner of the server did with one block."""

    block: str
    versions: tuple[Version, ...]
    deleted: int | None
    marked_sent: tuple[int, ...]
    marked_not_sent: tuple[int, ...]
    certain: bool

    @property
    def hours(self) -> Hours:
        """The latest contents."""
        return self.versions[-1].hours

    def fits(self, hours: Hours, start: int, end: int) -> bool:
        """Does a version that was current between two lines have these contents?"""
        return any(
            version.current_between(start, end) and not version.hours.differences(hours)
            for version in self.versions
        )


@final
@frozen
class Landing:
    """A commit that a hand-out caused.

    ``window`` are the lines between which an offered version counts; ``acknowledged``: the server got
    QuickBooks' answer about this entry; ``present``: it lies on the present timeline.
    """

    entry: Committed
    hours: Hours
    window: tuple[int, int]
    acknowledged: bool
    present: bool

    @property
    def txn_id(self) -> str:
        return self.entry.record_id


@final
@frozen
class Update:
    """One update with what happened in it, in order."""

    started: UpdateStarted
    ended: UpdateEnded | None
    calls: tuple[CallSent, ...]
    replies: tuple[CallAnswered, ...]
    handed_out: tuple[HandedOut, ...]
    processed: tuple[Processed, ...]

    @property
    def authenticated_at(self) -> int:
        """The line of its authenticate call, or of its start where there was none."""
        return next((call.n for call in self.calls if call.operation == "authenticate"), self.started.n)

    @property
    def refused(self) -> tuple[tuple[HandedOut, str], ...]:
        """Hand-outs of hours that QuickBooks refused, each with QuickBooks' words."""
        by_call = {done.call: done for done in self.processed}
        return tuple(
            (handed, answer.message)
            for handed in self.handed_out
            if handed.call in by_call
            for answer in by_call[handed.call].answers
            if answer.request == "TimeTrackingAdd" and answer.is_error
        )


class Reading:
    """A history, read for judging; every property is computed once."""

    def __init__(self, history: History) -> None:
        self.history = history
        started = history.first(ScenarioStarted)
        self.contract = DEFAULT_CONTRACT | dict(started.contract if started else {})

    @cached_property
    def rested_at(self) -> int:
        """The line at which delivery is judged."""
        rest = self.history.last(AtRest)
        return rest.n if rest else len(self.history)

    @cached_property
    def blocks(self) -> dict[str, BlockStory]:
        """Every block that the owner made, by alias, in order of appearance."""
        changes: dict[str, list[BlockChanged]] = {}
        for event in self.history.all(BlockChanged):
            changes.setdefault(event.block, []).append(event)
        return {block: _story(block, events) for block, events in changes.items()}

    @cached_property
    def updates(self) -> tuple[Update, ...]:
        """Every update, in the order in which they started."""
        return tuple(self._update(started) for started in self.history.all(UpdateStarted))

    def _update(self, started: UpdateStarted) -> Update:
        number = started.update
        return Update(
            started,
            next((end for end in self.history.all(UpdateEnded) if end.update == number), None),
            tuple(event for event in self.history.all(CallSent) if event.update == number),
            tuple(event for event in self.history.all(CallAnswered) if event.update == number),
            tuple(event for event in self.history.all(HandedOut) if event.update == number),
            tuple(event for event in self.history.all(Processed) if event.update == number),
        )

    @cached_property
    def hand_outs(self) -> dict[int, HandedOut]:
        """Every hand-out of hours, by the number of its call."""
        return {
            event.call: event
            for event in self.history.all(HandedOut)
            if event.entries and event.delivery == 1
        }

    @cached_property
    def landings(self) -> tuple[Landing, ...]:
        """Every landing, on whatever timeline, in order."""
        return tuple(
            self._landing(row)
            for row in self.history.all(Committed)
            if row.record == "TimeTracking" and row.action == "add" and row.actor == "connector" and row.after
        )

    def _landing(self, row: Committed) -> Landing:
        hours = row.after or Hours("", "", 0)
        return Landing(row, hours, self._window(row), self._acknowledged(row), self.is_present(row))

    def _window(self, row: Committed) -> tuple[int, int]:
        handed = self.hand_outs.get(row.call or 0)
        if handed is None:
            return 0, row.n
        first = next((other for other in self.hand_outs.values() if other.text == handed.text), handed)
        by_number = {update.started.update: update for update in self.updates}
        return by_number[first.update].authenticated_at, handed.n

    def _acknowledged(self, row: Committed) -> bool:
        for done in self.history.all(Processed):
            if not any(answer.txn_id == row.record_id for answer in done.answers) or done.n < row.n:
                continue
            reply = next(
                (
                    reply
                    for reply in self.history.all(CallAnswered)
                    if reply.update == done.update
                    and reply.n > done.n
                    and reply.operation == "receiveResponseXML"
                ),
                None,
            )
            if reply is not None and reply.reached:
                return True
        return False

    def is_present(self, row: Committed) -> bool:
        """Does a journal row lie on the present timeline, or did a restored backup take it away?"""
        return row.sequence <= self._reach.get(row.timeline, 0)

    @cached_property
    def _reach(self) -> dict[int, int]:
        """Timeline to the last sequence of it that the present still remembers."""
        rows = self.history.all(Committed)
        if not rows:
            return {}
        reach = {rows[-1].timeline: rows[-1].sequence}
        for row in reversed(rows):
            if row.action == "restore" and row.timeline in reach:
                reach.setdefault(row.restored or 0, min(row.shares or 0, reach[row.timeline]))
        return reach

    @cached_property
    def last_restore(self) -> int:
        """The journal sequence of the last restored backup, or 0."""
        rows = (row.sequence for row in self.history.all(Committed) if row.action == "restore")
        return max(rows, default=0)

    def in_period(self, block: BlockStory) -> bool:
        """Is the block inside the period that is selected at rest?"""
        return _inside(block.hours.date, self.history.last(PeriodSelected))

    def ever_in_period(self, block: BlockStory) -> bool:
        """Did any update start while the block was inside the selected period?"""
        return any(
            _inside(version.hours.date, self.history.last(PeriodSelected, before=update.started.n))
            for update in self.updates
            for version in block.versions
        )

    @cached_property
    def standing_mismatch(self) -> frozenset[str]:
        """The blocks that wait because the last update stopped at (or skipped) what QuickBooks refused."""
        last = self.updates[-1] if self.updates else None
        if last is None or not last.refused:
            return frozenset()
        if self.contract["on_mismatch"] == "stop":
            return frozenset(self.blocks)
        return frozenset(
            block.block
            for block in self.blocks.values()
            for handed, _ in last.refused
            for entry in handed.entries
            if block.fits(entry.hours, 0, handed.n)
        )


def _inside(date: str, period: PeriodSelected | None) -> bool:
    if period is None:
        return True
    return (period.start or "") <= date and (period.end is None or date <= period.end)


def _story(block: str, events: list[BlockChanged]) -> BlockStory:
    versions: list[Version] = []
    deleted: int | None = None
    for event in events:
        if event.change in {"added", "edited", "deleted"} and versions and versions[-1].until is None:
            versions[-1] = Version(versions[-1].hours, versions[-1].since, event.n)
        if event.change == "deleted":
            deleted = event.n
        elif event.hours is not None and event.change in {"added", "edited"}:
            versions.append(Version(event.hours, event.n, None))
    return BlockStory(
        block,
        tuple(versions),
        deleted,
        tuple(event.n for event in events if event.change == "marked sent"),
        tuple(event.n for event in events if event.change == "marked not sent"),
        all(event.certain for event in events),
    )


__all__ = ["DEFAULT_CONTRACT", "BlockStory", "Landing", "Reading", "Update", "Version"]
