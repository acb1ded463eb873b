"""One PC's Web Connector: its list of applications, *Update Selected*, Auto-Run, and its locks.

Applications run one after the other. The lock of the Windows user (UpdateLock, in the registry) lets
one update run at a time; what a connector that died left locked is the switch ``stale_locks``.
Source: Web Connector guide p37-40, logs, a vendor's notes; certainties in the switches.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, final

from attrs import define, field

from qbsim.connector import registration
from qbsim.connector.codes import CODES
from qbsim.connector.events import Coded, Observer, Selected, UpdateLockSet, Waited
from qbsim.connector.locks import CompanyLock, Liveness
from qbsim.connector.qwc import Application
from qbsim.connector.update import Bounds, Result, StepName, Update, User
from qbsim.connector.wire import Transport
from qbsim.errors import UsageProblem
from qbsim.processor import RequestProcessor
from qbsim.source import Source

LEAST_EVERY: Final = dt.timedelta(minutes=1)
"""The least that the window takes for Every_Min; a .qwc may say seconds (guide p39)."""
STALE_WAIT: Final = dt.timedelta(minutes=5)
"""How long a stale UpdateLock is waited for under ``stale_locks=wait`` before it is respected (guess)."""


@final
@define
class Entry:
    """One line of the window: an application, its stored password, its schedule, what came of it."""

    application: Application
    password: str | None
    locks_company: bool
    every: dt.timedelta | None
    at_least: dt.timedelta = dt.timedelta(0)
    due: dt.datetime | None = None
    last: Result | None = None


@final
@define
class WebConnector:
    """The Web Connector of one user on one PC.

    ``processor`` gives a connection to that PC's QuickBooks, anew for each update. ``liveness`` is shared
    by all PCs of a simulation. :attr:`results` grows by one ``(name, result)`` an update.
    """

    processor: Callable[[], RequestProcessor]
    transport: Transport
    source: Source
    switches: Mapping[str, str]
    observer: Observer = field(factory=Observer)
    pc: str = "pc1"
    user: User = field(factory=User)
    bounds: Bounds = field(factory=Bounds)
    liveness: Liveness = field(factory=Liveness)
    numbers: Iterator[int] = field(factory=lambda: itertools.count(1))
    entries: dict[str, Entry] = field(factory=dict, init=False)
    results: list[tuple[str, Result]] = field(factory=list, init=False)
    update_lock: bool = field(default=False, init=False)
    """The registry's UpdateLock; a connector that died leaves it set."""
    _running: bool = field(default=False, init=False)

    # -- the list

    def add(self, application: Application) -> registration.Registration:
        """Add an application as its .qwc is opened: probes, FileID, AppLock. The password comes later."""
        made = registration.add(
            application, self.processor(), self.transport, self.switches, self.observer, pc=self.pc
        )
        if made.added:
            self.install(application, None, locks_company=True)
        return made

    def install(
        self, application: Application, password: str | None, *, locks_company: bool = False
    ) -> Entry:
        """Put an application into the list without probing or writing anything."""
        every = application.scheduler.every if application.scheduler else None
        entry = Entry(application, password, locks_company, every)
        self.entries[application.name] = entry
        return entry

    def set_password(self, name: str, password: str | None) -> None:
        """Store the password that the user typed; None forgets it."""
        self.entry(name).password = password

    def remove(self, name: str) -> registration.Registration:
        """Take an application off the list, and its stamp out of the open company file."""
        entry = self.entry(name)
        gone = registration.remove(entry.application, self.processor(), self.observer, pc=self.pc)
        del self.entries[name]
        return gone

    def entry(self, name: str) -> Entry:
        """The line of one application; an unknown one is QBWC1011."""
        if name not in self.entries:
            raise UsageProblem(
                CODES["QBWC1011"].shown(name),
                cure=f"The list holds: {', '.join(self.entries) or 'nothing'}.",
            )
        return self.entries[name]

    # -- Update Selected

    def update_selected(self, names: Iterable[str] | None = None) -> tuple[tuple[str, Result], ...]:
        """Update the checked applications (None: all) one after the other; their results in order."""
        before = len(self.results)
        for _ in self.steps(names):
            pass
        return tuple(self.results[before:])

    def steps(self, names: Iterable[str] | None = None) -> Iterator[StepName]:
        """As :meth:`update_selected`, one action each time that it is advanced."""
        chosen = list(self.entries if names is None else names)
        if not chosen:
            self._code("QBWC1016")
            return
        failed: list[str] = []
        for name in chosen:
            before = len(self.results)
            yield from self._one(name, scheduled=False)
            if not all(result.ok for _, result in self.results[before:]) or before == len(self.results):
                failed.append(name)
            if self.results[before:] and self.results[-1][1].outcome in ("killed", "stopped"):
                return
        if failed:
            self._code("QBWC1017", ", ".join(failed))

    def _one(self, name: str, *, scheduled: bool) -> Iterator[StepName]:
        entry = self.entry(name)
        self.observer.happened(Selected(name, scheduled=scheduled))
        if not self._take_update_lock():
            return
        update = self._update(entry, scheduled=scheduled)
        self._running = True
        try:
            yield from update.steps()
        finally:
            self._running = False
            entry.last = update.result
            self.results.append((name, update.result))
            if update.result.outcome != "killed":
                self._set_update_lock(value=False)
        if scheduled and not update.result.ok and update.result.outcome != "killed":
            self._code("QBWC1031")

    def _update(self, entry: Entry, *, scheduled: bool) -> Update:
        owner = entry.application.owner_id
        return Update(
            entry.application,
            entry.password,
            self.processor(),
            self.transport,
            self.source,
            self.switches,
            self.observer,
            self.pc,
            numbers=self.numbers,
            user=self.user,
            bounds=self.bounds,
            lock=CompanyLock(owner, self.pc, self.liveness) if entry.locks_company else None,
            auto_run=scheduled,
        )

    def _take_update_lock(self) -> bool:
        """Whether this update may run; one that finds another running is left out (guess)."""
        self.observer.happened(UpdateLockSet(self.update_lock, found=True))
        if self.update_lock:
            reaction = "fail" if self._running else self.switches["stale_locks"]
            if reaction == "wait":
                self.source.advance(STALE_WAIT)
                self.observer.happened(Waited(STALE_WAIT.total_seconds(), "update lock"))
            if reaction != "taken_over":
                return False
        self._set_update_lock(value=True)
        return True

    def _set_update_lock(self, *, value: bool) -> None:
        self.update_lock = value
        self.observer.happened(UpdateLockSet(value))

    def _code(self, code: str, detail: str = "") -> None:
        self.observer.happened(Coded(code, CODES[code].shown(detail)))

    # -- Auto-Run

    def auto_run(
        self,
        duration: dt.timedelta,
        *,
        every: dt.timedelta | None = None,
        names: Iterable[str] | None = None,
    ) -> Iterator[StepName]:
        """Run the schedule for ``duration`` of simulated time, one action each time it is advanced.

        ``every`` is what the user typed as Every_Min; without it the .qwc's scheduler counts. The first
        update is one interval from now. The interval is a least distance between two starts; the server
        raises it with the fourth string of authenticate and postpones with the third.
        """
        end = self.source.now + duration
        chosen = [self.entry(name) for name in (self.entries if names is None else names)]
        for entry in chosen:
            entry.every = self._interval(entry, every)
            entry.due = self.source.now + entry.every
        while chosen:
            entry = min(chosen, key=_due)
            if _due(entry) > end:
                break
            self.source.advance_to(_due(entry))
            started = self.source.now
            count = len(self.results)
            yield from self._one(entry.application.name, scheduled=True)
            if len(self.results) > count and self.results[-1][1].outcome in ("killed", "stopped"):
                return
            entry.due = self._next(entry, started)
        self.source.advance_to(end)

    def _interval(self, entry: Entry, every: dt.timedelta | None) -> dt.timedelta:
        if every is not None:
            if every < LEAST_EVERY:
                raise UsageProblem(
                    "Every_Min is at least one minute.",
                    cure="Seconds can only be asked for by the .qwc (RunEveryNSeconds).",
                )
            return every
        if entry.every is None:
            raise UsageProblem(
                f"The application {entry.application.name} has no schedule.",
                cure="Give an interval, or a Scheduler element in its .qwc.",
            )
        return entry.every

    def _next(self, entry: Entry, started: dt.datetime) -> dt.datetime:
        result = entry.last
        if result is not None and result.at_least is not None:
            entry.at_least = dt.timedelta(seconds=result.at_least)
        wait = max(entry.every or LEAST_EVERY, entry.at_least, dt.timedelta(seconds=1))
        if result is not None and result.postpone:
            wait = dt.timedelta(seconds=result.postpone)
        return max(started + wait, self.source.now)


def _due(entry: Entry) -> dt.datetime:
    assert entry.due is not None  # noqa: S101 - set for every entry that runs
    return entry.due
