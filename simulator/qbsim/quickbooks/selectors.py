"""Picking entries of the timesheet as a person would: by what stands in them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, Literal, final

from attrs import frozen

from qbsim.errors import UsageProblem
from qbsim.quickbooks.company import CompanyFile
from qbsim.quickbooks.lists import key_of
from qbsim.quickbooks.timesheets import TimesheetRow

Which = Literal["only", "earlier", "later", "all"]

_HOURS: Final = re.compile(r"(-?)(\d+):([0-5]\d)|(\d+)h(?:([0-5]?\d)m)?|(\d+)m")


@final
@frozen(kw_only=True)
class Selector:
    """What an entry must have; ``None`` matches anything. Names are compared without case.

    ``which``: ``only`` (exactly one matches), ``earlier`` or ``later`` (the first or last made, of two
    or more), ``all`` (one or more). ``read`` is what a person reads of the notes: an application may have
    added to them.
    """

    employee: str | None = None
    customer: str | None = None
    date: dt.date | str | None = None
    hours: dt.timedelta | str | None = None
    notes: str | None = None
    which: Which = "only"
    read: Callable[[str], str] = str

    def pick(self, company: CompanyFile) -> tuple[TimesheetRow, ...]:
        """The entries that are meant, oldest first.

        Raises UsageProblem, with the candidates listed, unless as many match as ``which`` says.
        """
        rows = [row for row in company.timesheet() if self._matches(row)]
        rows.sort(key=lambda row: int(row.txn_id.rpartition("-")[2]))
        needed = {"only": len(rows) == 1, "all": len(rows) >= 1}.get(self.which, len(rows) >= 2)
        if not needed:
            raise self._problem(company, rows)
        return tuple({"earlier": rows[:1], "later": rows[-1:]}.get(self.which, rows))

    def _matches(self, row: TimesheetRow) -> bool:
        names = ((self.employee, row.employee), (self.customer, row.customer))
        return (
            all(want is None or key_of(want) == key_of(has) for want, has in names)
            and (self.date is None or day_of(self.date) == row.date)
            and (self.hours is None or seconds_of(self.hours) == row.duration)
            and (self.notes is None or self.notes == self.read(row.notes))
        )

    def _problem(self, company: CompanyFile, matches: list[TimesheetRow]) -> UsageProblem:
        wanted = {"only": "exactly one", "all": "at least one"}.get(self.which, "two or more")
        found = {0: "No entry of the timesheet matches", 1: "Only one entry of the timesheet matches"}
        told = found.get(len(matches), f"{len(matches)} entries of the timesheet match")
        listed = "; ".join(map(_line, matches or list(company.timesheet())[:10]))
        there = f"{'They are' if len(matches) > 1 else 'There is'}: {listed}." if listed else "It is empty."
        return UsageProblem(f"{told}, and {wanted} must.", cure=there)


def _line(row: TimesheetRow) -> str:
    notes = f', "{row.notes}"' if row.notes else ""
    return f"{row.date} {row.employee}, {row.customer or 'no customer'}, {row.hours}{notes}"


def seconds_of(hours: dt.timedelta | str) -> int:
    """``7:30``, ``7h30m`` or a timedelta, in seconds; a decimal is refused with the cure."""
    if isinstance(hours, dt.timedelta):
        return int(hours.total_seconds())
    match = _HOURS.fullmatch(hours.strip())
    if match is None:
        raise UsageProblem(
            f"{hours!r} is not a number of hours.", cure="Write hours and minutes: 7:30 or 7h30m."
        )
    sign, clock_hours, clock_minutes, hours_only, minutes_too, minutes_only = match.groups()
    total = int(clock_hours or hours_only or 0) * 60
    total += int(clock_minutes or minutes_too or minutes_only or 0)
    return -total * 60 if sign else total * 60


def day_of(value: dt.date | str) -> str:
    """A day as company files have it, ``2026-11-02``; raises UsageProblem for what is none."""
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        return dt.date.fromisoformat(value).isoformat()
    except ValueError:
        raise UsageProblem(f"{value!r} is not a day.", cure="Write it like 2026-11-02.") from None
