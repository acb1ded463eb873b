"""The public Python API behind the names of :mod:`qbharness`: for programs that need loops."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from qbharness.outcome import Outcome, Reporter
from qbharness.running import Plan
from qbharness.running import run as run_plan
from qbharness.scenario.library import load as load_all
from qbharness.scenario.model import Scenario
from qbharness.targets.guard import check_target
from qbharness.targets.model import TargetFile
from qbharness.targets.reader import read_target
from qbharness.today import read_today
from qbharness.world.watchdog import DEFAULT_LIMITS, Limits
from qbsim.switches import Switches

Stories: TypeAlias = Scenario | str | os.PathLike[str] | Iterable[Scenario | str | os.PathLike[str]]
"""Scenarios, or what ``qbharness run`` takes: files, folders, names of the bundled library."""


def load(*names: str | os.PathLike[str], only: str = "") -> tuple[Scenario, ...]:
    """The scenarios of files, folders (``FILE:LINE`` for one row) and bundled names.

    No name: all bundled stories. ``only`` keeps those with the text in their name or file. Raises
    :class:`qbsim.errors.UsageProblem` with every mistake of every file.
    """
    return load_all([os.fspath(name) for name in names], only=only)


def run(
    stories: Stories,
    *,
    target: str | os.PathLike[str] | TargetFile = "exact",
    switches: Mapping[str, str] | None = None,
    seed: int | None = None,
    jobs: int = 1,
    fail_fast: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    schemas: str | os.PathLike[str] | None = None,
    reporters: Iterable[Reporter] = (),
    consume_real_queue: bool = False,
    environment: Mapping[str, str] | None = None,
) -> tuple[Outcome, ...]:
    """Play stories against a sync server and judge them: one outcome a story, in order.

    Nothing is printed; ``reporters`` see the run as it goes on (``qbharness.reports.terminal()`` prints it).
    The other arguments are the options of ``qbharness run``; ``limits`` are real seconds. ``environment``
    is where secrets are looked up and what the server's process inherits (None: our own).

    Raises :class:`qbsim.errors.UsageProblem` for wrong input, :class:`qbsim.errors.RefusedForSafety` where
    the server is not on this machine, :class:`qbsim.errors.SetUpProblem` where it cannot be started.
    """
    file = target if isinstance(target, TargetFile) else read_target(os.fspath(target))
    pins = Switches(dict(switches or {}))
    check_target(file, consume_real_queue=consume_real_queue)
    own = dict(os.environ if environment is None else environment)
    plan = Plan(
        _scenarios(stories),
        file,
        pins,
        seed=seed,
        jobs=jobs,
        fail_fast=fail_fast,
        limits=limits,
        schemas=Path(schemas) if schemas is not None else None,
        today=read_today(own),
        consume_real_queue=consume_real_queue,
        environment=own,
    )
    return run_plan(plan, reporters)


def _scenarios(stories: Stories) -> tuple[Scenario, ...]:
    given = [stories] if isinstance(stories, (Scenario, str, os.PathLike)) else stories
    found: list[Scenario] = []
    for one in given:
        found += [one] if isinstance(one, Scenario) else load(one)
    return tuple(scenario for scenario in found if scenario.kind == "story")


__all__ = ["Stories", "load", "run"]
