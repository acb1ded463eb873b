"""Tells a history in words: one beat an event, with who does it, to whom, and how much it matters.

The failure's short story picks the beats that matter most; the sequence diagram draws them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias, final

from attrs import evolve, frozen

from qbharness.history import (
    AtRest,
    BlockChanged,
    CallAnswered,
    CallSent,
    Committed,
    Event,
    Expected,
    Fault,
    HandedOut,
    Hours,
    PeriodSelected,
    ProcessChanged,
    Processed,
    StepTaken,
    Undetermined,
    UpdateEnded,
    UpdateStarted,
    hours_and_minutes,
)
from qbharness.reports.texts import one_line, plural

Lane: TypeAlias = Literal["owner", "server", "connector", "QuickBooks", "person"]


@final
@frozen(kw_only=True)
class Beat:
    """One thing that happened, told.

    ``n`` and ``at`` are the line and the simulated time of its event, ``kind`` the event's. ``who`` does
    what ``text`` says; it goes from lane ``start`` to lane ``end`` (None: it concerns the one lane, or with
    no ``start`` everybody). ``pc`` tells the Web Connectors of several PCs apart. ``weight`` is how much a
    story would miss the beat; with 0 it is never told, only drawn.
    """

    who: str
    text: str
    start: Lane | None = None
    end: Lane | None = None
    weight: int = 0
    trouble: bool = False
    blocks: tuple[str, ...] = ()
    pc: str = ""
    update: int = 0
    call: int | None = None
    kind: str = ""
    n: int = 0
    at: str = ""


@final
class _Known:
    """What a teller needs to know beyond its event; grows as the history is told."""

    def __init__(self, events: tuple[Event, ...]) -> None:
        self.aliases: dict[Hours, dict[str, None]] = {}
        self.pcs = {event.update: event.pc for event in events if isinstance(event, UpdateStarted)}
        self.struck = {event.call for event in events if isinstance(event, Fault) and event.fired}
        self.begun = False

    def names(self, hours: Hours | None) -> tuple[str, ...]:
        """The blocks that had these contents at some time."""
        found = (
            names
            for known, names in self.aliases.items()
            if hours is not None and not known.differences(hours)
        )
        return tuple(name for names in found for name in names)

    def told(self, hours: Hours) -> str:
        """``roof (8:00)``; the whole row where it is no block's."""
        names = self.names(hours)
        if not names:
            return hours.as_sentence()
        return f"{' or '.join(names)} ({hours_and_minutes(hours.seconds)})"

    def connector(self, update: int) -> str:
        """The name of the Web Connector that runs ``update``."""
        several = len(set(self.pcs.values())) > 1
        return f"Web Connector ({self.pcs.get(update, '')})" if several else "Web Connector"


# ---------------------------------------------------------------------- what people and the plan do

_LANES: Final[Mapping[str, Lane]] = {
    "the user": "connector",
    "the server's owner": "owner",
    "a person in QuickBooks": "person",
}
"""Where the people of :data:`qbharness.scenario.steps.Who` stand; whoever is missing stands nowhere."""


_NAMES: Final = {"the server's owner": "the owner", "a person in QuickBooks": "a person"}
_SUBJECT: Final = re.compile(r"(On the server, |In QuickBooks, )?(the user |somebody )", re.IGNORECASE)


def _step(known: _Known, event: StepTaken) -> Beat:
    known.begun = True
    said = event.sentence.splitlines()[0].rstrip(".") if event.sentence else ""
    return Beat(
        who=_NAMES.get(event.who, event.who),
        text=_SUBJECT.sub("", said, count=1) if _SUBJECT.match(said) else said,
        start=_LANES.get(event.who),
        weight=5 if event.step else 1,
    )


def _block(known: _Known, event: BlockChanged) -> Beat:
    if event.hours is not None:
        known.aliases.setdefault(event.hours, {})[event.block] = None
    what = f": {event.hours.as_sentence()}" if event.hours else ""
    unsure = "" if event.certain else " (nobody knows whether it worked)"
    return Beat(
        who="server",
        text=f"block {event.block} is {event.change}{what}{unsure}",
        start="owner",
        end="server",
        weight=(3 if known.begun else 2) if event.certain else 9,
        trouble=not event.certain,
        blocks=(event.block,),
    )


def _period(_known: _Known, event: PeriodSelected) -> Beat:
    text = f"the period is {event.start or 'the beginning'} to {event.end or 'the end of time'}"
    if event.start is None and event.end is None:
        text = "every period is selected"
    return Beat(who="server", text=text, start="owner", end="server", weight=2)


def _process(_known: _Known, event: ProcessChanged) -> Beat:
    lane: Lane = "QuickBooks" if event.process == "QuickBooks" else "server"
    bad = event.change in {"killed", "died"}
    text = f"is {event.change}" if bad else event.change
    return Beat(who=event.process, text=text, start=lane, weight=4, trouble=bad)


def _expected(_known: _Known, event: Expected) -> Beat:
    return Beat(who="the judge", text=f"looks: {event.word}", weight=1)


def _undetermined(_known: _Known, event: Undetermined) -> Beat:
    return Beat(who="the judge", text=event.reason, weight=9, trouble=True)


def _at_rest(_known: _Known, _event: AtRest) -> Beat:
    return Beat(who="the judge", text="everything is at rest; now it is judged")


# ------------------------------------------------------------------------------- what an update does


def _started(known: _Known, event: UpdateStarted) -> Beat:
    quiet = ", with nothing in its way" if event.quiet else ""
    return Beat(
        who=known.connector(event.update),
        text=f"starts update {event.update} of {event.application or 'the application'}{quiet}",
        start="connector",
        weight=4,
        update=event.update,
    )


def _call(known: _Known, event: CallSent) -> Beat:
    return Beat(
        who=known.connector(event.update),
        text=event.operation,
        start="connector",
        end="server",
        update=event.update,
        call=event.call,
    )


def _reply(known: _Known, event: CallAnswered) -> Beat:
    text, trouble = _answered(event)
    weight = 8 if trouble else 0
    if trouble and event.call in known.struck:
        weight = 1  # the fault itself is told, just before
    said = " ".join(event.value)
    if event.operation == "receiveResponseXML" and said.startswith("-"):
        weight, text = 6, f"says {said}: stop"
    return Beat(
        who="server",
        text=text,
        start="server",
        end="connector",
        weight=weight,
        trouble=trouble,
        update=event.update,
        call=event.call,
    )


def _answered(event: CallAnswered) -> tuple[str, bool]:
    why = f": {event.error}" if event.error else ""
    if not event.reached:
        return f"never gets {event.operation}{why}", True
    if not event.learned:
        return f"answers {event.operation}, but the Web Connector never learns it{why}", True
    if event.deliveries > 1:
        return f"gets {event.operation} {event.deliveries} times", True
    return f"answers {event.operation}{why}", bool(event.error)


def _handed_out(known: _Known, event: HandedOut) -> Beat:
    if event.entries:
        text, weight = f"hands out {'; '.join(known.told(entry.hours) for entry in event.entries)}", 7
    else:
        text, weight = f"asks QuickBooks: {', '.join(event.requests) or 'nothing'}", 2
    if event.refusal:
        text, weight = f"{text}, but QuickBooks cannot read it: {event.refusal}", 9
    return Beat(
        who="server",
        text=text,
        start="server",
        end="connector",
        weight=weight,
        trouble=bool(event.refusal),
        blocks=tuple(name for entry in event.entries for name in known.names(entry.hours)),
        update=event.update,
        call=event.call,
    )


def _processed(_known: _Known, event: Processed) -> Beat:
    errors = [answer for answer in event.answers if answer.is_error]
    ids = " ".join(answer.txn_id for answer in event.answers if answer.txn_id)
    if event.hresult:
        text, weight = f"fails with {event.hresult}: {event.text}".rstrip(": "), 8
    elif errors:
        text, weight = "; ".join(f"refuses ({each.status_code}): {each.message}" for each in errors), 8
    else:
        text, weight = f"confirms {ids}" if ids else f"answers {plural(len(event.answers), 'request')}", 2
    if event.replayed:
        text, weight = f"{text} (the answer that it gave before)", 6
    return Beat(
        who="QuickBooks",
        text=text,
        start="QuickBooks",
        end="connector",
        weight=weight,
        trouble=bool(event.hresult),
        update=event.update,
        call=event.call,
    )


FINE: Final = frozenset({"closed", "completed", "no work", "postponed"})
"""How updates end that nobody has to look at."""


def _ended(known: _Known, event: UpdateEnded) -> Beat:
    percent = "" if event.progress is None else f" ({event.progress} %)"
    bad = event.end not in FINE or bool(event.last_error)
    return Beat(
        who=known.connector(event.update),
        text=f"shows: {event.last_error or event.shown or event.end}{percent}",
        start="connector",
        weight=6 if bad else 4,
        update=event.update,
    )


def _fault(_known: _Known, event: Fault) -> Beat:
    text = f"{event.word} ({event.anchor})" if event.anchor else event.word
    return Beat(
        who="fault",
        text=text if event.fired else f"{text} never struck",
        start="connector" if event.update else None,
        weight=10,
        trouble=True,
        update=event.update,
        call=event.call,
    )


# --------------------------------------------------------------------------------- the company file

_ACTS: Final = {
    "add": "adds {thing}",
    "mod": "changes {thing}",
    "delete": "deletes {thing}",
    "merge": "merges {thing}",
    "restore": "restores a backup: what came after it is gone",
    "import": "imports {thing}",
}
_RECORDS: Final = {"TimeTracking": "time", "ItemService": "service item", "Company": "company"}
_MATTER: Final = frozenset({"TimeTracking", "Company"})


def _committed(known: _Known, event: Committed) -> Beat:
    names = known.names(event.after)
    if event.actor == "connector":
        hours = event.after or event.before
        verb = {"add": "writes", "delete": "deletes"}.get(event.action, "changes")
        return Beat(
            who="QuickBooks",
            text=f"{verb} {known.told(hours)}: TxnID {event.record_id}" if hours else f"notes {event.record}",
            start="QuickBooks",
            weight=8 if hours else 0,
            blocks=names,
            pc=event.pc,
            call=event.call,
        )
    row = event.after or event.before
    thing = f"{_RECORDS.get(event.record, event.record)} {row.as_sentence() if row else event.name}".strip()
    return Beat(
        who="a person" if event.actor == "person" else f"an {event.actor}",
        text=_ACTS.get(event.action, f"{event.action}: {{thing}}").format(thing=thing),
        start="person",
        end="QuickBooks",
        weight=1 if not known.begun else 7 if event.record in _MATTER else 3,
        blocks=names or known.names(event.before),
    )


_TELLERS: Final[Mapping[type[Event], Callable[[_Known, Any], Beat]]] = {
    StepTaken: _step,
    BlockChanged: _block,
    PeriodSelected: _period,
    UpdateStarted: _started,
    CallSent: _call,
    CallAnswered: _reply,
    HandedOut: _handed_out,
    Processed: _processed,
    Committed: _committed,
    Fault: _fault,
    ProcessChanged: _process,
    UpdateEnded: _ended,
    Expected: _expected,
    Undetermined: _undetermined,
    AtRest: _at_rest,
}


def narrate(events: Iterable[Event]) -> tuple[Beat, ...]:
    """The whole history, told in order; ledgers and lists are no beats."""
    everything = tuple(events)
    known = _Known(everything)
    told: list[Beat] = []
    for event in everything:
        teller = _TELLERS.get(type(event))
        if teller is not None:
            beat = teller(known, event)
            pc = beat.pc or known.pcs.get(beat.update, "")
            told.append(
                evolve(beat, n=event.n, at=event.at, kind=event.kind, text=one_line(beat.text), pc=pc)
            )
    return tuple(told)
