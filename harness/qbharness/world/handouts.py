"""Reads a server's request the way QuickBooks will: what hours it offers, and what the gates say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from qbharness.history import HandedOut, Hours, OfferedEntry
from qbsim.qbxml import QbxmlRefused, StructureRefused, read_message_set
from qbsim.qbxml.values import read_date, read_interval, write_date

Resolve = Callable[[str, str], str]
"""(a reference such as ``EntityRef``, a ListID) to the full name in the open company, or ``""``."""

_TIME: Final = "TimeTrackingAddRq"


def read_hand_out(text: str, *, call: int, update: int, delivery: int, resolve: Resolve) -> HandedOut:
    """What ``text`` hands out; a refusal by the gates is part of the event, never an exception."""
    common: dict[str, Any] = {"call": call, "update": update, "text": text, "delivery": delivery}
    try:
        message_set = read_message_set(text)
    except StructureRefused as refused:
        return HandedOut(**common, version="", requests=(), entries=(), refusal=refused.refusal.likely)
    except QbxmlRefused as refused:
        return HandedOut(**common, version="", requests=(), entries=(), refusal=str(refused))
    return HandedOut(
        **common,
        version=str(message_set.version),
        requests=tuple(request.name for request in message_set.requests),
        entries=tuple(
            OfferedEntry(
                request.request_id,
                _hours(request.element, resolve),
                external_guid=(request.element[0].findtext("ExternalGUID") or "").strip(),
            )
            for request in message_set.requests
            if request.name == _TIME
        ),
        new_message_set_id=message_set.new_message_set_id or "",
        old_message_set_id=message_set.old_message_set_id or "",
        value_refusals=tuple(
            f"{request.refusal.status_code}: {request.refusal.likely}"
            for request in message_set.requests
            if request.refusal is not None
        ),
    )


def _hours(request: etree._Element, resolve: Resolve) -> Hours:
    add = request[0]

    def text(name: str) -> str:
        return (add.findtext(name) or "").strip()

    def reference(name: str) -> str:
        list_id = text(f"{name}/ListID")
        return (resolve(name, list_id) if list_id else "") or text(f"{name}/FullName")

    billing = text("BillableStatus")
    return Hours(
        employee=reference("EntityRef"),
        date=_date(text("TxnDate")),
        seconds=_seconds(text("Duration")),
        customer=reference("CustomerRef"),
        service_item=reference("ItemServiceRef"),
        class_=reference("ClassRef"),
        payroll_item=reference("PayrollItemWageRef"),
        notes=add.findtext("Notes") or "",
        billable=None if not billing else billing != "NotBillable",
    )


def _date(text: str) -> str:
    """As QuickBooks keeps it, without blanks and time zone; as it is, if it is no date."""
    try:
        return write_date(read_date(text))
    except ValueError:
        return text


def _seconds(duration: str) -> int:
    """In seconds; 0 for what is no duration (the value gate says so in the same event)."""
    try:
        return int(read_interval(duration).total_seconds())
    except ValueError:
        return 0
