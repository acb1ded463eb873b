"""How fast the Web Connector calls, beside bare httpx against the same canned server; what it keeps."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from benchmarks import Line, rate
from canned_server import Canned
from connector_support import ScriptedQuickBooks, application, update

from qbsim.connector import soap
from qbsim.connector.events import CallStarted, Observer
from qbsim.connector.faults import FaultyTransport
from qbsim.connector.inprocess import AsgiTransport
from qbsim.connector.operations import OPERATIONS
from qbsim.connector.transport import HttpTransport
from qbsim.connector.update import Bounds
from qbsim.connector.wire import Exchange, Reply, Transport
from qbsim.source import Source

ROUNDS = 100
SEND = OPERATIONS["sendRequestXML"]
BODY = soap.write_call(
    SEND,
    {
        "ticket": "ticket-1",
        "strHCPResponse": "",
        "strCompanyFileName": r"C:\Books\Acme.QBW",
        "qbXMLCountry": "US",
        "qbXMLMajorVers": 16,
        "qbXMLMinorVers": 0,
    },
)


class NoFaults:
    def before(self, exchange: Exchange) -> None:
        return None

    def after(self, exchange: Exchange, reply: Reply) -> None:
        return None


def session(transport: Transport, base: str) -> int:
    """One whole update of ROUNDS requests; its calls."""
    app = application(url=f"{base}/qbwc/{ROUNDS}")
    done = update(FaultyTransport(transport, NoFaults(), Source()), app=app).run()
    assert done.outcome == "completed"
    return done.calls


def calls_a_second(transport: Transport, base: str) -> float:
    return rate(lambda: session(transport, base), seconds=2, batch=session(transport, base))


def bench_connector_in_process() -> Iterable[Line]:
    with AsgiTransport(Canned()) as transport:
        ours = calls_a_second(transport, "http://localhost")
    yield Line("connector: calls of a whole session, in process", ours, _bare_asgi(), bar="at least 0.5")


def _bare_asgi() -> float:
    loop = asyncio.new_event_loop()
    client = httpx.AsyncClient(transport=httpx.ASGITransport(Canned()))

    async def many() -> None:
        for _ in range(ROUNDS):
            reply = await client.post(
                f"http://localhost/qbwc/{ROUNDS}", content=BODY, headers=soap.headers(SEND)
            )
            assert reply.status_code == 200

    try:
        return rate(lambda: loop.run_until_complete(many()), seconds=2, batch=ROUNDS)
    finally:
        loop.run_until_complete(client.aclose())
        loop.close()


@contextmanager
def served() -> Iterator[str]:
    """The canned server as a process of its own."""
    program = Path(__file__).parents[1] / "support" / "canned_server.py"
    process = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def bench_connector_over_tcp() -> Iterable[Line]:
    with served() as base:
        with HttpTransport() as transport:
            ours = calls_a_second(transport, base)
        with httpx.Client() as client:
            bare = rate(_posting(client, f"{base}/qbwc/{ROUNDS}"), seconds=2, batch=ROUNDS)
        with HttpTransport() as transport:
            ours = max(ours, calls_a_second(transport, base))
    yield Line("connector: calls of a whole session, loopback TCP", ours, bare, bar="at least 0.7")


def _posting(client: httpx.Client, url: str) -> Callable[[], None]:
    def many() -> None:
        for _ in range(ROUNDS):
            assert client.post(url, content=BODY, headers=soap.headers(SEND)).status_code == 200

    return many


class Memory(Observer):
    """Python's memory in use when the 1,000th and the last call begin."""

    def __init__(self) -> None:
        self.at: list[int] = []

    def called(self, call: CallStarted) -> None:
        if call.number == 1000:
            self.at.append(tracemalloc.get_traced_memory()[0])


class Forgetful(ScriptedQuickBooks):
    """Keeps no record of what it processed, so that only the connector's memory is seen."""

    def process_request(self, ticket: str, request: str, *, call: int | None = None) -> str:
        answer = super().process_request(ticket, request, call=call)
        self.processed.clear()
        self.trace.clear()
        return answer


def bench_connector_memory() -> Iterable[Line]:
    memory = Memory()
    tracemalloc.start()
    try:
        with AsgiTransport(Canned()) as transport:
            going = update(
                transport,
                app=application(url="http://localhost/qbwc/5000"),
                quickbooks=Forgetful(),
                observer=memory,
                bounds=Bounds(requests=20_000),
                numbers=itertools.count(1),
            )
            assert going.run().calls > 10_000
            memory.at.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    grown = max(0, memory.at[1] - memory.at[0]) / 1e6
    yield Line("connector: growth over 10,000 calls", grown, 5.0, unit="MB", bar="at most 1")
