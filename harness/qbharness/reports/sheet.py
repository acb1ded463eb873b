"""The timesheet before and after, as one small table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, final

from attrs import frozen

from qbharness.history import Entry, History, Ledger, hours_and_minutes
from qbharness.reports.texts import cut, one_line

_COLUMNS: Final = (
    "Employee", "Customer", "Date", "Hours", "Service item", "Class", "Payroll item", "Notes", "Billing",
    "TxnID",
)  # fmt: skip
_ALWAYS: Final = frozenset({"Employee", "Date", "Hours", "TxnID"})
_WIDEST: Final = 30
_BILLING: Final = {"NotBillable": "", "Billable": "billable", "HasBeenBilled": "billed"}


@final
@frozen
class Row:
    """One entry; ``change`` against the sheet before is ``new``, ``changed`` or ``""``."""

    cells: tuple[str, ...]
    change: str = ""


@final
@frozen
class Sheet:
    """The timesheet at one moment; ``columns`` leaves out what no sheet of the report has."""

    moment: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def sheets_of(history: History, looked_at: int | None = None) -> tuple[Sheet, ...]:
    """The first timesheet, and the one that was judged: at rest, or just above line ``looked_at``."""
    ledgers = history.all(Ledger)
    if not ledgers:
        return ()
    after = history.last(Ledger, before=looked_at) or ledgers[-1]
    chosen = [("before", ledgers[0])] if after is not ledgers[0] else []
    at_rest = looked_at is not None and after.moment == "at rest"
    chosen.append(("after (at rest)" if at_rest else "after", after))
    return laid_out(chosen)


def laid_out(ledgers: Iterable[tuple[str, Ledger]]) -> tuple[Sheet, ...]:
    """Timesheets side by side: the same columns in all, and each row against the sheet before it."""
    chosen = tuple(ledgers)
    everything = [_cells(entry) for _, ledger in chosen for entry in ledger.entries]
    kept = [
        index
        for index, column in enumerate(_COLUMNS)
        if column in _ALWAYS or any(cells[index] for cells in everything)
    ]
    sheets: list[Sheet] = []
    known: dict[str, Entry] | None = None
    for moment, ledger in chosen:
        rows = tuple(
            Row(tuple(_cells(entry)[index] for index in kept), _change(entry, known))
            for entry in ledger.entries
        )
        sheets.append(Sheet(moment, tuple(_COLUMNS[index] for index in kept), rows))
        known = {entry.txn_id: entry for entry in ledger.entries}
    return tuple(sheets)


def _change(entry: Entry, known: dict[str, Entry] | None) -> str:
    if known is None:
        return ""
    if entry.txn_id not in known:
        return "new"
    return "" if known[entry.txn_id] == entry else "changed"


def billing(entry: Entry) -> str:
    """``billable`` or ``billed``, as a person would say; nothing where it is neither."""
    return _BILLING.get(entry.billing, entry.billing)


def _cells(entry: Entry) -> tuple[str, ...]:
    hours = entry.hours
    texts = (
        hours.employee, hours.customer, hours.date, hours_and_minutes(hours.seconds), hours.service_item,
        hours.class_, hours.payroll_item, hours.notes, billing(entry), entry.txn_id,
    )  # fmt: skip
    return tuple(one_line(text) for text in texts)


def table(sheets: tuple[Sheet, ...]) -> Iterator[str]:
    """The sheets as aligned lines of text."""
    header = ("", *sheets[0].columns)
    body: list[tuple[str, ...]] = []
    for sheet in sheets:
        rows = [tuple(cut(cell, _WIDEST) for cell in row.cells) for row in sheet.rows]
        rows = rows or [("(empty)",) + ("",) * (len(header) - 2)]
        body += [(sheet.moment if number == 0 else "", *row) for number, row in enumerate(rows)]
    widths = [max(len(row[index]) for row in [header, *body]) for index in range(len(header))]
    for row in [header, *body]:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
