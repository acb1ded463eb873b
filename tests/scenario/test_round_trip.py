"""A scenario written and read again is the same scenario."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_support import scenarios, story, texts

from qbharness import Scenario, read_text, write_yaml
from qbharness.scenario.contents import Block, BlockFields
from qbharness.scenario.library import everything, load


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_what_is_written_reads_back_as_an_equal_scenario(scenario: Scenario) -> None:
    assert read_text(write_yaml(scenario)) == (scenario,)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_writing_twice_gives_the_same_text(scenario: Scenario) -> None:
    text = write_yaml(scenario)
    (again,) = read_text(text)
    assert write_yaml(again) == text


@settings(max_examples=200, deadline=None)
@given(texts, st.sampled_from(("employee", "notes")))
def test_any_text_survives(text: str, key: str) -> None:
    (scenario,) = read_text(story())
    block = scenario.blocks[0].fields
    changes = BlockFields(notes=text) if key == "notes" else BlockFields(employee=f"x{text}")
    changed = Scenario(name="x", blocks=(Block("roof", block.with_changes(changes)),), steps=scenario.steps)
    assert read_text(write_yaml(changed)) == (changed,)


def test_every_file_of_the_library_survives() -> None:
    scenarios_of_files = load(everything())
    assert len(scenarios_of_files) > 60
    for scenario in scenarios_of_files:
        assert read_text(write_yaml(scenario)) == (scenario,), scenario.file


def test_a_written_file_reads_like_one_that_a_person_wrote() -> None:
    text = story(
        "steps:\n  - update selected:\n      faults:\n"
        "        - reply lost: {call: receiveResponseXML, block: roof}\n",
        "expect:\n  - timesheet is:\n      - {block: roof, times: 1}\n",
    )
    (scenario,) = read_text(text)
    assert write_yaml(scenario) == (
        "language: 1\n"
        "scenario: A block arrives\n"
        "company:\n"
        "  employees: [Jane Doe]\n"
        '  customers: [Acme, "Acme:Roof"]\n'
        "blocks:\n"
        '  roof: {employee: Jane Doe, customer: "Acme:Roof", date: 2026-11-02, hours: 8:00}\n'
        "steps:\n"
        "  - update selected:\n"
        "      faults:\n"
        "        - reply lost: {call: receiveResponseXML, block: roof}\n"
        "expect:\n"
        "  - timesheet is:\n"
        "      - block: roof\n"
    )
