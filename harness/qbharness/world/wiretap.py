"""The transport nearest to the server: sees what really reached it and what it really said.

Faults are applied above it, so what the connector never learns is still known here: a hand-out whose
reply is lost is a hand-out all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final, final

from attrs import evolve

from qbharness.history import HandedOut
from qbharness.world.handouts import Resolve, read_hand_out
from qbsim.connector import soap
from qbsim.connector.operations import OPERATIONS
from qbsim.connector.transport import Exchange, Reply, Transport, TransportError
from qbsim.errors import SetUpProblem

PATIENCE: Final = 15.0
"""Real seconds after which a server that says nothing is taken for hung: no verdict, never green."""


@final
class Wiretap:
    """Passes every exchange on, and tells what was handed out.

    ``update_of`` says which update a call belongs to. ``told`` is given each hand-out as it is read.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        update_of: Callable[[int], int],
        resolve: Resolve,
        told: Callable[[HandedOut], None],
    ) -> None:
        self._inner = inner
        self._update_of = update_of
        self._resolve = resolve
        self._told = told
        self.deliveries: Counter[int] = Counter()
        """Call number to how often the server got it."""
        self.broken = False
        """Whether the server broke off the last exchange: it may be dying."""

    def send(self, exchange: Exchange) -> Reply:
        """Carry the exchange; a server that hangs in real time ends the run without a verdict."""
        try:
            reply = self._inner.send(evolve(exchange, timeout=min(exchange.timeout, PATIENCE)))
        except TransportError as trouble:
            if trouble.kind == "timeout":
                raise SetUpProblem(
                    f"The server did not answer {exchange.operation} within {PATIENCE:g} seconds.",
                    cure="It hangs; look at what it printed.",
                ) from trouble
            if trouble.kind == "reset":
                self.deliveries[exchange.number] += 1
                self.broken = True
            raise
        self.broken = False
        self.deliveries[exchange.number] += 1
        if exchange.operation == "sendRequestXML":
            self._read(exchange, reply)
        return reply

    def _read(self, exchange: Exchange, reply: Reply) -> None:
        try:
            value = soap.read_reply(
                OPERATIONS["sendRequestXML"],
                reply.status,
                {"content-type": reply.header("content-type")},
                reply.body,
            )
        except soap.ReplyRefused:
            return
        if isinstance(value, str) and "<" in value:
            self._told(
                read_hand_out(
                    value,
                    call=exchange.number,
                    update=self._update_of(exchange.number),
                    delivery=self.deliveries[exchange.number],
                    resolve=self._resolve,
                )
            )
