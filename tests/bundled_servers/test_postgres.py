"""``exact`` on PostgreSQL, and two server processes on one database (tox -e postgres)."""

from __future__ import annotations

import itertools
import os
import secrets
import signal
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from bundled_servers_support import (
    Counted,
    Killed,
    ProcessServer,
    QuickBooks,
    Server,
    Update,
    block,
    company_answer,
    update,
)

from qbharness.servers.failpoints import NAMES

pytestmark = pytest.mark.postgres


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of an empty database of its own."""
    server = os.environ.get("QBHARNESS_POSTGRES")
    if not server:
        pytest.skip("QBHARNESS_POSTGRES is not set; run tox -e postgres")
    name = f"test_{secrets.token_hex(8)}"
    engine = sa.create_engine(
        f"{server.replace('postgresql:', 'postgresql+psycopg:')}/postgres", isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as db:
        db.exec_driver_sql(f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    with engine.connect() as db:
        db.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def server(url: str) -> Iterator[Server]:
    server = Server({"database": url})
    yield server
    server.state.store.close()


def test_the_story_of_the_seed_holds(server: Server) -> None:
    quickbooks = QuickBooks()
    server.add(notes="é \U0001f528")
    server.add(customer="Acme:Porch", date="2026-11-03")
    assert "Acme:Porch" in update(server, quickbooks).error
    quickbooks.names.add("acme:porch")
    update(server, quickbooks)
    assert (len(quickbooks.entries), server.states()) == (2, ["sent", "sent"])
    server.api("PATCH", "/api/blocks/1", {"hours": "1:00"})
    assert server.blocks()[0]["edited_since"]
    assert update(server, quickbooks).outcome == "none"
    server.api("POST", "/api/reset")
    assert server.add() == 1


def test_a_block_costs_at_most_twelve_statements_and_two_commits(server: Server) -> None:
    for _ in range(5):
        server.add()
    quickbooks, ticket, costs = QuickBooks(), server.login(), []
    for number in range(5):
        counted = Counted(server.state.store.engine)
        request = server.ask(ticket, company_answer(server.file_id()) if not number else "")
        server.answer(ticket, quickbooks.process(request))
        costs.append((counted.statements, counted.commits))
    assert max(cost[0] for cost in costs[1:]) <= 12, costs
    assert {cost[1] for cost in costs[1:]} == {2}


def test_two_processes_start_at_once_on_an_empty_database(url: str) -> None:
    made: list[Server] = []
    threads = [threading.Thread(target=lambda: made.append(Server({"database": url}))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(made) == 4
    assert len({server.file_id() for server in made}) == 1
    for server in made:
        server.state.store.close()


@pytest.mark.parametrize("name", NAMES)
def test_one_process_is_killed_and_the_other_one_goes_on(url: str, name: str) -> None:
    first, second = ProcessServer(database=url), ProcessServer(database=url)
    try:
        for day in (1, 2, 3):
            first.api("POST", "/api/blocks", block(date=f"2026-11-0{day}", notes=str(day)))
        skip = 0 if "authenticate" in name or "close" in name else 1
        first.api("PUT", "/api/failpoint", {"name": name, "skip": skip})
        quickbooks = QuickBooks()
        with pytest.raises(Killed):
            update(first, quickbooks)
        update(second, quickbooks)
        update(second, quickbooks)
        assert sorted(entry.notes for entry in quickbooks.entries) == ["1", "2", "3"]
        assert second.states() == ["sent"] * 3
    finally:
        for server in (first, second):
            server.stop(signal.SIGKILL)


def test_two_connectors_on_two_processes_at_the_same_time_send_every_block_once(url: str) -> None:
    """Truly at once: the row lock on the company is what keeps them apart."""
    servers = [Server({"database": url}) for _ in range(2)]
    for number in range(20):
        servers[0].add(notes=f"{number:02d}")
    quickbooks = _Locked()
    stop = threading.Event()
    failures: list[BaseException] = []

    def sync(server: Server) -> None:
        try:
            for _ in itertools.takewhile(lambda _: not stop.is_set(), range(200)):
                if Update(server, quickbooks).run().outcome == "none":
                    break
        except BaseException as failure:  # noqa: BLE001 - reported by the test
            failures.append(failure)

    threads = [threading.Thread(target=sync, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    stop.set()
    assert failures == []
    update(servers[0], quickbooks)
    assert sorted(entry.notes for entry in quickbooks.entries) == [f"{number:02d}" for number in range(20)]
    assert servers[1].states() == ["sent"] * 20
    for server in servers:
        server.state.store.close()


class _Locked(QuickBooks):
    """QuickBooks executes one message set after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def process(self, request: str) -> str:
        with self.lock:
            return super().process(request)
