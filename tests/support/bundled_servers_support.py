"""Factories for the tests of the bundled servers: a server in this process, and a small QuickBooks.

The QuickBooks here is not qbsim's: it is a second, tiny one, which knows names, time entries and
message sets and nothing else, so that a mistake in the large one cannot hide one in a server.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

import sqlalchemy as sa
from attrs import define, field
from lxml import etree

from qbharness.servers import create_app
from qbharness.servers.direct import DirectReply, call

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
INTUIT = "http://developer.intuit.com/"
OWNER_ID = "{7b0a3f7e-52f5-4d5e-9a61-6f4f2f0c51a7}"
USER, PASSWORD = "qbharness", "qbharness"


class Killed(BaseException):
    """Stands for SIGKILL where the server lives in the test's own process."""


def die(name: str) -> None:
    raise Killed(name)


def block(**changes: Any) -> dict[str, Any]:
    """A Work Block as the JSON API takes it."""
    values = {"employee": "Jane Doe", "customer": "Acme:Roof", "date": "2026-11-02", "hours": "8:00"}
    return {**values, **changes}


def envelope(operation: str, **arguments: object) -> bytes:
    """A request as the real Web Connector writes it."""
    parts = "".join(
        f"<{name}>{escape(str(value))}</{name}>" if value != "" else f"<{name} />"
        for name, value in arguments.items()
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{SOAP}"><soap:Body>'
        f'<{operation} xmlns="{INTUIT}">{parts}</{operation}></soap:Body></soap:Envelope>'
    ).encode()


def result_of(body: bytes) -> Any:
    """The result in a reply envelope: text, or a list of texts."""
    result = etree.fromstring(body)[0][0][0]
    return [part.text or "" for part in result] if len(result) else (result.text or "")


@define
class Server:
    """One bundled server in this process. ``restart`` keeps its database."""

    options: dict[str, Any] = field(factory=dict)
    app: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.options = {
            "policy": "exact",
            "allow_reset": True,
            "password_cost": 2,
            "on_failpoint": die,
            "users": ((USER, PASSWORD), ("second", PASSWORD)),
            **self.options,
        }
        self.app = create_app(**self.options)

    @property
    def state(self) -> Any:
        return self.app.state.server

    def restart(self) -> None:
        self.state.store.close()
        self.app = create_app(**self.options)

    def request(self, method: str, path: str, data: Any = None, **headers: str) -> DirectReply:
        body = b"" if data is None else json.dumps(data).encode()
        given = {"content-type": "application/json", **headers}
        return self.http(method, path, given, body)

    def http(self, method: str, path: str, headers: dict[str, str], body: bytes) -> DirectReply:
        return call(self.app, method, path, headers=headers, body=body)

    def api(self, method: str, path: str, data: Any = None) -> Any:
        """A call of the JSON API that has to work."""
        reply = self.request(method, path, data)
        assert reply.status < 400, reply.body
        return json.loads(reply.body) if reply.body else None

    def add(self, **changes: Any) -> int:
        return int(self.api("POST", "/api/blocks", block(**changes))["id"])

    def blocks(self) -> list[dict[str, Any]]:
        return list(self.api("GET", "/api/blocks"))

    def states(self) -> list[str]:
        return [row["state"] for row in self.blocks()]

    def post(self, body: bytes) -> DirectReply:
        return self.http("POST", "/qbwc", {"content-type": "text/xml"}, body)

    def soap(self, operation: str, **arguments: object) -> Any:
        reply = self.post(envelope(operation, **arguments))
        assert reply.status == 200, reply.body
        return result_of(reply.body)

    def login(self, user: str = USER, password: str = PASSWORD) -> str:
        ticket, what = self.soap("authenticate", strUserName=user, strPassword=password)
        assert what == "", what
        return str(ticket)

    def ask(self, ticket: str, hcp: str = "") -> str:
        return str(
            self.soap(
                "sendRequestXML",
                ticket=ticket,
                strHCPResponse=hcp,
                strCompanyFileName="",
                qbXMLCountry="US",
                qbXMLMajorVers=16,
                qbXMLMinorVers=0,
            )
        )

    def answer(self, ticket: str, response: str, hresult: str = "", message: str = "") -> int:
        given = {"response": response, "hresult": hresult, "message": message}
        return int(self.soap("receiveResponseXML", ticket=ticket, **given))

    def error(self, ticket: str) -> str:
        return str(self.soap("getLastError", ticket=ticket))

    def file_id(self) -> str:
        qwc = self.http("GET", "/Acme%20Time.qwc", {}, b"").body
        return str(etree.fromstring(qwc).findtext("FileID"))

    def hcp(self) -> str:
        """What the first sendRequestXML tells of the right company."""
        return company_answer(self.file_id())


def company_answer(file_id: str, request_id: str = "1") -> str:
    extension = (
        f"<DataExtRet><OwnerID>{OWNER_ID}</OwnerID><DataExtName>FileID</DataExtName>"
        f"<DataExtType>STR255TYPE</DataExtType><DataExtValue>{file_id}</DataExtValue></DataExtRet>"
    )
    return _answer(
        f'<CompanyQueryRs requestID="{request_id}" statusCode="0" statusSeverity="Info" '
        f'statusMessage="Status OK"><CompanyRet>{extension if file_id else ""}</CompanyRet>'
        "</CompanyQueryRs>"
    )


def _answer(inside: str, attributes: str = "") -> str:
    return f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs{attributes}>\n{inside}\n</QBXMLMsgsRs>\n</QBXML>\n'


@define
class Entry:
    txn_id: str
    employee: str
    customer: str
    date: str
    duration: str
    notes: str


@define
class QuickBooks:
    """Names, time entries, and a memory of message sets with its switches."""

    names: set[str] = field(factory=lambda: {"jane doe", "acme", "acme:roof"})
    entries: list[Entry] = field(factory=list)
    memory: dict[str, tuple[str, str]] = field(factory=dict)
    keeps_failures: bool = True
    keeps_ids: int | None = None
    statuses_only: bool = False
    stores: bool = True
    deleted: list[str] = field(factory=list)
    file_id: str = ""
    counter: Iterator[int] = field(factory=lambda: itertools.count(1))

    def process(self, request: str) -> str:
        """Execute a message set; what it changed stays whatever becomes of the answer."""
        root = etree.fromstring(request.encode())
        requests = root[0]
        new, old = requests.get("newMessageSetID", ""), requests.get("oldMessageSetID", "")
        if new and old == new:
            return self._stored(new)
        if new in self.memory:
            stored_request, stored = self.memory[new]
            if stored_request != request:
                return _answer("", f' newMessageSetID="{new}" messageSetStatusCode="9001"')
            return self._replay(stored)
        parts = [self._execute(part) for part in requests]
        attributes = f' newMessageSetID="{new}" messageSetStatusCode="0"' if new else ""
        answer = _answer("\n".join(parts), attributes)
        failed = 'statusSeverity="Error"' in answer
        if new and self.stores and (self.keeps_failures or not failed):
            self.memory[new] = (request, answer)
            while self.keeps_ids is not None and len(self.memory) > self.keeps_ids:
                del self.memory[next(iter(self.memory))]
        return answer

    def _stored(self, set_id: str) -> str:
        if set_id in self.memory:
            return self._replay(self.memory[set_id][1])
        return _answer("", f' newMessageSetID="{set_id}" messageSetStatusCode="9002"')

    def _replay(self, stored: str) -> str:
        if not self.statuses_only:
            return stored
        root = etree.fromstring(stored.encode())
        for response in root[0]:
            for child in list(response):
                response.remove(child)
        return etree.tostring(root, encoding="unicode")

    def _execute(self, request: Any) -> str:
        handlers: dict[str, Callable[[Any, str], str]] = {
            "TimeTrackingAddRq": self._add,
            "TimeTrackingQueryRq": self._query,
            "TxnDeletedQueryRq": self._query_deleted,
            "CompanyQueryRq": lambda _rq, rid: company_answer(self.file_id, rid).split("\n")[3],
        }
        return handlers[request.tag](request, request.get("requestID", ""))

    def _add(self, request: Any, request_id: str) -> str:
        add = request[0]
        for name in ("EntityRef", "CustomerRef"):
            value = add.findtext(f"{name}/FullName")
            if value.casefold() not in self.names:
                message = (
                    f'There is an invalid reference to QuickBooks {name[:-3]} "{value}" in the '
                    "TimeTracking.  QuickBooks error message: Invalid argument.  The specified record "
                    "does not exist in the list."
                )
                return response("TimeTrackingAddRs", request_id, 3140, message)
        entry = Entry(
            f"{next(self.counter):X}-1790000000",
            add.findtext("EntityRef/FullName"),
            add.findtext("CustomerRef/FullName"),
            add.findtext("TxnDate"),
            add.findtext("Duration"),
            add.findtext("Notes") or "",
        )
        self.entries.append(entry)
        return response("TimeTrackingAddRs", request_id, 0, "Status OK", _entry(entry))

    def _query(self, request: Any, request_id: str) -> str:
        wanted = {part.text for part in request.iter("TxnID")}
        day = request.findtext("TxnDateRangeFilter/FromTxnDate")
        found = [e for e in self.entries if e.txn_id in wanted or e.date == day]
        inside = "".join(_entry(entry) for entry in found)
        if wanted and len(found) < len(wanted):
            return response("TimeTrackingQueryRs", request_id, 500, "not all found", inside)
        return response("TimeTrackingQueryRs", request_id, 0, "Status OK", inside)

    def _query_deleted(self, _request: Any, request_id: str) -> str:
        inside = "".join(f"<TxnDeletedRet><TxnID>{i}</TxnID></TxnDeletedRet>" for i in self.deleted)
        return response("TxnDeletedQueryRs", request_id, 0, "Status OK", inside)


def _entry(entry: Entry) -> str:
    return (
        f"<TimeTrackingRet><TxnID>{entry.txn_id}</TxnID><TxnDate>{entry.date}</TxnDate>"
        f"<Notes>{escape(entry.notes)}</Notes></TimeTrackingRet>"
    )


def response(name: str, request_id: str, code: int, message: str, inside: str = "") -> str:
    severity = "Info" if code < 500 else "Warn" if code < 1000 else "Error"
    return (
        f'<{name} requestID="{request_id}" statusCode="{code}" statusSeverity="{severity}" '
        f"statusMessage={quoteattr(message)}>{inside}</{name}>"
    )


def confirmation(request: str, txn_id: str = "1-1790000000") -> str:
    """QuickBooks' answer that the block in ``request`` is written, whether it is or not."""
    add = etree.fromstring(request.encode()).find(".//TimeTrackingAddRq")
    assert add is not None
    entry = f"<TimeTrackingRet><TxnID>{txn_id}</TxnID></TimeTrackingRet>"
    return _answer(response("TimeTrackingAddRs", add.get("requestID", ""), 0, "Status OK", entry))


@define
class Update:
    """One update by a small Web Connector, one call a step.

    ``steps`` yields the name of what was just done: ``authenticate``, ``sendRequestXML``, ``process``,
    ``receiveResponseXML``, ``getLastError``, ``closeConnection``. Leaving it unfinished is a connector
    that died there.
    """

    server: Server
    quickbooks: QuickBooks
    user: str = USER
    error: str = ""
    outcome: str = ""
    progress: int = 0
    requests: list[str] = field(factory=list)

    def steps(self) -> Generator[str, None, None]:
        ticket, what = self.server.soap("authenticate", strUserName=self.user, strPassword=PASSWORD)
        yield "authenticate"
        if what:
            self.outcome = what
            return
        hcp = company_answer(self.quickbooks.file_id or self.server.file_id())
        while True:
            request = self.server.ask(ticket, hcp)
            hcp = ""
            yield "sendRequestXML"
            if not request:
                break
            self.requests.append(request)
            answer = self.quickbooks.process(request)
            yield "process"
            self.progress = self.server.answer(ticket, answer)
            yield "receiveResponseXML"
            if not 0 <= self.progress < 100:
                break
        if self.progress != 100:
            self.error = self.server.error(ticket)
            yield "getLastError"
        self.outcome = "error" if self.error else "done"
        self.server.soap("closeConnection", ticket=ticket)
        yield "closeConnection"

    def run(self) -> Update:
        for _ in itertools.islice(self.steps(), 5000):
            pass
        return self


def update(server: Server, quickbooks: QuickBooks, user: str = USER) -> Update:
    """One whole update."""
    return Update(server, quickbooks, user).run()


@define
class ProcessServer(Server):
    """The same in a process of its own, reached over HTTP on loopback."""

    database: str = ""
    policy: str = "exact"
    url: str = field(init=False, default="")
    process: subprocess.Popen[str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.start()

    def start(self, *more: str) -> str:
        """Start it, and give back the line that it prints."""
        accounts = [("--user", USER), ("--password-env", "SECRET")]
        accounts += [("--user", "second"), ("--password-env", "SECRET")]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "qbharness.servers", self.policy, "--port", "0", "--allow-reset"),
                *("--database", self.database, "--company", "Acme Time"),
                *(part for pair in accounts for part in pair),
                *more,
            ],
            env={**os.environ, "SECRET": PASSWORD},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline() if self.process.stdout else ""
        self.url = line.split()[-1] if line else ""
        return line

    def stop(self, signal_number: int = signal.SIGTERM) -> str:
        """Stop it, and give back what it logged."""
        self.process.send_signal(signal_number)
        return self.process.communicate(timeout=20)[1]

    def restart(self) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        self.process.communicate(timeout=20)
        self.start()

    def http(self, method: str, path: str, headers: dict[str, str], body: bytes) -> DirectReply:
        address = urlsplit(self.url)
        line = http.client.HTTPConnection(address.hostname or "", address.port, timeout=20)
        try:
            line.request(method, path, body, headers)
            reply = line.getresponse()
            found = {name.lower(): value for name, value in reply.getheaders()}
            return DirectReply(reply.status, found, reply.read())
        except (http.client.HTTPException, OSError) as gone:
            self.process.wait(timeout=20)
            raise Killed from gone
        finally:
            line.close()


class Counted:
    """Counts statements (BEGIN not included) and commits."""

    def __init__(self, engine: sa.Engine) -> None:
        self.statements = self.commits = 0
        sa.event.listen(engine, "before_cursor_execute", self._statement)
        sa.event.listen(engine, "commit", self._commit)

    def _statement(self, *_: Any) -> None:
        self.statements += 1

    def _commit(self, *_: Any) -> None:
        self.commits += 1
