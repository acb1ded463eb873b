"""What a new company file says of itself: its CompanyRet and its preferences.

The values are those of a company file of QuickBooks Pro 2014 that was captured, with neutral names.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final, final

from attrs import frozen

from qbsim.errors import UsageProblem
from qbsim.quickbooks.journal import Values

_SERVICES: Final = (
    ("QuickBooks Online Banking", "banking.qb"),
    ("QuickBooks Online Billing", "billing.qb"),
    ("QuickBooks Online Billing Level 1 Service", "qbob1.qbn"),
    ("QuickBooks Online Billing Level 2 Service", "qbob2.qbn"),
    ("QuickBooks Online Billing Payment Service", "qbobpay.qbn"),
    ("QuickBooks Bill Payment", "billpay.qb"),
    ("QuickBooks Online Billing Paper Mailing Service", "qbobpaper.qbn"),
    ("QuickBooks Payroll Service", "payroll.qb"),
    ("QuickBooks Basic Payroll Service", "payrollbsc.qb"),
    ("QuickBooks Basic Disk Payroll Service", "payrollbscdisk.qb"),
    ("QuickBooks Deluxe Payroll Service", "payrolldlx.qb"),
    ("QuickBooks Premier Payroll Service", "payrollprm.qb"),
    ("Basic Plus Federal", "basic_plus_fed.qb"),
    ("Basic Plus Federal and State", "basic_plus_fed_state.qb"),
    ("Basic Plus Direct Deposit", "basic_plus_dd.qb"),
    ("Merchant Account Service", "mas.qbn"),
)


def default_company(name: str) -> Values:
    """The CompanyRet of a new company called ``name``."""
    address = {"City": "P.O. Box 100", "State": "CA", "PostalCode": "94043", "Country": "US"}
    services = [
        {"Name": service, "Domain": domain, "ServiceStatus": "Never"} for service, domain in _SERVICES
    ]
    return {
        "IsSampleCompany": "false",
        "CompanyName": name,
        "LegalCompanyName": name,
        "Address": address,
        "AddressBlock": {"Addr1": "P.O. Box 100", "Addr2": "CA 94043"},
        "LegalAddress": {"Addr1": "P.O. Box 100", **address, "City": "Mountain View"},
        "Phone": "555-0100",
        "Email": "office@example.com",
        "FirstMonthFiscalYear": "January",
        "FirstMonthIncomeTaxYear": "January",
        "CompanyType": "Construction",
        "EIN": "12-3456789",
        "TaxForm": "Form1120",
        "SubscribedServices": {"Service": services},
        "AccountantCopy": {"AccountantCopyExists": "false"},
    }


def default_preferences() -> Values:
    """The PreferencesRet of a new company, without what belongs to one application."""
    return {
        "AccountingPreferences": {
            "IsUsingAccountNumbers": "false",
            "IsRequiringAccounts": "true",
            "IsUsingClassTracking": "true",
            "IsUsingAuditTrail": "true",
            "IsAssigningJournalEntryNumbers": "true",
        },
        "FinanceChargePreferences": {
            "AnnualInterestRate": "0.00",
            "MinFinanceCharge": "0.00",
            "GracePeriod": "0",
            "IsAssessingForOverdueCharges": "false",
            "CalculateChargesFrom": "DueDate",
            "IsMarkedToBePrinted": "false",
        },
        "JobsAndEstimatesPreferences": {
            "IsUsingEstimates": "true",
            "IsUsingProgressInvoicing": "false",
            "IsPrintingItemsWithZeroAmounts": "false",
        },
        "MultiCurrencyPreferences": {"IsMultiCurrencyOn": "false"},
        "MultiLocationInventoryPreferences": {
            "IsMultiLocationInventoryAvailable": "false",
            "IsMultiLocationInventoryEnabled": "false",
        },
        "PurchasesAndVendorsPreferences": {
            "IsUsingInventory": "false",
            "DaysBillsAreDue": "10",
            "IsAutomaticallyUsingDiscounts": "false",
        },
        "ReportsPreferences": {"AgingReportBasis": "AgeFromDueDate", "SummaryReportBasis": "Accrual"},
        "SalesAndCustomersPreferences": {
            "IsTrackingReimbursedExpensesAsIncome": "false",
            "IsAutoApplyingPayments": "true",
            "PriceLevels": {"IsUsingPriceLevels": "true", "IsRoundingSalesPriceUp": "true"},
        },
        "TimeTrackingPreferences": {"FirstDayOfWeek": "Monday"},
        "ItemsAndInventoryPreferences": {
            "EnhancedInventoryReceivingEnabled": "false",
            "IsTrackingSerialOrLotNumber": "None",
            "FIFOEnabled": "false",
            "IsRSBEnabled": "false",
            "IsBarcodeEnabled": "false",
        },
    }


OWN: Final[Mapping[str, str]] = {"IsUsingTimeTracking": "true"}
"""Preferences that people can set and that no PreferencesRet shows; with their defaults."""


@final
@frozen
class Rights:
    """What one integrated application may do in one company file.

    ``access`` is ``granted``, ``never asked`` (0x80040418) or ``refused`` (0x8004041A).
    """

    access: str = "granted"
    automatic_login: bool = False
    personal_data: bool = False
    time_tracking: bool = True
    lists: bool = True
    read_only: bool = False

    def shown(self) -> Values:
        """As in a PreferencesRet."""
        return {
            "IsAutomaticLoginAllowed": _word(self.automatic_login),
            "IsPersonalDataAccessAllowed": _word(self.personal_data),
        }


def _word(value: bool) -> str:
    return "true" if value else "false"


def find(preferences: Values, name: str) -> Values | None:
    """The aggregate of ``preferences`` that has the leaf ``name``, in any case; None if none has."""
    for group in preferences.values():
        if isinstance(group, dict):
            inner = find(group, name)
            if inner is not None:
                return inner
    if any(key.casefold() == name.casefold() for key, value in preferences.items() if not _is_group(value)):
        return preferences
    return None


def _is_group(value: Any) -> bool:
    return isinstance(value, dict)


def preference_names() -> tuple[str, ...]:
    """Every preference that people can set."""
    return (*OWN, *_leaves(default_preferences()))


def check_preference(name: str, value: str, preferences: Values | None = None) -> None:
    """Refuse a preference that there is not, or one of yes and no with another value.

    ``preferences`` are those of a company; None: those of a new one. Other values are as free as in a
    company file: nothing that the harness plays reads them.
    """
    known = {**OWN, **_leaves(default_preferences() if preferences is None else preferences)}
    default = {key.casefold(): value for key, value in known.items()}.get(name.casefold())
    if default is None:
        close = difflib.get_close_matches(name.casefold(), {key.casefold(): key for key in known}, n=1)
        meant = [key for key in known if key.casefold() in close]
        cure = f"Did you mean {meant[0]!r}?" if meant else f"There are: {', '.join(known)}."
        raise UsageProblem(f"There is no preference {name!r}.", cure=cure)
    if default in _TRUTH and value not in _TRUTH:
        raise UsageProblem(f"The preference {name!r} has no value {value!r}.", cure="It takes: true, false.")


_TRUTH: Final = ("true", "false")


def _leaves(preferences: Values) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in preferences.items():
        found |= _leaves(value) if _is_group(value) else {name: str(value)}
    return found
