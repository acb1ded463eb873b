"""Decides which planned fault strikes which call, and remembers which ones never did.

An anchor is resolved when the call comes: by its number among the calls of its kind in the update, or
by the block that it is about. Whose hand-out a sendRequestXML will be is only a prediction before the
call; a prediction that turns out wrong is remembered, and makes the run undetermined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

from attrs import define, frozen

from qbharness.scenario.faults import (
    Anchor,
    ConnectorKilled,
    Delayed,
    DeliveredLate,
    DeliveredTwice,
    Dripped,
    Fault,
    Garbled,
    QuickBooksKilled,
    ReplyLost,
    RequestLost,
    ServerKilled,
    TlsFailure,
    UserStops,
)
from qbsim.connector.faults import Effect


@final
@frozen
class Moment:
    """A call, as anchors see it: ``nth`` of its operation in this update, about ``block`` if known."""

    operation: str
    nth: int
    block: str | None
    predicted: bool = False

    def matches(self, anchor: Anchor) -> bool:
        if anchor.call != self.operation:
            return False
        if anchor.every:
            return True
        if anchor.block is not None:
            return anchor.block == self.block
        return (anchor.number or 1) == self.nth


def as_text(anchor: Anchor) -> str:
    """An anchor in the words of the language."""
    if anchor.block is not None:
        return f"{anchor.call}, block {anchor.block}"
    if anchor.every:
        return f"{anchor.call}, every time"
    return f"{anchor.call}, number {anchor.number or 1}"


_EFFECTS: Final[dict[type[Fault], Callable[[Fault], Effect]]] = {
    RequestLost: lambda fault: Effect("request lost", looks=fault.as_),  # type: ignore[attr-defined]
    ReplyLost: lambda _: Effect("reply lost"),
    DeliveredTwice: lambda _: Effect("delivered twice"),
    DeliveredLate: lambda _: Effect("delivered late"),
    Delayed: lambda fault: Effect("delayed", by=fault.by),  # type: ignore[attr-defined]
    Dripped: lambda fault: Effect("dripped", by=fault.by),  # type: ignore[attr-defined]
    Garbled: lambda fault: Effect("garbled", spoiled=fault.with_),  # type: ignore[attr-defined]
    TlsFailure: lambda _: Effect("tls failure"),
}
"""What the faults of the wire are to the connector's transport."""

BEFORE_THE_SERVER: Final = (RequestLost, TlsFailure)
"""Faults that must be decided before the server sees the call."""

CRASHES: Final = (ConnectorKilled, UserStops, ServerKilled)


@define
class _Planned:
    fault: Fault
    fired: bool = False


@final
class FaultPlan:
    """The faults of one step; each strikes once, unless its anchor says ``every``."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self._planned = [_Planned(fault) for fault in faults]

    def wire_effect(self, moment: Moment, *, answered: bool) -> tuple[Fault, Effect] | None:
        """The effect on this call's message that is planned for before (or after) the server sees it."""
        for planned in self._open(moment):
            build = _EFFECTS.get(type(planned.fault))
            early = isinstance(planned.fault, BEFORE_THE_SERVER)
            if build is None or early is answered:
                continue
            planned.fired = True
            return planned.fault, build(planned.fault)
        return None

    def crash(self, moment: Moment, at: str) -> Fault | None:
        """The crash that is planned for this point of this call."""
        for planned in self._open(moment):
            if isinstance(planned.fault, CRASHES) and getattr(planned.fault, "at", None) == at:
                planned.fired = True
                return planned.fault
        return None

    def failpoint(self, moment: Moment) -> Fault | None:
        """The server's failpoint that is to be armed before this call."""
        for planned in self._open(moment):
            fault = planned.fault
            if isinstance(fault, ServerKilled) and fault.at not in {"before call", "after call"}:
                planned.fired = True
                return fault
        return None

    def quickbooks_dies(self, moment: Moment, at: str) -> Fault | None:
        """The death of QuickBooks that is planned for this point of this request."""
        for planned in self._open(moment):
            if isinstance(planned.fault, QuickBooksKilled) and planned.fault.at == at:
                planned.fired = True
                return planned.fault
        return None

    @property
    def unfired(self) -> tuple[Fault, ...]:
        """The faults that never struck."""
        return tuple(planned.fault for planned in self._planned if not planned.fired)

    def _open(self, moment: Moment) -> list[_Planned]:
        return [
            planned
            for planned in self._planned
            if (not planned.fired or planned.fault.anchor.every) and moment.matches(planned.fault.anchor)
        ]
