"""A small company at a desk, asked through the request processor; every answer passes both gates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from attrs import define, frozen
from lxml import etree

from qbsim.processor import HResultError, RequestProcessor
from qbsim.qbxml import Version, judge_answer
from qbsim.quickbooks import CompanyFile, Product, QuickBooks, people
from qbsim.source import Source
from qbsim.switches import Switches

_VERSION = re.compile(r"<\?qbxml version=\"([0-9.]+)\"\?>")

JANE = "<EntityRef><FullName>Jane Doe</FullName></EntityRef>"


@frozen
class Reply:
    """One answer within a message set."""

    element: etree._Element

    @property
    def code(self) -> int:
        return int(self.element.get("statusCode", "-1"))

    @property
    def severity(self) -> str:
        return self.element.get("statusSeverity", "")

    @property
    def message(self) -> str:
        return self.element.get("statusMessage", "")

    @property
    def name(self) -> str:
        return str(self.element.tag)

    def attribute(self, name: str) -> str | None:
        return self.element.get(name)

    @property
    def rets(self) -> list[etree._Element]:
        return [child for child in self.element if child.tag.endswith("Ret")]

    def value(self, path: str) -> str | None:
        """The text at ``path`` inside the answer (``TimeTrackingRet/TxnID``)."""
        return self.element.findtext(path)

    def values(self, path: str) -> list[str]:
        return [one.text or "" for one in self.element.findall(path)]

    def order(self) -> list[str]:
        """The names of the elements in the first Ret."""
        return [str(child.tag) for child in self.rets[0]]


@frozen
class Answer:
    """A whole answer."""

    text: str
    messages: etree._Element

    def __iter__(self) -> Iterator[Reply]:
        return (Reply(child) for child in self.messages)

    def __getitem__(self, index: int) -> Reply:
        return Reply(self.messages[index])

    def __len__(self) -> int:
        return len(self.messages)

    @property
    def codes(self) -> list[int]:
        return [reply.code for reply in self]

    @property
    def set_code(self) -> str | None:
        return self.messages.get("messageSetStatusCode")

    @property
    def set_id(self) -> str | None:
        return self.messages.get("newMessageSetID")


class GatedProcessor:
    """The test double of the processor: what it lets through has passed both gates."""

    def __init__(self, inner: RequestProcessor) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def process_request(self, ticket: str, request: str, *, call: int | None = None) -> str:
        answer = self.inner.process_request(ticket, request, call=call)
        stated = _VERSION.search(request)
        assert stated is not None, "what states no version is refused before it is answered"
        refusals = judge_answer(answer, Version.parse(stated[1]))
        assert refusals == (), f"{[str(one) for one in refusals]}\n{answer}"
        return answer


@define
class Desk:
    """A PC with QuickBooks, and one application that has a session."""

    source: Source
    company: CompanyFile
    qb: QuickBooks
    processor: GatedProcessor
    ticket: str

    def raw(self, text: str, *, call: int | None = None) -> str:
        return self.processor.process_request(self.ticket, text, call=call)

    def ask(self, body: str, version: str = "13.0", *, call: int | None = None, **attributes: str) -> Answer:
        text = self.raw(message_set(body, version, **attributes), call=call)
        return Answer(text, etree.fromstring(text.encode())[0])

    def one(self, body: str, version: str = "13.0", **attributes: str) -> Reply:
        answer = self.ask(body, version, **attributes)
        assert len(answer) == 1
        return answer[0]

    def sign_in(self, application: str = "Sync", pc: str = "pc1", file: str = "") -> str:
        self.processor = GatedProcessor(self.qb.request_processor(pc))
        self.processor.open_connection("", application)
        self.ticket = self.processor.begin_session(file)
        return self.ticket

    def list_id(self, family: str, name: str) -> str:
        element = self.company.lists.by_name(family, name)
        assert element is not None
        return element.list_id


def message_set(body: str, version: str = "13.0", **attributes: str) -> str:
    """A whole document; ``onError`` is stopOnError unless given."""
    every = {"onError": "stopOnError", **attributes}
    shown = " ".join(f'{name}="{value}"' for name, value in every.items())
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="{version}"?>\n'
        f"<QBXML><QBXMLMsgsRq {shown}>{body}</QBXMLMsgsRq></QBXML>"
    )


def company_file(
    path: str | Path = ":memory:", *, switches: dict[str, str] | None = None, **options: Any
) -> CompanyFile:
    source = options.pop("source", None) or Source()
    return CompanyFile.create(path, source=source, switches=Switches(switches), **options)


def desk(
    *,
    switches: dict[str, str] | None = None,
    path: str | Path = ":memory:",
    product: Product | None = None,
    filled: bool = True,
    **options: Any,
) -> Desk:
    """A desk whose company knows Jane Doe, a vendor, an other name, Acme with its roof, and more."""
    company = company_file(path, switches=switches, **options)
    qb = QuickBooks(company, company.source, company.switches, product=product)
    if filled:
        people.fill(
            qb,
            employees=[{"name": "Jane Doe", "uses_time_data": True}, "John Smith"],
            vendors=["Vera Vendor"],
            other_names=["Otto Other"],
            customers=["Acme", "Acme:Roof", "Bolt"],
            items=["Framing"],
            classes=["Field"],
            payroll_items=["Hourly"],
        )
    made = Desk(company.source, company, qb, GatedProcessor(qb.request_processor()), "")
    made.sign_in()
    return made


def time_add(
    *,
    employee: str | None = "Jane Doe",
    customer: str | None = "Acme:Roof",
    date: str | None = "2026-11-02",
    duration: str = "PT8H0M0S",
    item: str | None = None,
    class_: str | None = None,
    payroll_item: str | None = None,
    notes: str | None = None,
    billable: str | None = "NotBillable",
    guid: str | None = None,
    request_id: str | None = None,
    more: str = "",
) -> str:
    """A TimeTrackingAddRq; None leaves an element out."""

    def ref(name: str, value: str | None) -> str:
        return "" if value is None else f"<{name}><FullName>{value}</FullName></{name}>"

    def leaf(name: str, value: str | None) -> str:
        return "" if value is None else f"<{name}>{value}</{name}>"

    attribute = "" if request_id is None else f' requestID="{request_id}"'
    return (
        f"<TimeTrackingAddRq{attribute}><TimeTrackingAdd>{leaf('TxnDate', date)}{ref('EntityRef', employee)}"
        f"{ref('CustomerRef', customer)}{ref('ItemServiceRef', item)}{leaf('Duration', duration)}"
        f"{ref('ClassRef', class_)}{ref('PayrollItemWageRef', payroll_item)}{leaf('Notes', notes)}"
        f"{leaf('BillableStatus', billable)}{leaf('ExternalGUID', guid)}"
        f"</TimeTrackingAdd>{more}</TimeTrackingAddRq>"
    )


def time_mod(txn_id: str, edit_sequence: str, inner: str) -> str:
    """A TimeTrackingModRq with ``inner`` behind its identity."""
    return (
        f"<TimeTrackingModRq><TimeTrackingMod><TxnID>{txn_id}</TxnID>"
        f"<EditSequence>{edit_sequence}</EditSequence>{inner}</TimeTrackingMod></TimeTrackingModRq>"
    )


def added(at: Desk, **fields: Any) -> Reply:
    """A time entry that QuickBooks took."""
    reply = at.one(time_add(**fields))
    assert reply.code in {0, 530}, reply.message
    return reply


def list_add(kind: str, inner: str) -> str:
    """An AddRq of a list."""
    return f"<{kind}AddRq><{kind}Add>{inner}</{kind}Add></{kind}AddRq>"


def list_mod(kind: str, list_id: str, edit_sequence: str, inner: str) -> str:
    """A ModRq of a list."""
    return (
        f"<{kind}ModRq><{kind}Mod><ListID>{list_id}</ListID><EditSequence>{edit_sequence}</EditSequence>"
        f"{inner}</{kind}Mod></{kind}ModRq>"
    )


def hresult_of(work: Callable[[], object]) -> int:
    """The HRESULT that ``work`` meets."""
    try:
        work()
    except HResultError as failed:
        return failed.code
    raise AssertionError("it went well")
