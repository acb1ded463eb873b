"""A rehearsal in words: for the terminal, a ticket (Markdown) or a colleague (HTML)."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from qbharness.rehearsal.rehearse import Advice, Rehearsal, words
from qbharness.rehearsal.side_by_side import Moment, SideBySide, side_by_side, table
from qbharness.reports.files import prepare as prepare_file
from qbharness.reports.files import write as write_file
from qbharness.reports.texts import one_line

_HEADLINES: Final = {
    Advice.SAFE: "Safe to advise",
    Advice.UNSAFE: "Do not advise this",
    Advice.STOPS: "Not for this incident",
    Advice.UNKNOWN: "Could not be tried",
}


_CODES: Final = (
    (re.compile(r"QuickBooks does not let (\w+) do that: .*QuickBooks error message: "), "QuickBooks says: "),
    (re.compile(r" \(line \d+\)"), ""),
    (re.compile(r" \(TxnID [^)]*\)"), ""),
)
"""What is for programs in a sentence, and what people read instead."""

_WIDTH: Final = 100


def verdict(rehearsal: Rehearsal) -> str:
    """One or two sentences: what happens, and which step does it."""
    told = one_line(rehearsal.reason)
    for code, instead in _CODES:
        told = code.sub(instead, told)
    if rehearsal.advice is Advice.UNSAFE and rehearsal.harmful:
        return f'It is step {rehearsal.harmful} that does it ("{rehearsal.step}"). {told}'
    if rehearsal.advice is Advice.UNSAFE:
        return f"It leaves the trouble as it is. {told}"
    if rehearsal.advice is Advice.STOPS:
        return f'Step {rehearsal.harmful} ("{rehearsal.step}") cannot be taken here. {told}'
    return told


def lines(rehearsal: Rehearsal) -> Iterator[str]:
    """For a terminal."""
    yield f"{rehearsal.advice.value}  {one_line(rehearsal.procedure.name)}"
    yield f"  on: {one_line(rehearsal.incident.name)} (server: {rehearsal.target})"
    yield from _wrapped(verdict(rehearsal), "  ", "  ")
    yield ""
    for number, step in enumerate(rehearsal.procedure.steps, start=1):
        mark = ">" if number == _marked(rehearsal) else " "
        yield from _wrapped(one_line(words(step)), f"  {mark} {number}. ", "       ")
    yield ""
    yield from (f"  {line}".rstrip() for line in table(sheets(rehearsal)))


def _wrapped(text: str, first: str, other: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=other, break_on_hyphens=False)


def sheets(rehearsal: Rehearsal) -> SideBySide:
    """The timesheet before the procedure and after it, entry by entry."""
    stops = rehearsal.advice is Advice.STOPS
    headings: dict[Moment, str] = {
        "before": "Timesheet before",
        "after": f"Timesheet {'if one stops there' if stops else 'after'}, and two more updates",
    }
    return side_by_side(rehearsal.before, rehearsal.after, headings)


def markdown(rehearsals: Iterable[Rehearsal]) -> str:
    """For a ticket."""
    parts: list[str] = ["# Rehearsal", ""]
    for rehearsal in rehearsals:
        parts += [
            f"## {_HEADLINES[rehearsal.advice]}: {_md(rehearsal.procedure.name)}",
            "",
            f"Tried on: {_md(rehearsal.incident.name)} (server: {_md(rehearsal.target)})",
            "",
            _md(verdict(rehearsal)),
            "",
        ]
        parts += [f"{n}. {_md(words(step))}" for n, step in enumerate(rehearsal.procedure.steps, start=1)]
        parts += ["", *_md_table(sheets(rehearsal)), ""]
    return "\n".join(parts)


def _md(text: str) -> str:
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in text)
    return " ".join(escaped.split())


def _md_table(both: SideBySide) -> list[str]:
    rows = [(_md(row.sentence("before")), _md(row.sentence("after"))) for row in both.rows]
    rows = rows or [("(empty)", "(empty)")]
    header = [(both.headings["before"], both.headings["after"]), ("---", "---")]
    return [f"| {left} | {right} |" for left, right in (*header, *rows)]


def page(rehearsals: Iterable[Rehearsal]) -> str:
    """For a colleague: one self-contained page, without script and without network."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - only for a page

    environment = Environment(
        loader=PackageLoader("qbharness.rehearsal", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        headlines=_HEADLINES, verdict=verdict, words=words, sheets=sheets, marked=_marked
    )
    return environment.get_template("page.html.jinja").render(rehearsals=tuple(rehearsals))


def _marked(rehearsal: Rehearsal) -> int:
    """The number of the step to point at; 0: none."""
    return 0 if rehearsal.advice is Advice.SAFE else rehearsal.harmful


_WRITERS: Final = {"md": markdown, "html": page}


def prepare(spec: str) -> tuple[str, Path]:
    """The kind and the file of ``md=FILE`` or ``html=FILE``; refused before anything is tried."""
    return prepare_file(spec, _WRITERS)


def write(rehearsals: tuple[Rehearsal, ...], kind: str, path: Path) -> None:
    """Write all rehearsals into one file of a kind of :func:`prepare`."""
    write_file(path, _WRITERS[kind](rehearsals))
