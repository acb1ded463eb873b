"""What all reports that end up in a file share: they collect outcomes, and write once, completely."""

from __future__ import annotations

import tempfile
from abc import abstractmethod
from pathlib import Path

from qbharness.history import Event
from qbharness.outcome import Outcome, Summary
from qbharness.scenario.model import Scenario
from qbsim.errors import UsageProblem


class Collected:
    """A report that is written when the run has ended; nobody ever sees half a file."""

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        self.path = path
        self.strict = strict
        self.target = ""
        self.outcomes: list[Outcome] = []

    @abstractmethod
    def render(self, summary: Summary) -> str:
        """The whole file, of :attr:`outcomes`."""

    def run_started(self, scenarios: int, target: str) -> None:
        self.target = target

    def scenario_started(self, scenario: Scenario) -> None:
        """Nothing to do: the outcome has it all."""

    def event(self, event: Event) -> None:
        """Nothing to do: the outcome has the history."""

    def scenario_ended(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def run_ended(self, summary: Summary) -> None:
        write(self.path, self.render(summary))


def write(path: Path, text: str) -> None:
    """Put ``text`` into ``path`` at once: a file beside it takes its place when it is complete."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            beside = Path(file.name)
            file.write(text)
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as trouble:
        raise cannot_write(path, trouble) from trouble


def cannot_write(path: Path, trouble: OSError) -> UsageProblem:
    """The problem to raise when the operating system refuses ``path``."""
    return UsageProblem(
        f"The report {path} cannot be written: {trouble.strerror}.", cure="Name a file that can be."
    )
