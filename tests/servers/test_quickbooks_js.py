"""quickbooks-js 1.0.0 from npm, with a fixed list of requests: its sessions, and what they forget."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from office_support import COMPANY, Office, hours, installed, office, only_on_loopback, process

from qbharness.targets.process import free_port

pytestmark = pytest.mark.servers

SERVER = """
const Server = require('quickbooks-js')
const server = new Server()
server.setQBXMLHandler({
  fetchRequests: (callback) => callback(null, JSON.parse(process.env.REQUESTS)),
  handleResponse () {},
  didReceiveError () {}
})
server.run()
"""


@contextmanager
def serving(folder: Path, *requests: str, company: str = COMPANY) -> Iterator[Office]:
    """An office beside quickbooks-js that hands out ``requests`` in every session."""
    port = free_port()
    environment = {
        "PORT": str(port),
        "NODE_PATH": str(installed("node") / "node_modules"),
        "QB_USERNAME": "script",
        "QB_PASSWORD": "pencil",
        "QB_COMPANY_FILE": company,
        "REQUESTS": json.dumps(requests),
    }
    command = ("node", "--require", str(Path(__file__).with_name("on_loopback.js")), "-e", SERVER)
    with (
        process(command, folder, port, environment),
        office(port, "script", "pencil", path="/wsdl") as made,
    ):
        assert only_on_loopback(port)
        yield made


def test_a_session_brings_every_request_to_the_timesheet(tmp_path: Path) -> None:
    with serving(tmp_path, hours(2), hours(3), hours(4)) as desk:
        result, seen = desk.update()
        assert (result.outcome, result.progress, result.server_version) == ("completed", 100, "0.2.0")
        assert seen.values("receiveResponseXML") == [33, 67, 100]
        assert desk.days == [2, 3, 4]


def test_scalars_that_are_wrapped_in_an_element_are_read_as_plain_ones(tmp_path: Path) -> None:
    with serving(tmp_path, hours(2)) as desk:
        _, seen = desk.update()
        (sent,), (received,) = seen.replies("sendRequestXML"), seen.replies("receiveResponseXML")
        assert b"<sendRequestXMLResult><string>" in sent.body
        assert sent.value == hours(2)
        assert b"<receiveResponseXMLResult><int>100</int>" in received.body
        assert received.value == 100


def test_none_in_capitals_is_no_work(tmp_path: Path) -> None:
    with serving(tmp_path) as desk:
        result, seen = desk.update()
        ((_, word),) = seen.values("authenticate")
        assert word == "NONE"
        assert (result.outcome, result.status, result.codes) == ("no work", "No Data Exchange", ())


def test_without_a_company_file_authenticate_has_one_string_and_fails(tmp_path: Path) -> None:
    with serving(tmp_path, hours(2), company="") as desk:
        result, seen = desk.update()
        (reply,) = seen.replies("authenticate")
        assert reply.body.count(b"<string>") == 1
        assert (result.outcome, result.codes) == ("failed", ("QBWC1012",))
        assert seen.operations == ["serverVersion", "clientVersion", "authenticate"]
        assert desk.days == []


def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path, hours(2)) as desk:
        result, _ = desk.update(password="pen")
        assert (result.outcome, desk.days) == ("refused", [])


def test_its_place_in_the_list_outlives_a_session_and_the_next_one_skips_an_item(tmp_path: Path) -> None:
    with serving(tmp_path, hours(2), hours(3)) as desk:
        broken, _ = desk.update(lost="receiveResponseXML")
        assert (broken.outcome, broken.codes) == ("failed", ("QBWC1042",))
        after, seen = desk.update()
        assert after.outcome == "completed"
        assert seen.values("sendRequestXML") == [hours(3)], "the first item is not handed out"
        _, seen = desk.update()
        assert seen.values("sendRequestXML") == [hours(2), hours(3)], "only a finished list starts again"
