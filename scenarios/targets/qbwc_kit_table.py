"""qbwc-kit (PyPI) with a SQLite table of Work Blocks: as little of our own as makes it a sync server.

One task a block, as its documentation suggests; a block is flagged when its answer is good. Everything
else (sessions, order, errors, recovery: none) is qbwc-kit's own. Its owner steers it through the table.

    SYNC_PASSWORD=... python qbwc_kit_table.py --port 8000 --database blocks.db
"""

from __future__ import annotations

import argparse
import os
import sqlite3
from collections.abc import Iterable

import qbwc_kit
import uvicorn
from qbwc_kit.server import create_app

SCHEMA = """
CREATE TABLE IF NOT EXISTS block (
    id INTEGER PRIMARY KEY, employee TEXT, customer TEXT, date TEXT, minutes INTEGER, service_item TEXT,
    class TEXT, payroll_item TEXT, notes TEXT, billable INTEGER, sent INTEGER DEFAULT 0, txn_id TEXT);
CREATE TABLE IF NOT EXISTS period (first TEXT, last TEXT);
"""


class SendBlock(qbwc_kit.SimpleTask):
    """Adds one block's hours to a timesheet."""

    def __init__(self, database: str, block: sqlite3.Row) -> None:
        super().__init__(f"block {block['id']}")
        self.database = database
        self.block = block

    def build(self, ctx: qbwc_kit.TaskContext) -> qbwc_kit.QBXMLRequest:
        block = self.block
        billable = {None: None, 0: "NotBillable", 1: "Billable"}[block["billable"]]
        fields = {
            "TxnDate": block["date"],
            "EntityRef": _named(block["employee"]),
            "CustomerRef": _named(block["customer"]),
            "ItemServiceRef": _named(block["service_item"]),
            "Duration": f"PT{block['minutes'] // 60}H{block['minutes'] % 60}M",
            "ClassRef": _named(block["class"]),
            "PayrollItemWageRef": _named(block["payroll_item"]),
            "Notes": block["notes"],
            "BillableStatus": billable,
        }
        return qbwc_kit.QBXMLRequest([qbwc_kit.add("TimeTracking", fields)])

    def handle(self, ctx: qbwc_kit.TaskContext, response: qbwc_kit.ResponseSet) -> None:
        answer = response.first().raise_for_status()
        txn_id = next((record.get("TxnID") for record in answer), None)
        with sqlite3.connect(self.database) as db:
            db.execute("UPDATE block SET sent = 1, txn_id = ? WHERE id = ?", (txn_id, self.block["id"]))
        db.close()


def _named(name: str | None) -> dict[str, str] | None:
    return {"FullName": name} if name else None


class Table:
    """An Authenticator that gives out one task for each block that is not flagged."""

    def __init__(self, database: str) -> None:
        self.database = database

    def authenticate(self, username: str, password: str) -> bool:
        return qbwc_kit.StaticAuthenticator("kit", os.environ["SYNC_PASSWORD"], []).authenticate(
            username, password
        )

    def tasks_for(self, username: str) -> Iterable[qbwc_kit.Task]:
        db = sqlite3.connect(self.database)
        db.row_factory = sqlite3.Row
        first, last = db.execute("SELECT first, last FROM period").fetchone() or (None, None)
        rows = db.execute(
            "SELECT * FROM block WHERE NOT sent AND date >= ? AND date <= ? ORDER BY date, id",
            (first or "", last or "9999-12-31"),
        ).fetchall()
        db.close()
        return [SendBlock(self.database, row) for row in rows]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--database", required=True)
    given = options.parse_args()
    db = sqlite3.connect(given.database)
    db.executescript(SCHEMA)
    db.close()
    service = qbwc_kit.QBWCService(Table(given.database))
    app = create_app(service, endpoint_url=f"http://localhost:{given.port}/qbwc")
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
