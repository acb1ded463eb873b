"""What people do in the window of QuickBooks: one function an act.

Every function takes the running program first, changes the open company, and is durable when it
returns. What QuickBooks would not let a person do, or a selector that does not fit, raises
:class:`~qbsim.errors.UsageProblem`. Names are full names (``Customer:Job``).
"""

from __future__ import annotations

import copy
import datetime as dt
from pathlib import Path
from typing import Any, Final

from qbsim.certainty import Certainty, rule
from qbsim.errors import UsageProblem
from qbsim.quickbooks import iif, time_rules
from qbsim.quickbooks.answers import duration
from qbsim.quickbooks.company import CompanyFile
from qbsim.quickbooks.fitting import check_fits
from qbsim.quickbooks.journal import Actor, Values
from qbsim.quickbooks.people_names import (
    KINDS_BY_WORD,
    act,
    add_class,
    add_customer,
    add_employee,
    add_item,
    add_job,
    add_name,
    add_other_name,
    add_payroll_item,
    add_vendor,
    change_name,
    delete_name,
    element_named,
    fill,
    make_active,
    make_inactive,
    merge,
    rename,
)
from qbsim.quickbooks.preferences import OWN, check_preference, find
from qbsim.quickbooks.program import QuickBooks
from qbsim.quickbooks.selectors import Selector, day_of, seconds_of
from qbsim.quickbooks.timesheets import TimesheetRow, timesheet_row
from qbsim.quickbooks.transactions import Txn

_REFS: Final = {
    "employee": "EntityRef",
    "customer": "CustomerRef",
    "service_item": "ItemServiceRef",
    "class_": "ClassRef",
    "payroll_item": "PayrollItemWageRef",
}


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
    with act(qb, person) as (company, asker):
        return _row(company, time_rules.add_time(company, asker, _without_empty(given)))


def edit_time(
    qb: QuickBooks, entry: Selector, *, person: str = "Admin", **changes: Any
) -> tuple[TimesheetRow, ...]:
    """Change entries; ``changes`` as for :func:`enter_time`, ``""`` empties a field."""
    given = _time_values(**changes)
    if not given:
        raise UsageProblem("Nothing is to be changed.", cure="Say which field becomes what.")
    with act(qb, person) as (company, asker):
        changed = [
            time_rules.rewrite_time(company, asker, _txn(company, row), given) for row in entry.pick(company)
        ]
        return tuple(_row(company, txn) for txn in changed)


def delete_time(qb: QuickBooks, entry: Selector, *, person: str = "Admin") -> tuple[TimesheetRow, ...]:
    """Delete entries; gives what they were."""
    with act(qb, person) as (company, asker):
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
    with act(qb, person) as (company, asker):
        used = []
        for row in entry.pick(company):
            txn = _txn(company, row)
            body = {**txn.body, **changes}
            used.append(company.transactions.change(asker.actor, txn, body, used_by=user, action="use"))
        return tuple(_row(company, txn) for txn in used)


def _time_values(**fields: Any) -> Values:
    """The elements of a TimeTrackingAdd or -Mod for the fields of a block."""
    values: Values = {}
    for name, value in fields.items():
        if value is None:
            continue
        if name in _REFS:
            values[_REFS[name]] = {"FullName": value} if value else {}
        elif name == "hours":
            values["Duration"] = duration(seconds_of(value))
        elif name == "billable":
            values["BillableStatus"] = "Billable" if value else "NotBillable"
        elif name == "date":
            values["TxnDate"] = day_of(value)
        elif name == "notes":
            values["Notes"] = str(value)
        else:
            known = ", ".join((*_REFS, "date", "hours", "notes", "billable")).replace("class_", "class")
            raise UsageProblem(f"An entry has no field {name!r}.", cure=f"There are: {known}.")
    return values


def _without_empty(values: Values) -> Values:
    return {name: value for name, value in values.items() if value not in ("", {})}


def _txn(company: CompanyFile, row: TimesheetRow) -> Txn:
    return time_rules.existing_time(company, row.txn_id)


def _row(company: CompanyFile, txn: Txn) -> TimesheetRow:
    return timesheet_row(txn, company.lists.refreshed(txn.body))


# The company


def close_books(qb: QuickBooks, date: dt.date | str, *, guarded: bool = True, person: str = "Admin") -> None:
    """Set the closing date; ``guarded`` by a password, which no request can give."""
    with act(qb, person) as (company, asker):
        company.set(asker.actor, "closing", {"date": day_of(date), "guarded": guarded})


def set_preference(qb: QuickBooks, name: str, value: str | bool, *, person: str = "Admin") -> None:
    """Set one preference: a leaf of the PreferencesRet, or ``IsUsingTimeTracking``."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    with act(qb, person) as (company, asker):
        check_preference(name, text, company.setting("preferences"))
        own = next((one for one in OWN if one.casefold() == name.casefold()), None)
        if own is not None:
            company.set(asker.actor, own, text)
            return
        preferences = copy.deepcopy(company.setting("preferences"))
        group = find(preferences, name) or {}  # it is there: that has been checked
        group[next(key for key in group if key.casefold() == name.casefold())] = text
        check_fits("PreferencesRet", preferences)
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


__all__ = [
    "KINDS_BY_WORD",
    "act",
    "add_class",
    "add_customer",
    "add_employee",
    "add_item",
    "add_job",
    "add_name",
    "add_other_name",
    "add_payroll_item",
    "add_vendor",
    "back_up",
    "change_name",
    "close_books",
    "delete_name",
    "delete_time",
    "edit_time",
    "element_named",
    "enter_time",
    "fill",
    "import_iif",
    "invoice_time",
    "lock_entry",
    "make_active",
    "make_inactive",
    "merge",
    "pay_time",
    "release_entry",
    "rename",
    "restore_backup",
    "set_preference",
]
