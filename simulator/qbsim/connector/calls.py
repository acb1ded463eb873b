"""Posts one call after the other for one update: envelope, cookies, events, what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import final

from attrs import evolve, frozen

from qbsim.connector import soap
from qbsim.connector.cookies import CookieJar
from qbsim.connector.events import MASK, CallEnded, CallFailure, CallStarted, Observer
from qbsim.connector.operations import OPERATIONS, Argument, Operation, Value
from qbsim.connector.wire import Exchange, Reply, Transport, TransportError


class CallFailed(Exception):
    """A call brought no value; ``failure`` says why."""

    def __init__(self, failure: CallFailure) -> None:
        super().__init__(failure.text)
        self.failure = failure


@final
@frozen
class Line:
    """Whom the calls go to and who makes them."""

    url: str
    style: str
    pc: str
    application: str
    timeout: float
    cookies: bool


@final
class Caller:
    """The SOAP side of one update. ``numbers`` gives each call its number in the run."""

    def __init__(self, line: Line, transport: Transport, observer: Observer, numbers: Iterator[int]) -> None:
        self._line = line
        self._transport = transport
        self._observer = observer
        self._numbers = numbers
        self._nth: Counter[str] = Counter()
        self._jar = CookieJar(line.url)
        self._headers: dict[str, dict[str, str]] = {}
        self.last_number = 0
        self.calls = 0

    def call(self, name: str, arguments: Mapping[str, Argument], *, repeat: int = 0) -> Value:
        """Make one call and return the value of its reply; raises :class:`CallFailed`."""
        operation = OPERATIONS[name]
        started = self._start(operation, arguments, repeat)
        exchange = Exchange(
            self._line.url,
            name,
            self._headers_of(operation),
            soap.write_call(operation, arguments, style=self._line.style),
            timeout=self._line.timeout,
            number=started.number,
            nth=started.nth,
            pc=self._line.pc,
            application=self._line.application,
        )
        ended = self._post(operation, exchange, started)
        self._observer.replied(ended)
        if ended.failure is not None:
            raise CallFailed(ended.failure)
        assert ended.value is not None  # noqa: S101 - the other one of the two
        return ended.value

    def _start(self, operation: Operation, arguments: Mapping[str, Argument], repeat: int) -> CallStarted:
        name = operation.name
        self._nth[name] += 1
        self.last_number = next(self._numbers)
        self.calls += 1
        shown = dict(arguments)
        if "strPassword" in shown:
            shown["strPassword"] = MASK
        started = CallStarted(
            self.last_number,
            self._nth[name],
            name,
            shown,
            pc=self._line.pc,
            application=self._line.application,
            repeat=repeat,
        )
        self._observer.called(started)
        return started

    def _post(self, operation: Operation, exchange: Exchange, started: CallStarted) -> CallEnded:
        try:
            reply = self._transport.send(exchange)
        except TransportError as problem:
            failure = CallFailure(problem.kind, problem.text, operation.failure)
            return CallEnded(started, failure=failure)
        if self._line.cookies:
            self._jar.read(reply)
        return self._read(operation, started, reply)

    def _read(self, operation: Operation, started: CallStarted, reply: Reply) -> CallEnded:
        ended = CallEnded(started, status=reply.status, body=reply.body)
        content_type = {"content-type": reply.header("content-type")}
        try:
            value = soap.read_reply(operation, reply.status, content_type, reply.body, style=self._line.style)
        except soap.ReplyRefused as refusal:
            return evolve(ended, failure=CallFailure("reply", refusal.text, operation.failure))
        return evolve(ended, value=value)

    def _headers_of(self, operation: Operation) -> dict[str, str]:
        name = operation.name
        if name not in self._headers:
            self._headers[name] = soap.headers(operation)
        cookies = self._jar.header
        return {**self._headers[name], "Cookie": cookies} if cookies else self._headers[name]
