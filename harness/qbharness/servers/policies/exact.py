"""``exact``: every Work Block lands once, however many messages are lost, doubled or late.

Why no lost answer doubles an hour
----------------------------------
1.  *Before* a request leaves, its exact bytes, the block's version and a message-set id are
    committed. From that moment the block is **in doubt**: the server does not know whether
    QuickBooks has it, and says so.
2.  The id belongs to those bytes until QuickBooks has refused them. It is made from the block's
    number, its version and an attempt, so a server that is restored from its own backup makes the
    same one again.
3.  Whoever comes next, the same session, the next one, or another PC, gets a block in doubt first,
    as **the same bytes under the same id**. QuickBooks executes an id once. If it has executed this
    one, it answers from its memory, and that answer is the lost one; if it has not, it executes it
    now. Either way there is one entry and one answer. An edit made meanwhile waits: the bytes keep
    the version that was offered first, and the page shows that the block was edited since.
4.  Only an answer settles a doubt, and only the answer to that very request, found by its
    requestID. An answer to something else, one that comes twice or with a dead ticket changes
    nothing.
5.  The ids are never cleared: a cleared id could be executed again by a request that is still on
    its way. They cost QuickBooks one stored answer a block.

A refusal is the one case where the same id must not be used for ever: QuickBooks may have stored
the refusal, and would repeat it after the missing job was added. So before a refused block is sent
again, a *status check* (which executes nothing) asks what is stored under its id. A stored refusal
can never become an entry: the next attempt gets a new id. If nothing is stored, the same bytes go
again. And if the check finds a confirmation, a late connector has delivered the block meanwhile,
and it is sent.

Where nothing is stored and the block was *edited* after the refusal, its new version goes under the
**old id**. A late connector may still carry the refused version, and under one id QuickBooks executes
only one of the two: the other one gets 9001. If that is ours, a status check finds the confirmation
of the older version, and that is what the block was sent as.

What can not be known is not guessed: see ``REACTIONS``. With ``proof="marker"`` the entry itself is
the proof (see ``marker.py``), for a QuickBooks that does not store its answers together with its
entries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from qbharness.servers import qbxml
from qbharness.servers.desk import Block, Desk, Handout
from qbharness.servers.explain import numbered
from qbharness.servers.policies.base import Booking, Policy, Reply, Stop, Verdict
from qbharness.servers.policies.company_check import CompanyCheck
from qbharness.servers.policies.reconcile import Reconcile
from qbharness.servers.problems import CannotStart

LONGEST_SET_ID: Final = 23
"""Intuit's own sample says 24, another source 23."""

REACTIONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        600: "QuickBooks took the request for the clearing of an id",
        9001: "QuickBooks knows the id of this request, but with other contents",
        9002: "QuickBooks knows the request, but has lost its answer to it",
        9004: "QuickBooks finds the id of this request too long",
        9005: "QuickBooks could not store its answer",
    }
)
"""messageSetStatusCode without an answer to the request itself: the entry may exist or not.

The block is held: it is not sent again by itself, because every way of sending it could double it. A
person looks into QuickBooks and marks it as sent or as not sent. Source of the codes: Intuit's sample
InvoiceAdd. An answer that does hold the request's own response is believed, whatever the code.
"""

NOT_EXECUTED: Final = frozenset({"0x80040400", "0x80040423"})
"""HRESULTs that mean that QuickBooks has not begun: it could not read the request, or its version.
Every other one leaves the block in doubt."""

_NOTHING_STORED: Final = frozenset({600, 9002})
_OTHER_CONTENTS: Final = 9001


class Exact(CompanyCheck, Reconcile, Policy):
    """Exactly once, wherever a server can."""

    name = "exact"
    proof = "message_set"

    def with_proof(self, proof: str) -> Policy:
        if proof != "marker":
            raise CannotStart(f"The policy {self.name!r} has no proof {proof!r}.")
        from qbharness.servers.policies.marker import ExactWithMarker  # noqa: PLC0415 - it needs us

        return ExactWithMarker()

    # sendRequestXML: what is next?

    def next_request(self, desk: Desk) -> str | Stop | None:
        if not desk.changed("checked"):
            return self.ask_company(desk)
        if desk.session.reconcile:
            return self.compare(desk)
        block = desk.next_block()
        return None if block is None else self.request_for(desk, block)

    def request_for(self, desk: Desk, block: Block) -> str | Stop:
        """The block's next request: it follows from what is known of its last one."""
        last = block.handout
        if last is None:
            return self.hand_out(desk, block)
        return self.moves()[last.state](desk, block, last)

    def moves(self) -> Mapping[str, Callable[[Desk, Block, Handout], str | Stop]]:
        """State of a block's last request to what is done next."""
        return {
            "out": self.in_doubt,
            "refused": self.ask_stored,
            "kept": self.anew,
            "free": self.once_more,
            "other": self.ask_stored,
            "held": self.wait_for_a_person,
            "landed": self.anew,  # a person has marked the block as not sent
            "settled": self.anew,
        }

    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        """The same bytes under the same id; or, if nobody wants the block any more, only a question."""
        if desk.is_selected(block):
            return desk.hand_out_again(last)
        return self.ask_stored(desk, block, last)

    def once_more(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        """Nothing is stored under the id: it is as good as new. An edited block goes under it too, so that
        QuickBooks can't execute the older version as well, which may still be on its way."""
        if last.version == block.version:
            return desk.hand_out_again(last)
        return self.hand_out_under(desk, block, last.attempt, last.set_id)

    def anew(self, desk: Desk, block: Block, _last: Handout) -> str | Stop:
        """The last request is dead: a new attempt under a new id."""
        return self.hand_out(desk, block)

    def wait_for_a_person(self, _desk: Desk, _block: Block, last: Handout) -> str | Stop:
        return Stop(last.words)

    def hand_out(self, desk: Desk, block: Block) -> str:
        """A new request under a new id."""
        attempt = block.attempt + 1
        return self.hand_out_under(desk, block, attempt, self.message_set_id(desk, block, attempt))

    def hand_out_under(self, desk: Desk, block: Block, attempt: int, set_id: str) -> str:
        """A new request; committed with its bytes and its id before it leaves."""
        request_id = self.request_id(block, attempt)
        body = qbxml.message_set([self.write(desk, block, request_id)], desk.version, new_id=set_id)
        return desk.hand_out(
            "add",
            body,
            request_id=request_id,
            block=block,
            attempt=attempt,
            set_id=set_id,
            in_doubt=True,
        )

    def message_set_id(self, desk: Desk, block: Block, attempt: int) -> str:
        """``K7QX2M-1A-1-1``: the database's mark, then block, version and attempt to the base 36."""
        numbers = (block.id, block.version, attempt)
        set_id = "-".join([desk.session.mark, *(numbered(number) for number in numbers)])
        if len(set_id) > LONGEST_SET_ID:
            raise OverflowError(f"the message-set id {set_id} is too long")
        return set_id

    def ask_stored(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        """A status check: what has QuickBooks stored under the id of the block's last request?"""
        return desk.hand_out(
            "stored",
            qbxml.status_check(last.set_id, desk.version),
            request_id=last.request_id,
            block=block,
            set_id=last.set_id,
        )

    # receiveResponseXML: what does the answer say?

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if reply.answer is not None and not self.belongs(pending, reply.answer):
            return self.book_other_version(desk, pending, reply.answer)
        return self.bookings()[pending.kind](desk, pending, reply)

    def bookings(self) -> Mapping[str, Callable[[Desk, Handout, Reply], Booking | Stop]]:
        """Kind of a request to how its answer is booked."""
        return {
            "add": self.book_add,
            "stored": self.book_stored,
            "company": self.book_company,
            "reconcile": self.book_comparison,
        }

    def belongs(self, pending: Handout, answer: qbxml.Answer) -> bool:
        """Whether it is the answer to the request: by requestID, or, without responses, by the id."""
        if answer.responses:
            return self.response_to(pending, answer) is not None
        return answer.set_id in ("", pending.set_id)

    def book_add(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        answer = reply.answer
        if answer is None or self.response_to(pending, answer) is not None:
            return super().book(desk, pending, reply)
        desk.forget_pending()
        if answer.set_code == _OTHER_CONTENTS and len(desk.under_one_id(pending)) > 1:
            desk.note(pending, "other")
            return Booking.DONE
        return self.held(desk, pending, answer.set_code)

    def book_other_version(self, desk: Desk, pending: Handout, answer: qbxml.Answer) -> Booking | Stop:
        """An answer that is not the request's own: to an older version under the same id, or foreign."""
        versions = desk.under_one_id(pending) if pending.set_id and answer.set_id == pending.set_id else ()
        older = next((each for each in versions if answer.to(each.request_id) is not None), None)
        last = desk.block(pending.block_id or 0).handout if older else None
        if older is None or last is None or last.set_id != pending.set_id:
            return Booking.IGNORED
        desk.forget_pending()
        response = self.response_to(older, answer)
        if response is not None and self.judge(response) is Verdict.LANDED:
            self.landed_as(desk, older, last, response)
        else:
            self.stored_refusal(desk, desk.block(pending.block_id or 0), last)
        return Booking.DONE

    def landed_as(self, desk: Desk, older: Handout, last: Handout, response: qbxml.Response) -> None:
        """A late connector has delivered an older version than the last one."""
        desk.note(last, "landed")
        desk.land(older, response.txn_id)

    def held(self, desk: Desk, pending: Handout, code: int | None) -> Booking | Stop:
        """Nobody can tell what became of the block."""
        what = REACTIONS.get(code or 0, "QuickBooks' answer says nothing about the request")
        block = desk.block(pending.block_id or 0)
        words = (
            f"Work Block {block} is in doubt: {what} ({code}). Look whether QuickBooks has the entry,"
            " then mark the block as sent or as not sent."
        )
        desk.hold(pending, words)
        return Stop(words)

    def judge(self, response: qbxml.Response) -> Verdict:
        """Below 1000 are confirmations and warnings about what was saved. Source: Intuit's ranges."""
        if response.code < 0:
            return Verdict.UNCLEAR
        return Verdict.LANDED if response.code < 1000 else Verdict.REFUSED

    def unclear(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        desk.forget_pending()
        return self.held(desk, pending, response.code)

    def failed(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        desk.forget_pending()
        block = desk.block(pending.block_id or 0)
        said = f"{reply.message} ({reply.hresult})"
        if reply.hresult.lower() in NOT_EXECUTED:
            desk.refuse(pending, said)
            return Stop(f"QuickBooks cannot read the request for Work Block {block}: {said}")
        return Stop(
            f"QuickBooks failed while it had Work Block {block}: {said}. Whether it has the entry is"
            " not known; the next update asks, and cannot double it."
        )

    def book_stored(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        """The answer to a status check on the block's last request."""
        desk.forget_pending()
        block = desk.block(pending.block_id or 0)
        last = block.handout
        if last is None or last.set_id != pending.set_id:
            return Booking.DONE  # a person has settled the matter while the question was out
        if reply.answer is None:
            return self.check_failed(desk, last, reply)
        response = self.response_to(pending, reply.answer)
        if response is not None and self.judge(response) is Verdict.LANDED:
            desk.land(last, response.txn_id)
        elif response is not None or reply.answer.set_code not in _NOTHING_STORED:
            self.stored_refusal(desk, block, last)
        elif last.state == "other":
            return self.held(desk, last, _OTHER_CONTENTS)
        elif block.in_doubt:
            desk.release(last, "free")
        else:
            desk.note(last, "free")
        return Booking.DONE

    def stored_refusal(self, desk: Desk, block: Block, last: Handout) -> None:
        """The id is dead: QuickBooks will repeat the refusal whenever it comes."""
        if block.in_doubt:
            desk.release(last, "kept")
        else:
            desk.note(last, "kept")

    def check_failed(self, desk: Desk, last: Handout, reply: Reply) -> Booking | Stop:
        """QuickBooks did not answer the check. One that cannot read it stores refusals, we assume."""
        if reply.hresult.lower() in NOT_EXECUTED and last.state == "refused":
            desk.note(last, "kept")
            return Booking.DONE
        return Stop(f"QuickBooks did not answer: {reply.message} ({reply.hresult}). Update again.")
