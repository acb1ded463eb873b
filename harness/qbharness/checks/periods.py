"""The period: what the owner selected is sent, and nothing else."""

from __future__ import annotations

from qbharness.checks.grading import SERVER_RESTORED
from qbharness.checks.matching import Case
from qbharness.checks.registry import Said, Sayings, Verdict, check
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
            if case.periods.ever(entry.hours.date, *case.window(handed)):
                continue
            blocks = case.offered_blocks(handed, entry, case.window(handed)[0])
            names = [block.block for block in blocks]
            if names and not _was_in_doubt(case, handed, entry, names[0]):
                verdict, kind, why = _how_bad(case, handed)
                sentence = (
                    f"Block {names[0]} of {entry.hours.date} was handed out, but the selected period was "
                    f"{_selected(case, handed)}{why}."
                )
                yield Said(verdict, kind, sentence, tuple(names[:1]), (handed.n,))


def _how_bad(case: Case, handed: HandedOut) -> tuple[Verdict, str, str]:
    period = case.periods.in_force(*case.window(handed))[-1]
    if period is not None and case.was_undone(period):
        verdict, kind, why = SERVER_RESTORED
        return verdict, kind, f", but {why}"
    return Verdict.BROKEN, "outside the period", ""


def _was_in_doubt(case: Case, handed: HandedOut, entry: OfferedEntry, name: str) -> bool:
    """Was it handed out before, while its day was selected, and never settled?"""
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
