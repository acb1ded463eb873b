"""The run as people watch it: one line a scenario, then why the others did not hold, then the sum.

On a terminal with colours and a bar; plain lines where there is none, as in CI, and with NO_COLOR.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import IO, Final, final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from qbharness.history import Event
from qbharness.outcome import Outcome, Status, Summary
from qbharness.reports.failure import Role, as_lines, short_reason, source_of, tell
from qbharness.reports.texts import first_sentence, one_line, plural, title
from qbharness.scenario.model import Scenario
from qbharness.second_schema import as_sentence, grouped

_STATUS_STYLES: Final[Mapping[Status, str]] = {
    Status.BROKEN: "bold red",
    Status.UNDETERMINED: "bold magenta",
    Status.EXPOSED: "bold yellow",
    Status.KNOWN: "yellow",
    Status.SKIPPED: "dim",
    Status.HELD: "green",
}
_ROLE_STYLES: Final[Mapping[Role, str]] = {
    "title": "bold",
    "sentence": "red",
    "heading": "bold",
    "plain": "",
    "trouble": "yellow",
    "caret": "bold red",
    "muted": "dim",
    "command": "bold cyan",
}
_WIDTH_OF_STATUS: Final = max(len(status.value) for status in Status)
_TELLING: Final = (Status.EXPOSED, Status.UNDETERMINED, Status.BROKEN)
"""What is explained at the end, the worst last: that is where people look."""


def console_for(file: IO[str] | None = None, *, environment: Mapping[str, str] = os.environ) -> Console:
    """A console on ``file`` (None: standard output): rich on a terminal, else plain and never wrapped."""
    plain = Console(file=file, force_terminal=False, no_color=True, highlight=False, emoji=False, width=100)
    if environment.get("NO_COLOR"):
        return plain
    rich = Console(file=file, highlight=False, emoji=False, markup=False)
    return rich if rich.is_terminal else plain


@final
class Terminal:
    """The reporter that ``qbharness run`` always has."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or console_for()
        self._outcomes: list[Outcome] = []
        self._target = ""
        self._progress: Progress | None = None

    # ---------------------------------------------------------------------------- while it runs

    def run_started(self, scenarios: int, target: str) -> None:
        self._target = target
        if self._console.is_terminal and scenarios > 1:
            self._progress = Progress(
                BarColumn(20),
                MofNCompleteColumn(),
                TextColumn("{task.description}", markup=False),
                console=self._console,
                auto_refresh=False,
                transient=True,
            )
            self._progress.add_task("", total=scenarios)
            self._progress.start()

    def scenario_started(self, scenario: Scenario) -> None:
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], description=title(scenario), refresh=True)

    def event(self, event: Event) -> None:
        """Nothing to show: the outcome tells it."""

    def scenario_ended(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._say(self._line_of(outcome), cut=True)
        if self._progress is not None:
            self._progress.advance(self._progress.task_ids[0])
            self._progress.refresh()

    def _line_of(self, outcome: Outcome) -> Text:
        line = Text()
        line.append(outcome.status.value.ljust(_WIDTH_OF_STATUS), _STATUS_STYLES[outcome.status])
        line.append(f"  {title(outcome.scenario)}")
        reason = first_sentence(short_reason(outcome))
        if reason:
            line.append(f"  {reason}", "dim")
        return line

    # ---------------------------------------------------------------------------------- at the end

    def run_ended(self, summary: Summary) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
        for status in _TELLING:
            for outcome in self._outcomes:
                if outcome.status is status:
                    self._tell(outcome)
        self._say_not_applicable()
        self._say_other_opinions()
        self._say(Text())
        self._say(self._sum(summary))

    def _tell(self, outcome: Outcome) -> None:
        self._say(Text())
        told = tell(outcome, source_of(outcome.scenario))
        width = min(self._console.width, 110)
        for line in as_lines(told, width):
            text = Text(line.text, _ROLE_STYLES[line.role])
            if line.role == "title":
                text.stylize(_STATUS_STYLES[outcome.status], 0, len(outcome.status.value))
            self._say(text)

    def _say_not_applicable(self) -> None:
        found = [
            finding
            for outcome in self._outcomes
            if outcome.judgement
            for finding in outcome.judgement.not_applicable
        ]
        reasons = {finding.check: finding.sentence for finding in found}
        if reasons:
            self._say(Text())
        for check, sentence in reasons.items():
            self._say(Text(f"Not applicable to this target: {check}. {sentence}", "dim"))

    def _say_other_opinions(self) -> None:
        found = grouped(self._outcomes)
        if not found:
            return
        self._say(Text())
        self._say(Text("Your schemas judge requests otherwise; the verdicts go by ours:", "bold"))
        for opinion, count, outcome in found:
            where = f"{plural(count, 'request')}, the first in {title(outcome.scenario)!r}"
            self._say(Text(f"  {one_line(as_sentence(opinion))} ({where})", "yellow"))

    def _sum(self, summary: Summary) -> Text:
        line = Text(f"{plural(sum(summary.counts.values()), 'scenario')} against {self._target}: ")
        counted = [(status, count) for status, count in summary.counts.items() if count]
        for number, (status, count) in enumerate(reversed(counted)):
            line.append(", " if number else "")
            line.append(f"{count} {status.value}", _STATUS_STYLES[status])
        if not counted:
            line.append("nothing was played", "dim")
        line.append(f" ({summary.seconds:.1f} s)" if summary.seconds else "", "dim")
        return line

    def _say(self, text: Text, *, cut: bool = False) -> None:
        """One line; on a terminal too long a one is cut or wrapped, in a file it stays whole."""
        if not self._console.is_terminal:
            self._console.print(text, soft_wrap=True)
        elif cut:
            self._console.print(text, no_wrap=True, overflow="ellipsis", crop=True)
        else:
            self._console.print(text, overflow="fold")
