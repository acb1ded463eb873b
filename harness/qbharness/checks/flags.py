"""Flags: the server's own *sent* marks against what is really in QuickBooks."""

from __future__ import annotations

from collections.abc import Iterable

from qbharness.checks.grading import is_evidence_destroyed, is_recovery_lost
from qbharness.checks.landings import Landing
from qbharness.checks.matching import Case
from qbharness.checks.owed import Owed
from qbharness.checks.places import Places
from qbharness.checks.registry import Said, Sayings, Verdict, broken, check, not_applicable
from qbharness.history import ListedBlock, ServerListed


@check(
    "flags",
    "The server says of a block that it was sent exactly when it is in QuickBooks.",
    breaks="More equal blocks are called sent than landed, or fewer; or the wrong entry or version is named.",
)
def flags(case: Case) -> Sayings:
    listed = case.last(ServerListed, before=case.rested_at + 1)
    if listed is None or all(row.state is None for row in listed.blocks):
        yield not_applicable("This target cannot list its blocks.")
        return
    rows = {row.block: row for row in listed.blocks if _is_judged(case, row)}
    for said in (*_sent_or_not(case, rows, listed.n), *_pointers(case, rows, listed.n)):
        if case.restored_server is None:
            yield said
        else:
            told = f"{said.sentence[:-1]}: the server was put back to a backup of its own."
            yield Said(Verdict.EXPOSED, "server restored", told, said.blocks, said.events)


def _is_judged(case: Case, row: ListedBlock) -> bool:
    block = case.blocks.get(row.block)
    return row.state is not None and block is not None and block.deleted is None and block.certain


def _sent_or_not(case: Case, rows: dict[str, ListedBlock], line: int) -> Sayings:
    """Inside a class of equal blocks only numbers count: as many are called sent as there are entries.

    Entries go first to those that are called sent, then to those of which a person said so or the list says
    nothing (a deleted block may have landed as well), and only what is then left over speaks against a *not
    sent*. What a restored backup took away before the server heard of it only fills what is still empty then:
    the entry that was sent again in its stead is the one that the server knows.
    """
    called_sent = [name for name, row in rows.items() if row.state == "sent"]
    most = {name: max(1, limit.most) for name, limit in case.limits.items()}
    unlisted = {name: Owed(0, most[name]) for name in case.blocks if name not in rows}
    others = {name: Owed(0, 1) for name, row in rows.items() if row.state != "sent"}
    wrong = {name for name, _, _ in case.assignment.wrong}
    by_hand = {name for name in called_sent if case.blocks[name].lines_of("marked sent")}
    called = {name: Owed(0 if name in by_hand else 1, most[name]) for name in called_sent}
    places = Places(called | unlisted | others)
    of_line = {landing.entry.n: landing for landing in case.all_landings}
    unheard = {n for n, each in of_line.items() if not each.counts and each.known_at is None}
    places.fill({n: names for n, names in case.fitting.items() if n not in unheard})
    places.complete({n: names for n, names in case.fitting.items() if n in unheard})
    for name in places.unfilled():
        if name in wrong:
            continue
        yield broken(
            "called sent, not there",
            f"The server says that block {name} was sent, but QuickBooks never got it.",
            blocks=[name],
            events=[line],
        )
    for number, name in places.holder.items():
        landing, row = of_line[number], rows.get(name)
        if row is None or row.state == "sent":
            continue
        if landing.counts and _should_know(case, landing, name):
            yield broken(
                "there, not called sent",
                f"Block {name} is in QuickBooks (TxnID {landing.txn_id}), but the server says {row.state!r}.",
                blocks=[name],
                events=[landing.entry.n, line],
            )


def _should_know(case: Case, landing: Landing, name: str) -> bool:
    """The server was told, or has had a whole update to find out; and nobody told it otherwise since."""
    block = case.blocks[name]
    if block.mark is not None and block.mark.change == "marked not sent" and block.mark.n > landing.entry.n:
        return False
    if landing.known_at is not None:
        return True
    return (
        case.deciding is not None
        and case.deciding.authenticated_at > landing.entry.n
        and case.deciding.mismatch is None
        and not is_evidence_destroyed(case)
        and not is_recovery_lost(case)
    )


def _pointers(case: Case, rows: dict[str, ListedBlock], line: int) -> Iterable[Said]:
    """Where the server names the entry, or the version that is in it, it must be the right one."""
    by_txn = {landing.txn_id: landing for landing in case.all_landings}
    for name, row in rows.items():
        block = case.blocks[name]
        landing = by_txn.get(row.txn_id or "")
        if landing is not None and name not in (fitting := case.fitting[landing.entry.n]) and fitting:
            yield broken(
                "names another entry",
                f"The server says that block {name} is TxnID {row.txn_id}, "
                f"but that is {landing.hours.as_sentence()}.",
                blocks=[name],
                events=[landing.entry.n, line],
            )
        landed = case.assignment.landed.get(name, ())
        if row.sent_version is None or not landed or row.state != "sent" or case.sharers(block) > 1:
            continue
        if block.lines_of("marked sent") or case.restored_server is not None:
            continue  # what a person says, or a server that was set back, is no version that was offered
        versions = block.versions[row.sent_version - 1 : row.sent_version] if row.sent_version > 0 else ()
        # Of several landings it may name any; and what a restored backup took away, QuickBooks has forgotten.
        every = [one for one in case.all_landings if name in case.fitting[one.entry.n]]
        looks = [look for one in (landed[-1], *every) for look in one.looks]
        if not any(version.has(hours, key) for version in versions for hours, key in looks):
            yield broken(
                "names another version",
                f"The server says that version {row.sent_version} of block {name} is in QuickBooks, "
                f"but what is there is {landed[-1].hours.as_sentence()}.",
                blocks=[name],
                events=[landed[-1].entry.n, line],
            )
