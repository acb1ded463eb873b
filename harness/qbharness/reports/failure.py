"""Why a scenario failed, told to somebody who cannot program: pure, and the same in every report.

:func:`tell` picks what matters out of an outcome; :func:`as_lines` lays it out as text, each line with
a role that the terminal colours. Markdown, HTML and the pytest plugin start from the same :class:`Told`.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal, TypeAlias, final

from attrs import frozen

from qbharness.checks.judging import UNDETERMINED
from qbharness.checks.registry import Finding
from qbharness.history import Expected, Fault, History, StepTaken
from qbharness.outcome import Exposure, Outcome, Status
from qbharness.reports.narration import Beat, narrate
from qbharness.reports.sheet import Sheet, sheets_of, table
from qbharness.reports.texts import one_line, printable, title
from qbharness.scenario.library import shown_file
from qbharness.scenario.model import Scenario

MOST_BEATS: Final = 10
MOST_OUTPUT: Final = 20
_MOST_SOURCE: Final = 1_000_000

Role: TypeAlias = Literal["title", "sentence", "heading", "plain", "trouble", "caret", "muted", "command"]


@final
@frozen
class Line:
    """One line of text and what it is."""

    text: str
    role: Role = "plain"


@final
@frozen
class Quote:
    """The author's own lines; ``line`` and ``column`` (from 1) are what the caret points at."""

    file: str
    line: int
    column: int
    lines: tuple[tuple[int, str], ...]


@final
@frozen
class Told:
    """Everything that a report says about one scenario that did not hold."""

    title: str
    status: Status
    sentences: tuple[tuple[str, str], ...]
    """(check, sentence) of every finding that accuses, or of every reason for giving no verdict."""
    story: tuple[Beat, ...]
    quote: Quote | None
    sheets: tuple[Sheet, ...]
    exposures: tuple[Exposure, ...]
    output: tuple[str, ...]
    reproduce: str


def source_of(scenario: Scenario) -> str:
    """The text of the scenario's file, or ``""`` where there is none any more."""
    if not scenario.file:
        return ""
    try:
        with Path(scenario.file).open(encoding="utf-8") as file:
            return file.read(_MOST_SOURCE)
    except (OSError, ValueError):
        return ""


def tell(outcome: Outcome, source: str = "") -> Told:
    """What is to be said about ``outcome``; ``source`` is the text of its scenario's file."""
    findings = _findings(outcome)
    sentences = tuple((_named(finding), one_line(finding.sentence)) for finding in findings)
    reason = one_line(outcome.reason)
    if reason and not any(reason in sentence for _, sentence in sentences):
        sentences = (("", reason), *sentences)
    return Told(
        title(outcome.scenario),
        outcome.status,
        sentences,
        story_of(outcome.history, findings),
        quote_of(outcome, findings, source) if source else None,
        sheets_of(outcome.history, _looked_at(outcome.history, findings)),
        outcome.exposures,
        _last_lines(outcome) if outcome.status is Status.UNDETERMINED else (),
        one_line(outcome.reproduce),
    )


def _findings(outcome: Outcome) -> tuple[Finding, ...]:
    if outcome.judgement is None:
        return ()
    if outcome.status is Status.UNDETERMINED:
        return outcome.judgement.unknown
    return outcome.judgement.broken or outcome.judgement.exposed


def _named(finding: Finding) -> str:
    return "" if finding.check == UNDETERMINED else finding.check


def short_reason(outcome: Outcome) -> str:
    """Why, in a few words on one line: ``duplicate: Block roof is in QuickBooks twice``."""
    if outcome.exposures and outcome.status is Status.EXPOSED:
        first = outcome.exposures[0]
        return one_line(f"with {first.switch} = {first.value} ({first.certainty}): {first.finding}")
    findings = _findings(outcome)
    if outcome.status in {Status.UNDETERMINED, Status.KNOWN}:
        return one_line(outcome.reason or (findings[0].sentence if findings else ""))
    if not findings:
        return one_line(outcome.reason)
    checks = dict.fromkeys(finding.check for finding in findings)
    return one_line(f"{', '.join(checks)}: {findings[0].sentence}")


# --------------------------------------------------------------------------------- what is picked


def story_of(history: History, findings: Iterable[Finding]) -> tuple[Beat, ...]:
    """The at most ten beats without which the findings cannot be understood, in order."""
    findings = tuple(findings)
    shown = {line for finding in findings for line in finding.events}
    blocks = {block for finding in findings for block in finding.blocks}

    def matters(beat: Beat) -> int:
        return beat.weight + 20 * (beat.n in shown) + _relevance(blocks, beat)

    until = _looked_at(history, findings) or len(history)  # what came after the look explains nothing
    told = [beat for beat in narrate(history) if (beat.weight and beat.n <= until) or beat.n in shown]
    best = sorted(told, key=lambda beat: (-matters(beat), beat.n))[:MOST_BEATS]
    return tuple(sorted(best, key=lambda beat: beat.n))


def _relevance(blocks: set[str], beat: Beat) -> int:
    """A beat about the blocks in question counts more, one about other blocks less."""
    if not blocks or not beat.blocks:
        return 0
    return 4 if blocks.intersection(beat.blocks) else -5


def _looked_at(history: History, findings: Iterable[Finding]) -> int | None:
    """The line at which the failed expectation looked; None: what counts is the end of the story."""
    expected = {event.n for event in history.all(Expected)}
    lines = [line for finding in findings for line in finding.events[:1]]
    return lines[0] if lines and all(line in expected for line in lines) else None


def _last_lines(outcome: Outcome) -> tuple[str, ...]:
    return tuple(printable(line) for line in outcome.output.splitlines()[-MOST_OUTPUT:])


def quote_of(outcome: Outcome, findings: Iterable[Finding], source: str) -> Quote | None:
    """The author's lines that the first finding is about: an expectation, else the fault, else the step."""
    pointed = _pointed_at(outcome.history, tuple(findings))
    line, word = pointed or ((outcome.scenario.place.line, "") if outcome.scenario.place else (0, ""))
    lines = source.splitlines()
    if not 1 <= line <= len(lines):
        return None
    text = lines[line - 1]
    column = text.find(word) if word else -1
    if column < 0:
        column = len(text) - len(text.lstrip(" -"))
    first, last = max(1, line - 2), min(len(lines), line + 2)
    return Quote(
        shown_file(outcome.scenario.file),
        line,
        column + 1,
        tuple((number, printable(lines[number - 1]).replace("\t", " ")) for number in range(first, last + 1)),
    )


def _pointed_at(history: History, findings: tuple[Finding, ...]) -> tuple[int, str] | None:
    """A line of the file and the word on it; what the first finding is about comes first."""
    shown = {line for finding in findings for line in finding.events}
    first = set(findings[0].events) if findings else set()
    expected = [each for each in history.all(Expected) if each.line]
    faults = [fault for fault in history.all(Fault) if fault.line]
    faults.sort(key=lambda fault: fault.fired and fault.n not in shown)
    places = [(each.n in first, each.line, each.word) for each in expected if each.n in shown]
    told = [place for place in places if place[0]]
    told += [(True, fault.line, fault.word) for fault in faults] + places
    if told:
        return told[0][1] or 0, told[0][2]
    last = max(shown, default=len(history))
    steps = [step for step in history.all(StepTaken) if step.line and step.n <= last]
    return (steps[-1].line or 0, "") if steps else None


# ------------------------------------------------------------------------------------ as plain text


def as_lines(told: Told, width: int = 100) -> tuple[Line, ...]:
    """The whole failure as text of about ``width`` columns."""
    return tuple(_lines(told, width))


def as_text(told: Told, width: int = 100) -> str:
    """The whole failure as one text, for reports without colours."""
    return "\n".join(line.text for line in as_lines(told, width))


def _lines(told: Told, width: int) -> Iterator[Line]:
    yield Line(f"{told.status.value}  {told.title}", "title")
    for check, sentence in told.sentences:
        said = f"{check}: {sentence}" if check else sentence
        yield from (Line(text, "sentence") for text in _wrapped(said, width, "  ", "    "))
    for exposure in told.exposures:
        yield from _exposure(exposure, width, said=bool(told.sentences))
    if told.story:
        yield from _headed("What happened")
        yield from _story(told.story, width)
    if told.quote:
        yield from _headed(f"{told.quote.file}:{told.quote.line}:{told.quote.column}")
        yield from _quote(told.quote)
    if told.sheets:
        yield from _headed("The timesheet in QuickBooks")
        yield from (Line(f"    {text}".rstrip()) for text in table(told.sheets))
    if told.output:
        yield from _headed("The last lines that the server printed")
        yield from (Line(f"    {text}", "muted") for text in told.output)
    if told.reproduce:
        yield Line("")
        yield Line(f"  Reproduce with: {told.reproduce}", "command")


def _headed(heading: str) -> Iterator[Line]:
    yield Line("")
    yield Line(f"  {heading}", "heading")


def _exposure(exposure: Exposure, width: int, *, said: bool) -> Iterator[Line]:
    finding = "" if said else f"{one_line(exposure.finding)} "
    for text in _wrapped(f"{finding}{only_with(exposure)}", width, "  ", "    "):
        yield Line(text, "sentence")


def only_with(exposure: Exposure) -> str:
    """The fact about QuickBooks or the connector that it takes, and who knows it."""
    source = f" ({exposure.source})" if exposure.source else ""
    return one_line(f"Only with {exposure.switch} = {exposure.value}, which is {exposure.certainty}{source}.")


def _story(story: tuple[Beat, ...], width: int) -> Iterator[Line]:
    who = max(len(beat.who) for beat in story)
    day = ""
    for beat in story:
        date, _, time = beat.at.rstrip("Z").partition("T")
        if date != day and day:
            yield Line(f"    {date}", "muted")
        day = date
        when = f"{time}  " if time else ""
        start = f"    {when}{beat.who:<{who}}  "
        role: Role = "trouble" if beat.trouble else "plain"
        yield from (Line(text, role) for text in _wrapped(beat.text, width, start, " " * len(start)))


def _quote(quote: Quote) -> Iterator[Line]:
    digits = len(str(quote.lines[-1][0]))
    for number, text in quote.lines:
        yield Line(f"    {number:>{digits}} | {text}".rstrip())
        if number == quote.line:
            yield Line(f"    {'':>{digits}} | {'':>{quote.column - 1}}^", "caret")


def _wrapped(text: str, width: int, first: str, other: str) -> list[str]:
    return textwrap.wrap(
        text, max(width, 60), initial_indent=first, subsequent_indent=other, break_on_hyphens=False
    ) or [first.rstrip()]
