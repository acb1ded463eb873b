"""The transactions of a company file. Time entries are the only ones that requests can make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, final

from attrs import evolve, field, frozen

from qbsim.quickbooks.core import Core
from qbsim.quickbooks.journal import Actor, Values, pack, unpack
from qbsim.quickbooks.kinds import Kind

_COLUMNS: Final = (
    "number, kind, txn_id, edit_sequence, created, modified, txn_number, date, entity, used_by, body"
)
_INSERT: Final = (
    "INSERT INTO txn (kind, txn_id, edit_sequence, created, modified, txn_number, date, entity, "
    "used_by, guid, body) VALUES (?,?,?,?,?,?,?,?,?,?,?)"
)


@final
@frozen
class Txn:
    """One transaction. ``entity`` is a ListID, ``used_by`` what locks it (``invoice``, ``paycheck``)."""

    number: int
    kind: str
    txn_id: str
    edit_sequence: int
    created: int
    modified: int
    txn_number: int
    date: str
    entity: str
    used_by: str
    body: Values = field(repr=False)


@final
class Transactions:
    """Reads and writes transactions; knows no rules."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def by_id(self, txn_id: str) -> Txn | None:
        return next(self.select("txn_id = ?", (txn_id,)), None)

    def select(
        self, where: str, values: Sequence[Any], *, order: str = "date, number", limit: int = -1
    ) -> Iterator[Txn]:
        """Transactions by a condition of ours, by date and then in the order in which they came."""
        query = f"SELECT {_COLUMNS} FROM txn WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608
        for row in self._core.sql.execute(query, (*values, limit)):
            yield Txn(*(*row[:10], unpack(row[10]) or {}))

    def numbers(self, where: str, values: Sequence[Any]) -> list[int]:
        """The row numbers of what :meth:`select` would give."""
        query = f"SELECT number FROM txn WHERE {where} ORDER BY date, number"  # noqa: S608
        return [row[0] for row in self._core.sql.execute(query, values)]

    def count(self, where: str, values: Sequence[Any]) -> int:
        query = f"SELECT count(*) FROM txn WHERE {where}"  # noqa: S608
        return int(self._core.sql.execute(query, values).fetchone()[0])

    def add(self, actor: Actor, kind: Kind, body: Values) -> Txn:
        """Store a new transaction whose references are resolved."""
        core = self._core
        core.write()
        moment = core.next_moment()
        txn_id = core.next_txn_id(moment)
        packed = pack(body)
        entity, date = body["EntityRef"]["ListID"], body["TxnDate"]
        number = core.txn_counter
        row = (
            kind.name,
            txn_id,
            moment,
            moment,
            moment,
            number,
            date,
            entity,
            "",
            body.get("ExternalGUID"),
            packed,
        )
        cursor = core.sql.execute(_INSERT, row)
        core.record(actor, "add", kind.name, txn_id, None, packed, at=moment)
        rowid = cursor.lastrowid or 0
        return Txn(rowid, kind.name, txn_id, moment, moment, moment, number, date, entity, "", body)

    def change(
        self,
        actor: Actor,
        old: Txn,
        body: Values,
        *,
        used_by: str | None = None,
        action: str = "mod",
    ) -> Txn:
        """Store a changed transaction."""
        core = self._core
        core.write()
        moment = core.next_moment()
        changed = evolve(
            old,
            edit_sequence=moment,
            modified=moment,
            date=body["TxnDate"],
            entity=body["EntityRef"]["ListID"],
            used_by=old.used_by if used_by is None else used_by,
            body=body,
        )
        core.sql.execute(
            "UPDATE txn SET edit_sequence=?, modified=?, date=?, entity=?, used_by=?, body=? WHERE number=?",
            (moment, moment, changed.date, changed.entity, changed.used_by, pack(body), old.number),
        )
        shown = body if used_by is None else {**body, "UsedBy": used_by}
        core.record(actor, action, old.kind, old.txn_id, old.body, shown, at=moment)
        return changed

    def delete(self, actor: Actor, txn: Txn) -> int:
        """Remove a transaction and remember the deletion; returns its epoch."""
        core = self._core
        core.write()
        moment = core.next_moment()
        core.sql.execute("DELETE FROM txn WHERE number=?", (txn.number,))
        core.sql.execute(
            "INSERT INTO deletion (kind, id, deleted, created, full_name) VALUES (?,?,?,?,NULL)",
            (txn.kind, txn.txn_id, moment, txn.created),
        )
        core.record(actor, "delete", txn.kind, txn.txn_id, txn.body, None, at=moment)
        return moment
