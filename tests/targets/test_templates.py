"""What a template may say, and what it makes of it."""

from collections.abc import Callable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbharness.targets.block_values import block_values
from qbharness.targets.template import BLOCK_FIELDS, FILTERS, Template, fill
from qbsim.errors import LocatedProblem, Place, UsageProblem


def template(text: str) -> Template:
    return Template(text, Place("mine.yaml", 3, 7, "    a line"))


def filtered(name: str, value: object) -> object:
    return cast("Callable[[object], object]", FILTERS[name])(value)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{{ 27000 | hours }}", "7:30"),
        ("{{ '7:30' | seconds }}", 27000),
        ("{{ '7h30m' | minutes }}", 450),
        ("{{ '7:30' | decimal_hours }}", 7.5),
        ("{{ '7:30' | duration }}", "PT7H30M0S"),
        ("{{ 27015 | hours }}", "7:30:15"),
        ("{{ 27030 | minutes }}", 450.5),
        ("{{ '2026-11-02' | date('%m/%d/%Y') }}", "11/02/2026"),
        ("{{ '<a & \"b\">' | xml }}", "&lt;a &amp; &quot;b&quot;&gt;"),
        ("{{ 'a\"b' | json }}", '"a\\"b"'),
        ("{{ none | json }}", "null"),
        ("{{ 'a b/c&d' | url }}", "a%20b%2Fc%26d"),
        ("{{ none | hours }}", None),
        ("{{ none | date }}", None),
        ("{{ none | xml }}", None),
        ("at {{ 27000 | hours }}", "at 7:30"),
        ("at {{ none | hours }}.", "at ."),
        ("{{ true }}", True),
        ("plain text", "plain text"),
    ],
)
def test_a_lone_expression_keeps_its_type_and_everything_else_is_text(text: str, result: object) -> None:
    assert template(text).value({}) == result


@given(st.integers(min_value=0, max_value=200 * 3600))
def test_a_length_of_time_survives_every_form(seconds: int) -> None:
    assert filtered("seconds", filtered("hours", seconds)) == seconds
    assert filtered("decimal_hours", seconds) == seconds / 3600


@pytest.mark.parametrize("text", ["7.5", "7:3", "", "h", "-1:00", "7:30 pm"])
def test_what_is_not_a_length_of_time_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(UsageProblem, match="Write 7:30, 7h30m or whole seconds"):
        filtered("hours", text)


def test_an_entry_that_comes_out_as_none_is_left_out_and_a_written_null_stays() -> None:
    body = {
        "a": template("{{ x }}"),
        "b": None,
        "c": (template("{{ x }}"), 1),
        "d": {"e": template("{{ x }}")},
    }
    assert fill(body, {"x": None}) == {"b": None, "c": [None, 1], "d": {}}


def test_a_name_that_is_missing_while_filling_in_is_told_at_the_template_s_place() -> None:
    with pytest.raises(LocatedProblem, match=r"mine.yaml:3:7.*has no attribute 'y'"):
        template("{{ x.y.z }}!").render({"x": {}})
    with pytest.raises(LocatedProblem, match=r"x.y is not defined"):
        template("{{ x.y }}").value({"x": {}})


@pytest.mark.parametrize(
    "text",
    ["{{ ''.__class__.__mro__ }}", "{{ x.__init__.__globals__ }}", "{{ [].append.__self__.__class__ }}!"],
)
def test_a_template_cannot_leave_its_box(text: str) -> None:
    with pytest.raises(LocatedProblem):
        template(text).value({"x": object()})


def test_a_block_has_every_field_and_what_was_not_given_is_none() -> None:
    values = block_values({"employee": "Jane", "hours": "7h30m", "billable": "true", "date": "2026-11-02"})
    assert set(values) == set(BLOCK_FIELDS)
    assert {name: value for name, value in values.items() if value is not None} == {
        "employee": "Jane",
        "hours": "7:30",
        "seconds": 27000,
        "minutes": 450,
        "billable": True,
        "date": "2026-11-02",
    }


def test_every_form_of_the_time_gives_the_same_block() -> None:
    assert (
        block_values({"hours": "7:30"})
        == block_values({"seconds": "27000"})
        == block_values({"minutes": "450"})
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"employe": "Jane"}, "no field 'employe'. Did you mean 'employee'"),
        ({"billable": "yes"}, "true or false, not 'yes'"),
        ({"date": "11/02/2026"}, "Write it as 2026-11-02"),
    ],
)
def test_a_field_that_no_block_has_is_refused(fields: dict[str, str], sentence: str) -> None:
    with pytest.raises(UsageProblem, match=sentence.replace("(", r"\(")):
        block_values(fields)
