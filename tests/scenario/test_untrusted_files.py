"""Scenario files come from strangers: nothing runs, nothing is opened, nothing grows without bound."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_support import story

from qbharness import read_file, read_text
from qbharness.scenario.problems import ScenarioProblems
from qbsim.errors import UsageProblem


def test_aliases_that_multiply_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(ScenarioProblems, match="more than"):
        read_text("\n".join(lines))


def test_a_list_that_holds_itself_is_refused() -> None:
    with pytest.raises(ScenarioProblems, match="nested deeper"):
        read_text("language: 1\nscenario: x\nsteps: &steps\n  - *steps\n")


@pytest.mark.parametrize("depth", [60, 5000])
def test_a_deeply_nested_file_is_refused(depth: int) -> None:
    with pytest.raises(ScenarioProblems, match="nested deeper"):
        read_text("language: 1\nscenario: x\nsteps: " + "[" * depth + "]" * depth)


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(ScenarioProblems, match="longer than"):
        read_text(story(rest="why: " + "x" * 1_100_000 + "\n"))


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [id]", "!!binary aGk=", "!mine x"])
def test_tags_make_nothing(tag: str) -> None:
    with pytest.raises(ScenarioProblems, match=r"The YAML tag '.*' is not allowed here"):
        read_text(f"language: 1\nscenario: {tag}\nsteps: [update selected]\n")


def test_a_second_document_and_a_second_key_are_refused_at_their_line() -> None:
    text = "language: 1\nscenario: x\nsteps: [update selected]\n"
    for more, complaint in (
        ("---\nlanguage: 1\n", "another document"),
        ("scenario: y\n", "stands here twice"),
    ):
        with pytest.raises(ScenarioProblems, match=complaint) as caught:
            read_text(text + more)
        assert caught.value.problems[0].place.line == 4


def test_of_a_line_without_end_only_the_place_is_shown() -> None:
    rows = ", ".join(f"{{a: x{number}}}" for number in range(400))
    with pytest.raises(ScenarioProblems) as caught:
        read_text(
            f"language: 1\nscenario: '{{{{ a }}}}'\nparameters: [{rows}, x]\nsteps: [update selected]\n"
        )
    _, shown, caret = str(caught.value).splitlines()[:3]
    assert len(shown) < 160
    assert shown[len(caret) - 1] == "x"


def test_bytes_that_are_not_utf8_are_refused_at_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"language: 1\nscenario: caf\xe9\n")
    with pytest.raises(ScenarioProblems) as caught:
        read_file(path)
    assert caught.value.problems[0].place.line == 2


def test_a_missing_file_is_a_usage_problem(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="can't be read"):
        read_file(tmp_path / "none.yaml")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_file_with_a_piece_replaced_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    text = story(
        "steps:\n  - update selected:\n      faults:\n        - reply lost: {call: authenticate}\n"
        "  - rename: {employee: Jane Doe, to: Jane}\n  - wait: 2d\n",
        "expect:\n  - timesheet is:\n      - {block: roof, times: 1}\n",
    )
    at = data.draw(st.integers(0, len(text)))
    until = data.draw(st.integers(at, min(len(text), at + 12)))
    piece = data.draw(st.text(st.sampled_from("[]{}:,-'\"&*!|>%#@ \n\tax19~é\x00"), max_size=6))
    assert _read_or_refused(text[:at] + piece + text[until:])


def _read_or_refused(text: str) -> bool:
    """Read, or refused with a place and a sentence for each mistake; any other error goes through."""
    try:
        return len(read_text(text)) == 1
    except ScenarioProblems as wrong:
        return all(problem.place.line >= 1 and problem.sentence for problem in wrong.problems)
