"""The timesheet as the judge and people see it: one frozen row an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from attrs import frozen

from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.transactions import Txn


@final
@frozen
class TimesheetRow:
    """One time entry. ``duration`` is in seconds, ``date`` ISO; what is not given is ``""``.

    ``billable`` is ``Billable``, ``NotBillable`` or ``HasBeenBilled``; ``used_by`` is ``""``,
    ``invoice`` or ``paycheck``.
    """

    txn_id: str
    employee: str
    customer: str
    date: str
    duration: int
    service_item: str = ""
    class_: str = ""
    payroll_item: str = ""
    notes: str = ""
    billable: str = ""
    external_guid: str = ""
    used_by: str = ""
    edit_sequence: str = ""

    @classmethod
    def from_journal(cls, txn_id: str, values: Mapping[str, str]) -> TimesheetRow:
        """The row that a journal row's ``before`` or ``after`` describes."""
        return cls(
            txn_id,
            values["EntityRef/FullName"],
            values.get("CustomerRef/FullName", ""),
            values["TxnDate"],
            int(values["Duration"]),
            values.get("ItemServiceRef/FullName", ""),
            values.get("ClassRef/FullName", ""),
            values.get("PayrollItemWageRef/FullName", ""),
            values.get("Notes", ""),
            values.get("BillableStatus", ""),
            values.get("ExternalGUID", ""),
            values.get("UsedBy", ""),
        )

    @property
    def hours(self) -> str:
        """As ``7:30``."""
        minutes = abs(self.duration) // 60
        sign = "-" if self.duration < 0 else ""
        return f"{sign}{minutes // 60}:{minutes % 60:02d}"


def timesheet_row(txn: Txn, body: Values) -> TimesheetRow:
    """The row of a stored entry; ``body`` has today's names."""
    return TimesheetRow(
        txn.txn_id,
        body["EntityRef"]["FullName"],
        _full_name(body, "CustomerRef"),
        txn.date,
        int(body["Duration"]),
        _full_name(body, "ItemServiceRef"),
        _full_name(body, "ClassRef"),
        _full_name(body, "PayrollItemWageRef"),
        body.get("Notes", ""),
        body.get("BillableStatus", ""),
        body.get("ExternalGUID", ""),
        txn.used_by,
        str(txn.edit_sequence),
    )


def _full_name(body: Values, name: str) -> str:
    reference: Any = body.get(name)
    return "" if reference is None else str(reference["FullName"])
