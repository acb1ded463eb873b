"""When are two rows of hours the same?  Names ignore case, unsaid billing fits all, renames are followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias, final

from attrs import evolve, frozen

from qbharness.history import Committed, Hours

Key: TypeAlias = tuple[str | int, ...]

_NAMES: Final = ("employee", "customer", "service_item", "class_", "payroll_item")

LONGEST_DAY: Final = 24 * 3600
LONGEST_NOTES: Final = 4095
LONGEST_NAME: Final = 209
"""Characters of a full name. Source of the three: the qbXML schema; the day is the timesheet's."""


def key_of(hours: Hours) -> Key:
    """Equal for rows that differ at most in how they are billed. Line ends are one character in XML."""
    return (
        hours.date,
        hours.seconds,
        hours.employee.casefold(),
        hours.customer.casefold(),
        hours.service_item.casefold(),
        hours.class_.casefold(),
        hours.payroll_item.casefold(),
        hours.notes.replace("\r\n", "\n").replace("\r", "\n"),
    )


def looks_of(*rows: Hours) -> tuple[tuple[Hours, Key], ...]:
    """Rows that may stand for one entry, each different one once, with its key."""
    different = {id(row): row for row in rows}.values()
    return tuple({(key := key_of(row)): (row, key) for row in different}.values())


def bills_alike(one: Hours, other: Hours) -> bool:
    """May both be the same row, as far as billing goes?  Where one does not say, yes."""
    return one.billable is None or other.billable is None or one.billable == other.billable


def can_be_delivered(hours: Hours) -> bool:
    """Would QuickBooks' gates let this row in at all?  What they refuse, no server can deliver."""
    return (
        0 < hours.seconds <= LONGEST_DAY
        and bool(hours.employee)
        and len(hours.notes) <= LONGEST_NOTES
        and all(len(getattr(hours, name)) <= LONGEST_NAME for name in _NAMES)
    )


@final
@frozen
class Rename:
    """At line ``n`` a list element got another full name."""

    n: int
    old: str
    new: str


@final
class Renames:
    """Which names were changed in QuickBooks, as the journal tells."""

    def __init__(self, rows: Iterable[Committed]) -> None:
        self._renames: list[Rename] = []
        names: dict[tuple[str, str, str], str] = {}
        for row in rows:
            if not row.name or row.record == "TimeTracking":
                continue
            whose = (row.company, row.record, row.record_id)
            before = names.get(whose, row.name)
            if before != row.name:
                self._renames.append(Rename(row.n, before, row.name))
            names[whose] = row.name

    def formerly(self, hours: Hours, n: int) -> Hours:
        """The row of line ``n`` under the names that its people and jobs had at first.

        A server that keeps ListIDs reaches the same person under a new name.
        """
        if not self._renames:
            return hours
        names: dict[str, Any] = {name: self._first_name(getattr(hours, name), n) for name in _NAMES}
        return evolve(hours, **names)

    def _first_name(self, name: str, n: int) -> str:
        for rename in reversed(self._renames):
            if rename.n > n:
                continue
            if name.casefold() == rename.new.casefold():
                name = rename.old
            elif name.casefold().startswith(f"{rename.new.casefold()}:"):
                name = rename.old + name[len(rename.new) :]
        return name
