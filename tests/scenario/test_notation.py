"""Hours, durations, dates and moments are read as they are written."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from scenario_support import durations, hours

from qbharness.scenario import notation
from qbharness.scenario.notation import Unreadable


@given(hours)
def test_hours_survive_both_forms(value: dt.timedelta) -> None:
    assert notation.read_hours(notation.write_hours(value)) == value
    assert notation.read_hours(notation.write_hours(value, letters=True)) == value


@given(durations)
def test_durations_survive(value: dt.timedelta) -> None:
    assert notation.read_duration(notation.write_duration(value)) == value


@pytest.mark.parametrize(
    ("text", "minutes"), [("7:30", 450), ("7h30m", 450), ("8h", 480), ("45m", 45), ("100:58", 6058)]
)
def test_hours_are_hours_and_minutes(text: str, minutes: int) -> None:
    assert notation.read_hours(text) == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("text", "cure"), [("7.5", "7:30"), ("7,25", "7:15"), ("8", "8:00"), ("0.1", "0:06")]
)
def test_a_decimal_is_refused_and_its_cure_is_computed(text: str, cure: str) -> None:
    with pytest.raises(Unreadable) as caught:
        notation.read_hours(text)
    assert caught.value.cure.endswith(f"write {cure}.")


@pytest.mark.parametrize("text", ["", " ", ":", "h", "m", "7:30:00", "1e3", "٧:٣٠", "-1", "7h 90m"])
def test_what_is_no_number_of_hours_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        notation.read_hours(text)


@pytest.mark.parametrize("text", ["", "5", "1w", "-1h", "0s", "9999d", "1m1h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        notation.read_duration(text)


@pytest.mark.parametrize("text", ["2026-2-1", "20260201", "2026-02-30", "02/01/2026", "2026-W05-1"])
def test_what_is_no_iso_date_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        notation.read_date(text)


def test_a_moment_is_kept_in_utc() -> None:
    moment = notation.read_moment("2026-11-01T01:30:00-04:00")
    assert notation.write_moment(moment) == "2026-11-01T05:30:00Z"
