"""Two timesheets side by side, entry by entry: what was there, and what has become of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias, final

from attrs import frozen

from qbharness.history import Ledger
from qbharness.reports.sheet import Sheet, laid_out
from qbharness.reports.texts import cut

Moment: TypeAlias = Literal["before", "after"]

GONE: Final = "(gone)"
NOT_YET: Final = "(not there yet)"

_ID: Final = "TxnID"
_WIDEST: Final = 24


@final
@frozen
class Pair:
    """One entry at both moments; ``()`` where it is not there. ``change``: new, gone, changed or ``""``."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    change: str

    def cells(self, moment: Moment) -> tuple[str, ...]:
        """The entry's cells, or one that says why there are none."""
        cells = self.before if moment == "before" else self.after
        return cells or ((NOT_YET,) if moment == "before" else (GONE,))

    def sentence(self, moment: Moment) -> str:
        """The entry in one phrase."""
        return ", ".join(cell for cell in self.cells(moment) if cell)


@final
@frozen
class SideBySide:
    """The columns that any entry uses, and the entries in QuickBooks' order, those of before first."""

    headings: Mapping[Moment, str]
    columns: tuple[str, ...]
    rows: tuple[Pair, ...]


def side_by_side(before: Ledger, after: Ledger, headings: Mapping[Moment, str]) -> SideBySide:
    """Both sheets with the same columns; QuickBooks' own numbers only join them and are not shown."""
    left, right = laid_out((("before", before), ("after", after)))
    was, now = _by_id(left), _by_id(right)
    ids = dict.fromkeys([*was, *now])
    rows = tuple(Pair(was.get(key, ()), now.get(key, ()), _change(key, was, now)) for key in ids)
    columns = tuple(column for column in left.columns if column != _ID)
    return SideBySide(headings, columns, rows)


def _by_id(sheet: Sheet) -> dict[str, tuple[str, ...]]:
    where = sheet.columns.index(_ID)
    return {
        row.cells[where]: tuple(cell for index, cell in enumerate(row.cells) if index != where)
        for row in sheet.rows
    }


def _change(key: str, was: dict[str, tuple[str, ...]], now: dict[str, tuple[str, ...]]) -> str:
    if key not in was:
        return "new"
    if key not in now:
        return "gone"
    return "" if was[key] == now[key] else "changed"


def table(both: SideBySide) -> Iterator[str]:
    """Both sheets as aligned lines of text, one beside the other."""
    left, right = (list(_column(both, moment)) for moment in ("before", "after"))
    width = max(len(line) for line in left)
    for one, other in zip(left, right, strict=True):
        yield f"{one:<{width}}   |   {other}"


def _column(both: SideBySide, moment: Moment) -> Iterator[str]:
    rows = [both.columns, *(row.cells(moment) for row in both.rows)]
    full = [[cut(cell, _WIDEST) for cell in row] for row in rows if len(row) == len(both.columns)]
    widths = [max(len(row[index]) for row in full) for index in range(len(both.columns))]
    yield both.headings[moment]
    for row in rows:
        cells = [cut(cell, _WIDEST) for cell in row]
        if len(cells) < len(widths):
            yield cells[0]
        else:
            yield "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
    if not both.rows:
        yield "(empty)"
