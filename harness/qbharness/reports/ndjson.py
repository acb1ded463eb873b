"""The history as it happens: one event a line. Neither real time nor chance is in it.

Every scenario begins with its ``scenario started`` line; ``schemas/history.schema.json`` describes
each line.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, final

from qbharness.history import Event, to_line
from qbharness.outcome import Outcome, Summary
from qbharness.reports.files import cannot_write
from qbharness.scenario.model import Scenario


@final
class Ndjson:
    """Streams: a run that is cut short leaves every event up to then."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def run_started(self, scenarios: int, target: str) -> None:
        try:
            self._file = self._path.open("w", encoding="utf-8", newline="\n")
        except OSError as trouble:
            raise cannot_write(self._path, trouble) from trouble

    def scenario_started(self, scenario: Scenario) -> None:
        """Nothing to do: the event ``scenario started`` says it."""

    def event(self, event: Event) -> None:
        if self._file is not None:
            self._file.write(to_line(event) + "\n")
            self._file.flush()

    def scenario_ended(self, outcome: Outcome) -> None:
        """Nothing to do: verdicts are no part of a history."""

    def run_ended(self, summary: Summary) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def report(path: Path, *, strict: bool = False) -> Ndjson:  # noqa: ARG001 - no verdict is in it
    """The writer of ``path``."""
    return Ndjson(path)
