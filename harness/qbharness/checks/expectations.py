"""The author's own expectations, each judged against what the history says just above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import fields_dict

from qbharness.checks.matching import Case
from qbharness.checks.registry import Said, Verdict, check
from qbharness.history import (
    CallAnswered,
    Entry,
    Expected,
    Hours,
    Ledger,
    ServerListed,
    UpdateEnded,
    UpdateStarted,
    hours_and_minutes,
)


@check("expectation", "What the author of the scenario expects is so.")
def expectation(case: Case) -> Said:
    for expected in case.history.all(Expected):
        trouble = _JUDGES[expected.word](case, expected)
        if trouble is not None:
            verdict, sentence = trouble
            where = f" (line {expected.line})" if expected.line else ""
            yield verdict, f"{sentence}{where}", (), (expected.n,)


_Trouble = tuple[Verdict, str] | None


def _matches(pattern: Mapping[str, Any], entry: Entry) -> bool:
    return all(
        not _differs(name, pattern[name], entry.hours) for name in fields_dict(Hours) if name in pattern
    )


def _differs(name: str, wanted: object, hours: Hours) -> bool:
    """Is one field of a timesheet entry not what the pattern wants?  Hours' own rules decide."""
    probe = Hours(**{**{key: getattr(hours, key) for key in fields_dict(Hours)}, name: wanted})
    return bool(probe.differences(hours))


def _told(pattern: Mapping[str, Any]) -> str:
    shown = (
        hours_and_minutes(value) if key == "seconds" else str(value)
        for key, value in pattern.items()
        if key in fields_dict(Hours) and value not in ("", None)
    )
    return ", ".join(shown)


def _entries(case: Case, expected: Expected) -> tuple[Entry, ...]:
    ledger = case.history.last(Ledger, before=expected.n)
    return ledger.entries if ledger else ()


def _timesheet_has(case: Case, expected: Expected) -> _Trouble:
    pattern = expected.arguments
    found = [entry for entry in _entries(case, expected) if _matches(pattern, entry)]
    if len(found) == pattern["times"]:
        return None
    return (
        Verdict.BROKEN,
        f"The timesheet has {_told(pattern)} {_count(len(found))}, expected {_count(pattern['times'])}.",
    )


def _count(number: int) -> str:
    return {0: "nowhere", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _timesheet_is(case: Case, expected: Expected) -> _Trouble:
    left = list(_entries(case, expected))
    for row in expected.arguments["rows"]:
        for _ in range(row["times"]):
            entry = next((entry for entry in left if _matches(row, entry)), None)
            if entry is None:
                return Verdict.BROKEN, f"The timesheet misses {_told(row)}."
            left.remove(entry)
    if left:
        return (
            Verdict.BROKEN,
            f"The timesheet has what nobody expects: {left[0].hours.as_sentence()} (TxnID {left[0].txn_id}).",
        )
    return None


def _block_is(case: Case, expected: Expected) -> _Trouble:
    block, state = expected.arguments["block"], expected.arguments["state"]
    listed = case.history.last(ServerListed, before=expected.n)
    row = next((row for row in listed.blocks if row.block == block), None) if listed else None
    if listed is None or (row is not None and row.state is None):
        return Verdict.NOT_APPLICABLE, "This target cannot list its blocks."
    shown = row.state if row else "gone"
    if shown == state:
        return None
    return Verdict.BROKEN, f"The server says that block {block} is {shown!r}, expected {state!r}."


def _last_ended(case: Case, expected: Expected) -> UpdateEnded | None:
    of_pc = {
        started.update
        for started in case.history.all(UpdateStarted)
        if started.pc == expected.arguments.get("pc", started.pc)
    }
    ended = [e for e in case.history.all(UpdateEnded) if e.n < expected.n and e.update in of_pc]
    return ended[-1] if ended else None


def _connector_shows(case: Case, expected: Expected) -> _Trouble:
    ended = _last_ended(case, expected)
    if ended is None:
        return Verdict.UNKNOWN, "No update has ended before this expectation."
    wanted = expected.arguments
    shown = f"{ended.shown}\n{ended.last_error}"
    if wanted.get("progress") is not None and ended.progress != wanted["progress"]:
        return (
            Verdict.BROKEN,
            f"The Web Connector shows {ended.progress} %, expected {wanted['progress']} %: {ended.shown!r}.",
        )
    for key, text in (("error_contains", shown), ("result", ended.shown)):
        if wanted.get(key) is not None and wanted[key].casefold() not in text.casefold():
            what = "error" if key == "error_contains" else "result"
            return (
                Verdict.BROKEN,
                f"The Web Connector shows {shown.strip()!r}; expected the {what} to contain {wanted[key]!r}.",
            )
    return None


def _server_said(case: Case, expected: Expected) -> _Trouble:
    call, wanted = expected.arguments["call"], expected.arguments["contains"]
    started = case.history.last(UpdateStarted, before=expected.n)
    said = [
        " ".join(reply.value)
        for reply in case.history.all(CallAnswered)
        if started and reply.update == started.update and reply.operation == call
    ]
    if any(wanted.casefold() in text.casefold() for text in said):
        return None
    return Verdict.BROKEN, f"No reply to {call} contains {wanted!r}; the server said: {said!r}."


def _quickbooks_refused(case: Case, expected: Expected) -> _Trouble:
    block = case.blocks.get(expected.arguments["block"])
    wanted = expected.arguments["status"]
    seen: list[int] = []
    for update in case.updates:
        entries = {handed.call: handed for handed in update.handed_out}
        for done in update.processed:
            handed = entries.get(done.call)
            if block is None or handed is None or done.n > expected.n:
                continue
            if any(block.fits(entry.hours, 0, handed.n) for entry in handed.entries):
                seen += [answer.status_code for answer in done.answers]
    if wanted in seen:
        return None
    return (
        Verdict.BROKEN,
        f"QuickBooks did not refuse block {expected.arguments['block']} with status {wanted}; "
        f"it answered {', '.join(map(str, seen)) or 'nothing'}.",
    )


def _updates_needed(case: Case, expected: Expected) -> _Trouble:
    if not case.landings:
        return Verdict.BROKEN, "Nothing landed at all."
    at_most, last = expected.arguments["at_most"], case.landings[-1].entry.n
    needed = sum(1 for update in case.updates if update.started.n < last)
    if needed <= at_most:
        return None
    return Verdict.BROKEN, f"The last landing came in update {needed}, expected at most {at_most}."


_JUDGES: Final[Mapping[str, Callable[[Case, Expected], _Trouble]]] = {
    "timesheet has": _timesheet_has,
    "timesheet is": _timesheet_is,
    "block is": _block_is,
    "connector shows": _connector_shows,
    "server said": _server_said,
    "quickbooks refused": _quickbooks_refused,
    "updates needed": _updates_needed,
}
