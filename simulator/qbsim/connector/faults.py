"""A transport that loses, doubles, delays and spoils messages, by a plan.

The words are those of the language of scenarios. A plan is asked twice about every call: before it is
sent, and after the server has answered (an anchor on a block can only be known from the answer that
hands the block out). What it returns is applied once and reported with its cause. Time is simulated: a
lost message costs its timeout on the simulated clock and none of ours.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Final, Literal, Protocol, final, get_args

from attrs import evolve, field, frozen
from attrs.validators import in_, optional

from qbsim.connector.events import FaultApplied
from qbsim.connector.wire import Exchange, Reply, Transport, TransportError, TransportErrorKind
from qbsim.errors import UsageProblem
from qbsim.source import Source

FaultWord = Literal[
    "request lost",
    "reply lost",
    "delivered twice",
    "delivered late",
    "delayed",
    "dripped",
    "garbled",
    "tls failure",
]
Spoiling = Literal[
    "truncated",
    "html",
    "wrong type",
    "wrong namespace",
    "http 500",
    "http 503",
    "soap fault",
    "not xml",
]
BEFORE_ONLY: Final = frozenset({"request lost", "tls failure"})
"""Words that need the request not to have reached the server."""


@final
@frozen
class Effect:
    """What happens to one message.

    ``looks`` is how a loss looks to the connector, ``by`` the duration of ``delayed`` and ``dripped``,
    ``spoiled`` the kind of ``garbled``; ``cause`` comes back in the event.
    """

    fault: FaultWord = field(validator=in_(get_args(FaultWord)))
    looks: TransportErrorKind = field(default="reset", validator=in_(("reset", "timeout", "refused")))
    by: dt.timedelta = dt.timedelta(0)
    spoiled: Spoiling | None = field(default=None, validator=optional(in_(get_args(Spoiling))))
    cause: str = ""

    def __attrs_post_init__(self) -> None:
        if (self.fault == "garbled") != (self.spoiled is not None):
            raise UsageProblem("A garbled message says with what, and no other fault does.")
        if (self.fault in ("delayed", "dripped")) != (self.by > dt.timedelta(0)):
            raise UsageProblem("A delayed or dripped message says by how long, no other fault does.")


class FaultPlan(Protocol):
    """Decides what happens to each message."""

    def before(self, exchange: Exchange) -> Effect | None:
        """Asked before the request leaves."""

    def after(self, exchange: Exchange, reply: Reply) -> Effect | None:
        """Asked when the server has answered, unless an effect was already decided for this call."""


Report = Callable[[FaultApplied], None]


@final
class FaultyTransport:
    """Wraps a transport; lives as long as a run, so that a late copy can arrive in a later session."""

    def __init__(
        self, inner: Transport, plan: FaultPlan, source: Source, report: Report | None = None
    ) -> None:
        self._inner = inner
        self._plan = plan
        self._source = source
        self._report = report or (lambda _: None)
        self._late: list[tuple[Exchange, Effect]] = []
        self._appliers = {
            "reply lost": self._reply_lost,
            "delivered twice": self._twice,
            "delivered late": self._put_aside,
            "delayed": self._slow,
            "dripped": self._slow,
            "garbled": self._garble,
        }

    @property
    def undelivered(self) -> tuple[Exchange, ...]:
        """Late copies for which no later authenticate has come yet: faults that did not fire."""
        return tuple(exchange for exchange, _ in self._late)

    def send(self, exchange: Exchange) -> Reply:
        """Carry one exchange as the plan says."""
        effect = self._plan.before(exchange)
        if effect is not None and effect.fault in BEFORE_ONLY:
            raise self._not_sent(exchange, effect)
        late, waiting = self._due(exchange)
        reply = self._inner.send(exchange)
        self._late = waiting
        for copy, cause in late:
            self._deliver_again(copy, cause)
        if effect is None:
            effect = self._plan.after(exchange, reply)
        return reply if effect is None else self._apply(exchange, reply, effect)

    def _due(self, exchange: Exchange) -> tuple[list[tuple[Exchange, Effect]], list[tuple[Exchange, Effect]]]:
        """Late copies arrive right after the next authenticate that the server has answered."""
        if exchange.operation != "authenticate":
            return [], self._late
        return self._late, []

    def _apply(self, exchange: Exchange, reply: Reply, effect: Effect) -> Reply:
        if effect.fault in BEFORE_ONLY:
            raise UsageProblem(
                f"{effect.fault!r} cannot be decided after the server has answered.",
                cure="Anchor it on the call, or use 'reply lost'.",
            )
        return self._appliers[effect.fault](exchange, reply, effect)

    def _not_sent(self, exchange: Exchange, effect: Effect) -> TransportError:
        kind: TransportErrorKind = "tls" if effect.fault == "tls failure" else effect.looks
        return self._lost(exchange, effect, kind)

    def _lost(self, exchange: Exchange, effect: Effect, kind: TransportErrorKind) -> TransportError:
        if kind == "timeout":
            self._source.advance(dt.timedelta(seconds=exchange.timeout))
        self._tell(exchange, effect, "" if kind == "tls" else f"as: {kind}")
        return TransportError(kind)

    def _tell(
        self,
        exchange: Exchange,
        effect: Effect,
        detail: str = "",
        *,
        moment: Literal["applied", "armed"] = "applied",
        body: bytes = b"",
    ) -> None:
        self._report(
            FaultApplied(
                effect.fault,
                exchange.operation,
                exchange.number,
                exchange.nth,
                detail=detail,
                moment=moment,
                cause=effect.cause,
                body=body,
            )
        )

    def _reply_lost(self, exchange: Exchange, _reply: Reply, effect: Effect) -> Reply:
        kind: TransportErrorKind = "timeout" if effect.looks == "timeout" else "reset"
        raise self._lost(exchange, effect, kind)

    def _twice(self, exchange: Exchange, reply: Reply, effect: Effect) -> Reply:
        """The network doubles the request; the connector reads the first reply."""
        self._deliver_again(exchange, effect)
        return reply

    def _deliver_again(self, exchange: Exchange, effect: Effect) -> None:
        try:
            body = self._inner.send(exchange).body
        except TransportError as problem:
            body = problem.text.encode()
        self._tell(exchange, effect, body=body)

    def _put_aside(self, exchange: Exchange, reply: Reply, effect: Effect) -> Reply:
        self._late.append((exchange, effect))
        self._tell(exchange, effect, moment="armed")
        return reply

    def _slow(self, exchange: Exchange, reply: Reply, effect: Effect) -> Reply:
        """Past the timeout the reply is lost: .NET's limit is for the whole exchange."""
        if effect.by.total_seconds() > exchange.timeout:
            raise self._lost(exchange, effect, "timeout")
        self._source.advance(effect.by)
        self._tell(exchange, effect, f"by: {effect.by.total_seconds():g} s")
        return reply

    def _garble(self, exchange: Exchange, reply: Reply, effect: Effect) -> Reply:
        assert effect.spoiled is not None  # noqa: S101 - held by Effect
        spoiled = _SPOILERS[effect.spoiled](reply)
        self._tell(exchange, effect, f"with: {effect.spoiled}")
        return spoiled


_HTML: Final = (
    b"<!DOCTYPE html>\n<html><head><title>Error</title></head>"
    b"<body><h1>Something went wrong</h1></body></html>"
)
_FAULT: Final = (
    b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope '
    b'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
    b"<faultcode>soap:Server</faultcode><faultstring>The server failed.</faultstring>"
    b"</soap:Fault></soap:Body></soap:Envelope>"
)
_XML_TYPE: Final = (("content-type", "text/xml; charset=utf-8"),)
_HTML_TYPE: Final = (("content-type", "text/html; charset=utf-8"),)
_INTUIT: Final = re.compile(rb"http://developer\.intuit\.com/")


def _retyped(reply: Reply) -> Reply:
    headers = [(name, value) for name, value in reply.headers if name.lower() != "content-type"]
    return evolve(reply, headers=(*headers, ("content-type", "application/json")))


_SPOILERS: Final[dict[str, Callable[[Reply], Reply]]] = {
    "truncated": lambda reply: evolve(reply, body=reply.body[: len(reply.body) // 2]),
    "html": lambda _: Reply(200, _HTML_TYPE, _HTML),
    "wrong type": _retyped,
    "wrong namespace": lambda reply: evolve(reply, body=_INTUIT.sub(b"http://localhost:8000//", reply.body)),
    "http 500": lambda _: Reply(500, _HTML_TYPE, _HTML),
    "http 503": lambda _: Reply(503, _HTML_TYPE, _HTML),
    "soap fault": lambda _: Reply(500, _XML_TYPE, _FAULT),
    "not xml": lambda _: Reply(200, _XML_TYPE, b"Warning: mysqli_connect(): (HY000/2002)"),
}
