"""``exact`` on PostgreSQL, and two server processes on one database (tox -e postgres)."""

from __future__ import annotations

import gc
import itertools
import os
import secrets
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from attrs import evolve
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
from stories_support import play_on, running, story

from qbharness.explore.players import Players
from qbharness.outcome import Status
from qbharness.running import Plan
from qbharness.scenario.library import load, shown_path
from qbharness.servers.failpoints import NAMES
from qbharness.targets.model import NOWHERE, TargetFile
from qbharness.targets.reader import read_target
from qbharness.targets.template import Template

pytestmark = pytest.mark.postgres

DEATHS: Final = (
    "the-server-dies-after-it-handed-the-block-out",
    "the-server-dies-before-it-hears-the-answer",
    "the-server-dies-after-it-heard-the-answer",
)


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


def exact_on(url: str) -> TargetFile:
    """The bundled target ``exact``, its blocks in this database, as a process and inside our own."""
    file = read_target("exact")
    assert file.start is not None
    assert file.app is not None
    database = Template(url, NOWHERE)
    command = [database if "sqlite:" in part.text else part for part in file.start.command]
    assert database in command
    app = evolve(file.app, arguments={**file.app.arguments, "database": database})
    # A copy of its folder is no backup of what lies in PostgreSQL.
    return evolve(file, start=evolve(file.start, command=tuple(command)), app=app, backup=None)


@pytest.mark.filterwarnings("ignore:<psycopg.Connection object:ResourceWarning")
def test_every_bundled_story_holds(url: str, tmp_path: Path) -> None:
    plan = Plan((), exact_on(url), environment=dict(os.environ))
    with Players(plan, tmp_path) as players:
        outcomes = {shown_path(each): players.play(each) for each in load(())}
    # A server of this process that is killed drops its connections without a word: let it be said now.
    gc.collect()
    assert {name: each.reason for name, each in outcomes.items() if each.status is not Status.HELD} == {}
    assert len(outcomes) > 100
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM blocks").scalar_one() > 0
    engine.dispose()


def test_a_process_that_is_killed_in_the_middle_of_a_story_goes_on_where_it_was(
    url: str, tmp_path: Path
) -> None:
    with running(exact_on(url), tmp_path) as target:
        outcomes = [play_on(target, story(name)) for name in DEATHS]
    assert {each.reason for each in outcomes if each.status is not Status.HELD} == set()


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
