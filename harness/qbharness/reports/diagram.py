"""Lays out a history as a sequence diagram: who stands where, and one row for each thing that happens.

Only numbers and words are made here; ``templates/diagram.svg.jinja`` draws them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias, final

from attrs import evolve, field, frozen

from qbharness.history import CallAnswered, Committed, Event, Expected, Processed, StepTaken
from qbharness.reports.narration import Beat, Lane, narrate
from qbharness.reports.texts import cut

LANE_WIDTH: Final = 210
LEFT: Final = 60
"""Room for the clock."""
RIGHT: Final = 12
_HEAD: Final = 56
_LINE: Final = 15
_CHARACTERS: Final = 30
_BOLD_CHARACTERS: Final = 25
"""How many letters fit into a lane's width."""
_MOST_ROWS: Final = 400

Shape: TypeAlias = Literal["arrow", "lost", "both", "note", "band"]
Style: TypeAlias = Literal["plain", "step", "quiet", "trouble", "handed", "landed", "shown"]


@final
@frozen
class Column:
    """One lane: its heading and the middle of it."""

    name: str
    x: int


@final
@frozen
class Row:
    """One thing to draw. ``x`` and ``to`` are the ends of an arrow, or the left and right edge of a box.

    ``words`` are its lines of text from ``y`` down, around ``middle``; ``full`` the whole text; ``time``
    is set where it differs from the row above.
    """

    shape: Shape
    style: Style
    x: int
    to: int
    words: tuple[str, ...]
    full: str
    time: str
    y: int = 0
    height: int = 0

    @property
    def middle(self) -> int:
        return (self.x + self.to) // 2

    @property
    def arrow_y(self) -> int:
        """Where the line of an arrow runs: under its words."""
        return self.y + _LINE * len(self.words) + 5

    @property
    def points(self) -> str:
        """The arrow's head, as a polygon."""
        return _head(self.to, self.arrow_y, 1 if self.to > self.x else -1)

    @property
    def points_back(self) -> str:
        """The head at the start, of an arrow in both directions."""
        return _head(self.x, self.arrow_y, 1 if self.x > self.to else -1)


def _head(x: int, y: int, side: int) -> str:
    return f"{x},{y} {x - 9 * side},{y - 4} {x - 9 * side},{y + 4}"


@final
@frozen
class Diagram:
    """The whole picture, in pixels."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    width: int
    height: int
    left_out: int = 0
    top: int = field(default=_HEAD, init=False)


_HEADINGS: Final[tuple[tuple[Lane, str], ...]] = (
    ("owner", "Server's owner"),
    ("server", "Sync server"),
    ("connector", "Web Connector"),
    ("QuickBooks", "QuickBooks"),
    ("person", "Person in QuickBooks"),
)


def diagram_of(events: Iterable[Event]) -> Diagram:
    """The picture of a history; the company's set-up before the first step is left out."""
    events = tuple(events)
    beats = _worth_drawing(events)
    columns, places = _columns(beats)
    rows: list[Row] = []
    y, time = _HEAD + 12, ""
    drawn = list(_rows(events, beats, places))
    for row in drawn[:_MOST_ROWS]:
        height = _height(row)
        shown = row.time if row.time != time else ""
        time = row.time
        rows.append(evolve(row, y=y, height=height, time=shown))
        y += height + 10
    width = LEFT + RIGHT + LANE_WIDTH * len(columns)
    return Diagram(columns, tuple(rows), width, y + 8, max(0, len(drawn) - _MOST_ROWS))


def _height(row: Row) -> int:
    text = _LINE * len(row.words)
    return text + 10 if row.shape in {"note", "band"} else text + 9


def _worth_drawing(events: tuple[Event, ...]) -> tuple[Beat, ...]:
    """All beats but the company's founding, the connector's own notes, and the judge's questions."""
    first_step = next((event.n for event in events if isinstance(event, StepTaken)), 0)
    silent = {
        event.n
        for event in events
        if isinstance(event, Expected)
        or (isinstance(event, Committed) and (event.n < first_step or _is_a_note(event)))
    }
    told = (beat for beat in narrate(events) if beat.n not in silent)
    return tuple(
        evolve(beat, start="server", end=None) if beat.start == "owner" and beat.n < first_step else beat
        for beat in told
    )


def _is_a_note(row: Committed) -> bool:
    """The connector keeps the FileID and the AppLock in the company file; no hours are in that."""
    return row.actor == "connector" and row.record != "TimeTracking"


def _columns(beats: tuple[Beat, ...]) -> tuple[tuple[Column, ...], dict[tuple[str, str], int]]:
    drawn = [beat for beat in beats if beat.kind != "step"]
    used = {lane for beat in drawn for lane in (beat.start, beat.end) if lane}
    used |= {"server", "connector", "QuickBooks"}
    pcs = list(dict.fromkeys(beat.pc for beat in beats if beat.pc)) or [""]
    columns: list[Column] = []
    places: dict[tuple[str, str], int] = {}
    for lane, heading in _HEADINGS:
        for pc in pcs if lane == "connector" else [""]:
            if lane not in used:
                continue
            x = LEFT + LANE_WIDTH * len(columns) + LANE_WIDTH // 2
            name = f"{heading} · {pc}" if len(pcs) > 1 and pc else heading
            columns.append(Column(name, x))
            places[lane, pc] = x
            places.setdefault((lane, ""), x)
    return tuple(columns), places


_Places: TypeAlias = dict[tuple[str, str], int]


def _at(places: _Places, lane: Lane, pc: str) -> int:
    return places.get((lane, pc), places[lane, ""])


def _rows(events: tuple[Event, ...], beats: tuple[Beat, ...], places: _Places) -> Iterator[Row]:
    told = {beat.call for beat in beats if beat.kind == "handed out" or beat.trouble}
    replies = {event.n: event for event in events if isinstance(event, CallAnswered)}
    never_got = {reply.call for reply in replies.values() if not reply.reached}
    worked_on = {event.call for event in events if isinstance(event, Processed | Committed)}
    given: set[int] = set()
    for beat in beats:
        works = beat.kind in {"committed", "processed"} and beat.call in worked_on
        if works and beat.call is not None and beat.call not in given:
            given.add(beat.call)
            yield _arrow(evolve(beat, text="processes the request"), places, "connector", "QuickBooks")
        if beat.kind == "call" and beat.call in told and beat.call not in never_got:
            yield _arrow(beat, places, "connector", "server")
        elif beat.kind == "reply":
            yield from _reply(beat, replies[beat.n], places, told=beat.call in told)
        elif beat.kind != "call":
            yield _row(beat, places)


def _reply(beat: Beat, reply: CallAnswered, places: _Places, *, told: bool) -> Iterator[Row]:
    lost = evolve(beat, text=f"{reply.operation}: {reply.error or 'lost'}")
    if not reply.reached:
        yield _lost(lost, places, "connector", "server")
    elif not reply.learned:
        yield _lost(lost, places, "server", "connector")
    elif told and beat.trouble:
        yield _arrow(beat, places, "server", "connector")
    elif not told:
        value = " ".join(each for each in reply.value if each)
        text = f"{reply.operation}: {value}" if value else reply.operation
        row = _arrow(evolve(beat, text=text), places, "connector", "server")
        yield evolve(row, shape="both", style="plain" if beat.weight else "quiet")


_STYLES: Final[dict[str, Style]] = {
    "handed out": "handed",
    "committed": "landed",
    "update ended": "shown",
    "update started": "shown",
    "step": "step",
    "at rest": "step",
}


def _row(beat: Beat, places: _Places) -> Row:
    if beat.start is None or (beat.kind == "step"):
        return _band(beat, places)
    if beat.end is None or beat.start == beat.end:
        return _note(beat, places, beat.start)
    return _arrow(beat, places, beat.start, beat.end)


def _style(beat: Beat) -> Style:
    return "trouble" if beat.trouble else _STYLES.get(beat.kind, "plain")


def _arrow(beat: Beat, places: _Places, start: Lane, end: Lane) -> Row:
    x, to = _at(places, start, beat.pc), _at(places, end, beat.pc)
    words = _words(beat.text, abs(to - x) // LANE_WIDTH, _style(beat))
    gap = 4 if to > x else -4
    return Row("arrow", _style(beat), x + gap, to - gap, words, _full(beat), _time(beat))


def _lost(beat: Beat, places: _Places, start: Lane, end: Lane) -> Row:
    row = _arrow(beat, places, start, end)
    return evolve(row, shape="lost", to=(row.x + 2 * row.to) // 3)


def _note(beat: Beat, places: _Places, lane: Lane) -> Row:
    middle, half = _at(places, lane, beat.pc), LANE_WIDTH // 2 - 8
    style = _style(beat)
    words = _words(beat.text, 1, style)
    return Row("note", style, middle - half, middle + half, words, _full(beat), _time(beat))


def _band(beat: Beat, places: _Places) -> Row:
    lanes = len(set(places.values()))
    text = f"{beat.who}: {beat.text}"
    words = _words(text, lanes, _style(beat))
    return Row("band", _style(beat), LEFT, LEFT + LANE_WIDTH * lanes, words, _full(beat), _time(beat))


_BOLD: Final = frozenset({"trouble", "handed", "step"})


def _words(text: str, lanes: int, style: Style) -> tuple[str, ...]:
    width = (_BOLD_CHARACTERS if style in _BOLD else _CHARACTERS) * max(lanes, 1)
    lines = textwrap.wrap(text, width, break_on_hyphens=False) or [""]
    if len(lines) > 2:
        lines = [lines[0], cut(" ".join(lines[1:]), width)]
    return tuple(lines)


def _full(beat: Beat) -> str:
    return f"{beat.who} {beat.text}"


def _time(beat: Beat) -> str:
    return beat.at.rstrip("Z").partition("T")[2]
