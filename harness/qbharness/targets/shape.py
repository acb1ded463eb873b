"""Shapes: one description from which a target file is read *and* its JSON schema is written.

A *kind* reads one node of the YAML tree into a value and knows its JSON schema. So the two cannot
disagree about a key.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol, final

from attrs import frozen

from qbharness.targets.template import Template, Tree
from qbharness.yaml_text import Fields, Items, Node, Scalar, describe, nearest, refuse

Schema = dict[str, Any]


class Kind(Protocol):
    """How one value of the file is read and described."""

    def read(self, node: Node) -> Any: ...

    def schema(self) -> Schema: ...


def _scalar(node: Node, wanted: str) -> Scalar:
    if not isinstance(node, Scalar) or node.value is None:
        refuse(f"Here must be {wanted}, not {describe(node)}.", node)
    return node


@final
@frozen
class Text:
    """A text as it stands. ``pattern`` and ``wanted`` bound it; ``choices`` list it."""

    wanted: str = "a text"
    choices: tuple[str, ...] = ()
    pattern: str = ""

    def read(self, node: Node) -> str:
        text = _scalar(node, self.wanted).text
        if self.choices and text not in self.choices:
            refuse(f"Here must be {self.wanted}, not {text!r}.", node, cure=nearest(text, self.choices))
        if not text.strip() or (self.pattern and not re.fullmatch(self.pattern, text)):
            refuse(f"Here must be {self.wanted}, not {text!r}.", node)
        return text

    def schema(self) -> Schema:
        described: Schema = {"type": "string", "minLength": 1}
        if self.choices:
            return {"enum": list(self.choices)}
        if self.pattern:
            described["pattern"] = f"^(?:{self.pattern})$"
        return described


@final
@frozen
class Filled:
    """A template; the names that it may use are checked later, when the operation is known."""

    wanted: str = "a text"

    def read(self, node: Node) -> Template:
        return Template(_scalar(node, self.wanted).text, node.place)

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"]}


@final
@frozen
class Body:
    """A JSON value whose texts are templates."""

    def read(self, node: Node) -> Tree:
        match node:
            case Fields(entries=entries):
                return {key.text: self.read(value) for key, value in entries}
            case Items(items=items):
                return tuple(self.read(item) for item in items)
            case Scalar(value=str()):
                return Template(node.text, node.place)
            case Scalar(value=value):
                return value

    def schema(self) -> Schema:
        return {}


@final
@frozen
class Flag:
    """true or false."""

    def read(self, node: Node) -> bool:
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            refuse(f"Here must be true or false, not {describe(node)}.", node)
        return node.value

    def schema(self) -> Schema:
        return {"type": "boolean"}


@final
@frozen
class Whole:
    """A whole number."""

    least: int
    most: int

    def read(self, node: Node) -> int:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            refuse(
                f"Here must be a whole number from {self.least} to {self.most}, not {describe(node)}.", node
            )
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


_SPAN: Final = r"(\d+(?:\.\d+)?)(ms|s|m)"
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0}


@final
@frozen
class Span:
    """A length of real time: ``500ms``, ``20s``, ``2m``; in seconds."""

    def read(self, node: Node) -> float:
        found = re.fullmatch(_SPAN, node.text) if isinstance(node, Scalar) else None
        if found is None:
            refuse(
                f"Here must be a length of time, not {describe(node)}.", node, cure="Write 20s, 500ms or 2m."
            )
        return float(found[1]) * _UNITS[found[2]]

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_SPAN}$"}


@final
@frozen
class Day:
    """An ISO date."""

    def read(self, node: Node) -> dt.date:
        try:
            return dt.date.fromisoformat(_scalar(node, "a date").text)
        except ValueError:
            refuse(f"Here must be a date, not {describe(node)}.", node, cure="Write it as 2026-11-02.")

    def schema(self) -> Schema:
        return {"type": "string", "format": "date"}


@final
@frozen
class ListOf:
    """A list of one kind, at least ``least`` long."""

    kind: Kind
    least: int = 0

    def read(self, node: Node) -> tuple[Any, ...]:
        if not isinstance(node, Items):
            refuse(f"Here must be a list, not {describe(node)}.", node)
        if len(node.items) < self.least:
            refuse(f"The list needs at least {self.least} entries.", node)
        return tuple(self.kind.read(item) for item in node)

    def schema(self) -> Schema:
        return {"type": "array", "items": self.kind.schema(), "minItems": self.least}


@final
@frozen
class MapOf:
    """A mapping whose keys the author chooses (or picks from ``keys``)."""

    kind: Kind
    keys: tuple[str, ...] = ()

    def read(self, node: Node) -> Mapping[str, Any]:
        if not isinstance(node, Fields):
            refuse(f"Here must be a mapping, not {describe(node)}.", node)
        for key, _ in node.entries:
            if self.keys and key.text not in self.keys:
                refuse(f"The key {key.text!r} is not known here.", key, cure=nearest(key.text, self.keys))
        return {key.text: self.kind.read(value) for key, value in node.entries}

    def schema(self) -> Schema:
        if self.keys:
            known = {key: self.kind.schema() for key in self.keys}
            return {"type": "object", "properties": known, "additionalProperties": False}
        return {"type": "object", "additionalProperties": self.kind.schema()}


@final
@frozen
class Key:
    """One key of a record: its kind, and a sentence for editors."""

    kind: Kind
    about: str
    required: bool = False


@final
@frozen
class Record:
    """A mapping with known keys, built into ``build(**values)``; absent keys are not passed.

    ``one_of`` names keys of which exactly one must stand there. ``build`` may raise ``ValueError``
    for a combination that cannot be; it is told at the record's place.
    """

    what: str
    build: Callable[..., Any]
    keys: Mapping[str, Key]
    one_of: tuple[str, ...] = ()
    with_place: bool = False

    def read(self, node: Node) -> Any:
        if not isinstance(node, Fields):
            refuse(f"{self.what} must be a mapping, not {describe(node)}.", node)
        for found, _ in node.entries:
            if found.text not in self.keys:
                refuse(f"{self.what} has no key {found.text!r}.", found, cure=nearest(found.text, self.keys))
        for name, key in self.keys.items():
            if key.required and name not in node:
                refuse(f"{self.what} needs the key {name!r}: {key.about}", node)
        if self.one_of and sum(name in node for name in self.one_of) != 1:
            refuse(f"{self.what} needs exactly one of {', '.join(self.one_of)}.", node)
        values = {key.text: self.keys[key.text].kind.read(value) for key, value in node.entries}
        if self.with_place:
            values["place"] = node.place
        try:
            return self.build(**values)
        except ValueError as wrong:
            refuse(f"{self.what}: {wrong}.", node)

    def schema(self) -> Schema:
        described: Schema = {
            "type": "object",
            "properties": {
                name: {"description": key.about, **key.kind.schema()} for name, key in self.keys.items()
            },
            "additionalProperties": False,
        }
        if required := [name for name, key in self.keys.items() if key.required]:
            described["required"] = required
        if self.one_of:
            described["oneOf"] = [{"required": [name]} for name in self.one_of]
        return described


@final
@frozen
class Defined:
    """A kind that the schema writes once, under ``$defs``."""

    name: str
    kind: Kind

    def read(self, node: Node) -> Any:
        return self.kind.read(node)

    def schema(self) -> Schema:
        return {"$ref": f"#/$defs/{self.name}"}


@final
@frozen
class Either:
    """One of two kinds: the first for values that ``fits`` accepts, else the second."""

    fits: Callable[[Node], bool]
    first: Kind
    second: Kind

    def read(self, node: Node) -> Any:
        return (self.first if self.fits(node) else self.second).read(node)

    def schema(self) -> Schema:
        return {"anyOf": [self.first.schema(), self.second.schema()]}


def is_text(node: Node) -> bool:
    """True for anything that is not a list or a mapping."""
    return isinstance(node, Scalar)
