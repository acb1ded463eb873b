"""The servers as processes: they start, they stop, they are killed, and they keep secrets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from bundled_servers_support import PASSWORD, USER, Killed, ProcessServer, QuickBooks, Update, block, update

from qbharness.servers.command import _listen
from qbharness.servers.failpoints import NAMES


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ProcessServer]:
    server = ProcessServer(database=f"sqlite:///{tmp_path / 'work.db'}")
    yield server
    if server.process.poll() is None:
        server.stop(signal.SIGKILL)


def prepare(server: ProcessServer, blocks: int = 3) -> list[str]:
    notes = [f"block {number + 1}" for number in range(blocks)]
    for number, text in enumerate(notes):
        server.api("POST", "/api/blocks", block(date=f"2026-11-0{number + 1}", notes=text))
    return notes


def quiet_updates_land_everything_once(
    server: ProcessServer, quickbooks: QuickBooks, notes: list[str]
) -> None:
    update(server, quickbooks)
    update(server, quickbooks)
    assert sorted(entry.notes for entry in quickbooks.entries) == notes
    assert server.states() == ["sent"] * len(notes)


def test_it_says_where_it_listens_and_stops_when_asked_to(server: ProcessServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert server.api("GET", "/api/health")["ok"] is True
    server.stop(signal.SIGTERM)
    assert server.process.returncode == 0


def test_an_answer_does_not_wait_for_the_acknowledgement_of_the_last_one() -> None:
    """Nagle's algorithm is off on every connection that asyncio takes from our socket."""

    async def connected() -> int:
        options: asyncio.Queue[int] = asyncio.Queue()

        async def taken(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            options.put_nowait(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with _listen(0) as listener:
            async with await asyncio.start_server(taken, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                option = await options.get()
                writer.close()
        return option

    assert asyncio.run(connected()) != 0


@pytest.mark.parametrize("name", NAMES)
def test_killed_at_a_failpoint_it_lands_every_block_once(server: ProcessServer, name: str) -> None:
    notes = prepare(server)
    quickbooks = QuickBooks()
    skip = 0 if "authenticate" in name or "close" in name else 1
    server.api("PUT", "/api/failpoint", {"name": name, "skip": skip})
    with pytest.raises(Killed):
        update(server, quickbooks)
    assert server.process.returncode == -signal.SIGKILL
    server.restart()
    quiet_updates_land_everything_once(server, quickbooks, notes)


def test_killed_at_every_call_border_it_lands_every_block_once(server: ProcessServer) -> None:
    quickbooks = QuickBooks()
    border = 0
    while True:
        server.api("POST", "/api/reset")
        quickbooks.entries.clear()
        notes = prepare(server, 1)
        steps = Update(server, quickbooks).steps()
        if [next(steps, None) for _ in range(border + 1)][-1] is None:
            break
        steps.close()  # the connector's connection died with the server: it gives up
        server.restart()
        quiet_updates_land_everything_once(server, quickbooks, notes)
        border += 1
    assert border == 5, "authenticate, sendRequestXML, process, receiveResponseXML, closeConnection"


def test_started_with_fail_at_it_dies_there(tmp_path: Path) -> None:
    server = ProcessServer(database=f"sqlite:///{tmp_path / 'work.db'}")
    server.stop()
    server.start("--fail-at", "after_handout_commit")
    notes = prepare(server, 1)
    quickbooks = QuickBooks()
    with pytest.raises(Killed):
        update(server, quickbooks)
    server.restart()
    quiet_updates_land_everything_once(server, quickbooks, notes)
    server.stop()


def test_the_log_is_json_and_knows_no_password_no_ticket_and_no_contents(server: ProcessServer) -> None:
    prepare(server, 1)
    running = Update(server, QuickBooks(names={"jane doe"})).run()
    ticket = server.login()
    server.soap("authenticate", strUserName=USER, strPassword="a wrong password")
    part = (
        b'Content-Disposition: form-data; name="csv"; filename="a.csv"\r\nContent-Transfer-Encoding: Jane Doe'
    )
    upload = {"content-type": "multipart/form-data; boundary=edge"}
    assert (
        server.http("POST", "/import", upload, b"--edge\r\n" + part + b"\r\n\r\nx\r\n--edge--\r\n").status
        == 403
    )
    log = server.stop()
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert {"login", "login refused", "update ends"} <= set(events)
    assert running.error
    for secret in (PASSWORD + '"', "a wrong password", ticket, "Jane Doe", "Acme:Roof"):
        assert secret not in log


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qbharness.servers", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("plain",), "at least one --user"),
        (("plain", "--user", "me"), "one --password-env for each --user"),
        (("plain", "--user", "me", "--password-env", "NOT_SET_ANYWHERE"), "NOT_SET_ANYWHERE is empty"),
        (("wishful", "--user", "me", "--password-env", "PW"), "There is no policy 'wishful'"),
        (("plain", "--database", "x:y", "--user", "me", "--password-env", "PW"), "database URL"),
        (
            ("plain", "--user", "me", "--password-env", "PW", "--fail-at", "after_close_commit"),
            "needs --allow-reset",
        ),
        (("plain", "--port", "70000"), "Invalid value for '--port'"),
    ],
)
def test_a_wrong_start_is_refused_in_words(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    more = () if "--database" in arguments else ("--database", f"sqlite:///{tmp_path / 'x.db'}")
    done = start(*arguments, *more, PW="secret")
    assert (done.returncode != 0, said in done.stderr) == (True, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told(server: ProcessServer, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    account = ("--user", "me", "--password-env", "PW", "--database", f"sqlite:///{tmp_path / 'x.db'}")
    done = start("plain", "--port", port, *account, PW="secret")
    assert f"Port {port} cannot be used" in done.stderr


def test_the_command_of_the_harness_is_the_same(tmp_path: Path) -> None:
    code = "import sys; from qbharness.cli import main; sys.argv[0] = 'qbharness'; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "server", "wishful", "--user", "me", "--password-env", "PW"],
        env={**os.environ, "PW": "x"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 4
    assert "There is no policy 'wishful'" in done.stderr


def test_a_policy_of_ones_own_can_be_served(tmp_path: Path) -> None:
    module = tmp_path / "my_policy.py"
    module.write_text(
        "from qbharness.servers.policies.plain import Plain\n\n\nclass Mine(Plain):\n    name = 'mine'\n"
    )
    server = ProcessServer.__new__(ProcessServer)
    server.database, server.policy = f"sqlite:///{tmp_path / 'work.db'}", "plain"
    os.environ["PYTHONPATH"] = str(tmp_path)
    try:
        server.start("--policy", "my_policy:Mine")
    finally:
        del os.environ["PYTHONPATH"]
    assert server.api("GET", "/api/health")["policy"] == "mine"
    server.stop()
