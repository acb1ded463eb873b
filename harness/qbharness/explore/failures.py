"""The failures that a campaign leaves behind: one scenario file a bug, under ``.qbharness/failures``.

A file is an ordinary scenario; its head says in comments what it shows. Its name is made from the bug's
key and the target, so that a later campaign finds the same bug under the same name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from qbharness.explore.campaign import Failure
from qbharness.scenario.library import load
from qbharness.scenario.model import Scenario
from qbharness.scenario.problems import ScenarioProblems
from qbharness.scenario.telling import tell
from qbharness.scenario.writer import write_yaml
from qbsim.errors import UsageProblem
from qbsim.switches import SWITCHES

FOLDER: Final = Path(".qbharness") / "failures"


def id_of(key: str, target: str) -> str:
    """The name of a failure: ``plain--duplicate-landed-twice``."""
    return f"{_slug(target)}--{_slug(key)}"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


_FLAKY: Final = "--flaky"
_AS_MET: Final = "--as-met"
"""Ends of the ids of what must not take the place of a shortest story."""


def is_flaky(name: str) -> bool:
    """Whether the failure with this id was one of which two runs differed."""
    return name.endswith(_FLAKY)


def write(failure: Failure, target: str, how: str, folder: Path = FOLDER, *, shrunk: bool = True) -> Path:
    """Write the story of a failure; ``how`` is the command that found it.

    A flaky one, and one that is not ``shrunk``, have files of their own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    end = _FLAKY if failure.flaky else ("" if shrunk else _AS_MET)
    path = folder / f"{id_of(failure.key, target)}{end}.yaml"
    head = [f"{failure.word}: {failure.sentence}", *exposures(failure), f"Target: {target}. Found by: {how}"]
    if failure.flaky:
        head.append("FLAKY: two runs of this plan differ; the first events that do:")
        head += failure.flaky.splitlines()
    head += ["In words:", *(f"  {line}" for line in in_words(failure.scenario))]
    lines = [f"# {line}" for text in head for line in text.splitlines()]
    path.write_text("\n".join([*lines, "", write_yaml(failure.scenario)]), encoding="utf-8")
    return path


def exposures(failure: Failure) -> list[str]:
    """Which undocumented facts the failure needs: switch, value, certainty and source."""
    if not failure.exposed:
        return []
    pins = failure.scenario.switches.items()
    facts = [(name, value, SWITCHES[name].values[value]) for name, value in pins]
    return [
        f"Only if {name} is {value} ({fact.certainty.value}: {fact.source})." for name, value, fact in facts
    ]


def in_words(scenario: Scenario) -> list[str]:
    """The story in plain English, a line a sentence."""
    story = tell(scenario)
    return [*story.given, *("  " * depth + f"- {sentence}" for depth, sentence in story.steps)]


def kept(folder: Path = FOLDER, *, target: str = "") -> tuple[tuple[str, Scenario], ...]:
    """The failures that earlier campaigns left, by id (of one ``target``, if given)."""
    pattern = f"{_slug(target)}--*.yaml" if target else "*.yaml"
    paths = sorted(folder.glob(pattern)) if folder.is_dir() else []
    return tuple((path.stem, scenario) for path in paths for scenario in load([str(path)]))


def find(name: str, folder: Path = FOLDER) -> Iterable[Scenario]:
    """The scenarios of a file, or of the kept failure with this id."""
    path = folder / f"{name}.yaml"
    if path.is_file():
        return load([str(path)])
    try:
        return load([name])
    except ScenarioProblems:
        raise
    except UsageProblem as unknown:
        ids = ", ".join(failure for failure, _ in kept(folder)) or "none is kept"
        raise UsageProblem(unknown.sentence, cure=f"{unknown.cure} Kept failures: {ids}.") from unknown
