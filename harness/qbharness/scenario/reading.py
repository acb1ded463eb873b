"""From nodes of a YAML tree to objects of the model; every mistake is noted, none stops the rest.

The classes say how their fields are written (:mod:`qbharness.scenario.kinds`); here is one method
a kind. A method that can't read its node notes the problem and raises :class:`Skip`, which is
caught where the next sibling can be read. Faults, expectations and steps have their own modules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar, final

import attrs

from qbharness.scenario import notation
from qbharness.scenario.contents import BlockFields, ListEntry, Selector
from qbharness.scenario.faults import (
    Anchor,
)
from qbharness.scenario.kinds import Kind, Written, written_fields
from qbharness.scenario.notation import Unreadable
from qbharness.scenario.templates import render
from qbharness.yaml_text import Fields, Items, Node, Scalar, describe, nearest
from qbsim.errors import LocatedProblem, UsageProblem

T = TypeVar("T")

INLINE: Final[Mapping[Kind, type]] = {
    Kind.FIELDS: BlockFields,
    Kind.SELECTOR: Selector,
    Kind.ANCHOR: Anchor,
    Kind.ENTRY: ListEntry,
}
"""The class behind a kind that is a mapping of its own."""


class Skip(Exception):
    """This node can't be read, and the problem is noted."""


def keys_of(cls: type) -> dict[str, tuple[str, Written]]:
    """The keys of a class in a file: key to (attribute path, how), inline classes spread out."""
    keys: dict[str, tuple[str, Written]] = {}
    for name, (_, how) in written_fields(cls).items():
        if how.inline:
            for key, (inner, inner_how) in keys_of(INLINE[how.kind]).items():
                keys[key] = (f"{name}.{inner}", inner_how)
        else:
            keys[how.key] = (name, how)
    return keys


@final
class Known:
    """The names that a file has given so far, for references."""

    def __init__(self) -> None:
        self.blocks: set[str] = set()
        self.made: set[str] = set()
        self.backups: set[str] = set()
        self.pcs = {"pc1"}


class Reading:
    """One pass over one file with one row of its parameters."""

    def __init__(self, row: Mapping[str, str] | None = None) -> None:
        self.row = row
        self.used: set[str] = set()
        self.problems: list[LocatedProblem] = []
        self.known = Known()

    # ── problems ────────────────────────────────────────────────────────────────────────────

    def note(self, sentence: str, node: Node, cure: str = "") -> None:
        """Remember a mistake and go on."""
        self.problems.append(LocatedProblem(sentence, node.place, cure=cure))

    def failure(self, sentence: str, node: Node, cure: str = "") -> Skip:
        """Remember a mistake; the caller raises what is returned, and so gives the node up."""
        self.note(sentence, node, cure)
        return Skip()

    def each(self, read: Callable[[Node], T], nodes: Iterable[Node]) -> tuple[T, ...]:
        """Read them all, and only then give up if one of them could not be read."""
        values: list[T] = []
        failed = False
        for node in nodes:
            try:
                values.append(read(node))
            except Skip:
                failed = True
        if failed:
            raise Skip
        return tuple(values)

    # ── scalars ─────────────────────────────────────────────────────────────────────────────

    def scalar(self, node: Node, what: str) -> Scalar:
        if isinstance(node, Scalar) and node.value is not None:
            return node
        raise self.failure(f"Here should stand {what}, not {describe(node)}.", node)

    def text(self, node: Node, how: Written) -> str:
        if isinstance(node, Scalar) and node.value is None:
            raise self.failure(f"{how.key!r} has no value.", node, 'Leave it out, or write "" to clear it.')
        shown = self.scalar(node, how.what or "a text").text
        if any("\ud800" <= letter <= "\udfff" for letter in shown):
            raise self.failure("The text has half of a character (a lone surrogate).", node)
        if self.row is None:
            return shown
        return self.by_notation(lambda text: render(text, self.row or {}, self.used), node, shown)

    def name(self, node: Node, how: Written) -> str:
        shown = self.text(node, how)
        if not shown.strip():
            raise self.failure(f"{how.key!r} is empty.", node)
        return shown

    def by_notation(self, read: Callable[[str], T], node: Node, text: str) -> T:
        try:
            return read(text)
        except Unreadable as wrong:
            raise self.failure(wrong.sentence, node, wrong.cure) from None

    def date(self, node: Node, _how: Written) -> dt.date:
        shown = self.scalar(node, "a date")
        return self.by_notation(notation.read_date, node, shown.text)

    def hours(self, node: Node, _how: Written) -> dt.timedelta:
        shown = self.scalar(node, "hours such as 7:30")
        return self.by_notation(notation.read_hours, node, shown.text)

    def duration(self, node: Node, _how: Written) -> dt.timedelta:
        shown = self.scalar(node, "a duration such as 60m")
        return self.by_notation(notation.read_duration, node, shown.text)

    def number(self, node: Node, how: Written) -> int:
        shown = self.scalar(node, "a whole number")
        text = shown.text
        if not (text.isascii() and text.isdigit()):
            raise self.failure(f"{text!r} is not a whole number.", node, f"Take one from {how.least} on.")
        if len(text) > len(str(how.most)) or int(text) > how.most:  # int() itself refuses endless digits
            raise self.failure(f"{text!r} is too much for {how.key!r}.", node, f"At most {how.most:,}.")
        if int(text) < how.least:
            raise self.failure(f"{how.key!r} begins at {how.least}.", node)
        return int(text)

    def flag(self, node: Node, how: Written) -> bool:
        shown = self.scalar(node, "true or false")
        if isinstance(shown.value, bool):
            return shown.value
        raise self.failure(f"{how.key!r} takes true or false, not {shown.text!r}.", node)

    def choice(self, node: Node, how: Written) -> str:
        shown = self.scalar(node, how.what or f"one of: {', '.join(how.choices)}").text
        if shown in how.choices or (how.open_ended and shown.strip()):
            return shown
        raise self.failure(f"{how.key!r} has no value {shown!r}.", node, nearest_of(shown, how.choices))

    def label(self, node: Node, how: Written) -> str:
        shown = self.scalar(node, how.what or "a word").text
        if not shown.strip() or len(shown) > 200:
            raise self.failure(f"{shown!r} can't be the name of anything.", node)
        return shown

    def block(self, node: Node, _how: Written) -> str:
        shown = self.scalar(node, "the alias of a block").text
        if shown in self.known.blocks:
            return shown
        raise self.failure(f"There is no block {shown!r} at this point.", node, self.cure_for_block(shown))

    def cure_for_block(self, alias: str) -> str:
        if not self.known.blocks:
            return "Name it under `blocks:` or add it by `add block` before."
        return nearest_of(alias, sorted(self.known.blocks))

    def new_block(self, node: Node, how: Written) -> str:
        shown = self.label(node, how)
        if shown in self.known.made:
            raise self.failure(f"The alias {shown!r} is taken already.", node, "Give it another one.")
        self.known.made.add(shown)
        return shown

    # ── lists and mappings ──────────────────────────────────────────────────────────────────

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        if isinstance(node, Items):
            return node.items
        raise self.failure(f"Here should stand a list of {what}, not {describe(node)}.", node)

    def mapping(self, node: Node, what: str) -> Fields:
        if isinstance(node, Fields):
            return node
        raise self.failure(f"Here should stand {what} as a mapping, not {describe(node)}.", node)

    def labels(self, node: Node, how: Written) -> tuple[str, ...]:
        if isinstance(node, Scalar):
            return (self.label(node, how),)
        return self.each(lambda item: self.label(item, how), self.items(node, "names"))

    def settings(self, node: Node, how: Written) -> dict[str, str]:
        fields = self.mapping(node, f"{how.key}")
        values = self.each(lambda item: self.text(item, how), (v for _, v in fields.entries))
        return dict(zip((key.text for key, _ in fields.entries), values, strict=True))

    def preferences(self, node: Node, how: Written) -> dict[str, str]:
        from qbsim.quickbooks.preferences import check_preference  # noqa: PLC0415 - few files set any

        values = self.settings(node, how)
        keys = {key.text: key for key, _ in self.mapping(node, how.key).entries}
        for name, value in values.items():
            try:
                check_preference(name, value)
            except UsageProblem as wrong:
                raise self.failure(wrong.sentence, keys[name], wrong.cure) from None
        return values

    def block_fields(self, node: Node, _how: Written) -> BlockFields:
        return self.read(BlockFields, self.mapping(node, "an entry"), "an entry")

    def rows(self, node: Node, _how: Written) -> tuple[BlockFields, ...]:
        return self.each(self.entry_row, self.items(node, "entries"))

    def entry_row(self, node: Node) -> BlockFields:
        row = self.block_fields(node, NOTHING_SPECIAL)
        self.demand(row, ("employee", "date", "hours"), node, "An entry")
        return row

    def demand(self, row: BlockFields, needed: Iterable[str], node: Node, what: str) -> None:
        """Note the fields that a whole block or entry can't do without."""
        missing = [key for key in needed if not getattr(row, key)]
        missing = [key for key in missing if not (key == "hours" and row.hours is not None)]
        if missing:
            raise self.failure(f"{what} needs {and_(missing)}.", node)

    def selector(self, node: Node, _how: Written) -> Selector:
        return self.read(Selector, self.mapping(node, "a selector"), "a selector")

    def list_entry(self, node: Node, _how: Written) -> ListEntry:
        if isinstance(node, Scalar):
            return ListEntry(self.name(node, NAME))
        return self.read(ListEntry, self.mapping(node, "a name"), "a name")

    # ── whole objects ───────────────────────────────────────────────────────────────────────

    def read(self, cls: type[T], node: Fields, what: str, **given: Any) -> T:
        """Build ``cls`` from the keys of ``node``; ``given`` are attributes known already."""
        keys = {k: v for k, v in keys_of(cls).items() if v[0] not in given}
        values: dict[str, Any] = dict(given)
        failed = False
        for key, value in node.entries:
            if key.text not in keys:
                self.note(f"{what.capitalize()} has no {key.text!r}.", key, nearest_of(key.text, keys))
                failed = True
                continue
            path, how = keys[key.text]
            try:
                values[path] = self.kind(how)(value, how)
            except Skip:
                failed = True
        missing = [key for key in self.missing(cls, values) if key not in node]
        if missing:
            self.note(f"{what.capitalize()} needs {and_(missing)}.", node)
        if failed or missing:
            raise Skip
        return self.build(cls, values, node)

    def kind(self, how: Written) -> Callable[[Node, Written], Any]:
        """The method that reads a kind."""
        return getattr(self, METHODS[how.kind])  # type: ignore[no-any-return]

    def missing(self, cls: type, values: Mapping[str, Any]) -> list[str]:
        """The keys that the class can't do without and that are not among ``values``."""
        keys: list[str] = []
        for name, (attribute, how) in written_fields(cls).items():
            if how.inline:
                inner = {k.partition(".")[2]: v for k, v in values.items() if k.startswith(name)}
                keys += self.missing(INLINE[how.kind], inner)
            elif attribute.default is attrs.NOTHING and name not in values:
                keys.append(how.key)
        return keys

    def build(self, cls: type[T], values: Mapping[str, Any], node: Node) -> T:
        """Put an object together from attribute paths."""
        flat = {path: value for path, value in values.items() if "." not in path}
        for name, (_, how) in written_fields(cls).items():
            if how.inline and name not in flat:
                inner = {
                    path.partition(".")[2]: value
                    for path, value in values.items()
                    if path.startswith(f"{name}.")
                }
                flat[name] = self.build(INLINE[how.kind], inner, node)
        if any(field.name == "place" for field in attrs.fields(cls)):  # type: ignore[arg-type]
            flat.setdefault("place", node.place)
        return cls(**flat)


def nearest_of(word: str, known: Iterable[str]) -> str:
    """The nearest of the known words, or all of them."""
    with suppress(ValueError):
        return nearest(word, known)
    return ""


def and_(words: Iterable[str]) -> str:
    """The words, each quoted, as a sentence lists them."""
    *most, last = [repr(word) for word in words]
    return f"{', '.join(most)} and {last}" if most else last


NAME: Final = Written(Kind.NAME, "name")
ROWS: Final = Written(Kind.TIMESHEET_ROWS, "rows")
NOTHING_SPECIAL: Final = Written(Kind.FIELDS, "entry")

METHODS: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "text",
    Kind.NAME: "name",
    Kind.BLOCK: "block",
    Kind.NEW_BLOCK: "new_block",
    Kind.LABEL: "label",
    Kind.DATE: "date",
    Kind.HOURS: "hours",
    Kind.DURATION: "duration",
    Kind.NUMBER: "number",
    Kind.FLAG: "flag",
    Kind.CHOICE: "choice",
    Kind.LABELS: "labels",
    Kind.ORDER: "order",
    Kind.SETTINGS: "settings",
    Kind.PREFERENCES: "preferences",
    Kind.ENTRY: "list_entry",
    Kind.FIELDS: "block_fields",
    Kind.ROWS: "rows",
    Kind.SELECTOR: "selector",
    Kind.ANCHOR: "anchor",
    Kind.FAULTS: "faults",
    Kind.DURING: "during",
    Kind.STEP_LISTS: "step_lists",
    Kind.EXPECTATIONS: "expectations",
    Kind.TIMESHEET_ROWS: "timesheet_rows",
}
"""Which method of the reading reads a kind; some are in ``part_reading`` and ``step_reading``."""
