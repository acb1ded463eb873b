"""Delivery: does the server keep its contract of exactly once?  Judged at rest, from landings alone."""

from __future__ import annotations

from typing import Final

from qbharness.checks.grading import SERVER_RESTORED, is_set_back, of_extra, of_missing
from qbharness.checks.landings import Landing
from qbharness.checks.matching import Case
from qbharness.checks.registry import Said, Sayings, Verdict, broken, check
from qbharness.history import Fault, Hours, hours_and_minutes

_TIMES: Final = {1: "once", 2: "twice", 3: "three times", 4: "four times"}


@check(
    "lost",
    "Every Work Block inside the period is in QuickBooks.",
    breaks="A block that the server could have delivered has fewer landings at rest than it is owed.",
)
def lost(case: Case) -> Sayings:
    for name in case.assignment.missing:
        block = case.blocks[name]
        handed = [event.n for event in case.hand_outs_of(block)]
        seen = handed or [block.added]
        kind, how = _how(case, name, bool(handed))
        last = case.deciding.ended if case.deciding else None
        shown = f'; the last update said "{last.shown}"' if last and last.shown else ""
        sentence = f"Block {name} is lost: {block.hours.as_sentence()} is not in QuickBooks. {how}{shown}."
        grade = of_missing(case, name)
        if grade is None:
            yield broken(kind, sentence, blocks=[name], events=seen)
        else:
            yield Said(grade[0], grade[1], f"{sentence[:-1]}: {grade[2]}.", (name,), tuple(seen))


def _how(case: Case, name: str, handed: bool) -> tuple[str, str]:
    landed_before = any(landing.is_of(case.blocks[name]) and not landing.counts for landing in case.landings)
    if landed_before:
        return "not sent again", "It was there once, and was not sent again"
    if handed:
        return "never landed", "It was handed out, but never landed"
    return "never handed out", "It was never handed out"


@check(
    "duplicate",
    "No Work Block is in QuickBooks more than once.",
    breaks="A block has more landings than it may have: it was sent again although it had landed.",
)
def duplicate(case: Case) -> Sayings:
    found = case.assignment
    for names in dict.fromkeys(names for names, _ in found.surplus):
        extra = [landing for blocks, landing in found.surplus if blocks == names]
        landings = sorted(
            [*(landing for name in names for landing in found.landed[name]), *extra],
            key=lambda landing: landing.entry.n,
        )
        forgotten = [
            landing
            for landing in case.landings
            if not landing.present and any(landing.is_of(case.blocks[name]) for name in names)
        ]
        kind, sentence = _told(case, names, landings, forgotten)
        sentence += _why(case, landings)
        events = tuple(landing.entry.n for landing in landings)
        grade = of_extra(case, names, sorted([*forgotten, *landings], key=lambda each: each.entry.n))
        if grade is None:
            yield broken(kind, sentence, blocks=names, events=events)
        elif grade[0] is Verdict.NOT_APPLICABLE:
            yield Said(grade[0], "", f"{sentence} But {grade[2]}.", names, events)
        else:
            yield Said(grade[0], grade[1], f"{sentence} But {grade[2]}.", names, events)


def _told(
    case: Case, names: tuple[str, ...], landings: list[Landing], forgotten: list[Landing]
) -> tuple[str, str]:
    first = case.blocks[names[0]].hours
    ids = " and ".join(landing.txn_id for landing in landings)
    if len(landings) == 1:
        if forgotten:
            told = "QuickBooks has forgotten it since a backup was restored, but nobody told the server to"
            return "sent again after a restore", f"Block {names[0]} was sent again: TxnID {ids}; {told}."
        return "sent unasked", f"Block {names[0]} was sent although nothing was owed: TxnID {ids}."
    times = _TIMES.get(len(landings), f"{len(landings)} times")
    who = f"Block {names[0]} is" if len(names) == 1 else f"The {len(names)} equal blocks {_and(names)} are"
    together = "" if len(names) == 1 else "together "
    return "sent again", (
        f"{who} {together}in QuickBooks {times}: TxnID {ids}. "
        f"{first.employee} is paid, and {first.customer or 'nobody'} is billed, "
        f"{_sum(landings)} instead of {_owed(landings, len(names))}."
    )


def _and(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _sum(landings: list[Landing]) -> str:
    return hours_and_minutes(sum(landing.hours.seconds for landing in landings))


def _owed(landings: list[Landing], blocks: int) -> str:
    return _sum(landings[:blocks])


def _why(case: Case, landings: list[Landing]) -> str:
    first, last = landings[0].entry.n, landings[-1].entry.n
    fault = next((each for each in case.all(Fault) if each.fired and first <= each.n <= last), None)
    return "" if fault is None else f" In between: {fault.word} ({fault.anchor})."


@check(
    "wrong value",
    "What landed is what the Work Block says.",
    breaks="A landing has the contents of no version that could be sent, or contradicts its own mark.",
)
def wrong_value(case: Case) -> Sayings:
    for name, landing, fields in case.assignment.wrong:
        block = case.blocks[name]
        told = "; ".join(
            f"{_title(field)} is {_shown(landing.hours, field)!r}, should be {_shown(block.hours, field)!r}"
            for field in fields
        )
        kind = ", ".join(_title(field) for field in fields)
        sentence = f"Block {name} landed with other contents (TxnID {landing.txn_id}): {told}."
        if landing.mark == name and case.assignment.landed[name]:
            kind = "mark and contents contradict each other"
        if is_set_back(case, name) and landing.sent_at > (case.restored_server or 0):
            verdict, kind, why = SERVER_RESTORED
            yield Said(verdict, kind, f"{sentence} But {why}.", (name,), (landing.entry.n,))
        elif block.certain:
            yield broken(kind, sentence, blocks=[name], events=[landing.entry.n])
        else:
            yield Said(Verdict.UNKNOWN, "uncertain step", sentence, (name,), (landing.entry.n,))


def _title(field: str) -> str:
    return {"seconds": "duration", "class_": "class"}.get(field, field.replace("_", " "))


def _shown(hours: Hours, field: str) -> str:
    value = getattr(hours, field)
    return hours_and_minutes(value) if field == "seconds" else str(value)


@check(
    "phantom",
    "Nothing lands that is no Work Block.",
    breaks="A landing has the contents of no block, and every block has its own.",
)
def phantom(case: Case) -> Sayings:
    restored = case.restored_server
    for landing in case.assignment.phantoms:
        sentence = (
            f"An entry landed that belongs to no Work Block: {landing.hours.as_sentence()} "
            f"(TxnID {landing.txn_id})."
        )
        events = (landing.entry.n,)
        if restored is not None and landing.sent_at > restored:
            why = "the server was put back to a backup of its own"
            yield Said(Verdict.EXPOSED, "server restored", f"{sentence[:-1]}: {why}.", (), events)
        elif any(not block.certain for block in case.blocks.values()):
            yield Said(Verdict.UNKNOWN, "uncertain step", sentence, (), events)
        else:
            yield broken("no such block", sentence, events=events)
