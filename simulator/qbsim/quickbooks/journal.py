"""The journal of a company file: who changed what, when, on which timeline. No request can see it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, final

from attrs import field, frozen

from qbsim.processor import Origin

Values = dict[str, Any]
"""The elements of one record: name to text, to nested ``Values``, or to a list of either."""


@final
@frozen
class Actor:
    """Who made a change: ``kind`` is ``connector``, ``person`` or ``import``.

    ``call`` is the number that the history gave to the call which handed the request out.
    """

    kind: str
    name: str
    pc: str = ""
    application: str = ""
    call: int | None = None

    @classmethod
    def connector(cls, origin: Origin) -> Actor:
        """The actor behind a request of an integrated application."""
        return cls("connector", origin.application, origin.pc, origin.application, origin.call)


ADMIN: Final = Actor("person", "Admin", "pc1")


@final
@frozen
class JournalRow:
    """One change. ``before``/``after`` map element paths (``EntityRef/FullName``) to texts.

    ``action`` is ``add``, ``mod``, ``delete``, ``merge``, ``restore``, ``setting`` or ``use``;
    ``record`` the qbXML name of the object (``TimeTracking``, ``Employee``, ``Company``). The row of
    a restore has ``after["shares"]``: the last sequence that its timeline shares with the past, on
    the timeline ``after["from"]``.
    """

    sequence: int
    at: dt.datetime
    action: str
    record: str
    id: str
    before: Mapping[str, str] | None = field(repr=False)
    after: Mapping[str, str] | None = field(repr=False)
    actor: Actor
    timeline: int


def flatten(values: Values, prefix: str = "") -> dict[str, str]:
    """``{"EntityRef": {"FullName": "Jane"}}`` as ``{"EntityRef/FullName": "Jane"}``.

    The n-th of repeated elements gets ``[n]`` (from 2 on) behind its name.
    """
    flat: dict[str, str] = {}
    for name, value in values.items():
        for index, one in enumerate(value if isinstance(value, list) else [value], start=1):
            path = f"{prefix}{name}" + (f"[{index}]" if index > 1 else "")
            if isinstance(one, dict):
                flat |= flatten(one, f"{path}/")
            else:
                flat[path] = str(one)
    return flat


def pack(values: Values | None) -> str | None:
    """The stored form of values."""
    return None if values is None else _ENCODE(values)


def unpack(text: str | None) -> Values | None:
    """What :func:`pack` stored."""
    return None if text is None else json.loads(text)


_ENCODE: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def row_of(record: tuple[Any, ...]) -> JournalRow:
    """A journal row from the columns of the table, in their order."""
    sequence, at, timeline, action, kind, record_id, before, after, *actor = record
    old, new = unpack(before), unpack(after)
    return JournalRow(
        sequence,
        dt.datetime.fromtimestamp(at, dt.UTC),
        action,
        kind,
        record_id,
        None if old is None else flatten(old),
        None if new is None else flatten(new),
        Actor(*actor),
        timeline,
    )


def present(rows: Iterable[JournalRow]) -> tuple[JournalRow, ...]:
    """Those of ``rows`` that lie on the timeline of the last one: what the books remember.

    A restore opens a timeline that shares the past up to its backup; what came after the backup
    on the older timelines is forgotten.
    """
    rows = tuple(rows)
    if not rows:
        return ()
    limits = {rows[-1].timeline: rows[-1].sequence}
    for row in reversed(rows):
        if row.action == "restore" and row.timeline in limits and row.after is not None:
            origin = int(row.after["from"])
            reach = min(int(row.after["shares"]), limits[row.timeline])
            limits.setdefault(origin, reach)
    return tuple(row for row in rows if row.sequence <= limits.get(row.timeline, 0))
