"""Mutants of ``exact`` that hand out the wrong block, too late, too often, or never."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from mutants_support import (
    NO_PEOPLE,
    NO_PERIOD,
    ONE_COMPANY,
    Remembering,
    mutant,
    set_aside,
    waiting,
    write_blocks,
)

from qbharness.servers import qbxml
from qbharness.servers.desk import Block, Desk, Handout
from qbharness.servers.policies.base import Booking, Reply, Stop, Verdict
from qbharness.servers.policies.exact import Exact
from qbharness.servers.schema import QUEUE_DONE, QUEUE_WAITING, blocks


@mutant("A block that was handed out is in process, and never handed out again.", ways=(2,))
class StrandsWhatIsInProcess(Exact):
    def hand_out(self, desk: Desk, block: Block) -> str:
        body = super().hand_out(desk, block)
        set_aside(desk, block.id)
        return body


@mutant("The queue is emptied at the login; what the session does not bring home is gone.", ways=(3,))
class EmptiesTheQueueAtLogin(Remembering, Exact):
    def next_request(self, desk: Desk) -> str | Stop | None:
        if not desk.changed("checked"):
            return super().next_request(desk)
        mine = self.memory(desk).setdefault(desk.session.id, waiting(desk))
        set_aside(desk, *mine)
        return self.request_for(desk, desk.block(mine.pop(0))) if mine else None

    def is_finished(self, desk: Desk) -> bool:
        return bool(desk.changed("checked")) and not self.memory(desk).get(desk.session.id, [1])


@mutant("A block counts as sent as soon as it is handed out.", ways=(4,))
class FlagsAtHandOut(Exact):
    def hand_out(self, desk: Desk, block: Block) -> str:
        body = super().hand_out(desk, block)
        write_blocks(
            desk, blocks.c.id == block.id, state="sent", queue=QUEUE_DONE, sent_version=block.version
        )
        return body


@mutant("As long as a session was not closed, every other login is told to wait.", ways=(5,))
class BusyForEver(Exact):
    def supersedes(self, *, same_user: bool, fresh: bool) -> bool:
        return False


@mutant("Asked a second time for work, it hands out the next block, and the first is stranded.", ways=(8,))
class HandsOutTheNextWhenAskedTwice(Exact):
    def repeat(self, desk: Desk, pending: Handout) -> str:
        left = [each for each in waiting(desk) if each != pending.block_id]
        if pending.kind != "add" or not left:
            return super().repeat(desk, pending)
        set_aside(desk, pending.block_id)
        return self.hand_out(desk, desk.block(left[0]))


@mutant("The place in the queue survives into the next session, which skips a block.", ways=(9,))
class KeepsItsPlaceInTheQueue(Remembering, Exact):
    def next_request(self, desk: Desk) -> str | Stop | None:
        if not desk.changed("checked"):
            return super().next_request(desk)
        memory = self.memory(desk)
        queue = memory.setdefault(desk.session.id, waiting(desk))
        place = memory.get("place", 0)
        if place >= len(queue):
            memory["place"] = 0
            return None
        memory["place"] = place + 1
        return self.request_for(desk, desk.block(queue[place]))

    def is_finished(self, desk: Desk) -> bool:
        memory = self.memory(desk)
        return memory.get("place", 0) >= len(memory.get(desk.session.id, [1]))


@mutant("All blocks that wait go in one message set.", ways=(21,))
class SendsAllInOneSet(Remembering, Exact):
    def hand_out(self, desk: Desk, block: Block) -> str:
        others = [desk.block(each) for each in waiting(desk) if each != block.id]
        set_id = self.message_set_id(desk, block, block.attempt + 1)
        named = {self.request_id(each, each.attempt + 1): each for each in (block, *others)}
        self.memory(desk)[set_id] = {name: each.id for name, each in named.items()}
        requests = [self.write(desk, each, name) for name, each in named.items()]
        return desk.hand_out(
            "add",
            qbxml.message_set(requests, desk.version, new_id=set_id),
            request_id=next(iter(named)),
            block=block,
            attempt=block.attempt + 1,
            set_id=set_id,
            in_doubt=True,
        )

    def answered(
        self, desk: Desk, pending: Handout, answer: qbxml.Answer, response: qbxml.Response
    ) -> Booking | Stop:
        for name, number in self.memory(desk).get(pending.set_id, {}).items():
            found = answer.to(name)
            if number != pending.block_id and found and self.judge(found) is Verdict.LANDED:
                write_blocks(desk, blocks.c.id == number, state="sent", queue=QUEUE_DONE, txn_id=found.txn_id)
        return super().answered(desk, pending, answer, response)


@mutant("The last day of the selected period is left out.", ways=(24,), exhaustive=NO_PERIOD)
class LeavesOutTheLastDay(Exact):
    def next_request(self, desk: Desk) -> str | Stop | None:
        while (block := desk.next_block()) and block.values.date == desk.session.period_to:
            set_aside(desk, block.id)
        return super().next_request(desk)


@mutant(
    "When there is something to send, it sends what lies outside of the period too.",
    ways=(24,),
    exhaustive=NO_PERIOD,
)
class IgnoresThePeriod(Exact):
    def next_request(self, desk: Desk) -> str | Stop | None:
        left = waiting(desk, everything=True)
        if not left or not desk.changed("checked"):
            return super().next_request(desk)
        return self.request_for(desk, desk.block(left[0]))

    def is_finished(self, desk: Desk) -> bool:
        return not waiting(desk, everything=True)


@mutant("When a block is confirmed, everything that looks the same is flagged with it.", ways=(30,))
class TakesEqualBlocksForOne(Exact):
    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        booking = super().landed(desk, pending, response)
        mine = desk.block(pending.block_id or 0).values
        same: Any = sa.and_(
            blocks.c.employee == mine.employee,
            blocks.c.customer == mine.customer,
            blocks.c.date == mine.date,
            blocks.c.minutes == mine.minutes,
        )
        write_blocks(desk, same, queue=QUEUE_DONE, state="sent", sent_version=blocks.c.version)
        return booking


@mutant(
    "It never looks which company file is open.", ways=(29,), exhaustive=ONE_COMPANY, generated=ONE_COMPANY
)
class IgnoresTheCompany(Exact):
    def meet_company(self, desk: Desk, hcp: str) -> Stop | None:
        desk.change(checked=True)
        return None

    def next_request(self, desk: Desk) -> str | Stop | None:
        desk.change(checked=True)
        return super().next_request(desk)


class _Looking(Remembering, Exact):
    """Asks for the entries of a block's day before it is sent, once."""

    def next_request(self, desk: Desk) -> str | Stop | None:
        block = desk.next_block() if desk.changed("checked") else None
        if block is None or block.handout is not None or block.id in self.memory(desk):
            return super().next_request(desk)
        query = qbxml.message_set([qbxml.time_query_by_day(block.values.date, "find")], desk.version)
        return desk.hand_out("find", query, request_id="find", block=block)

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.kind != "find":
            return super().book(desk, pending, reply)
        desk.forget_pending()
        self.memory(desk)[pending.block_id] = True
        found = None if reply.answer is None else reply.answer.to("find")
        if found is not None:
            self.look(desk, pending, found)
        return Booking.DONE

    def look(self, desk: Desk, pending: Handout, found: qbxml.Response) -> None:
        """What is made of the entries of that day."""


@mutant("Hours that somebody has typed by hand are taken for its own.", ways=(32,))
class TakesHandTypedHoursForItsOwn(_Looking):
    def look(self, desk: Desk, pending: Handout, found: qbxml.Response) -> None:
        mine = desk.block(pending.block_id or 0).values
        for entry in found.element.iter("TimeTrackingRet"):
            hours = f"PT{mine.minutes // 60}H{mine.minutes % 60}M"
            same = entry.findtext("EntityRef/FullName") == mine.employee
            if same and (entry.findtext("Duration") or "").startswith(hours):
                desk.land(pending, entry.findtext("TxnID") or "")
                return


@mutant("What is no longer in QuickBooks is sent again, unasked.", ways=(31, 32), exhaustive=NO_PEOPLE)
class SendsAgainWhatIsGone(Remembering, Exact):
    def is_work_wanted(self, reconcile: str) -> bool:
        return True

    def next_request(self, desk: Desk) -> str | Stop | None:
        sent = sa.select(blocks.c.txn_id).where(blocks.c.state == "sent", blocks.c.txn_id.is_not(None))
        ids = list(desk.db.execute(sent).scalars()) if desk.changed("checked") else []
        if not ids or not self.first_time(desk):
            return super().next_request(desk)
        query = qbxml.message_set([qbxml.time_query_by_ids(ids, "gone")], desk.version)
        return desk.hand_out("gone", query, request_id="gone")

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.kind != "gone" or reply.answer is None:
            return super().book(desk, pending, reply)
        desk.forget_pending()
        found = reply.answer.to("gone")
        there = [] if found is None else [each.text for each in found.element.iter("TxnID")]
        gone = sa.and_(blocks.c.state == "sent", blocks.c.txn_id.not_in(there))
        write_blocks(desk, gone, queue=QUEUE_WAITING, state="not sent")
        return Booking.DONE

    def is_finished(self, desk: Desk) -> bool:
        return False if desk.is_work_left() else super().is_finished(desk)
