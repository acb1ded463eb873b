"""What is pinned of the mutants, what a campaign's rows must agree with, and the table on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, final

from attrs import asdict, evolve, frozen
from mutants_campaign import LANES, Depth, Row

from qbharness.scenario.library import shown_path
from qbharness.scenario.model import Scenario
from qbharness.scenario.reader import read_file
from qbharness.scenario.writer import write_yaml

_HERE: Final = Path(__file__).parents[1] / "mutants"
PINNED: Final = _HERE / "mutants.json"
STORIES: Final = _HERE / "stories"
AGAIN: Final = "Write it again: python tests/mutants/run.py --deep --write"

SURELY_DRAWN: Final = 50
"""A mutant that fell to one of the first so many drawn plans must fall in CI too. One that took longer may
take longer still under another version of Hypothesis, which draws other plans from the same seed."""


@final
@frozen
class Pin:
    """What the last deep campaign said of one mutant.

    ``story`` is the story of the library that convicts it (``""``: none); ``exhaustive`` and
    ``generated`` are how many runs it took (0: acquitted); ``steps`` is the length of the shortest story.
    """

    checks: tuple[str, ...]
    story: str
    exhaustive: int
    generated: int
    steps: int
    seconds: float

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes that convict it."""
        runs = (self.story, self.exhaustive, self.generated)
        return tuple(lane for lane, kills in zip(LANES, runs, strict=True) if kills)


@final
@frozen
class Pinned:
    """The whole of ``mutants.json``; ``campaign`` says in words how it came about."""

    campaign: str
    pins: Mapping[str, Pin]


def pinned() -> Pinned:
    """What was last written."""
    if not PINNED.exists():
        return Pinned("", {})
    written = json.loads(PINNED.read_text(encoding="utf-8"))
    pins = {name: Pin(**{**pin, "checks": tuple(pin["checks"])}) for name, pin in written["mutants"].items()}
    return Pinned(written["campaign"], pins)


def kept_story(mutant: str) -> Scenario | None:
    """The shortest story that is kept of it; None if it is a new one."""
    path = _path_of(mutant)
    return read_file(path)[0] if path.exists() else None


def write(campaign: str, made: Mapping[str, Row]) -> Pinned:
    """Pin the rows of every mutant, and keep their stories."""
    new = Pinned(campaign, {name: _pin(row) for name, row in made.items()})
    text = json.dumps({"campaign": campaign, "mutants": asdict(new)["pins"]}, indent=1, ensure_ascii=False)
    PINNED.write_text(text + "\n", encoding="utf-8")
    STORIES.mkdir(exist_ok=True)
    for path in STORIES.glob("*.yaml"):
        path.unlink()
    for name, row in made.items():
        if row.shortest is not None:
            story = evolve(row.shortest, name=f"Convicts the mutant: {name}", why="")
            _path_of(name).write_text(write_yaml(story), encoding="utf-8")
    return new


def _path_of(mutant: str) -> Path:
    return STORIES / f"{mutant.replace(' ', '-')}.yaml"


def _pin(row: Row) -> Pin:
    kills = row.kills
    runs: dict[str, Any] = {lane: kills[lane].runs if lane in kills else 0 for lane in LANES}
    return Pin(
        checks=row.checks,
        story=shown_path(kills["library"].scenario) if "library" in kills else "",
        exhaustive=runs["exhaustive"],
        generated=runs["generated"],
        steps=row.steps,
        seconds=round(row.seconds, 1),
    )


# --- what is wrong ----------------------------------------------------------------------------------


def complaints(row: Row, pin: Pin | None, depth: Depth) -> Iterator[str]:
    """What is wrong with a mutant's row: it survives, or it is not what is pinned."""
    if not row.plays_match:
        yield "does not play the plain match story"
    if not row.kills and (pin is None or set(pin.lanes) & set(row.lanes)):
        yield "survives"
    yield from row.notes
    if pin is None:
        yield f"is not pinned. {AGAIN}"
        return
    for lane, kill in row.lanes.items():
        if kill is None and lane in pin.lanes and _must_fall(pin, lane, depth):
            yield f"survives the {lane} lane, which is pinned to convict it"
        if kill is not None and lane not in pin.lanes:
            yield f"falls in the {lane} lane, which is pinned to acquit it. {AGAIN}"
    if row.kills and not set(pin.checks) & set(row.checks):
        yield f"is convicted by {', '.join(row.checks)}, and not by {', '.join(pin.checks)}"


def _must_fall(pin: Pin, lane: str, depth: Depth) -> bool:
    """Whether this campaign is sure to come as far as the pinned one had to."""
    return lane != "generated" or pin.generated <= min(SURELY_DRAWN, depth.examples)


def acquittal(row: Row) -> Iterator[str]:
    """What is wrong with the row of ``exact``: the campaign that convicts must acquit it."""
    if not row.plays_match:
        yield "does not play the plain match story"
    for lane, kill in row.kills.items():
        yield f"is accused in the {lane} lane, run {kill.runs}: {', '.join(kill.checks)}"


# --- the table --------------------------------------------------------------------------------------


def head() -> str:
    """The line above the first."""
    return _cells("mutant", (f"by {lane}" for lane in LANES), "story", "time", "checks")


def line(row: Row) -> str:
    """What came of one server: runs and seconds of each lane, the length of the story, the checks."""
    story = f"{row.steps} steps" if row.kills else ""
    lanes = (_terse(row, lane) for lane in LANES)
    return _cells(row.server, lanes, story, f"{row.seconds:.1f} s", ", ".join(row.checks))


def _cells(server: str, lanes: Iterator[str], story: str, time: str, checks: str) -> str:
    return "  ".join(
        (f"{server:36}", *(f"{lane:>13}" for lane in lanes), f"{story:>8}", f"{time:>8}", checks)
    ).rstrip()


def _terse(row: Row, lane: str) -> str:
    """``84 in 1.4 s``: convicted by the 84th run; ``not in 331``: by none."""
    if lane not in row.lanes:
        return ""
    kill = row.lanes[lane]
    return f"not in {row.runs[lane]}" if kill is None else f"{kill.runs} in {kill.seconds:.1f} s"
