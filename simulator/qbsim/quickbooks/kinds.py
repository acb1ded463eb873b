"""What a company file can hold: the lists and transactions that are modelled, and who refers to what.

Each list is one row: adding a list whose records need no rule of their own is adding a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, final

from attrs import field, frozen

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@final
@frozen
class Kind:
    """One type of record.

    ``family`` is the range in which ids and names are unique: customers, employees, vendors and
    other names are one (recalled; nothing read contradicts it). ``plural`` is the list's name in
    status 3130, ``noun`` the type's name in other texts, ``deletes`` its ListDelType.
    """

    name: str
    family: str
    plural: str = ""
    tree: bool = False
    name_field: str = "Name"
    defaults: Mapping[str, str] = field(default=_NONE)
    """What a new record's answer shows although the request did not say it."""
    query: str = ""
    """The query that answers with it beside its own, e.g. ``Terms`` for StandardTerms."""

    @property
    def ret(self) -> str:
        return f"{self.name}Ret"

    @property
    def is_list(self) -> bool:
        return self.family != "transactions"


_MONEY: Final = {"Balance": "0.00", "TotalBalance": "0.00"}

_LISTS: Final = (
    Kind("Customer", "names", "Customers", tree=True, defaults=_MONEY | {"JobStatus": "None"}),
    Kind("Employee", "names", "Employees"),
    Kind(
        "Vendor",
        "names",
        "Vendors",
        defaults={"IsVendorEligibleFor1099": "false", "Balance": "0.00"},
    ),
    Kind("OtherName", "names", "Other Names"),
    Kind("Class", "classes", "Class", tree=True),
    Kind("ItemService", "items", "Items", tree=True, query="Item"),
    Kind("PayrollItemWage", "payroll items", "Payroll Items"),
    Kind("Account", "accounts", "Accounts", tree=True, defaults=_MONEY),
    Kind("StandardTerms", "terms", "Terms", query="Terms"),
    Kind("DateDrivenTerms", "terms", "Terms", query="Terms"),
    Kind("SalesRep", "sales reps", "Sales Reps", name_field="Initial"),
    Kind("CustomerType", "customer types", "Customer Types", tree=True),
    Kind("VendorType", "vendor types", "Vendor Types", tree=True),
    Kind("JobType", "job types", "Job Types", tree=True),
    Kind("CustomerMsg", "customer messages", "Customer Messages"),
    Kind("PaymentMethod", "payment methods", "Payment Methods"),
    Kind("ShipMethod", "ship methods", "Ship Methods"),
    Kind("SalesTaxCode", "sales tax codes", "Sales Tax Codes"),
    Kind(
        "BillingRate",
        "billing rates",
        "Billing Rates",
        defaults={"BillingRateType": "FixedRate"},
    ),
)

LISTS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _LISTS}
TIME_TRACKING: Final = Kind("TimeTracking", "transactions")
KINDS: Final[Mapping[str, Kind]] = {**LISTS, TIME_TRACKING.name: TIME_TRACKING}

FAMILIES: Final[Mapping[str, str]] = {kind.name: kind.family for kind in _LISTS}

GROUP_QUERIES: Final[Mapping[str, tuple[str, ...]]] = {
    "Entity": ("Customer", "Employee", "OtherName", "Vendor"),
    "Item": ("ItemService",),
    "Terms": ("StandardTerms", "DateDrivenTerms"),
}
"""Queries that answer with several types."""


@final
@frozen
class Reference:
    """Where an ``…Ref`` looks, and what status 3140 calls it."""

    kinds: tuple[str, ...]
    noun: str

    @property
    def family(self) -> str:
        return FAMILIES[self.kinds[0]]


def _to(kind: str, noun: str = "") -> Reference:
    return Reference((kind,), noun or kind)


REFERENCES: Final[Mapping[str, Reference]] = {
    "EntityRef": Reference(("Employee", "Vendor", "OtherName"), "Entity"),
    "CustomerRef": _to("Customer"),
    "ItemServiceRef": _to("ItemService", "Item"),
    "ClassRef": _to("Class"),
    "PayrollItemWageRef": _to("PayrollItemWage", "Payroll Item"),
    "TermsRef": Reference(("StandardTerms", "DateDrivenTerms"), "Terms"),
    "SalesRepRef": _to("SalesRep", "Sales Rep"),
    "SalesRepEntityRef": Reference(("Employee", "Vendor", "OtherName"), "Entity"),
    "CustomerTypeRef": _to("CustomerType", "Customer Type"),
    "VendorTypeRef": _to("VendorType", "Vendor Type"),
    "JobTypeRef": _to("JobType", "Job Type"),
    "PreferredPaymentMethodRef": _to("PaymentMethod", "Payment Method"),
    "SalesTaxCodeRef": _to("SalesTaxCode", "Sales Tax Code"),
    "PurchaseTaxCodeRef": _to("SalesTaxCode", "Sales Tax Code"),
    "BillingRateRef": _to("BillingRate", "Billing Rate"),
    "SupervisorRef": _to("Employee"),
    "PrefVendorRef": _to("Vendor"),
    **{
        name: _to("Account")
        for name in (
            "AccountRef",
            "IncomeAccountRef",
            "ExpenseAccountRef",
            "PrefillAccountRef",
            "TaxOnPurchasesAccountRef",
            "TaxOnSalesAccountRef",
        )
    },
}
"""A reference that is not here points into a list that no company file of ours holds: never found."""
