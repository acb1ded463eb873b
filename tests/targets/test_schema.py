"""The JSON schema for editors says the same as the reader, because both come from one table."""

import json
from io import StringIO

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from targets_support import BASE, changed

from qbharness.targets.layout import target_schema
from qbharness.targets.reader import bundled
from qbharness.targets.schema import schema_path, schema_text

VALIDATOR = Draft202012Validator(target_schema())


def tree(text: str) -> object:
    return YAML(typ="safe", pure=True).load(StringIO(text))


def test_the_schema_in_the_checkout_is_the_generated_one() -> None:
    assert schema_path().read_text() == schema_text(), "run python -m qbharness.targets.schema"


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("name", sorted(bundled()))
def test_every_bundled_target_fits_the_schema(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(tree(bundled()[name].read_text()))] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"opperations": {}},
        {"language": 2},
        {"connector": None},
        {"connector.password": "hunter2"},
        {"contract": {"delivery": "often"}},
        {"operations.clock": {"http": {"url": "x"}, "shell": {"command": ["x"]}}},
        {"operations.clock.map": {"id": "x"}},
        {"start.ready": {}},
        {"reset": "please"},
        {"expect_broken": {"lost": "known"}},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(changes: dict[str, object]) -> None:
    assert not VALIDATOR.is_valid(tree(changed(BASE, changes)))
