"""The bundled library is complete, readable, and found by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scenario_support import story

from qbharness import read_file
from qbharness.scenario import library
from qbharness.scenario.model import Scenario
from qbharness.scenario.problems import ScenarioProblems
from qbsim.errors import UsageProblem

WORK_BLOCKS = (
    "a-block-added-after-the-sync-goes-with-the-next-one",
    "a-block-edited-after-the-sync-stays-as-it-was",
    "a-missing-employee-stops-the-import",
    "a-missing-job-is-added-and-tried-again",
    "hours-arrive-when-every-name-matches",
    "hours-typed-by-hand-before-the-sync-are-unknown-to-it",
    "the-same-period-selected-again-sends-nothing",
    "two-equal-blocks-are-both-sent",
)


@pytest.fixture(scope="module")
def everything() -> tuple[Scenario, ...]:
    return library.load(library.everything())


def test_the_stories_of_the_main_job_are_these_eight() -> None:
    assert tuple(found.path.stem for found in library.find(["work-blocks"])) == WORK_BLOCKS


def test_there_are_at_least_sixty_stories_and_six_procedures(everything: tuple[Scenario, ...]) -> None:
    kinds = [scenario.kind for scenario in everything]
    assert kinds.count("story") >= 60
    assert kinds.count("procedure") >= 6


def test_every_scenario_says_why_and_has_a_name_of_its_own(everything: tuple[Scenario, ...]) -> None:
    assert [s.file for s in everything if len(s.why) < 40] == []
    assert len({s.name for s in everything}) == len(everything)


def test_every_story_expects_something_of_the_timesheet(everything: tuple[Scenario, ...]) -> None:
    stories = [s for s in everything if s.kind == "story"]
    words = {s.file: {e.word for e in s.expect} for s in stories}
    assert [file for file, said in words.items() if not said & {"timesheet is", "timesheet has"}] == []


def test_file_names_are_sentences(everything: tuple[Scenario, ...]) -> None:
    names = [Path(s.file).stem for s in everything]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){2,}", name)] == []


def test_every_call_of_a_session_is_lost_both_ways_somewhere() -> None:
    calls = (
        "serverVersion",
        "clientVersion",
        "authenticate",
        "sendRequestXML",
        "receiveResponseXML",
        "getLastError",
        "connectionError",
        "closeConnection",
    )
    faults = {
        (fault.word, fault.anchor.call)
        for scenario in library.load(["lost-answers"])
        for step in scenario.steps
        for fault in getattr(step, "faults", ())
    }
    wanted = {(word, call) for word in ("request lost", "reply lost") for call in calls}
    assert wanted <= faults


def test_a_story_is_found_by_its_name_its_folder_and_its_path(tmp_path: Path) -> None:
    (by_name,) = library.find([WORK_BLOCKS[0]])
    (by_folder,) = library.find([f"work-blocks/{WORK_BLOCKS[0]}"])
    (by_path,) = library.find([str(library.library() / "work-blocks" / f"{WORK_BLOCKS[0]}.yaml")])
    assert by_name == by_folder == by_path
    own = tmp_path / "own.yaml"
    own.write_text(story())
    assert library.find([str(tmp_path)]) == (library.Found(own),)


def test_the_shown_name_finds_the_file_again(everything: tuple[Scenario, ...]) -> None:
    scenario = everything[0]
    (found,) = library.find([library.shown_path(scenario)])
    assert found.path == Path(scenario.file)


def test_a_misspelt_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageProblem, match="Did you mean 'lost-answers'"):
        library.find(["lost-anwers"])


def test_mistakes_of_several_files_are_told_together(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(story(rest="wy: x\n"))
    with pytest.raises(ScenarioProblems, match=r"a\.yaml") as caught:
        library.load([str(tmp_path)])
    assert len(caught.value.problems) == 2


def test_a_line_picks_the_row_of_a_table(tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    steps = "steps:\n  - edit block: {block: roof, notes: '{{ n }}'}\n"
    path.write_text(story(steps, "parameters:\n  - {n: one}\n  - {n: two}\n"))
    assert len(read_file(path)) == 2
    (second,) = library.load([f"{path}:12"])
    assert dict(second.parameters) == {"n": "two"}


def test_only_keeps_what_has_the_text_in_its_name() -> None:
    names = {s.name for s in library.load(["work-blocks"], only="TWO EQUAL")}
    assert names == {"Two equal blocks are both sent"}
