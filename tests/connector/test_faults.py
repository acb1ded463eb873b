"""Every word of a fault has the effect that its name says, in process and over TCP alike."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import define
from connector_servers import KINDS, carried
from connector_support import GARBLED, REQUEST, Keeper, ScriptedServer, application, server, update

from qbsim.connector.events import FaultApplied
from qbsim.connector.faults import Effect, FaultyTransport
from qbsim.connector.update import Result
from qbsim.connector.wire import Exchange, Reply
from qbsim.errors import UsageProblem
from qbsim.source import Source


@define
class Plan:
    """One effect on one call, decided before it leaves or after the server has answered."""

    effect: Effect
    operation: str = "receiveResponseXML"
    moment: str = "before"
    nth: int = 1
    fired: bool = False

    def _here(self, exchange: Exchange, moment: str) -> Effect | None:
        hit = (exchange.operation, exchange.nth, moment) == (self.operation, self.nth, self.moment)
        if not hit or self.fired:
            return None
        self.fired = True
        return self.effect

    def before(self, exchange: Exchange) -> Effect | None:
        return self._here(exchange, "before")

    def after(self, exchange: Exchange, reply: Reply) -> Effect | None:
        return self._here(exchange, "after")


@define
class Played:
    """What came of two updates, the first of them under a fault."""

    first: Result
    second: Result
    server: ScriptedServer
    faults: list[FaultApplied]
    seconds: float
    undelivered: int
    calls_before: int

    def handled(self, operation: str) -> int:
        """How often the server handled a call of the first update."""
        return self.server.operations[: self.calls_before].count(operation)


def play(kind: str, plan: Plan) -> Played:
    sync = server(sendRequestXML=REQUEST, receiveResponseXML=100)
    source, keeper = Source(), Keeper()
    began = source.now
    with carried(sync, kind) as (inner, url):
        transport = FaultyTransport(inner, plan, source, keeper.happened)
        app = application(url=url)
        first = update(transport, app=app, source=source, observer=keeper).run()
        seconds = (source.now - began).total_seconds()
        waiting = len(transport.undelivered)
        seen = len(sync.seen)
        second = update(transport, app=app, source=source).run()
    faults = [event for event in keeper.of(FaultApplied) if isinstance(event, FaultApplied)]
    return Played(first, second, sync, faults, seconds, waiting, seen)


pytestmark = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize(
    ("looks", "text", "seconds"),
    [
        ("reset", "The underlying connection was closed", 0),
        ("refused", "Unable to connect to the remote server", 0),
        ("timeout", "The operation has timed out", 100),
    ],
)
def test_a_lost_request_never_reaches_the_server(kind: str, looks: str, text: str, seconds: float) -> None:
    played = play(kind, Plan(Effect("request lost", looks=looks, cause="row 3")))  # type: ignore[arg-type]
    assert played.first.codes == ("QBWC1042",)
    assert text in played.first.status
    assert played.seconds == seconds
    assert played.handled("receiveResponseXML") == 0
    (fault,) = played.faults
    assert (fault.fault, fault.operation, fault.nth, fault.number) == (
        "request lost",
        "receiveResponseXML",
        1,
        5,
    )
    assert (fault.detail, fault.cause) == (f"as: {looks}", "row 3")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_lost_reply_was_handled_by_the_server(kind: str, moment: str) -> None:
    played = play(kind, Plan(Effect("reply lost"), moment=moment))
    assert played.first.codes == ("QBWC1042",)
    assert played.second.outcome == "completed"
    assert played.handled("receiveResponseXML") == 1
    assert [fault.fault for fault in played.faults] == ["reply lost"]


def test_a_reply_lost_by_timeout_takes_its_simulated_time(kind: str) -> None:
    played = play(kind, Plan(Effect("reply lost", looks="timeout")))
    assert "timed out" in played.first.status
    assert played.seconds == 100


def test_a_call_delivered_twice_is_handled_twice_and_answered_once(kind: str) -> None:
    played = play(kind, Plan(Effect("delivered twice")))
    assert played.handled("receiveResponseXML") == 2
    bodies = [e.body for e in played.server.seen if e.operation == "receiveResponseXML"]
    assert bodies[0] == bodies[1]
    assert played.first.outcome == "completed"
    (fault,) = played.faults
    assert b"receiveResponseXMLResponse" in fault.body


def test_a_late_copy_arrives_after_the_next_authenticate(kind: str) -> None:
    played = play(kind, Plan(Effect("delivered late")))
    assert played.first.outcome == "completed"
    assert played.undelivered == 1
    where = played.server.operations
    second_login = [i for i, name in enumerate(where) if name == "authenticate"][1]
    assert where[second_login + 1] == "receiveResponseXML"
    first = where.index("receiveResponseXML")
    assert played.server.seen[second_login + 1].body == played.server.seen[first].body
    assert [fault.moment for fault in played.faults] == ["armed", "applied"]


@pytest.mark.parametrize("word", ["delayed", "dripped"])
def test_a_slow_reply_costs_simulated_time(kind: str, word: str) -> None:
    played = play(kind, Plan(Effect(word, by=dt.timedelta(seconds=40))))  # type: ignore[arg-type]
    assert played.first.outcome == "completed"
    assert played.seconds == 40


@pytest.mark.parametrize("word", ["delayed", "dripped"])
def test_past_the_timeout_a_slow_reply_is_lost(kind: str, word: str) -> None:
    played = play(kind, Plan(Effect(word, by=dt.timedelta(minutes=5))))  # type: ignore[arg-type]
    assert "timed out" in played.first.status
    assert played.seconds == 100


@pytest.mark.parametrize("spoiled", GARBLED)
def test_a_garbled_reply_was_handled_and_is_refused_with_its_words(kind: str, spoiled: str) -> None:
    played = play(kind, Plan(Effect("garbled", spoiled=spoiled)))  # type: ignore[arg-type]
    assert played.first.codes == ("QBWC1042",)
    assert GARBLED[spoiled] in played.first.status
    assert played.handled("receiveResponseXML") == 1
    assert played.faults[0].detail == f"with: {spoiled}"


def test_a_failing_handshake_reaches_nobody(kind: str) -> None:
    played = play(kind, Plan(Effect("tls failure")))
    assert "SSL/TLS secure channel" in played.first.status
    assert played.handled("receiveResponseXML") == 0


@pytest.mark.parametrize(
    "operation", ["serverVersion", "clientVersion", "authenticate", "sendRequestXML", "closeConnection"]
)
def test_a_fault_may_strike_any_call(kind: str, operation: str) -> None:
    played = play(kind, Plan(Effect("reply lost"), operation=operation))
    assert [fault.operation for fault in played.faults] == [operation]
    tolerated = operation in ("serverVersion", "clientVersion", "closeConnection")
    assert (played.first.outcome == "completed") is tolerated


def test_what_needs_an_unsent_request_cannot_be_decided_afterwards(kind: str) -> None:
    with pytest.raises(UsageProblem, match="after the server has answered"):
        play(kind, Plan(Effect("request lost"), moment="after"))
