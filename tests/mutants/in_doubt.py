"""Mutants of ``exact`` that do the wrong thing with a block of which nobody knows whether it landed."""

from __future__ import annotations

from mutants_support import NO_PEOPLE, NO_PERIOD, NO_REFUSAL, ONE_FAULT, Remembering, mutant, set_aside

from qbharness.servers import qbxml
from qbharness.servers.desk import Block, Desk, Handout
from qbharness.servers.policies.base import Booking, Reply, Stop
from qbharness.servers.policies.exact import Exact

_CLEAR_ALL = "CLR-ALL-MSG-SETS"
_NOTHING_FOUND = 1


@mutant("A block in doubt is handed out again as a new request.", ways=(1,))
class SendsDoubtsAnew(Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return self.hand_out(desk, block)


@mutant("A block in doubt goes again as the same bytes, but under a fresh message set id.", ways=(22,))
class FreshIdForTheSameBytes(Remembering, Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        tries = self.memory(desk)[last.id] = self.memory(desk).get(last.id, 0) + 1
        desk.hand_out_again(last)
        return last.body.replace(last.set_id, f"{last.set_id}R{tries}")


@mutant("A second login gets a block in doubt under an id of its own session.", ways=(20,))
class NewIdForEachSession(Remembering, Exact):
    def hand_out(self, desk: Desk, block: Block) -> str:
        body = super().hand_out(desk, block)
        self.memory(desk)[block.id] = desk.session.id
        return body

    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        if self.memory(desk).get(block.id) == desk.session.id:
            return super().in_doubt(desk, block, last)
        return self.hand_out(desk, block)


@mutant("With a block in doubt it clears the id that it should ask for, and takes a new one.", ways=(22,))
class ClearsWhatItShouldAsk(Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return self.hand_out(desk, block).replace(
            'onError="stopOnError"', f'onError="stopOnError" oldMessageSetID="{last.set_id}"'
        )


@mutant("Every update begins with clearing all that QuickBooks remembers.", ways=(22,))
class ClearsAllAtLogin(Exact):
    def meet_company(self, desk: Desk, hcp: str) -> Stop | None:
        return None

    def ask_company(self, desk: Desk) -> str:
        body = super().ask_company(desk)
        return body.replace("onError=", f'oldMessageSetID="{_CLEAR_ALL}" onError=')


@mutant("The status probe deletes the very state that it asks for.", ways=(23,))
class ProbeDeletesTheState(Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return self.ask_stored(desk, block, last)

    def ask_stored(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        super().ask_stored(desk, block, last)
        return qbxml.message_set([], desk.version, old_id=last.set_id)

    def stored_refusal(self, desk: Desk, block: Block, last: Handout) -> None:
        desk.release(last, "kept")


@mutant(
    "The second attempt of a block has a message set id that is too long.", ways=(22,), exhaustive=NO_REFUSAL
)
class LongIdForSecondAttempts(Exact):
    def message_set_id(self, desk: Desk, block: Block, attempt: int) -> str:
        short = super().message_set_id(desk, block, attempt)
        return short if attempt == 1 else f"{short}-ATTEMPT-{attempt:06}"


@mutant("The same bytes get a new requestID each time, under the old id.", ways=(22,))
class NewRequestIdUnderTheOldId(Remembering, Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        tries = self.memory(desk)[last.id] = self.memory(desk).get(last.id, 0) + 1
        desk.hand_out_again(last)
        return last.body.replace(last.request_id, f"{last.request_id}-{tries}")


@mutant(
    "A block that was edited in doubt goes in its new version under the old id.",
    ways=(18,),
    exhaustive=NO_PEOPLE,
)
class NewVersionUnderTheOldId(Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        desk.hand_out_again(last)
        request = self.write(desk, block, last.request_id)
        return qbxml.message_set([request], desk.version, new_id=last.set_id)


@mutant("An edit ends the doubt: the new version goes as a new request.", ways=(18,), exhaustive=NO_PEOPLE)
class EditsEndDoubts(Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        if block.version != last.version:
            return self.hand_out(desk, block)
        return super().in_doubt(desk, block, last)


@mutant("What is in doubt is kept in memory only; a server that was killed begins anew.", ways=(1, 9))
class KeepsDoubtsInMemory(Remembering, Exact):
    def hand_out(self, desk: Desk, block: Block) -> str:
        self.memory(desk)[block.id] = True
        return super().hand_out(desk, block)

    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        if block.id in self.memory(desk):
            return super().in_doubt(desk, block, last)
        return self.hand_out(desk, block)


@mutant(
    "A block in doubt is asked for once; when that answer is lost too, it is given up.",
    ways=(2, 12),
    exhaustive=ONE_FAULT,
)
class AsksOnlyOnce(Remembering, Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        body = super().in_doubt(desk, block, last)
        set_aside(desk, block.id)
        return body


@mutant(
    "What is in doubt when its period is left is forgotten, and new when the period comes back.",
    exhaustive=NO_PERIOD,
    generated="A period that is left with a block in doubt, and selected again, is hardly ever drawn.",
)
class DropsDoubtsOutsideThePeriod(Exact):
    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        if desk.is_selected(block):
            return super().in_doubt(desk, block, last)
        desk.release(last, "settled")
        found = self.next_request(desk)
        return found if found is not None else Stop("Nothing is left in this period.")


class _LooksForDoubts(Remembering, Exact):
    """Looks whether the day of a block in doubt has entries, before it asks as the right one does."""

    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        if last.id in self.memory(desk):
            return super().in_doubt(desk, block, last)
        query = qbxml.message_set([qbxml.time_query_by_day(block.values.date, "find")], desk.version)
        return desk.hand_out("find", query, request_id="find", block=block)

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.kind != "find":
            return super().book(desk, pending, reply)
        desk.forget_pending()
        found = None if reply.answer is None else reply.answer.to("find")
        last = desk.block(pending.block_id or 0).handout
        if found is None or last is None:
            return Stop("QuickBooks did not say which entries it has. Update again.")
        if found.code == _NOTHING_FOUND:
            return self.nothing_found(desk, last)
        self.memory(desk)[last.id] = True
        return Booking.DONE

    def nothing_found(self, desk: Desk, last: Handout) -> Booking | Stop:
        """What is made of an answer without entries."""
        raise NotImplementedError


@mutant("It looks for a block in doubt, and takes an answer without entries for a confirmation.", ways=(11,))
class NothingFoundIsSuccess(_LooksForDoubts):
    def nothing_found(self, desk: Desk, last: Handout) -> Booking | Stop:
        desk.land(last, "")
        return Booking.DONE


@mutant("It looks for a block in doubt, and takes an answer without entries for a failure.", ways=(11,))
class NothingFoundIsFatal(_LooksForDoubts):
    def nothing_found(self, desk: Desk, last: Handout) -> Booking | Stop:
        return Stop("QuickBooks has failed. Please update again.")


@mutant("An HRESULT means that QuickBooks has nothing: the block goes again as a new request.", ways=(13,))
class HresultMeansNotThere(Exact):
    def failed(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        desk.release(pending, "settled")
        desk.forget_pending()
        return Stop(f"QuickBooks failed: {reply.message} ({reply.hresult}).")
