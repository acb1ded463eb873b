"""The timesheet as QuickBooks shows it: one weekly sheet for each person, the days beside each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, final

from attrs import frozen

from qbharness.history import Entry, hours_and_minutes
from qbharness.reports.sheet import billing

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


@final
@frozen
class WeekRow:
    """One line of a sheet; ``days`` are seven texts, empty where nothing was worked.

    Two entries of one day never share a line: hours that are there twice are seen twice.
    """

    customer: str
    service_item: str
    notes: str
    more: str
    days: tuple[str, ...]
    total: str
    txn_ids: tuple[str, ...]


@final
@frozen
class Week:
    """One person's week; ``heading`` is its days as QuickBooks heads the columns."""

    employee: str
    begins: str
    heading: tuple[str, ...]
    rows: tuple[WeekRow, ...]
    totals: tuple[str, ...]
    total: str

    @property
    def has_items(self) -> bool:
        """Does any line name a service item?"""
        return any(row.service_item for row in self.rows)


def weeks_of(entries: Iterable[Entry]) -> tuple[Week, ...]:
    """Every person's weeks, by name and date; an entry without a readable date is left out."""
    sheets: dict[tuple[str, dt.date], list[tuple[int, Entry]]] = {}
    for entry in entries:
        try:
            day = dt.date.fromisoformat(entry.hours.date)
        except ValueError:
            continue
        monday = day - dt.timedelta(days=day.weekday())
        sheets.setdefault((entry.hours.employee, monday), []).append((day.weekday(), entry))
    return tuple(_week(*key, sheets[key]) for key in sorted(sheets))


def _week(employee: str, monday: dt.date, placed: list[tuple[int, Entry]]) -> Week:
    lines: list[tuple[tuple[str, ...], dict[int, Entry]]] = []
    for weekday, entry in placed:
        key = _key(entry)
        line = next((days for other, days in lines if other == key and weekday not in days), None)
        if line is None:
            line = {}
            lines.append((key, line))
        line[weekday] = entry
    sums = [sum(days[day].hours.seconds for _, days in lines if day in days) for day in range(7)]
    dates = [monday + dt.timedelta(days=day) for day in range(7)]
    return Week(
        employee,
        monday.isoformat(),
        tuple(f"{name} {date.day}" for name, date in zip(DAYS, dates, strict=True)),
        tuple(_row(key, days) for key, days in lines),
        tuple(_shown(seconds) for seconds in sums),
        hours_and_minutes(sum(sums)),
    )


def _key(entry: Entry) -> tuple[str, ...]:
    hours = entry.hours
    more = (hours.payroll_item, hours.class_, billing(entry))
    return hours.customer, hours.service_item, hours.notes, " · ".join(filter(None, more))


def _row(key: tuple[str, ...], days: dict[int, Entry]) -> WeekRow:
    customer, item, notes, more = key
    total = sum(entry.hours.seconds for entry in days.values())
    cells = tuple(_shown(days[day].hours.seconds) if day in days else "" for day in range(7))
    ids = tuple(days[day].txn_id for day in sorted(days))
    return WeekRow(customer, item, notes, more, cells, hours_and_minutes(total), ids)


def _shown(seconds: int) -> str:
    return hours_and_minutes(seconds) if seconds else ""
