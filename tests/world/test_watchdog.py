"""The watchdogs: a server that hangs, or a session without an end, gives no verdict, and says so."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from qbharness.world.watchdog import Limits, TimeLimit, Watchdog
from qbsim.connector.inprocess import AsgiTransport
from qbsim.connector.wire import Exchange, Reply, TransportError

STORY = """\
language: 1
scenario: The hours arrive
company:
  employees: [Jane Doe]
steps:
  - update selected
  - update selected
"""

SERVER = '''\
"""A SOAP server that answers what it must to be known, and then {what}."""
import http.server
import re
import sys
import time

REQUEST = (
    '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">'
    "<HostQueryRq/></QBXMLMsgsRq></QBXML>"
)
VALUES = {{
    "serverVersion": "<serverVersionResult>1</serverVersionResult>",
    "clientVersion": "<clientVersionResult/>",
    "authenticate": "<authenticateResult><string>t</string><string/></authenticateResult>",
    "sendRequestXML": "<sendRequestXMLResult><![CDATA[" + REQUEST + "]]></sendRequestXMLResult>",
    "receiveResponseXML": "<receiveResponseXMLResult>{percent}</receiveResponseXMLResult>",
    "closeConnection": "<closeConnectionResult>OK</closeConnectionResult>",
}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer("")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        name = re.search(r"Body>\\s*<(\\w+)", body)[1]
        print("asked for", name, flush=True)
        time.sleep(0.005)
        if name == "{hangs_at}":
            time.sleep(600)
        value = VALUES[name].replace("<![CDATA[", "").replace("]]>", "")
        if "QBXML" in VALUES[name]:
            value = "<sendRequestXMLResult>" + REQUEST.replace("&", "&amp;").replace("<", "&lt;")
            value += "</sendRequestXMLResult>"
        self.answer(
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            f'<{{name}}Response xmlns="http://developer.intuit.com/">{{value}}</{{name}}Response>'
            "</soap:Body></soap:Envelope>"
        )

    def answer(self, text):
        content = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
'''

TARGET = """\
language: 1
name: hanging
connector:
  url: "http://127.0.0.1:{{ port }}/qbwc"
  user: anybody
  password: {generated: true}
start:
  command: ["{{ python }}", "%(server)s", "{{ port }}"]
  ready: {port: "{{ port }}"}
reset: fresh start
"""


def played(folder: Path, *limits: str, hangs_at: str = "", percent: int = 100) -> tuple[int, str, float]:
    """Exit code, all that was printed, and the seconds that it took."""
    server, target, story = folder / "server.py", folder / "hanging.yaml", folder / "story.yaml"
    server.write_text(SERVER.format(what="hangs or loops", hangs_at=hangs_at, percent=percent))
    target.write_text(TARGET % {"server": server})
    story.write_text(STORY)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "qbharness", "run", str(story), str(story), "--target", str(target), *limits],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, time.monotonic() - began


def test_a_server_that_hangs_gives_no_verdict_and_its_last_output(tmp_path: Path) -> None:
    code, said, seconds = played(tmp_path, "--step-limit", "1s", hangs_at="sendRequestXML")
    flat = " ".join(said.split())
    assert code == 6, said
    assert "HELD" not in said
    assert "The time limit of a step (1 s) was over during step 1 (update selected)." in flat
    assert "The server has not answered sendRequestXML." in flat
    assert "asked for sendRequestXML" in said
    assert seconds < 60


def test_a_session_without_an_end_gives_no_verdict(tmp_path: Path) -> None:
    code, said, _ = played(tmp_path, "--step-limit", "5m", "--time-limit", "1s", percent=1)
    assert code == 6, said
    assert "The time limit of a scenario (1 s) was over during" in " ".join(said.split())


@pytest.mark.parametrize("wrong", ["60", "0s", "soon"])
def test_a_limit_that_is_none_is_refused(wrong: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qbharness", "run", "--step-limit", wrong],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 4
    assert "--step-limit" in done.stderr


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Slow:
    """A server that needs ``seconds`` for a call."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock, self.seconds = clock, seconds

    def send(self, exchange: Exchange) -> Reply:
        self.clock.now += min(self.seconds, exchange.timeout)
        if self.seconds >= exchange.timeout:
            raise TransportError("timeout")
        return Reply(200)


def watched(seconds: float, *, step: float = 10, scenario: float = 23) -> tuple[Watchdog, Clock]:
    clock = Clock()
    return Watchdog(Slow(clock, seconds), Limits(step, scenario), clock), clock


CALL = Exchange("http://127.0.0.1/", "sendRequestXML")


def test_a_call_that_takes_longer_than_its_step_may_is_cut_and_told() -> None:
    watchdog, clock = watched(60)
    with pytest.raises(TimeLimit, match=r"step \(10 s\).*not answered sendRequestXML"):
        watchdog.send(CALL)
    assert clock.now == 1010


def test_calls_that_fit_into_a_step_one_by_one_can_be_too_many() -> None:
    watchdog, _ = watched(4)
    assert [watchdog.send(CALL).status for _ in range(2)] == [200, 200]
    with pytest.raises(TimeLimit):
        watchdog.send(CALL)


def test_a_new_step_has_time_of_its_own_but_the_scenario_goes_on() -> None:
    watchdog, clock = watched(4)
    for step in range(2):
        watchdog.begin(f"step {step}")
        assert [watchdog.send(CALL).status for _ in range(2)] == [200, 200]
    watchdog.begin("step 3")
    watchdog.send(CALL)
    with pytest.raises(TimeLimit, match=r"scenario \(23 s\) was over during step 3"):
        watchdog.send(CALL)
    assert clock.now <= 1023.1


def test_the_connectors_own_timeout_stays_a_timeout() -> None:
    watchdog, _ = watched(60, step=300, scenario=300)
    with pytest.raises(TransportError):
        watchdog.send(Exchange("http://127.0.0.1/", "sendRequestXML", timeout=5.0))


def test_the_words_of_a_limit_name_the_option_that_allows_more() -> None:
    watchdog, clock = watched(1)
    clock.now += 11
    with pytest.raises(TimeLimit) as caught:
        watchdog.check()
    assert "--step-limit" in str(caught.value)


def test_an_application_inside_our_own_process_is_cut_where_it_awaits() -> None:
    async def hanging(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(600)

    with AsgiTransport(hanging) as transport:
        watchdog = Watchdog(transport, Limits(step=0.2))
        with pytest.raises(TimeLimit, match="not answered sendRequestXML"):
            watchdog.send(CALL)
