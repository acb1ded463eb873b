"""The books: is each block's time there once, whoever wrote or deleted it?"""

from __future__ import annotations

import pytest
from history_support import JANE, Story, shifted

from qbharness.checks.books import InBooks, books
from qbharness.checks.judging import judge
from qbharness.history import Entry, History, Ledger

SHORTER = shifted(JANE, seconds=7 * 3600)


def story() -> Story:
    one = Story()
    one.block("roof")
    return one


def with_ledger(one: Story, *entries: Entry) -> History:
    one.history.append(Ledger(moment="at rest", entries=entries))
    return one.rest()


def states(history: History) -> list[InBooks]:
    return [finding.state for finding in books(history)]


def test_time_that_is_there_once_is_right() -> None:
    one = story()
    txn_id = one.deliver(JANE)
    (finding,) = books(with_ledger(one, Entry(txn_id, JANE)))
    assert finding.is_right
    assert finding.txn_ids == (txn_id,)


def test_time_that_a_person_typed_counts_as_well_as_the_servers() -> None:
    one = story()
    assert states(with_ledger(one, Entry("M-1", JANE))) == [InBooks.ONCE]


def test_time_beside_that_of_a_person_is_there_twice_although_the_server_did_right() -> None:
    one = story()
    txn_id = one.deliver(JANE)
    history = with_ledger(one, Entry(txn_id, JANE), Entry("M-1", JANE))
    (finding,) = books(history)
    assert finding.state is InBooks.TOO_OFTEN
    assert "16:00 in all" in finding.sentence
    assert judge(history).broken == ()


def test_an_entry_that_a_person_changed_is_still_the_blocks_time() -> None:
    one = story()
    txn_id = one.deliver(JANE)
    assert states(with_ledger(one, Entry(txn_id, SHORTER))) == [InBooks.ONCE]


def test_what_a_person_deleted_is_missing_and_delivery_still_holds() -> None:
    one = story()
    txn_id = one.deliver(JANE)
    one.journal("delete", txn_id, before=JANE)
    history = with_ledger(one)
    assert states(history) == [InBooks.DELETED]
    assert judge(history).broken == ()


def test_what_a_restored_backup_took_away_is_forgotten() -> None:
    one = story()
    one.deliver(JANE)
    one.restore(shares=0)
    assert states(with_ledger(one)) == [InBooks.FORGOTTEN]


def test_what_never_landed_and_what_landed_elsewhere_are_told_apart() -> None:
    assert states(with_ledger(story())) == [InBooks.NEVER_LANDED]
    one = story()
    one.start(company="Beta Limited")
    call = one.hand_out(JANE)
    one.answer(call, one.commit(call, JANE, company="Beta Limited"))
    one.end()
    assert states(with_ledger(one)) == [InBooks.ELSEWHERE]


def test_what_the_server_deleted_again_is_taken_back() -> None:
    one = story()
    txn_id = one.deliver(JANE)
    one.journal("delete", txn_id, before=JANE, actor="connector")
    assert states(with_ledger(one)) == [InBooks.TAKEN_BACK]


def test_of_equal_blocks_each_reason_is_given_once() -> None:
    one = story()
    one.block("attic")
    first = one.deliver(JANE)
    one.deliver(JANE)
    one.restore(shares=1)
    assert states(with_ledger(one, Entry(first, JANE))) == [InBooks.ONCE, InBooks.FORGOTTEN]
    one = story()
    one.block("attic")
    one.deliver(JANE)
    one.restore(shares=0)
    assert states(with_ledger(one)) == [InBooks.FORGOTTEN, InBooks.NEVER_LANDED]


def test_blocks_that_are_gone_or_outside_the_period_are_not_missed() -> None:
    one = story()
    one.block("old", shifted(JANE, date="2026-10-01"))
    one.mark("roof", "deleted")
    one.period("2026-11-01", None)
    assert states(with_ledger(one)) == []


def test_a_history_without_a_timesheet_says_so() -> None:
    with pytest.raises(ValueError, match="no timesheet"):
        books(story().rest())
