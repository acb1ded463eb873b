"""The innermost part of a company file: one connection, one transaction, counters, the journal."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, final

from qbsim.certainty import Certainty, rule
from qbsim.quickbooks.journal import Actor, Values, pack
from qbsim.source import Source
from qbsim.switches import Switches

_JOURNAL: Final = "INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
_STATE: Final = "UPDATE state SET moment=?, timeline=?, txn_counter=?, list_counters=?"


@final
class Core:
    """One open company database; every change goes through :meth:`next_moment` and :meth:`record`.

    A change begins a transaction by itself; :meth:`commit` makes it durable. ``moment`` is the epoch
    of the newest change ever made in this file, on any timeline: the clock is never behind it.
    """

    def __init__(self, connection: sqlite3.Connection, source: Source, switches: Switches) -> None:
        self.sql = connection
        # A company in memory is often just forgotten; its connection is not.
        weakref.finalize(self, connection.close)
        self.source = source
        self.switches = switches
        self.forget: list[Callable[[], None]] = []
        """Called when what was read may have become untrue (a rollback, a restore)."""
        self.moment = self.timeline = self.txn_counter = self.sequence = 0
        self.list_counters: dict[str, int] = {}
        self.reload()

    def reload(self) -> None:
        """Read counters again from the database, after opening, a rollback or a restore."""
        row = self.sql.execute("SELECT moment, timeline, txn_counter, list_counters FROM state").fetchone()
        self.moment = max(self.moment, row[0])
        self.timeline, self.txn_counter = row[1], row[2]
        self.list_counters = json.loads(row[3])
        self.sequence = self.sql.execute("SELECT max(sequence) FROM journal").fetchone()[0] or 0
        for forget in self.forget:
            forget()

    # Transactions

    def write(self) -> None:
        """Begin a transaction unless one is open."""
        if not self.sql.in_transaction:
            self.sql.execute("BEGIN")

    @property
    def dirty(self) -> bool:
        return self.sql.in_transaction

    def commit(self) -> None:
        """Make everything since the last commit durable."""
        if self.sql.in_transaction:
            counters = json.dumps(self.list_counters)
            self.sql.execute(_STATE, (self.moment, self.timeline, self.txn_counter, counters))
            self.sql.execute("COMMIT")

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        if self.sql.in_transaction:
            self.sql.execute("ROLLBACK")
            self.reload()

    @contextmanager
    def part(self) -> Iterator[None]:
        """A piece of a transaction that is undone alone when it raises."""
        if not self.sql.in_transaction:
            # Nothing to protect yet: the piece begins the transaction itself, or reads only.
            try:
                yield
            except BaseException:
                self.rollback()
                raise
            return
        counters = self.txn_counter, dict(self.list_counters), self.sequence
        self.sql.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self.sql.in_transaction:
                self.sql.execute("ROLLBACK TO part")
                self.sql.execute("RELEASE part")
            self.txn_counter, self.list_counters, self.sequence = counters
            for forget in self.forget:
                forget()
            raise
        self.sql.execute("RELEASE part")

    @contextmanager
    def change(self) -> Iterator[None]:
        """One act from its beginning to its durable end; undone as a whole when it raises."""
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    # Identity and time

    @rule(
        "ids.clock",
        "Every change takes at least a second, so that neither ids nor edit sequences repeat, not even "
        "over a restore.",
        source="28 of 40 captured records have epochs; what two changes in one second get is unknown",
        certainty=Certainty.PLAUSIBLE,
    )
    def next_moment(self) -> int:
        """The epoch of the change that is about to be made; later than that of any other."""
        self.moment = int(self.source.tick().timestamp())
        return self.moment

    @rule(
        "ids.txn",
        "A TxnID is a counter in upper-case hex, a hyphen, and the epoch of creation.",
        source="captured records (4-1232328070, 1C9684-1783534817)",
        certainty=Certainty.SEEN,
    )
    def next_txn_id(self, moment: int) -> str:
        self.txn_counter += 1
        return f"{self.txn_counter:X}-{moment}"

    @rule(
        "ids.list",
        "A ListID is a counter of its list with the high bit set, in upper-case hex, a hyphen, and the "
        "epoch of creation.",
        source="captured records (8000001B-1405768916)",
        certainty=Certainty.SEEN,
    )
    def next_list_id(self, family: str, moment: int) -> str:
        number = self.list_counters.get(family, 0) + 1
        self.list_counters[family] = number
        return f"{0x80000000 + number:X}-{moment}"

    def record(
        self,
        actor: Actor,
        action: str,
        record: str,
        record_id: str,
        before: Values | str | None,
        after: Values | str | None,
        *,
        at: int,
    ) -> None:
        """Append one row to the journal; ``before`` and ``after`` may be packed already."""
        self.sequence += 1
        row: tuple[Any, ...] = (
            self.sequence,
            at,
            self.timeline,
            action,
            record,
            record_id,
            before if isinstance(before, str) else pack(before),
            after if isinstance(after, str) else pack(after),
            actor.kind,
            actor.name,
            actor.pc,
            actor.application,
            actor.call,
        )
        self.sql.execute(_JOURNAL, row)
