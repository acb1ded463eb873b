"""qwc 0.0.1 from PyPI (spyne, waitress, Redis): no serverVersion, last in first out, popped at the login."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from office_support import Office, hours, installed, office, only_on_loopback, process
from probe_support import KNOWN, probe

from qbharness.targets.process import free_port
from qbharness.targets.target import Connection

pytestmark = pytest.mark.servers

# Both read config.ini in the folder in which they are started.
SERVER = "from qwc.service import start_server; start_server()"
QUEUE = """
import json, sys
from qwc.client import QBWCClient
for request in json.load(sys.stdin):
    QBWCClient().sendxml(request)
"""
CONFIG = """\
[redis]
host = 127.0.0.1
port = {redis}
password = ''
db = 0
[qwc]
username = clerk
password = pencil
qbwfilename = ''
host = 127.0.0.1
port = {port}
"""


@frozen
class Serving:
    """qwc with its Redis, and the office beside it."""

    python: Path
    folder: Path
    desk: Office

    def queue(self, *requests: str) -> None:
        """Leave work with qwc's own client."""
        subprocess.run(
            [self.python, "-c", QUEUE],
            cwd=self.folder,
            input=json.dumps(requests),
            encoding="utf-8",
            check=True,
            timeout=30,
        )


@pytest.fixture
def qwc(tmp_path: Path) -> Iterator[Serving]:
    python = installed("qwc") / "bin" / "python"
    redis, port = free_port(), free_port()
    (tmp_path / "config.ini").write_text(CONFIG.format(redis=redis, port=port), encoding="utf-8")
    in_memory = ("--save", "", "--appendonly", "no", "--dir", str(tmp_path))
    database = ("redis-server", "--bind", "127.0.0.1", "--port", str(redis), *in_memory)
    with (
        process(database, tmp_path, redis),
        process((str(python), "-c", SERVER), tmp_path, port),
        office(port, "clerk", "pencil") as desk,
    ):
        assert only_on_loopback(port)
        assert only_on_loopback(redis)
        yield Serving(python, tmp_path, desk)


def test_a_fault_instead_of_serverversion_does_not_end_the_session(qwc: Serving) -> None:
    qwc.queue(hours(2))
    result, seen = qwc.desk.update()
    (version,) = seen.replies("serverVersion")
    assert version.status == 500
    assert version.failure is not None
    assert version.failure.code is None
    assert (result.outcome, result.status, result.codes) == ("completed", "OK, all done!", ())
    assert qwc.desk.days == [2]


def test_the_newest_request_goes_first_and_one_a_session(qwc: Serving) -> None:
    qwc.queue(hours(2), hours(3))
    _, seen = qwc.desk.update()
    assert seen.values("sendRequestXML") == [hours(3)]
    assert seen.values("receiveResponseXML") == [100]
    assert qwc.desk.days == [3]
    qwc.desk.update()
    assert sorted(qwc.desk.days) == [2, 3]
    idle, _ = qwc.desk.update()
    assert idle.outcome == "no work"


def test_a_wrong_password_is_refused(qwc: Serving) -> None:
    qwc.queue(hours(2))
    result, _ = qwc.desk.update(password="pen")
    assert (result.outcome, qwc.desk.days) == ("refused", [])


def test_it_is_busy_until_a_connection_is_closed_and_the_popped_request_is_lost(qwc: Serving) -> None:
    qwc.queue(hours(2))
    killed, _ = qwc.desk.update(dies_before="sendRequestXML")
    assert killed.outcome == "killed"
    busy, seen = qwc.desk.update(dies_before="closeConnection")
    assert (busy.outcome, seen.values("authenticate")) == ("killed", [("none", "busy")])
    again, seen = qwc.desk.update()
    assert (again.outcome, seen.values("authenticate")) == ("busy", [("none", "busy")])
    assert seen.operations[-1] == "closeConnection"
    free, _ = qwc.desk.update()
    assert free.outcome == "no work"
    assert qwc.desk.days == [], "popped at the login of a session that never asked for it"


def test_an_answer_that_is_lost_leaves_it_busy_and_is_not_sent_again(qwc: Serving) -> None:
    qwc.queue(hours(2))
    lost, _ = qwc.desk.update(lost="receiveResponseXML")
    assert lost.codes == ("QBWC1042",)
    busy, _ = qwc.desk.update()
    free, _ = qwc.desk.update()
    assert (busy.outcome, free.outcome) == ("busy", "no work")
    assert qwc.desk.days == [2], "once, though qwc never heard of it"


@pytest.mark.parametrize(("waiting", "broken"), [(0, set()), (2, {"session rules"})])
def test_a_probe_sees_a_closed_ticket_that_gets_work_and_a_lost_answer_that_is_forgotten(
    qwc: Serving, waiting: int, broken: set[str]
) -> None:
    qwc.queue(*(hours(day) for day in range(2, 2 + waiting)))
    desk = qwc.desk
    connection = Connection(url=desk.url, user=desk.user, password=desk.password)
    code, verdicts = probe(connection, qwc.folder, *KNOWN)
    assert code == len(broken)
    assert {check for check, verdict in verdicts.items() if verdict == "broken"} == broken
    assert verdicts["certificate probe"] == "suspicion"
    assert verdicts["lost answer"] == ("suspicion" if waiting else "not tried")
