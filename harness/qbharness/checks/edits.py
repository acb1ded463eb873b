"""After the sync: what becomes of an entry whose block is edited, and of entries that people made."""

from __future__ import annotations

from typing import Final

from qbharness.checks.blocks import BlockStory
from qbharness.checks.contents import Key, key_of
from qbharness.checks.landings import Landing
from qbharness.checks.matching import Case
from qbharness.checks.owed import had_its_chance
from qbharness.checks.registry import Sayings, broken, check
from qbharness.history import Committed, Hours


@check(
    "edited after sync",
    "A block that is edited after the sync stays in QuickBooks as it was, or follows if that is promised.",
    breaks="keep_first: the server changes or replaces its entry. update: the entry is no latest version.",
)
def edited_after_sync(case: Case) -> Sayings:
    if case.contract["after_edit"] == "update":
        yield from _must_follow(case)
    else:
        yield from _must_stay(case)


_CHANGES: Final = frozenset({"mod", "delete"})


def _must_stay(case: Case) -> Sayings:
    own = {landing.txn_id: landing for landing in case.all_landings}
    for row in case.all(Committed):
        landing = own.get(row.record_id)
        if landing is None or row.actor != "connector" or row.action not in _CHANGES:
            continue
        names = case.fitting[landing.entry.n]
        told = f"the entry of block {names[0]}" if names else "an entry"
        if row.action == "mod" and row.before and row.after and row.before.differences(row.after):
            yield broken(
                "changed in QuickBooks",
                f"The server changed {told} (TxnID {row.record_id}) in QuickBooks after the sync: "
                f"{row.before.as_sentence()} became {row.after.as_sentence()}.",
                blocks=names[:1],
                events=[landing.entry.n, row.n],
            )
        elif row.action == "delete" and _is_replaced(case, landing, row.n):
            yield broken(
                "replaced in QuickBooks",
                f"The server deleted {told} (TxnID {row.record_id}) after the sync, and sent the block anew.",
                blocks=names[:1],
                events=[landing.entry.n, row.n],
            )


def _is_replaced(case: Case, landing: Landing, line: int) -> bool:
    """Does a later landing of the same block stand in for one that the server deleted?"""
    blocks = [block for block in case.blocks.values() if landing.is_of(block)]
    return any(later.sent_at > line and any(later.is_of(b) for b in blocks) for later in case.landings)


def _must_follow(case: Case) -> Sayings:
    waiting = case.deciding is not None and case.deciding.mismatch is not None
    for name, landings in case.assignment.landed.items():
        block = case.blocks[name]
        if waiting or not landings or not _is_followable(case, block):
            continue
        final = _final(case, landings[-1])
        if final is None or any(_is_latest(other, final) for other in _equals(case, landings[-1])):
            continue
        yield broken(
            "not updated",
            f"Block {name} was edited after the sync, and the target promises to update its entry; but "
            f"QuickBooks still has {final[0].as_sentence()} instead of {block.hours.as_sentence()} "
            f"(TxnID {landings[-1].txn_id}).",
            blocks=[name],
            events=[landings[-1].entry.n, block.versions[-1].since],
        )


def _is_followable(case: Case, block: BlockStory) -> bool:
    return (
        block.certain
        and block.deleted is None
        and len(block.versions) > 1
        and block.mark is None
        and block.can_be_delivered
        and case.restored_server is None
        and case.periods.always(block.hours.date, case.rested_at, case.rested_at)
        and had_its_chance(case, block)
    )


def _equals(case: Case, landing: Landing) -> list[BlockStory]:
    return [block for block in case.blocks.values() if landing.is_of(block)]


def _is_latest(block: BlockStory, final: tuple[Hours, Key]) -> bool:
    return block.versions[-1].has(*final)


def _final(case: Case, landing: Landing) -> tuple[Hours, Key] | None:
    """The contents of an entry at rest, as the server left it; None where a person had a hand in it."""
    hours, line = landing.looks[-1][0], landing.entry.n
    for row in case.all(Committed):
        if row.record_id != landing.txn_id or row.n <= line or not case.timelines.has(row):
            continue
        if row.actor != "connector":
            return None
        if row.after is not None:
            hours = row.after
    formerly = case.renames.formerly(hours, case.rested_at)
    return formerly, key_of(formerly)


@check(
    "manual entries untouched",
    "What people typed into the timesheet, or imported, the server neither changes nor deletes.",
    breaks="A request of the server modifies, deletes or voids an entry that is no landing.",
)
def manual_entries_untouched(case: Case) -> Sayings:
    own = {landing.txn_id for landing in case.all_landings}
    for row in case.all(Committed):
        if row.record != "TimeTracking" or row.actor != "connector" or row.action not in _CHANGES:
            continue
        if row.record_id in own:
            continue
        what = "deleted" if row.action == "delete" else "changed"
        entry = row.before or row.after
        told = f": {entry.as_sentence()}" if entry else ""
        yield broken(
            what,
            f"The server {what} an entry that it did not make (TxnID {row.record_id}){told}.",
            events=[row.n],
        )
