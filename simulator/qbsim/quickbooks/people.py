"""What people do in the window of QuickBooks: one function an act.

Every function takes the running program first, changes the open company, and is durable when it
returns. What QuickBooks would not let a person do, or a selector that does not fit, raises
:class:`~qbsim.errors.UsageProblem`. Names are full names (``Customer:Job``).
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from qbsim.certainty import Certainty, rule
from qbsim.errors import UsageProblem
from qbsim.qbxml import NEWEST
from qbsim.quickbooks import iif, list_rules, time_rules
from qbsim.quickbooks.answers import duration
from qbsim.quickbooks.asking import Asker
from qbsim.quickbooks.company import CompanyFile
from qbsim.quickbooks.journal import Actor, Values
from qbsim.quickbooks.kinds import LISTS
from qbsim.quickbooks.lists import Element
from qbsim.quickbooks.preferences import OWN, find, names
from qbsim.quickbooks.program import QuickBooks
from qbsim.quickbooks.selectors import Selector, seconds_of
from qbsim.quickbooks.shapes import shape
from qbsim.quickbooks.statuses import Refused
from qbsim.quickbooks.timesheets import TimesheetRow, timesheet_row
from qbsim.quickbooks.transactions import Txn

KINDS_BY_WORD: Final[Mapping[str, str]] = {
    "employee": "Employee",
    "vendor": "Vendor",
    "other name": "OtherName",
    "customer": "Customer",
    "job": "Customer",
    "item": "ItemService",
    "class": "Class",
    "payroll item": "PayrollItemWage",
    "account": "Account",
}
"""The words of a scenario for the lists of QuickBooks."""

_INCOME: Final = "Labor Income"
_WAGES: Final = "Payroll Expenses"


@contextmanager
def _act(qb: QuickBooks, person: str) -> Iterator[tuple[CompanyFile, Asker]]:
    """One durable act of ``person``; refusals of the engine become sentences."""
    company = qb.the_company()
    try:
        with company.core.change():
            yield company, Asker(Actor("person", person))
    except Refused as refused:
        raise UsageProblem(
            f"QuickBooks does not let {person} do that: {refused.status.message.strip()}",
            cure="Do it as QuickBooks asks.",
        ) from None


# Time


def enter_time(
    qb: QuickBooks,
    *,
    employee: str,
    date: dt.date | str,
    hours: dt.timedelta | str,
    customer: str = "",
    service_item: str = "",
    class_: str = "",
    payroll_item: str = "",
    notes: str = "",
    billable: bool | None = None,
    person: str = "Admin",
) -> TimesheetRow:
    """Type an entry into the timesheet. ``billable`` None: as QuickBooks would preset it."""
    given = _time_values(
        employee=employee,
        date=date,
        hours=hours,
        customer=customer,
        service_item=service_item,
        class_=class_,
        payroll_item=payroll_item,
        notes=notes,
        billable=billable,
    )
    with _act(qb, person) as (company, asker):
        return _row(company, time_rules.add_time(company, asker, _without_empty(given)))


def edit_time(
    qb: QuickBooks, entry: Selector, *, person: str = "Admin", **changes: Any
) -> tuple[TimesheetRow, ...]:
    """Change entries; ``changes`` as for :func:`enter_time`, ``""`` empties a field."""
    given = _time_values(**changes)
    with _act(qb, person) as (company, asker):
        changed = [
            time_rules.rewrite_time(company, asker, _txn(company, row), given) for row in entry.pick(company)
        ]
        return tuple(_row(company, txn) for txn in changed)


def delete_time(qb: QuickBooks, entry: Selector, *, person: str = "Admin") -> tuple[TimesheetRow, ...]:
    """Delete entries; gives what they were."""
    with _act(qb, person) as (company, asker):
        rows = entry.pick(company)
        for row in rows:
            time_rules.delete_time(company, asker, _txn(company, row))
        return rows


@rule(
    "people.invoice",
    "Invoicing time in the window marks it HasBeenBilled and locks it against deletion.",
    source="Intuit's text on billing time",
    certainty=Certainty.DOCUMENTED,
)
def invoice_time(qb: QuickBooks, entry: Selector, *, person: str = "Admin") -> tuple[TimesheetRow, ...]:
    """Put entries on an invoice."""
    return _use(qb, entry, person, "invoice", {"BillableStatus": "HasBeenBilled"})


@rule(
    "people.pay",
    "Paying time by a paycheck locks it against deletion.",
    source="Intuit's text on TxnDel and downstream transactions",
    certainty=Certainty.DOCUMENTED,
)
def pay_time(qb: QuickBooks, entry: Selector, *, person: str = "Admin") -> tuple[TimesheetRow, ...]:
    """Put entries on a paycheck."""
    return _use(qb, entry, person, "paycheck", {})


def _use(
    qb: QuickBooks, entry: Selector, person: str, user: str, changes: Values
) -> tuple[TimesheetRow, ...]:
    with _act(qb, person) as (company, asker):
        used = []
        for row in entry.pick(company):
            txn = _txn(company, row)
            body = {**txn.body, **changes}
            used.append(company.transactions.change(asker.actor, txn, body, used_by=user, action="use"))
        return tuple(_row(company, txn) for txn in used)


def _time_values(**fields: Any) -> Values:
    """The elements of a TimeTrackingAdd or -Mod for the fields of a block."""
    refs = {
        "employee": "EntityRef",
        "customer": "CustomerRef",
        "service_item": "ItemServiceRef",
        "class_": "ClassRef",
        "payroll_item": "PayrollItemWageRef",
    }
    values: Values = {}
    for name, value in fields.items():
        if value is None:
            continue
        if name in refs:
            values[refs[name]] = {"FullName": value} if value else {}
        elif name == "hours":
            values["Duration"] = duration(seconds_of(value))
        elif name == "billable":
            values["BillableStatus"] = "Billable" if value else "NotBillable"
        else:
            values[{"date": "TxnDate", "notes": "Notes"}[name]] = str(value)
    return values


def _without_empty(values: Values) -> Values:
    return {name: value for name, value in values.items() if value not in ("", {})}


def _txn(company: CompanyFile, row: TimesheetRow) -> Txn:
    return time_rules.existing_time(company, row.txn_id)


def _row(company: CompanyFile, txn: Txn) -> TimesheetRow:
    return timesheet_row(txn, company.lists.refreshed(txn.body))


# Lists


def add_name(
    qb: QuickBooks,
    kind: str,
    name: str,
    *,
    active: bool = True,
    uses_time_data: bool = False,
    fields: Values | None = None,
    person: str = "Admin",
) -> Element:
    """Add a record to a list. ``kind`` is a word of :data:`KINDS_BY_WORD` or a qbXML name.

    ``name`` is the full name: for ``Acme:Roof`` the customer Acme must exist. ``fields`` are further
    elements of the qbXML Add. ``uses_time_data`` turns time into paychecks (employees only).
    """
    with _act(qb, person) as (company, asker):
        return _added(company, asker, kind, name, active, uses_time_data, fields or {})


def _added(
    company: CompanyFile,
    asker: Asker,
    word: str,
    name: str,
    active: bool,
    uses_time_data: bool,
    fields: Values,
) -> Element:
    kind = LISTS.get(KINDS_BY_WORD.get(word, word))
    if kind is None:
        known = ", ".join(KINDS_BY_WORD)
        raise UsageProblem(f"There is no list of {word!r} here.", cure=f"There are: {known}.")
    parent, _, own = name.rpartition(":") if kind.tree else ("", "", name)
    given: Values = {kind.name_field: own, "IsActive": "true" if active else "false"}
    if parent:
        given["ParentRef"] = {"FullName": parent}
    if uses_time_data:
        given["EmployeePayrollInfo"] = {"UseTimeDataToCreatePaychecks": "UseTimeData"}
    given |= _needed(company, asker, kind.name) | fields
    node = shape(NEWEST, f"{kind.name}Add")
    return list_rules.add_element(company, asker, kind, given, node)


def _needed(company: CompanyFile, asker: Asker, kind: str) -> Values:
    """What the window insists on: an account for what is sold or paid."""
    if kind == "ItemService":
        account = _account(company, asker, _INCOME, "Income")
        return {"SalesOrPurchase": {"Price": "0.00", "AccountRef": {"FullName": account}}}
    if kind == "PayrollItemWage":
        account = _account(company, asker, _WAGES, "Expense")
        return {"WageType": "HourlyRegular", "ExpenseAccountRef": {"FullName": account}}
    if kind == "Account":
        return {"AccountType": "Income"}
    return {}


def _account(company: CompanyFile, asker: Asker, name: str, kind: str) -> str:
    if company.lists.by_name("accounts", name) is None:
        given = {"Name": name, "AccountType": kind}
        node = shape(NEWEST, "AccountAdd")
        list_rules.add_element(company, asker, LISTS["Account"], given, node)
    return name


def add_employee(qb: QuickBooks, name: str, **options: Any) -> Element:
    """Add an employee; options as for :func:`add_name`."""
    return add_name(qb, "employee", name, **options)


def add_vendor(qb: QuickBooks, name: str, **options: Any) -> Element:
    """Add a vendor; options as for :func:`add_name`."""
    return add_name(qb, "vendor", name, **options)


def add_other_name(qb: QuickBooks, name: str, **options: Any) -> Element:
    """Add an other name; options as for :func:`add_name`."""
    return add_name(qb, "other name", name, **options)


def add_customer(qb: QuickBooks, name: str, **options: Any) -> Element:
    """Add a customer; options as for :func:`add_name`."""
    return add_name(qb, "customer", name, **options)


def add_job(qb: QuickBooks, name: str, **options: Any) -> Element:
    """Add a job, ``Customer:Job``; options as for :func:`add_name`."""
    return add_name(qb, "job", name, **options)


def add_item(qb: QuickBooks, name: str, **options: Any) -> Element:
    """Add a service item (and an income account for it); options as for :func:`add_name`."""
    return add_name(qb, "item", name, **options)


def add_class(qb: QuickBooks, name: str, **options: Any) -> Element:
    """Add a class; options as for :func:`add_name`."""
    return add_name(qb, "class", name, **options)


def add_payroll_item(qb: QuickBooks, name: str, **options: Any) -> Element:
    """Add an hourly wage item (and an account for it); options as for :func:`add_name`."""
    return add_name(qb, "payroll item", name, **options)


def element_named(company: CompanyFile, kind: str, name: str) -> Element:
    """The record of a list; raises UsageProblem with the names that there are."""
    wanted = KINDS_BY_WORD.get(kind, kind)
    family = LISTS[wanted].family if wanted in LISTS else ""
    found = company.lists.by_name(family, name)
    if found is None or found.kind != wanted:
        there = ", ".join(element.full_name for element in company.lists.all(wanted)[:20])
        raise UsageProblem(
            f"There is no {kind} {name!r} in {company.name}.",
            cure=f"There are: {there}." if there else "The list is empty.",
        )
    return found


def rename(qb: QuickBooks, kind: str, name: str, to: str, *, person: str = "Admin") -> Element:
    """Give a record a new name; ``to`` is the name alone, a job stays with its customer."""
    return change_name(qb, kind, name, {LISTS[KINDS_BY_WORD.get(kind, kind)].name_field: to}, person=person)


def make_inactive(qb: QuickBooks, kind: str, name: str, *, person: str = "Admin") -> Element:
    """Hide a record from the lists; its time stays."""
    return change_name(qb, kind, name, {"IsActive": "false"}, person=person)


def make_active(qb: QuickBooks, kind: str, name: str, *, person: str = "Admin") -> Element:
    """Show an inactive record again."""
    return change_name(qb, kind, name, {"IsActive": "true"}, person=person)


def change_name(qb: QuickBooks, kind: str, name: str, changes: Values, *, person: str = "Admin") -> Element:
    """Change elements of a record, as its qbXML Mod would."""
    with _act(qb, person) as (company, asker):
        old = element_named(company, kind, name)
        node = shape(NEWEST, f"{old.kind}Add")
        return list_rules.rewrite(company, asker, LISTS[old.kind], old, changes, node)


def merge(qb: QuickBooks, kind: str, name: str, into: str, *, person: str = "Admin") -> Element:
    """Merge a record into another of the same list: its time goes along."""
    with _act(qb, person) as (company, asker):
        source, target = (element_named(company, kind, one) for one in (name, into))
        return list_rules.merge_elements(company, asker, LISTS[source.kind], source, target)[1]


def delete_name(qb: QuickBooks, kind: str, name: str, *, person: str = "Admin") -> Element:
    """Delete a record that nothing uses."""
    with _act(qb, person) as (company, asker):
        old = element_named(company, kind, name)
        return list_rules.delete_element(company, asker, LISTS[old.kind], old.list_id)[0]


# The company


def close_books(qb: QuickBooks, date: dt.date | str, *, guarded: bool = True, person: str = "Admin") -> None:
    """Set the closing date; ``guarded`` by a password, which no request can give."""
    with _act(qb, person) as (company, asker):
        company.set(asker.actor, "closing", {"date": str(date), "guarded": guarded})


def set_preference(qb: QuickBooks, name: str, value: str | bool, *, person: str = "Admin") -> None:
    """Set one preference: a leaf of the PreferencesRet, or ``IsUsingTimeTracking``."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    with _act(qb, person) as (company, asker):
        own = next((one for one in OWN if one.casefold() == name.casefold()), None)
        if own is not None:
            company.set(asker.actor, own, text)
            return
        preferences = copy.deepcopy(company.setting("preferences"))
        group = find(preferences, name)
        if group is None:
            known = ", ".join([*OWN, *names(preferences)])
            raise UsageProblem(f"There is no preference {name!r}.", cure=f"There are: {known}.")
        group[next(key for key in group if key.casefold() == name.casefold())] = text
        company.set(asker.actor, "preferences", preferences)


def back_up(qb: QuickBooks, label: str, path: Path | None = None) -> None:
    """Make a backup under ``label``: in memory, or in the file ``path``."""
    qb.backups[label] = qb.the_company().back_up(path)


def restore_backup(qb: QuickBooks, label: str, *, person: str = "Admin") -> None:
    """Put a backup in the place of the company: a new timeline; sessions end."""
    company = qb.the_company()
    backup = qb.backups.get(label)
    if backup is None:
        known = ", ".join(qb.backups) or "none was made"
        raise UsageProblem(f"There is no backup {label!r}.", cure=f"There are: {known}.")
    qb.end_sessions()
    company.restore(Actor("person", person), backup, label)


def import_iif(
    qb: QuickBooks, text: str, *, partial: bool = False, person: str = "Admin"
) -> tuple[TimesheetRow, ...]:
    """Import an IIF text; gives the time entries that it made. See :mod:`qbsim.quickbooks.iif`."""
    company = qb.the_company()
    with company.core.change():
        made = iif.import_text(company, text, Actor("import", person), partial=partial)
        return tuple(_row(company, txn) for txn in made)


def lock_entry(qb: QuickBooks, entry: Selector) -> tuple[TimesheetRow, ...]:
    """Open entries in a window: nobody else can change them until they are released."""
    rows = entry.pick(qb.the_company())
    for row in rows:
        qb.lock(row.txn_id)
    return rows


def release_entry(qb: QuickBooks, entry: Selector) -> tuple[TimesheetRow, ...]:
    """Close the window with these entries."""
    rows = entry.pick(qb.the_company())
    for row in rows:
        qb.release(row.txn_id)
    return rows
