"""Which dangerous states a campaign has visited: a search that never came there proves nothing.

A mark is a name with a function of the history, and the lanes that must come there. What no run has
reached is said at the end, and with ``--require-reached`` it is not green.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final, final

from attrs import frozen

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


def _refusal_unheard(facts: Facts) -> bool:
    """The server never got the answer in which QuickBooks refused something."""
    refused = {
        done.call: done for done in facts.history.all(Processed) if any(a.is_error for a in done.answers)
    }
    answers = [a for a in facts.history.all(CallAnswered) if a.operation == "receiveResponseXML"]
    return any(
        not any(answer.reached for answer in answers if answer.update == done.update and answer.n > done.n)
        for done in refused.values()
    )


def _login_during_a_session(facts: Facts) -> bool:
    """Somebody logged in whose last session had never said goodbye."""
    open_ones = 0
    for answer in facts.history.all(CallAnswered):
        if answer.operation == "authenticate" and answer.reached:
            if open_ones:
                return True
            open_ones = 1
        elif answer.operation == "closeConnection" and answer.reached:
            open_ones = 0
    return False


def _typed_like_a_block(facts: Facts) -> bool:
    """A person typed the very hours of a block, or imported them."""
    blocks = [event.hours for event in facts.history.all(BlockChanged) if event.hours is not None]
    return any(
        row.after is not None and any(not row.after.differences(hours) for hours in blocks)
        for row in facts.history.all(Committed)
        if row.record == "TimeTracking" and row.action in {"add", "import"} and row.actor != "connector"
    )


def _called(operation: str) -> Callable[[Facts], bool]:
    return lambda facts: any(sent.operation == operation for sent in facts.history.all(CallSent))


def _changed(change: str) -> Callable[[Facts], bool]:
    return lambda facts: any(event.change == change for event in facts.history.all(BlockChanged))


def _restored_after_landing(facts: Facts) -> bool:
    """A backup took away hours of which the server had heard."""
    heard = {row.n for row in facts.landings} - {row.n for row in facts.unheard}
    return any(n < row.n for row in facts.history.all(Committed) if row.action == "restore" for n in heard)


def _equal_blocks(facts: Facts) -> bool:
    rows = Counter(
        event.hours for event in facts.history.all(BlockChanged) if event.change == "added" and event.hours
    )
    return any(times > 1 for times in rows.values())


@final
@frozen
class Mark:
    """A dangerous state. ``lanes``: where a campaign that never came there is not enough.

    ``but`` says for the others what it takes.
    """

    visited: Callable[[Facts], bool]
    lanes: frozenset[str]
    but: str = ""


EXHAUSTIVE, SWEEP, QUICK, DEEP = "exhaustive", "sweep", "quick", "deep"
_ANY: Final = frozenset({EXHAUSTIVE, SWEEP, QUICK, DEEP})
_KINDS: Final = _ANY - {SWEEP}
_DRAWN: Final = frozenset({QUICK, DEEP})
_DEEP: Final = frozenset({DEEP})
_NOWHERE: Final = frozenset[str]()

MARKS: Final[Mapping[str, Mark]] = {
    "answer lost after the commit": Mark(lambda facts: bool(facts.unheard), _ANY),
    "asked again under the same id": Mark(
        _asked_again, _NOWHERE, "a server that asks QuickBooks what became of a message set"
    ),
    "login while a session is open": Mark(_login_during_a_session, _ANY),
    "block edited while in doubt": Mark(_in_doubt("edited"), _DRAWN),
    "block deleted while in doubt": Mark(_in_doubt("deleted"), _DRAWN),
    "backup restored with a block in doubt": Mark(_restored_in_doubt, _DRAWN),
    "backup restored after a landing": Mark(_restored_after_landing, _DRAWN),
    "two PCs interleaved": Mark(_interleaved, _DRAWN),
    "refused, mended, landed": Mark(_mended, _DRAWN),
    "answer about a refusal lost": Mark(_refusal_unheard, _DRAWN),
    "stored refusal": Mark(_stored_refusal, _NOWHERE, "a server that hands a refused set out again"),
    "9001: changed bytes under a known id": Mark(
        _status("9001"), _NOWHERE, "a server that uses an id twice for other bytes"
    ),
    "9002: no stored response": Mark(
        _status("9002"), _NOWHERE, "a server with message set ids, and recovery_store=loses_answer"
    ),
    "9005: state not stored": Mark(
        _status("9005"), _NOWHERE, "a server with message set ids, and recovery_store=fails"
    ),
    "equal blocks": Mark(_equal_blocks, _KINDS),
    "hours typed like a block": Mark(_typed_like_a_block, _DRAWN),
    "block marked as not sent": Mark(_changed("marked not sent"), _DRAWN),
    "quickbooks out of reach": Mark(_called("connectionError"), _DRAWN),
    "quickbooks killed": Mark(_fault("quickbooks killed"), _ANY),
    "connector killed": Mark(_fault("connector killed"), _KINDS),
    "server killed": Mark(_fault("server killed"), _KINDS),
    "call delivered twice": Mark(_fault("delivered twice"), _ANY),
    "call delivered late": Mark(_fault("delivered late"), _ANY),
    "reply garbled": Mark(_fault("garbled"), _KINDS),
}
"""Name to mark."""


@final
class Reached:
    """Counts, over many runs, which marks were reached and which fault struck which call."""

    def __init__(self) -> None:
        self.marks: Counter[str] = Counter(dict.fromkeys(MARKS, 0))
        self.faults: Counter[tuple[str, str]] = Counter()

    def note(self, history: History) -> None:
        """Count one run."""
        facts = Facts(history)
        for name, mark in MARKS.items():
            self.marks[name] += mark.visited(facts)
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

    def lacking(self, lane: str) -> tuple[str, ...]:
        """Those of them that a campaign of this lane must reach."""
        return tuple(name for name in self.missing if lane in MARKS[name].lanes)
