"""Servers that deliver, but treat the Web Connector, its user or their secrets badly: ``broken_servers``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from defects_delivery import Operation, write

from qbharness.servers import qbxml
from qbharness.servers.desk import Block, Desk, Handout
from qbharness.servers.policies.base import Booking, Reply, Stop
from qbharness.servers.policies.exact import Exact
from qbharness.servers.schema import QUEUE_DONE, QUEUE_WAITING, blocks, sessions
from qbharness.servers.state import State


class GoesOnAfterARefusal(Exact):
    """What QuickBooks refuses is set aside until the next update, and the next block is handed out."""

    name = "goes on after a refusal"

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        super().refused(desk, pending, response)
        write(desk, blocks.c.id == pending.block_id, queue=QUEUE_DONE)
        if desk.is_work_left():
            return Booking.DONE
        stop = super().refused(desk, pending, response)
        write(desk, blocks.c.state == "refused", queue=QUEUE_WAITING)
        return stop


class ReportsSuccess(Exact):
    """A refusal is a matter for the log."""

    name = "reports success"

    def __init__(self) -> None:
        self._over = ""

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        super().refused(desk, pending, response)
        self._over = desk.session.ticket
        return Booking.DONE

    def is_finished(self, desk: Desk) -> bool:
        return desk.session.ticket == self._over or super().is_finished(desk)


class SaysOnlyThatItFailed(Exact):
    """It stops, and does not say why."""

    name = "says only that it failed"

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        super().refused(desk, pending, response)
        return Stop("The import failed. Please call support.")


class NeverTriesARefusedBlockAgain(Exact):
    """It stops and tells, but the refused block never comes back."""

    name = "never tries a refused block again"

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        stop = super().refused(desk, pending, response)
        write(desk, blocks.c.id == pending.block_id, queue=QUEUE_DONE)
        return stop


class TriesARefusedBlockEveryOtherTime(Exact):
    """After a refusal it lets one update pass."""

    name = "tries a refused block every other time"

    def next_request(self, desk: Desk) -> str | Stop | None:
        block = desk.next_block() if desk.changed("checked") else None
        if block is not None and block.state == "refused":
            write(desk, blocks.c.id == block.id, state="not sent")
            return Stop("The last update failed. Run it once more.")
        return super().next_request(desk)


class SendsTwoAtOnce(Exact):
    """Two blocks in one request save a round trip."""

    name = "sends two at once"

    def __init__(self) -> None:
        self._second: dict[str, Block] = {}

    def hand_out(self, desk: Desk, block: Block) -> str:
        waiting = sa.and_(blocks.c.state == "not sent", blocks.c.queue == QUEUE_WAITING)
        rows = desk.db.execute(sa.select(blocks.c.id).where(waiting, blocks.c.id != block.id)).all()
        found = [other for row in rows if desk.is_selected(other := desk.block(row.id))]
        if not found:
            return super().hand_out(desk, block)
        second, name = found[0], f"second-{block.id}-{found[0].id}"
        self._second[name] = second
        attempt = block.attempt + 1
        first_id, set_id = self.request_id(block, attempt), self.message_set_id(desk, block, attempt)
        requests = [
            self.write(desk, block, first_id),
            self.write(desk, second, name),
        ]
        body = qbxml.message_set(requests, desk.version, new_id=set_id)
        return desk.hand_out(
            "add", body, request_id=first_id, block=block, attempt=attempt, set_id=set_id, in_doubt=True
        )

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        booking = super().book(desk, pending, reply)
        for response in reply.answer.responses if reply.answer else ():
            second = self._second.get(response.request_id)
            if second is not None and response.code == 0:
                sent = {"state": "sent", "sent_version": second.version, "txn_id": response.txn_id}
                write(desk, blocks.c.id == second.id, queue=QUEUE_DONE, **sent)
        return booking


class Says100TooEarly(Exact):
    """After the first block it reports that everything is done."""

    name = "says 100 too early"

    def progress(self, desk: Desk) -> int:
        return 100


class CountsBeyond100(Exact):
    """Percent of what was there at first: with what came back it goes beyond."""

    name = "counts beyond 100"

    def progress(self, desk: Desk) -> int:
        return 40 + 70 * int(desk.changed("done"))


class NeverLetsGo(Exact):
    """Once QuickBooks has refused a class, it asks and asks, and the update does not come to an end."""

    name = "never lets go"

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        stop = super().refused(desk, pending, response)
        return Booking.DONE if "ClassRef" in pending.body else stop

    def next_request(self, desk: Desk) -> str | Stop | None:
        return self.ask_company(desk) if self.is_stuck(desk) else super().next_request(desk)

    def is_finished(self, desk: Desk) -> bool:
        return not self.is_stuck(desk) and super().is_finished(desk)

    def is_stuck(self, desk: Desk) -> bool:
        refused = sa.and_(blocks.c.state == "refused", blocks.c.class_name != "")
        return desk.db.execute(sa.select(blocks.c.id).where(refused)).first() is not None


class RemembersOldTrouble(Exact):
    """Every update ends with the error of an earlier one, long after it was put right."""

    name = "remembers old trouble"

    def __init__(self) -> None:
        self._trouble = ""

    def is_work_wanted(self, reconcile: str) -> bool:
        return bool(self._trouble)

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        stop = super().refused(desk, pending, response)
        self._trouble = stop.error if isinstance(stop, Stop) else ""
        return stop

    def next_request(self, desk: Desk) -> str | Stop | None:
        return super().next_request(desk) or Stop(self._trouble)


class GivesUpWhenQuickBooksIsClosed(Exact):
    """After a connectionError it takes everything off its list."""

    name = "gives up when QuickBooks is closed"

    def operations(self, state: State, ours: Mapping[str, Operation]) -> dict[str, Operation]:
        def connection_error(given: Mapping[str, str]) -> Any:
            with state.store.transaction() as db:
                db.execute(sa.update(blocks).where(blocks.c.state != "sent").values(queue=QUEUE_DONE))
            return ours["connectionError"](given)

        return {"connectionError": connection_error}


class LetsAnyPasswordIn(Exact):
    """It knows the user, and that is enough."""

    name = "lets any password in"

    def operations(self, state: State, ours: Mapping[str, Operation]) -> dict[str, Operation]:
        known = dict(state.settings.users)

        def authenticate(given: Mapping[str, str]) -> Any:
            name = given["strUserName"]
            return ours["authenticate"]({**given, "strPassword": known.get(name, "")})

        return {"authenticate": authenticate}


class ServesDeadTickets(Exact):
    """Whoever calls is served on the session that lives."""

    name = "serves dead tickets"

    def operations(self, state: State, ours: Mapping[str, Operation]) -> dict[str, Operation]:
        def on_the_living(name: str) -> Operation:
            def call(given: Mapping[str, str]) -> Any:
                with state.store.transaction() as db:
                    live = sa.select(sessions.c.ticket).where(sessions.c.state == "live")
                    ticket = db.execute(live.order_by(sessions.c.id.desc())).scalar()
                return ours[name]({**given, "ticket": ticket or given["ticket"]})

            return call

        return {name: on_the_living(name) for name in ("sendRequestXML", "receiveResponseXML")}


class ShowsItsTicket(Exact):
    """The error text ends with what its developers look for in the log."""

    name = "shows its ticket"

    def operations(self, state: State, ours: Mapping[str, Operation]) -> dict[str, Operation]:
        def last_error(given: Mapping[str, str]) -> Any:
            return f"{ours['getLastError'](given)} (session {given['ticket']})"

        return {"getLastError": last_error}


class LooksForCallsInTheText(Exact):
    """It finds out which call it got by searching the body for a name."""

    name = "looks for calls in the text"

    def operations(self, state: State, ours: Mapping[str, Operation]) -> dict[str, Operation]:
        def receive(given: Mapping[str, str]) -> Any:
            if "authenticate" in given["response"]:
                return -1
            return ours["receiveResponseXML"](given)

        return {"receiveResponseXML": receive}


class BooksWhateverComes(ServesDeadTickets):
    """An answer books the block that is out now, whoever brings it and whatever it is the answer to."""

    name = "books whatever comes"

    def belongs(self, pending: Handout, answer: qbxml.Answer) -> bool:
        return True

    def response_to(self, pending: Handout, answer: qbxml.Answer) -> qbxml.Response | None:
        return answer.responses[0] if answer.responses else None
