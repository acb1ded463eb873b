"""The verdict on one run: every check asked, and whether the story came to its deciding event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, final

from attrs import field, frozen

from qbharness.checks.matching import Case
from qbharness.checks.registry import Finding, Verdict, all_checks
from qbharness.history import Fault, History, ScenarioStarted, Undetermined

UNDETERMINED: Final = "undetermined"
"""The name under which the reasons for giving no verdict are reported; not a check."""


@final
@frozen
class Judgement:
    """What is to be said of one run.

    ``verdict`` is the worst that was found, BROKEN before UNKNOWN before EXPOSED; a run in which nothing is
    broken but something could not be determined is UNKNOWN, never HELD.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    checks: tuple[str, ...] = field(repr=False)

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The findings that accuse the server."""
        return self._of(Verdict.BROKEN)

    @property
    def exposed(self) -> tuple[Finding, ...]:
        """What failed under a trouble that nobody demands a server to survive."""
        return self._of(Verdict.EXPOSED)

    @property
    def unknown(self) -> tuple[Finding, ...]:
        """Why there is no verdict."""
        return self._of(Verdict.UNKNOWN)

    @property
    def not_applicable(self) -> tuple[Finding, ...]:
        """The checks that this target gives nothing to go by."""
        return self._of(Verdict.NOT_APPLICABLE)

    @property
    def by_check(self) -> Mapping[str, Verdict]:
        """Every check with the worst that it has to say, in the order of reports."""
        return {name: _worst(f for f in self.findings if f.check == name) for name in self.checks}

    def _of(self, verdict: Verdict) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.verdict is verdict)


def judge(history: History) -> Judgement:
    """Ask every check."""
    case = Case(history)
    checks = all_checks()
    findings = [finding for each in checks.values() for finding in each.judge(case)]
    findings += _undetermined(case)
    verdict = _worst(finding for finding in findings if finding.verdict is not Verdict.NOT_APPLICABLE)
    return Judgement(verdict, tuple(findings), tuple(checks))


def _worst(findings: Iterable[Finding]) -> Verdict:
    found = {finding.verdict for finding in findings}
    return next((verdict for verdict in Verdict if verdict in found), Verdict.HELD)


def _undetermined(case: Case) -> list[Finding]:
    """The oracle's causes that are about the run and not about one block."""
    reasons = [("time limit or set-up", event.reason, event.n) for event in case.all(Undetermined)]
    reasons += [
        ("fault did not strike", f"The fault {fault.word!r} ({fault.anchor}) did not strike.", fault.n)
        for fault in case.all(Fault)
        if not fault.fired
    ]
    started = case.first(ScenarioStarted)
    decided_by = started.decided_by if started else "landing"
    decided = (
        bool(case.all_landings)
        if decided_by == "landing"
        else any(update.refused or update.mismatch for update in case.updates)
    )
    if not decided and not reasons:
        what = "nothing ever landed" if decided_by == "landing" else "QuickBooks refused nothing"
        reasons.append(
            ("no deciding event", f"The story never came to its point: {what}.", len(case.history))
        )
    return [
        Finding(UNDETERMINED, Verdict.UNKNOWN, reason, (), (line,), kind) for kind, reason, line in reasons
    ]
