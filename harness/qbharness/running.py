"""Plays many scenarios against one target: the loop behind ``qbharness run`` and :func:`qbharness.run`."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from multiprocessing import current_process
from pathlib import Path
from typing import TYPE_CHECKING, final

from attrs import evolve, field, frozen

from qbharness.outcome import Outcome, Reporter, Status, Summary
from qbharness.scenario.model import Scenario
from qbharness.targets.in_process import InProcess
from qbharness.targets.model import TargetFile
from qbharness.targets.target import Target
from qbharness.workers import workers
from qbharness.world.runner import run_scenario
from qbharness.world.watchdog import DEFAULT_LIMITS, Limits
from qbsim.connector.transport import HttpTransport, Transport
from qbsim.errors import UsageProblem
from qbsim.switches import Switches

if TYPE_CHECKING:
    from qbsim.qbxml.other_schemas import TheirSchemas


@final
@frozen
class Plan:
    """What is to be played, and how.

    ``jobs`` above 1 starts the target once per worker, so the target file must say how to start it.
    ``consume_real_queue`` is the caller's half of the consent that the guard asks for.
    ``environment`` is where secrets are looked up and what the server's process inherits. ``limits`` are real
    seconds; ``schemas`` is a folder with the user's own XSDs. ``today`` is the day by which ``expect_broken``
    of the target file runs out; None: it never does.
    """

    scenarios: tuple[Scenario, ...]
    target: TargetFile
    switches: Switches = field(factory=Switches)
    seed: int | None = None
    jobs: int = 1
    fail_fast: bool = False
    limits: Limits = DEFAULT_LIMITS
    schemas: Path | None = None
    today: dt.date | None = None
    consume_real_queue: bool = False
    environment: Mapping[str, str] = field(factory=lambda: dict(os.environ), repr=False)


def run(plan: Plan, reporters: Iterable[Reporter] = ()) -> tuple[Outcome, ...]:
    """Play every scenario of ``plan`` in order and report as it goes; returns the outcomes.

    Raises :class:`SetUpProblem` where the target cannot be started at all.
    """
    for procedure in (one for one in plan.scenarios if one.kind == "procedure"):
        raise UsageProblem(f"{procedure.name!r} is a procedure.", cure="`qbharness rehearse` tries it.")
    told = tuple(reporters)
    theirs = _their_schemas(plan)
    started = time.perf_counter()
    outcomes: list[Outcome] = []
    for reporter in told:
        reporter.run_started(len(plan.scenarios), plan.target.name)
    try:
        played = _in_parallel(plan, told) if plan.jobs > 1 else _in_turn(plan, told)
        for each in played:
            outcome = _with_other_opinions(each, theirs)
            outcomes.append(outcome)
            for reporter in told:
                reporter.scenario_ended(outcome)
            if plan.fail_fast and outcome.status in {Status.BROKEN, Status.UNDETERMINED}:
                break
    finally:
        summary = Summary.of(outcomes, time.perf_counter() - started)
        _end_all(told, summary)
    return tuple(outcomes)


def _end_all(told: Sequence[Reporter], summary: Summary) -> None:
    """Each report gets its end, also beside one that cannot be written; that is told when all have it."""
    with contextlib.ExitStack() as each:
        for reporter in reversed(told):
            each.callback(reporter.run_ended, summary)


def _their_schemas(plan: Plan) -> TheirSchemas | None:
    if plan.schemas is None:
        return None
    from qbsim.qbxml.other_schemas import TheirSchemas  # noqa: PLC0415 - only where somebody has them

    return TheirSchemas(plan.schemas)


def _with_other_opinions(outcome: Outcome, theirs: TheirSchemas | None) -> Outcome:
    if theirs is None:
        return outcome
    from qbharness.second_schema import other_opinions  # noqa: PLC0415 - only where somebody has them

    return evolve(outcome, other_opinions=other_opinions(outcome.history, theirs))


def _in_turn(plan: Plan, told: Sequence[Reporter]) -> Iterator[Outcome]:
    with (
        tempfile.TemporaryDirectory(prefix="qbharness-") as folder,
        _Player(plan, Path(folder), "0") as player,
    ):
        for scenario in plan.scenarios:
            for reporter in told:
                reporter.scenario_started(scenario)
            yield player.play(scenario, told)


def _in_parallel(plan: Plan, told: Sequence[Reporter]) -> Iterator[Outcome]:
    if plan.target.start is None and plan.target.app is None:
        raise UsageProblem(
            f"The target {plan.target.name!r} is not started here, so --jobs would share one server.",
            cure="Use --jobs 1, or give the target file a start.",
        )
    with (
        tempfile.TemporaryDirectory(prefix="qbharness-") as folder,
        workers(plan.jobs, _begin, plan, folder) as pool,
    ):
        futures = [pool.submit(_play, scenario) for scenario in plan.scenarios]
        for scenario, future in zip(plan.scenarios, futures, strict=True):
            outcome = future.result()
            for reporter in told:
                reporter.scenario_started(scenario)
                for event in outcome.history:
                    reporter.event(event)
            yield outcome


@final
class _Player:
    """One worker: a target of its own, and the line to it."""

    def __init__(self, plan: Plan, folder: Path, worker: str) -> None:
        self._plan = plan
        self._target = Target(
            plan.target,
            worker=worker,
            folder=folder,
            environment=plan.environment,
            consume_real_queue=plan.consume_real_queue,
        )
        self._transport: HttpTransport | InProcess | None = None

    def __enter__(self) -> _Player:
        self._target.__enter__()
        self._transport = self._target.transport()
        return self

    def __exit__(self, *problem: object) -> None:
        if self._transport is not None:
            self._transport.close()
        self._target.__exit__(*problem)  # type: ignore[arg-type]

    def play(self, scenario: Scenario, told: Sequence[Reporter]) -> Outcome:
        started = time.perf_counter()
        transport: Transport | None = self._transport
        assert transport is not None  # noqa: S101 - set by __enter__
        outcome = run_scenario(
            scenario,
            self._target,
            transport,
            switches=self._plan.switches,
            seed=self._plan.seed,
            sinks=[reporter.event for reporter in told],
            limits=self._plan.limits,
            today=self._plan.today,
        )
        return evolve(outcome, seconds=time.perf_counter() - started)


def _begin(plan: Plan, folder: str) -> _Player:
    worker = str(current_process()._identity[0] - 1)  # noqa: SLF001 - the only number a worker has
    home = Path(folder) / f"worker-{worker}"
    home.mkdir()
    return _Player(plan, home, worker)


def _play(player: _Player, scenario: Scenario) -> Outcome:
    return player.play(scenario, ())
