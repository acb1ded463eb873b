"""The schema for editors is made from the model, and agrees with the reader about the library."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from scenario_support import scenarios, story, with_step

from qbharness import Scenario, write_yaml
from qbharness.scenario.library import everything, find
from qbharness.scenario.schema import scenario_schema, schema_text
from qbharness.yaml_text import plain, read_yaml
from qbsim.resources import data_path


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema: dict[str, Any] = scenario_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def says(validator: Draft202012Validator, text: str) -> list[str]:
    return [error.json_path for error in validator.iter_errors(plain(read_yaml(text, "test")))]


def test_the_shipped_schema_is_the_one_of_the_model() -> None:
    path = data_path("schemas", "scenario.schema.json")
    cure = "Run `python -m qbharness.scenario.schema > schemas/scenario.schema.json`."
    assert path.read_text(encoding="utf-8") == schema_text(), cure
    assert json.loads(schema_text()) == scenario_schema()


def test_the_schema_takes_every_file_of_the_library(validator: Draft202012Validator) -> None:
    files = [found.path for found in find(everything())]
    assert {path.stem: says(validator, path.read_text()) for path in files} == {
        path.stem: [] for path in files
    }


_SCHEMA = Draft202012Validator(scenario_schema())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_the_schema_takes_whatever_the_writer_writes(scenario: Scenario) -> None:
    assert says(_SCHEMA, write_yaml(scenario)) == []


@pytest.mark.parametrize(
    "text",
    [
        story(rest="wy: x\n"),
        with_step("update selcted"),
        with_step("edit block: {block: roof, hours: 7.5}"),
        with_step("edit block: {block: roof, hour: 7:30}"),
        with_step("update selected: {faults: [request lots: {call: authenticate}]}"),
        with_step("expect: [block is: {block: roof, state: send}]"),
        "language: 2\nscenario: x\nsteps: []\n",
    ],
)
def test_the_schema_refuses_what_an_editor_should_mark(validator: Draft202012Validator, text: str) -> None:
    assert says(validator, text)
