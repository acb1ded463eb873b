"""The Web Connector under hostile replies: 100,000 mutated envelopes in whole sessions.

What must hold: a session ends in one of its known ways, within its bounds; nothing is raised; every failure
has its code or its text, its event and its line in the log; no entity is expanded, no file is read.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final, get_args

import pytest
from attrs import define
from connector_support import (
    DEFAULTS,
    REQUEST,
    Keeper,
    ScriptedQuickBooks,
    result,
    update,
)

from qbsim.connector.events import CallEnded, Coded, Observers
from qbsim.connector.log import QwcLog
from qbsim.connector.logreader import calls, read_log
from qbsim.connector.update import Bounds, Outcome
from qbsim.connector.wire import Exchange, Reply, TransportError
from qbsim.source import Source

pytestmark = pytest.mark.fuzz

PARTS: Final = 10
ENVELOPES: Final = 10_000
"""Each times PARTS: 100,000 envelopes."""

CANARY: Final = "canary-7f3a"
BOMB: Final = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
WORDS: Final = (
    b"<", b">", b"&", b"&amp;", b"&#0;", b"&c;", b"]]>", b"<![CDATA[", b"<!--", b"<?xml version='1.1'?>",
    BOMB, b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b' xmlns="u"', b'xsi:nil="true"', b"soap:Fault",
    b"<string>", b"</string>", b"<int>", b"99999999999", b"-1", b"NaN", b"NoOp", b"Interactive mode", b"done",
    b"CONTINUE", b"W:", b"E:", b"busy", b"<a>" * 300, b'encoding="utf-7"', b'encoding="utf-16"',
    b"http://developer.intuit.com",
)  # fmt: skip
TYPES: Final = (
    "text/xml",
    "text/xml; charset=utf-8",
    "text/xml;charset=bogus",
    "text/html",
    "",
    "text/xml\x00",
)
STATUSES: Final = (200, 200, 200, 200, 200, 200, 500, 400, 204, 302, 404, 503, 999)


def mutated(body: bytes, chance: random.Random) -> bytes:
    """One to four cuts, copies, insertions or flips."""
    data = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        end = min(len(data), place + chance.randint(1, 60))
        match chance.randrange(5):
            case 0:
                del data[place:end]
            case 1:
                data[place:place] = data[place:end]
            case 2 | 3:
                data[place:place] = chance.choice(WORDS)
            case _:
                data[place:end] = bytes(chance.randrange(256) for _ in data[place:end])
    return bytes(data)


VALUES: Final[dict[str, tuple[object, ...]]] = {
    **{name: (value,) for name, value in DEFAULTS.items()},
    "sendRequestXML": (REQUEST, REQUEST, REQUEST, "", "NoOp"),
    "receiveResponseXML": (0, 50, 100, 100, -1),
    "getLastError": ("NoOp", "Interactive mode", "Add the job."),
    "connectionError": ("done", "C:\\A.QBW"),
    "getInteractiveURL": ("http://localhost/",),
    "interactiveRejected": ("",),
    "interactiveDone": ("", "DONE", "CONTINUE"),
}
"""What a good answer may hold."""


@define
class HostileServer:
    """Answers every call with a mutated envelope, now and then with none, sometimes with a good one."""

    chance: random.Random
    secret: Path
    hostility: float = 0.7
    """How much of what it answers is mutated."""
    served: int = 0
    mutated: int = 0

    def send(self, exchange: Exchange) -> Reply:
        self.served += 1
        if self.chance.random() < 0.01:
            raise TransportError(self.chance.choice(("reset", "timeout", "refused", "tls")))
        body = result(exchange.operation, self.chance.choice(VALUES[exchange.operation]))
        if self.chance.random() < self.hostility:
            self.mutated += 1
            body = mutated(body, self.chance)
        if self.chance.random() < 0.02:
            outside = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{self.secret.as_uri()}">]>'.encode()
            body = outside + body.replace(b"<string>", b"<string>&x;").partition(b"?>")[2]
        good = self.chance.random() > 0.2 * self.hostility
        status = 200 if good else self.chance.choice(STATUSES)
        kind = "text/xml" if good else self.chance.choice(TYPES)
        return Reply(status, (("Content-Type", kind), ("Set-Cookie", str(self.chance.random()))), body)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_session_of_mutated_envelopes_ends_in_a_known_way(part: int, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(CANARY, encoding="utf-8")
    chance = random.Random(part)  # noqa: S311 - reproducible
    hostile = HostileServer(chance, secret)
    outcomes = set()
    while hostile.mutated < ENVELOPES:
        hostile.hostility = chance.choice((0.05, 0.3, 0.9))
        keeper, lines, source = Keeper(), list[str](), Source()
        log = QwcLog(lines.append, source, level="VERBOSE")
        books = ScriptedQuickBooks(fails={"begin_session": [0x80040414] * chance.choice((0, 0, 0, 1, 9))})
        before = hostile.served
        going = update(
            hostile,
            quickbooks=books,
            observer=Observers(keeper, log),
            source=source,
            bounds=Bounds(requests=8, no_ops=4, connection_errors=3, interactive_polls=4),
        )
        done = going.run()
        assert done.outcome in get_args(Outcome)
        assert hostile.served - before == done.calls <= 60
        told(keeper, "".join(lines), done.calls)
        outcomes.add(done.outcome)
    assert outcomes >= {"completed", "failed", "bounded"}, "the envelopes no longer reach every end"


def told(keeper: Keeper, log: str, count: int) -> None:
    ended = [event for event in keeper.of(CallEnded) if isinstance(event, CallEnded)]
    assert len(ended) == count
    assert CANARY not in log
    assert "b" * 80 not in log
    shown = {event.code for event in keeper.of(Coded) if isinstance(event, Coded)}
    for event in ended:
        assert (event.value is None) is (event.failure is not None)
        if event.failure is not None:
            assert event.failure.text
            assert event.failure.code is None or event.failure.code in shown
            assert event.failure.code is None or event.failure.code in log
    assert "Traceback" not in log
    assert "".join(entry.raw for entry in read_log(log)) == log
    assert calls(read_log(log))


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutated_log_is_read_without_losing_anything(part: int) -> None:
    chance = random.Random(1000 + part)  # noqa: S311
    lines: list[str] = []
    source = Source()
    good = HostileServer(random.Random(1), Path("/nowhere"))  # noqa: S311
    update(good, observer=QwcLog(lines.append, source, level="VERBOSE"), source=source).run()
    raw = "".join(lines).encode("utf-8", "replace")
    for _ in range(500):
        text = mutated(raw, chance).decode("utf-8", "replace")
        entries = read_log(text)
        assert "".join(entry.raw for entry in entries) == text
        calls(entries)
