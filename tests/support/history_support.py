"""Writes small histories by hand, so that a check can be shown exactly one thing.

Events come in the order in which the executor records them: a call, what it handed out, what struck it,
its reply; a commit before QuickBooks' answer.
"""

from __future__ import annotations

from attrs import evolve

from qbharness.history import (
    Answer,
    AtRest,
    BlockChanged,
    CallAnswered,
    CallSent,
    Committed,
    Entry,
    Expected,
    Fault,
    HandedOut,
    History,
    Hours,
    Ledger,
    ListedBlock,
    OfferedEntry,
    PeriodSelected,
    ProcessChanged,
    Processed,
    ScenarioStarted,
    ServerListed,
    StepTaken,
    UpdateEnded,
    UpdateStarted,
)

JANE = Hours("Jane Doe", "2026-11-02", 8 * 3600, "Acme:Roof", notes="framing")
HOME = "Test Company"
REFUSAL = (
    'There is an invalid reference to QuickBooks Customer "Acme:Roof" in the TimeTracking.  QuickBooks '
    "error message: Invalid argument.  The specified record does not exist in the list."
)
SAYS_WHAT = 'QuickBooks has no job "Acme:Roof". Add it, then run the update again.'


class Story:
    """A history in the making; every method appends what one act of a real run would leave."""

    def __init__(self, decided_by: str = "landing", **contract: str) -> None:
        self.history = History()
        self.calls = self.updates = self.sequence = self.timeline = self.requests = 0
        self.ticket = ""
        self.history.append(
            ScenarioStarted(
                scenario="s",
                file="",
                target="t",
                seed=0,
                switches={},
                contract=contract,
                decided_by=decided_by,
                company=HOME,
            )
        )

    # -- the owner ----------------------------------------------------------------------------

    def block(self, alias: str, hours: Hours = JANE, *, change: str = "added", certain: bool = True) -> None:
        self.history.append(BlockChanged(block=alias, change=change, hours=hours, certain=certain))

    def edit(self, alias: str, hours: Hours) -> None:
        self.block(alias, hours, change="edited")

    def mark(self, alias: str, change: str, *, certain: bool = True) -> None:
        self.history.append(BlockChanged(block=alias, change=change, hours=None, certain=certain))

    def period(self, start: str | None, end: str | None) -> None:
        self.history.append(PeriodSelected(start=start, end=end))

    def step(self) -> None:
        """The first step is taken: what was there before is in the server's own backup."""
        self.history.append(StepTaken(step=1, who="the user", sentence="waits"))

    def server(self, change: str) -> None:
        self.history.append(ProcessChanged(process="server", change=change))

    # -- one update ---------------------------------------------------------------------------

    def start(
        self, pc: str = "pc1", *, application: str = "Sync", company: str = HOME, quiet: bool = False
    ) -> str:
        """An update begins; returns its ticket."""
        self.updates += 1
        self.history.append(
            UpdateStarted(update=self.updates, pc=pc, application=application, company=company, quiet=quiet)
        )
        self.ticket = f"ticket#{self.updates}"
        self.call("authenticate", self.ticket, "", arguments={"strUserName": "user"})
        return self.ticket

    def call(
        self,
        operation: str,
        *value: str,
        reached: bool = True,
        learned: bool = True,
        word: str = "",
        arguments: dict[str, str] | None = None,
        probe: str = "",
        update: int | None = None,
    ) -> int:
        """One call; ``word`` is the fault that strikes it."""
        self._sent(operation, arguments, probe, update)
        self._replied(operation, *value, reached=reached, learned=learned, word=word, update=update)
        return self.calls

    def _sent(
        self, operation: str, arguments: dict[str, str] | None, probe: str = "", update: int | None = None
    ) -> None:
        self.calls += 1
        self.history.append(
            CallSent(
                call=self.calls,
                update=self.updates if update is None else update,
                operation=operation,
                pc="pc1",
                arguments={"ticket": self.ticket} if arguments is None else arguments,
                probe=probe,
            )
        )

    def _replied(
        self,
        operation: str,
        *value: str,
        reached: bool = True,
        learned: bool = True,
        word: str = "",
        update: int | None = None,
    ) -> None:
        number = self.updates if update is None else update
        if not (reached and learned):
            word = word or ("reply lost" if reached else "request lost")
        if word:
            self.fault(word, call=self.calls, anchor=operation)
        self.history.append(
            CallAnswered(
                call=self.calls,
                update=number,
                operation=operation,
                value=value if learned else (),
                error="" if learned else "The connection was closed.",
                reached=reached,
                learned=learned,
                deliveries=int(reached),
                cause=word,
            )
        )

    def fault(self, word: str, *, call: int | None = None, anchor: str = "", fired: bool = True) -> None:
        self.history.append(
            Fault(word=word, anchor=anchor, fired=fired, update=self.updates if fired else 0, call=call)
        )

    def hand_out(
        self,
        *hours: Hours,
        learned: bool = True,
        text: str = "",
        marks: tuple[str, ...] = (),
        set_id: str = "",
        old: str = "",
        update: int | None = None,
        ticket: str | None = None,
        **changes: object,
    ) -> int:
        """A sendRequestXML whose reply holds these hours (none: see ``changes``); returns its call."""
        arguments = None if ticket is None else {"ticket": ticket}
        self._sent("sendRequestXML", arguments, update=update)
        self.requests += 1
        event = HandedOut(
            call=self.calls,
            update=self.updates if update is None else update,
            text=text or f"request {self.requests}",
            version="13.0",
            requests=("TimeTrackingAddRq",) * len(hours),
            entries=tuple(
                OfferedEntry(f"request#{self.requests}", row, marks[n] if n < len(marks) else None)
                for n, row in enumerate(hours)
            ),
            new_message_set_id=set_id,
            old_message_set_id=old,
        )
        self.history.append(evolve(event, **changes))
        self._replied("sendRequestXML", "<request>", learned=learned, update=update)
        return self.calls

    def query(self, request: str, *names: str, found: bool = True, error: str = "") -> int:
        """A query of the server, answered."""
        text = "".join(f"<FullName>{name}</FullName>" for name in names)
        call = self.hand_out(text=text, requests=(f"{request}Rq",))
        status = (0, "Info", "Status OK") if found else (500, "Warn", "The query was not completed.")
        self.history.append(
            Processed(call=call, update=self.updates, answers=(Answer(request, None, *status),))
        )
        self.call("receiveResponseXML", "-1" if error else "10")
        return call

    def commit(
        self, call: int, hours: Hours, *, application: str = "Sync", company: str = "", action: str = "add"
    ) -> str:
        """The hand-out of a call becomes an entry; returns its TxnID."""
        txn_id = f"{self.sequence + 1:X}-1793628000"
        self.journal(
            action,
            txn_id,
            after=hours,
            call=call,
            application=application,
            actor="connector",
            company=company,
        )
        return txn_id

    def journal(self, action: str, record_id: str, **changes: object) -> None:
        """One row of the company file's journal; a person's unless ``actor`` says otherwise."""
        self.sequence += 1
        row = Committed(
            sequence=self.sequence,
            action=action,
            record="TimeTracking",
            record_id=record_id,
            actor="person",
            timeline=self.timeline,
        )
        self.history.append(evolve(row, **changes))

    def answer(
        self,
        call: int,
        *txn_ids: str,
        reached: bool = True,
        learned: bool = True,
        progress: int = 50,
        word: str = "",
        update: int | None = None,
        ticket: str | None = None,
        status: str = "",
        value: str = "",
    ) -> None:
        """QuickBooks' answer, and the receiveResponseXML that carries it."""
        answers = tuple(Answer("TimeTrackingAdd", None, 0, "Info", "Status OK", txn) for txn in txn_ids)
        number = self.updates if update is None else update
        self.history.append(Processed(call=call, update=number, answers=answers, message_set_status=status))
        self.call(
            "receiveResponseXML",
            value or str(progress),
            reached=reached,
            learned=reached and learned,
            word=word,
            update=update,
            arguments=None if ticket is None else {"ticket": ticket},
        )

    def refuse(
        self,
        call: int,
        *,
        progress: int = -1,
        reached: bool = True,
        code: int = 3140,
        message: str = REFUSAL,
        replayed: bool = False,
    ) -> None:
        """QuickBooks refuses the hours of a hand-out."""
        answers = (Answer("TimeTrackingAdd", None, code, "Error", message),)
        self.history.append(Processed(call=call, update=self.updates, answers=answers, replayed=replayed))
        self.call("receiveResponseXML", str(progress), reached=reached, learned=reached)

    def stop(self, error: str = SAYS_WHAT) -> None:
        """The update ends in an error, as the Web Connector asks for it."""
        self.call("getLastError", error)
        self.end("failed", progress=0, shown=error, error=error)

    def end(self, end: str = "completed", *, progress: int = 100, shown: str = "OK", error: str = "") -> None:
        if end in {"completed", "failed"}:
            self.call("closeConnection", shown)
        self.history.append(
            UpdateEnded(update=self.updates, end=end, progress=progress, shown=shown, last_error=error)
        )

    # -- whole updates ------------------------------------------------------------------------

    def deliver(
        self,
        hours: Hours,
        *,
        reached: bool = True,
        progress: int = 50,
        application: str = "Sync",
        text: str = "",
    ) -> str:
        """A whole update for one block; without ``reached`` its answer is lost."""
        self.start(application=application)
        call = self.hand_out(hours, text=text)
        txn_id = self.commit(call, hours, application=application)
        self.answer(call, txn_id, reached=reached, progress=progress)
        self.end("completed" if reached else "failed")
        return txn_id

    def mismatch(self, hours: Hours = JANE, error: str = SAYS_WHAT) -> None:
        """A whole update that QuickBooks stops by refusing one block."""
        self.start()
        self.refuse(self.hand_out(hours))
        self.stop(error)

    def idle(self, where: str = "none") -> None:
        """An update that ends at the login: nothing to do, or whatever the server says instead."""
        self.updates += 1
        self.history.append(
            UpdateStarted(update=self.updates, pc="pc1", application="Sync", company=HOME, quiet=True)
        )
        self.call("authenticate", "", where, arguments={"strUserName": "user"})
        end, shown = ("no work", "No data exchange") if where == "none" else ("refused", "Invalid password")
        self.end(end, shown=shown)

    # -- QuickBooks and the judge ---------------------------------------------------------------

    def restore(self, *, shares: int) -> None:
        """A backup of the present timeline, taken at journal sequence ``shares``, comes back."""
        self.timeline += 1
        self.journal("restore", "", record="Company", restored=self.timeline - 1, shares=shares)

    def ledger(self, *rows: Hours) -> None:
        entries = tuple(Entry(f"{n:X}-1", row) for n, row in enumerate(rows, start=1))
        self.history.append(Ledger(moment="at rest", entries=entries))

    def expect(self, word: str, **arguments: object) -> None:
        self.history.append(Expected(word=word, arguments=arguments, line=7))

    def listed(self, **states: str) -> None:
        rows = tuple(ListedBlock(block, state.replace("_", " ")) for block, state in states.items())
        self.list_rows(*rows)

    def list_rows(self, *rows: ListedBlock) -> None:
        self.history.append(ServerListed(moment="at rest", blocks=rows))

    def rest(self, *, idle: bool = True) -> History:
        """The quiet updates (nothing to do) and the end."""
        if idle:
            self.idle()
        self.history.append(AtRest())
        return self.history


def shifted(hours: Hours, **changes: object) -> Hours:
    """``hours`` with other values in some fields."""
    return evolve(hours, **changes)
