"""Identifiers and stamps: every row of the facts on them has its test here."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quickbooks_support import JANE, added, desk, list_add, time_mod

from qbsim.quickbooks import CompanyFile, Selector, people
from qbsim.quickbooks.localtime import LocalTime
from qbsim.source import Source

PACIFIC, EASTERN = LocalTime(-8), LocalTime(-5)


def test_a_list_id_is_a_hex_counter_with_the_high_bit_and_the_epoch_of_creation() -> None:
    at = desk(filled=False)
    ids = [at.one(list_add("Customer", f"<Name>C{n}</Name>")).value("*/ListID") or "" for n in range(28)]
    assert re.fullmatch(r"80000001-\d{10}", ids[0])
    assert ids[26].startswith("8000001B-")
    epoch = int(ids[0].partition("-")[2])
    assert epoch == int(at.company.lists.all("Customer")[0].created)


def test_a_txn_id_is_a_hex_counter_and_the_epoch_of_creation() -> None:
    at = desk()
    ids = [added(at).value("*/TxnID") or "" for _ in range(11)]
    assert [one.partition("-")[0] for one in ids] == [*"123456789AB"]
    assert int(ids[0].partition("-")[2]) == int(at.source.now.timestamp()) - 10


def test_an_edit_sequence_is_the_epoch_of_the_last_change() -> None:
    at = desk()
    entry = added(at)
    txn_id, sequence = entry.value("*/TxnID") or "", entry.value("*/EditSequence") or ""
    assert txn_id.endswith(sequence)
    at.source.advance(dt.timedelta(hours=1))
    changed = at.one(time_mod(txn_id, sequence, f"{JANE}<Duration>PT1H</Duration>"))
    assert changed.value("*/EditSequence") == str(int(at.source.now.timestamp()))
    assert changed.value("*/TimeModified") != changed.value("*/TimeCreated")


def test_neither_ids_nor_edit_sequences_repeat_although_the_clock_stands_still() -> None:
    at = desk()
    stamps = [added(at).value("*/EditSequence") for _ in range(20)]
    assert len(set(stamps)) == 20


def test_over_a_restore_the_counter_goes_back_and_the_id_does_not_repeat() -> None:
    at = desk()
    people.back_up(at.qb, "before")
    first = added(at).value("*/TxnID") or ""
    people.restore_backup(at.qb, "before")
    at.sign_in()
    again = added(at).value("*/TxnID") or ""
    assert first.partition("-")[0] == again.partition("-")[0] == "1"
    assert int(again.partition("-")[2]) > int(first.partition("-")[2])


def test_a_txn_number_runs_through_the_company_file() -> None:
    at = desk()
    assert [added(at).value("*/TxnNumber") for _ in range(3)] == ["1", "2", "3"]
    people.enter_time(at.qb, employee="Jane Doe", date="2026-11-02", hours="1:00")
    assert added(at).value("*/TxnNumber") == "5"


@pytest.mark.parametrize(
    ("zone", "epoch", "stamp"),
    [
        (PACIFIC, 933272655, "1999-07-29T11:24:15-08:00"),
        (EASTERN, 1405768916, "2014-07-19T07:21:56-05:00"),
        (EASTERN, 1793628001, "2026-11-02T09:00:01-05:00"),
        (LocalTime(-5, right_in_summer=True), 1405768916, "2014-07-19T07:21:56-04:00"),
        (LocalTime(5.5), 1793628001, "2026-11-02T19:30:01+05:30"),
    ],
)
def test_a_stamp_is_the_wall_time_with_the_standard_offset_even_in_summer(
    zone: LocalTime, epoch: int, stamp: str
) -> None:
    assert zone.stamp(epoch) == stamp


@given(st.integers(1_000_000_000, 2_000_000_000), st.booleans())
def test_a_filter_finds_what_a_stamp_shows(epoch: int, right: bool) -> None:
    zone = LocalTime(-5, right_in_summer=right)
    again = zone.epoch(dt.datetime.fromisoformat(zone.stamp(epoch)))
    # In the hour that the clock shows twice, two moments have one stamp.
    assert again == epoch or abs(again - epoch) == 3600


def test_the_source_is_moved_past_a_company_that_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.qbsim"
    at = desk(path=path)
    at.source.advance(dt.timedelta(days=400))
    added(at)
    last = at.source.now
    at.company.close()
    fresh = Source()
    CompanyFile.open(path, source=fresh).close()
    assert fresh.now == last


def test_the_entries_that_a_person_picks_are_sorted_by_their_creation() -> None:
    at = desk()
    first, second = (added(at).value("*/TxnID") for _ in range(2))
    company = at.company
    assert [row.txn_id for row in Selector(which="all").pick(company)] == [first, second]
    assert [row.txn_id for row in Selector(which="earlier").pick(company)] == [first]
    assert [row.txn_id for row in Selector(which="later").pick(company)] == [second]
