"""The period: what the owner selected is sent, and nothing else."""

from __future__ import annotations

from qbharness.checks.contents import key_of
from qbharness.checks.matching import Case
from qbharness.checks.registry import Sayings, broken, check
from qbharness.history import HandedOut, OfferedEntry


@check(
    "period respected",
    "Only blocks inside the selected period are sent; both of its days are inside.",
    breaks="A block is handed out whose date was in no period selected during the session, nor when it came "
    "into doubt.",
)
def period_respected(case: Case) -> Sayings:
    for handed in case.hand_outs.values():
        for entry in handed.entries:
            names = _blocks_of(case, handed, entry)
            if names and not _was_selected(case, handed, entry, names[0]):
                yield broken(
                    "outside the period",
                    f"Block {names[0]} of {entry.hours.date} was handed out, but the selected period was "
                    f"{_selected(case, handed)}.",
                    blocks=names[:1],
                    events=[handed.n],
                )


def _blocks_of(case: Case, handed: HandedOut, entry: OfferedEntry) -> list[str]:
    key, (start, end) = key_of(entry.hours), case.window(handed)
    formerly = case.renames.formerly(entry.hours, handed.n)
    return [
        name
        for name, block in case.blocks.items()
        if block.fits(entry.hours, key, start, end) or block.fits(formerly, key_of(formerly), start, end)
    ]


def _was_selected(case: Case, handed: HandedOut, entry: OfferedEntry, name: str) -> bool:
    start, end = case.window(handed)
    if case.periods.ever(entry.hours.date, start, end):
        return True
    earlier = [other for other in case.hand_outs_of(case.blocks[name]) if other.n < handed.n]
    return any(
        not case.is_settled(other) and case.periods.ever(entry.hours.date, *case.window(other))
        for other in earlier
    )


def _selected(case: Case, handed: HandedOut) -> str:
    period = case.periods.in_force(*case.window(handed))[-1]
    if period is None:
        return "everything"
    return f"{period.start or 'the beginning'} to {period.end or 'the end'}"
