"""Nothing is steered, reset or opened on a machine that is not this one without both consents."""

import datetime as dt
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from targets_support import BLOCK, tiny_file

from qbharness.targets.target import Target
from qbsim.errors import RefusedForSafety, SetUpProblem, UsageProblem

LIVE = "https://time.example.com"
ACTS: dict[str, Callable[[Target], object]] = {
    "connection": lambda target: target.connection(),
    "reset": lambda target: target.reset(),
    "add_block": lambda target: target.add_block(BLOCK),
    "edit_block": lambda target: target.edit_block("1", {"hours": "1:00"}),
    "delete_block": lambda target: target.delete_block("1"),
    "select_period": lambda target: target.select_period(None, None),
    "list_blocks": lambda target: target.list_blocks(),
    "mark_sent": lambda target: target.mark_sent("1"),
    "mark_not_sent": lambda target: target.mark_not_sent("1"),
    "clock": lambda target: target.set_clock(dt.datetime(2026, 11, 2, tzinfo=dt.UTC)),
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a byte would have been sent")

    monkeypatch.setattr(socket, "create_connection", refuse)


def live(folder: Path, *, disposable: bool = False, consent: bool = False, **changes: object) -> Target:
    file = tiny_file({"start": None, "variables.base": LIVE, "disposable": disposable, **changes})
    return Target(file, folder=folder, environment=os.environ, consume_real_queue=consent)


@pytest.mark.parametrize(("disposable", "consent"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("act", ACTS)
def test_a_live_server_is_left_alone_without_both_consents(
    tmp_path: Path, act: str, disposable: bool, consent: bool
) -> None:
    with pytest.raises(RefusedForSafety, match="not this machine"):
        ACTS[act](live(tmp_path, disposable=disposable, consent=consent))


def test_both_consents_together_open_the_way(tmp_path: Path) -> None:
    target = live(tmp_path, disposable=True, consent=True)
    assert target.connection().url == f"{LIVE}/soap"
    with pytest.raises((AssertionError, SetUpProblem)):
        target.reset()


def test_an_operation_that_goes_elsewhere_is_refused_even_if_the_connector_is_here(tmp_path: Path) -> None:
    target = live(tmp_path, **{"connector.url": "http://localhost:9/soap"})
    with pytest.raises(RefusedForSafety):
        target.add_block(BLOCK)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://pat@db.example.com/time",
        "postgresql:///time?host=db.example.com",
        "postgresql://127.0.0.1/time?hostaddr=192.0.2.1",
        "mysql://127.0.0.1,db.example.com/time",
        "postgresql://localhost:1/x@db.example.com/time",
        "mssql+pyodbc:///?odbc_connect=SERVER%3Ddb.example.com",
        "mysql://localhost/time?read_default_file=/etc/live.cnf",
    ],
)
def test_a_database_elsewhere_is_refused(tmp_path: Path, url: str) -> None:
    operation = {"sql": {"url": url, "statements": ["DELETE FROM blocks"]}}
    target = live(tmp_path, **{"variables.base": "http://127.0.0.1:9", "reset": operation})
    with pytest.raises(RefusedForSafety, match="reset on"):
        target.reset()


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("postgresql:///time", {"PGHOST": "db.example.com"}),
        ("postgresql://localhost/time", {"PGHOSTADDR": "192.0.2.1"}),
        ("postgresql://localhost/time", {"PGSERVICE": "live"}),
    ],
)
def test_a_database_that_the_environment_leads_elsewhere_is_refused(
    tmp_path: Path, url: str, environment: dict[str, str]
) -> None:
    reset = {"sql": {"url": url, "statements": ["DELETE FROM blocks"]}}
    file = tiny_file({"start": None, "variables.base": "http://127.0.0.1:9", "reset": reset})
    target = Target(file, folder=tmp_path, environment={**os.environ, **environment})
    with pytest.raises(RefusedForSafety, match="reset on"):
        target.reset()


@pytest.mark.parametrize(
    "url", ["sqlite:///x.db", "postgresql:///time?host=/run/pg", "postgresql://localhost/t"]
)
def test_a_database_on_this_machine_is_not_refused(tmp_path: Path, url: str) -> None:
    reset = {"sql": {"url": url, "statements": ["DELETE FROM blocks"]}}
    target = live(tmp_path, **{"variables.base": "http://127.0.0.1:9", "reset": reset})
    with pytest.raises((SetUpProblem, AssertionError, UsageProblem)):
        target.reset()


def test_a_server_is_not_waited_for_on_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(address: tuple[str, int], **_: object) -> None:
        assert address[0] == "127.0.0.1", "a byte would have been sent"
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", asked)
    proof = tmp_path / "ran"
    start = {"command": ["touch", str(proof)], "ready": {"url": f"{LIVE}/health"}}
    target = live(tmp_path, **{"variables.base": "http://127.0.0.1:9", "start": start})
    with pytest.raises(RefusedForSafety, match="wait for"):
        target.start()
    assert not proof.exists()


def test_a_command_that_steers_a_live_server_is_refused(tmp_path: Path) -> None:
    proof = tmp_path / "ran"
    target = live(tmp_path, reset={"shell": {"command": ["touch", str(proof)]}})
    with pytest.raises(RefusedForSafety):
        target.reset()
    assert not proof.exists()


def test_a_qwc_at_a_live_address_is_not_even_fetched(tmp_path: Path) -> None:
    target = live(tmp_path, **{"connector.url": None, "connector.qwc": f"{LIVE}/acme.qwc"})
    with pytest.raises(RefusedForSafety):
        target.connection()


def test_a_qwc_on_disk_that_leads_to_a_live_server_is_refused(tmp_path: Path) -> None:
    qwc = tmp_path / "acme.qwc"
    qwc.write_text(QWC)
    target = live(tmp_path, **{"connector.url": None, "connector.qwc": str(qwc)})
    for act in ACTS.values():
        with pytest.raises(RefusedForSafety):
            act(target)


QWC = """<?xml version="1.0"?>
<QBWCXML>
<AppName>Time</AppName><AppID></AppID><AppURL>https://time.example.com/qbwc</AppURL>
<AppDescription>Time</AppDescription><AppSupport>https://time.example.com/help</AppSupport>
<UserName>pat</UserName><OwnerID>{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}</OwnerID>
<FileID>{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}</FileID><QBType>QBFS</QBType>
</QBWCXML>
"""


def test_a_qwc_on_this_machine_says_where_who_and_which_application(tmp_path: Path) -> None:
    qwc = tmp_path / "acme.qwc"
    qwc.write_text(QWC.replace("https://time.example.com", "http://localhost:8080"))
    target = live(tmp_path, **{"connector.url": None, "connector.qwc": str(qwc), "connector.user": None})
    connection = target.connection()
    assert (connection.url, connection.user, connection.application) == (
        "http://localhost:8080/qbwc",
        "pat",
        "Time",
    )
    assert connection.qwc is not None
    assert connection.file_id == "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
