"""How fast QuickBooks is: adding time, asking a large company file, opening one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks import Line, rates
from lxml import etree
from quickbooks_support import Desk, desk, message_set, time_add

from qbsim.qbxml import Version
from qbsim.qbxml.schemas import schemas
from qbsim.quickbooks import CompanyFile, QuickBooks, people
from qbsim.source import Source

SMALL, LARGE = 10_000, 1_000_000
A_DAY = 10
"""Entries of one person on one day, in both files: the same query finds as many in each."""

GROW = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
INSERT INTO {table} SELECT {columns} FROM n
"""
TXN = """i + 1, 'TimeTracking', printf('%X-%d', i + 1, :start + i), :start + i, :start + i, :start + i, i + 1,
    date('2024-01-01', printf('+%d days', (i / {a_day}) % :days)), :entity || (i / {a_day} / :days), '', NULL,
    replace(:body, 'ENTITY', :entity || (i / {a_day} / :days))"""
JOURNAL = """:sequence + i, :start + i, 1, 'add', 'TimeTracking', printf('%X-%d', i + 1, :start + i), NULL,
    :body, 'connector', 'Sync', 'pc1', 'Sync', NULL"""


def documents() -> Iterator[str]:
    """Message sets with one full entry each, under ever new ids."""
    for number in count():
        body = time_add(
            item="Framing",
            class_="Field",
            payroll_item="Hourly",
            notes=f"framing the north side {number}",
            billable="Billable",
            request_id=str(number),
        )
        yield message_set(body, newMessageSetID=f"set-{number}")


def bench_quickbooks_adding_time() -> Iterator[Line]:
    at, sent = desk(), documents()
    processor = at.processor.inner
    schema, others = schemas(Version(13, 0)).strict.schema, documents()

    def parse_validate_serialise() -> bytes:
        root = etree.fromstring(next(others).encode())
        assert schema.validate(root)
        return etree.tostring(root)

    ours, reference = rates(
        lambda: processor.process_request(at.ticket, next(sent)), parse_validate_serialise, seconds=3
    )
    name = "TimeTrackingAdd with recovery and commit (lxml alone)"
    yield Line(name, ours, reference, bar="at least 0.038: 3,000/s on a core where lxml alone does 80,000/s")


def grown(path: Path, size: int) -> None:
    """A company file with ``size`` entries, ten of each person on each day; one statement a table."""
    days = 100 if size <= SMALL else 1000
    company = CompanyFile.create(path, source=Source())
    qb = QuickBooks(company, company.source)
    for number in range(size // A_DAY // days):
        people.add_employee(qb, f"Employee {number}")
    ids = [one.list_id for one in company.lists.all("Employee")]
    body = '{"EntityRef":{"ListID":"ENTITY","FullName":"x"},"Duration":"28800","TxnDate":"2026-11-02",'
    body += '"Notes":"framing the north side","BillableStatus":"NotBillable"}'
    values = {
        "count": size,
        "start": 1_800_000_000,
        "days": days,
        "body": body,
        "entity": "E",
        "sequence": company.core.sequence + 1,
    }
    sql = company.core.sql
    company.core.write()
    for number, list_id in enumerate(ids):
        sql.execute("UPDATE element SET list_id = ? WHERE list_id = ?", (f"E{number}", list_id))
    sql.execute(GROW.format(table="txn", columns=TXN.format(a_day=A_DAY)), values)
    sql.execute(GROW.format(table="journal", columns=JOURNAL), values)
    company.core.moment = 1_800_000_000 + size
    company.core.txn_counter = size
    company.commit()
    company.close()


def asking(path: Path) -> tuple[Desk, str]:
    """A desk with the file open, and a query for twenty entries of one person."""
    source = Source()
    company = CompanyFile.open(path, source=source)
    qb = QuickBooks(company, source)
    at = Desk(source, company, qb, qb.request_processor(), "")  # type: ignore[arg-type]
    at.sign_in()
    dates = "<FromTxnDate>2024-02-01</FromTxnDate><ToTxnDate>2024-02-02</ToTxnDate>"
    who = "<TimeTrackingEntityFilter><FullName>Employee 3</FullName></TimeTrackingEntityFilter>"
    inner = f"<TxnDateRangeFilter>{dates}</TxnDateRangeFilter>{who}"
    return at, message_set(f"<TimeTrackingQueryRq>{inner}</TimeTrackingQueryRq>")


def bench_quickbooks_with_a_large_file() -> Iterator[Line]:
    with tempfile.TemporaryDirectory() as folder:
        paths = {size: Path(folder) / f"{size}.qbsim" for size in (LARGE, SMALL)}
        desks = []
        for size, path in paths.items():
            grown(path, size)
            at, query = asking(path)
            answer = at.processor.inner.process_request(at.ticket, query)
            assert answer.count("<TimeTrackingRet>") == 2 * A_DAY
            desks.append((at, query))
        large, small = rates(
            *(lambda a=at, q=query: a.processor.inner.process_request(a.ticket, q) for at, query in desks)
        )
        for at, _ in desks:
            at.company.close()
        name = "query by dates and entity: 1,000,000 entries (10,000)"
        yield Line(name, 1000 / large, 1000 / small, unit="ms", bar="at most 1.20")

        large, small = rates(
            *(lambda p=path: CompanyFile.open(p, source=Source()).close() for path in paths.values())
        )
        name = "opening a file of 1,000,000 entries (10,000)"
        yield Line(name, 1000 / large, 1000 / small, unit="ms", bar=f"200 ms: {1000 / large:.2g}")
