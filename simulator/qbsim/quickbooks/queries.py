"""Queries: by ids or names, by filters, in pages; what they find, and in which order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, final

from attrs import evolve, field, frozen

from qbsim.certainty import Certainty, rule
from qbsim.qbxml.values import read_date, write_date
from qbsim.quickbooks.asking import check_form
from qbsim.quickbooks.date_macros import macro_range
from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.kinds import KINDS, TIME_TRACKING
from qbsim.quickbooks.lists import Element, key_of
from qbsim.quickbooks.statuses import NOT_FOUND, OK, Status, refuse, status
from qbsim.quickbooks.transactions import Txn

if TYPE_CHECKING:
    from qbsim.quickbooks.company import CompanyFile

_LAST_STAMP: Final = 2**31 - 1
_EVER: Final = (("FromTxnDate", "1901-01-01"), ("ToTxnDate", "9999-12-31"))
_OPERATORS: Final = {
    "LessThan": lambda amount: amount > 0,
    "LessThanEqual": lambda amount: amount >= 0,
    "Equal": lambda amount: amount == 0,
    "GreaterThan": lambda amount: amount < 0,
    "GreaterThanEqual": lambda amount: amount <= 0,
}
"""How the balance of every name here, 0.00, compares with an amount."""


@final
@frozen
class Condition:
    """A WHERE clause of ours with its values; requests give values only."""

    where: str
    values: tuple[Any, ...] = ()

    def also(self, where: str, *values: Any) -> Condition:
        return Condition(f"{self.where} AND {where}", (*self.values, *values))


@final
@frozen
class Found:
    """What a query found: the records of this page, its status, and the counts around it."""

    status: Status
    records: tuple[Element | Txn, ...] = ()
    total: int | None = None
    remaining: int | None = None
    iterator_id: str | None = None


@final
@frozen
class Cursor:
    """An iterator that goes on: row numbers that are not delivered yet."""

    id: str
    kinds: tuple[str, ...]
    numbers: list[int] = field(repr=False)


class Cursors(dict[str, Cursor]):
    """The iterators of one session; they die with it (recalled: plausible)."""


def run_query(
    company: CompanyFile,
    kinds: tuple[str, ...],
    given: Values,
    attributes: Mapping[str, str],
    cursors: Cursors,
) -> Found:
    """Answer one query. ``given`` are its values, ``attributes`` metaData and the iterator's."""
    mode, meta = attributes.get("iterator"), attributes.get("metaData", "NoMetaData")
    if mode is not None and meta != "MetaDataOnly":
        return _page(company, kinds, given, attributes, cursors)
    wanted = _identities(given)
    if wanted:
        return _counted(_by_identity(company, kinds, wanted), meta)
    condition = _condition(company, kinds, given)
    total = None if meta == "NoMetaData" else _count(company, kinds, condition)
    if meta == "MetaDataOnly":
        return Found(OK if total else NOT_FOUND, total=total)
    limit = int(given.get("MaxReturned") or -1)
    records = tuple(_select(company, kinds, condition, limit))
    return Found(OK if records else NOT_FOUND, records, total=total)


@rule(
    "query.meta_data",
    "MetaDataOnly answers with the retCount alone, by ids and with an iterator (which it does not start) "
    "too; MetaDataAndResponseData with both; retCount is of all that match.",
    source="Intuit's text on metaData; that an iterator is not started is a guess",
    certainty=Certainty.DOCUMENTED,
)
def _counted(found: Found, meta: str) -> Found:
    if meta == "NoMetaData":
        return found
    records = () if meta == "MetaDataOnly" else found.records
    return evolve(found, records=records, total=len(found.records))


# By ids and names


def _identities(given: Values) -> list[tuple[str, str]]:
    names = ("TxnID", "ListID", "FullName")
    return [(name, one) for name in names for one in given.get(name, ())]


@rule(
    "query.by_id",
    "A query by ids or full names finds inactive records too; what is missing makes it a 500 that still "
    "returns what was found. By a switch a single unknown id is 3120.",
    source="captures in qbwc/qbwc",
    certainty=Certainty.SEEN,
)
def _by_identity(company: CompanyFile, kinds: tuple[str, ...], wanted: list[tuple[str, str]]) -> Found:
    records: list[Element | Txn] = []
    missing: list[tuple[str, str]] = []
    for name, value in wanted:
        if name != "FullName":
            check_form(value, name)
        record = _lookup(company, kinds, name, value)
        if record is None:
            missing.append((name, value))
        elif record not in records:
            records.append(record)
    if not missing:
        return Found(OK, tuple(records))
    name, value = missing[0]
    single_id = len(wanted) == 1 and name != "FullName"
    if single_id and company.switches["query_of_unknown_id"] == "3120":
        raise refuse(3120, value=value)
    return Found(status(500, value=value), tuple(records))


def _lookup(company: CompanyFile, kinds: tuple[str, ...], name: str, value: str) -> Element | Txn | None:
    if name == "TxnID":
        return company.transactions.by_id(value)
    for family in dict.fromkeys(KINDS[kind].family for kind in kinds):
        found = (
            company.lists.by_id(family, value) if name == "ListID" else company.lists.by_name(family, value)
        )
        if found is not None and found.kind in kinds:
            return found
    return None


# By filters


def _condition(company: CompanyFile, kinds: tuple[str, ...], given: Values) -> Condition:
    if kinds == (TIME_TRACKING.name,):
        return _time_condition(company, given)
    return _list_condition(company, kinds, given)


@rule(
    "query.active_only",
    "A list query without ids shows active records only, unless ActiveStatus says otherwise.",
    source="Intuit's text on ActiveStatus",
    certainty=Certainty.DOCUMENTED,
)
@rule(
    "query.name_filters",
    "Name filters compare full names, without case.",
    source="the schema names the filters; that full names are compared is a guess",
    certainty=Certainty.PLAUSIBLE,
)
def _list_condition(company: CompanyFile, kinds: tuple[str, ...], given: Values) -> Condition:
    found = Condition(f"kind IN ({','.join('?' * len(kinds))})", kinds)
    active = given.get("ActiveStatus", "ActiveOnly")
    if active != "All":
        found = found.also("active = ?", int(active == "ActiveOnly"))
    found = _modified(company, found, given)
    if "NameFilter" in given:
        found = _name_filter(found, given["NameFilter"])
    for name, sign in (("FromName", ">="), ("ToName", "<=")):
        bound = given.get("NameRangeFilter", {}).get(name)
        if bound:
            found = found.also(f"full_key {sign} ?", key_of(bound))
    balance = given.get("TotalBalanceFilter")
    if balance and not _OPERATORS[balance["Operator"]](float(balance["Amount"] or 0)):
        found = found.also("0")
    if "CurrencyFilter" in given:
        raise refuse(3250)
    if given.get("AccountType"):
        types = given["AccountType"]
        found = found.also(f"json_extract(body, '$.AccountType') IN ({','.join('?' * len(types))})", *types)
    if "ClassFilter" in given:
        found = _class_filter(company, found, given["ClassFilter"])
    return found


def _name_filter(found: Condition, name_filter: Values) -> Condition:
    text = key_of(name_filter["Name"])
    if not text:
        return found
    match name_filter["MatchCriterion"]:
        case "StartsWith":
            return found.also("substr(full_key, 1, ?) = ?", len(text), text)
        case "EndsWith":
            return found.also("substr(full_key, -?) = ?", len(text), text)
        case _:
            return found.also("instr(full_key, ?)", text)


def _class_filter(company: CompanyFile, found: Condition, given: Values) -> Condition:
    ids: list[str] = []
    for name, value in given.items():
        below = name.endswith("WithChildren")
        for one in value if isinstance(value, list) else [value]:
            element = _filtered_element(company, "classes", name.removesuffix("WithChildren"), one)
            ids.append(element.list_id)
            if below:
                prefix = key_of(element.full_name) + ":"
                children = company.lists.select(
                    "kind = 'Class' AND substr(full_key, 1, ?) = ?", (len(prefix), prefix)
                )
                ids += [child.list_id for child in children]
    marks = ",".join("?" * len(ids))
    return found.also(f"json_extract(body, '$.ClassRef.ListID') IN ({marks})", *ids)


@rule(
    "query.filter_unknown",
    "A filter that names a record that does not exist is refused with 3120.",
    source="the text of 3120; not seen for a filter",
    certainty=Certainty.PLAUSIBLE,
)
def _filtered_element(company: CompanyFile, family: str, name: str, value: str) -> Element:
    if name == "ListID":
        check_form(value, name)
        element = company.lists.by_id(family, value)
    else:
        element = company.lists.by_name(family, value)
    if element is None:
        raise refuse(3120, value=value)
    return element


def _modified(company: CompanyFile, found: Condition, given: Values) -> Condition:
    first = stamp_bound(company, given.get("FromModifiedDate"), end=False)
    last = stamp_bound(company, given.get("ToModifiedDate"), end=True)
    if first is None and last is None:
        return found
    _check_range(first or 0, _LAST_STAMP if last is None else last)
    return found.also("modified BETWEEN ? AND ?", first or 0, _LAST_STAMP if last is None else last)


@rule(
    "query.date_range",
    "A range whose From is later than its To is refused with 3030.",
    source="Intuit's table of status codes",
    certainty=Certainty.DOCUMENTED,
)
def _check_range(first: Any, last: Any) -> None:
    if first > last:
        raise refuse(3030)


@rule(
    "query.modified_bounds",
    "A bound without a time means 00:00:00 for From and 23:59:59 for To, in the PC's time zone.",
    source="Intuit's text on ModifiedDateRangeFilter",
    certainty=Certainty.DOCUMENTED,
)
def stamp_bound(company: CompanyFile, text: str | None, *, end: bool) -> int | None:
    """A filter's date with or without time and offset, as an epoch; None for nothing given."""
    if not text or not text.strip():
        return None
    day, _, time = text.strip().partition("T")
    year, month, date = (int(part) for part in day.split("-"))
    year = min(max(year, 1904), 2096)  # beyond every stamp, and so that no offset leaves the calendar
    if not time:
        clock = (23, 59, 59) if end else (0, 0, 0)
        return company.time_zone.epoch(dt.datetime(year, month, date, *clock))  # noqa: DTZ001
    for sign in ("+", "-"):
        head, found, offset = time.partition(sign)
        if found:
            hours, minutes = (int(part) for part in offset.split(":"))
            shift = dt.timedelta(hours=hours, minutes=minutes) * (1 if sign == "+" else -1)
            moment = dt.datetime(year, month, date, *_clock(head), tzinfo=dt.timezone(shift))
            return company.time_zone.epoch(moment)
    return company.time_zone.epoch(dt.datetime(year, month, date, *_clock(time)))  # noqa: DTZ001


def _clock(text: str) -> tuple[int, int, int]:
    hours, minutes, seconds = (*map(int, text.split(":")), 0, 0)[:3]
    return hours, minutes, seconds


@rule(
    "query.order",
    "Time entries come by date and then as they were entered; list records by full name.",
    source="nothing read says it",
    certainty=Certainty.PLAUSIBLE,
)
def _time_condition(company: CompanyFile, given: Values) -> Condition:
    found = Condition("kind = ?", (TIME_TRACKING.name,))
    who = given.get("TimeTrackingEntityFilter")
    if who:
        elements = [
            _filtered_element(company, "names", name, one) for name, values in who.items() for one in values
        ]
        marks = ",".join("?" * len(elements))
        found = found.also(f"entity IN ({marks})", *(element.list_id for element in elements))
    found = _modified(company, found, given.get("ModifiedDateRangeFilter", {}))
    dates = given.get("TxnDateRangeFilter")
    if dates is None:
        return found
    if "DateMacro" in dates:
        today = company.time_zone.wall(int(company.source.now.timestamp())).date()
        first, last = macro_range(dates["DateMacro"], today)
    else:
        first, last = (
            write_date(read_date(dates[name])) if dates.get(name, "").strip() else bound
            for name, bound in _EVER
        )
    _check_range(first, last)
    return found.also("date BETWEEN ? AND ?", first, last)


# Counting, reading, paging


def _store(company: CompanyFile, kinds: tuple[str, ...]) -> Any:
    return company.transactions if kinds == (TIME_TRACKING.name,) else company.lists


def _count(company: CompanyFile, kinds: tuple[str, ...], condition: Condition) -> int:
    return int(_store(company, kinds).count(condition.where, condition.values))


def _select(
    company: CompanyFile, kinds: tuple[str, ...], condition: Condition, limit: int = -1
) -> Iterator[Element | Txn]:
    yield from _store(company, kinds).select(condition.where, condition.values, limit=limit)


@rule(
    "query.iterators",
    "Start and Continue need MaxReturned (3150 without); an iterator lives in the session that made it.",
    source="two developers; that it dies with its session is recalled",
    certainty=Certainty.PLAUSIBLE,
)
def _page(
    company: CompanyFile,
    kinds: tuple[str, ...],
    given: Values,
    attributes: Mapping[str, str],
    cursors: Cursors,
) -> Found:
    mode = attributes["iterator"]
    if mode == "Start":
        size = _page_size(given)
        condition = _condition(company, kinds, given)
        numbers = _numbers(company, kinds, condition)
        cursor = Cursor(company.source.guid(), kinds, numbers)
    else:
        known = cursors.get(attributes.get("iteratorID", ""))
        if known is None or known.kinds != kinds:
            raise refuse(3120, value=attributes.get("iteratorID", ""))
        cursor = known
        if mode == "Stop":
            del cursors[cursor.id]
            return Found(OK, remaining=len(cursor.numbers), iterator_id=cursor.id)
        size = _page_size(given)
    page, rest = cursor.numbers[:size], cursor.numbers[size:]
    cursors[cursor.id] = evolve(cursor, numbers=rest)
    if not rest:
        del cursors[cursor.id]
    total = None
    if attributes.get("metaData", "NoMetaData") != "NoMetaData":
        total = len(cursor.numbers)
    records: list[Element | Txn] = []
    for number in page:
        records += _select(company, kinds, Condition("number = ?", (number,)))
    return Found(OK if records else NOT_FOUND, tuple(records), total, len(rest), cursor.id)


def _page_size(given: Values) -> int:
    if not given.get("MaxReturned"):
        raise refuse(3150, field="MaxReturned")
    return int(given["MaxReturned"])


def _numbers(company: CompanyFile, kinds: tuple[str, ...], condition: Condition) -> list[int]:
    if kinds == (TIME_TRACKING.name,):
        return company.transactions.numbers(condition.where, condition.values)
    return [one.number for one in company.lists.select(condition.where, condition.values)]
