"""The qbXML that the servers speak: requests out, answers in. Nothing here knows a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, final

from attrs import field, frozen
from lxml import etree

from qbharness.servers.problems import BadInput
from qbharness.servers.work_blocks import Values
from qbharness.servers.xml import name_of, parse, quote, text_of

Version = tuple[int, int]

_BILLABLE_STATUS_SINCE: Final = (6, 0)


def message_set(
    requests: Sequence[str],
    version: Version,
    *,
    new_id: str = "",
    old_id: str = "",
    on_error: str = "stopOnError",
) -> str:
    """A whole document; the prolog stands first, since QuickBooks wants nothing before it."""
    new = f' newMessageSetID="{quote(new_id)}"' if new_id else ""
    old = f' oldMessageSetID="{quote(old_id)}"' if old_id else ""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<?qbxml version="{version[0]}.{version[1]}"?>',
        "<QBXML>",
        f'<QBXMLMsgsRq onError="{on_error}"{new}{old}>',
        *requests,
        "</QBXMLMsgsRq>",
        "</QBXML>",
    ]
    return "\n".join(lines) + "\n"


def time_tracking_add(values: Values, request_id: str, version: Version) -> str:
    """One TimeTrackingAddRq, its elements in the order of the grammar."""
    lines = [
        f'<TimeTrackingAddRq requestID="{quote(request_id)}">',
        "<TimeTrackingAdd>",
        f"<TxnDate>{values.date}</TxnDate>",
        _reference("EntityRef", values.employee),
        _reference("CustomerRef", values.customer),
        _reference("ItemServiceRef", values.service_item),
        f"<Duration>PT{values.minutes // 60}H{values.minutes % 60}M</Duration>",
        _reference("ClassRef", values.class_name),
        _reference("PayrollItemWageRef", values.payroll_item),
        f"<Notes>{quote(values.notes)}</Notes>" if values.notes else "",
        _billable(values, version),
        "</TimeTrackingAdd>",
        "</TimeTrackingAddRq>",
    ]
    return "\n".join(line for line in lines if line)


def _reference(name: str, full_name: str) -> str:
    return f"<{name}><FullName>{quote(full_name)}</FullName></{name}>" if full_name else ""


def _billable(values: Values, version: Version) -> str:
    """Always sent: what QuickBooks assumes when it is left out is not documented."""
    if version < _BILLABLE_STATUS_SINCE:
        return f"<IsBillable>{'true' if values.billable else 'false'}</IsBillable>"
    return f"<BillableStatus>{'Billable' if values.billable else 'NotBillable'}</BillableStatus>"


@final
@frozen
class Response:
    """One response element of an answer."""

    name: str
    """``TimeTrackingAddRs``"""
    request_id: str
    code: int
    severity: str
    message: str
    element: etree._Element = field(repr=False, eq=False)

    @property
    def txn_id(self) -> str:
        """The entry's TxnID, also from a stored answer without details; empty when it names none."""
        found = self.element.findtext("TimeTrackingRet/TxnID")
        return found or self.element.findtext("ErrorRecovery/TxnID") or ""


@final
@frozen
class Answer:
    """One answer of QuickBooks; ``set_code`` is its messageSetStatusCode, None without one."""

    set_code: int | None
    set_id: str
    responses: tuple[Response, ...]

    def to(self, request_id: str) -> Response | None:
        """The response that belongs to ``request_id``; never the one at some position."""
        return next((r for r in self.responses if r.request_id == request_id), None)


def read_answer(text: str) -> Answer:
    """Read an answer; raises BadInput when it is not one."""
    root = parse(text)
    sets = [child for child in root if name_of(child) == "QBXMLMsgsRs"]
    if name_of(root) != "QBXML" or len(sets) != 1:
        raise BadInput("The answer is not a QBXML document with one QBXMLMsgsRs.")
    return Answer(
        set_code=_code(sets[0].get("messageSetStatusCode")),
        set_id=sets[0].get("newMessageSetID", ""),
        responses=tuple(_response(child) for child in sets[0]),
    )


def _response(element: etree._Element) -> Response:
    code = _code(element.get("statusCode"))
    if code is None:
        raise BadInput(f"{name_of(element)} has no statusCode.")
    return Response(
        name=name_of(element),
        request_id=element.get("requestID", ""),
        code=code,
        severity=element.get("statusSeverity", ""),
        message=element.get("statusMessage", ""),
        element=element,
    )


def _code(text: str | None) -> int | None:
    if text is None or not text:
        return None
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10):
        raise BadInput("The answer has a status code that is no number.")
    return int(text)


def status_check(set_id: str, version: Version) -> str:
    """Asks what is stored under an id, and executes nothing. Source: Intuit's ErrRecovery2.xml."""
    return message_set([], version, new_id=set_id, old_id=set_id)


def company_query(owner_id: str, request_id: str) -> str:
    """Asks for the company with the data that ``owner_id`` has written into it."""
    return (
        f'<CompanyQueryRq requestID="{quote(request_id)}"><OwnerID>{quote(owner_id)}</OwnerID>'
        "</CompanyQueryRq>"
    )


def time_query_by_day(day: str, request_id: str, *, until: str = "") -> str:
    """Asks for every time entry of one day, or of all days until another one."""
    return (
        f'<TimeTrackingQueryRq requestID="{quote(request_id)}">\n<TxnDateRangeFilter><FromTxnDate>'
        f"{day}</FromTxnDate><ToTxnDate>{until or day}</ToTxnDate></TxnDateRangeFilter>\n"
        "</TimeTrackingQueryRq>"
    )


def time_query_by_ids(txn_ids: Sequence[str], request_id: str) -> str:
    """Asks which of these entries there are."""
    wanted = "".join(f"<TxnID>{quote(txn_id)}</TxnID>\n" for txn_id in txn_ids)
    return (
        f'<TimeTrackingQueryRq requestID="{quote(request_id)}">\n{wanted}'
        "<IncludeRetElement>TxnID</IncludeRetElement>\n</TimeTrackingQueryRq>"
    )


def deleted_query(request_id: str) -> str:
    """Asks which time entries were deleted; QuickBooks remembers 90 days."""
    return (
        f'<TxnDeletedQueryRq requestID="{quote(request_id)}"><TxnDelType>TimeTracking</TxnDelType>'
        "</TxnDeletedQueryRq>"
    )


def file_ids(root: etree._Element, owner_id: str) -> list[str]:
    """The FileIDs that the Web Connector wrote into the company for ``owner_id``."""
    return [
        text_of(extension.find("DataExtValue")).strip()
        for extension in root.iter("DataExtRet")
        if text_of(extension.find("OwnerID")).strip().lower() == owner_id.lower()
        and text_of(extension.find("DataExtName")).strip() == "FileID"
    ]
