"""What QuickBooks demands of a time entry before it takes it, rule by rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qbsim.certainty import Certainty, rule
from qbsim.qbxml.values import read_date, write_date
from qbsim.qbxml.versions import NEWEST
from qbsim.quickbooks.asking import (
    Asker,
    check_edit_sequence,
    check_form,
    check_rights,
    merged,
    resolve,
)
from qbsim.quickbooks.fitting import check_fits
from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.kinds import REFERENCES, TIME_TRACKING
from qbsim.quickbooks.preferences import OWN
from qbsim.quickbooks.shapes import shape
from qbsim.quickbooks.statuses import Status, refuse, status
from qbsim.quickbooks.transactions import Txn

if TYPE_CHECKING:
    from qbsim.quickbooks.company import CompanyFile

_RECORD: Final = "TimeTracking"
_INTERVAL: Final = re.compile(r"\+?PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
_IDENTITY: Final = ("TxnID", "EditSequence")
_FIXED: Final = frozenset({"EntityRef", "Duration", "TxnDate", "BillableStatus"})
_DAY: Final = 24 * 3600


def add_time(company: CompanyFile, asker: Asker, given: Values) -> Txn:
    """Add a time entry, by all rules; ``given`` as in a TimeTrackingAdd. Raises Refused."""
    check_enabled(company)
    check_rights(asker, TIME_TRACKING)
    body = _fitted(company, asker, _translated(asker, given))
    if "EntityRef" not in body:
        raise refuse(3150, field="EntityRef")
    if not body.get("TxnDate"):
        body["TxnDate"] = _default_date(company)
    body.setdefault("BillableStatus", company.switches["billable_status_default"])
    _check(company, asker, body)
    check_open(company, asker, body["TxnDate"])
    _check_guid(company, body)
    added = company.transactions.add(asker.actor, TIME_TRACKING, body)
    company.last_saved_date = added.date
    return added


def change_time(company: CompanyFile, asker: Asker, given: Values) -> Txn:
    """Change a time entry, by all rules; ``given`` as in a TimeTrackingMod."""
    check_enabled(company)
    check_rights(asker, TIME_TRACKING)
    old = existing_time(company, given["TxnID"])
    check_unlocked(asker, old)
    check_edit_sequence(given["EditSequence"], old.edit_sequence)
    return rewrite_time(company, asker, old, given)


def rewrite_time(company: CompanyFile, asker: Asker, old: Txn, given: Values) -> Txn:
    """Store ``given`` on top of ``old``: the part of a change that people and requests share."""
    if old.used_by and company.switches["change_of_used_time"] == "refused":
        raise refuse(3180, record=_RECORD, reason="The transaction is used by another one.")
    changes = {name: value for name, value in given.items() if name not in _IDENTITY}
    empty = {name: value for name, value in changes.items() if value in ("", {})}
    fitted = _fitted(company, asker, _translated(asker, changes))
    body = merged(old.body, {**fitted, **empty}, _FIXED, shape(NEWEST, TIME_TRACKING.ret))
    _check(company, asker, body)
    for date in (old.date, body["TxnDate"]):
        check_open(company, asker, date)
    return company.transactions.change(asker.actor, old, body)


@rule(
    "txn_del.used",
    "A time entry that an invoice or a paycheck uses cannot be deleted: 3160.",
    source="Intuit's text on TxnDel; the status and its reason are guesses",
    certainty=Certainty.DOCUMENTED,
)
def delete_time(company: CompanyFile, asker: Asker, txn: Txn) -> int:
    """Delete a time entry, by all rules; gives the epoch of the deletion."""
    check_rights(asker, TIME_TRACKING)
    check_unlocked(asker, txn)
    check_open(company, asker, txn.date)
    if txn.used_by:
        reason = "Other transactions use this transaction."
        raise refuse(3160, value=txn.txn_id, reason=reason)
    return company.transactions.delete(asker.actor, txn)


def existing_time(company: CompanyFile, txn_id: str) -> Txn:
    """The time entry with this id; 3000 for what is no id, 3120 for none."""
    check_form(txn_id, "TxnID")
    found = company.transactions.by_id(txn_id)
    if found is None:
        raise refuse(3120, value=txn_id)
    return found


@rule(
    "locks.txn",
    "A transaction that is open in a window cannot be changed or deleted: 3175.",
    source="consolibyte's notes; a test fixture has the text for void",
    certainty=Certainty.PLAUSIBLE,
)
def check_unlocked(asker: Asker, txn: Txn) -> None:
    if txn.txn_id in asker.locked:
        reason = "The transaction could not be locked.  It is in use by another user."
        raise refuse(3175, value=txn.txn_id, reason=reason)


@rule(
    "time.feature",
    "While time tracking is off, a time request is refused with 3250.",
    source="QuBe Sync lists 3250 for time entries; not seen",
    certainty=Certainty.PLAUSIBLE,
)
def check_enabled(company: CompanyFile) -> None:
    if not preference(company, "IsUsingTimeTracking") and (company.switches["time_tracking_off"] == "3250"):
        raise refuse(3250)


def preference(company: CompanyFile, name: str) -> bool:
    """One of the preferences that no PreferencesRet shows."""
    return str(company.setting(name, OWN[name])) == "true"


def _fitted(company: CompanyFile, asker: Asker, given: Values) -> Values:
    """References resolved in the grammar's order, the duration in seconds; empty values left out."""
    body: Values = {}
    for name, value in given.items():
        if name in REFERENCES:
            found = resolve(company, name, value, _RECORD)
            if found is not None:
                body[name] = found
        elif name == "Duration":
            body[name] = str(_seconds(company, value))
        elif name == "TxnDate":
            if value.strip():
                body[name] = write_date(read_date(value))
        elif name == "Rate":
            asker.warnings.append(_rate_is_unsupported())
        elif value != "":
            body[name] = value
    return body


@rule(
    "time.rate",
    "Rate is taken by the grammar and not by QuickBooks Desktop: a warning, 530.",
    source="Intuit: not in the Desktop editions; the status is a guess",
    certainty=Certainty.PLAUSIBLE,
)
def _rate_is_unsupported() -> Status:
    return status(530, field="Rate")


@rule(
    "time.is_billable",
    "Up to qbXML 5.0 IsBillable says what BillableStatus says later; true is its default.",
    source="Intuit's text on IsBillable",
    certainty=Certainty.DOCUMENTED,
)
def _translated(asker: Asker, given: Values) -> Values:
    if asker.version.major >= 6:
        return given
    flag = given.get("IsBillable")
    rest = {name: value for name, value in given.items() if name != "IsBillable"}
    if flag == "false":
        return {**rest, "BillableStatus": "NotBillable"}
    wants = {"CustomerRef", "ItemServiceRef"} <= rest.keys()
    return {**rest, "BillableStatus": "Billable" if flag or wants else "NotBillable"}


@rule(
    "time.seconds",
    "Seconds of a Duration are taken and not kept: cut or rounded by a switch.",
    source="Intuit: seconds are not returned, because the window has none",
    certainty=Certainty.DOCUMENTED,
)
@rule(
    "time.duration",
    "A Duration may exceed a day, unless switched; the language has refused empty and negative ones.",
    source="the schema; what QuickBooks accepts was not seen",
    certainty=Certainty.PLAUSIBLE,
)
def _seconds(company: CompanyFile, text: str) -> int:
    match = _INTERVAL.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise refuse(3035, value=text, field="Duration")
    hours, minutes, seconds = match.groups(default="0")
    total = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    extra = 30 if company.switches["duration_seconds"] == "rounded" else 0
    total = (total + extra) // 60 * 60
    if total > _DAY and company.switches["over_24_hours"] == "refused":
        raise refuse(3035, value=text, field="Duration")
    return total


@rule(
    "time.date",
    "A time entry without TxnDate gets the date of the last one that was saved, or today.",
    source="Intuit's text on TxnDate",
    certainty=Certainty.DOCUMENTED,
)
def _default_date(company: CompanyFile) -> str:
    if company.switches["txn_date_default"] == "last_saved" and company.last_saved_date:
        return company.last_saved_date
    return company.time_zone.today(int(company.source.now.timestamp()))


def _check(company: CompanyFile, asker: Asker, body: Values) -> None:
    if asker.person:  # the language has judged what a request brings
        check_fits(TIME_TRACKING.ret, {"Notes": body.get("Notes", "")})
    _check_billable(company, body)
    _check_payroll_item(company, body)
    _check_class(company, asker, body)
    _check_active(company, asker, body)


@rule(
    "time.billable",
    "Billable time needs a customer and a service item.",
    source="Intuit's text on BillableStatus; the status is a guess",
    certainty=Certainty.DOCUMENTED,
)
def _check_billable(company: CompanyFile, body: Values) -> None:
    if body["BillableStatus"] != "Billable":
        return
    for name in ("CustomerRef", "ItemServiceRef"):
        if name not in body:
            if company.switches["billable_incomplete"] == "3150":
                raise refuse(3150, field=name)
            raise refuse(3180, record=_RECORD, reason=f"Billable time needs a {name}.")


@rule(
    "time.payroll_item",
    "A payroll item is for employees with 'use time data to create paychecks' only.",
    source="Intuit's text on PayrollItemWageRef; the status is a guess",
    certainty=Certainty.DOCUMENTED,
)
def _check_payroll_item(company: CompanyFile, body: Values) -> None:
    if "PayrollItemWageRef" not in body:
        return
    who = company.lists.by_id("names", body["EntityRef"]["ListID"])
    info = who.body.get("EmployeePayrollInfo", {}) if who is not None else {}
    if info.get("UseTimeDataToCreatePaychecks") == "UseTimeData":
        return
    if company.switches["payroll_item_unused"] == "dropped":
        del body["PayrollItemWageRef"]
        return
    reason = "This name does not use time data to create paychecks."
    raise refuse(3180, record=_RECORD, reason=reason)


@rule(
    "time.class",
    "A class in a request is refused with 3250 while class tracking is off.",
    source="3250 is Intuit's; that it comes for a class is a guess",
    certainty=Certainty.PLAUSIBLE,
)
def _check_class(company: CompanyFile, asker: Asker, body: Values) -> None:
    using = company.setting("preferences")["AccountingPreferences"]["IsUsingClassTracking"]
    if "ClassRef" in body and using != "true" and not asker.person:
        raise refuse(3250)


@rule(
    "time.inactive",
    "An inactive name may be used in a request, unless switched.",
    source="recalled; not documented in what was read",
    certainty=Certainty.PLAUSIBLE,
)
def _check_active(company: CompanyFile, asker: Asker, body: Values) -> None:
    if company.switches["inactive_names"] == "accepted" or asker.person:
        return
    for name, reference in REFERENCES.items():
        value = body.get(name)
        element = company.lists.by_id(reference.family, value["ListID"]) if value else None
        if element is not None and not element.active:
            noun = company.switches["entity_noun"] if name == "EntityRef" else reference.noun
            raise refuse(3140, noun=noun, value=element.full_name, record=_RECORD)


@rule(
    "time.closing_date",
    "What lies on or before the closing date is refused with 3171, if a password guards it: no "
    "request can give one.",
    source="a guide of ayssoftware.com; Intuit: you might or might not get an error",
    certainty=Certainty.SEEN,
)
def check_open(company: CompanyFile, asker: Asker, date: str) -> None:
    closed = company.setting("closing")
    if closed and closed["guarded"] and date <= closed["date"] and not asker.person:
        raise refuse(3171, record=_RECORD)


@rule(
    "time.guid",
    "A second entry with the same ExternalGUID is taken, unless switched.",
    source="not documented in what was read",
    certainty=Certainty.PLAUSIBLE,
)
def _check_guid(company: CompanyFile, body: Values) -> None:
    guid = body.get("ExternalGUID")
    if guid is None or company.switches["external_guid_unique"] == "no":
        return
    if company.transactions.count("guid = ?", (guid,)):
        reason = "Another transaction has this value."
        raise refuse(3210, field="ExternalGUID", value=guid, reason=reason)
