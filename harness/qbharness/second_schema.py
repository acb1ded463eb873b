"""Every recorded request judged by the user's own XSDs beside ours. It informs; it changes no verdict.

Our grammar is ours to answer for: a disagreement is a mistake of one of the two, and a person decides whose.
So it is shown in every report, and the exit code stays what the checks say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from qbharness.history import HandedOut
from qbharness.outcome import OtherOpinion, Outcome
from qbsim.errors import UsageProblem
from qbsim.qbxml.messages import examine

if TYPE_CHECKING:
    from qbharness.history import History
    from qbsim.qbxml.other_schemas import TheirSchemas

Grouped: TypeAlias = "tuple[OtherOpinion, int, Outcome]"
"""One difference, how many requests have it, and the outcome in which it was seen first."""


def other_opinions(history: History, theirs: TheirSchemas) -> tuple[OtherOpinion, ...]:
    """Where ``theirs`` judge a request of this run otherwise than we do, in order."""
    return tuple(_opinions(history, theirs))


def _opinions(history: History, theirs: TheirSchemas) -> Iterator[OtherOpinion]:
    for handed in history.all(HandedOut):
        ours = examine(handed.text)
        try:
            found = theirs.disagreement(handed.text, ours)
        except UsageProblem as missing:
            verdict = str(ours.refusals[0]) if ours.refusals else "accepted"
            yield OtherOpinion(handed.call, handed.requests, verdict, f"no verdict: {missing.sentence}")
            continue
        if found is not None:
            yield OtherOpinion(handed.call, handed.requests, found.ours, found.theirs, found.meant)


def as_sentence(opinion: OtherOpinion) -> str:
    """One difference in words."""
    what = ", ".join(dict.fromkeys(opinion.requests)) or "a request"
    why = " That is meant: our rule goes beyond what an XSD can say." if opinion.meant else ""
    return f"{what}: we say: {opinion.ours.rstrip('.')}; your schema: {opinion.theirs.rstrip('.')}.{why}"


def grouped(outcomes: Iterable[Outcome]) -> tuple[Grouped, ...]:
    """The differences of a whole run, equal ones together, in the order in which they came up."""
    first: dict[str, tuple[OtherOpinion, Outcome]] = {}
    counts: dict[str, int] = {}
    for outcome in outcomes:
        for opinion in outcome.other_opinions:
            key = as_sentence(opinion)
            first.setdefault(key, (opinion, outcome))
            counts[key] = counts.get(key, 0) + 1
    return tuple((opinion, counts[key], outcome) for key, (opinion, outcome) in first.items())
