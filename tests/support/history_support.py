"""Writes small histories by hand, so that a check can be shown exactly one thing."""

from __future__ import annotations

from attrs import evolve

from qbharness.history import (
    Answer,
    AtRest,
    BlockChanged,
    CallAnswered,
    CallSent,
    Committed,
    HandedOut,
    History,
    Hours,
    ListedBlock,
    OfferedEntry,
    PeriodSelected,
    Processed,
    ScenarioStarted,
    ServerListed,
    UpdateEnded,
    UpdateStarted,
)

JANE = Hours("Jane Doe", "2026-11-02", 8 * 3600, "Acme:Roof", notes="framing")
REFUSAL = "There is an invalid reference."


class Story:
    """A history in the making; every method appends what one act of a real run would leave."""

    def __init__(self, **contract: str) -> None:
        self.history = History()
        self.calls = self.updates = self.sequence = self.timeline = 0
        self.history.append(
            ScenarioStarted(scenario="s", file="", target="t", seed=0, switches={}, contract=contract)
        )

    def block(self, alias: str, hours: Hours = JANE, *, change: str = "added", certain: bool = True) -> None:
        self.history.append(BlockChanged(block=alias, change=change, hours=hours, certain=certain))

    def edit(self, alias: str, hours: Hours) -> None:
        self.block(alias, hours, change="edited")

    def mark(self, alias: str, change: str) -> None:
        self.history.append(BlockChanged(block=alias, change=change, hours=None))

    def period(self, start: str | None, end: str | None) -> None:
        self.history.append(PeriodSelected(start=start, end=end))

    def start(self, pc: str = "pc1") -> None:
        self.updates += 1
        self.history.append(
            UpdateStarted(update=self.updates, pc=pc, application="Sync", company="Test Company")
        )
        self._call("authenticate", "ticket#1", "")

    def _call(self, operation: str, *value: str, reached: bool = True, learned: bool = True) -> int:
        self.calls += 1
        common = {"call": self.calls, "update": self.updates, "operation": operation}
        self.history.append(CallSent(**common, pc="pc1", arguments={}))
        self.history.append(CallAnswered(**common, value=value, reached=reached, learned=learned))
        return self.calls

    def hand_out(self, *hours: Hours, learned: bool = True, text: str = "") -> int:
        call = self._call("sendRequestXML", "…", learned=learned)
        self.history.append(
            HandedOut(
                call=call,
                update=self.updates,
                text=text or f"request {call}",
                version="13.0",
                requests=("TimeTrackingAddRq",) * len(hours),
                entries=tuple(OfferedEntry(f"request#{call}", row) for row in hours),
            )
        )
        return call

    def commit(self, call: int, hours: Hours) -> str:
        self.sequence += 1
        txn_id = f"{self.sequence:X}-1793628000"
        self.history.append(
            Committed(
                sequence=self.sequence,
                action="add",
                record="TimeTracking",
                record_id=txn_id,
                after=hours,
                actor="connector",
                call=call,
                timeline=self.timeline,
            )
        )
        return txn_id

    def answer(self, call: int, *txn_ids: str, reached: bool = True, progress: int = 50) -> None:
        answers = tuple(Answer("TimeTrackingAdd", None, 0, "Info", "Status OK", txn) for txn in txn_ids)
        self.history.append(Processed(call=call, update=self.updates, answers=answers))
        self._call("receiveResponseXML", str(progress), reached=reached, learned=reached)

    def refuse(self, call: int, *, progress: int = -1) -> None:
        answers = (Answer("TimeTrackingAdd", None, 3140, "Error", REFUSAL),)
        self.history.append(Processed(call=call, update=self.updates, answers=answers))
        self._call("receiveResponseXML", str(progress))

    def end(self, shown: str = "OK", *, progress: int = 100, error: str = "") -> None:
        self.history.append(
            UpdateEnded(update=self.updates, end="closed", progress=progress, shown=shown, last_error=error)
        )

    def deliver(self, hours: Hours, *, landed: Hours | None = None, reached: bool = True) -> str:
        """A whole good update for one block."""
        self.start()
        call = self.hand_out(hours)
        txn_id = self.commit(call, landed or hours)
        self.answer(call, txn_id, reached=reached, progress=100)
        self.end()
        return txn_id

    def restore(self, *, shares: int) -> None:
        """A backup of the present timeline, taken at journal sequence ``shares``, comes back."""
        self.sequence += 1
        self.timeline += 1
        self.history.append(
            Committed(
                sequence=self.sequence,
                action="restore",
                record="Company",
                record_id="",
                actor="person",
                timeline=self.timeline,
                restored=self.timeline - 1,
                shares=shares,
            )
        )

    def listed(self, **states: str) -> None:
        rows = tuple(ListedBlock(block, state.replace("_", " ")) for block, state in states.items())
        self.history.append(ServerListed(moment="at rest", blocks=rows))

    def rest(self) -> History:
        self.history.append(AtRest())
        return self.history


def shifted(hours: Hours, **changes: object) -> Hours:
    """``hours`` with other values in some fields."""
    return evolve(hours, **changes)
