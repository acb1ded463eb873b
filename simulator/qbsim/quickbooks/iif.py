"""IIF, the Timer's file format: time and the lists that it needs, in tab-separated rows.

Rows with ``!`` name the columns of a keyword. Time (``TIMEACT``) must stand behind a ``TIMERHDR`` of
this company. Dates are ``MM/DD/YY``, durations ``HH:MM`` below 24 hours, ``/n`` in a note is a line
break. Source: Intuit's IIF reference in QuickBooks' help of 2008.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, final

from attrs import frozen

from qbsim.certainty import Certainty, rule
from qbsim.errors import UsageProblem
from qbsim.qbxml import NEWEST
from qbsim.quickbooks import list_rules, time_rules
from qbsim.quickbooks.answers import duration
from qbsim.quickbooks.asking import Asker
from qbsim.quickbooks.journal import Actor, Values
from qbsim.quickbooks.kinds import LISTS
from qbsim.quickbooks.shapes import shape
from qbsim.quickbooks.statuses import Refused
from qbsim.quickbooks.transactions import Txn

if TYPE_CHECKING:
    from qbsim.quickbooks.company import CompanyFile
    from qbsim.quickbooks.timesheets import TimesheetRow

_HEADER_COLUMNS: Final = (
    "VER",
    "REL",
    "COMPANYNAME",
    "IMPORTEDBEFORE",
    "FROMTIMER",
    "COMPANYCREATETIME",
)
_TIME_COLUMNS: Final = (
    "DATE",
    "JOB",
    "EMP",
    "ITEM",
    "PITEM",
    "DURATION",
    "PROJ",
    "NOTE",
    "XFERTOPAYROLL",
    "BILLINGSTATUS",
)
_LISTS: Final[Mapping[str, str]] = {
    "EMP": "Employee",
    "CUST": "Customer",
    "VEND": "Vendor",
    "OTHERNAME": "OtherName",
    "CLASS": "Class",
    "INVITEM": "ItemService",
}
_BILLING: Final = {"0": "NotBillable", "1": "Billable", "2": "HasBeenBilled", "": "NotBillable"}
_REFS: Final = (
    ("EMP", "EntityRef"),
    ("JOB", "CustomerRef"),
    ("ITEM", "ItemServiceRef"),
    ("PROJ", "ClassRef"),
    ("PITEM", "PayrollItemWageRef"),
)
_DURATION: Final = re.compile(r"(\d{1,2}):([0-5]\d)")
_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")
_LINE_END: Final = re.compile("\r\n|\r|\n")
_LONGEST_NOTE: Final = 1000


@final
@frozen
class BadRow:
    """One row that cannot be imported."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@final
class IifRefused(UsageProblem):
    """Rows of an IIF text are broken; nothing was imported."""

    def __init__(self, rows: tuple[BadRow, ...]) -> None:
        listed = "\n".join(f"  {row}" for row in rows)
        count = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
        super().__init__(
            f"{count} of the IIF file cannot be imported:\n{listed}\nNothing was imported.",
            cure="Mend these rows, or import the others with --partial.",
        )
        self.rows = rows


@rule(
    "iif.import",
    "Time is imported behind a TIMERHDR of this company, and only with names that exist; missing "
    "records of lists in the file are added.",
    source="Intuit's IIF reference",
    certainty=Certainty.DOCUMENTED,
)
def import_text(company: CompanyFile, text: str, actor: Actor, *, partial: bool = False) -> list[Txn]:
    """Import the rows of ``text``; the caller commits. Gives the time entries made.

    Raises :class:`IifRefused` with every broken row, unless ``partial``: then those are left out.
    """
    made: list[Txn] = []
    bad: list[BadRow] = []
    reader = _Reader(company, Asker(actor))
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if not line.strip():
            continue
        try:
            with company.core.part():
                txn = reader.row(line)
        except Refused as refused:
            bad.append(BadRow(number, refused.status.message.strip()))
        except ValueError as wrong:
            bad.append(BadRow(number, str(wrong)))
        else:
            if txn is not None:
                made.append(txn)
    if bad and not partial:
        raise IifRefused(tuple(bad))
    return made


@final
class _Reader:
    """Knows the columns of each keyword as the text goes on."""

    def __init__(self, company: CompanyFile, asker: Asker) -> None:
        self._company = company
        self._asker = asker
        self._columns: dict[str, list[str]] = {}
        self._headed = False

    def row(self, line: str) -> Txn | None:
        """Import one row; raises ValueError with the reason, or Refused."""
        keyword, *cells = (cell.strip() for cell in line.split("\t"))
        keyword = keyword.upper()
        if keyword.startswith("!"):
            self._columns[keyword[1:]] = [cell.upper() for cell in cells]
            return None
        columns = self._columns.get(keyword)
        if columns is None:
            raise ValueError(f"{keyword!r} has no row of column names before it, which begins with a !")
        if len(cells) > len(columns):
            raise ValueError(f"there are {len(cells)} values for {len(columns)} columns")
        row = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
        if keyword == "TIMERHDR":
            self._header(row)
        elif keyword == "TIMEACT":
            return self._time(row)
        elif keyword in _LISTS:
            self._record(keyword, row)
        else:
            raise ValueError(f"the keyword {keyword!r} is not modelled")
        return None

    def _header(self, row: Mapping[str, str]) -> None:
        name = row.get("COMPANYNAME", "")
        if name and name.casefold() != self._company.name.casefold():
            raise ValueError(f"the file is for the company {name!r}, open is {self._company.name!r}")
        self._headed = True

    def _time(self, row: Mapping[str, str]) -> Txn:
        if not self._headed:
            raise ValueError("time must stand behind a TIMERHDR row of this company")
        billing = row.get("BILLINGSTATUS", "")
        if billing not in _BILLING:
            raise ValueError(f"BILLINGSTATUS is 0, 1 or 2, not {billing!r}")
        note = row.get("NOTE", "").replace("/n", "\n")
        if len(note) > _LONGEST_NOTE:
            raise ValueError(f"the note has {len(note)} characters, at most {_LONGEST_NOTE} are taken")
        values: Values = {
            "TxnDate": _date(row.get("DATE", "")),
            "Duration": duration(_seconds(row.get("DURATION", ""))),
            "BillableStatus": _BILLING[billing],
        }
        if note:
            values["Notes"] = note
        for column, reference in _REFS:
            if row.get(column):
                values[reference] = {"FullName": row[column]}
        if "EntityRef" not in values:
            raise ValueError("EMP, who did the work, is empty")
        return time_rules.add_time(self._company, self._asker, values)

    def _record(self, keyword: str, row: Mapping[str, str]) -> None:
        kind = LISTS[_LISTS[keyword]]
        full_name = row.get("NAME", "")
        if not full_name:
            raise ValueError("NAME is empty")
        there = self._company.lists.by_name(kind.family, full_name)
        if there is not None and there.kind == kind.name:
            return
        parent, _, name = full_name.rpartition(":") if kind.tree else ("", "", full_name)
        given: Values = {kind.name_field: name}
        if parent:
            given["ParentRef"] = {"FullName": parent}
        if keyword == "INVITEM":
            kind_of_item = row.get("INVITEMTYPE", "SERV") or "SERV"
            if kind_of_item != "SERV":
                raise ValueError(f"items of the type {kind_of_item!r} are not modelled")
            given["SalesOrPurchase"] = {"Price": "0.00"}
        node = shape(NEWEST, f"{kind.name}Add")
        list_rules.add_element(self._company, self._asker, kind, given, node)


def _date(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError(f"DATE is MM/DD/YY, not {text!r}")
    month, day, year = (int(part) for part in match.groups())
    century = 0 if year > 99 else 2000 if year < 70 else 1900
    try:
        return dt.date(year + century, month, day).isoformat()
    except ValueError:
        raise ValueError(f"there is no day {text!r}") from None


def _seconds(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) > 23:
        raise ValueError(f"DURATION is HH:MM and at most 23:59, not {text!r}")
    return int(match[1]) * 3600 + int(match[2]) * 60


def export_text(company_name: str, rows: Iterable[TimesheetRow]) -> str:
    """Time entries as the Timer would write them for QuickBooks' import."""
    lines = [*_header_lines(company_name), _joined("!TIMEACT", *_TIME_COLUMNS)]
    for row in rows:
        year, month, day = row.date.split("-")
        lines.append(
            _joined(
                "TIMEACT",
                f"{month}/{day}/{year[2:]}",
                row.customer,
                row.employee,
                row.service_item,
                row.payroll_item,
                row.hours,
                row.class_,
                _LINE_END.sub("/n", row.notes),
                "Y" if row.payroll_item else "N",
                next(code for code, word in _BILLING.items() if word == (row.billable or "NotBillable")),
            )
        )
    return "".join(f"{line}\r\n" for line in lines)


def export_lists(company: CompanyFile) -> str:
    """The names that a timer may use."""
    lines = list(_header_lines(company.name))
    for keyword, kind in _LISTS.items():
        extra = ("INVITEMTYPE",) if keyword == "INVITEM" else ()
        lines.append(_joined(f"!{keyword}", "NAME", *extra))
        lines += [
            _joined(keyword, element.full_name, *("SERV" for _ in extra))
            for element in company.lists.all(kind)
        ]
    return "".join(f"{line}\r\n" for line in lines)


def _header_lines(company_name: str) -> tuple[str, str]:
    return (
        _joined("!TIMERHDR", *_HEADER_COLUMNS),
        _joined("TIMERHDR", "8", "0", company_name, "N", "Y", "0"),
    )


def _joined(*cells: str) -> str:
    return "\t".join(cell.replace("\t", " ") for cell in cells)
