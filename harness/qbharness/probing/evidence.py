"""Collects what a server says to a stranger's questions and to three updates. It only asks; it never judges.

The questions: is there an answer to GET; does a wrong password come in; does an invented user get the
same words; does a made-up ticket get work; does a ticket that was closed. Then, if the password is
known, three updates: in the first one an answer of QuickBooks is lost on its way to the server.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from typing import Final, Literal, NoReturn, final

from attrs import define, evolve, field, frozen

from qbharness.history import HandedOut
from qbharness.probing.obliging import ObligingQuickBooks
from qbharness.world.handouts import read_hand_out
from qbsim.connector import registration
from qbsim.connector.calls import Caller, CallFailed, Line
from qbsim.connector.events import CallEnded, CallStarted, Observer
from qbsim.connector.operations import Argument, Value
from qbsim.connector.qwc import Application
from qbsim.connector.update import Bounds, Result, Update
from qbsim.connector.wire import Exchange, Reply, Transport, TransportError
from qbsim.errors import SetUpProblem
from qbsim.quickbooks import TimesheetRow
from qbsim.source import Source
from qbsim.switches import Switches

TIME_LIMIT: Final = 9.0
"""Seconds for the whole probe."""
CALL_LIMIT: Final = 3.0
_REQUESTS: Final = 60
"""sendRequestXML calls in one update of a probe."""

Question = Literal["wrong password", "unknown user", "foreign ticket", "foreign answer", "dead ticket"]
_TICKET: Final = "{00000000-0000-4000-8000-00000badbad0}"
_WRONG: Final = "this is not the password"
_NOBODY: Final = "nobody-of-this-name"
_ANSWER: Final = (
    '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<TimeTrackingAddRs statusCode="0" '
    'statusSeverity="Info" statusMessage="Status OK" />\n</QBXMLMsgsRs>\n</QBXML>\n'
)


@final
@frozen
class Said:
    """One answer: a value, or why there is none (``failure``); ``silent`` if nothing came back at all."""

    value: Value | None
    failure: str = ""
    silent: bool = False


@final
@define
class Evidence:
    """All that a probe saw."""

    get_status: int | None = None
    answers: dict[Question, Said] = field(factory=dict)
    calls: list[CallEnded] = field(factory=list)
    """Every call of the updates, in order."""
    handed_out: list[tuple[int, HandedOut]] = field(factory=list)
    """Every request, with the number of its update (1, 2, 3)."""
    results: list[Result] = field(factory=list)
    lost_answer: HandedOut | None = None
    """The hours whose answer was lost in the first update."""
    timesheet: tuple[TimesheetRow, ...] = ()
    why_no_updates: str = ""
    out_of_time: bool = False


@final
class Probe:
    """Asks one server. ``password`` None: none is known, so no update is made."""

    def __init__(self, application: Application, password: str | None, transport: Transport) -> None:
        self._application = application
        self._password = password
        self._limited = _Limited(transport, time.monotonic() + TIME_LIMIT)
        self._source = Source()
        self._switches = Switches()
        self._numbers = itertools.count(1)
        self.evidence = Evidence()

    def run(self) -> Evidence:
        """Ask everything. Raises :class:`SetUpProblem` if nobody answers at all."""
        self._is_there()
        self._ask("wrong password", self._line(), "authenticate", self._login(_WRONG))
        self._is_anybody_there()
        self._ask("unknown user", self._line(), "authenticate", self._login(_WRONG, user=_NOBODY))
        self._ask("foreign ticket", self._line(), "sendRequestXML", _request_of(_TICKET))
        self._ask(
            "foreign answer", self._line(), "receiveResponseXML", {"ticket": _TICKET, "response": _ANSWER}
        )
        if self._password is None:
            self.evidence.why_no_updates = "the password is not known (--password-env)"
        else:
            self._dead_ticket()
            self._updates()
        self.evidence.out_of_time = self._limited.over
        return self.evidence

    def _is_there(self) -> None:
        try:
            reply = self._limited.send(Exchange(self._application.url, "certificate probe", method="GET"))
            self.evidence.get_status = reply.status
        except TransportError as lost:
            if lost.kind in ("refused", "tls"):
                self._unreachable(lost.detail or lost.text)

    def _is_anybody_there(self) -> None:
        """Silence to GET and to a call is no answer that could be judged."""
        said = self.evidence.answers["wrong password"]
        if self.evidence.get_status is None and said.silent:
            self._unreachable(f"no answer to GET within {CALL_LIMIT:g} s, and none to authenticate")

    def _unreachable(self, why: str) -> NoReturn:
        raise SetUpProblem(
            f"{self._application.url} cannot be reached: {why}.",
            cure="Is the server running, and is the address right?",
        ) from None

    def _line(self) -> Caller:
        line = Line(self._application.url, self._application.style, "pc1", "probe", CALL_LIMIT, cookies=True)
        return Caller(line, self._limited, Observer(), self._numbers)

    def _login(self, password: str, user: str = "") -> Mapping[str, Argument]:
        return {"strUserName": user or self._application.user, "strPassword": password}

    def _ask(
        self, question: Question, caller: Caller, operation: str, arguments: Mapping[str, Argument]
    ) -> Value | None:
        try:
            value = caller.call(operation, arguments)
        except CallFailed as failed:
            silent = failed.failure.kind != "reply"
            self.evidence.answers[question] = Said(None, failed.failure.text, silent)
            return None
        self.evidence.answers[question] = Said(value)
        return value

    def _dead_ticket(self) -> None:
        caller = self._line()
        try:
            login = caller.call("authenticate", self._login(self._password or ""))
            ticket = str(login[0] or "") if isinstance(login, tuple) else ""
            caller.call("closeConnection", {"ticket": ticket})
        except CallFailed:
            return
        if ticket and ticket.casefold() != "none":
            self._ask("dead ticket", caller, "sendRequestXML", _request_of(ticket))

    def _updates(self) -> None:
        quickbooks = ObligingQuickBooks(self._source, self._switches)
        # the addresses in a .qwc may lead anywhere: the window's own probe of them is left out
        registration.add(self._application, quickbooks, _Silent(), self._switches, Observer())
        for number in (1, 2, 3):
            watch = _Watch(self.evidence, number)
            transport = _LosingOneAnswer(self._limited, watch) if number == 1 else self._limited
            update = Update(
                self._application,
                self._password,
                quickbooks,
                transport,
                self._source,
                self._switches,
                watch,
                numbers=self._numbers,
                bounds=Bounds(requests=_REQUESTS, no_ops=5, connection_errors=3),
            )
            self.evidence.results.append(update.run())
        self.evidence.timesheet = quickbooks.company.timesheet()
        quickbooks.company.close()


@final
class _Watch(Observer):
    """Writes down the calls of one update and what they hand out."""

    def __init__(self, evidence: Evidence, number: int) -> None:
        self.evidence = evidence
        self.number = number
        self.last: HandedOut | None = None

    def called(self, call: CallStarted) -> None:
        if call.operation == "receiveResponseXML" and self.last is not None and not self.last.entries:
            self.last = None  # only an answer about hours is worth losing

    def replied(self, call: CallEnded) -> None:
        self.evidence.calls.append(call)
        if call.started.operation != "sendRequestXML" or not isinstance(call.value, str):
            return
        if call.value.strip().casefold() not in ("", "noop"):
            self.last = read_hand_out(
                call.value, call=call.started.number, update=self.number, delivery=1, resolve=lambda *_: ""
            )
            self.evidence.handed_out.append((self.number, self.last))


@final
class _LosingOneAnswer:
    """The first QuickBooks answer about hours never reaches the server."""

    def __init__(self, inner: Transport, watch: _Watch) -> None:
        self._inner = inner
        self._watch = watch

    def send(self, exchange: Exchange) -> Reply:
        evidence = self._watch.evidence
        about_hours = exchange.operation == "receiveResponseXML" and self._watch.last is not None
        if about_hours and evidence.lost_answer is None:
            evidence.lost_answer = self._watch.last
            raise TransportError("reset")
        return self._inner.send(exchange)


@final
class _Silent:
    """Answers 200 to everything, and reaches nobody."""

    def send(self, exchange: Exchange) -> Reply:
        del exchange
        return Reply(200)


@final
class _Limited:
    """No exchange takes longer than it may, and none begins after the end."""

    def __init__(self, inner: Transport, until: float) -> None:
        self._inner = inner
        self._until = until
        self.over = False

    def send(self, exchange: Exchange) -> Reply:
        left = self._until - time.monotonic()
        if left <= 0:
            self.over = True
            raise TransportError("timeout")
        return self._inner.send(evolve(exchange, timeout=min(CALL_LIMIT, left)))


def _request_of(ticket: str) -> Mapping[str, Argument]:
    return {"ticket": ticket, "qbXMLCountry": "US", "qbXMLMajorVers": 13, "qbXMLMinorVers": 0}
