"""Deleting, merging, and asking what was deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qbsim.certainty import Certainty, rule
from qbsim.errors import SimulatorGap
from qbsim.quickbooks.asking import Asker, check_edit_sequence
from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.kinds import LISTS, TIME_TRACKING, Kind
from qbsim.quickbooks.list_rules import delete_element, existing, merge_elements
from qbsim.quickbooks.queries import stamp_bound
from qbsim.quickbooks.statuses import refuse
from qbsim.quickbooks.time_rules import delete_time, existing_time

if TYPE_CHECKING:
    from qbsim.quickbooks.company import CompanyFile

_KEPT: Final = 90 * 24 * 3600


def delete_transaction(company: CompanyFile, asker: Asker, given: Values) -> Values:
    """TxnDel."""
    if given["TxnDelType"] != TIME_TRACKING.name:
        raise SimulatorGap(f"TxnDel of a {given['TxnDelType']} is not modelled.")
    txn = existing_time(company, given["TxnID"])
    deleted = delete_time(company, asker, txn)
    return {
        "TxnDelType": txn.kind,
        "TxnID": txn.txn_id,
        "TimeDeleted": company.time_zone.stamp(deleted),
    }


def delete_from_list(company: CompanyFile, asker: Asker, given: Values) -> Values:
    """ListDel."""
    kind = _modelled("ListDel", given["ListDelType"])
    element, deleted = delete_element(company, asker, kind, given["ListID"])
    return {
        "ListDelType": kind.name,
        "ListID": element.list_id,
        "TimeDeleted": company.time_zone.stamp(deleted),
        "FullName": element.full_name,
    }


def merge_in_list(company: CompanyFile, asker: Asker, given: Values) -> Values:
    """ListMerge."""
    kind = _modelled("ListMerge", given["ListMergeType"])
    pair = []
    for name in ("MergeFrom", "MergeTo"):
        element = existing(company, kind, given[name]["ListID"])
        check_edit_sequence(given[name]["EditSequence"], element.edit_sequence)
        pair.append(element)
    source, target = pair
    deleted, target = merge_elements(company, asker, kind, source, target)
    stamp = company.time_zone.stamp
    return {
        "ListMergeType": kind.name,
        "MergedFrom": {
            "ListID": source.list_id,
            "TimeDeleted": stamp(deleted),
            "FullName": source.full_name,
        },
        "MergedTo": {
            "ListID": target.list_id,
            "TimeCreated": stamp(target.created),
            "TimeModified": stamp(target.modified),
            "EditSequence": str(target.edit_sequence),
            "FullName": target.full_name,
        },
    }


def _modelled(request: str, name: str) -> Kind:
    if name not in LISTS:
        raise SimulatorGap(f"{request} of a {name} is not modelled.")
    return LISTS[name]


@rule(
    "deleted.window",
    "Deleted queries reach back 90 days, in the order of deletion, grouped by the types asked for.",
    source="Intuit's text on the deleted queries",
    certainty=Certainty.DOCUMENTED,
)
def _deleted(company: CompanyFile, kinds: list[str], given: Values) -> list[tuple[str, ...]]:
    now = int(company.source.now.timestamp())
    bounds = given.get("DeletedDateRangeFilter", {})
    first = stamp_bound(company, bounds.get("FromDeletedDate"), end=False) or 0
    last = stamp_bound(company, bounds.get("ToDeletedDate"), end=True)
    if last is not None and first > last:
        raise refuse(3030)
    stamp = company.time_zone.stamp
    rows: list[tuple[str, ...]] = []
    for kind in kinds:
        found = company.core.sql.execute(
            "SELECT kind, id, created, deleted, full_name FROM deletion "
            "WHERE kind = ? AND deleted BETWEEN ? AND ? ORDER BY number",
            (kind, max(first, now - _KEPT), now if last is None else last),
        )
        rows += [(row[0], row[1], stamp(row[2]), stamp(row[3]), row[4] or "") for row in found]
    return rows


def deleted_transactions(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """TxnDeletedQuery."""
    del asker
    names = ("TxnDelType", "TxnID", "TimeCreated", "TimeDeleted")
    return [dict(zip(names, row[:4], strict=True)) for row in _deleted(company, given["TxnDelType"], given)]


def deleted_from_lists(company: CompanyFile, asker: Asker, given: Values) -> list[Values]:
    """ListDeletedQuery."""
    del asker
    names = ("ListDelType", "ListID", "TimeCreated", "TimeDeleted", "FullName")
    return [dict(zip(names, row, strict=True)) for row in _deleted(company, given["ListDelType"], given)]
