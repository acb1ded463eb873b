"""The lists of a company file: names, items, classes and what they refer to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, final

from attrs import evolve, field, frozen

from qbsim.quickbooks.core import Core
from qbsim.quickbooks.journal import Actor, Values, pack, unpack
from qbsim.quickbooks.kinds import FAMILIES, LISTS, REFERENCES, Kind

_COLUMNS: Final = (
    "number, kind, list_id, edit_sequence, created, modified, name, full_name, parent, active, body"
)


@final
@frozen
class Element:
    """One record of a list. ``parent`` is a ListID; ``created``/``modified`` are epochs."""

    number: int
    kind: str
    list_id: str
    edit_sequence: int
    created: int
    modified: int
    name: str
    full_name: str
    parent: str | None
    active: bool
    body: Values = field(repr=False)

    @property
    def family(self) -> str:
        return FAMILIES[self.kind]

    @property
    def sublevel(self) -> int:
        return self.full_name.count(":")


def key_of(full_name: str) -> str:
    """Names are compared without case. Source: Intuit's text on FullName."""
    return full_name.casefold()


@final
class Lists:
    """Reads and writes list records; knows no rules but the shape of a list."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._by_id: dict[tuple[str, str], Element | None] = {}
        self._by_name: dict[tuple[str, str], Element | None] = {}
        core.forget.append(self._forget)

    def _forget(self) -> None:
        self._by_id.clear()
        self._by_name.clear()

    # Reading

    def by_id(self, family: str, list_id: str) -> Element | None:
        """The record of ``family`` with this ListID."""
        key = (family, list_id)
        if key not in self._by_id:
            self._by_id[key] = self._one("family = ? AND list_id = ?", key)
        return self._by_id[key]

    def by_name(self, family: str, full_name: str) -> Element | None:
        """The record of ``family`` with this full name, in any case."""
        key = (family, key_of(full_name))
        if key not in self._by_name:
            self._by_name[key] = self._one("family = ? AND full_key = ?", key)
        return self._by_name[key]

    def _one(self, where: str, values: tuple[Any, ...]) -> Element | None:
        return next(self.select(where, values), None)

    def select(
        self, where: str, values: Sequence[Any], *, order: str = "full_key", limit: int = -1
    ) -> Iterator[Element]:
        """Records by a condition of ours (never of a request), sorted by full name."""
        query = f"SELECT {_COLUMNS} FROM element WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608
        for row in self._core.sql.execute(query, (*values, limit)):
            yield _element(row)

    def count(self, where: str, values: Sequence[Any]) -> int:
        query = f"SELECT count(*) FROM element WHERE {where}"  # noqa: S608
        return int(self._core.sql.execute(query, values).fetchone()[0])

    def all(self, kind: str) -> tuple[Element, ...]:
        """Every record of one type, sorted by full name."""
        return tuple(self.select("kind = ?", (kind,)))

    def children(self, element: Element) -> tuple[Element, ...]:
        return tuple(self.select("family = ? AND parent = ?", (element.family, element.list_id)))

    # Writing

    def add(self, actor: Actor, kind: Kind, name: str, parent: Element | None, body: Values) -> Element:
        """Store a new record; the caller has checked that its name is free."""
        core = self._core
        core.write()
        moment = core.next_moment()
        list_id = core.next_list_id(kind.family, moment)
        full_name = f"{parent.full_name}:{name}" if parent else name
        row = (
            kind.family,
            kind.name,
            list_id,
            moment,
            moment,
            moment,
            name,
            full_name,
            key_of(full_name),
            parent.list_id if parent else None,
            body.get("IsActive", "true") == "true",
            pack(body),
        )
        number = core.sql.execute(
            "INSERT INTO element (family, kind, list_id, edit_sequence, created, modified, name, "
            "full_name, full_key, parent, active, body) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            row,
        ).lastrowid
        self._forget()
        added = self._one("number = ?", (number,))
        assert added is not None  # noqa: S101 - it was inserted a line ago
        core.record(actor, "add", kind.name, list_id, None, snapshot(added), at=moment)
        return added

    def change(self, actor: Actor, old: Element, name: str, parent: Element | None, body: Values) -> Element:
        """Store a changed record; its children follow a new name or parent."""
        core = self._core
        core.write()
        moment = core.next_moment()
        full_name = f"{parent.full_name}:{name}" if parent else name
        changed = evolve(
            old,
            edit_sequence=moment,
            modified=moment,
            name=name,
            full_name=full_name,
            parent=parent.list_id if parent else None,
            active=body.get("IsActive", "true") == "true",
            body=body,
        )
        core.sql.execute(
            "UPDATE element SET edit_sequence=?, modified=?, name=?, full_name=?, full_key=?, "
            "parent=?, active=?, body=? WHERE number=?",
            (
                moment,
                moment,
                name,
                full_name,
                key_of(full_name),
                changed.parent,
                changed.active,
                pack(body),
                old.number,
            ),
        )
        if old.full_name != full_name:
            self._rename_below(changed)
        self._forget()
        core.record(actor, "mod", old.kind, old.list_id, snapshot(old), snapshot(changed), at=moment)
        return changed

    def _rename_below(self, parent: Element) -> None:
        for child in self.children(parent):
            full_name = f"{parent.full_name}:{child.name}"
            self._core.sql.execute(
                "UPDATE element SET full_name=?, full_key=? WHERE number=?",
                (full_name, key_of(full_name), child.number),
            )
            self._rename_below(evolve(child, full_name=full_name))

    def delete(self, actor: Actor, element: Element, *, action: str = "delete") -> int:
        """Remove a record and remember the deletion; returns its epoch."""
        core = self._core
        core.write()
        moment = core.next_moment()
        core.sql.execute("DELETE FROM element WHERE number=?", (element.number,))
        core.sql.execute("DELETE FROM extension WHERE object=?", (element.list_id,))
        core.sql.execute(
            "INSERT INTO deletion (kind, id, deleted, created, full_name) VALUES (?,?,?,?,?)",
            (element.kind, element.list_id, moment, element.created, element.full_name),
        )
        self._forget()
        core.record(actor, action, element.kind, element.list_id, snapshot(element), None, at=moment)
        return moment

    def merge(self, actor: Actor, source: Element, target: Element) -> tuple[int, Element]:
        """Make every use of ``source`` a use of ``target`` and remove ``source``."""
        sql = self._core.sql
        self._core.write()
        for child in self.children(source):
            full_name = f"{target.full_name}:{child.name}"
            sql.execute(
                "UPDATE element SET parent=?, full_name=?, full_key=? WHERE number=?",
                (target.list_id, full_name, key_of(full_name), child.number),
            )
            self._rename_below(evolve(child, full_name=full_name))
        pair = (f'"{source.list_id}"', f'"{target.list_id}"')
        for table in ("element", "txn"):
            sql.execute(
                f"UPDATE {table} SET body = replace(body, ?, ?) WHERE instr(body, ?)",  # noqa: S608
                (*pair, pair[0]),
            )
        sql.execute("UPDATE txn SET entity=? WHERE entity=?", (target.list_id, source.list_id))
        self._forget()
        deleted = self.delete(actor, source, action="merge")
        parent = self.by_id(target.family, target.parent) if target.parent else None
        return deleted, self.change(actor, target, target.name, parent, target.body)

    def in_use(self, element: Element) -> bool:
        """Whether a transaction or another record refers to it."""
        text = f'"{element.list_id}"'
        return any(
            self._core.sql.execute(
                f"SELECT 1 FROM {table} WHERE instr(body, ?) LIMIT 1",  # noqa: S608
                (text,),
            ).fetchone()
            for table in ("txn", "element")
        )

    # Names in references

    def refreshed(self, values: Values) -> Values:
        """``values`` with the full names that their references have today."""
        return {
            name: self._refreshed(name, value) if isinstance(value, (dict, list)) else value
            for name, value in values.items()
        }

    def _refreshed(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._refreshed(name, one) for one in value]
        if not isinstance(value, dict):
            return value
        reference = REFERENCES.get(name)
        if reference is None or "ListID" not in value:
            return self.refreshed(value)
        element = self.by_id(reference.family, value["ListID"])
        return value if element is None else ref_to(element)


def ref_to(element: Element) -> dict[str, str]:
    """The value of an ``…Ref`` that points to ``element``."""
    return {"ListID": element.list_id, "FullName": element.full_name}


def snapshot(element: Element) -> Values:
    """What the journal keeps of a record."""
    return {"FullName": element.full_name, **element.body}


def _element(row: tuple[Any, ...]) -> Element:
    body = unpack(row[10])
    return Element(*(*row[:9], bool(row[9]), body or {}))


def modelled(kind: str) -> Kind | None:
    """The list of that name, if it is modelled."""
    return LISTS.get(kind)
