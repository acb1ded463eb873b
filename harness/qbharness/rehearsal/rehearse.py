"""Plays an incident, then a procedure step by step, and says whether the books are right afterwards.

The procedure is played in every beginning of it (no step, one step, …), each time on a fresh copy of the
incident and followed by two more updates. So the step that does the harm is known, not guessed.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Final, final

from attrs import evolve, frozen

from qbharness.checks.books import BooksFinding, books
from qbharness.history import History, Ledger, ServerListed
from qbharness.outcome import Outcome, Status
from qbharness.scenario.model import Scenario
from qbharness.scenario.steps import Expect, Step
from qbharness.scenario.telling import tell_step
from qbsim.errors import UsageProblem

Play = Callable[[Scenario], Outcome]


@final
class Advice(enum.Enum):
    """What is to be said to somebody who wants to follow the procedure."""

    SAFE = "SAFE"
    UNSAFE = "UNSAFE"
    STOPS = "STOPS"
    """A step cannot be taken, or tells to look for what is not so: the procedure is not for this incident."""
    UNKNOWN = "UNKNOWN"


@final
@frozen
class Moment:
    """The books after a beginning of the procedure and two more updates."""

    findings: tuple[BooksFinding, ...]
    ledger: Ledger
    noted: frozenset[str]
    """The blocks that the server calls sent; empty where it cannot list them."""

    def state_of(self, block: str) -> object:
        return next((each.state for each in self.findings if each.block == block), None)


@final
@frozen
class Rehearsal:
    """One procedure tried on one incident.

    ``harmful`` counts the procedure's steps from 1 (0: the trouble was there before and stays); ``before`` is
    the timesheet of the incident, ``after`` the one at the end.
    """

    procedure: Scenario
    incident: Scenario
    target: str
    advice: Advice
    reason: str
    harmful: int
    before: Ledger
    after: Ledger
    findings: tuple[BooksFinding, ...]

    @property
    def step(self) -> str:
        """The harmful step in words, or ``""``."""
        return words(self.procedure.steps[self.harmful - 1]) if self.harmful else ""


def words(step: Step) -> str:
    """A step of a procedure as its reader is told it."""
    return step.say or tell_step(step)


def rehearse(procedure: Scenario, incident: Scenario, play: Play, *, target: str) -> Rehearsal:
    """Try ``procedure`` after ``incident``; raises :class:`UsageProblem` where they do not fit together."""
    _fit_together(procedure, incident)
    moments: list[Moment] = []
    before = _NOTHING
    for length in range(len(procedure.steps) + 1):
        outcome = play(_beginning(procedure, incident, length))
        looked = outcome.history.all(Ledger)
        before = next((ledger for ledger in looked if ledger.moment == "expected"), before)
        trouble = _cannot_go_on(procedure, outcome, length)
        if trouble is None and outcome.judgement is None:
            after = moments[-1].ledger if moments else before
            return Rehearsal(
                procedure, incident, target, Advice.UNKNOWN, outcome.reason, length, before, after, ()
            )
        if trouble is not None:
            return _stopped(
                Rehearsal(
                    procedure,
                    incident,
                    target,
                    Advice.STOPS,
                    trouble,
                    length,
                    before,
                    moments[-1].ledger,
                    moments[-1].findings,
                ),
                moments,
            )
        moments.append(Moment(books(outcome.history), looked[-1], _noted(outcome.history)))
    last = moments[-1]
    wrong = [finding for finding in last.findings if not finding.is_right]
    advice = Advice.UNSAFE if wrong else Advice.SAFE
    harmful = max((_since(moments, finding.block) for finding in wrong), default=0)
    reason = _sentences(wrong, last.noted) or "Every Work Block is in the books once."
    return Rehearsal(procedure, incident, target, advice, reason, harmful, before, last.ledger, last.findings)


_NOTHING: Final = Ledger(moment="", entries=())


def _cannot_go_on(procedure: Scenario, outcome: Outcome, length: int) -> str | None:
    """Why a person stops at the last step of this beginning; None: they go on.

    QuickBooks does not let them, or what the step tells to look for is not so. Anything else that gave no
    verdict (a server that does not start) says nothing about the procedure.
    """
    if not length:
        return None
    if outcome.refused:
        return outcome.refused
    looks = isinstance(procedure.steps[length - 1], Expect)
    if not looks or outcome.judgement is None or outcome.status is not Status.BROKEN:
        return None
    missed = [each for each in outcome.judgement.broken if each.check == "expectation"]
    return missed[-1].sentence if missed else None


def _stopped(rehearsal: Rehearsal, moments: list[Moment]) -> Rehearsal:
    """A procedure that breaks off is still unsafe where what was done until then did harm."""
    harmed = [
        finding
        for finding in moments[-1].findings
        if not finding.is_right and moments[0].state_of(finding.block) != finding.state
    ]
    if not harmed:
        return rehearsal
    number = rehearsal.harmful
    reason = (
        f"{_sentences(harmed, moments[-1].noted)} And step {number} cannot be taken then: {rehearsal.reason}"
    )
    harmful = max(_since(moments, finding.block) for finding in harmed)
    return evolve(rehearsal, advice=Advice.UNSAFE, reason=reason, harmful=harmful)


def _sentences(findings: list[BooksFinding], noted: frozenset[str]) -> str:
    """What is wrong in the books, and why no further update brings it right by itself."""
    told = [finding.sentence for finding in findings]
    gone = [finding.block for finding in findings if finding.state.is_missing and finding.block in noted]
    if gone:
        *most, last = gone
        named = f"blocks {', '.join(most)} and {last}" if most else f"block {last}"
        told.append(
            f"The server has noted {named} as sent, and does not send {'them' if most else 'it'} again."
        )
    return " ".join(told)


def _noted(history: History) -> frozenset[str]:
    listed = history.last(ServerListed)
    return frozenset(row.block for row in listed.blocks if row.state == "sent") if listed else frozenset()


def _fit_together(procedure: Scenario, incident: Scenario) -> None:
    if procedure.kind != "procedure":
        raise UsageProblem(f"{procedure.name!r} is no procedure.", cure="A procedure says `kind: procedure`.")
    if incident.kind == "procedure":
        raise UsageProblem(f"{incident.name!r} is a procedure.", cure="Name an incident after --on.")
    missing = [block for block in procedure.about if block not in incident.first_values()]
    if missing:
        raise UsageProblem(
            f"The procedure {procedure.name!r} speaks of {', '.join(missing)}, which the incident "
            f"{incident.name!r} does not have.",
            cure=f"The incident's blocks are: {', '.join(incident.first_values())}.",
        )


def _beginning(procedure: Scenario, incident: Scenario, length: int) -> Scenario:
    """The incident, a look at its timesheet, and the first steps of the procedure."""
    steps = (*incident.steps, Expect(expectations=()), *procedure.steps[:length])
    return evolve(incident, name=procedure.name, steps=steps, expect=())


def _since(moments: list[Moment], block: str) -> int:
    """After which step the block's time stands as it does in the end."""
    final = moments[-1].state_of(block)
    since = len(moments) - 1
    while since > 0 and moments[since - 1].state_of(block) == final:
        since -= 1
    return since
