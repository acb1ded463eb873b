"""Flags: the server's own *sent* marks against what is really in QuickBooks."""

from __future__ import annotations

from qbharness.checks.matching import Case
from qbharness.checks.registry import Said, Verdict, check
from qbharness.history import ServerListed


@check("flags", "The server says of a block that it was sent exactly when it is in QuickBooks.")
def flags(case: Case) -> Said:
    listed = case.history.last(ServerListed, before=case.rested_at)
    if listed is None:
        yield Verdict.NOT_APPLICABLE, "This target cannot list its blocks.", (), ()
        return
    landed = case.assignment.landed
    otherwise = {block for block, _, _ in case.assignment.wrong}
    states = {row.block: row for row in listed.blocks}
    for name, block in case.blocks.items():
        row = states.get(name)
        if row is None or row.state is None or block.deleted is not None or not block.certain:
            continue
        in_quickbooks = bool(landed[name]) or name in otherwise or _ever_acknowledged(case, name)
        if row.state == "sent" and not in_quickbooks and not block.marked_sent:
            yield (
                Verdict.BROKEN,
                f"The server says that block {name} was sent, but QuickBooks never got it.",
                (name,),
                (listed.n,),
            )
        if row.state != "sent" and landed[name] and not block.marked_not_sent:
            yield (
                Verdict.BROKEN,
                f"Block {name} is in QuickBooks (TxnID {landed[name][0].txn_id}), but the server says "
                f"{row.state!r}.",
                (name,),
                (landed[name][0].entry.n, listed.n),
            )


def _ever_acknowledged(case: Case, name: str) -> bool:
    """A landing that a restored backup took away still justifies the flag."""
    block = case.blocks[name]
    return any(
        landing.acknowledged and block.fits(landing.hours, *landing.window) for landing in case.landings
    )
