"""Updates of drawn plans: what goes wrong on the way, and what people do while they run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from hypothesis import strategies as st

from qbharness.explore.drawing import HOURS, Drawn, draw_fields
from qbharness.scenario import faults, steps
from qbharness.scenario.faults import Anchor, Fault
from qbharness.scenario.model import BlockFields
from qbharness.scenario.steps import Step

_CALLS: Final = (
    *["receiveResponseXML"] * 5,
    *["sendRequestXML"] * 3,
    "authenticate",
    "closeConnection",
    "getLastError",
    "serverVersion",
    "clientVersion",
)
"""Faults strike where hours are handed out and answered for, and now and then elsewhere."""

_NUMBERS: Final = (1, 1, 2, 2, 3, 4)
_PAST_EVERY_TIMEOUT: Final = dt.timedelta(minutes=10)

_KINDS: Final[tuple[Callable[[Anchor], Fault], ...]] = (
    lambda anchor: faults.RequestLost(anchor=anchor),
    lambda anchor: faults.RequestLost(anchor=anchor, as_="timeout"),
    lambda anchor: faults.ReplyLost(anchor=anchor),
    lambda anchor: faults.ReplyLost(anchor=anchor),
    lambda anchor: faults.DeliveredTwice(anchor=anchor),
    lambda anchor: faults.DeliveredLate(anchor=anchor),
    *(lambda anchor, kind=kind: faults.Garbled(anchor=anchor, with_=kind) for kind in faults.GARBLES),
    lambda anchor: faults.Delayed(anchor=anchor, by=_PAST_EVERY_TIMEOUT),
    lambda anchor: faults.Dripped(anchor=anchor, by=_PAST_EVERY_TIMEOUT),
    lambda anchor: faults.TlsFailure(anchor=anchor),
    lambda anchor: faults.ConnectorKilled(anchor=anchor, at="before call"),
    lambda anchor: faults.ConnectorKilled(anchor=anchor, at="after call"),
    lambda anchor: faults.UserStops(anchor=anchor, at="before call"),
    lambda anchor: faults.UserStops(anchor=anchor, at="after call"),
    lambda anchor: faults.ServerKilled(
        anchor=anchor, at="after call" if anchor.number == 1 else "before call"
    ),
)
_DEATHS: Final = ("before commit", "after commit", "before answer")

_LEAVES_DOUBT: Final[tuple[Callable[[Anchor], Fault], ...]] = (
    lambda anchor: faults.RequestLost(anchor=anchor),
    lambda anchor: faults.RequestLost(anchor=anchor, as_="timeout"),
    lambda anchor: faults.ConnectorKilled(anchor=anchor, at="before call"),
    lambda anchor: faults.ServerKilled(anchor=anchor, at="before call"),
)
"""What takes QuickBooks' answer away from the server."""


def draw_update(draw: st.DrawFn, world: Drawn, most_faults: int, *, pc: str = "") -> steps.UpdateSelected:
    """One update of some PC, with faults, and now and then with somebody who acts meanwhile."""
    pc = pc or ("pc2" if world.second_pc and draw(st.booleans()) else "pc1")
    struck = tuple(_draw_fault(draw) for _ in range(draw(st.integers(0, most_faults))))
    # nobody can steer a server, or type into a QuickBooks, that is dead until the update has ended
    dies = any(isinstance(fault, (faults.ServerKilled, faults.QuickBooksKilled)) for fault in struck)
    busy = draw(st.integers(0, 4)) == 0 and not dies
    return steps.UpdateSelected(pc=pc, faults=struck, during=(_draw_during(draw, world),) if busy else ())


def draw_doubt(draw: st.DrawFn) -> steps.UpdateSelected:
    """An update after which the server does not know whether hours landed that did (if any did)."""
    number = draw(st.sampled_from((1, 1, 1, 2)))
    if draw(st.integers(0, 3)) == 0:
        anchor = Anchor(call="sendRequestXML", number=number)
        return steps.UpdateSelected(faults=(faults.QuickBooksKilled(anchor=anchor, at="after commit"),))
    anchor = Anchor(call="receiveResponseXML", number=number)
    return steps.UpdateSelected(faults=(draw(st.sampled_from(_LEAVES_DOUBT))(anchor),))


def _draw_fault(draw: st.DrawFn) -> Fault:
    number = draw(st.sampled_from(_NUMBERS))
    if draw(st.integers(0, 4)) == 0:
        anchor = Anchor(call="sendRequestXML", number=number)
        return faults.QuickBooksKilled(anchor=anchor, at=draw(st.sampled_from(_DEATHS)))
    call = draw(st.sampled_from(_CALLS))
    kind = draw(st.sampled_from(_KINDS))
    once_in_an_update = call in {"serverVersion", "clientVersion", "authenticate", "closeConnection"}
    return kind(Anchor(call=call, number=1 if once_in_an_update else number))


def _draw_during(draw: st.DrawFn, world: Drawn) -> steps.During:
    call = draw(st.sampled_from(("sendRequestXML", "receiveResponseXML")))
    return steps.During(
        when=draw(st.sampled_from(("before", "after"))),
        anchor=Anchor(call=call, number=draw(st.sampled_from(_NUMBERS))),
        steps=(draw(st.sampled_from(_MEANWHILE))(draw, world),),
    )


# The call may never come, and then none of this happens: so a block that is added here is never named
# by a later step, and one that is deleted is not either.


def _added(draw: st.DrawFn, world: Drawn) -> Step:
    return steps.AddBlock(block=world.new_alias(), fields=draw_fields(draw, world))


def _edited(draw: st.DrawFn, world: Drawn) -> Step:
    alive = world.alive()
    if not alive:
        return _added(draw, world)
    changes = BlockFields(hours=draw(st.sampled_from(HOURS)))
    return steps.EditBlock(block=draw(st.sampled_from(alive)), changes=changes)


def _deleted(draw: st.DrawFn, world: Drawn) -> Step:
    alive = world.alive()
    if len(alive) < 2:
        return _added(draw, world)
    alias = draw(st.sampled_from(alive))
    world.deleted.add(alias)
    return steps.DeleteBlock(block=alias)


def _typed(draw: st.DrawFn, world: Drawn) -> Step:
    return steps.EnterTime(
        fields=BlockFields(
            employee=draw(st.sampled_from(list(world.people))),
            date=draw(st.sampled_from([fields.date for fields in world.blocks.values()])),
            hours=draw(st.sampled_from(HOURS)),
            billable=False,
        )
    )


_MEANWHILE: Final[tuple[Callable[[st.DrawFn, Drawn], Step], ...]] = (
    _added,
    _edited,
    _edited,
    _deleted,
    _typed,
)
