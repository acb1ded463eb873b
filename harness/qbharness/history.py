"""What happened, one event a line: the executor writes it, everything else reads only this.

Each event is frozen and plain: strings, numbers, and tuples of such. What the server invented
(tickets, message-set ids, block ids) stands here under its *name* (``ticket#1``), what is secret is
masked, and time is simulated; so the same plan gives the same lines, byte for byte.

A *call* is one SOAP call of a connector; ``call`` numbers them through the whole run, and the number
of the sendRequestXML that handed a request out is what a commit in the company file names as its
cause.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final, TypeVar, final

import cattrs
from attrs import evolve, fields_dict, frozen

# --------------------------------------------------------------------------------------- the parts


@final
@frozen
class Hours:
    """The contents of a row of hours: of a Work Block, of a TimeTrackingAdd, of a timesheet entry.

    ``seconds`` is the duration, ``date`` is ISO. ``billable`` is None where nobody said so. ``mark`` names
    the mark that the target's requests write into the notes; it is neither contents nor part of ``notes``.
    """

    employee: str
    date: str
    seconds: int
    customer: str = ""
    service_item: str = ""
    class_: str = ""
    payroll_item: str = ""
    notes: str = ""
    billable: bool | None = None
    mark: str = ""

    def differences(self, other: Hours) -> tuple[str, ...]:
        """The fields in which ``other`` is another row; full names ignore case, as QuickBooks does."""
        return tuple(name for name in _CONTENTS if not _same(name, getattr(self, name), getattr(other, name)))

    def as_sentence(self) -> str:
        """``Jane Doe, Acme:Roof, 2026-11-02, 8:00``."""
        parts = [self.employee, self.customer, self.date, hours_and_minutes(self.seconds)]
        return ", ".join(part for part in parts if part)


_CONTENTS: Final = tuple(name for name in fields_dict(Hours) if name != "mark")
_EXACT: Final = frozenset({"date", "seconds", "notes"})


def _same(name: str, one: object, other: object) -> bool:
    if name == "billable":
        return one is None or other is None or one == other
    if name in _EXACT:
        return one == other
    return str(one).casefold() == str(other).casefold()


def hours_and_minutes(seconds: int) -> str:
    """``8:00`` of 28800; seconds are shown only where there are any."""
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    minutes, rest = divmod(seconds, 60)
    text = f"{sign}{minutes // 60}:{minutes % 60:02d}"
    return f"{text}:{rest:02d}" if rest else text


@final
@frozen
class OfferedEntry:
    """One TimeTrackingAdd of a hand-out, its references resolved to names as QuickBooks would.

    ``block`` is the alias that the target's declared mark names, None where no mark is declared or found.
    ``external_guid`` is the request's ExternalGUID under a name, or "".
    """

    request_id: str | None
    hours: Hours
    block: str | None = None
    external_guid: str = ""


@final
@frozen
class Answer:
    """QuickBooks' answer to one request of a message set."""

    request: str
    request_id: str | None
    status_code: int
    severity: str
    message: str
    txn_id: str | None = None

    @property
    def is_error(self) -> bool:
        """Infos and warnings (below 1000) are not errors."""
        return self.status_code >= 1000


@final
@frozen
class Entry:
    """One row of QuickBooks' timesheet."""

    txn_id: str
    hours: Hours
    billing: str = ""


@final
@frozen
class ListedBlock:
    """One block as the server itself shows it.

    ``sent_version`` is the version that it says is in QuickBooks: 1 as added, 2 after the first edit.
    """

    block: str
    state: str | None
    txn_id: str | None = None
    sent_version: int | None = None


# -------------------------------------------------------------------------------------- the events


@frozen(kw_only=True)
class Event:
    """Something that happened; ``n`` is its line in the history, ``at`` the simulated time."""

    kind: ClassVar[str]
    n: int = 0
    at: str = ""


@final
@frozen(kw_only=True)
class ScenarioStarted(Event):
    """``decided_by`` is what must happen for the story to count: a ``landing`` or a ``refusal``.

    ``company`` is the company file that the server's hours belong to, under the name that
    :class:`UpdateStarted` would give it ("": not told).
    """

    kind = "scenario started"
    scenario: str
    file: str
    target: str
    seed: int
    switches: Mapping[str, str]
    contract: Mapping[str, str]
    decided_by: str = "landing"
    company: str = ""


@final
@frozen(kw_only=True)
class StepTaken(Event):
    """A step of the plan begins; ``step`` counts from 1 and is 0 for what the harness itself adds."""

    kind = "step"
    step: int
    who: str
    sentence: str
    line: int | None = None


@final
@frozen(kw_only=True)
class BlockChanged(Event):
    """The owner of the server added, edited or deleted a block, or marked it by hand.

    ``hours`` are the contents from now on (None: deleted). ``certain`` is False where the outcome of the
    operation is not known.
    """

    kind = "block"
    block: str
    change: str
    hours: Hours | None
    certain: bool = True


@final
@frozen(kw_only=True)
class PeriodSelected(Event):
    """From now on the server sends blocks between the two ISO dates (both included; None: no bound)."""

    kind = "period"
    start: str | None
    end: str | None


@final
@frozen(kw_only=True)
class UpdateStarted(Event):
    """One update of one application; ``update`` numbers them. ``quiet``: no fault may strike in it."""

    kind = "update started"
    update: int
    pc: str
    application: str
    company: str
    quiet: bool = False


@final
@frozen(kw_only=True)
class CallSent(Event):
    """The connector makes a call; passwords are masked, qbXML texts are cut out (see the other events).

    ``probe`` is set where the harness itself calls, to see that it is refused: ``wrong password``,
    ``dead ticket``, ``made-up ticket``.
    """

    kind = "call"
    call: int
    update: int
    pc: str
    operation: str
    arguments: Mapping[str, str]
    probe: str = ""


@final
@frozen(kw_only=True)
class CallAnswered(Event):
    """How a call ended for the connector: with a value, or with an error.

    ``reached``: did the server get the call (False: it never saw it)? ``learned``: did the connector
    get the server's answer? ``deliveries``: how often the server got it. A copy of the call that the server
    gets later or twice has an event of its own: the same ``call``, ``learned`` False, what the server said.
    """

    kind = "reply"
    call: int
    update: int
    operation: str
    value: tuple[str, ...]
    error: str = ""
    reached: bool = True
    learned: bool = True
    deliveries: int = 1
    cause: str = ""


@final
@frozen(kw_only=True)
class HandedOut(Event):
    """A sendRequestXML reply that carried a message set.

    ``refusal`` is what the structure gate says of it ("" where QuickBooks takes it), ``value_refusals``
    what the value gate says of single requests. ``delivery`` is 2 for the reply to a doubled call, which the
    connector never sees.
    """

    kind = "handed out"
    call: int
    update: int
    text: str
    version: str
    requests: tuple[str, ...]
    entries: tuple[OfferedEntry, ...]
    new_message_set_id: str = ""
    old_message_set_id: str = ""
    refusal: str = ""
    value_refusals: tuple[str, ...] = ()
    delivery: int = 1


@final
@frozen(kw_only=True)
class Processed(Event):
    """QuickBooks answered (or died over) the message set that ``call`` handed out."""

    kind = "processed"
    call: int
    update: int
    answers: tuple[Answer, ...] = ()
    message_set_status: str = ""
    hresult: str = ""
    text: str = ""
    replayed: bool = False


@final
@frozen(kw_only=True)
class Committed(Event):
    """One row of the company file's journal.

    ``actor`` is ``connector``, ``person`` or ``import``; ``call`` the hand-out that caused it; ``company`` is
    empty for the scenario's own company file, else the name of the other one.
    A restore says on which timeline its backup was taken (``restored``) and up to which sequence the new
    timeline has that past in common (``shares``).
    """

    kind = "committed"
    sequence: int
    action: str
    record: str
    record_id: str
    name: str = ""
    before: Hours | None = None
    after: Hours | None = None
    billing: str = ""
    actor: str
    pc: str = ""
    application: str = ""
    call: int | None = None
    company: str = ""
    timeline: int = 0
    restored: int | None = None
    shares: int | None = None


@final
@frozen(kw_only=True)
class Ledger(Event):
    """The timesheet as QuickBooks would show it now."""

    kind = "ledger"
    moment: str
    entries: tuple[Entry, ...]


@final
@frozen(kw_only=True)
class ServerListed(Event):
    """The server's own list of blocks."""

    kind = "server list"
    moment: str
    blocks: tuple[ListedBlock, ...]


@final
@frozen(kw_only=True)
class Fault(Event):
    """A planned fault struck (``fired``), or the plan ended without it."""

    kind = "fault"
    word: str
    anchor: str
    fired: bool
    update: int = 0
    call: int | None = None
    line: int | None = None


@final
@frozen(kw_only=True)
class ProcessChanged(Event):
    """A process or program started, stopped, was killed or died by itself: ``server``, ``QuickBooks``."""

    kind = "process"
    process: str
    change: str


@final
@frozen(kw_only=True)
class UpdateEnded(Event):
    """What the Web Connector's window shows afterwards.

    ``end`` is the connector's outcome (``completed``, ``no work``, ``refused``, ``busy``, ``postponed``,
    ``failed``, ``stopped``, ``killed``, ``bounded``), or ``locked out``. ``shown`` is the text that the user
    reads.
    """

    kind = "update ended"
    update: int
    end: str
    progress: int | None
    shown: str
    last_error: str = ""
    codes: tuple[str, ...] = ()
    calls: int = 0


@final
@frozen(kw_only=True)
class Expected(Event):
    """An expectation of the author, to be judged against the latest ledger, list and update above it."""

    kind = "expectation"
    word: str
    arguments: Mapping[str, Any]
    line: int | None = None


@final
@frozen(kw_only=True)
class Undetermined(Event):
    """Why this run can give no verdict: one of the oracle's causes."""

    kind = "undetermined"
    reason: str


@final
@frozen(kw_only=True)
class AtRest(Event):
    """The quiet updates are over; delivery is judged as of here."""

    kind = "at rest"


EVENTS: Final[Mapping[str, type[Event]]] = {
    kind.kind: kind
    for kind in (
        ScenarioStarted, StepTaken, BlockChanged, PeriodSelected, UpdateStarted, CallSent, CallAnswered,
        HandedOut, Processed, Committed, Ledger, ServerListed, Fault, ProcessChanged, UpdateEnded, Expected,
        Undetermined, AtRest,
    )
}  # fmt: skip

# ------------------------------------------------------------------------------------- the history

_E = TypeVar("_E", bound=Event)
_converter: Final = cattrs.Converter(omit_if_default=True, forbid_extra_keys=True)
_converter.register_structure_hook(int | None, lambda value, _: value)
_converter.register_structure_hook(bool | None, lambda value, _: value)
_converter.register_structure_hook(str | None, lambda value, _: value)


@final
class History:
    """The events of one run, in order."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events = list(events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def all(self, kind: type[_E]) -> tuple[_E, ...]:
        """Every event of one kind, in order."""
        return tuple(event for event in self._events if isinstance(event, kind))

    def first(self, kind: type[_E]) -> _E | None:
        """The first event of a kind, or None."""
        return next((event for event in self._events if isinstance(event, kind)), None)

    def last(self, kind: type[_E], *, before: int | None = None) -> _E | None:
        """The latest event of a kind (above line ``before``), or None."""
        for event in reversed(self._events):
            if isinstance(event, kind) and (before is None or event.n < before):
                return event
        return None

    def append(self, event: Event, *, at: str | None = None) -> Event:
        """Add an event, giving it its number, and the time ``at`` where there is one."""
        event = evolve(event, n=len(self._events) + 1, at=event.at if at is None else at)
        self._events.append(event)
        return event


def to_line(event: Event) -> str:
    """One line of NDJSON, without the line break."""
    data = {"n": event.n, "at": event.at, "event": event.kind}
    body = _converter.unstructure(event)
    body.pop("n", None)
    body.pop("at", None)
    return json.dumps(data | body, ensure_ascii=False, separators=(", ", ": "))


def from_line(line: str) -> Event:
    """The event that :func:`to_line` wrote; ValueError where the line is none."""
    data = json.loads(line)
    kind = EVENTS.get(data.pop("event", "")) if isinstance(data, dict) else None
    if kind is None:
        raise ValueError(f"no event: {line[:80]!r}")
    try:
        return _converter.structure(data, kind)
    except cattrs.BaseValidationError as wrong:
        raise ValueError(f"no {kind.kind!r} event: {line[:80]!r}") from wrong


Sink = Callable[[Event], None]
"""What a writer of reports offers: it is given each event as it happens."""

MASK: Final = "<MaskedForSecurity>"
"""As the Web Connector's own log writes a password."""

__all__ = [
    "EVENTS", "MASK", "Answer", "AtRest", "BlockChanged", "CallAnswered", "CallSent", "Committed", "Entry",
    "Event", "Expected", "Fault", "HandedOut", "History", "Hours", "Ledger", "ListedBlock", "OfferedEntry",
    "PeriodSelected", "ProcessChanged", "Processed", "ScenarioStarted", "ServerListed", "Sink", "StepTaken",
    "Undetermined", "UpdateEnded", "UpdateStarted", "from_line", "hours_and_minutes", "to_line",
]  # fmt: skip
