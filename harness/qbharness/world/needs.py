"""What a scenario needs of a target, and why it can't be played where that is missing."""

from __future__ import annotations

from typing import Final

from qbharness.scenario import steps
from qbharness.scenario.faults import ServerKilled
from qbharness.scenario.model import Scenario, walk
from qbharness.targets.target import Target

_STEPS: Final[dict[type[steps.Step], tuple[str, ...]]] = {
    steps.AddBlock: ("add_block",),
    steps.EditBlock: ("edit_block",),
    steps.DeleteBlock: ("delete_block",),
    steps.SelectPeriod: ("select_period",),
    steps.MarkSent: ("mark_sent",),
    steps.MarkNotSent: ("mark_not_sent",),
    steps.RestartServer: ("restart",),
    steps.KillServer: ("kill",),
    steps.RestoreServerBackup: ("backup",),
    steps.AutoRun: ("clock",),
    steps.Wait: ("clock",),
}
"""The operations that a step asks of the target; the others ask none."""


def why_not(scenario: Scenario, target: Target) -> str | None:
    """Why ``scenario`` is skipped on ``target``; None if it can be played."""
    if (why := target.contract.why_not(scenario.requires)) is not None:
        return why
    wanted = ["reset", *(["add_block"] if scenario.blocks else [])]
    for step in walk(scenario.steps):
        wanted += _STEPS.get(type(step), ())
        for fault in getattr(step, "faults", ()):
            if isinstance(fault, ServerKilled):
                wanted.append("kill")
                if fault.at not in {"before call", "after call"} and target.cannot(fault.at) is not None:
                    return f"the target {target.name!r} has no failpoint {fault.at!r}"
    return next((why for name in wanted if (why := target.cannot(name)) is not None), None)
