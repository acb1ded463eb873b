"""Prints timesheets and journals as plain tables, as wide as they need, without empty columns."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import click

from qbsim.errors import UsageProblem
from qbsim.quickbooks import CompanyFile, JournalRow, TimesheetRow

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BILLABLE: Final = {"Billable": "yes", "HasBeenBilled": "billed"}
_RIGHT: Final = frozenset({"Hours", "Total", "#", "Timeline"})


def print_entries(company: CompanyFile, employee: str | None) -> None:
    """Every entry on a line."""
    head = (
        "Date",
        "Name",
        "Customer:Job",
        "Service item",
        "Payroll item",
        "Class",
        "Hours",
        "Billable",
        "Notes",
    )
    rows = [
        (row.date, row.employee, *_work(row)[:4], row.hours, _work(row)[4], _line(row.notes))
        for row in company.timesheet(employee=employee)
    ]
    _print(company.name, head, rows, nothing="The timesheet is empty.")


def print_week(company: CompanyFile, employee: str | None, day: str) -> None:
    """The week around ``day`` for each name: a row for each kind of work, a column for each day."""
    first = _first_day(company, day)
    days = [first + dt.timedelta(days=number) for number in range(7)]
    rows = company.timesheet(employee=employee, first=days[0].isoformat(), last=days[-1].isoformat())
    people = sorted({row.employee for row in rows})
    if not people:
        click.echo(f"No time from {days[0]} to {days[-1]}.")
    for name in people:
        _print_week(name, days, [row for row in rows if row.employee == name])


def print_journal(rows: Iterable[JournalRow]) -> None:
    """One change a line, oldest first."""
    lines = []
    for row in rows:
        who = f"{row.actor.kind} {row.actor.name}" + (f" on {row.actor.pc}" if row.actor.pc else "")
        moment = f"{row.at:%Y-%m-%d %H:%M:%S}"
        lines.append((str(row.sequence), moment, str(row.timeline), who, row.action, row.record, row.id))
    head = ("#", "Time (UTC)", "Timeline", "Who", "Did", "What", "Id")
    _print("Journal", head, lines, nothing="Nothing has happened yet.")


def _first_day(company: CompanyFile, day: str) -> dt.date:
    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        raise UsageProblem(f"{day!r} is not a day.", cure="Write it like 2026-11-02.") from None
    begins = company.setting("preferences")["TimeTrackingPreferences"]["FirstDayOfWeek"]
    return date - dt.timedelta(days=(date.weekday() - _DAYS.index(begins)) % 7)


def _work(row: TimesheetRow) -> tuple[str, str, str, str, str]:
    billable = _BILLABLE.get(row.billable, "")
    return row.customer, row.service_item, row.payroll_item, row.class_, billable


def _print_week(name: str, days: list[dt.date], rows: list[TimesheetRow]) -> None:
    work: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * 7)
    for row in rows:
        customer, item, payroll, class_, billable = _work(row)
        place = days.index(dt.date.fromisoformat(row.date))
        work[customer, item, payroll, _line(row.notes), class_, billable][place] += row.duration
    shown = [f"{day:%a} {day.day}" for day in days]
    head = ("Customer:Job", "Service item", "Payroll item", "Notes", "Class", *shown, "Total", "Billable")
    lines = [
        (*words, *map(_hours, seconds), _hours(sum(seconds)), billable)
        for (*words, billable), seconds in sorted(work.items())
    ]
    totals = [sum(column) for column in zip(*work.values(), strict=True)]
    lines.append(("Totals", "", "", "", "", *map(_hours, totals), _hours(sum(totals)), ""))
    _print(name, head, lines, keep=frozenset(shown))


def _hours(seconds: int) -> str:
    minutes = abs(seconds) // 60
    sign = "-" if seconds < 0 else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02d}" if minutes else ""


def _line(text: str) -> str:
    """A note on one line, and not too long of it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else f"{flat[:39]}…"


def _print(
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    keep: frozenset[str] = frozenset(),
    nothing: str = "",
) -> None:
    click.echo(title)
    if not rows:
        click.echo(nothing)
        return
    columns = [
        (name, cells)
        for name, cells in zip(head, zip(*rows, strict=True), strict=True)
        if any(cells) or name in keep
    ]
    widths = [max(map(len, (name, *cells))) for name, cells in columns]
    right = [name in _RIGHT or name in keep for name, _ in columns]
    names = tuple(name for name, _ in columns)
    for line in (
        names,
        tuple("-" * width for width in widths),
        *zip(*(cells for _, cells in columns), strict=True),
    ):
        fitted = zip(line, widths, right, strict=True)
        click.echo(
            "  ".join(
                one.rjust(width) if is_right else one.ljust(width) for one, width, is_right in fitted
            ).rstrip()
        )
