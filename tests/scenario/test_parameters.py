"""One file, one table of rows, one scenario a row; texts are templates and nothing more."""

from __future__ import annotations

import pytest
from scenario_support import story

from qbharness import Scenario, read_text
from qbharness.scenario.problems import ScenarioProblems

TABLE = 'parameters:\n  - {word: a & b}\n  - {word: "{{ 7 }}"}\n'


def with_notes(notes: str, table: str = TABLE) -> tuple[Scenario, ...]:
    text = story(f"steps:\n  - edit block: {{block: roof, notes: '{notes}'}}\n", table)
    return read_text(text, file="a.yaml")


def notes_of(scenario: Scenario) -> str:
    step = scenario.steps[0]
    return str(step.changes.notes)  # type: ignore[attr-defined]


def test_each_row_is_a_scenario_with_its_values_in_the_texts() -> None:
    scenarios = with_notes("see {{ word }}")
    assert [notes_of(scenario) for scenario in scenarios] == ["see a & b", "see {{ 7 }}"]
    assert [dict(scenario.parameters) for scenario in scenarios] == [
        {"word": "a & b"},
        {"word": "{{ 7 }}"},
    ]


def test_scenarios_of_one_table_have_names_and_places_of_their_own() -> None:
    first, second = with_notes("{{ word }}")
    assert first.name == "A block arrives [1: a & b]"
    assert second.name == "A block arrives [2: {{ 7 }}]"
    assert first.place is not None
    assert second.place is not None
    assert (first.place.line, second.place.line) == (11, 12)


def test_without_parameters_braces_are_text() -> None:
    (scenario,) = with_notes("{{ 7 * 7 }} {% if %}", table="")
    assert notes_of(scenario) == "{{ 7 * 7 }} {% if %}"


@pytest.mark.parametrize(
    ("notes", "complaint"),
    [
        ("{{ wrod }}", "There is no parameter 'wrod'."),
        ("{{ word.__class__ }}", "may only name parameters"),
        ("{{ word * 9 }}", "may only name parameters"),
        ("{{ range(9) }}{{ word }}", "may only name parameters"),
        ("{% for x in word %}{% endfor %}", "may only name parameters"),
        ('{% include "/etc/passwd" %}', "may only name parameters"),
        ("{{ word", "The template can't be read"),
        ("{{ word | pprint }}", "The template fails"),
        ("nothing", "No text uses the parameter 'word'."),
    ],
)
def test_a_template_can_only_name_parameters(notes: str, complaint: str) -> None:
    with pytest.raises(ScenarioProblems, match=complaint.replace(".", r"\.")):
        with_notes(notes)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("parameters: []\n", "1 to 500 rows"),
        ("parameters: [{a: x}, {b: x}]\n", "Every row needs the same parameters"),
        ("parameters: [{a-b: x}]\n", "can't be the name of a parameter"),
        ("parameters: [x]\n", "a row as a mapping"),
    ],
)
def test_a_wrong_table_is_refused(table: str, complaint: str) -> None:
    with pytest.raises(ScenarioProblems, match=complaint):
        with_notes("x", table)


def test_only_texts_are_templates() -> None:
    text = story("steps:\n  - edit block: {block: roof, hours: '{{ h }}'}\n", "parameters: [{h: '7:30'}]\n")
    with pytest.raises(ScenarioProblems, match="not a number of hours"):
        read_text(text)
