"""Factories for tests of the Web Connector: a scripted QuickBooks, a scripted server, an observer that
keeps everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import define, field
from lxml import etree

from qbsim.connector.events import (
    CallEnded,
    CallStarted,
    Happening,
    Observer,
    QuickBooksAnswered,
    QuickBooksAsked,
)
from qbsim.connector.locks import company_data, company_query
from qbsim.connector.operations import NAMESPACE, OPERATIONS
from qbsim.connector.qwc import Application
from qbsim.connector.soap import ENVELOPE
from qbsim.connector.update import Bounds, Update, User
from qbsim.connector.wire import Exchange, Reply, Transport
from qbsim.processor import HResultError
from qbsim.quickbooks import QuickBooks
from qbsim.source import Source
from qbsim.switches import Switches

OWNER: Final = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
PASSWORD: Final = "secret"
FILE: Final = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
REQUEST: Final = (
    '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">'
    '<TimeTrackingAddRq requestID="1"/></QBXMLMsgsRq></QBXML>'
)
ANSWER: Final = '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n</QBXMLMsgsRs>\n</QBXML>\n'


def application(**changes: object) -> Application:
    """An application on this machine."""
    values: dict[str, object] = {
        "name": "Hours",
        "url": "http://127.0.0.1:8000/qbwc",
        "description": "Sends hours",
        "support_url": "http://127.0.0.1:8000/support",
        "user": "jane",
        "owner_id": OWNER,
        "file_id": FILE,
        **changes,
    }
    return Application(**values)  # type: ignore[arg-type]


def qwc_text(**changes: str | None) -> str:
    """A .qwc that Intuit's Web Connector would add; None leaves an element out."""
    values: dict[str, str | None] = {
        "AppName": "Hours",
        "AppID": "",
        "AppURL": "https://hours.example/qbwc",
        "AppDescription": "Sends hours",
        "AppSupport": "https://hours.example/support",
        "UserName": "jane",
        "OwnerID": OWNER,
        "FileID": FILE,
        "QBType": "QBFS",
        **changes,
    }
    parts = "".join(f"\n  <{name}>{value}</{name}>" for name, value in values.items() if value is not None)
    return f'<?xml version="1.0"?>\n<QBWCXML>{parts}\n</QBWCXML>\n'


def envelope(inside: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body>'
        f"{inside}</soap:Body></soap:Envelope>"
    ).encode()


def result(operation: str, value: object) -> bytes:
    """The usual reply that holds ``value``."""
    if isinstance(value, (list, tuple)):
        text = "".join(f"<string>{_escape(item)}</string>" for item in value)
    else:
        text = _escape(value)
    return envelope(
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result>{text}</{operation}Result>'
        f"</{operation}Response>"
    )


def _escape(value: object) -> str:
    return str(value).replace("&", "&amp;").replace("<", "&lt;")


XML_TYPE: Final = (("content-type", "text/xml; charset=utf-8"),)


def reply(operation: str, value: object) -> Reply:
    return Reply(200, XML_TYPE, result(operation, value))


def arguments_of(body: bytes) -> dict[str, str]:
    """The parameters of a call, by name."""
    root = etree.fromstring(body)
    call = root[0][0]
    return {etree.QName(part).localname: part.text or "" for part in call}


Scripted = object | Reply | Exception | Callable[[Exchange], object]

DEFAULTS: Final[Mapping[str, Scripted]] = {
    "serverVersion": "1.0",
    "clientVersion": "",
    "authenticate": ("ticket-1", ""),
    "connectionError": "done",
    "getLastError": "",
    "closeConnection": "OK",
}


@define
class ScriptedServer:
    """A transport with canned answers: each operation's list is walked, its last answer repeats."""

    answers: dict[str, list[Scripted]] = field(factory=dict)
    seen: list[Exchange] = field(factory=list)

    def send(self, exchange: Exchange) -> Reply:
        self.seen.append(exchange)
        answer = self._next(exchange.operation)
        if callable(answer):
            answer = answer(exchange)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Reply) else reply(exchange.operation, answer)

    def _next(self, operation: str) -> Scripted:
        script = self.answers.get(operation)
        if not script:
            return DEFAULTS[operation]
        return script.pop(0) if len(script) > 1 else script[0]

    @property
    def operations(self) -> list[str]:
        return [exchange.operation for exchange in self.seen]

    def arguments(self, operation: str, nth: int = 1) -> dict[str, str]:
        calls = [exchange for exchange in self.seen if exchange.operation == operation]
        return arguments_of(calls[nth - 1].body)


def server(**answers: Scripted | list[Scripted]) -> ScriptedServer:
    """A server by its answers; one request and then 100 % unless told otherwise."""
    script: dict[str, list[Scripted]] = {"sendRequestXML": [REQUEST, ""], "receiveResponseXML": [100]}
    for name, value in answers.items():
        assert name in OPERATIONS
        script[name] = list(value) if isinstance(value, list) else [value]
    return ScriptedServer(script)


@define
class ScriptedQuickBooks:
    """A request processor whose failures are scripted, by method name: each HRESULT is used once."""

    fails: dict[str, list[int]] = field(factory=dict)
    answer: Callable[[str], str] = field(default=lambda _: ANSWER)
    opened: list[str] = field(factory=list)
    processed: list[str] = field(factory=list)
    trace: list[str] = field(factory=list)

    def _happen(self, what: str) -> None:
        self.trace.append(what)
        if codes := self.fails.get(what):
            raise HResultError(codes.pop(0))

    def open_connection(self, app_id: str, app_name: str) -> None:
        self._happen("open_connection")

    def begin_session(self, company_file: str) -> str:
        self.opened.append(company_file)
        self._happen("begin_session")
        return "qb-ticket"

    def current_company_file_name(self, ticket: str) -> str:
        return r"C:\Books\Acme.QBW"

    def newest_qbxml_version(self, ticket: str) -> tuple[int, int]:
        return (16, 0)

    def country(self, ticket: str) -> str:
        return "US"

    def process_request(self, ticket: str, request: str, *, call: int | None = None) -> str:
        if "HostQueryRq" in request:
            self._happen("host_query")
            return ANSWER
        self._happen("process_request")
        self.processed.append(request)
        return self.answer(request)

    def end_session(self, ticket: str) -> None:
        self._happen("end_session")

    def close_connection(self) -> None:
        self._happen("close_connection")


@define
class Keeper(Observer):
    """Keeps everything that an update tells."""

    events: list[object] = field(factory=list)

    def called(self, call: CallStarted) -> None:
        self.events.append(call)

    def replied(self, call: CallEnded) -> None:
        self.events.append(call)

    def asked(self, asked: QuickBooksAsked) -> None:
        self.events.append(asked)

    def answered(self, answered: QuickBooksAnswered) -> None:
        self.events.append(answered)

    def happened(self, happening: Happening) -> None:
        self.events.append(happening)

    def of(self, kind: type) -> list[object]:
        return [event for event in self.events if isinstance(event, kind)]


def update(
    transport: Transport,
    *,
    quickbooks: ScriptedQuickBooks | None = None,
    pins: Mapping[str, str] | None = None,
    observer: Observer | None = None,
    app: Application | None = None,
    password: str | None = PASSWORD,
    source: Source | None = None,
    user: User | None = None,
    bounds: Bounds | None = None,
    **more: object,
) -> Update:
    return Update(
        app or application(),
        password,
        quickbooks or ScriptedQuickBooks(),
        transport,
        source or Source(),
        Switches(pins),
        observer or Observer(),
        user=user,
        bounds=bounds,
        **more,  # type: ignore[arg-type]
    )


def stamped(quickbooks: QuickBooks, owner: str = OWNER) -> dict[str, str]:
    """What an application has written into the company that is open."""
    processor = quickbooks.request_processor("pc9")
    processor.open_connection("", "Onlooker")
    ticket = processor.begin_session("")
    answer = processor.process_request(ticket, company_query((16, 0), owner))
    processor.end_session(ticket)
    processor.close_connection()
    return company_data(answer, owner)


GARBLED = {
    "truncated": "not well-formed XML",
    "html": "content type of 'text/html",
    "wrong type": "content type of 'application/json'",
    "wrong namespace": "Object reference not set",
    "http 500": "content type of 'text/html",
    "http 503": "HTTP status 503",
    "soap fault": "The server failed.",
    "not xml": "not well-formed XML",
}
"""Way to garble a reply to words that the Web Connector then shows."""
