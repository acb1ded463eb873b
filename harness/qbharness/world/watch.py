"""Watches one update: records it, and strikes with faults, crashes and people where the plan says.

The connector tells its observer about every call before and after it is made, and about every request
to QuickBooks; the transport asks the same watch what is to happen to a message on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, final

from attrs import define, evolve

from qbharness.history import (
    Answer,
    CallAnswered,
    CallSent,
    Fault,
    HandedOut,
    ProcessChanged,
    Processed,
    Undetermined,
)
from qbharness.scenario import faults as planned_faults
from qbharness.scenario.steps import During
from qbharness.world.faultplan import FaultPlan, Moment, as_text
from qbharness.world.replies import read_answers
from qbsim.connector import soap
from qbsim.connector.events import (
    CallEnded,
    CallStarted,
    ConnectorKilled,
    FaultApplied,
    Observer,
    QuickBooksAnswered,
    QuickBooksAsked,
    UserStopped,
)
from qbsim.connector.faults import Effect
from qbsim.connector.operations import OPERATIONS, Value
from qbsim.connector.transport import Exchange, Reply
from qbsim.quickbooks import QuickBooksDied

if TYPE_CHECKING:
    from qbharness.world.world import World

_LONG: Final = frozenset({"strHCPResponse", "response"})
"""Arguments that are whole qbXML documents: the history tells what is in them by events of their own."""


@define
class PlannedDuring:
    """What people do during an update, and whether they have done it."""

    during: During
    done: bool = False


@final
class UpdateWatch(Observer):
    """The observer of one update, and the plan of its transport's faults."""

    def __init__(
        self, world: World, *, update: int, pc: str, plan: FaultPlan, during: list[PlannedDuring]
    ) -> None:
        self._world = world
        self._plan = plan
        self._during = during
        self.update = update
        self.pc = pc
        self._moment = Moment("", 0, None)
        self._offered: tuple[str | None, ...] = ()
        self._processing: Moment | None = None
        self._processing_call = 0
        self._learned_answer: tuple[Answer, ...] = ()
        self._meant: list[str] = []
        self._cause = ""

    @staticmethod
    def planned(during: tuple[During, ...]) -> list[PlannedDuring]:
        """What people do during an update, each once; shared by the updates of one step."""
        return [PlannedDuring(each) for each in during]

    # -- the connector's calls ----------------------------------------------------------------

    def called(self, call: CallStarted) -> None:
        """Record the call, let people act before it, and crash who is to crash here."""
        world = self._world
        world.recorder.add(
            CallSent(
                call=call.number,
                update=self.update,
                pc=self.pc,
                operation=call.operation,
                arguments=self._shown(call.arguments),
            )
        )
        world.calls[call.number] = self
        self._cause = ""
        self._meant = []
        self._moment = self._moment_of(call.operation, call.nth)
        self._people("before")
        self._crash("before call", call.number)
        failpoint = self._plan.failpoint(self._moment)
        if isinstance(failpoint, planned_faults.ServerKilled):
            world.target.arm(failpoint.at)
            world.set_server_clock()  # a target may start its server anew for that
            world.expect_death(failpoint.at)
            self._struck(failpoint, call.number)

    def replied(self, call: CallEnded) -> None:
        """Record how the call ended, let people act after it, and crash who is to crash here."""
        world, started = self._world, call.started
        deliveries = world.wiretap.deliveries[started.number]
        world.recorder.add(
            CallAnswered(
                call=started.number,
                update=self.update,
                operation=started.operation,
                value=self._named(started.operation, call.value),
                error=world.recorder.naming.in_text(call.failure.text) if call.failure else "",
                reached=deliveries > 0,
                learned=call.failure is None,
                deliveries=deliveries,
                cause=self._cause,
            )
        )
        if started.operation == "receiveResponseXML" and deliveries:
            self._acknowledge()
        self._people("after")
        self._crash("after call", started.number)

    def copy_answered(self, applied: FaultApplied) -> None:
        """The server's reply to a second or late copy of a call, which the connector never sees."""
        if applied.fault not in {"delivered twice", "delivered late"}:
            return
        operation = OPERATIONS[applied.operation]
        try:
            value = soap.read_reply(operation, 200, {"content-type": "text/xml"}, applied.body)
        except soap.ReplyRefused:
            value = None
        self._world.recorder.add(
            CallAnswered(
                call=applied.number,
                update=self.update,
                operation=applied.operation,
                value=self._named(applied.operation, value),
                learned=False,
                deliveries=self._world.wiretap.deliveries[applied.number],
                cause=applied.fault,
            )
        )

    def _moment_of(self, operation: str, nth: int) -> Moment:
        if operation == "sendRequestXML":
            return Moment(operation, nth, self._world.book.next_one(), predicted=True)
        if operation == "receiveResponseXML":
            return Moment(operation, nth, self._offered[0] if self._offered else None)
        return Moment(operation, nth, None)

    def _acknowledge(self) -> None:
        for alias, answer in zip(self._offered, self._learned_answer, strict=False):
            if alias is not None and not answer.is_error:
                self._world.book[alias].acknowledged = True

    def _people(self, when: str) -> None:
        for planned in self._during:
            each = planned.during
            if planned.done or each.when != when or not self._moment.matches(each.anchor):
                continue
            planned.done = True
            if self._moment.predicted and each.anchor.block is not None:
                self._meant.append(each.anchor.block)
            self._world.take_all(each.steps)

    def _crash(self, at: str, call: int) -> None:
        fault = self._plan.crash(self._moment, at)
        if fault is None:
            return
        self._struck(fault, call)
        match fault:
            case planned_faults.ConnectorKilled():
                raise ConnectorKilled
            case planned_faults.UserStops():
                raise UserStopped
            case _:
                self._world.kill_server()

    def _struck(self, fault: planned_faults.Fault, call: int) -> None:
        if self._moment.predicted and fault.anchor.block is not None:
            self._meant.append(fault.anchor.block)
        self._cause = fault.word
        self._world.recorder.add(
            Fault(
                word=fault.word,
                anchor=as_text(fault.anchor),
                fired=True,
                update=self.update,
                call=call,
                line=fault.place.line if fault.place else None,
            )
        )

    # -- what is handed out -------------------------------------------------------------------

    def handed_out(self, event: HandedOut) -> None:
        """The server handed a request out (the connector may never learn of it)."""
        world = self._world
        naming = world.recorder.naming
        entries = tuple(map(world.marking.read, event.entries))
        named = evolve(
            event,
            text=naming.in_qbxml(event.text),
            entries=entries,
            new_message_set_id=naming.name("set", event.new_message_set_id),
            old_message_set_id=naming.name("set", event.old_message_set_id),
        )
        world.recorder.add(named)
        if event.delivery > 1:
            return
        self._offered = tuple(entry.block or world.book.identify(entry.hours) for entry in entries)
        self._named_by_the_reply(self._offered[0] if self._offered else None)

    def _named_by_the_reply(self, block: str | None) -> None:
        """The reply says which block the call was about (None: it hands out no hours): was it foreseen?"""
        for meant in self._meant:
            if meant != block:
                self._world.recorder.add(
                    Undetermined(
                        reason=f"Something was planned for the hand-out of block {meant}, but the server "
                        f"handed out {block or 'something else'} there."
                    )
                )
        self._meant = []
        self._moment = evolve(self._moment, block=block, predicted=False)

    # -- the wire -----------------------------------------------------------------------------

    def before_message(self, exchange: Exchange) -> Effect | None:
        """What is to happen to a call before the server sees it."""
        return self._wire(exchange, answered=False)

    def after_message(self, exchange: Exchange, reply: Reply) -> Effect | None:
        """What is to happen to the server's reply."""
        del reply
        if self._moment.predicted:
            self._named_by_the_reply(None)
        return self._wire(exchange, answered=True)

    def _wire(self, exchange: Exchange, *, answered: bool) -> Effect | None:
        found = self._plan.wire_effect(self._moment, answered=answered)
        if found is None:
            return None
        fault, effect = found
        self._struck(fault, exchange.number)
        return effect

    # -- QuickBooks ---------------------------------------------------------------------------

    def asked(self, asked: QuickBooksAsked) -> None:
        """QuickBooks is about to work: its crash points now belong to this request."""
        if asked.purpose == "request":
            self._processing = Moment("sendRequestXML", self._moment.nth, self._moment.block)
            self._processing_call = asked.call or 0
            self._world.processing = self

    def answered(self, answered: QuickBooksAnswered) -> None:
        """Record what QuickBooks committed and said."""
        world = self._world
        world.processing = None
        world.record_journal()
        if answered.asked.purpose != "request":
            return
        message_set_status, answers = read_answers(answered.answer)
        self._learned_answer = tuple(a for a in answers if a.request == "TimeTrackingAdd")
        naming = world.recorder.naming
        world.recorder.add(
            Processed(
                call=answered.asked.call or 0,
                update=self.update,
                answers=tuple(
                    evolve(answer, request_id=naming.name("request", answer.request_id or "") or None)
                    for answer in answers
                ),
                message_set_status=message_set_status,
                hresult=answered.hresult,
                text=answered.message,
            )
        )

    def quickbooks_passes(self, point: str) -> None:
        """QuickBooks passes one of its crash points; kills it if that is the plan."""
        if self._processing is None:
            return
        fault = self._plan.quickbooks_dies(self._processing, point)
        if fault is None:
            return
        if point != "before commit":
            self._world.record_journal()
        self._struck(fault, self._processing_call)
        self._world.recorder.add(ProcessChanged(process="QuickBooks", change="killed"))
        self._world.quickbooks_died()
        raise QuickBooksDied

    # -- names --------------------------------------------------------------------------------

    def _shown(self, arguments: Mapping[str, object]) -> dict[str, str]:
        naming = self._world.recorder.naming
        shown: dict[str, str] = {}
        for name, value in arguments.items():
            text = str(value)
            if name in _LONG and text:
                text = f"<{len(text)} characters>" if name == "strHCPResponse" else "<answer>"
            elif name in {"ticket", "wcTicket"}:
                text = naming.name("ticket", text)
            shown[name] = naming.in_text(text)
        return shown

    def _named(self, operation: str, value: Value | None) -> tuple[str, ...]:
        naming = self._world.recorder.naming
        if value is None:
            return ()
        parts: Iterator[str] = iter(
            [str(value)] if isinstance(value, str | int) else [str(v or "") for v in value]
        )
        if operation == "authenticate":
            first = next(parts, "")
            self._world.last_ticket = first or self._world.last_ticket
            return (naming.name("ticket", first), *(naming.in_text(part) for part in parts))
        if operation == "sendRequestXML" and "<" in str(value):
            return ("<request>",)
        return tuple(naming.in_text(part) for part in parts)
