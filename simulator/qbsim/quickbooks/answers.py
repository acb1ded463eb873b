"""Records as QuickBooks shows them: a ``…Ret`` in the grammar's order of the version asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from qbsim.certainty import Certainty, rule
from qbsim.qbxml.versions import Version
from qbsim.quickbooks.asking import Asker
from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.kinds import KINDS
from qbsim.quickbooks.lists import Element
from qbsim.quickbooks.shapes import shape, write
from qbsim.quickbooks.transactions import Txn

if TYPE_CHECKING:
    from qbsim.quickbooks.company import CompanyFile


@rule(
    "ids.edit_sequence",
    "An EditSequence is the epoch of the last modification; at first that of the id.",
    source="28 of 40 captured records match to the second",
    certainty=Certainty.SEEN,
)
def element_values(company: CompanyFile, element: Element, owners: tuple[str, ...] = ()) -> Values:
    """Everything that an answer may show of a list record."""
    stamp = company.time_zone.stamp
    values: Values = {
        "ListID": element.list_id,
        "TimeCreated": stamp(element.created),
        "TimeModified": stamp(element.modified),
        "EditSequence": str(element.edit_sequence),
        **company.lists.refreshed(element.body),
        "FullName": element.full_name,
        "Sublevel": str(element.sublevel),
    }
    if element.parent is not None:
        parent = company.lists.by_id(element.family, element.parent)
        if parent is not None:
            values["ParentRef"] = {"ListID": parent.list_id, "FullName": parent.full_name}
    if owners:
        values["DataExtRet"] = list(company.extensions.shown(element.list_id, owners))
    return values


def time_values(company: CompanyFile, txn: Txn) -> Values:
    """Everything that an answer of any version may show of a time entry."""
    stamp = company.time_zone.stamp
    created = stamp(txn.created)
    body = company.lists.refreshed(txn.body)
    billable = body["BillableStatus"]
    return {
        **body,
        "TxnID": txn.txn_id,
        "TimeCreated": created,
        "TimeModified": created if txn.modified == txn.created else stamp(txn.modified),
        "EditSequence": str(txn.edit_sequence),
        "TxnNumber": str(txn.txn_number),
        "Duration": duration(int(body["Duration"]), company.switches["duration_form"]),
        "IsBillable": "false" if billable == "NotBillable" else "true",
        "IsBilled": "true" if billable == "HasBeenBilled" else "false",
    }


@rule(
    "time.duration_form",
    "A Duration comes back in hours and minutes; whether with 0S behind is a switch.",
    source="Intuit: seconds are not returned",
    certainty=Certainty.PLAUSIBLE,
)
def duration(seconds: int, form: str = "hours_minutes") -> str:
    """``28800`` as ``PT8H0M``."""
    minutes = abs(seconds) // 60
    sign = "-" if seconds < 0 else ""
    tail = "0S" if form == "hours_minutes_seconds" else ""
    return f"{sign}PT{minutes // 60}H{minutes % 60}M{tail}"


def append_ret(
    parent: etree._Element,
    company: CompanyFile,
    asker: Asker,
    record: Element | Txn,
    *,
    only: tuple[str, ...] = (),
    owners: tuple[str, ...] = (),
) -> None:
    """Append the ``…Ret`` of ``record`` to a response, as ``asker`` may see it."""
    if isinstance(record, Txn):
        values = time_values(company, record)
    else:
        values = element_values(company, record, owners)
        if not asker.rights.personal_data:
            values.pop("SSN", None)
    append_values(parent, KINDS[record.kind].ret, asker.version, values, only)


@rule(
    "include_ret_element",
    "IncludeRetElement picks top-level elements by their exact names; unknown names are no error. What "
    "the grammar demands of a Ret stays.",
    source="Intuit's text; the last sentence follows from the schema",
    certainty=Certainty.DOCUMENTED,
)
def append_values(
    parent: etree._Element,
    name: str,
    version: Version,
    values: dict[str, Any],
    only: tuple[str, ...] = (),
) -> None:
    """Append an aggregate of this name, in the order of the version; ``only`` empty: everything."""
    node = shape(version, name)
    if only:
        kept = {inner.name for inner in node.nodes if inner.required or inner.name in only}
        values = {key: value for key, value in values.items() if key in kept}
    write(etree.SubElement(parent, name), node, values)
