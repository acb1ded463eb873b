"""The world of one run: whose clock, which QuickBooks, which server, which connectors, what happened.

``take`` gives a step to the function that knows how; steps are generators that yield after every
action, so that several people can act at the same time, one action after another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Final, final

from qbharness.history import Committed as CommittedEvent
from qbharness.history import (
    Entry,
    Hours,
    Ledger,
    ListedBlock,
    ProcessChanged,
    ServerListed,
    StepTaken,
    Undetermined,
)
from qbharness.scenario.model import Scenario
from qbharness.scenario.steps import Step
from qbharness.scenario.telling import tell_step
from qbharness.targets.target import Connection, Target
from qbharness.world.blocks import BlockBook
from qbharness.world.founding import found_company
from qbharness.world.marking import Marking
from qbharness.world.pcs import Pc
from qbharness.world.recorder import Recorder
from qbharness.world.watch import UpdateWatch
from qbharness.world.wiretap import Wiretap
from qbsim.connector.events import FaultApplied
from qbsim.connector.faults import Effect, FaultyTransport
from qbsim.connector.locks import Liveness
from qbsim.connector.transport import Exchange, Reply, Transport
from qbsim.quickbooks import CompanyFile, JournalRow, QuickBooks, TimesheetRow
from qbsim.quickbooks.kinds import FAMILIES
from qbsim.source import Source
from qbsim.switches import Switches

_LISTS: Final = {
    "EntityRef": "Employee",
    "CustomerRef": "Customer",
    "ItemServiceRef": "ItemService",
    "ClassRef": "Class",
    "PayrollItemWageRef": "PayrollItemWage",
}
"""A reference to a record of the list in whose family it lies."""


_DYING: Final = 2.0
"""Real seconds: a process that dies breaks its connections a moment before it is known to be dead."""

Perform = Callable[["World", Step], Iterator[None]]
"""Does what a step says, yielding after each action."""


@final
class World:
    """Everything that one run has; made by the executor, changed by steps."""

    def __init__(
        self,
        scenario: Scenario,
        target: Target,
        transport: Transport,
        *,
        source: Source,
        switches: Switches,
        quickbooks: QuickBooks,
        company: CompanyFile,
        recorder: Recorder,
        perform: Perform,
    ) -> None:
        self.scenario = scenario
        self._perform = perform
        self.target = target
        self.source = source
        self.switches = switches
        self.quickbooks = quickbooks
        self.recorder = recorder
        self.book = BlockBook()
        self.marking = Marking(target.file.marks, self.book, recorder.naming)
        self.companies: dict[str, CompanyFile] = {company.name: company}
        self.home = company
        self.liveness = Liveness()
        self._pcs: dict[str, Pc] = {}
        self.calls: dict[int, UpdateWatch] = {}
        self.processing: UpdateWatch | None = None
        self.numbers = count(1)
        self.wiretap = Wiretap(
            transport,
            update_of=lambda number: self.calls[number].update,
            resolve=self._full_name,
            told=lambda event: self.calls[event.call].handed_out(event),
        )
        self.line = transport
        """The way to the server without faults, for the harness' own calls."""
        self.last_ticket = ""
        self.transport = FaultyTransport(self.wiretap, self, source, self._wire_told)
        quickbooks.crash_points = self._quickbooks_passes
        self.connection = Connection(url="", user="", password="")
        self._journal_read: dict[str, int] = {}
        self._server_time: dt.datetime | None = None
        self._server_dies = False
        self._armed = ""
        self._quickbooks_dead = False

    # -- whom and what there is ------------------------------------------------------------------

    def connect(self) -> None:
        """Register the server's application with the first PC's Web Connector."""
        self.connection = self.target.connection()
        self.recorder.naming.hide(self.connection.password)
        self.pc("pc1")

    def pc(self, name: str, *, empty: bool = False) -> Pc:
        """A PC; a new one has the server's application in its list, unless it is to be ``empty``."""
        if name not in self._pcs:
            self._pcs[name] = Pc(self, name)
            if not empty:
                self._pcs[name].add()
        return self._pcs[name]

    def company_in_window(self) -> str:
        """The name of the company file that is open, or ``""``."""
        company = self.quickbooks.company
        return company.name if company is not None and self.quickbooks.running else ""

    def open_company_file(self, name: str) -> None:
        """Open a company file by name; an unknown one is another file with the same lists and no time."""
        if name not in self.companies:
            self.companies[name] = found_company(
                self.scenario.company, self.source, self.switches, name=name, time=False
            )
        self.quickbooks.open_company(self.companies[name])

    def close(self) -> None:
        """Give everything free."""
        for company in self.companies.values():
            company.close()

    # -- steps --------------------------------------------------------------------------------

    def take(self, step: Step, number: int = 0) -> Iterator[None]:
        """Perform a step, yielding after each action."""
        self.recorder.add(
            StepTaken(
                step=number,
                who=step.who,
                sentence=tell_step(step),
                line=step.place.line if step.place else None,
            )
        )
        yield from self._perform(self, step)
        self.record_journal()

    def take_all(self, steps: tuple[Step, ...]) -> None:
        """Perform steps one after the other, without a break between."""
        for step in steps:
            for _ in self.take(step):
                pass

    # -- the plan of the wire: whichever update makes the call decides ---------------------------

    def before(self, exchange: Exchange) -> Effect | None:
        """Asked by the transport before a call is sent."""
        watch = self.calls.get(exchange.number)
        return watch.before_message(exchange) if watch else None

    def after(self, exchange: Exchange, reply: Reply) -> Effect | None:
        """Asked by the transport when the server has answered."""
        watch = self.calls.get(exchange.number)
        return watch.after_message(exchange, reply) if watch else None

    def _wire_told(self, applied: FaultApplied) -> None:
        """A doubled or late copy reached the server, and this is what it said to it."""
        watch = self.calls.get(applied.number)
        if watch is not None and applied.moment == "applied":
            watch.copy_answered(applied)

    def _quickbooks_passes(self, point: str, *_: object) -> None:
        if self.processing is not None:
            self.processing.quickbooks_passes(point)

    # -- what is recorded ------------------------------------------------------------------------

    def record_journal(self) -> None:
        """Put every new row of every company's journal into the history."""
        for name, company in self.companies.items():
            for row in company.journal(self._journal_read.get(name, 0)):
                self._journal_read[name] = row.sequence
                self.recorder.add(self._committed(row, "" if company is self.home else name))

    def record_ledger(self, moment: str) -> None:
        """Put the timesheet of the scenario's company into the history."""
        rows = self.home.timesheet()
        entries = tuple(Entry(row.txn_id, self._hours(row), row.billable) for row in rows)
        self.recorder.add(Ledger(moment=moment, entries=entries))

    def _hours(self, row: TimesheetRow) -> Hours:
        return self.marking.bare(hours_of_row(row))

    def _committed(self, row: JournalRow, company: str) -> CommittedEvent:
        is_time = row.record == "TimeTracking"

        def hours(values: Mapping[str, str] | None) -> Hours | None:
            if not is_time or values is None:
                return None
            return self._hours(TimesheetRow.from_journal(row.id, values))

        after = row.after or {}
        return CommittedEvent(
            sequence=row.sequence,
            action=row.action,
            record=row.record,
            record_id=row.id,
            name=after.get("FullName", after.get("Name", "")),
            before=hours(row.before),
            after=hours(row.after),
            billing=after.get("BillableStatus", "") if is_time else "",
            actor=row.actor.kind,
            pc=row.actor.pc,
            application=row.actor.application,
            call=row.actor.call,
            timeline=row.timeline,
            company=company,
            restored=int(after["from"]) if row.action == "restore" else None,
            shares=int(after["shares"]) if row.action == "restore" else None,
        )

    def record_server_list(self, moment: str) -> None:
        """Put the server's own list of blocks into the history, if the target can give it."""
        if not self.target.can("list_blocks"):
            return
        rows = [
            ListedBlock(alias, row.state, row.txn_id, row.sent_version)
            for row in self.target.list_blocks()
            if (alias := self.book.alias_of(row.id)) is not None
        ]
        order = self.book.aliases()
        rows.sort(key=lambda row: order.index(row.block))
        self.recorder.add(ServerListed(moment=moment, blocks=tuple(rows)))

    def _full_name(self, reference: str, list_id: str) -> str:
        company = self.quickbooks.company
        element = company.lists.by_id(FAMILIES[_LISTS[reference]], list_id) if company else None
        return element.full_name if element else ""

    # -- time ------------------------------------------------------------------------------------

    def wait(self, by: dt.timedelta) -> None:
        """Move the simulated clock, and the server's with it where the target can."""
        self.source.advance(by)
        self.follow_clock()

    def follow_clock(self) -> None:
        """Tell the server what time it is, unless it was told just that."""
        if self._server_time != self.source.now:
            self.set_server_clock()

    def set_server_clock(self) -> None:
        """Tell the server what time it is, also one that was started anew."""
        if self.target.can("clock") and self.target.running():
            self.target.set_clock(self.source.now)
            self._server_time = self.source.now

    # -- crashes ---------------------------------------------------------------------------------

    def kill_server(self) -> None:
        """The server's process dies now."""
        self.target.kill()
        self._server_dies = True
        self.recorder.add(ProcessChanged(process="server", change="killed"))

    def expect_death(self, failpoint: str) -> None:
        """A failpoint is armed: the server will die by itself."""
        self._server_dies, self._armed = True, failpoint

    def quickbooks_died(self) -> None:
        """QuickBooks was killed; somebody opens it again after the update."""
        self._quickbooks_dead = True

    def calm_down(self) -> None:
        """Before the quiet updates: everything that stands in the way is put right."""
        self.mend()
        if not self.quickbooks.running:
            self.quickbooks.open()
            self.recorder.add(ProcessChanged(process="QuickBooks", change="opened"))
        self.quickbooks.dismiss_dialog()
        self.quickbooks.let_go()
        if self.quickbooks.company is not self.home:
            self.quickbooks.open_company(self.home)

    def mend(self) -> None:
        """After an update: whoever was killed is started again, as somebody would."""
        if self.target.gone(within=_DYING if self.wiretap.broken else 0):
            if not self._server_dies:
                self.recorder.add(ProcessChanged(process="server", change="died by itself"))
            self.target.start()
            self.recorder.add(ProcessChanged(process="server", change="started"))
            self.set_server_clock()
        elif self._armed:
            self.recorder.add(
                Undetermined(
                    reason=f"The server was to die at {self._armed}, but the update never came to that point."
                )
            )
        self._server_dies, self._armed = False, ""
        if self._quickbooks_dead:
            self._quickbooks_dead = False
            self.quickbooks.open()
            self.recorder.add(ProcessChanged(process="QuickBooks", change="opened"))


def hours_of_row(row: TimesheetRow) -> Hours:
    """A row of QuickBooks' timesheet as the contents that blocks have."""
    return Hours(
        employee=row.employee,
        date=row.date,
        seconds=row.duration,
        customer=row.customer,
        service_item=row.service_item,
        class_=row.class_,
        payroll_item=row.payroll_item,
        notes=row.notes,
        billable=None if not row.billable else row.billable != "NotBillable",
    )
