"""A rehearsal in words: for the terminal, a ticket (Markdown) or a colleague (HTML)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from qbharness.rehearsal.rehearse import Advice, Rehearsal, words
from qbharness.reports.sheet import Sheet, laid_out, table
from qbsim.errors import UsageProblem

_HEADLINES: Final = {
    Advice.SAFE: "Safe to advise",
    Advice.UNSAFE: "Do not advise this",
    Advice.STOPS: "Not for this incident",
    Advice.UNKNOWN: "Could not be tried",
}


def verdict(rehearsal: Rehearsal) -> str:
    """One or two sentences: what happens, and which step does it."""
    told = rehearsal.reason
    if rehearsal.advice is Advice.UNSAFE and rehearsal.harmful:
        return f'It is step {rehearsal.harmful} that does it ("{rehearsal.step}"). {told}'
    if rehearsal.advice is Advice.UNSAFE:
        return f"It leaves the trouble as it is. {told}"
    if rehearsal.advice is Advice.STOPS:
        return f'Step {rehearsal.harmful} says: "{rehearsal.step}" That is not so here. {told}'
    return told


def lines(rehearsal: Rehearsal) -> Iterator[str]:
    """For a terminal."""
    yield f"{rehearsal.advice.value}  {rehearsal.procedure.name}"
    yield f"  on: {rehearsal.incident.name} (server: {rehearsal.target})"
    yield f"  {verdict(rehearsal)}"
    for number, step in enumerate(rehearsal.procedure.steps, start=1):
        mark = ">" if number == _marked(rehearsal) else " "
        yield f"  {mark} {number}. {words(step)}"
    yield "  The timesheet:"
    yield from (f"    {line}" for line in table(_sheets(rehearsal)))


def _sheets(rehearsal: Rehearsal) -> tuple[Sheet, ...]:
    return laid_out((("before", rehearsal.before), ("after", rehearsal.after)))


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
        for sheet in _sheets(rehearsal):
            parts += ["", f"**The timesheet {sheet.moment}**", "", *_md_table(sheet)]
        parts.append("")
    return "\n".join(parts)


def _md(text: str) -> str:
    escaped = "".join(f"\\{c}" if c in "\\`*_{}[]<>#|" else c for c in text)
    return " ".join(escaped.split())


def _md_table(sheet: Sheet) -> list[str]:
    if not sheet.rows:
        return ["(empty)"]
    rows = [sheet.columns, ("---",) * len(sheet.columns)]
    shown = [*rows, *(tuple(map(_md, row.cells)) for row in sheet.rows)]
    return ["| " + " | ".join(cells) + " |" for cells in shown]


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
        headlines=_HEADLINES, verdict=verdict, words=words, sheets=_sheets, marked=_marked
    )
    return environment.get_template("page.html.jinja").render(rehearsals=tuple(rehearsals))


def _marked(rehearsal: Rehearsal) -> int:
    """The number of the step to point at; 0: none."""
    return 0 if rehearsal.advice is Advice.SAFE else rehearsal.harmful


_WRITERS: Final = {"md": markdown, "html": page}


def write(rehearsals: tuple[Rehearsal, ...], spec: str) -> None:
    """Write ``md=FILE`` or ``html=FILE``."""
    kind, equals, name = spec.partition("=")
    if kind not in _WRITERS or not equals or not name:
        raise UsageProblem(f"There is no rehearsal report {spec!r}.", cure="Write md=FILE or html=FILE.")
    Path(name).write_text(_WRITERS[kind](rehearsals), encoding="utf-8")
