"""Finds a block's id and flag in the answer of an operation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias, final

from attrs import frozen

from qbharness.targets.model import STATES, Operation
from qbharness.targets.problems import first_lines
from qbsim.errors import SetUpProblem

Rows: TypeAlias = "tuple[Mapping[str, object], ...]"

_WHOLE: Final = "$"


@final
@frozen
class Answer:
    """What an operation answered: ``rows`` from a database, else a JSON value (or a plain text).

    ``shown`` is the answer's text for messages.
    """

    value: object
    shown: str
    rows: Rows | None = None


@final
@frozen
class ListedBlock:
    """One line of the server's own list. ``state`` is one of ours, or None if the list has none.

    ``sent_version`` is the version that the server says is in QuickBooks: 1 as added, 2 after the first edit.
    """

    id: str
    state: str | None = None
    txn_id: str | None = None
    version: str | None = None
    sent_version: int | None = None


def from_text(text: str) -> Answer:
    """A JSON value if it is one, else the stripped text itself."""
    try:
        return Answer(json.loads(text), text)
    except ValueError:
        return Answer(text.strip(), text)


@lru_cache(maxsize=500)
def _path(path: str) -> Any:
    import jsonpath  # noqa: PLC0415 - only targets with a map need it

    try:
        return jsonpath.compile(path if path.startswith("$") else f"$.{path}")
    except jsonpath.JSONPathError as wrong:
        raise SetUpProblem(f"The JSONPath {path!r} in the target file does not parse: {wrong}.") from None


def _find(path: str, value: object) -> list[object]:
    if path == _WHOLE:
        return [value]
    if not isinstance(value, (Mapping, Sequence)) or isinstance(value, str):
        return []
    return list(_path(path).findall(value))


def as_word(value: object) -> str:
    """As a target file would write it: ``true``, ``null``, ``7``."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def block_id(operation: Operation, answer: Answer) -> str:
    """The new block's id from the answer to ``add_block``."""
    found = _field(operation, "id", answer, answer.rows[0] if answer.rows else None)
    if found is None or isinstance(found, (Mapping, list)):
        raise _lacks("add_block", "id", operation, answer)
    return as_word(found)


def listed_blocks(operation: Operation, answer: Answer) -> tuple[ListedBlock, ...]:
    """The server's list from the answer to ``list_blocks``."""
    items: Sequence[object]
    if answer.rows is not None:
        items = answer.rows
    else:
        path = operation.map.get("blocks", "$[*]")
        items = _find(path, answer.value)
        if not items and answer.value not in ([], {}, "") and not _empty_list(path, answer.value):
            raise _lacks("list_blocks", "blocks", operation, answer)
    return tuple(_listed(operation, item, answer) for item in items)


def _empty_list(path: str, value: object) -> bool:
    """True if ``$.blocks[*]`` finds nothing because ``$.blocks`` is there and empty."""
    return path.endswith("[*]") and any(found == [] for found in _find(path[:-3], value))


def _listed(operation: Operation, item: object, answer: Answer) -> ListedBlock:
    row = item if isinstance(item, Mapping) and answer.rows is not None else None
    part = Answer(item, answer.shown, None)
    identity = _field(operation, "id", part, row)
    if identity is None:
        raise _lacks("list_blocks", "id", operation, answer)
    given = {name: _field(operation, name, part, row) for name in ("txn_id", "version")}
    sent_version = as_word(_field(operation, "sent_version", part, row))
    return ListedBlock(
        as_word(identity),
        _state(operation, part, row),
        sent_version=int(sent_version) if sent_version.isdecimal() else None,
        **{name: None if value in (None, "") else as_word(value) for name, value in given.items()},
    )


def _field(operation: Operation, name: str, answer: Answer, row: Mapping[str, object] | None) -> object:
    wanted = operation.map.get(name)
    if wanted is None:
        wanted = name if name == "id" else None
    if wanted is None:
        return None
    if row is not None:
        return row.get(wanted)
    found = _find(wanted, answer.value)
    return found[0] if found else None


def _state(operation: Operation, part: Answer, row: Mapping[str, object] | None) -> str | None:
    if "state" not in operation.map:
        return None
    said = as_word(_field(operation, "state", part, row))
    known = operation.states or {state: state for state in STATES}
    state = known.get(said, known.get("*"))
    if state is None:
        raise SetUpProblem(
            f"list_blocks: the server gives a block the state {said!r}, which the target file does not know.",
            cure="Add it under list_blocks.states.",
        )
    return state


def _lacks(name: str, field: str, operation: Operation, answer: Answer) -> SetUpProblem:
    wanted = operation.map.get(field, "$[*]" if field == "blocks" else field)
    where = f" ({operation.place})" if operation.place.file else ""
    return SetUpProblem(
        f"{name}: the answer has no {field} at {wanted!r}{where}.",
        cure=f"Mend {name}.map.{field} in the target file.",
        output=first_lines(answer.shown),
    )
