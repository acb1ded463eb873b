"""Markdown: for the summary page of a CI job, or to be pasted into a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, final

from qbharness.outcome import Outcome, Status, Summary
from qbharness.reports.failure import Quote, Told, only_with, short_reason, source_of, tell
from qbharness.reports.files import Collected
from qbharness.reports.sheet import Sheet
from qbharness.reports.texts import first_sentence, one_line, plural, title
from qbharness.second_schema import as_sentence, grouped

SIGNS: Final[Mapping[Status, str]] = {
    Status.BROKEN: "❌",
    Status.UNDETERMINED: "❓",
    Status.EXPOSED: "⚠️",
    Status.KNOWN: "☑️",
    Status.SKIPPED: "⏭️",
    Status.HELD: "✅",
}
_SPECIAL: Final = re.compile(r"([\\`*_\[\]|~<>&@])")
_BACKTICKS: Final = re.compile(r"`+")


def escaped(text: str) -> str:
    """``text`` as Markdown that shows it: no markup, no HTML, no mention of anybody, one line."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", one_line(text))


def code(text: str) -> str:
    """``text`` as inline code, whatever backticks it has."""
    text = one_line(text)
    fence = _fence(text, 1)
    return f"{fence} {text} {fence}" if "`" in text else f"{fence}{text}{fence}"


def fenced(text: str, language: str = "") -> str:
    """``text`` as a block of code that it cannot leave."""
    fence = _fence(text, 3)
    return f"{fence}{language}\n{text}\n{fence}"


def _fence(text: str, least: int) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    return "`" * max(least, longest + 1)


def grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are escaped here."""
    lines = [header, ["---"] * len(header)]
    body = [[escaped(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*lines, *body])


@final
class Markdown(Collected):
    """A table of all scenarios, then a section for each one that did not hold."""

    def render(self, summary: Summary) -> str:
        return "\n\n".join(self._parts(summary)) + "\n"

    def _parts(self, summary: Summary) -> Iterator[str]:
        counted = ", ".join(f"{count} {status.value}" for status, count in summary.counts.items() if count)
        yield f"# {plural(len(self.outcomes), 'scenario')} against {escaped(self.target)}"
        yield f"**{counted or 'Nothing was played'}.**"
        if self.outcomes:
            yield grid(("", "scenario", "why"), (self._row(outcome) for outcome in self.outcomes))
        for status in (Status.BROKEN, Status.UNDETERMINED, Status.EXPOSED):
            for outcome in self.outcomes:
                if outcome.status is status:
                    yield from section(tell(outcome, source_of(outcome.scenario)))
        yield from self._other_opinions()

    def _other_opinions(self) -> Iterator[str]:
        found = grouped(self.outcomes)
        if found:
            yield "## Your schemas judge requests otherwise; the verdicts go by ours"
            rows = (
                (as_sentence(opinion), str(count), title(first.scenario)) for opinion, count, first in found
            )
            yield grid(("difference", "requests", "first seen in"), rows)

    def _row(self, outcome: Outcome) -> tuple[str, str, str]:
        sign = f"{SIGNS[outcome.status]} {outcome.status.value}"
        return sign, title(outcome.scenario), first_sentence(short_reason(outcome))


def section(told: Told) -> Iterator[str]:
    """Why one scenario did not hold, paragraph by paragraph."""
    yield f"## {SIGNS[told.status]} {told.status.value}: {escaped(told.title)}"
    for check, sentence in told.sentences:
        yield f"> {f'**{escaped(check)}:** ' if check else ''}{escaped(sentence)}"
    for exposure in told.exposures:
        yield f"> {escaped(only_with(exposure))}"
    if told.story:
        yield "**What happened**"
        yield grid(("time", "who", "what"), ((_time(beat.at), beat.who, beat.text) for beat in told.story))
    if told.quote:
        yield f"**{escaped(told.quote.file)}, line {told.quote.line}**"
        yield fenced(_quoted(told.quote))
    if told.sheets:
        yield "**The timesheet in QuickBooks**"
        yield _sheets(told.sheets)
    if told.output:
        yield "**The last lines that the server printed**"
        yield fenced("\n".join(told.output))
    if told.reproduce:
        yield f"Reproduce with: {code(told.reproduce)}"


def _time(at: str) -> str:
    return at.rstrip("Z").partition("T")[2] or at


def _quoted(quote: Quote) -> str:
    digits = len(str(quote.lines[-1][0]))
    lines: list[str] = []
    for number, text in quote.lines:
        lines.append(f"{number:>{digits}} | {text}".rstrip())
        if number == quote.line:
            lines.append(f"{'':>{digits}} | {'':>{quote.column - 1}}^")
    return "\n".join(lines)


def _sheets(sheets: tuple[Sheet, ...]) -> str:
    header = ("", *sheets[0].columns)
    rows: list[tuple[str, ...]] = []
    for sheet in sheets:
        rows += [(sheet.moment, *row.cells) for row in sheet.rows]
        if not sheet.rows:
            rows.append((sheet.moment, "(empty)", *[""] * (len(header) - 2)))
    return grid(header, rows)


def report(path: Path, *, strict: bool = False) -> Markdown:
    """The writer of ``path``."""
    return Markdown(path, strict=strict)
