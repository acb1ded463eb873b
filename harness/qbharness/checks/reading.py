"""A history, read once for judging: blocks, periods, updates, sessions, landings, timelines.

Every event is looked at once when the reading is made; what several checks need is computed once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar, cast

from qbharness.checks.blocks import BlockStory, Periods, stories
from qbharness.checks.contents import Renames
from qbharness.checks.landings import Landing, read_landings
from qbharness.checks.tickets import Tickets
from qbharness.checks.timelines import Timelines
from qbharness.checks.updates import ADD, Update, read_update
from qbharness.contract import DEFAULTS
from qbharness.history import (
    AtRest,
    BlockChanged,
    CallAnswered,
    CallSent,
    Committed,
    Event,
    Fault,
    HandedOut,
    History,
    OfferedEntry,
    PeriodSelected,
    ProcessChanged,
    Processed,
    ScenarioStarted,
    StepTaken,
    UpdateEnded,
    UpdateStarted,
)

_E = TypeVar("_E", bound=Event)


class Reading:
    """A history, read for judging; every property is computed once."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._of: defaultdict[type[Event], list[Any]] = defaultdict(list)
        for event in history:
            self._of[type(event)].append(event)
        started = self.first(ScenarioStarted)
        self.contract: Mapping[str, str] = {**DEFAULTS, **(started.contract if started else {})}
        self.home = started.company if started else ""
        rest = self.last(AtRest)
        self.rested_at = rest.n if rest else len(history)

    def all(self, kind: type[_E]) -> Sequence[_E]:
        """Every event of one kind, in order."""
        return cast("list[_E]", self._of.get(kind, []))

    def first(self, kind: type[_E]) -> _E | None:
        """The first event of a kind, or None."""
        found = self.all(kind)
        return found[0] if found else None

    def last(self, kind: type[_E], *, before: int | None = None) -> _E | None:
        """The latest event of a kind (above line ``before``), or None."""
        for event in reversed(self.all(kind)):
            if before is None or event.n < before:
                return event
        return None

    # -- what the owner did -----------------------------------------------------------------------

    @cached_property
    def blocks(self) -> dict[str, BlockStory]:
        """Every block that the owner made, by alias, in order of appearance."""
        return stories(self.all(BlockChanged))

    @cached_property
    def periods(self) -> Periods:
        """Which days were selected when."""
        return Periods(self.all(PeriodSelected))

    # -- updates ----------------------------------------------------------------------------------

    @cached_property
    def calls(self) -> dict[int, CallSent]:
        """Every call by its number."""
        return {call.call: call for call in self.all(CallSent)}

    @cached_property
    def replies(self) -> dict[int, CallAnswered]:
        """The first answer to every call; copies of calls are not among them."""
        found: dict[int, CallAnswered] = {}
        for reply in self.all(CallAnswered):
            found.setdefault(reply.call, reply)
        return found

    @cached_property
    def tickets(self) -> Tickets:
        """Which ticket was alive when."""
        late = (fault for fault in self.all(Fault) if fault.fired and fault.word == "delivered late")
        logins = {call.call for call in self.calls.values() if call.operation == "authenticate"}
        return Tickets(
            self.calls,
            self.replies.values(),
            [each.call for each in late if each.call in logins and each.call],
        )

    @cached_property
    def updates(self) -> tuple[Update, ...]:
        """Every update, in the order in which they started."""
        sorted_: dict[type[Event], defaultdict[int, list[Any]]] = {}
        for kind in (CallSent, CallAnswered, HandedOut, Processed):
            sorted_[kind] = defaultdict(list)
            for event in self.all(kind):
                sorted_[kind][event.update].append(event)  # type: ignore[attr-defined]
        logins = [
            call.n for call in self.all(CallSent) if call.operation == "authenticate" and not call.probe
        ]
        ends = {end.update: end for end in self.all(UpdateEnded)}
        return tuple(
            read_update(
                started,
                ends.get(started.update),
                sorted_[CallSent][started.update],
                sorted_[CallAnswered][started.update],
                sorted_[HandedOut][started.update],
                sorted_[Processed][started.update],
                self.all(Fault),
                self.all(ProcessChanged),
                self.origin,
                self._first_of_set,
                self.home,
                logins,
            )
            for started in self.all(UpdateStarted)
        )

    @cached_property
    def by_number(self) -> dict[int, Update]:
        """Every update by its number."""
        return {update.started.update: update for update in self.updates}

    @cached_property
    def deciding(self) -> Update | None:
        """The last update in which the server had its chance: what it left undone is its fault."""
        before = (u for u in reversed(self.updates) if u.started.n < self.rested_at)
        return next((update for update in before if update.clean), None)

    # -- hand-outs --------------------------------------------------------------------------------

    @cached_property
    def hand_outs(self) -> dict[int, HandedOut]:
        """Every hand-out of hours that a connector could pass on, by the number of its call."""
        return {h.call: h for h in self.all(HandedOut) if h.entries and h.delivery == 1}

    @cached_property
    def origin(self) -> dict[int, tuple[OfferedEntry, ...]]:
        """Call number to the hours that its message set holds, or asks the status of."""
        by_set: dict[str, tuple[OfferedEntry, ...]] = {}
        found: dict[int, tuple[OfferedEntry, ...]] = {}
        for handed in self.all(HandedOut):
            entries = handed.entries or by_set.get(handed.old_message_set_id or handed.new_message_set_id, ())
            if handed.new_message_set_id and handed.entries:
                by_set.setdefault(handed.new_message_set_id, handed.entries)
            if entries and handed.delivery == 1:
                found[handed.call] = entries
        return found

    @cached_property
    def _first_of_set(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for handed in self.all(HandedOut):
            if handed.new_message_set_id:
                found.setdefault(handed.new_message_set_id, handed.call)
        return found

    @cached_property
    def answered_well(self) -> dict[int, int]:
        """Hand-outs of hours to which QuickBooks said that they are there, with the line of its answer."""
        return {
            done.call: done.n
            for done in self.all(Processed)
            if done.call in self.hand_outs
            if any(answer.request == ADD and not answer.is_error for answer in done.answers)
        }

    def window(self, handed: HandedOut) -> tuple[int, int]:
        """The lines between which an offered version counts.

        From the authenticate of the session, or of the first session in which the same bytes were handed
        out, as long as no answer to them came back: bytes of a settled request are no excuse.
        """
        start = self._authenticated(handed)
        for earlier in reversed(self._same_bytes.get(handed.text, [])):
            if earlier.n >= handed.n:
                continue
            if self.is_settled(earlier):
                break
            start = min(start, self._authenticated(earlier))
        return start, handed.n

    @cached_property
    def _same_bytes(self) -> dict[str, list[HandedOut]]:
        found: dict[str, list[HandedOut]] = {}
        for handed in self.hand_outs.values():
            found.setdefault(handed.text, []).append(handed)
        return found

    def _authenticated(self, handed: HandedOut) -> int:
        update = self.by_number.get(handed.update)
        return update.authenticated_at if update else handed.n

    def is_settled(self, handed: HandedOut) -> bool:
        """Did the server ever learn for sure what became of a hand-out?"""
        return self.settled_at(handed) is not None

    def settled_at(self, handed: HandedOut) -> int | None:
        """The line at which the server surely learned what became of a hand-out, or None."""
        update = self.by_number.get(handed.update)
        if update is None:
            return None
        answered = (done for done in update.processed if done.call == handed.call and done.answers)
        learned = (self.learned_of(update, done.n) for done in answered)
        return next((line for sure, line in learned if sure), None)

    def learned_of(self, update: Update, line: int) -> tuple[bool | None, int]:
        """Did the server learn QuickBooks' answer of this line (None: perhaps), and at which line?"""
        learned = [self._learned_by(update, reply) for reply in update.brought_back(line)]
        for verdict in (True, None):
            if found := next((each for each in learned if each[0] is verdict), None):
                return found
        return False, 0

    def _learned_by(self, update: Update, reply: CallAnswered) -> tuple[bool | None, int]:
        if not reply.reached:
            return False, 0
        call = self.calls.get(reply.call)
        died = any(
            fault.word == "server killed" and fault.call == reply.call and fault.n < reply.n
            for fault in update.faults
        )
        if died or (call is not None and not self.tickets.surely_alive(_ticket(call), call.n)):
            return None, reply.n
        failed_by_itself = bool(reply.error) and not reply.cause and not update.faults
        return None if failed_by_itself else True, reply.n

    # -- what landed ------------------------------------------------------------------------------

    @cached_property
    def renames(self) -> Renames:
        """Which names were changed in QuickBooks."""
        return Renames(self.all(Committed))

    @cached_property
    def timelines(self) -> Timelines:
        """What the present still remembers."""
        return Timelines(self.all(Committed))

    @cached_property
    def all_landings(self) -> tuple[Landing, ...]:
        """Every landing, in whatever company and on whatever timeline, in order."""
        return read_landings(self)

    @cached_property
    def landings(self) -> tuple[Landing, ...]:
        """Every landing in the server's own company file, on whatever timeline, in order."""
        return tuple(landing for landing in self.all_landings if not landing.entry.company)

    @cached_property
    def restored_server(self) -> int | None:
        """The line at which the server was last put back to its own backup."""
        lines = [e.n for e in self.all(ProcessChanged) if e.process == "server" and "backup" in e.change]
        return lines[-1] if lines else None

    def was_undone(self, change: Event) -> bool:
        """Did the server lose what its owner did at ``change``, because its own backup was put back?

        The backup is made before the first step, so it has what was there by then and nothing else.
        """
        if self.restored_server is None or change.n > self.restored_server:
            return False
        first = next((step.n for step in self.all(StepTaken)), 0)
        return change.n > first

    @cached_property
    def last_restore(self) -> int:
        """The line at which a backup of the company file was last restored, or 0."""
        return max((row.n for row in self.timelines.restores), default=0)


def _ticket(call: CallSent) -> str:
    return call.arguments.get("ticket", "")


__all__ = ["Reading"]
