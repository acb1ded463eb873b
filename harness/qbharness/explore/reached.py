"""Which dangerous states a campaign has visited: a search that never came there proves nothing.

A mark is a name with a function of the history. What no run has reached is said at the end, and with
``--require-reached`` it is not green.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final, final

from qbharness.history import (
    BlockChanged,
    CallAnswered,
    CallSent,
    Committed,
    Fault,
    HandedOut,
    History,
    Processed,
    UpdateEnded,
    UpdateStarted,
)


@final
class Facts:
    """What several marks look at, read once from one history."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.landings = [
            row
            for row in history.all(Committed)
            if row.record == "TimeTracking" and row.action == "add" and row.actor == "connector"
        ]
        answers = [r for r in history.all(CallAnswered) if r.operation == "receiveResponseXML"]
        self.unheard: list[Committed] = []
        """Landings of which the server did not hear in the update that made them."""
        for row in self.landings:
            update = next((h.update for h in history.all(HandedOut) if h.call == row.call), 0)
            heard = next((a for a in answers if a.update == update and a.n > row.n), None)
            if heard is None or not heard.reached:
                self.unheard.append(row)

    def doubts(self) -> Iterator[tuple[int, int]]:
        """Spans of lines in which a landed block is in doubt: from the commit to the next hand-out."""
        for row in self.unheard:
            later = (h.n for h in self.history.all(HandedOut) if h.n > row.n and h.call != row.call)
            yield row.n, next(later, len(self.history) + 1)


def _fault(word: str) -> Callable[[Facts], bool]:
    return lambda facts: any(f.fired and f.word == word for f in facts.history.all(Fault))


def _in_doubt(change: str) -> Callable[[Facts], bool]:
    return lambda facts: any(
        start < event.n < end
        for start, end in facts.doubts()
        for event in facts.history.all(BlockChanged)
        if event.change == change
    )


def _restored_in_doubt(facts: Facts) -> bool:
    return any(
        start < row.n < end
        for start, end in facts.doubts()
        for row in facts.history.all(Committed)
        if row.action == "restore"
    )


def _interleaved(facts: Facts) -> bool:
    """Two updates whose calls alternate."""
    open_updates: set[int] = set()
    for event in facts.history:
        if isinstance(event, UpdateStarted):
            open_updates.add(event.update)
        elif isinstance(event, UpdateEnded):
            open_updates.discard(event.update)
        elif isinstance(event, CallSent) and len(open_updates) > 1:
            return True
    return False


def _status(code: str) -> Callable[[Facts], bool]:
    return lambda facts: any(done.message_set_status == code for done in facts.history.all(Processed))


def _stored_refusal(facts: Facts) -> bool:
    """The same message set was refused twice: the second time from memory."""
    handed = {event.call: event.new_message_set_id for event in facts.history.all(HandedOut)}
    refused = Counter(
        handed.get(done.call, "")
        for done in facts.history.all(Processed)
        if any(answer.is_error for answer in done.answers)
    )
    return any(name and times > 1 for name, times in refused.items())


def _asked_again(facts: Facts) -> bool:
    """A landed message set was handed out again under its id, and nothing new was committed."""
    handed = {event.call: event for event in facts.history.all(HandedOut)}
    landed = {handed[row.call].new_message_set_id for row in facts.landings if row.call in handed}
    caused = {row.call for row in facts.landings}
    return any(
        event.new_message_set_id and event.new_message_set_id in landed and event.call not in caused
        for event in handed.values()
    )


def _mended(facts: Facts) -> bool:
    """A block that was refused landed later."""
    refused = [d.n for d in facts.history.all(Processed) if any(a.is_error for a in d.answers)]
    return bool(refused) and any(row.n > refused[0] for row in facts.landings)


def _equal_blocks(facts: Facts) -> bool:
    rows = Counter(
        event.hours for event in facts.history.all(BlockChanged) if event.change == "added" and event.hours
    )
    return any(times > 1 for times in rows.values())


MARKS: Final[Mapping[str, Callable[[Facts], bool]]] = {
    "answer lost after the commit": lambda facts: bool(facts.unheard),
    "block edited while in doubt": _in_doubt("edited"),
    "block deleted while in doubt": _in_doubt("deleted"),
    "backup restored with a block in doubt": _restored_in_doubt,
    "two updates interleaved": _interleaved,
    "asked again under the same id": _asked_again,
    "stored refusal": _stored_refusal,
    "refused, mended, landed": _mended,
    "9001: changed bytes under a known id": _status("9001"),
    "9002: no stored response": _status("9002"),
    "9005: state not stored": _status("9005"),
    "equal blocks": _equal_blocks,
    "quickbooks killed": _fault("quickbooks killed"),
    "connector killed": _fault("connector killed"),
    "server killed": _fault("server killed"),
    "call delivered twice": _fault("delivered twice"),
    "call delivered late": _fault("delivered late"),
    "reply garbled": _fault("garbled"),
}
"""Name to whether a history has been there."""


@final
class Reached:
    """Counts, over many runs, which marks were reached and which fault struck which call."""

    def __init__(self) -> None:
        self.marks: Counter[str] = Counter(dict.fromkeys(MARKS, 0))
        self.faults: Counter[tuple[str, str]] = Counter()

    def note(self, history: History) -> None:
        """Count one run."""
        facts = Facts(history)
        for name, was_there in MARKS.items():
            self.marks[name] += was_there(facts)
        for fault in history.all(Fault):
            if fault.fired:
                self.faults[fault.anchor.partition(",")[0], fault.word] += 1

    def add(self, other: Reached) -> None:
        """Count the runs of another worker too."""
        self.marks.update(other.marks)
        self.faults.update(other.faults)

    @property
    def missing(self) -> tuple[str, ...]:
        """The marks that no run has reached."""
        return tuple(name for name, times in self.marks.items() if not times)
