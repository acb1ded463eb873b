"""Who plays the plans of a campaign: the target inside our own process where it can be, else for real.

A plan that needs what the fast target can't do (killing its process) goes to the real one, which is
started only then.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, final

from attrs import evolve

from qbharness.interrupts import safe_point
from qbharness.outcome import Outcome
from qbharness.running import Plan
from qbharness.scenario.model import Scenario
from qbharness.targets.model import FRESH_START, TargetFile
from qbharness.targets.target import Target
from qbharness.world.known_breaks import as_declared
from qbharness.world.needs import why_not
from qbharness.world.runner import run_scenario
from qbsim.connector.wire import Transport
from qbsim.errors import UsageProblem


@final
class Players:
    """One worker's targets. ``plan`` says which target, switches and environment.

    ``restart_each`` starts the server afresh, with nothing in its folder, before every run; for targets
    that know no reset. What the target file declares as known to be broken is set aside: stories are made
    shorter by what really happens, and :meth:`excused` says what of it counts.
    """

    def __init__(self, plan: Plan, folder: Path, worker: str = "0", *, restart_each: bool = False) -> None:
        self._declared = plan.target.expect_broken
        plan = evolve(plan, target=evolve(plan.target, expect_broken=()))
        self._plan = evolve(plan, target=_started_afresh(plan.target)) if restart_each else plan
        self._folder = folder
        self._worker = worker
        self._open = ExitStack()
        self._lines: dict[bool, tuple[Target, Transport]] = {}

    def __enter__(self) -> Self:
        if self._plan.target.reset is None:
            raise UsageProblem(
                f"The target {self._plan.target.name!r} can't be reset between runs.",
                cure="Add reset to the target file, or give --restart-each.",
            )
        self._line(in_process=self._plan.target.app is not None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def play(self, scenario: Scenario) -> Outcome:
        """Play one plan on the fastest target that can. An interrupt waits until it has been played."""
        safe_point()
        fast = self._plan.target.app is not None
        target, transport = self._line(in_process=fast)
        if fast and self._plan.target.start is not None and why_not(scenario, target) is not None:
            target, transport = self._line(in_process=False)
        return run_scenario(
            scenario,
            target,
            transport,
            switches=self._plan.switches,
            limits=self._plan.limits,
        )

    def excused(self, outcome: Outcome) -> Outcome:
        """The outcome in the light of what the target file declares, if that has not run out."""
        return as_declared(outcome, self._declared, self._plan.today)

    def _line(self, *, in_process: bool) -> tuple[Target, Transport]:
        if in_process not in self._lines:
            folder = self._folder / ("inside" if in_process else "process")
            folder.mkdir(parents=True)
            target = self._open.enter_context(
                Target(
                    self._plan.target,
                    worker=self._worker,
                    folder=folder,
                    environment=self._plan.environment,
                    in_process=in_process,
                    consume_real_queue=self._plan.consume_real_queue,
                )
            )
            self._lines[in_process] = target, target.transport()
        return self._lines[in_process]


def _started_afresh(target: TargetFile) -> TargetFile:
    try:
        return evolve(target, reset=FRESH_START)
    except ValueError as unable:
        raise UsageProblem(
            f"The target {target.name!r} can't be restarted between runs: {unable}.",
            cure="Give the target file a start, or a reset.",
        ) from None
