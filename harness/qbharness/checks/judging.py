"""The verdict on one run: every check asked, and whether the story came to its deciding event."""

from __future__ import annotations

from typing import final

from attrs import field, frozen

from qbharness.checks.matching import Case
from qbharness.checks.registry import Finding, Verdict, all_checks
from qbharness.history import Fault, History, ScenarioStarted, Undetermined

UNDETERMINED = "undetermined"
"""The name under which the reasons for giving no verdict are reported; not a check."""


@final
@frozen
class Judgement:
    """What is to be said of one run.

    ``verdict`` is the worst that was found; a run in which nothing is broken but something could not
    be determined is UNKNOWN, never HELD.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    checks: tuple[str, ...] = field(repr=False)

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The findings that accuse the server."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.BROKEN)

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """Why there is no verdict."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.UNKNOWN)

    @property
    def not_applicable(self) -> tuple[Finding, ...]:
        """The checks that this target gives nothing to go by."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.NOT_APPLICABLE)


def judge(history: History) -> Judgement:
    """Ask every check."""
    case = Case(history)
    checks = all_checks()
    findings = [finding for each in checks.values() for finding in each.judge(case)]
    findings += _undetermined(case)
    found = {finding.verdict for finding in findings}
    verdict = next((v for v in (Verdict.BROKEN, Verdict.UNKNOWN) if v in found), Verdict.HELD)
    return Judgement(verdict, tuple(findings), tuple(checks))


def _undetermined(case: Case) -> list[Finding]:
    reasons = [(event.reason, event.n) for event in case.history.all(Undetermined)]
    reasons += [
        (f"The fault {fault.word!r} ({fault.anchor}) did not strike.", fault.n)
        for fault in case.history.all(Fault)
        if not fault.fired
    ]
    started = case.history.first(ScenarioStarted)
    decided_by = started.decided_by if started else "landing"
    decided = bool(case.landings) if decided_by == "landing" else any(u.refused for u in case.updates)
    if not decided and not reasons:
        what = "nothing ever landed" if decided_by == "landing" else "QuickBooks refused nothing"
        reasons.append((f"The story never came to its point: {what}.", len(case.history)))
    return [Finding(UNDETERMINED, Verdict.UNKNOWN, reason, (), (line,)) for reason, line in reasons]
