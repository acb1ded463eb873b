"""qbwc-kit from PyPI: a server that no one here wrote, in its own process, played by the usual runner."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stories_support import play_on, running, story

from qbharness.checks.registry import Verdict
from qbharness.history import Ledger, Processed, UpdateEnded
from qbharness.outcome import Outcome, Status
from qbharness.scenario.reader import read_text
from qbharness.targets.reader import read_target
from qbharness.targets.target import Target

TARGET = "qbwc-kit"

THREE_BLOCKS = """\
language: 1
scenario: Three blocks in one session
company:
  employees: [Jane Doe, Jim Miller]
  customers: [Acme, "Acme:Roof"]
blocks:
  roof: {employee: Jane Doe, customer: "Acme:Roof", date: 2026-11-02, hours: 7:30}
  porch: {employee: Jane Doe, customer: Acme, date: 2026-11-03, hours: 3:15, notes: "sanding & paint"}
  cellar: {employee: Jim Miller, customer: Acme, date: 2026-11-03, hours: 8:00}
steps:
  - update selected
expect:
  - timesheet is:
      - {block: roof, times: 1}
      - {block: porch, times: 1}
      - {block: cellar, times: 1}
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with running(read_target(TARGET), tmp_path_factory.mktemp("qbwc-kit")) as target:
        yield target


def verdicts(outcome: Outcome) -> dict[str, Verdict]:
    assert outcome.judgement is not None, outcome.reason + outcome.output
    return dict(outcome.judgement.by_check)


DELIVERY = ("lost", "duplicate", "wrong value", "phantom", "flags")


def test_qbwc_kit_brings_hours_to_the_timesheet(kit: Target) -> None:
    outcome = play_on(kit, story("hours-arrive-when-every-name-matches"))
    assert outcome.status is Status.HELD, outcome.reason + outcome.output
    assert {verdicts(outcome)[check] for check in DELIVERY} == {Verdict.HELD}


def test_a_session_of_several_tasks_completes_and_each_is_on_the_timesheet_once(kit: Target) -> None:
    (scenario,) = read_text(THREE_BLOCKS)
    outcome = play_on(kit, scenario)
    assert outcome.status is Status.HELD, outcome.reason + outcome.output
    first, *quiet = outcome.history.all(UpdateEnded)
    assert (first.end, first.progress, first.codes) == ("completed", 100, ())
    assert {update.end for update in quiet} == {"no work"}
    ledger = outcome.history.last(Ledger)
    assert ledger is not None
    assert [(row.hours.employee, row.hours.seconds, row.hours.notes) for row in ledger.entries] == [
        ("Jane Doe", 27000, ""),
        ("Jane Doe", 11700, "sanding & paint"),
        ("Jim Miller", 28800, ""),
    ]


def test_qbwc_kit_sends_hours_twice_whose_answer_was_lost(kit: Target) -> None:
    outcome = play_on(kit, story("the-answer-is-lost-after-quickbooks-committed"))
    assert outcome.status is Status.BROKEN, outcome.reason + outcome.output
    assert verdicts(outcome)["duplicate"] is Verdict.BROKEN
    assert verdicts(outcome)["lost"] is Verdict.HELD
    written = [answer.txn_id for event in outcome.history.all(Processed) for answer in event.answers]
    assert len(set(written)) == 3, "two for the block whose answer was lost, one for the other"
