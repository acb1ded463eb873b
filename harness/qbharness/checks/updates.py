"""One update, read: its calls, what was handed out in it, what QuickBooks refused, how it ended."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, final

from attrs import define, frozen

from qbharness.checks.tickets import admits
from qbharness.history import (
    Answer,
    CallAnswered,
    CallSent,
    Fault,
    HandedOut,
    OfferedEntry,
    ProcessChanged,
    Processed,
    UpdateEnded,
    UpdateStarted,
)

ADD: Final = "TimeTrackingAdd"
_NOT_FOUND: Final = frozenset({1, 500})
"""Status codes of a query that found nothing (an Info and a Warning). Source: Intuit's status code table."""

_UNPROCESSED: Final = 3231
"""The status of a request behind one that failed: it was not even tried."""

_SERVERS_FAULT: Final = ("0x80040400", "0x80040423")
"""HRESULTs that a request earns by itself: it cannot be parsed, or its version is not known."""

_FULL_NAME: Final = re.compile(r"<FullName>(.*?)</FullName>", re.DOTALL)
_QUOTED: Final = re.compile(r'"([^"]+)"')
ENDLESS: Final = "bounded"
"""How an update ends that the connector's own bounds had to end."""

_LOOPING: Final = frozenset(
    {"sendRequestXML", "receiveResponseXML", "getLastError", "connectionError", "interactiveDone"}
)
_CUT_SHORT: Final = frozenset({"killed", "stopped"})
_DIED: Final = frozenset({"killed", "restarted"})


@final
@frozen
class Refusal:
    """QuickBooks refused hours, or knows no such name; ``names`` are what it could not find.

    ``n`` is the line of its answer. ``offered`` is None for a query, or where nobody knows whose it was.
    ``stale``: the message set had been handed out before, so the words may be old news.
    """

    n: int
    handed: HandedOut
    answer: Answer
    offered: OfferedEntry | None
    names: tuple[str, ...]
    stale: bool = False

    @property
    def words(self) -> str:
        """QuickBooks' own words."""
        return self.answer.message.strip()


@final
@define
class Update:
    """One update with what happened in it, in order. ``copies`` are late or doubled calls of it.

    ``right_company`` is False where another company file than the server's was open. ``disturbed``: while it
    was under way another login came, which ends its session, or a late copy of an older call.
    """

    started: UpdateStarted
    ended: UpdateEnded | None
    calls: tuple[CallSent, ...]
    replies: tuple[CallAnswered, ...]
    copies: tuple[CallAnswered, ...]
    handed_out: tuple[HandedOut, ...]
    processed: tuple[Processed, ...]
    faults: tuple[Fault, ...]
    crashes: tuple[ProcessChanged, ...]
    right_company: bool
    disturbed: bool
    origin: Mapping[int, tuple[OfferedEntry, ...]]
    """Call number to the hours that its message set is about, also where it only asks for their status."""
    first_of_set: Mapping[str, int]
    """Message set to the call that handed it out first."""

    @cached_property
    def authenticated_at(self) -> int:
        """The line of its authenticate call, or of its start where there was none."""
        return next((call.n for call in self.calls if call.operation == "authenticate"), self.started.n)

    @property
    def last_line(self) -> int:
        """The last line that belongs to it."""
        if self.ended is not None:
            return self.ended.n
        return max((event.n for event in (*self.calls, *self.replies)), default=self.started.n)

    @cached_property
    def clean(self) -> bool:
        """Did the server have its chance?  Nothing outside of it stood in the way."""
        return (
            self.ended is not None
            and self.ended.end not in _CUT_SHORT
            and (self.ended.end != ENDLESS or self.loops)
            and self.right_company
            and not self.disturbed
            and self._came_to_work
            and not self.faults
            and not self.crashes
            and not any(reply.cause for reply in self.replies)
            and not any(call.operation == "connectionError" for call in self.calls)
            and all(not done.hresult or done.hresult in _SERVERS_FAULT for done in self.processed)
        )

    @property
    def _came_to_work(self) -> bool:
        """Was the server asked for work, or did it end the update itself before?

        A connector that was let in and then never asks was held up by a lock or by QuickBooks.
        """
        let_in = any(
            reply.operation == "authenticate" and reply.learned and admits(reply.value)
            for reply in self.replies
        )
        asked = any(call.operation == "sendRequestXML" for call in self.calls)
        return bool(self.calls) and (asked or not let_in)

    @property
    def loops(self) -> bool:
        """Did the server keep it going until the connector's bounds ended it?  Waiting for a lock is none."""
        calls = [call.operation for call in self.calls if call.operation != "closeConnection"]
        endless = self.ended is not None and self.ended.end == ENDLESS
        return endless and bool(calls) and calls[-1] in _LOOPING

    @cached_property
    def refused(self) -> tuple[Refusal, ...]:
        """What QuickBooks refused of the hours that were handed out, in order."""
        return tuple(self._refused())

    def _refused(self) -> Iterable[Refusal]:
        handed_out = {handed.call: handed for handed in self.handed_out}
        for done in self.processed:
            handed = handed_out.get(done.call)
            if handed is None:
                continue
            adds = [answer for answer in done.answers if answer.request == ADD]
            for place, answer in enumerate(adds):
                if answer.is_error and answer.status_code != _UNPROCESSED:
                    names = tuple(_QUOTED.findall(answer.message))
                    offered = _offered(self.origin.get(done.call, ()), place, answer)
                    yield Refusal(done.n, handed, answer, offered, names, self._is_repeated(handed))

    def _is_repeated(self, handed: HandedOut) -> bool:
        sets = {handed.new_message_set_id, handed.old_message_set_id} - {""}
        return any(self.first_of_set.get(each, handed.call) < handed.call for each in sets)

    @cached_property
    def unmet(self) -> tuple[Refusal, ...]:
        """Queries of the server that found nothing: how a careful server finds a mismatch."""
        handed_out = {handed.call: handed for handed in self.handed_out}
        return tuple(
            Refusal(done.n, handed_out[done.call], answer, None, _asked_for(handed_out[done.call].text))
            for done in self.processed
            if done.call in handed_out
            for answer in done.answers
            if answer.request.endswith("Query") and answer.status_code in _NOT_FOUND
            if answer.request != "TimeTrackingQuery"
        )

    @cached_property
    def mismatch(self) -> Refusal | None:
        """What this update stopped at, if it stopped at something that QuickBooks does not know."""
        shows_words = self.ended is not None and bool(self.ended.last_error.strip())
        last = next(iter((*self.refused[-1:], *(self.unmet[-1:] if shows_words else ()))), None)
        if last is None or any(handed.entries and handed.n > last.n for handed in self.handed_out):
            return None
        return last

    def told(self, refusal: Refusal) -> CallAnswered | None:
        """The reply in which the server was told of a refusal and the connector learned its reaction.

        What comes after the next request tells of something else.
        """
        until = next((handed.n for handed in self.handed_out if handed.n > refusal.n), math.inf)
        return next(
            (
                reply
                for reply in self.replies
                if reply.operation == "receiveResponseXML" and refusal.n < reply.n < until
                if reply.reached and reply.learned and not reply.cause
            ),
            None,
        )

    def brought_back(self, line: int) -> Iterator[CallAnswered]:
        """The replies to receiveResponseXML with QuickBooks' answer of a line.

        More than one where the connector repeats a call that was lost.
        """
        for reply in self.replies:
            if reply.n > line and reply.operation == "sendRequestXML":
                return
            if reply.n > line and reply.operation == "receiveResponseXML":
                yield reply

    def last_error_after(self, line: int) -> CallAnswered | None:
        """The reply to getLastError after a line; None where it was not called or its reply was lost."""
        for reply in self.replies:
            if reply.operation == "getLastError" and reply.n > line:
                return reply if reply.learned and not reply.cause else None
        return None

    def asks_after(self, line: int) -> bool:
        """Was getLastError called after a line?"""
        return any(call.operation == "getLastError" and call.n > line for call in self.calls)


def _offered(offers: tuple[OfferedEntry, ...], place: int, answer: Answer) -> OfferedEntry | None:
    if answer.request_id is not None:
        for offer in offers:
            if offer.request_id == answer.request_id:
                return offer
    return offers[place] if place < len(offers) else None


def _asked_for(text: str) -> tuple[str, ...]:
    return tuple(html.unescape(name.strip()) for name in _FULL_NAME.findall(text))


def read_update(
    started: UpdateStarted,
    ended: UpdateEnded | None,
    calls: Iterable[CallSent],
    answered: Iterable[CallAnswered],
    handed_out: Iterable[HandedOut],
    processed: Iterable[Processed],
    faults: Sequence[Fault],
    processes: Iterable[ProcessChanged],
    origin: Mapping[int, tuple[OfferedEntry, ...]],
    first_of_set: Mapping[str, int],
    home: str,
    logins: Sequence[int],
) -> Update:
    """Sort the events of one update; ``processes``, ``faults`` and ``logins`` are those of the run."""
    calls = tuple(calls)
    replies: dict[int, CallAnswered] = {}
    copies = []
    for reply in answered:
        if reply.call in replies:
            copies.append(reply)
        else:
            replies[reply.call] = reply
    end = ended.n if ended else max((reply.n for reply in replies.values()), default=started.n)
    login = next((call.n for call in calls if call.operation == "authenticate"), end)
    return Update(
        started,
        ended,
        calls,
        tuple(replies.values()),
        tuple(copies),
        tuple(handed for handed in handed_out if handed.delivery == 1),
        tuple(processed),
        tuple(fault for fault in faults if fault.fired and fault.update == started.update),
        tuple(
            event
            for event in processes
            if started.n < event.n <= end and (event.change in _DIED or "backup" in event.change)
        ),
        not home or started.company in {"", home},
        any(login < line < end for line in logins) or login in _late_arrivals(faults, logins),
        origin,
        first_of_set,
    )


def _late_arrivals(faults: Sequence[Fault], logins: Sequence[int]) -> set[int]:
    """The logins right behind which a late copy arrived: for each, the next one after the call was made."""
    late = (fault.n for fault in faults if fault.fired and fault.word == "delivered late")
    return {next((line for line in logins if line > at), 0) for at in late}
