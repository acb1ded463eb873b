"""Variants of the bundled server ``plain``, each with one defect that real servers have had.

Every one of them still plays the plain match story; each is loaded by the server's own process with
``--policy broken_plain:NAME``.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from attrs import evolve

from qbharness.servers import qbxml
from qbharness.servers.desk import FIRST_DAY, Block, Desk, Handout, period
from qbharness.servers.policies.base import Booking, Reply, Stop
from qbharness.servers.policies.plain import Plain
from qbharness.servers.schema import QUEUE_DONE, QUEUE_WAITING, blocks


def _write(desk: Desk, where: Any, **changes: Any) -> None:
    desk.db.execute(sa.update(blocks).where(where).values(**changes))


class RoundsToWholeHours(Plain):
    """Seven and a half hours become seven."""

    name = "rounds to whole hours"

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        values = evolve(block.values, minutes=block.values.minutes // 60 * 60)
        return super().write(desk, evolve(block, values=values), request_id)


class GoesOnAfterARefusal(Plain):
    """What QuickBooks refuses is set aside, and the next block is handed out."""

    name = "goes on after a refusal"

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        super().refused(desk, pending, response)
        _write(desk, blocks.c.id == pending.block_id, queue=QUEUE_DONE)
        return Booking.DONE


class NeverTriesARefusedBlockAgain(Plain):
    """It stops and tells, but the refused block never comes back."""

    name = "never tries a refused block again"

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        stop = super().refused(desk, pending, response)
        _write(desk, blocks.c.id == pending.block_id, queue=QUEUE_DONE)
        return stop


class KnowsOnlyTheFirstList(Plain):
    """The queue is made at the first login; what is added later is never seen."""

    name = "knows only the first list"
    last: ClassVar[int | None] = None

    def next_request(self, desk: Desk) -> str | Stop | None:
        cls = type(self)
        if cls.last is None:
            cls.last = desk.session.last_block
        _write(desk, sa.and_(blocks.c.id > cls.last, blocks.c.state != "sent"), queue=QUEUE_DONE)
        return super().next_request(desk)


class _LooksAtEveryLogin(Plain):
    """Lets every update begin; where nothing is left to send, it asks for the host and is done."""

    def is_work_wanted(self, reconcile: str) -> bool:
        return True

    def next_request(self, desk: Desk) -> str | Stop | None:
        found = super().next_request(desk)
        if found is not None or desk.changed("done"):
            return found
        query = qbxml.message_set(['<HostQueryRq requestID="look"></HostQueryRq>'], desk.version)
        return desk.hand_out("look", query, request_id="look")

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.kind != "look":
            return super().book(desk, pending, reply)
        desk.forget_pending()
        return Booking.DONE


class SendsEditsAgain(_LooksAtEveryLogin):
    """A block that is edited after the sync counts as new."""

    name = "sends edits again"

    def next_request(self, desk: Desk) -> str | Stop | None:
        edited = sa.and_(blocks.c.state == "sent", blocks.c.version > blocks.c.sent_version)
        _write(desk, edited, queue=QUEUE_WAITING, state="not sent")
        return super().next_request(desk)


class ForgetsItsFlagsWithAPeriod(_LooksAtEveryLogin):
    """Selecting a period puts all of its blocks back into the queue, flagged or not."""

    name = "forgets its flags with a period"
    seen: ClassVar[set[int]] = set()

    def next_request(self, desk: Desk) -> str | Stop | None:
        bounds = period(desk.session)
        if bounds["since"] != FIRST_DAY and desk.session.id not in self.seen:
            self.seen.add(desk.session.id)
            again = sa.and_(blocks.c.state == "sent", blocks.c.date.between(bounds["since"], bounds["until"]))
            _write(desk, again, queue=QUEUE_WAITING, state="not sent")
        return super().next_request(desk)


class TakesHandTypedHoursForItsOwn(Plain):
    """It looks whether such hours are there, and takes the first that fit for its own."""

    name = "takes hand-typed hours for its own"
    absent: ClassVar[set[int]] = set()

    def next_request(self, desk: Desk) -> str | Stop | None:
        block = desk.next_block()
        if block is None or block.id in self.absent:
            return super().next_request(desk)
        query = qbxml.message_set([qbxml.time_query_by_day(block.values.date, "find")], desk.version)
        return desk.hand_out("find", query, request_id="find", block=block)

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.kind != "find" or reply.answer is None:
            return super().book(desk, pending, reply)
        desk.forget_pending()
        block = desk.block(pending.block_id or 0)
        duration = f"PT{block.values.minutes // 60}H{block.values.minutes % 60}M"
        for response in reply.answer.responses:
            for entry in response.element.iter("TimeTrackingRet"):
                same = entry.findtext("EntityRef/FullName") == block.values.employee
                if same and (entry.findtext("Duration") or "").startswith(duration):
                    desk.land(pending, entry.findtext("TxnID") or "")
                    return Booking.DONE
        self.absent.add(block.id)
        return Booking.DONE


class TakesEqualBlocksForOne(Plain):
    """When a block is confirmed, everything that looks the same is flagged with it."""

    name = "takes equal blocks for one"

    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        booking = super().landed(desk, pending, response)
        mine = desk.block(pending.block_id or 0).values
        same = sa.and_(
            blocks.c.employee == mine.employee,
            blocks.c.customer == mine.customer,
            blocks.c.date == mine.date,
            blocks.c.minutes == mine.minutes,
        )
        _write(desk, same, queue=QUEUE_DONE, state="sent", sent_version=blocks.c.version)
        return booking
