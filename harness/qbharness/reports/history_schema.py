"""The JSON schema of a history's lines, made from the classes that write them.

``python -m qbharness.reports.history_schema`` prints what ``schemas/history.schema.json`` holds.
"""

from __future__ import annotations

import collections.abc
import inspect
import json
import sys
import types
import typing
from typing import Any, Final

import attrs

from qbharness.history import EVENTS, Event

_PLAIN: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}
_COMMON: Final = {
    "n": {"type": "integer", "minimum": 1, "description": "The line's number in its scenario's history."},
    "at": {"type": "string", "format": "date-time", "description": "The simulated time, in UTC."},
}


def history_schema() -> dict[str, Any]:
    """The schema of one line; every kind of event is one definition."""
    parts: dict[str, Any] = {}
    events = {kind.replace(" ", "-"): _event(cls, parts) for kind, cls in EVENTS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of a qbharness history",
        "description": "What happened in a run, one event a line; a scenario begins with 'scenario started'.",
        "type": "object",
        "required": ["n", "at", "event"],
        "properties": {**_COMMON, "event": {"enum": list(EVENTS)}},
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in events],
        "$defs": {**events, **dict(sorted(parts.items()))},
    }


def _event(cls: type[Event], parts: dict[str, Any]) -> dict[str, Any]:
    schema = _object(cls, parts)
    properties = {**_COMMON, "event": {"const": cls.kind}}
    properties |= {name: rule for name, rule in schema["properties"].items() if name not in _COMMON}
    return {**schema, "required": ["n", "at", "event", *schema["required"]], "properties": properties}


def _object(cls: type[Any], parts: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    fields = attrs.fields(cls)
    return {
        "description": " ".join((inspect.getdoc(cls) or "").replace("``", "'").split()),
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.default is attrs.NOTHING],
        "properties": {field.name: _rule(hints[field.name], parts) for field in fields},
    }


def _rule(hint: Any, parts: dict[str, Any]) -> dict[str, Any]:
    if hint in _PLAIN:
        return dict(_PLAIN[hint])
    if attrs.has(hint):
        if hint.__name__ not in parts:
            parts[hint.__name__] = {}
            parts[hint.__name__] = _object(hint, parts)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return {"type": "array", "items": _rule(arguments[0], parts)}
    if origin is collections.abc.Mapping:
        return {"type": "object", "additionalProperties": _rule(arguments[1], parts) or True}
    if origin in {types.UnionType, typing.Union}:
        return {"anyOf": [_rule(argument, parts) for argument in arguments]}
    raise TypeError(f"no JSON type is known for {hint!r}")


def as_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(history_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
