"""Delivery: does the server keep its contract of exactly once?  Judged at rest, from landings alone."""

from __future__ import annotations

from qbharness.checks.matching import Case
from qbharness.checks.reading import Landing
from qbharness.checks.registry import Said, Verdict, check
from qbharness.history import Fault, hours_and_minutes

_TIMES = {2: "twice", 3: "three times", 4: "four times"}


@check("lost", "Every Work Block inside the period is in QuickBooks.")
def lost(case: Case) -> Said:
    for name in case.assignment.missing:
        block = case.blocks[name]
        if not block.certain:
            yield Verdict.UNKNOWN, f"Nobody knows whether the server has block {name}.", (name,), ()
            continue
        handed = tuple(
            event.n
            for event in case.hand_outs.values()
            if any(block.fits(entry.hours, 0, event.n) for entry in event.entries)
        )
        last = case.updates[-1].ended if case.updates else None
        how = "It was handed out, but never landed" if handed else "It was never handed out"
        shown = f'; the last update said "{last.shown}"' if last and last.shown else ""
        yield (
            Verdict.BROKEN,
            f"Block {name} is lost: {block.hours.as_sentence()} is not in QuickBooks. {how}{shown}.",
            (name,),
            handed,
        )


@check("duplicate", "No Work Block is in QuickBooks more than once.")
def duplicate(case: Case) -> Said:
    found = case.assignment
    for name in dict.fromkeys(name for name, _ in found.surplus):
        extra = [landing for block, landing in found.surplus if block == name]
        landings = sorted([*found.landed[name], *extra], key=lambda landing: landing.entry.n)
        block = case.blocks[name]
        if len(landings) == 1:
            yield (
                Verdict.BROKEN,
                f"Block {name} was sent although nothing was owed: TxnID {landings[0].txn_id}.",
                (name,),
                (landings[0].entry.n,),
            )
            continue
        times = _TIMES.get(len(landings), f"{len(landings)} times")
        ids = " and ".join(landing.txn_id for landing in landings)
        yield (
            Verdict.BROKEN,
            f"Block {name} is in QuickBooks {times}: TxnID {ids}. "
            f"{block.hours.employee} is paid, and {block.hours.customer or 'nobody'} is billed, "
            f"{hours_and_minutes(sum(landing.hours.seconds for landing in landings))} instead of "
            f"{hours_and_minutes(landings[0].hours.seconds)}.{_why(case, landings)}",
            (name,),
            tuple(landing.entry.n for landing in landings),
        )


def _why(case: Case, landings: list[Landing]) -> str:
    fault = next(
        (
            fault
            for fault in case.history.all(Fault)
            if fault.fired and landings[0].entry.n <= fault.n <= landings[-1].entry.n
        ),
        None,
    )
    if fault is None:
        return ""
    return f" In between: {fault.word} ({fault.anchor})."


@check("wrong value", "What landed is what the Work Block says.")
def wrong_value(case: Case) -> Said:
    for name, landing, fields in case.assignment.wrong:
        block = case.blocks[name]
        told = "; ".join(
            f"{_title(field)} is {_shown(landing.hours, field)!r}, should be {_shown(block.hours, field)!r}"
            for field in fields
        )
        yield (
            Verdict.BROKEN,
            f"Block {name} landed with other contents (TxnID {landing.txn_id}): {told}.",
            (name,),
            (landing.entry.n,),
        )


def _title(field: str) -> str:
    return {"seconds": "duration", "class_": "class"}.get(field, field.replace("_", " "))


def _shown(hours: object, field: str) -> str:
    value = getattr(hours, field)
    return hours_and_minutes(value) if field == "seconds" else str(value)


@check("phantom", "Nothing lands that is no Work Block.")
def phantom(case: Case) -> Said:
    for landing in case.assignment.phantoms:
        yield (
            Verdict.BROKEN,
            f"An entry landed that belongs to no Work Block: {landing.hours.as_sentence()} "
            f"(TxnID {landing.txn_id}).",
            (),
            (landing.entry.n,),
        )
