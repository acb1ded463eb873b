"""Plays stories against every server of the matrix, in this process, and says what came of each.

A *cell* is one story on one server: ``HELD``, ``skipped``, ``undetermined``, or the checks that are
broken, as in ``BROKEN: duplicate, flags``.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeAlias

from attrs import evolve
from broken_servers import DEFECTS, target_of

from qbharness.explore.players import Players
from qbharness.outcome import Outcome, Status
from qbharness.running import Plan
from qbharness.scenario.library import load, shown_path
from qbharness.scenario.model import Scenario
from qbharness.scenario.steps import Expect

BUNDLED: Final = ("exact", "plain")
SERVERS: Final = (*BUNDLED, *sorted(DEFECTS))
AUTHOR: Final = "expectation"
"""What the story's author expects; most defects break it beside the check that they are about."""

Row: TypeAlias = Mapping[str, str]
"""Story to cell, for one server."""
Matrix: TypeAlias = Mapping[str, Row]
"""Server to row."""

PINNED: Final = Path(__file__).parents[1] / "matrix" / "pinned"
"""One file a server; a story that is held is not in it."""
PAGE: Final = Path(__file__).parents[2] / "docs" / "matrix.md"


def stories() -> dict[str, Scenario]:
    """The bundled library of stories by the name of their file, ``theme/file``."""
    return {shown_path(story): story for story in load(())}


def without_expectations(story: Scenario) -> Scenario:
    """The story alone: what its author expects is left out, the checks that are always on stay."""
    steps = tuple(step for step in story.steps if not isinstance(step, Expect))
    return evolve(story, steps=steps, expect=())


def cell(outcome: Outcome) -> str:
    """What came of one story."""
    if outcome.status is Status.BROKEN and outcome.judgement is not None:
        return f"BROKEN: {', '.join(sorted({finding.check for finding in outcome.judgement.broken}))}"
    return outcome.status.value


def checks_of(cell: str) -> frozenset[str]:
    """The checks that a cell says are broken."""
    word, _, checks = cell.partition(": ")
    return frozenset(checks.split(", ")) if word == "BROKEN" else frozenset()


@contextmanager
def serving(server: str) -> Iterator[Players]:
    """One server of the matrix, ready to be played against."""
    with tempfile.TemporaryDirectory(prefix="qbharness-") as folder:
        plan = Plan((), target_of(server), environment=dict(os.environ))
        with Players(plan, Path(folder)) as players:
            yield players


def row(server: str, names: Iterable[str]) -> dict[str, str]:
    """Play these stories on one server."""
    library = stories()
    with serving(server) as players:
        return {name: cell(players.play(library[name])) for name in names}


def whole(servers: Iterable[str] = SERVERS, *, jobs: int = 2) -> Iterator[tuple[str, dict[str, str]]]:
    """Every story on every server, one row after the other as they are done."""
    names, asked = tuple(stories()), tuple(servers)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from zip(asked, pool.map(row, asked, [names] * len(asked)), strict=True)


# --- what is pinned ---------------------------------------------------------------------------------


def pinned() -> Matrix:
    """The matrix as it was last written."""
    held = dict.fromkeys(stories(), Status.HELD.value)
    files = {path.stem.replace("-", " "): path for path in PINNED.glob("*.json")}
    return {
        server: held | json.loads(files[server].read_text(encoding="utf-8"))
        for server in sorted(files, key=_place)
    }


def _place(server: str) -> tuple[bool, str]:
    return server not in BUNDLED, server


def write(matrix: Matrix) -> None:
    """Pin this matrix, and nothing that was pinned before."""
    for old in PINNED.glob("*.json"):
        old.unlink()
    for server, row in matrix.items():
        kept = {story: cell for story, cell in row.items() if cell != Status.HELD.value}
        text = json.dumps(kept, indent=1, ensure_ascii=False)
        (PINNED / f"{server.replace(' ', '-')}.json").write_text(text + "\n", encoding="utf-8")
    PAGE.write_text(page(matrix), encoding="utf-8")


# --- what it says -----------------------------------------------------------------------------------


def killers(matrix: Matrix, story: str) -> list[str]:
    """The servers that this story catches, those that few other stories catch first."""
    found = [server for server, row in matrix.items() if checks_of(row[story])]
    return sorted(found, key=lambda server: (_caught(matrix, server), server))


def _caught(matrix: Matrix, server: str) -> int:
    return sum(bool(checks_of(cell)) for cell in matrix[server].values())


def only(matrix: Matrix, check: str) -> list[tuple[str, str]]:
    """(server, story) that break this check and no other, the author's expectations aside.

    Where the story alone breaks nothing else at all, it stands first.
    """
    found = [
        (server, story, checks)
        for server, row in matrix.items()
        for story, cell in row.items()
        if (checks := checks_of(cell)) and checks - {AUTHOR} <= {check} and check in checks
    ]
    found.sort(key=lambda each: (len(each[2]), _caught(matrix, each[0]), each[0], each[1]))
    return [(server, story) for server, story, _ in found]


def page(matrix: Matrix) -> str:
    """``docs/matrix.md``."""
    from qbharness.checks.registry import all_checks

    names = list(next(iter(matrix.values())))
    lines = [
        "# Which story catches which defect",
        "",
        "Written by `python tests/matrix/run.py --write`, and held by the tests. A tool that never fails",
        f"proves nothing, so the {len(names)} bundled stories are played against {len(DEFECTS)} sync servers",
        "that have one defect each. Every one of them plays the plain match story correctly: one block, one",
        "update, every name known. `exact` must hold every story; `plain` breaks where an answer is lost",
        "after the commit, and where another company is open.",
        "",
        "## Checks",
        "",
        "Each check with a server and a story that break it and nothing else (besides what the story's",
        "author expects).",
        "",
        "| check | cells that break it | broken alone by | in the story |",
        "|---|---:|---|---|",
    ]
    for check in all_checks():
        many = sum(check in checks_of(cell) for row in matrix.values() for cell in row.values())
        server, story = next(iter(only(matrix, check)), ("", ""))
        lines.append(f"| {check} | {many} | {server} | {story} |")
    lines += [
        "",
        "## Servers",
        "",
        "| server | what it does | stories that catch it | checks |",
        "|---|---|---:|---|",
    ]
    for server, row in matrix.items():
        what = " ".join((DEFECTS[server].__doc__ or "").split()) if server in DEFECTS else "bundled"
        checks = sorted({check for cell in row.values() for check in checks_of(cell)} - {AUTHOR})
        lines.append(f"| {server} | {what} | {_caught(matrix, server)} | {', '.join(checks)} |")
    lines += ["", "## Stories", "", "| story | on plain | caught, the rarest first |", "|---|---|---|"]
    for story in names:
        found = [each for each in killers(matrix, story) if each != "plain"]
        told = "; ".join(
            f"{each} ({', '.join(sorted(checks_of(matrix[each][story])))})" for each in found[:2]
        )
        more = f"; and {len(found) - 2} more" if len(found) > 2 else ""
        lines.append(f"| {story} | {matrix['plain'][story]} | {told}{more} |")
    return "\n".join(lines) + "\n"
