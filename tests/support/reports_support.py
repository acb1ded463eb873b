"""Outcomes as a run would leave them, for the reports to tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import evolve
from history_support import JANE

from qbharness.checks.judging import UNDETERMINED, Judgement
from qbharness.checks.registry import Finding, Verdict
from qbharness.history import (
    Answer,
    AtRest,
    BlockChanged,
    CallAnswered,
    CallSent,
    Committed,
    Entry,
    Event,
    Expected,
    Fault,
    HandedOut,
    History,
    Hours,
    Ledger,
    ListedBlock,
    OfferedEntry,
    Processed,
    ScenarioStarted,
    ServerListed,
    StepTaken,
    Undetermined,
    UpdateEnded,
    UpdateStarted,
)
from qbharness.outcome import Exposure, OtherOpinion, Outcome, Reporter, Status, Summary
from qbharness.scenario.model import Scenario
from qbsim.errors import Place

SOURCE = """\
language: 1
scenario: The answer is lost after QuickBooks committed
why: The server never learns that its block is in QuickBooks, and asks again.

company:
  employees: [Jane Doe]
  customers: [Acme, "Acme:Roof"]
blocks:
  roof: {employee: Jane Doe, customer: "Acme:Roof", date: 2026-11-02, hours: 8:00, notes: framing}

steps:
  - update selected:
      faults:
        - request lost: {call: receiveResponseXML, block: roof}
  - update selected

expect:
  - timesheet has: {block: roof, hours: 8:00, times: 1}
"""
FILE = "scenarios/lost-answers/committed.yaml"
FAULT_LINE = 14
EXPECTATION_LINE = 18

REQUEST = """\
<?xml version="1.0" encoding="utf-8"?>
<?qbxml version="13.0"?>
<QBXML>
  <QBXMLMsgsRq onError="stopOnError">
    <TimeTrackingAddRq requestID="request#1">
      <TimeTrackingAdd>
        <TxnDate>2026-11-02</TxnDate>
        <EntityRef><FullName>Jane Doe</FullName></EntityRef>
        <CustomerRef><FullName>Acme:Roof</FullName></CustomerRef>
        <Duration>PT8H0M</Duration>
        <Notes>framing</Notes>
      </TimeTrackingAdd>
    </TimeTrackingAddRq>
  </QBXMLMsgsRq>
</QBXML>
"""


class Played:
    """A run's history in the making, with the steps, ledgers and faults that the executor records."""

    def __init__(self, scenario: str = "A story", file: str = FILE) -> None:
        self.history = History()
        self.seconds = self.calls = self.updates = 0
        self.entries: tuple[Entry, ...] = ()
        self.add(
            ScenarioStarted(scenario=scenario, file=file, target="plain", seed=0, switches={}, contract={})
        )

    def add(self, event: Event) -> Event:
        minutes, seconds = divmod(self.seconds, 60)
        return self.history.append(evolve(event, at=f"2026-11-02T14:{minutes:02d}:{seconds:02d}Z"))

    def step(self, who: str, sentence: str, line: int | None = None, step: int = 1) -> None:
        self.seconds += 1
        self.add(StepTaken(step=step, who=who, sentence=sentence, line=line))

    def block(self, alias: str, hours: Hours = JANE, change: str = "added") -> None:
        self.add(BlockChanged(block=alias, change=change, hours=hours))

    def ledger(self, moment: str) -> None:
        self.add(Ledger(moment=moment, entries=self.entries))

    def start(self, *, quiet: bool = False, pc: str = "pc1") -> None:
        self.updates += 1
        self.add(
            UpdateStarted(update=self.updates, pc=pc, application="Sync", company="Test Company", quiet=quiet)
        )
        self.call("authenticate", "ticket#1", "")

    def call(
        self, operation: str, *value: str, error: str = "", reached: bool = True, learned: bool = True
    ) -> int:
        self.calls += 1
        call, update = self.calls, self.updates
        self.add(
            CallSent(
                call=call, update=update, operation=operation, pc="pc1", arguments={"ticket": "ticket#1"}
            )
        )
        if error:
            self.add(
                Fault(
                    word="request lost" if not reached else "reply lost",
                    anchor="receiveResponseXML, block roof",
                    fired=True,
                    update=update,
                    call=call,
                    line=FAULT_LINE,
                )
            )
        self.add(
            CallAnswered(
                call=call,
                update=update,
                operation=operation,
                value=value,
                error=error,
                reached=reached,
                learned=learned,
            )
        )
        return call

    def hand_out(self, *hours: Hours, text: str = REQUEST) -> int:
        call = self.call("sendRequestXML", text)
        self.add(
            HandedOut(
                call=call,
                update=self.updates,
                text=text,
                version="13.0",
                requests=("TimeTrackingAddRq",) * len(hours),
                entries=tuple(OfferedEntry(f"request#{call}", row) for row in hours),
            )
        )
        return call

    def commit(self, call: int, hours: Hours = JANE) -> str:
        self.seconds += 1
        number = len(self.entries) + 1
        txn_id = f"{number:X}-1793628000"
        self.entries = (*self.entries, Entry(txn_id, hours))
        self.add(
            Committed(
                sequence=number,
                action="add",
                record="TimeTracking",
                record_id=txn_id,
                after=hours,
                actor="connector",
                call=call,
            )
        )
        answer = Answer("TimeTrackingAdd", f"request#{call}", 0, "Info", "Status OK", txn_id)
        self.add(Processed(call=call, update=self.updates, answers=(answer,)))
        return txn_id

    def refuse(self, call: int, message: str) -> None:
        answer = Answer("TimeTrackingAdd", f"request#{call}", 3140, "Error", message)
        self.add(Processed(call=call, update=self.updates, answers=(answer,)))

    def end(self, shown: str = "OK", *, progress: int = 100, error: str = "", end: str = "closed") -> None:
        self.add(UpdateEnded(update=self.updates, end=end, progress=progress, shown=shown, last_error=error))

    def rest(self, **states: str) -> History:
        self.ledger("at rest")
        rows = tuple(ListedBlock(name, state.replace("_", " ")) for name, state in states.items())
        if rows:
            self.add(ServerListed(moment="at rest", blocks=rows))
        self.add(AtRest())
        return self.history


def begun(name: str) -> Played:
    """A story up to its first update: one block, an empty timesheet."""
    played = Played(name)
    played.block("roof")
    played.ledger("start")
    return played


def delivered() -> History:
    """One block, one good update."""
    played = begun("The hours match")
    played.step("the user", "updates the selected applications", 12)
    played.start()
    played.commit(played.hand_out(JANE))
    played.call("receiveResponseXML", "100")
    played.call("closeConnection", "OK")
    played.end()
    return played.rest(roof="sent")


def lost_answer() -> History:
    """The server never learns of the first landing and sends the block again."""
    played = begun("The answer is lost after QuickBooks committed")
    played.step("the user", "updates the selected applications", 12)
    played.start()
    played.commit(played.hand_out(JANE))
    played.call("receiveResponseXML", error="connection reset", reached=False, learned=False)
    played.end("Connection lost", progress=0, error="connection reset", end="error")
    played.step("the user", "updates the selected applications", 15, step=2)
    played.start()
    played.commit(played.hand_out(JANE))
    played.call("receiveResponseXML", "100")
    played.call("closeConnection", "OK")
    played.end()
    return played.rest(roof="sent")


def wrong_expectation() -> History:
    """All is well, but the author expected two entries."""
    history = delivered()
    rows = {"employee": "Jane Doe", "seconds": 8 * 3600, "times": 2}
    history.append(
        Expected(word="timesheet has", arguments=rows, line=EXPECTATION_LINE, at="2026-11-02T14:01:00Z")
    )
    return history


def hung() -> History:
    """A server that stopped to answer."""
    played = begun("The server hangs")
    played.step("the user", "updates the selected applications", 12)
    played.start()
    played.add(Undetermined(reason="The server did not answer sendRequestXML within 15 seconds."))
    return played.history


def scenario(name: str = "A story", file: str = FILE, line: int = 2) -> Scenario:
    return Scenario(name=name, place=Place(file, line) if file else None)


_CHECKS = ("lost", "duplicate", "flags", "expectation")


def _found(history: History) -> Iterator[Finding]:
    """What the checks say of these few histories; written out, so that reports are tested without them."""
    landed = [row for row in history.all(Committed) if row.actor == "connector"]
    if len(landed) > 1:
        ids = " and ".join(row.record_id for row in landed)
        yield Finding(
            "duplicate",
            Verdict.BROKEN,
            f"Block roof is in QuickBooks twice: TxnID {ids}. Jane Doe is paid, and Acme:Roof is billed, "
            "16:00 instead of 8:00. In between: request lost (receiveResponseXML, block roof).",
            ("roof",),
            tuple(row.n for row in landed),
        )
    if not landed and history.first(AtRest):
        yield Finding("lost", Verdict.BROKEN, "Block roof is lost: it was never handed out.", ("roof",))
    for expected in history.all(Expected):
        sentence = "The timesheet has Jane Doe, 8:00 once, expected twice."
        said = f"{sentence} (line {expected.line})"
        yield Finding("expectation", Verdict.BROKEN, said, (), (expected.n,))
    if history.first(ServerListed) is None:
        yield Finding("flags", Verdict.NOT_APPLICABLE, "This target cannot list its blocks.")
    for event in history.all(Undetermined):
        yield Finding(UNDETERMINED, Verdict.UNKNOWN, event.reason, (), (event.n,))


def judged(history: History) -> Judgement:
    """The judgement that goes with one of these histories."""
    findings = tuple(_found(history))
    verdicts = {finding.verdict for finding in findings}
    worst = next((v for v in (Verdict.BROKEN, Verdict.UNKNOWN) if v in verdicts), Verdict.HELD)
    return Judgement(worst, findings, _CHECKS)


def outcome_of(history: History, *, file: str = FILE, seconds: float = 0.0, **more: object) -> Outcome:
    """What a run makes of ``history``; the status follows from the judgement unless it is given."""
    judgement = more.pop("judgement", None) or judged(history)
    status = {Verdict.BROKEN: Status.BROKEN, Verdict.UNKNOWN: Status.UNDETERMINED}.get(
        judgement.verdict, Status.HELD
    )
    started = history.first(ScenarioStarted)
    name = started.scenario if started else ""
    fields = {"status": status, "reproduce": f"qbharness run {file}:2 --target plain", **more}
    return Outcome(
        scenario(name, file), "plain", history=history, judgement=judgement, seconds=seconds, **fields
    )


def skipped() -> Outcome:
    why = "The target promises on_mismatch: skip, the scenario requires stop."
    return Outcome(scenario("A missing job stops the update"), "plain", Status.SKIPPED, History(), None, why)


def exposed() -> Outcome:
    exposure = Exposure(
        "connector.repeats_lost_response",
        "1",
        "plausible",
        "nobody has seen it",
        "Block roof is in QuickBooks twice.",
    )
    return outcome_of(lost_answer(), status=Status.EXPOSED, exposures=(exposure,))


def not_demanded() -> Outcome:
    """The check itself says that no server could have known better."""
    sentence = (
        "Block roof is in QuickBooks twice: TxnID 1-1793628000 and 2-1793628000; the server was put back to "
        "a backup of its own, and what it knew since then is gone."
    )
    finding = Finding("duplicate", Verdict.EXPOSED, sentence, ("roof",), (), "server restored")
    judgement = Judgement(Verdict.EXPOSED, (finding,), _CHECKS)
    return outcome_of(lost_answer(), status=Status.EXPOSED, judgement=judgement, reason=sentence)


def judged_otherwise() -> Outcome:
    """A run in which the user's own XSDs refuse a request, and a second one for a rule beyond any XSD."""
    opinions = (
        OtherOpinion(4, ("TimeTrackingAddRq",), "accepted", "line 7: This element is not expected."),
        OtherOpinion(9, ("TimeTrackingAddRq",), "A duration cannot be negative.", "accepted", meant=True),
    )
    return outcome_of(delivered(), other_opinions=opinions)


def known() -> Outcome:
    return outcome_of(
        lost_answer(),
        status=Status.KNOWN,
        reason="duplicate: the old version, until it is replaced (accepted until 2027-03-31)",
    )


def undetermined() -> Outcome:
    return outcome_of(
        hung(),
        status=Status.UNDETERMINED,
        reason="The server did not answer sendRequestXML within 15 seconds.",
        output="INFO: started\nINFO: POST /qbwc\nTraceback (most recent call last):\nMemoryError",
    )


def every_kind() -> tuple[Outcome, ...]:
    """One outcome of each status, worst in the middle, as a plan would have them."""
    return (
        outcome_of(delivered(), file="scenarios/work-blocks/match.yaml"),
        outcome_of(lost_answer()),
        exposed(),
        undetermined(),
        known(),
        skipped(),
    )


def with_source(folder: Path, history: History) -> Outcome:
    """An outcome whose scenario file really exists."""
    file = folder / "committed.yaml"
    file.write_text(SOURCE, encoding="utf-8")
    return outcome_of(history, file=str(file))


def play(reporter: Reporter, *outcomes: Outcome, seconds: float = 0.0) -> None:
    """Feed a reporter as a run does."""
    reporter.run_started(len(outcomes), "plain")
    for outcome in outcomes:
        reporter.scenario_started(outcome.scenario)
        for event in outcome.history:
            reporter.event(event)
        reporter.scenario_ended(outcome)
    reporter.run_ended(Summary.of(outcomes, seconds))
