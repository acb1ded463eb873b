"""Data extensions: private or custom fields on lists and on the company.

The Web Connector's FileID and AppLock are two of them, on the company itself.
"""

from __future__ import annotations

import json
from typing import Any, Final, final

from attrs import frozen

from qbsim.quickbooks.core import Core
from qbsim.quickbooks.journal import Actor, Values
from qbsim.quickbooks.lists import key_of

COMPANY: Final = "Company"
"""The object id of the company's own extensions."""


@final
@frozen
class Definition:
    """One DataExtDef; ``owner`` is an upper-case GUID in braces, or ``0`` for custom fields."""

    number: int
    owner: str
    name: str
    type: str
    objects: tuple[str, ...]


@final
class Extensions:
    """Reads and writes definitions and values."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def definition(self, owner: str, name: str) -> Definition | None:
        return next(self._definitions("owner = ? AND name_key = ?", (owner.upper(), key_of(name))), None)

    def definitions(
        self, *, owners: tuple[str, ...] = (), objects: tuple[str, ...] = ()
    ) -> tuple[Definition, ...]:
        """The definitions of any of ``owners``, on any of ``objects``; empty means all."""
        wanted = {owner.upper() for owner in owners}
        return tuple(
            one
            for one in self._definitions("1", ())
            if (not wanted or one.owner in wanted) and (not objects or set(objects) & set(one.objects))
        )

    def _definitions(self, where: str, values: tuple[Any, ...]) -> Any:
        query = f"SELECT number, owner, name, type, objects FROM extension_def WHERE {where} ORDER BY number"  # noqa: S608
        for row in self._core.sql.execute(query, values):
            yield Definition(*(*row[:4], tuple(json.loads(row[4]))))

    def define(self, actor: Actor, owner: str, name: str, kind: str, objects: list[str]) -> Definition:
        core = self._core
        core.write()
        core.sql.execute(
            "INSERT INTO extension_def (owner, name, name_key, type, objects, body) VALUES (?,?,?,?,?,'')",
            (owner.upper(), name, key_of(name), kind, json.dumps(objects)),
        )
        self._note(actor, "add", "DataExtDef", f"{owner.upper()}/{name}", None, {"DataExtType": kind})
        made = self.definition(owner, name)
        assert made is not None  # noqa: S101 - it was inserted above
        return made

    def redefine(self, actor: Actor, old: Definition, name: str, objects: tuple[str, ...]) -> Definition:
        self._core.write()
        self._core.sql.execute(
            "UPDATE extension_def SET name = ?, name_key = ?, objects = ? WHERE number = ?",
            (name, key_of(name), json.dumps(objects), old.number),
        )
        self._note(
            actor,
            "mod",
            "DataExtDef",
            f"{old.owner}/{old.name}",
            {"DataExtName": old.name},
            {"DataExtName": name},
        )
        changed = self.definition(old.owner, name)
        assert changed is not None  # noqa: S101 - it was updated above
        return changed

    def undefine(self, actor: Actor, old: Definition) -> int:
        """Remove a definition with all its values; returns the epoch."""
        self._core.write()
        self._core.sql.execute("DELETE FROM extension WHERE definition = ?", (old.number,))
        self._core.sql.execute("DELETE FROM extension_def WHERE number = ?", (old.number,))
        return self._note(
            actor, "delete", "DataExtDef", f"{old.owner}/{old.name}", {"DataExtName": old.name}, None
        )

    def value(self, definition: Definition, object_id: str) -> str | None:
        row = self._core.sql.execute(
            "SELECT value FROM extension WHERE definition = ? AND object = ?",
            (definition.number, object_id),
        ).fetchone()
        return None if row is None else str(row[0])

    def set_value(self, actor: Actor, definition: Definition, object_id: str, value: str) -> None:
        before = self.value(definition, object_id)
        self._core.write()
        self._core.sql.execute(
            "INSERT OR REPLACE INTO extension VALUES (?, ?, ?)", (definition.number, object_id, value)
        )
        self._note(
            actor,
            "add" if before is None else "mod",
            "DataExt",
            f"{object_id}/{definition.name}",
            None if before is None else {"DataExtValue": before},
            {"DataExtValue": value},
        )

    def drop_value(self, actor: Actor, definition: Definition, object_id: str) -> int:
        """Remove one value; returns the epoch."""
        before = self.value(definition, object_id)
        self._core.write()
        self._core.sql.execute(
            "DELETE FROM extension WHERE definition = ? AND object = ?", (definition.number, object_id)
        )
        return self._note(
            actor,
            "delete",
            "DataExt",
            f"{object_id}/{definition.name}",
            {"DataExtValue": before or ""},
            None,
        )

    def shown(self, object_id: str, owners: tuple[str, ...]) -> list[Values]:
        """The DataExtRets of one object for the owners that a query asked for."""
        wanted = [owner.upper() for owner in owners]
        if not wanted:
            return []
        marks = ",".join("?" * len(wanted))
        query = (
            "SELECT d.owner, d.name, d.type, e.value FROM extension e JOIN extension_def d "  # noqa: S608
            f"ON d.number = e.definition WHERE e.object = ? AND d.owner IN ({marks}) ORDER BY d.name_key"
        )
        rows = self._core.sql.execute(query, (object_id, *wanted))
        names = ("OwnerID", "DataExtName", "DataExtType", "DataExtValue")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _note(
        self,
        actor: Actor,
        action: str,
        record: str,
        record_id: str,
        before: Values | None,
        after: Values | None,
    ) -> int:
        moment = self._core.next_moment()
        self._core.record(actor, action, record, record_id, before, after, at=moment)
        return moment
