"""Servers that lose, double, invent or misplace hours, each by one mistake. See ``broken_servers``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from attrs import evolve

from qbharness.servers import qbxml
from qbharness.servers.clock import Clock
from qbharness.servers.desk import FIRST_DAY, Block, Desk, Handout, period
from qbharness.servers.policies.base import Booking, Policy, Reply, Stop, Verdict
from qbharness.servers.policies.exact import Exact
from qbharness.servers.policies.plain import Plain
from qbharness.servers.schema import QUEUE_DONE, QUEUE_WAITING, blocks, companies, sessions
from qbharness.servers.state import State

Operation = Callable[[Mapping[str, str]], Any]
"""One call of the Web Connector service: its arguments to its result."""


def write(desk: Desk, where: Any, **changes: Any) -> None:
    """Change blocks behind the server's back."""
    desk.db.execute(sa.update(blocks).where(where).values(**changes))


def delete(desk: Desk, txn_id: str) -> str:
    """A request that deletes one entry of the timesheet."""
    request = (
        f'<TxnDelRq requestID="away"><TxnDelType>TimeTracking</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>'
    )
    return qbxml.message_set([request], desk.version)


def again(desk: Desk, where: Any) -> None:
    """Put sent blocks back into the queue."""
    sent = sa.and_(blocks.c.state == "sent", blocks.c.deleted.is_(sa.false()), where)
    write(desk, sent, queue=QUEUE_WAITING, state="not sent")


class _LooksAtLogin(Exact):
    """At every login something may happen to what was sent."""

    def operations(self, state: State, ours: Mapping[str, Operation]) -> dict[str, Operation]:
        def authenticate(given: Mapping[str, str]) -> Any:
            with state.store.transaction() as db:
                sent = sa.and_(blocks.c.state == "sent", blocks.c.deleted.is_(sa.false()))
                where = sa.and_(sent, self.forgotten(db, state.clock))
                db.execute(sa.update(blocks).where(where).values(queue=QUEUE_WAITING, state="not sent"))
            return ours["authenticate"](given)

        return {"authenticate": authenticate}

    def forgotten(self, db: sa.Connection, clock: Clock) -> Any:
        """Which of the blocks that were sent go again."""
        raise NotImplementedError


class MakesANewIdEachTime(Exact):
    """What is in doubt goes again, but as something new: QuickBooks cannot know it."""

    name = "makes a new id each time"

    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return self.hand_out(desk, block)


class TakesDoubtForSent(Exact):
    """What was handed out and not answered will have arrived."""

    name = "takes doubt for sent"

    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        desk.land(last, "")
        found = self.next_request(desk)
        return found if found is not None else Stop("Nothing is left to send.")


class BelievesEveryAnswer(Exact):
    """An answer is a confirmation, whatever it says."""

    name = "believes every answer"

    def judge(self, response: qbxml.Response) -> Verdict:
        return Verdict.LANDED


class FlagsWhatItHandsOut(Plain):
    """A block is called sent as soon as it is handed out."""

    name = "flags what it hands out"

    def hand_out(self, desk: Desk, block: Block) -> str:
        body = super().hand_out(desk, block)
        write(desk, blocks.c.id == block.id, queue=QUEUE_DONE, state="sent", sent_version=block.version)
        return body


class ShowsTheWrongState(Exact):
    """It knows better, but its list says that what was edited is not sent."""

    name = "shows the wrong state"

    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        booking = super().landed(desk, pending, response)
        if desk.block(pending.block_id or 0).version > 1 or desk.session.done:
            write(desk, blocks.c.id == pending.block_id, state="not sent")
        return booking


class KnowsOnlyTheFirstList(Exact):
    """What is added, corrected or put back after the first update is never seen."""

    name = "knows only the first list"

    def next_request(self, desk: Desk) -> str | Stop | None:
        late = blocks.c.id > self.first(desk)
        write(desk, sa.and_(late, blocks.c.state == "not sent"), queue=QUEUE_DONE)
        return super().next_request(desk)

    def first(self, desk: Desk) -> int:
        found = desk.db.execute(
            sa.select(sa.func.min(sessions.c.last_block)).where(sessions.c.last_block > 0)
        )
        return int(found.scalar() or 0)


class SendsEditsAgain(_LooksAtLogin):
    """A block that is edited after the sync counts as new."""

    name = "sends edits again"

    def forgotten(self, db: sa.Connection, clock: Clock) -> Any:
        return blocks.c.version > blocks.c.sent_version


class ReplacesEdits(SendsEditsAgain):
    """A block that is edited after the sync is deleted in QuickBooks and sent anew."""

    name = "replaces edits"

    def anew(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        where = blocks.c.id == block.id
        txn_id = desk.db.execute(sa.select(blocks.c.txn_id).where(where)).scalar()
        if last.state != "landed" or not txn_id:
            return super().anew(desk, block, last)
        write(desk, where, txn_id=None)
        return desk.hand_out("company", delete(desk, txn_id), request_id="away")

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.request_id != "away":
            return super().book(desk, pending, reply)
        desk.forget_pending()
        return Booking.DONE


class ForgetsFlagsWithAPeriod(_LooksAtLogin):
    """Selecting a period puts all of its blocks back into the queue, flagged or not."""

    name = "forgets flags with a period"

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def forgotten(self, db: sa.Connection, clock: Clock) -> Any:
        row = db.execute(sa.select(companies.c.period_from, companies.c.period_to)).one()
        bounds = row.period_from or "", row.period_to or ""
        new = any(bounds) and bounds not in self._seen
        self._seen.add(bounds)
        return blocks.c.date.between(*bounds) if new else sa.false()


class ForgetsFlagsOverNight(_LooksAtLogin):
    """Its cache of what was sent is kept for twelve hours."""

    name = "forgets flags over night"

    def forgotten(self, db: sa.Connection, clock: Clock) -> Any:
        return blocks.c.sent_at < clock.stamp_before(12 * 60)


class ForgetsFlagsWhenItStarts(_LooksAtLogin):
    """It keeps in memory what was sent."""

    name = "forgets flags when it starts"

    def __init__(self) -> None:
        self._known: set[int] = set()

    def forgotten(self, db: sa.Connection, clock: Clock) -> Any:
        return blocks.c.id.not_in(self._known)

    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        self._known.add(pending.block_id or 0)
        return super().landed(desk, pending, response)


class TakesEqualBlocksForOne(Exact):
    """When a block is confirmed, everything that looks the same is flagged with it."""

    name = "takes equal blocks for one"

    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        booking = super().landed(desk, pending, response)
        mine = desk.block(pending.block_id or 0).values
        pairs = (("employee", mine.employee), ("customer", mine.customer), ("date", mine.date))
        same = sa.and_(*(blocks.c[name] == value for name, value in pairs), blocks.c.minutes == mine.minutes)
        write(desk, same, queue=QUEUE_DONE, state="sent", sent_version=blocks.c.version)
        return booking


class IgnoresNotSent(Exact):
    """What a person marks as not sent stays where it is: it was confirmed once."""

    name = "ignores not sent"

    def anew(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        if last.state not in {"landed", "settled"}:
            return super().anew(desk, block, last)
        write(desk, blocks.c.id == block.id, queue=QUEUE_DONE)
        return self.next_request(desk) or Stop("Nothing is left to send.")


class _Compares(Exact):
    """Reads the day's timesheet before it sends (or skips) a block of that day."""

    def next_request(self, desk: Desk) -> str | Stop | None:
        days = {row.date for row in desk.db.execute(sa.select(blocks.c.date).where(self.asked_about()))}
        seen = desk.changed("error") or ""
        left = sorted(day for day in days if day not in seen)
        if not left or not desk.changed("checked"):
            return super().next_request(desk)
        desk.change(error=f"{seen} {left[0]}")
        query = qbxml.time_query_by_day(left[0], "look")
        return desk.hand_out("company", qbxml.message_set([query], desk.version), request_id="look")

    def asked_about(self) -> Any:
        raise NotImplementedError

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.request_id != "look":
            return super().book(desk, pending, reply)
        desk.forget_pending()
        for response in reply.answer.responses if reply.answer else ():
            self.found(desk, (desk.changed("error") or "").split()[-1], list(response.element))
        return Booking.DONE

    def found(self, desk: Desk, day: str, entries: list[Any]) -> None:
        raise NotImplementedError


def _look(entry: Any) -> tuple[str, str, str]:
    names = ("EntityRef/FullName", "CustomerRef/FullName", "Duration")
    employee, customer, duration = (entry.findtext(name) or "" for name in names)
    return employee, customer, duration


def _looks_of(row: Any) -> tuple[str, str, str]:
    return row.employee, row.customer, f"PT{row.minutes // 60}H{row.minutes % 60}M"


class SendsAgainWhatItMisses(_Compares):
    """What it has sent and does not find in the timesheet, by its looks, goes again."""

    name = "sends again what it misses"

    def is_work_wanted(self, reconcile: str) -> bool:
        return True

    def asked_about(self) -> Any:
        return blocks.c.state == "sent"

    def found(self, desk: Desk, day: str, entries: list[Any]) -> None:
        there = {_look(entry) for entry in entries}
        where = sa.and_(self.asked_about(), blocks.c.date == day)
        for row in desk.db.execute(sa.select(blocks).where(where)).all():
            if _looks_of(row) not in there:
                again(desk, blocks.c.id == row.id)


class TakesTypedHoursForItsOwn(_Compares):
    """What looks like its block is its block, whoever typed it."""

    name = "takes typed hours for its own"

    def asked_about(self) -> Any:
        return sa.and_(blocks.c.state == "not sent", blocks.c.queue == QUEUE_WAITING)

    def found(self, desk: Desk, day: str, entries: list[Any]) -> None:
        there = {_look(entry): entry.findtext("TxnID") for entry in entries}
        where = sa.and_(self.asked_about(), blocks.c.date == day)
        for row in desk.db.execute(sa.select(blocks).where(where)).all():
            if _looks_of(row) in there:
                changes = {"txn_id": there[_looks_of(row)], "sent_version": row.version}
                write(desk, blocks.c.id == row.id, queue=QUEUE_DONE, state="sent", **changes)


class ClearsTheDay(_Compares):
    """Before it sends, it deletes what is on that day and is not its own."""

    name = "clears the day"

    def __init__(self) -> None:
        self._away: list[str] = []

    def asked_about(self) -> Any:
        return sa.and_(blocks.c.state == "not sent", blocks.c.queue == QUEUE_WAITING)

    def found(self, desk: Desk, day: str, entries: list[Any]) -> None:
        own = set(desk.db.execute(sa.select(blocks.c.txn_id)).scalars())
        self._away = [txn for entry in entries if (txn := entry.findtext("TxnID")) not in own]

    def next_request(self, desk: Desk) -> str | Stop | None:
        if not self._away:
            return super().next_request(desk)
        return desk.hand_out("company", delete(desk, self._away.pop()), request_id="away")

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.request_id == "away":
            desk.forget_pending()
            return Booking.DONE
        return super().book(desk, pending, reply)


class DropsWhoIsNotThere(Exact):
    """It asks for the active employees, and takes the blocks of everybody else off its list."""

    name = "drops who is not there"

    def __init__(self) -> None:
        self._asked: set[str] = set()

    def next_request(self, desk: Desk) -> str | Stop | None:
        if not desk.changed("checked") or desk.session.ticket in self._asked:
            return super().next_request(desk)
        self._asked.add(desk.session.ticket)
        query = '<EmployeeQueryRq requestID="who"><ActiveStatus>ActiveOnly</ActiveStatus></EmployeeQueryRq>'
        return desk.hand_out("company", qbxml.message_set([query], desk.version), request_id="who")

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.request_id != "who":
            return super().book(desk, pending, reply)
        desk.forget_pending()
        if reply.answer is None:
            return Stop("QuickBooks did not say who is there.")
        responses = reply.answer.responses
        there = [entry.findtext("Name") or "" for response in responses for entry in response.element]
        write(desk, sa.and_(blocks.c.employee.not_in(there), blocks.c.state == "not sent"), queue=QUEUE_DONE)
        return Booking.DONE


class BillsTheDrive(Exact):
    """After the last block of several it adds an hour for the drive, of which nobody told it."""

    name = "bills the drive"

    def next_request(self, desk: Desk) -> str | Stop | None:
        found = super().next_request(desk)
        if isinstance(found, str) or desk.session.done < 2 or desk.session.repeats < 0:
            return found
        row = desk.db.execute(sa.select(blocks.c.id).where(blocks.c.state == "sent")).first()
        desk.change(repeats=-1)
        block = desk.block(row.id if row else 0)
        drive = evolve(block, values=evolve(block.values, minutes=61, notes="drive"))
        request = Policy.write(self, desk, drive, "drive")
        return desk.hand_out("company", qbxml.message_set([request], desk.version), request_id="drive")

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        if pending.request_id != "drive":
            return super().book(desk, pending, reply)
        desk.forget_pending()
        return Booking.DONE

    def is_finished(self, desk: Desk) -> bool:
        more_to_come = desk.changed("done") >= 2 and desk.changed("repeats") >= 0
        return super().is_finished(desk) and not more_to_come


class SendsWhatItReadAtLogin(Exact):
    """It reads the blocks when the session begins; what happens to them since is not seen."""

    name = "sends what it read at login"

    def __init__(self) -> None:
        self._session = ""
        self._read: dict[int, Block] = {}

    def next_request(self, desk: Desk) -> str | Stop | None:
        if self._session != desk.session.ticket:
            ids = desk.db.execute(sa.select(blocks.c.id).where(blocks.c.queue == QUEUE_WAITING)).scalars()
            self._session = desk.session.ticket
            self._read = {number: desk.block(number) for number in ids}
        deleted = sa.and_(blocks.c.id.in_(self._read), blocks.c.deleted, blocks.c.state == "not sent")
        write(desk, deleted, queue=QUEUE_WAITING)
        return super().next_request(desk)

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        return super().write(desk, self._read.get(block.id, block), request_id)


class StaysBusy(Exact):
    """While a session is open, nobody else gets in; and nobody tells it that one is dead."""

    name = "stays busy"

    def supersedes(self, *, same_user: bool, fresh: bool) -> bool:
        return False


class SendsIntoAnyCompany(Exact):
    """It takes the company that is open for its own."""

    name = "sends into any company"

    def meet_company(self, desk: Desk, hcp: str) -> Stop | None:
        desk.change(checked=True)
        return None


class EndsPeriodsAtMidnight(Exact):
    """The last day of the period is out, because it ends where that day begins."""

    name = "ends periods at midnight"

    def next_request(self, desk: Desk) -> str | Stop | None:
        until = period(desk.session)["until"]
        write(desk, sa.and_(blocks.c.date == until, blocks.c.state == "not sent"), queue=QUEUE_DONE)
        return super().next_request(desk)


class ComparesDatesAsText(Exact):
    """Month first, as people write it here: January comes before December."""

    name = "compares dates as text"

    def next_request(self, desk: Desk) -> str | Stop | None:
        bounds = period(desk.session)
        if bounds["since"] != FIRST_DAY:
            shown = sa.func.substr(blocks.c.date, 6, 5)
            outside = sa.not_(shown.between(bounds["since"][5:], bounds["until"][5:]))
            write(desk, sa.and_(outside, blocks.c.state == "not sent"), queue=QUEUE_DONE)
        return super().next_request(desk)


class IgnoresThePeriod(Exact):
    """It sends whatever waits."""

    name = "ignores the period"

    def next_request(self, desk: Desk) -> str | Stop | None:
        bounds = period(desk.session)
        late = sa.and_(blocks.c.state == "not sent", blocks.c.date > bounds["until"])
        row = desk.db.execute(sa.select(blocks.c.id).where(late, blocks.c.queue == QUEUE_WAITING)).first()
        if row is None or not desk.changed("checked"):
            return super().next_request(desk)
        return self.hand_out(desk, desk.block(row.id))


class HoldsBackTheFuture(Exact):
    """What is dated after today waits until its day has come, even if it was selected."""

    name = "holds back the future"

    def next_request(self, desk: Desk) -> str | Stop | None:
        tomorrow = (desk.clock.now() + dt.timedelta(days=1)).date().isoformat()
        write(desk, sa.and_(blocks.c.date >= tomorrow, blocks.c.state == "not sent"), queue=QUEUE_DONE)
        return super().next_request(desk)
