"""The author's own expectations, each judged against what the history says just above it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import fields_dict

from qbharness.checks.blocks import BlockStory
from qbharness.checks.contents import key_of
from qbharness.checks.matching import Case
from qbharness.checks.owed import Owed
from qbharness.checks.places import Places
from qbharness.checks.registry import Said, Sayings, Verdict, check
from qbharness.checks.updates import Refusal
from qbharness.history import (
    CallAnswered,
    Entry,
    Expected,
    HandedOut,
    Hours,
    Ledger,
    ServerListed,
    UpdateEnded,
    UpdateStarted,
    hours_and_minutes,
)


@check(
    "expectation",
    "What the author of the scenario expects is so.",
    breaks="A line of the scenario's `expect` is not so at its place in the story.",
)
def expectation(case: Case) -> Sayings:
    for expected in case.all(Expected):
        judge = _JUDGES.get(expected.word, _nobody_knows)
        trouble = judge(case, expected)
        if trouble is not None:
            verdict, sentence = trouble
            where = f" (line {expected.line})" if expected.line else ""
            yield Said(verdict, expected.word, f"{sentence}{where}", (), (expected.n,))


def _nobody_knows(_case: Case, expected: Expected) -> _Trouble:
    return Verdict.UNKNOWN, f"Nobody knows how to judge {expected.word!r}."


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
    return ", ".join(
        _word(key, value)
        for key, value in pattern.items()
        if key in fields_dict(Hours) and value not in ("", None)
    )


def _word(key: str, value: object) -> str:
    match key, value:
        case "seconds", int(seconds):
            return hours_and_minutes(seconds)
        case "billable", bool(billable):
            return "billable" if billable else "not billable"
        case "notes", notes:
            return f'"{notes}"'
    return str(value)


_NO_LEDGER: Final = (Verdict.UNKNOWN, "There is no timesheet above this expectation.")


def _timesheet_has(case: Case, expected: Expected) -> _Trouble:
    pattern = expected.arguments
    ledger = case.last(Ledger, before=expected.n)
    if ledger is None:
        return _NO_LEDGER
    found = [entry for entry in ledger.entries if _matches(pattern, entry)]
    if len(found) == pattern["times"]:
        return None
    return (
        Verdict.BROKEN,
        f"The timesheet has {_told(pattern)} {_count(len(found))}, expected {_count(pattern['times'])}.",
    )


def _count(number: int) -> str:
    return {0: "nowhere", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _timesheet_is(case: Case, expected: Expected) -> _Trouble:
    ledger = case.last(Ledger, before=expected.n)
    if ledger is None:
        return _NO_LEDGER
    rows = dict(enumerate(expected.arguments["rows"]))
    enough = len(ledger.entries) + 1  # a row that wants more misses some anyway
    wanted = {str(n): Owed(min(row["times"], enough), min(row["times"], enough)) for n, row in rows.items()}
    places = Places(wanted)  # an entry that fits several rows goes where it is needed
    places.fill(
        {
            number: tuple(str(n) for n, row in rows.items() if _matches(row, entry))
            for number, entry in enumerate(ledger.entries)
        }
    )
    if missing := places.unfilled():
        return Verdict.BROKEN, _too_few(rows[int(missing[0])], ledger)
    left = [entry for number, entry in enumerate(ledger.entries) if number not in places.holder]
    if left:
        return (
            Verdict.BROKEN,
            f"The timesheet has what nobody expects: {left[0].hours.as_sentence()} (TxnID {left[0].txn_id}).",
        )
    return None


def _too_few(row: Mapping[str, Any], ledger: Ledger) -> str:
    found = sum(_matches(row, entry) for entry in ledger.entries)
    if not found:
        return f"The timesheet misses {_told(row)}."
    if found >= row["times"]:
        return f"The timesheet misses {_told(row)}: the entry that fits is wanted by another row too."
    return f"The timesheet has {_told(row)} {_count(found)}, expected {_count(row['times'])}."


def _block_is(case: Case, expected: Expected) -> _Trouble:
    block, state = expected.arguments["block"], expected.arguments["state"]
    listed = case.last(ServerListed, before=expected.n)
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
        for started in case.all(UpdateStarted)
        if started.pc == expected.arguments.get("pc", started.pc)
    }
    ended = [e for e in case.all(UpdateEnded) if e.n < expected.n and e.update in of_pc]
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
    started = case.last(UpdateStarted, before=expected.n)
    said = [
        " ".join(reply.value)
        for reply in case.all(CallAnswered)
        if started and reply.update == started.update and reply.operation == call and reply.n < expected.n
    ]
    asked = [  # the reply that hands something out is recorded beside it
        handed.text
        for handed in case.all(HandedOut)
        if started and call == "sendRequestXML" and handed.update == started.update and handed.n < expected.n
    ]
    if any(wanted.casefold() in text.casefold() for text in (*said, *asked)):
        return None
    return Verdict.BROKEN, f"No reply to {call} contains {wanted!r}; the server said: {said!r}."


def _quickbooks_refused(case: Case, expected: Expected) -> _Trouble:
    block = case.blocks.get(expected.arguments["block"])
    wanted = expected.arguments["status"]
    seen = [
        refusal.answer.status_code
        for update in case.updates
        for refusal in update.refused
        if refusal.n < expected.n and block is not None and _was_of(case, refusal, block)
    ]
    if wanted in seen:
        return None
    return (
        Verdict.BROKEN,
        f"QuickBooks did not refuse block {expected.arguments['block']} with status {wanted}; "
        f"it answered {', '.join(map(str, seen)) or 'nothing'}.",
    )


def _was_of(case: Case, refusal: Refusal, block: BlockStory) -> bool:
    """Was it this block (or one of its equals) that was refused?"""
    if refusal.offered is None:
        return False
    hours = case.renames.formerly(refusal.offered.hours, refusal.n)
    return case.is_about(refusal, block) or block.fits(hours, key_of(hours), 0, refusal.n)


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
