"""How bad is it that a block is missing, or there too often?  BROKEN, unless the law says otherwise.

Some troubles no server can survive, and nobody demands it: another application name, a server put back to
its own backup, recovery state that QuickBooks itself lost. And where a person destroyed the evidence while
a block was in doubt, nobody can know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from qbharness.checks.landings import Landing
from qbharness.checks.matching import Case
from qbharness.checks.registry import Verdict
from qbharness.history import Committed, HandedOut, Processed

Grade: TypeAlias = tuple[Verdict, str, str] | None
"""Verdict, kind and why; None: it is as bad as it looks."""

RECOVERY_LOST: Final = frozenset({"9002", "9005"})
"""Statuses of a message set whose answer QuickBooks could not keep, or not find. Source: Intuit's sample."""


SERVER_RESTORED: Final = (
    Verdict.EXPOSED,
    "server restored",
    "the server was put back to a backup of its own, and what it knew since then is gone",
)


def of_missing(case: Case, name: str) -> Grade:
    """Is the server to blame that this block is missing?"""
    block = case.blocks[name]
    if not block.certain:
        return Verdict.UNKNOWN, "uncertain step", "nobody knows whether the server has it"
    restored = case.restored_server
    if is_set_back(case, name) or (
        restored is not None and any(handed.n < restored for handed in case.hand_outs_of(block))
    ):
        return SERVER_RESTORED
    if is_recovery_lost(case):
        return _recovery_lost()
    return None


def of_extra(case: Case, names: Iterable[str], landings: list[Landing]) -> Grade:
    """Is the server to blame that these landings of equal blocks are too many?  The mildest reason counts
    only if it covers each landing behind the first.
    """
    if any(not case.blocks[name].certain for name in names):
        return Verdict.UNKNOWN, "uncertain step", "nobody knows how many of them the server has"
    names = tuple(names)
    since = [landing for landing in landings if landing.sent_at > (case.restored_server or len(case.history))]
    if since and len(since) <= len(names) and all(is_set_back(case, name) for name in names):
        return SERVER_RESTORED
    grades = [_between(case, landings[:number], landings[number]) for number in range(1, len(landings))]
    excused = [grade for grade in grades if grade is not None]
    surplus = len(landings) - len(names)
    if not excused or len(excused) < surplus:
        return None
    return max(excused, key=lambda grade: _HARDNESS[grade[0]])


_HARDNESS: Final = {Verdict.NOT_APPLICABLE: 0, Verdict.EXPOSED: 1, Verdict.UNKNOWN: 2}


def _between(case: Case, earlier: list[Landing], later: Landing) -> Grade:
    """Why the server may have sent a block again of which it had no news."""
    in_doubt = [landing for landing in earlier if not landing.is_known_by(later.sent_at)]
    restored = case.restored_server
    if restored is not None and any(landing.entry.n < restored < later.sent_at for landing in earlier):
        return SERVER_RESTORED
    if not in_doubt:
        return None
    if case.contract["delivery"] == "at_least_once":
        return Verdict.NOT_APPLICABLE, "", "this target promises to send again what is in doubt"
    if any(destroyed_evidence(case, landing, later.sent_at) for landing in in_doubt):
        return (
            Verdict.UNKNOWN,
            "evidence destroyed",
            "a person removed the entry while the block was in doubt, and the server asked before it sent",
        )
    if any(landing.entry.application != later.entry.application for landing in in_doubt):
        return (
            Verdict.EXPOSED,
            "another application name",
            "it was sent under another application name, to which QuickBooks tells nothing of the first",
        )
    return _recovery_lost() if is_recovery_lost(case) else None


def is_set_back(case: Case, name: str) -> bool:
    """Does the server no longer know something that its owner did with the block?"""
    return any(case.was_undone(change) for change in case.blocks[name].changes)


def _recovery_lost() -> Grade:
    return (
        Verdict.EXPOSED,
        "recovery state lost",
        "QuickBooks itself could not keep the recovery state (9002 or 9005); only a mark in the entry helps",
    )


def is_recovery_lost(case: Case) -> bool:
    """Did QuickBooks lose what a message set needs?  A target that declares a marker must do without it."""
    if case.contract["proof"] == "marker":
        return False
    return any(done.message_set_status in RECOVERY_LOST for done in case.all(Processed))


def destroyed_evidence(case: Case, landing: Landing, line: int) -> bool:
    """Did a person remove (or rewrite) an entry in doubt, so that the server's question found nothing?"""
    gone = [row.n for row in case.all(Committed) if _destroys(row, landing) and row.n < line]
    return any(
        gone[0] < handed.n <= line and "TimeTrackingQuery" in " ".join(handed.requests)
        for handed in (case.all(HandedOut) if gone else ())
    )


def _destroys(row: Committed, landing: Landing) -> bool:
    if row.record_id != landing.txn_id or row.actor != "person":
        return False
    rewritten = row.before is not None and row.after is not None and bool(row.before.differences(row.after))
    return row.action == "delete" or (row.action == "mod" and rewritten)


def is_evidence_destroyed(case: Case) -> bool:
    """Was any entry in doubt removed or rewritten by a person?"""
    return any(
        _destroys(row, landing)
        for landing in case.landings
        for row in case.all(Committed)
        if row.actor == "person" and (landing.known_at is None or landing.known_at > row.n)
    )
