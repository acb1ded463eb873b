"""The story of a Work Block: every version that it had, and what its owner did with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import final

from attrs import define, frozen

from qbharness.checks.contents import Key, bills_alike, can_be_delivered, key_of
from qbharness.history import BlockChanged, Hours, PeriodSelected


@final
@frozen
class Version:
    """The contents of a block from line ``since`` of the history to line ``until`` (None: still)."""

    hours: Hours
    key: Key
    since: int
    until: int | None

    def current_between(self, start: int, end: int) -> bool:
        """Was this version current at any moment between two lines of the history?"""
        return self.since <= end and (self.until is None or self.until >= start)

    def has(self, hours: Hours, key: Key) -> bool:
        """Are these its contents?"""
        return self.key == key and bills_alike(self.hours, hours)


@final
@define
class BlockStory:
    """All that the owner of the server did with one block; ``changes`` in order, the first adds it.

    ``deleted`` is the line at which it surely went. ``certain`` is False where the outcome of one of the
    owner's operations is not known. ``can_be_delivered``: would QuickBooks' gates let its latest contents in?
    """

    block: str
    versions: tuple[Version, ...]
    changes: tuple[BlockChanged, ...]
    deleted: int | None
    certain: bool
    can_be_delivered: bool

    @property
    def hours(self) -> Hours:
        """The latest contents."""
        return self.versions[-1].hours

    @property
    def added(self) -> int:
        """The line at which it came to be."""
        return self.changes[0].n

    def fits(self, hours: Hours, key: Key, start: int, end: int) -> bool:
        """Does a version that was current between two lines have these contents?"""
        for version in self.versions:
            if version.has(hours, key) and version.current_between(start, end):
                return True
        return False

    def lines_of(self, change: str) -> tuple[int, ...]:
        """The lines at which the owner did this."""
        return tuple(event.n for event in self.changes if event.change == change)

    @property
    def mark(self) -> BlockChanged | None:
        """The last mark that the owner set by hand: ``marked sent`` or ``marked not sent``."""
        marks = [event for event in self.changes if event.change.startswith("marked")]
        return marks[-1] if marks else None


def stories(events: Iterable[BlockChanged]) -> dict[str, BlockStory]:
    """Every block whose contents are known, by alias, in order of appearance."""
    changes: dict[str, list[BlockChanged]] = {}
    for event in events:
        changes.setdefault(event.block, []).append(event)
    found = {block: _story(block, tuple(each)) for block, each in changes.items()}
    return {block: story for block, story in found.items() if story.versions}


def _story(block: str, events: tuple[BlockChanged, ...]) -> BlockStory:
    versions: list[Version] = []
    deleted: int | None = None
    for event in events:
        if event.change not in {"added", "edited", "deleted"}:
            continue
        if versions and event.certain:
            versions = [_closed(version, event.n) for version in versions]
        if event.change == "deleted":
            deleted = event.n if event.certain else deleted
        elif event.hours is not None:
            versions.append(Version(event.hours, key_of(event.hours), event.n, None))
    deliverable = bool(versions) and can_be_delivered(versions[-1].hours)
    certain = all(event.certain for event in events)
    return BlockStory(block, tuple(versions), events, deleted, certain, deliverable)


def _closed(version: Version, line: int) -> Version:
    if version.until is not None:
        return version
    return Version(version.hours, version.key, version.since, line)


@final
class Periods:
    """Which days were selected when."""

    def __init__(self, events: Sequence[PeriodSelected]) -> None:
        self._events = events

    @cached_property
    def last_change(self) -> int:
        """The line at which the period was last changed, or 0."""
        return self._events[-1].n if self._events else 0

    def in_force(self, start: int, end: int) -> tuple[PeriodSelected | None, ...]:
        """Every period that was in force at some moment between two lines; None is everything."""
        before = [event for event in self._events if event.n < start]
        during = [event for event in self._events if start <= event.n <= end]
        return (before[-1] if before else None, *during)

    def ever(self, date: str, start: int, end: int) -> bool:
        """Was the day selected at some moment between two lines?"""
        return any(_inside(date, period) for period in self.in_force(start, end))

    def always(self, date: str, start: int, end: int) -> bool:
        """Was the day selected all the time between two lines?"""
        return all(_inside(date, period) for period in self.in_force(start, end))


def _inside(date: str, period: PeriodSelected | None) -> bool:
    if period is None:
        return True
    return (period.start or "") <= date and (period.end is None or date <= period.end)
