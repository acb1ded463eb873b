"""What a target file declares as known to be broken (``expect_broken``): strict, and only until its day.

A story that is broken only in declared ways is *known broken*: told, and no reason for a red run. Where
the declaration names stories, it is a claim about each of them, so one that holds is as red as one that
breaks otherwise: else a repaired server would keep its excuse for ever. A declaration whose day is over
excuses nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import PurePath

from attrs import evolve

from qbharness.outcome import Outcome, Status
from qbharness.scenario.model import Scenario
from qbharness.targets.model import ExpectedBreak


def as_declared(outcome: Outcome, declared: Iterable[ExpectedBreak], today: dt.date | None) -> Outcome:
    """``outcome`` in the light of what is declared; ``today`` None: nothing ever runs out.

    What gave no verdict, was skipped, or is EXPOSED stays what it is.
    """
    concerning = [each for each in declared if _concerns(each, outcome.scenario)]
    if not concerning or outcome.judgement is None:
        return outcome
    if outcome.status not in {Status.HELD, Status.BROKEN}:
        return outcome
    broken = {finding.check for finding in outcome.judgement.broken}
    repaired = [each for each in concerning if each.scenarios and each.check not in broken]
    if repaired:
        return evolve(outcome, status=Status.BROKEN, reason=_repaired(repaired[0]))
    over = {each.check: each for each in concerning if today is not None and each.until < today}
    accepted = {each.check: each for each in concerning if each.check not in over}
    if broken and broken <= set(accepted):
        reasons = "; ".join(f"{name}: {accepted[name].reason}" for name in sorted(broken))
        until = min(accepted[name].until for name in broken)
        return evolve(outcome, status=Status.KNOWN, reason=f"{reasons} (accepted until {until})")
    late = sorted(broken & set(over))
    if late:
        return evolve(outcome, reason=f"{outcome.reason} {_over(over[late[0]])}".strip())
    return outcome


def _concerns(each: ExpectedBreak, scenario: Scenario) -> bool:
    path = PurePath(scenario.file)
    names = (scenario.name, path.stem, path.parent.name)
    return not each.scenarios or any(fnmatch(name, pattern) for name in names for pattern in each.scenarios)


def _repaired(each: ExpectedBreak) -> str:
    return (
        f"The target file expects {each.check!r} to be broken here ({each.reason}), but it holds. "
        "Take that out of the target file."
    )


def _over(each: ExpectedBreak) -> str:
    return f"The target file accepted {each.check!r} until {each.until} ({each.reason}); that day is over."
