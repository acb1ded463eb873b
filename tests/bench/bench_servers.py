"""What a block costs the bundled servers, in this process and with SQLite in memory."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from benchmarks import Line, rate
from bundled_servers_support import QuickBooks, Server, block, update

from qbharness.servers.work_blocks import read_values


class _Session:
    """One open session, block by block.

    Counted is this process's own time: everything happens in it, and what else the machine does stays out.
    """

    def __init__(self, server: Server) -> None:
        self._server, self._quickbooks = server, QuickBooks()
        self._ticket, self._hcp = server.login(), server.hcp()
        self.spent: list[float] = []

    def block(self) -> None:
        """Both calls of a block, QuickBooks left out."""
        start = time.process_time()
        request = self._server.ask(self._ticket, self._hcp)
        taken = time.process_time() - start
        answer = self._quickbooks.process(request)
        start = time.process_time()
        self._server.answer(self._ticket, answer)
        self.spent.append(taken + time.process_time() - start)
        self._hcp = ""


def _fill(server: Server, blocks: int) -> None:
    company = server.state.ledger.company("").id
    values = read_values(block())
    server.state.ledger.add_blocks(company, [values] * blocks)


def _middle(seconds: list[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]


def bench_the_last_blocks_of_a_long_session() -> Iterable[Line]:
    for policy in ("plain", "exact"):
        server = Server({"policy": policy})
        _fill(server, 1000)
        session = _Session(server)
        for _ in range(1000):
            session.block()
        spent = session.spent
        yield Line(
            f"{policy}: a block, the last 100 of 1,000 beside the first 100",
            _middle(spent[-100:]) * 1e6,
            _middle(spent[:100]) * 1e6,
            "us",
            "at most 1.2",
        )


def bench_a_session_beside_many_sent_blocks() -> Iterable[Line]:
    for policy in ("plain", "exact"):
        alone, beside = Server({"policy": policy}), Server({"policy": policy})
        _fill(beside, 100_000)
        with beside.state.store.transaction() as db:
            db.exec_driver_sql("UPDATE blocks SET queue = 0, state = 'sent', sent_version = 1")
        sessions = []
        for server in (alone, beside):
            _fill(server, 200)
            sessions.append(_Session(server))
        for _ in range(200):
            for session in sessions:
                session.block()
        reference, figure = (_middle(session.spent) * 1e6 for session in sessions)
        name = f"{policy}: a block beside 100,000 sent ones, and alone"
        yield Line(name, figure, reference, "us", "at most 1.2")


def bench_a_generated_run() -> Iterable[Line]:
    """Reset, three blocks, two updates, the report: what exploration does thousands of times."""
    server = Server()

    def run() -> None:
        server.api("POST", "/api/reset")
        quickbooks = QuickBooks()
        for day in (1, 2, 3):
            server.add(date=f"2026-11-0{day}")
        update(server, quickbooks)
        update(server, quickbooks)
        server.blocks()

    yield Line("exact: runs of three blocks and two updates", rate(run), 25, "/s", "at least 1: 40 ms each")
