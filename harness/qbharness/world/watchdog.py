"""Watchdogs in real time: a step, and a whole scenario, may take only so long.

A server that hangs, or a session that never ends, gives no verdict: it becomes a set-up problem that says
what was being done, never a held story and never an accusation. The clock here is real and only ever
compared with itself; nothing of it gets into a history.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, final

from attrs import evolve, frozen

from qbsim.connector.wire import Exchange, Reply, Transport, TransportError
from qbsim.errors import SetUpProblem


@final
@frozen
class Limits:
    """Real seconds that one step, and one scenario from reset to rest, may take.

    A call waits for its reply as long as the Web Connector would (100 s), but never longer than what is left.
    """

    step: float = 60.0
    scenario: float = 300.0


DEFAULT_LIMITS: Final = Limits()


@final
class TimeLimit(SetUpProblem):
    """A step or a scenario took too long: nobody knows how it would have ended."""


@final
class Watchdog:
    """Stands before the transport of one scenario, and is asked between any two actions.

    ``clock`` counts real seconds from anywhere.
    """

    def __init__(
        self, transport: Transport, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport = transport
        self._limits = limits
        self._clock = clock
        self._whole = clock() + limits.scenario
        self._doing = "the beginning"
        self._until = 0.0
        self.begin(self._doing)

    def begin(self, doing: str) -> None:
        """The next step begins; ``doing`` says in a few words which."""
        self._doing = doing
        self._until = self._clock() + self._limits.step
        self.check()

    def check(self) -> None:
        """Raise :class:`TimeLimit` where the time is up."""
        now = self._clock()
        if now >= self._whole:
            self._give_up("scenario", self._limits.scenario)
        if now >= self._until:
            self._give_up("step", self._limits.step)

    def send(self, exchange: Exchange) -> Reply:
        """Carry one exchange, for no longer than what is left."""
        self.check()
        left = min(self._until, self._whole) - self._clock()
        try:
            return self._transport.send(evolve(exchange, timeout=min(exchange.timeout, max(left, 0.01))))
        except TransportError as lost:
            if lost.kind == "timeout" and left < exchange.timeout:
                self._give_up(*self._shortest(), f" The server has not answered {exchange.operation}.")
            raise

    def _shortest(self) -> tuple[str, float]:
        if self._whole < self._until:
            return "scenario", self._limits.scenario
        return "step", self._limits.step

    def _give_up(self, what: str, seconds: float, more: str = "") -> None:
        option = {"step": "--step-limit", "scenario": "--time-limit"}[what]
        raise TimeLimit(
            f"The time limit of a {what} ({seconds:g} s) was over during {self._doing}.{more}",
            cure=f"See why it hangs, or allow more with {option}.",
        )
