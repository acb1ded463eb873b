"""An office (a company file and a PC with the Web Connector) beside a server that really runs."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Final

import pytest
from attrs import define, evolve, field
from connector_support import Keeper, application

from qbharness.targets.hosting import port_takes_connections
from qbharness.targets.model import Stop
from qbharness.targets.process import ServerProcess
from qbsim.connector.events import CallEnded, CallStarted, ConnectorKilled
from qbsim.connector.faults import Effect, FaultyTransport
from qbsim.connector.transport import HttpTransport
from qbsim.connector.update import Bounds, Result, Update
from qbsim.connector.wire import Exchange, Reply
from qbsim.quickbooks import CompanyFile, QuickBooks, people
from qbsim.source import Source
from qbsim.switches import Switches

READY_WITHIN: Final = 30.0
"""Seconds that a server gets to listen."""
COMPANY: Final = r"C:\QuickBooks\Rock Castle Construction.QBW"
"""Where QuickBooks says that the company is."""


def hours(day: int, duration: str = "PT8H0M", *, customer: str = "Acme:Roof") -> str:
    """A request that adds one entry of Jane Doe's, in November 2026."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?>'
        '<QBXML><QBXMLMsgsRq onError="stopOnError"><TimeTrackingAddRq requestID="1"><TimeTrackingAdd>'
        f"<TxnDate>2026-11-{day:02}</TxnDate><EntityRef><FullName>Jane Doe</FullName></EntityRef>"
        f"<CustomerRef><FullName>{customer}</FullName></CustomerRef><Duration>{duration}</Duration>"
        "</TimeTrackingAdd></TimeTrackingAddRq></QBXMLMsgsRq></QBXML>"
    )


def installed(part: str) -> Path:
    """The folder into which the lane has put ``part``; skips, with the reason, where it could not."""
    home = os.environ.get("QBHARNESS_SERVERS")
    if not home:
        pytest.skip("QBHARNESS_SERVERS names no folder: run tox -e servers")
    folder = Path(home).resolve()
    reasons: Mapping[str, str] = json.loads((folder / "missing.json").read_text(encoding="utf-8"))
    if part in reasons:
        pytest.skip(reasons[part])
    return folder / part


@contextmanager
def process(
    command: Sequence[str], folder: Path, port: int, environment: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    """A server in its own process that listens on ``port`` of 127.0.0.1; ended whatever happens."""
    server = ServerProcess(command, {**os.environ, **(environment or {})}, folder, folder / "output.txt")
    try:
        ready = server.wait_until(lambda: port_takes_connections(port), monotonic() + READY_WITHIN)
        assert ready, f"{command[0]} does not listen: {server.exit_text()}\n{server.output}"
        yield server
    finally:
        server.stop(Stop(within=3.0))


def only_on_loopback(port: int) -> bool:
    """Whether a server that listens on 127.0.0.1 does so on no other address of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.2", port)) != 0


@define
class Kept(Keeper):
    """Keeps everything; the connector dies just before the operation in ``dies_before``."""

    dies_before: str = ""

    def called(self, call: CallStarted) -> None:
        super().called(call)
        if call.operation == self.dies_before:
            raise ConnectorKilled

    @property
    def calls(self) -> list[CallEnded]:
        return [event for event in self.events if isinstance(event, CallEnded)]

    def replies(self, operation: str) -> list[CallEnded]:
        return [call for call in self.calls if call.started.operation == operation]

    def values(self, operation: str) -> list[object]:
        """What each call of an operation brought."""
        return [call.value for call in self.replies(operation)]

    @property
    def operations(self) -> list[str]:
        return [call.started.operation for call in self.calls]


@define
class _Lose:
    """A plan that loses one message of an operation."""

    operation: str
    effect: Effect

    def before(self, exchange: Exchange) -> Effect | None:
        return self.effect if exchange.operation == self.operation and exchange.nth == 1 else None

    def after(self, exchange: Exchange, reply: Reply) -> Effect | None:
        return None


@define
class _Impatient:
    """Gives each exchange ten real seconds: a server that hangs fails its test soon."""

    inner: HttpTransport

    def send(self, exchange: Exchange) -> Reply:
        return self.inner.send(evolve(exchange, timeout=min(exchange.timeout, 10.0)))


@define
class Office:
    """Updates run one after the other on the same books, which are a file at ``file`` or in memory."""

    url: str
    user: str
    password: str
    file: str = ":memory:"
    source: Source = field(factory=Source)
    books: CompanyFile = field(init=False)
    quickbooks: QuickBooks = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.books = CompanyFile.create(self.file, source=self.source)
        self.quickbooks = QuickBooks(self.books, self.source)
        people.add_employee(self.quickbooks, "Jane Doe")
        people.add_customer(self.quickbooks, "Acme")
        people.add_job(self.quickbooks, "Acme:Roof")

    def update(
        self, *, lost: str = "", dies_before: str = "", password: str | None = None
    ) -> tuple[Result, Kept]:
        """One update; ``lost`` is the operation whose first request the network loses."""
        seen = Kept(dies_before=dies_before)
        with HttpTransport() as http:
            plan = _Lose(lost, Effect("request lost"))
            update = Update(
                application(url=self.url, user=self.user),
                self.password if password is None else password,
                self.quickbooks.request_processor(),
                FaultyTransport(_Impatient(http), plan, self.source),
                self.source,
                Switches(),
                seen,
                bounds=Bounds(requests=20, no_ops=5),
            )
            return update.run(), seen

    @property
    def days(self) -> list[int]:
        """The day of the month of each entry on the timesheet."""
        return [int(row.date[-2:]) for row in self.books.timesheet()]


@contextmanager
def office(
    port: int, user: str, password: str, *, path: str = "/", file: str = ":memory:"
) -> Iterator[Office]:
    """An office whose Web Connector has the server at a port of this machine."""
    made = Office(f"http://localhost:{port}{path}", user, password, file)
    try:
        yield made
    finally:
        made.books.close()
