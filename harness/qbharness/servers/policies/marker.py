"""``exact`` with ``proof="marker"``: only the entry itself is believed, when there is a doubt.

For a QuickBooks whose memory of message sets cannot be trusted: it may commit an entry without its
stored answer, or the other way round, or forget ids. Every entry carries a mark at the end of its
notes, ``[K7QX2M-46-1]``: database, block, version. A block in doubt is first *looked for*, among the
entries of its day; what is found is sent. What is not found goes again under the same id, because a
slow connector may still bring it; if QuickBooks then says that it is there, it is looked for once
more, and only an entry that is seen counts. An answer that came from memory about an entry that does
not exist leads to a new id.

The price: the mark in the notes, and a query for each doubt. Somebody who deletes the entry, or the
mark, while the block is in doubt destroys the proof.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from attrs import evolve

from qbharness.servers import qbxml
from qbharness.servers.desk import Block, Desk, Handout
from qbharness.servers.policies.base import Booking, Policy, Reply, Stop
from qbharness.servers.policies.exact import Exact

_DAY: Final = re.compile("<TxnDate>([0-9-]+)</TxnDate>")


class ExactWithMarker(Exact):
    """Exactly once also where QuickBooks' recovery is not atomic."""

    proof = "marker"

    def with_proof(self, proof: str) -> Policy:
        return self if proof == "marker" else super().with_proof(proof)

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        mark = f"{self.mark(desk, block.id)}{block.version}]"
        notes = f"{block.values.notes} {mark}" if block.values.notes else mark
        marked = evolve(block.values, notes=notes)
        return qbxml.time_tracking_add(marked, request_id, desk.version)

    def mark(self, desk: Desk, block_id: int) -> str:
        """How the mark of every version of one block begins."""
        return f"[{desk.session.mark}-{block_id}-"

    def moves(self) -> Mapping[str, Callable[[Desk, Block, Handout], str | Stop]]:
        looked_for = dict.fromkeys(("out", "again", "claimed", "held", "other"), self.look_for)
        return {**super().moves(), **looked_for, "absent": self.bring_again}

    def bookings(self) -> Mapping[str, Callable[[Desk, Handout, Reply], Booking | Stop]]:
        return {**super().bookings(), "find": self.book_find}

    def look_for(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        """Ask for the entries of the days that the handed-out versions have."""
        bodies = [each.body for each in desk.under_one_id(last)]
        days = sorted(day[1] for body in bodies if (day := _DAY.search(body))) or [block.values.date]
        query = qbxml.time_query_by_day(days[0], "find", until=days[-1])
        body = qbxml.message_set([query], desk.version)
        return desk.hand_out("find", body, request_id="find", block=block)

    def bring_again(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        """It is not there: the same bytes again, under the same id."""
        if not desk.is_selected(block):
            return self.ask_stored(desk, block, last)
        return desk.hand_out_again(last, "again")

    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        if pending.state != "again":
            return super().landed(desk, pending, response)
        desk.forget_pending()
        desk.note(pending, "claimed")
        return Booking.DONE

    def landed_as(self, desk: Desk, older: Handout, last: Handout, response: qbxml.Response) -> None:
        """What QuickBooks remembers is not believed before the entry was seen."""
        desk.note(last, "other")

    def held(self, desk: Desk, pending: Handout, code: int | None) -> Booking | Stop:
        """No person is needed: the entry is looked for."""
        super().held(desk, pending, code)
        return Booking.DONE

    def book_find(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        desk.forget_pending()
        response = None if reply.answer is None else reply.answer.to(pending.request_id)
        if response is None or response.code >= 1000:
            return Stop("QuickBooks did not say which entries it has. Update again.")
        last = desk.block(pending.block_id or 0).handout
        if last is None:
            return Booking.DONE
        mark = re.compile(re.escape(self.mark(desk, pending.block_id or 0)) + "([0-9]{1,9})]")
        for entry in response.element.iter("TimeTrackingRet"):
            found = mark.search(entry.findtext("Notes") or "")
            if found is not None:
                desk.land(last, entry.findtext("TxnID") or "", int(found[1]))
                return Booking.DONE
        desk.note(last, "absent" if last.state in ("out", "again") else "settled")
        return Booking.DONE
