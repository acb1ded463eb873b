"""The database: its version, its account of statements, and that bad ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from bundled_servers_support import Counted, QuickBooks, Server, company_answer

from qbharness.servers import create_app
from qbharness.servers.problems import CannotStart


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'work.db'}"


def execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as db:
        db.exec_driver_sql(statement)
    engine.dispose()


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    Server({"database": sqlite(tmp_path)}).state.store.close()
    execute(sqlite(tmp_path), "UPDATE schema_version SET version = 99")
    with pytest.raises(CannotStart, match="schema version 99; this server knows 2"):
        create_app(database=sqlite(tmp_path))


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    execute(sqlite(tmp_path), "CREATE TABLE blocks (id INTEGER)")
    with pytest.raises(CannotStart, match="a database of its own"):
        create_app(database=sqlite(tmp_path))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "work.db").write_text("something else entirely" * 100)
    with pytest.raises(CannotStart, match="cannot be used"):
        create_app(database=sqlite(tmp_path))


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://host/db",
        "sqlite:////nowhere/at/all/work.db",
        "oracle://x",
        "postgresql://h:port/db",
    ],
)
def test_an_unusable_url_is_refused_in_words(url: str) -> None:
    with pytest.raises(CannotStart, match="database"):
        create_app(database=url)


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    server = Server({"database": sqlite(tmp_path)})
    server.add()
    file_id = server.file_id()
    server.restart()
    assert (server.states(), server.file_id()) == (["not sent"], file_id)
    server.state.store.close()


def test_a_user_with_a_new_password_needs_the_new_one(tmp_path: Path) -> None:
    server = Server({"database": sqlite(tmp_path)})
    server.add()
    server.options["users"] = (("qbharness", "changed"),)
    server.restart()
    old = server.soap("authenticate", strUserName="qbharness", strPassword="qbharness")
    new = server.soap("authenticate", strUserName="qbharness", strPassword="changed")
    assert (old, new[1]) == (["", "nvu"], "")
    server.state.store.close()


def test_passwords_are_kept_as_scrypt_hashes() -> None:
    server = Server()
    with server.state.store.transaction() as db:
        stored = db.exec_driver_sql("SELECT password FROM users").scalars().all()
    assert all(text.startswith("scrypt$2$") for text in stored)
    assert len(set(stored)) == len(stored), "salted"


def test_an_unknown_policy_is_refused() -> None:
    for name in ("wishful", "qbharness.servers.policies.exact:Nothing", "no.such.module:X"):
        with pytest.raises(CannotStart, match="There is no policy"):
            create_app(policy=name)
    with pytest.raises(CannotStart, match="no proof 'marker'"):
        create_app(policy="plain", proof="marker")


@pytest.mark.parametrize("policy", ["plain", "exact"])
def test_a_block_costs_at_most_twelve_statements_and_two_commits(policy: str) -> None:
    server = Server({"policy": policy})
    for _ in range(5):
        server.add()
    quickbooks, ticket = QuickBooks(), server.login()
    costs = []
    for number in range(5):
        counted = Counted(server.state.store.engine)
        request = server.ask(ticket, company_answer(server.file_id()) if not number else "")
        before = counted.statements
        server.answer(ticket, quickbooks.process(request))
        costs.append((counted.statements, counted.commits, before))
    assert max(cost[0] for cost in costs[1:]) <= 12, costs
    assert {cost[1] for cost in costs[1:]} == {2}
    assert server.states() == ["sent"] * 5
