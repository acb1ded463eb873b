"""Mutants of ``exact`` that book an answer, or a refusal, in the wrong way."""

from __future__ import annotations

from collections.abc import Mapping

from mutants_support import (
    EQUAL_BLOCKS,
    NO_PEOPLE,
    NO_REFUSAL,
    Operation,
    Remembering,
    around,
    cleared_at_reset,
    mutant,
    set_aside,
    sql,
    waiting,
    write_blocks,
)

from qbharness.servers import qbxml
from qbharness.servers.desk import Block, Desk, Handout
from qbharness.servers.policies.base import Booking, Reply, Stop, Verdict
from qbharness.servers.policies.exact import Exact
from qbharness.servers.schema import QUEUE_DONE, blocks
from qbharness.servers.soap import Result
from qbharness.servers.state import State


@mutant(
    "A confirmation is booked on the first open block by date, whichever it belongs to.",
    ways=(6,),
    exhaustive=EQUAL_BLOCKS,
)
class BooksOnTheFirstOpenBlock(Exact):
    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        mine = desk.block(pending.block_id or 0)
        open_ones = [mine, *(desk.block(each) for each in waiting(desk, everything=True))]
        first = min(open_ones, key=lambda each: (each.values.date, each.id))
        booking = super().landed(desk, pending, response)
        if first.id != mine.id:
            write_blocks(desk, blocks.c.id == first.id, state="sent", queue=QUEUE_DONE)
            desk.release(pending, "settled")
        return booking


@mutant("An answer with an error is booked as success.", ways=(10,), exhaustive=NO_REFUSAL)
class ErrorsAreSuccess(Exact):
    def judge(self, response: qbxml.Response) -> Verdict:
        return Verdict.LANDED


@mutant("When QuickBooks fails, the same request comes again and again in one session.", ways=(12,))
class AsksForEver(Exact):
    def failed(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        desk.forget_pending()
        return Booking.DONE


@mutant("The block that QuickBooks refused is flagged as sent.", ways=(15,), exhaustive=NO_REFUSAL)
class FlagsTheRefusedBlock(Exact):
    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        stop = super().refused(desk, pending, response)
        desk.land(pending, "")
        return stop


class _SetsRefusedBlocksAside(Exact):
    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        super().refused(desk, pending, response)
        set_aside(desk, pending.block_id)
        return Booking.DONE


@mutant(
    "After a refusal it goes on with the next block; the refused one comes back next time.",
    ways=(14,),
    exhaustive=NO_REFUSAL,
)
def goes_on_after_a_refusal(state: State) -> None:
    state.service.policy = _SetsRefusedBlocksAside()

    @around(state, "authenticate")
    def authenticate(login: Operation, given: Mapping[str, str]) -> Result:
        sql(state, "UPDATE blocks SET queue = 2 WHERE state = 'refused' AND NOT deleted")
        return login(given)


@mutant(
    "It stops at a refusal, and the error that it shows does not say what is missing.",
    ways=(14,),
    exhaustive=NO_REFUSAL,
)
class DoesNotSayWhatIsMissing(Exact):
    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        super().refused(desk, pending, response)
        return Stop("The import has failed. Please contact your administrator.")


@mutant(
    "A refused block goes again under its old id, so that it gets the old refusal for ever.",
    ways=(16,),
    exhaustive=NO_REFUSAL,
)
class RepeatsTheRefusedId(Exact):
    def ask_stored(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return desk.hand_out_again(last)


@mutant("A block that was refused once never comes back.", ways=(15, 16), exhaustive=NO_REFUSAL)
class NeverTriesARefusedBlockAgain(Exact):
    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        stop = super().refused(desk, pending, response)
        set_aside(desk, pending.block_id)
        return stop


@mutant("A block notes the entry of the block before it as its own.", ways=(6,), exhaustive=EQUAL_BLOCKS)
class NamesTheEntryBefore(Remembering, Exact):
    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        booking = super().landed(desk, pending, response)
        before = self.memory(desk).get("last", response.txn_id)
        self.memory(desk)["last"] = response.txn_id
        write_blocks(desk, blocks.c.id == pending.block_id, txn_id=before)
        return booking


@mutant("It says 100 percent after each block, whatever is left.", ways=(33,))
class SaysDoneTooEarly(Exact):
    def is_finished(self, desk: Desk) -> bool:
        return bool(desk.changed("done"))


@mutant(
    "When it has sent several blocks, it says from then on that there is more, and shows an error.",
    ways=(33,),
)
def never_says_done(state: State) -> None:
    several: list[bool] = []
    cleared_at_reset(state, several)

    class NeverSaysDone(Exact):
        def is_work_wanted(self, reconcile: str) -> bool:
            return bool(several) or super().is_work_wanted(reconcile)

        def is_finished(self, desk: Desk) -> bool:
            several.extend([True] * (desk.session.total > 1))
            return not several and super().is_finished(desk)

    state.service.policy = NeverSaysDone()


@mutant(
    "An edit of a block in flight is taken for what QuickBooks has confirmed.",
    ways=(18,),
    exhaustive=NO_PEOPLE,
)
class FlagsTheNewVersion(Exact):
    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        block = desk.block(pending.block_id or 0)
        booking = super().landed(desk, pending, response)
        write_blocks(desk, blocks.c.id == block.id, sent_version=block.version)
        return booking


@mutant(
    "When one block stands refused, all others wait for ever behind it.", ways=(16,), exhaustive=NO_REFUSAL
)
class OneRefusalStopsAll(Exact):
    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        stop = super().refused(desk, pending, response)
        write_blocks(desk, blocks.c.state == "not sent", queue=QUEUE_DONE)
        return stop
