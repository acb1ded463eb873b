"""Reads ``schemas/qbxml/**/*.grammar``: the notation is described in the README beside the files.

Reading happens in two steps, because a process seldom needs more than a few messages: the files are
cut into blocks by name (a few milliseconds), a block is understood when somebody asks for it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, final

from attrs import evolve, field, frozen

from qbsim.errors import InternalProblem
from qbsim.qbxml.model import (
    ALWAYS,
    UNBOUNDED,
    Aggregate,
    Attribute,
    Child,
    Choice,
    Definition,
    Every,
    Group,
    Particle,
    Sequence,
    SimpleType,
    Span,
)
from qbsim.qbxml.versions import Version
from qbsim.resources import data_path

MESSAGE_KINDS: Final = (
    "request",
    "response",
    "subscription-request",
    "subscription-response",
    "signon-request",
    "signon-response",
)
_KEYWORDS: Final = frozenset((*MESSAGE_KINDS, "group", "type"))
_NAME: Final = re.compile(r"(@|%)?(\w+)([?*+]|\{\d+,\d+\})?")
_OCCURS: Final[Mapping[str, tuple[int, int]]] = {
    "": (1, 1),
    "?": (0, 1),
    "*": (0, UNBOUNDED),
    "+": (1, UNBOUNDED),
}


@final
@frozen
class Block:
    """The lines of one definition, not understood yet."""

    kind: str
    name: str
    head: str
    body: tuple[str, ...]
    file: Path
    line: int


@final
@frozen
class Notation:
    """Every block of the grammar by name; groups and types have name spaces of their own."""

    elements: Mapping[str, Block]
    groups: Mapping[str, Block]
    types: Mapping[str, Block]
    messages: Mapping[str, tuple[str, ...]] = field(factory=dict)
    """Kind of message to the names in the order of the files."""


@functools.cache
def notation() -> Notation:
    """The grammar of this installation."""
    return read_folder(data_path("schemas", "qbxml"))


def read_folder(folder: Path) -> Notation:
    """Cut every grammar file under ``folder`` into blocks; a name defined twice is an error of ours."""
    found: dict[str, dict[str, Block]] = {"element": {}, "group": {}, "type": {}}
    messages: dict[str, list[str]] = {kind: [] for kind in MESSAGE_KINDS}
    for file in sorted(folder.rglob("*.grammar")):
        for block in _blocks(file):
            space = found.get(block.kind, found["element"])
            if block.name in space:
                raise _broken(block, f"{block.name} is defined twice")
            space[block.name] = block
            if block.kind in messages:
                messages[block.kind].append(block.name)
    return Notation(
        found["element"],
        found["group"],
        found["type"],
        {kind: tuple(names) for kind, names in messages.items()},
    )


def _blocks(file: Path) -> Iterator[Block]:
    head, body, start = "", [], 0
    for number, line in enumerate((*file.read_text("utf-8").splitlines(), "end"), 1):
        if line.startswith(" "):
            body.append(line)
        elif line and not line.startswith("#"):
            if head:
                yield _block(head, tuple(body), file, start)
            head, body, start = line, [], number


def _block(head: str, body: tuple[str, ...], file: Path, line: int) -> Block:
    first, *rest = head.split(None, 2)
    if first in _KEYWORDS:
        return Block(first, rest[0], rest[1] if len(rest) > 1 else "", body, file, line)
    return Block("", first, " ".join(rest), body, file, line)


def _broken(block: Block, why: str) -> InternalProblem:
    return InternalProblem(f"{block.file}:{block.line}: {why}.")


# --- understanding a block ----------------------------------------------------------------------


@functools.cache
def type_named(name: str) -> SimpleType:
    """One of the types of ``types.grammar``."""
    block = notation().types[name]
    head, _, pattern = block.head.partition(" pattern ")
    words = head.split()
    base, _, empty = words[0].partition("|")
    longest = next((int(word[2:]) for word in words if word.startswith("<=")), None)
    return SimpleType(
        name,
        base,
        or_empty=empty == "empty",
        longest=longest,
        pattern=pattern.strip() or None,
        macro="@useMacro" in words,
    )


def understand(block: Block) -> Definition:
    """What ``block`` defines: a leaf's type, or an aggregate, group or message."""
    if block.kind == "" and block.head:
        values = " ".join(line.strip() for line in block.body).replace(" ", "").lstrip("|")
        return _typed([*block.head.split(), *([values] if values else [])], block)[0]
    words = block.head.split()
    lines = [(len(line) - len(line.lstrip()), line.split()) for line in block.body if line.strip()[:1] != "#"]
    items, attributes = _level(iter(_Lines(lines)), block)
    return Aggregate(block.name, block.kind, tuple(items), tuple(attributes), _span(words, block))


class _Lines:
    """The lines of a block as a tree: each with those that are indented below it."""

    def __init__(self, lines: list[tuple[int, list[str]]]) -> None:
        self.lines = lines

    def __iter__(self) -> Iterator[tuple[list[str], _Lines]]:
        at = 0
        while at < len(self.lines):
            depth, words = self.lines[at]
            end = at + 1
            while end < len(self.lines) and self.lines[end][0] > depth:
                end += 1
            yield words, _Lines(self.lines[at + 1 : end])
            at = end


def _level(lines: Iterator[tuple[list[str], _Lines]], block: Block) -> tuple[list[Particle], list[Attribute]]:
    items: list[Particle] = []
    attributes: list[Attribute] = []
    for words, below in lines:
        match = _NAME.fullmatch(words[0])
        if match is None:
            raise _broken(block, f"{words[0]!r} is not a name")
        sigil, name, occurs = match[1] or "", match[2], match[3] or ""
        if sigil == "@":
            attributes.append(_attribute(name, required=not occurs, words=words[1:], block=block))
            continue
        if sigil == "" and name == "every":
            items.append(Every(words[1]))
            continue
        least, most = _occurs(occurs)
        if sigil == "%":
            attributes.extend(_attributes_of_group(name))
            items.append(Group(name, least, most, _span(words[1:], block)))
        elif name in _NESTED:
            nested, _ = _level(iter(below), block)
            items.append(_NESTED[name](tuple(nested), least, most, _span(words[1:], block)))
        else:
            local, rest = _typed(words[1:], block) if words[1:] and words[1] != "since" else (None, words[1:])
            items.append(Child(name, least, most, local, _span(rest, block)))
    return items, attributes


_NESTED: Final[Mapping[str, Callable[..., Sequence | Choice]]] = {"choice": Choice, "sequence": Sequence}


@functools.cache
def _attributes_of_group(name: str) -> tuple[Attribute, ...]:
    group = understand(notation().groups[name])
    return group.attributes if isinstance(group, Aggregate) else ()


def _occurs(text: str) -> tuple[int, int]:
    if text in _OCCURS:
        return _OCCURS[text]
    least, most = text[1:-1].split(",")
    return int(least), int(most)


def _attribute(name: str, *, required: bool, words: list[str], block: Block) -> Attribute:
    kind, rest = _typed(words, block)
    default = None
    if rest[:1] == ["default"]:
        default, rest = rest[1], rest[2:]
    return Attribute(name, kind, required, default, _span(rest, block))


def _typed(words: list[str], block: Block) -> tuple[SimpleType, list[str]]:
    """The type that ``words`` begin with, and the words behind it."""
    name, _, longest = words[0].partition("<=")
    if name not in notation().types:
        raise _broken(block, f"there is no type {name!r}")
    kind = type_named(name)
    if longest:
        kind = evolve(kind, longest=int(longest))
    at = 1
    while at < len(words) and words[at] not in {"since", "until", "now", "default"}:
        word = words[at]
        if word.startswith(">="):
            kind = evolve(kind, least=int(word[2:]))
        elif word.startswith("<="):
            kind = evolve(kind, most=int(word[2:]))
        else:
            kind = evolve(kind, values=tuple(word.split("|")))
        at += 1
    return kind, words[at:]


def _span(words: list[str], block: Block) -> Span:
    if not words:
        return ALWAYS
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    if not pairs.keys() <= {"since", "until", "now"}:
        raise _broken(block, f"{' '.join(words)!r} is not understood")
    since, until = pairs.get("since"), pairs.get("until")
    return Span(
        Version.parse(since) if since else None, Version.parse(until) if until else None, pairs.get("now")
    )
