"""A run step by step, as a small table: for somebody who replays one failure and wants to see it happen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, final

from attrs import frozen

from qbharness.history import (
    Committed,
    Event,
    Fault,
    History,
    ProcessChanged,
    StepTaken,
    Undetermined,
    UpdateEnded,
    UpdateStarted,
)
from qbharness.reports.narration import narrate
from qbharness.reports.texts import cut

_SHOWN: Final = (Fault, ProcessChanged, StepTaken, Undetermined, UpdateEnded)
_WIDEST: Final = 106


@final
@frozen
class StepRow:
    """``step``: the number of the step that begins here, ``quiet`` after the last one, else ``""``."""

    step: str
    time: str
    who: str
    what: str


def steps_of(history: History) -> tuple[StepRow, ...]:
    """Every step with what came of it: faults, entries that were written, and what the connector showed."""
    events = {event.n: event for event in history}
    quiet = next((event.n for event in history.all(UpdateStarted) if event.quiet), None)
    rows: list[StepRow] = []
    for beat in narrate(history):
        event = events[beat.n]
        if not _is_shown(event):
            continue
        is_quiet = quiet is not None and event.n > quiet and not any(row.step == "quiet" for row in rows)
        number = str(event.step or "") if isinstance(event, StepTaken) else ""
        rows.append(StepRow("quiet" if is_quiet else number, beat.at[11:19], beat.who, beat.text))
    return tuple(rows)


def _is_shown(event: Event) -> bool:
    if isinstance(event, Committed):
        return event.actor == "connector" and (event.after or event.before) is not None
    return isinstance(event, _SHOWN)


def as_table(rows: tuple[StepRow, ...]) -> Iterator[str]:
    """The rows as aligned lines of text, with a heading."""
    heading = StepRow("step", "time", "who", "what")
    widths = [max(len(getattr(row, name)) for row in (heading, *rows)) for name in ("step", "time", "who")]
    for row in (heading, *rows):
        line = f"{row.step:>{widths[0]}}  {row.time:<{widths[1]}}  {row.who:<{widths[2]}}  "
        yield cut(f"{line}{row.what}", _WIDEST).rstrip()
