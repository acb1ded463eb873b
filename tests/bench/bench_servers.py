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


def _session(server: Server, blocks: int) -> list[float]:
    """Seconds of every block of one session, both calls together, QuickBooks left out."""
    quickbooks, ticket = QuickBooks(), server.login()
    hcp, spent = server.hcp(), []
    for _ in range(blocks):
        start = time.perf_counter()
        request = server.ask(ticket, hcp)
        taken = time.perf_counter() - start
        answer = quickbooks.process(request)
        start = time.perf_counter()
        server.answer(ticket, answer)
        spent.append(taken + time.perf_counter() - start)
        hcp = ""
    return spent


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
        spent = _session(server, 1000)
        yield Line(
            f"{policy}: a block, the last 100 of 1,000 beside the first 100",
            _middle(spent[-100:]) * 1e6,
            _middle(spent[:100]) * 1e6,
            "us",
            "at most 1.2",
        )


def bench_a_session_beside_many_sent_blocks() -> Iterable[Line]:
    for policy in ("plain", "exact"):
        figures = []
        for sent in (0, 100_000):
            server = Server({"policy": policy})
            if sent:
                _fill(server, sent)
                with server.state.store.transaction() as db:
                    db.exec_driver_sql("UPDATE blocks SET queue = 0, state = 'sent', sent_version = 1")
            _fill(server, 200)
            figures.append(_middle(_session(server, 200)) * 1e6)
        name = f"{policy}: a block beside 100,000 sent ones, and alone"
        yield Line(name, figures[1], figures[0], "us", "at most 1.2")


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
