"""The file itself: durable, whole after any death, and nothing else is touched."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from quickbooks_support import added, desk, message_set, time_add

from qbsim.errors import SetUpProblem, UsageProblem
from qbsim.quickbooks import Backup, CompanyFile, QuickBooks, people
from qbsim.quickbooks.journal import ADMIN
from qbsim.source import Source

VICTIM = Path(__file__).parent.parent / "support" / "quickbooks_victim.py"
KILLS = 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes to kill are forked")
def test_two_hundred_kills_at_random_moments_lose_nothing_that_was_answered(tmp_path: Path) -> None:
    file = tmp_path / "killed.qbsim"
    desk(path=file).company.close()
    command = [sys.executable, str(VICTIM), str(file), str(KILLS), "20"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    answered = dict(line.split() for line in done.stdout.splitlines())
    assert len({notes.partition(".")[0] for notes in answered}) == KILLS

    company = CompanyFile.open(file, source=Source())
    rows = {row.notes: row.txn_id for row in company.timesheet()}
    assert answered.items() <= rows.items()
    journal = [row.id for row in company.journal() if row.record == "TimeTracking"]
    assert sorted(journal) == sorted(rows.values())
    sets = company.core.sql.execute("SELECT id FROM message_set").fetchall()
    assert {one[0] for one in sets} == set(rows)
    assert company.core.sql.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    company.close()


def test_what_was_answered_is_in_the_file_although_nobody_closed_it(tmp_path: Path) -> None:
    file = tmp_path / "a.qbsim"
    at = desk(path=file)
    added(at, notes="answered")
    copy = tmp_path / "copy.qbsim"
    for part in ("", "-wal"):
        copy.with_name(copy.name + part).write_bytes(file.with_name(file.name + part).read_bytes())
    reopened = CompanyFile.open(copy, source=Source())
    assert [row.notes for row in reopened.timesheet()] == ["answered"]
    reopened.close()
    at.company.close()


def test_a_closed_company_is_one_file(tmp_path: Path) -> None:
    at = desk(path=tmp_path / "a.qbsim")
    added(at)
    at.company.close()
    assert [one.name for one in tmp_path.iterdir()] == ["a.qbsim"]


def test_a_file_is_held_by_one_program_at_a_time(tmp_path: Path) -> None:
    at = desk(path=tmp_path / "a.qbsim")
    with pytest.raises(SetUpProblem, match="Another program holds it open"):
        CompanyFile.open(tmp_path / "a.qbsim", source=Source())
    at.company.close()
    CompanyFile.open(tmp_path / "a.qbsim", source=Source()).close()


def test_a_new_company_never_writes_over_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.qbsim").write_text("mine")
    with pytest.raises(UsageProblem, match="nothing was written"):
        CompanyFile.create(tmp_path / "a.qbsim", source=Source())
    assert (tmp_path / "a.qbsim").read_text() == "mine"


@pytest.mark.parametrize("name", ["n" * 60, "a\x01b"])
def test_a_company_has_a_name_that_an_answer_can_show(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageProblem, match='in the field "CompanyName"'):
        CompanyFile.create(tmp_path / "a.qbsim", source=Source(), name=name)
    assert list(tmp_path.iterdir()) == []


def foreign_database(path: Path) -> bytes:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("kept", [0, 10, 99, 100, 4096, 50_000])
def test_a_truncated_file_is_a_clear_error_and_stays_as_it_is(tmp_path: Path, kept: int) -> None:
    whole = tmp_path / "whole.qbsim"
    desk(path=whole).company.close()
    cut = tmp_path / "cut.qbsim"
    cut.write_bytes(whole.read_bytes()[:kept])
    before = cut.read_bytes()
    with pytest.raises(UsageProblem, match=r"is empty|cut short|damaged"):
        CompanyFile.open(cut, source=Source())
    assert cut.read_bytes() == before
    assert {one.name for one in tmp_path.iterdir()} == {"whole.qbsim", "cut.qbsim"}


@pytest.mark.parametrize("kind", ["text", "database", "folder", "nothing", "newer"])
def test_what_is_no_company_file_is_a_clear_error_and_stays_as_it_is(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "other.qbsim"
    if kind == "text":
        file.write_text("a,b,c\n" * 100)
    elif kind == "database":
        foreign_database(file)
    elif kind == "folder":
        file.mkdir()
    elif kind == "newer":
        desk(path=file).company.close()
        data = bytearray(file.read_bytes())
        data[60:64] = (99).to_bytes(4, "big")
        file.write_bytes(data)
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(UsageProblem):
        CompanyFile.open(file, source=Source())
    assert (file.read_bytes() if file.is_file() else None) == before


@pytest.mark.parametrize("seed", range(12))
def test_a_file_with_broken_pages_is_an_error_and_never_a_wrong_answer(tmp_path: Path, seed: int) -> None:
    file = tmp_path / "broken.qbsim"
    at = desk(path=file)
    added(at)
    expected = at.company.timesheet()
    at.company.close()
    data = bytearray(file.read_bytes())
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    page = chance.randrange(1, len(data) // 4096) * 4096
    data[page : page + 4096] = chance.randbytes(4096)
    file.write_bytes(data)
    try:
        opened = CompanyFile.open(file, source=Source())
    except UsageProblem:
        assert file.read_bytes() == bytes(data)
        return
    try:
        assert opened.timesheet() == expected
    except sqlite3.DatabaseError:
        pass
    finally:
        opened.core.sql.close()


def test_a_backup_is_a_company_file_of_its_own(tmp_path: Path) -> None:
    at = desk(path=tmp_path / "a.qbsim")
    added(at, notes="kept")
    people.back_up(at.qb, "b", tmp_path / "b.qbsim")
    added(at, notes="later")
    opened = CompanyFile.open(tmp_path / "b.qbsim", source=Source())
    assert [row.notes for row in opened.timesheet()] == ["kept"]
    opened.close()
    people.restore_backup(at.qb, "b")
    assert [row.notes for row in at.company.timesheet()] == ["kept"]
    at.company.close()
    again = CompanyFile.open(tmp_path / "a.qbsim", source=Source())
    assert ([row.notes for row in again.timesheet()], again.timeline) == (["kept"], 2)
    again.close()


def test_a_backup_never_writes_over_a_file_and_a_foreign_one_is_not_restored(tmp_path: Path) -> None:
    at = desk()
    target = tmp_path / "b.qbsim"
    data = foreign_database(target)
    with pytest.raises(UsageProblem, match="Choose another name"):
        at.company.back_up(target)
    at.qb.backups["x"] = Backup(target)
    before = list(at.company.journal())
    with pytest.raises(UsageProblem, match="not a company file"):
        people.restore_backup(at.qb, "x")
    assert (target.read_bytes(), list(at.company.journal())) == (data, before)


def test_a_memory_company_becomes_a_file_by_its_backup(tmp_path: Path) -> None:
    at = desk()
    added(at)
    at.company.back_up(tmp_path / "a.qbsim")
    opened = CompanyFile.open(tmp_path / "a.qbsim", source=Source())
    assert opened.timesheet() == at.company.timesheet()
    qb = QuickBooks(opened, opened.source)
    processor = qb.request_processor()
    processor.open_connection("", "Sync")
    assert "3140" not in processor.process_request(processor.begin_session(""), message_set(time_add()))
    opened.close()


def test_opening_reads_no_more_than_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "a.qbsim"
    at = desk(path=file)
    for _ in range(50):
        added(at)
    at.company.close()
    statements: list[str] = []
    opened = CompanyFile.open(file, source=Source())
    opened.core.sql.set_trace_callback(statements.append)
    opened.core.reload()
    assert len(statements) == 2
    plan = opened.core.sql.execute("EXPLAIN QUERY PLAN SELECT max(sequence) FROM journal").fetchall()
    assert "SCAN" not in str(plan).replace("SEARCH", "")
    opened.close()


def test_a_part_that_fails_leaves_the_rest_of_its_transaction() -> None:
    at = desk()
    core = at.company.core
    with core.change():
        at.company.set(ADMIN, "first", 1)
        before = (core.sequence, core.txn_counter, dict(core.list_counters))
        with suppress(ZeroDivisionError), core.part():
            at.company.set(ADMIN, "second", 2)
            core.next_txn_id(core.next_moment())
            core.next_list_id("names", core.next_moment())
            raise ZeroDivisionError
        assert (core.sequence, core.txn_counter, core.list_counters) == before
    assert (at.company.setting("first"), at.company.setting("second")) == (1, None)
