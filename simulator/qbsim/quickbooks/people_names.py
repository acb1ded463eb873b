"""What people do to QuickBooks' lists: add, rename, merge, hide and delete names.

Part of :mod:`qbsim.quickbooks.people`, which says what all acts have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from qbsim.errors import UsageProblem
from qbsim.qbxml import NEWEST
from qbsim.quickbooks import list_rules
from qbsim.quickbooks.asking import Asker
from qbsim.quickbooks.company import CompanyFile
from qbsim.quickbooks.journal import Actor, Values
from qbsim.quickbooks.kinds import LISTS
from qbsim.quickbooks.lists import Element
from qbsim.quickbooks.program import QuickBooks
from qbsim.quickbooks.shapes import shape
from qbsim.quickbooks.statuses import Refused

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
def act(qb: QuickBooks, person: str) -> Iterator[tuple[CompanyFile, Asker]]:
    """One durable act of ``person``; refusals of the engine become sentences."""
    company = qb.the_company()
    try:
        with company.core.change():
            yield company, Asker(Actor("person", person))
    except Refused as refused:
        raise UsageProblem(
            f"QuickBooks does not let {person} do that: {refused.status.message.strip().removesuffix('.')}.",
            cure="Do it as QuickBooks asks.",
        ) from None


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
    with act(qb, person) as (company, asker):
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
    with act(qb, person) as (company, asker):
        old = element_named(company, kind, name)
        node = shape(NEWEST, f"{old.kind}Add")
        return list_rules.rewrite(company, asker, LISTS[old.kind], old, changes, node)


def merge(qb: QuickBooks, kind: str, name: str, into: str, *, person: str = "Admin") -> Element:
    """Merge a record into another of the same list: its time goes along."""
    with act(qb, person) as (company, asker):
        source, target = (element_named(company, kind, one) for one in (name, into))
        return list_rules.merge_elements(company, asker, LISTS[source.kind], source, target)[1]


def delete_name(qb: QuickBooks, kind: str, name: str, *, person: str = "Admin") -> Element:
    """Delete a record that nothing uses."""
    with act(qb, person) as (company, asker):
        old = element_named(company, kind, name)
        return list_rules.delete_element(company, asker, LISTS[old.kind], old.list_id)[0]


def fill(
    qb: QuickBooks,
    *,
    person: str = "Set-up",
    **names: Iterable[str | Mapping[str, Any]],
) -> None:
    """Fill the lists: ``fill(qb, employees=["Jane Doe"], customers=["Acme", "Acme:Roof"])``.

    The lists are ``employees``, ``vendors``, ``other_names``, ``customers`` (with jobs behind their
    customers), ``items``, ``classes`` and ``payroll_items``. A name may be a mapping of the options of
    :func:`add_name`: ``{"name": "Jane Doe", "uses_time_data": True}``.
    """
    for key, entries in names.items():
        if key not in _FILLED:
            raise UsageProblem(f"There is no list {key!r} to fill.", cure=f"There are: {', '.join(_FILLED)}.")
        for entry in entries:
            options = {"name": entry} if isinstance(entry, str) else dict(entry)
            add_name(qb, _FILLED[key], person=person, **options)


_FILLED: Final[Mapping[str, str]] = {
    "employees": "employee",
    "vendors": "vendor",
    "other_names": "other name",
    "customers": "customer",
    "items": "item",
    "classes": "class",
    "payroll_items": "payroll item",
}
