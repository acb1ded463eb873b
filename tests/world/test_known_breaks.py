"""``expect_broken``: known failures are green and told, repaired ones red, and none is excused for ever."""

from __future__ import annotations

import datetime as dt

import pytest
import reports_support as runs

from qbharness.outcome import Outcome, Status
from qbharness.targets.model import ExpectedBreak
from qbharness.today import read_today
from qbharness.world.known_breaks import as_declared
from qbsim.errors import UsageProblem

UNTIL = dt.date(2027, 3, 31)
BEFORE, AFTER = dt.date(2027, 3, 31), dt.date(2027, 4, 1)


def declared(check: str = "duplicate", *scenarios: str) -> ExpectedBreak:
    return ExpectedBreak(check=check, reason="the old version", until=UNTIL, scenarios=scenarios)


BROKEN = runs.outcome_of(runs.lost_answer(), reason="Block roof is in QuickBooks twice.")
HELD = runs.outcome_of(runs.delivered())


def test_what_is_declared_is_known_broken_and_says_why_and_until_when() -> None:
    outcome = as_declared(BROKEN, [declared()], BEFORE)
    assert outcome.status is Status.KNOWN
    assert outcome.reason == "duplicate: the old version (accepted until 2027-03-31)"


def test_what_nobody_declared_stays_broken() -> None:
    assert as_declared(BROKEN, [declared("flags")], BEFORE) == BROKEN
    assert as_declared(BROKEN, [], BEFORE) == BROKEN


def test_a_declaration_for_other_stories_excuses_nothing() -> None:
    assert as_declared(BROKEN, [declared("duplicate", "people", "two-*")], BEFORE) == BROKEN


@pytest.mark.parametrize(
    "pattern", ["lost-answers", "committed", "The answer is lost after QuickBooks committed", "lost-*"]
)
def test_a_declaration_names_stories_by_folder_file_or_name(pattern: str) -> None:
    assert as_declared(BROKEN, [declared("duplicate", pattern)], BEFORE).status is Status.KNOWN


def test_a_named_story_that_holds_is_red_and_says_what_to_do() -> None:
    outcome = as_declared(HELD, [declared("duplicate", "lost-answers")], BEFORE)
    assert outcome.status is Status.BROKEN
    assert "but it holds. Take that out of the target file." in outcome.reason


def test_a_named_story_that_breaks_in_another_way_is_red_too() -> None:
    outcome = as_declared(BROKEN, [declared("flags", "lost-answers"), declared()], BEFORE)
    assert outcome.status is Status.BROKEN
    assert "expects 'flags' to be broken here" in outcome.reason


def test_a_declaration_for_all_stories_lets_stories_hold() -> None:
    assert as_declared(HELD, [declared()], BEFORE) == HELD


def test_after_its_day_a_declaration_excuses_nothing_and_says_so() -> None:
    outcome = as_declared(BROKEN, [declared()], AFTER)
    assert outcome.status is Status.BROKEN
    assert "accepted 'duplicate' until 2027-03-31 (the old version); that day is over" in outcome.reason


def test_without_a_day_nothing_runs_out() -> None:
    assert as_declared(BROKEN, [declared()], None).status is Status.KNOWN


@pytest.mark.parametrize("outcome", [runs.undetermined(), runs.skipped(), runs.exposed()])
def test_what_is_no_plain_verdict_stays_what_it_is(outcome: Outcome) -> None:
    assert as_declared(outcome, [declared("duplicate", "*")], BEFORE) == outcome


def test_the_day_comes_from_the_environment_where_it_is_set() -> None:
    assert read_today({"SOURCE_DATE_EPOCH": "1806451199"}) == dt.date(2027, 3, 30)
    assert read_today({"SOURCE_DATE_EPOCH": ""}) == read_today({})


@pytest.mark.parametrize("wrong", ["tomorrow", "1e99", str(10**30)])
def test_an_environment_that_names_no_day_is_refused(wrong: str) -> None:
    with pytest.raises(UsageProblem, match="no number of seconds"):
        read_today({"SOURCE_DATE_EPOCH": wrong})
