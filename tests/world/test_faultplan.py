from __future__ import annotations

import datetime as dt

import pytest

from qbharness.scenario import faults
from qbharness.scenario.faults import Anchor
from qbharness.world.faultplan import FaultPlan, Moment


def answer_about(block: str, nth: int = 1) -> Moment:
    return Moment("receiveResponseXML", nth, block)


def test_a_fault_strikes_once() -> None:
    plan = FaultPlan((faults.ReplyLost(anchor=Anchor(call="receiveResponseXML", block="roof")),))
    assert plan.wire_effect(answer_about("roof"), answered=True) is not None
    assert plan.wire_effect(answer_about("roof", 2), answered=True) is None
    assert plan.unfired == ()


def test_a_fault_that_strikes_every_time_strikes_again() -> None:
    plan = FaultPlan((faults.ReplyLost(anchor=Anchor(call="receiveResponseXML", every=True)),))
    assert all(plan.wire_effect(answer_about("x", nth), answered=True) for nth in (1, 2, 3))


def test_a_fault_on_another_block_does_not_strike_and_is_remembered() -> None:
    plan = FaultPlan((faults.ReplyLost(anchor=Anchor(call="receiveResponseXML", block="roof")),))
    assert plan.wire_effect(answer_about("gutter"), answered=True) is None
    assert [fault.word for fault in plan.unfired] == ["reply lost"]


def test_an_anchor_without_a_number_means_the_first_call() -> None:
    plan = FaultPlan((faults.ReplyLost(anchor=Anchor(call="authenticate")),))
    assert plan.wire_effect(Moment("authenticate", 2, None), answered=True) is None
    assert plan.wire_effect(Moment("authenticate", 1, None), answered=True) is not None


@pytest.mark.parametrize(
    ("fault", "answered"),
    [
        (faults.RequestLost(anchor=Anchor(call="authenticate"), as_="timeout"), False),
        (faults.TlsFailure(anchor=Anchor(call="authenticate")), False),
        (faults.ReplyLost(anchor=Anchor(call="authenticate")), True),
        (faults.DeliveredTwice(anchor=Anchor(call="authenticate")), True),
        (faults.DeliveredLate(anchor=Anchor(call="authenticate")), True),
        (faults.Delayed(anchor=Anchor(call="authenticate"), by=dt.timedelta(seconds=5)), True),
        (faults.Dripped(anchor=Anchor(call="authenticate"), by=dt.timedelta(seconds=5)), True),
        (faults.Garbled(anchor=Anchor(call="authenticate"), with_="html"), True),
    ],
    ids=lambda value: getattr(value, "word", None),
)
def test_every_fault_of_the_wire_is_decided_on_its_own_side_of_the_server(
    fault: faults.Fault, answered: bool
) -> None:
    moment = Moment("authenticate", 1, None)
    assert FaultPlan((fault,)).wire_effect(moment, answered=not answered) is None
    found = FaultPlan((fault,)).wire_effect(moment, answered=answered)
    assert found is not None
    assert found[1].fault == fault.word


def test_a_crash_strikes_at_its_own_border_only() -> None:
    plan = FaultPlan((faults.ConnectorKilled(anchor=Anchor(call="authenticate"), at="after call"),))
    moment = Moment("authenticate", 1, None)
    assert plan.crash(moment, "before call") is None
    assert plan.crash(moment, "after call") is not None


def test_a_failpoint_is_no_border() -> None:
    plan = FaultPlan((faults.ServerKilled(anchor=Anchor(call="authenticate"), at="after_commit"),))
    moment = Moment("authenticate", 1, None)
    assert plan.crash(moment, "before call") is None
    assert plan.failpoint(moment) is not None
