"""Plays bundled stories against servers that really run, in the process of the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve

from qbharness.outcome import Outcome
from qbharness.scenario.library import load
from qbharness.scenario.model import Scenario
from qbharness.targets.model import NOWHERE, TargetFile
from qbharness.targets.reader import read_target
from qbharness.targets.target import Target
from qbharness.targets.template import Template
from qbharness.world.runner import run_scenario
from qbsim.connector.transport import HttpTransport


def story(name: str) -> Scenario:
    """The bundled scenario in the file of this name."""
    (found,) = load([name])
    return found


def variant(policy: str, *, of: str = "plain") -> TargetFile:
    """The target file of a bundled server, started with another policy (``module:Class``)."""
    file = read_target(of)
    assert file.start is not None
    command = [part for part in file.start.command if part.text != of]
    return evolve(
        file,
        name=policy.rpartition(":")[2],
        start=evolve(
            file.start, command=(*command, Template("--policy", NOWHERE), Template(policy, NOWHERE))
        ),
    )


@contextmanager
def running(file: TargetFile, folder: Path) -> Iterator[Target]:
    """The target, started; policies of the tests can be imported by its process."""
    support = str(Path(__file__).parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([support, os.environ.get("PYTHONPATH", "")])}
    with Target(file, folder=folder, environment=environment) as target:
        yield target


def play_on(target: Target, scenario: Scenario) -> Outcome:
    """Play one scenario and judge it."""
    with HttpTransport() as transport:
        return run_scenario(scenario, target, transport)
