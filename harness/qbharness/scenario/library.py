"""Finds scenario files: the bundled library by folder or file name, and anybody's own by path."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, final

from attrs import frozen

from qbharness.scenario.model import Scenario
from qbharness.scenario.problems import ScenarioProblems
from qbharness.scenario.reader import read_file
from qbsim.errors import LocatedProblem, UsageProblem
from qbsim.resources import data_path

INCIDENTS: Final = "incidents"
"""The folder of stories that end badly: procedures are rehearsed on them."""

NOT_SCENARIOS: Final = ("targets",)
"""Folders of the library that hold other files."""

PROCEDURES: Final = "cleanup"
"""The folder of procedures: they are rehearsed, and no part of the library of stories."""

_WITH_LINE: Final = re.compile(r"(?P<path>.+\.ya?ml):(?P<line>\d{1,6})")
_ENDINGS: Final = (".yaml", ".yml")


@final
@frozen
class Found:
    """A scenario file; with a ``line`` only the scenario that stands there is meant."""

    path: Path
    line: int | None = None


def library() -> Path:
    """The folder of the bundled library, in a checkout or in a wheel."""
    return data_path("scenarios")


def themes() -> tuple[str, ...]:
    """The folders of the library that hold stories to be held, in alphabetical order."""
    folders = (path.name for path in library().iterdir() if path.is_dir())
    return tuple(sorted(name for name in folders if name not in (*NOT_SCENARIOS, PROCEDURES, INCIDENTS)))


def everything() -> tuple[str, ...]:
    """The names that stand for the whole library, procedures and incidents included."""
    return (*themes(), PROCEDURES, INCIDENTS)


def find(names: Sequence[str]) -> tuple[Found, ...]:
    """The files that ``names`` stand for, each once; no name: every story of the library.

    A name is a path (a file, a folder, or ``FILE:LINE``), or a folder or file of the library with
    or without its folder and ending. Raises :class:`UsageProblem` for what is none of these.
    """
    found: dict[Found, None] = {}
    for name in names or themes():
        found |= dict.fromkeys(_find_one(name))
    return tuple(found)


def _find_one(name: str) -> list[Found]:
    path, line = name, None
    if match := _WITH_LINE.fullmatch(name):
        path, line = match["path"], int(match["line"])
    for place in _places(path):
        if place.is_dir():
            return [Found(file) for file in _files_below(place)]
        if place.is_file():
            return [Found(place, line)]
    raise UsageProblem(f"There is no scenario file or folder {path!r}.", cure=_meant_perhaps(path))


def _places(name: str) -> Iterable[Path]:
    yield Path(name)
    if ".." in Path(name).parts or Path(name).is_absolute():
        return
    root = library()
    for ending in ("", *_ENDINGS):
        yield root / f"{name}{ending}"
        for theme in sorted(path for path in root.iterdir() if path.is_dir()):
            if theme.name not in NOT_SCENARIOS:
                yield theme / f"{name}{ending}"


def _files_below(folder: Path) -> list[Path]:
    try:
        return sorted(
            path
            for path in folder.rglob("*")
            if path.suffix in _ENDINGS
            and path.is_file()
            and not set(path.relative_to(folder).parts[:-1]) & set(NOT_SCENARIOS)
        )
    except OSError as wrong:
        raise UsageProblem(
            f"The folder {folder} can't be searched: {wrong}.", cure="Name a smaller one."
        ) from None


def _meant_perhaps(name: str) -> str:
    """The nearest name; the folders, and no more than these, where nothing is near: the files are many."""
    names = [*everything(), *(path.stem for path in _files_below(library()))]
    if close := difflib.get_close_matches(Path(name).stem.lower(), names, n=1):
        return f"Did you mean {close[0]!r}?"
    return f"Known folders: {', '.join(everything())}; `qbharness list` has their scenarios."


def load(names: Sequence[str], *, only: str = "") -> tuple[Scenario, ...]:
    """The scenarios that ``names`` stand for, in order; ``only``: with this text in their name.

    Raises :class:`ScenarioProblems` with all mistakes of all files, before anything has run.
    """
    scenarios: list[Scenario] = []
    problems: list[LocatedProblem] = []
    for found in find(names):
        try:
            read = read_file(found.path)
        except ScenarioProblems as wrong:
            problems += wrong.problems
            continue
        scenarios += [s for s in read if _meant(s, found.line, read)]
    if problems:
        raise ScenarioProblems(problems)
    return tuple(s for s in scenarios if only.casefold() in _searched(s))


def _meant(scenario: Scenario, line: int | None, siblings: Sequence[Scenario]) -> bool:
    """Whether ``FILE:LINE`` means this one: the last that begins at the line or before it."""
    if line is None or len(siblings) == 1 or scenario.place is None:
        return True
    starts = [s.place.line for s in siblings if s.place]
    return scenario.place.line == max([start for start in starts if start <= line] or starts[:1])


def _searched(scenario: Scenario) -> str:
    return f"{scenario.name}\n{Path(scenario.file).stem}".casefold()


def shown_path(scenario: Scenario) -> str:
    """The shortest name that finds the scenario's file again."""
    path = Path(scenario.file)
    try:
        return path.relative_to(library()).with_suffix("").as_posix()
    except ValueError:
        return scenario.file


def shown_file(file: str) -> str:
    """A file's name for people and for histories: below the library or the current folder, else as it is.

    The same story has the same name on every machine, in a checkout and in a wheel.
    """
    if not file or not Path(file).is_absolute():
        return file
    for home, start in ((library(), "scenarios/"), (Path.cwd(), "")):
        if Path(file).is_relative_to(home):
            return start + Path(file).relative_to(home).as_posix()
    return file
