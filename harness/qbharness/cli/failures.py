"""How a problem is told on the terminal, and which exit code it gets."""

from __future__ import annotations

import sys
import traceback
from typing import Final

import click

from qbharness.cli.exit_codes import INTERNAL, UNDETERMINED, USAGE
from qbsim.errors import Problem, RefusedForSafety, SetUpProblem, SimulatorGap, UsageProblem

_CODES: Final[tuple[tuple[type[Problem], int], ...]] = (
    (UsageProblem, USAGE),
    (RefusedForSafety, USAGE),
    (SetUpProblem, UNDETERMINED),
    (SimulatorGap, UNDETERMINED),
)


def report(problem: Exception) -> int:
    """Print ``problem`` for a person and return the exit code."""
    for kind, code in _CODES:
        if isinstance(problem, kind):
            _tell(problem)
            return code
    traceback.print_exception(problem)
    click.echo(
        "This is a bug in qbharness, not in your server; please report it with the lines above.",
        err=True,
    )
    return INTERNAL


def _tell(problem: Problem) -> None:
    click.echo(f"error: {problem}", err=True)
    if isinstance(problem, SetUpProblem) and problem.output:
        click.echo("The last lines that it printed:", err=True)
        for line in problem.output.splitlines()[-20:]:
            click.echo(f"    {line}", err=True)
    sys.stderr.flush()
