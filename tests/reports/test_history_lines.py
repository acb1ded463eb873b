"""Every line of a history can be read back, and is what the published schema says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, get_type_hints

import attrs
import pytest
import reports_support as runs
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from qbharness.history import EVENTS, CallSent, Event, Expected, History, Hours, from_line, to_line
from qbharness.reports.history_schema import as_text
from qbsim.resources import data_path

SCHEMA = json.loads(data_path("schemas", "history.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

texts = st.text(max_size=20)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
instants = st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"))


def filled(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Any instance of an attrs class, all the way down."""
    hints = get_type_hints(cls)
    fields = {field.name: of_type(hints[field.name]) for field in attrs.fields(cls)}
    if issubclass(cls, Event):
        fields |= {"n": st.integers(1, 10**6), "at": instants}
    return st.builds(cls, **fields)


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    if hint is Any:
        return json_values
    if attrs.has(hint):
        return filled(hint)
    arguments = getattr(hint, "__args__", ())
    if getattr(hint, "__origin__", None) is tuple:
        return st.lists(of_type(arguments[0]), max_size=3).map(tuple)
    if arguments and "Mapping" in str(hint):
        return st.dictionaries(texts, of_type(arguments[1]), max_size=3)
    if arguments:
        return st.one_of([of_type(argument) for argument in arguments])
    return {str: texts, int: st.integers(-(10**9), 10**9), bool: st.booleans(), type(None): st.none()}[hint]


events = st.one_of([filled(cls) for cls in EVENTS.values()])


@given(st.lists(events, max_size=4))
def test_a_history_survives_being_written_and_read(told: list[Event]) -> None:
    history = History()
    for event in told:
        history.append(event)
    assert [from_line(to_line(event)) for event in history] == list(history)


@given(events)
def test_a_line_is_one_line_and_fits_the_schema(event: Event) -> None:
    line = to_line(event)
    assert "\n" not in line
    assert "\r" not in line
    VALIDATOR.validate(json.loads(line))


@given(events)
def test_writing_what_was_read_gives_the_same_bytes(event: Event) -> None:
    line = to_line(event)
    assert to_line(from_line(line)) == line


def test_the_published_schema_is_the_one_that_the_classes_make() -> None:
    assert data_path("schemas", "history.schema.json").read_text("utf-8") == as_text(), (
        "run: python -m qbharness.reports.history_schema > schemas/history.schema.json"
    )


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_kind_of_event_has_its_definition() -> None:
    defined = [part["properties"].get("event", {}).get("const") for part in SCHEMA["$defs"].values()]
    assert set(EVENTS) <= set(defined)


def all_events() -> Iterable[Event]:
    for outcome in runs.every_kind():
        yield from outcome.history


def test_every_event_of_a_whole_run_fits_the_schema() -> None:
    for event in all_events():
        VALIDATOR.validate(json.loads(to_line(event)))


@pytest.mark.parametrize(
    "change",
    [{"event": "coffee"}, {"unknown": 1}, {"call": "one"}, {"n": 0}],
    ids=["an event that is none", "a key that is none", "a number in words", "a line before the first"],
)
def test_what_is_no_line_of_a_history_is_refused_by_the_schema(change: dict[str, Any]) -> None:
    event = CallSent(n=1, at="2026-11-02T14:00:00Z", call=1, update=1, pc="pc1", operation="x", arguments={})
    line = json.loads(to_line(event))
    assert VALIDATOR.is_valid(line)
    assert not VALIDATOR.is_valid(line | change)


@pytest.mark.parametrize("line", ['{"event": "coffee"}', "{}", "not json"])
def test_what_is_no_line_of_a_history_is_refused_by_the_reader(line: str) -> None:
    with pytest.raises(ValueError, match=r"no event|Expecting"):
        from_line(line)


def test_nested_arguments_of_an_expectation_come_back_as_they_were() -> None:
    rows = [{"employee": "Jane Doe", "times": 1}]
    event = Expected(n=1, at="2026-11-02T14:00:00Z", word="timesheet is", arguments={"rows": rows})
    assert from_line(to_line(event)) == event


def test_hours_that_nobody_called_billable_stay_so() -> None:
    hours = Hours("Jane Doe", "2026-11-02", 60)
    assert hours.billable is None
    event = next(event for event in runs.delivered() if event.kind == "block")
    assert from_line(to_line(attrs.evolve(event, hours=hours))).hours == hours
