"""The words of the grammar as frozen data: types, particles, attributes, definitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias, final

from attrs import frozen

from qbsim.qbxml.versions import Version

UNBOUNDED: Final = 1 << 30
"""The upper bound of ``*`` and ``+``."""


@final
@frozen
class SimpleType:
    """What may stand between the tags of a leaf, or inside an attribute.

    ``name`` is the SDK's word (``TIMEINTERVALTYPE``), ``base`` the XSD type under it.
    """

    name: str
    base: str
    or_empty: bool = False
    longest: int | None = None
    least: int | None = None
    most: int | None = None
    pattern: str | None = None
    values: tuple[str, ...] = ()
    macro: bool = False
    """May carry ``useMacro``."""


@final
@frozen
class Span:
    """The versions in which something exists. None: from before 2.0, or to this day."""

    since: Version | None = None
    until: Version | None = None
    now: str | None = None
    """What took its place."""

    def holds(self, version: Version) -> bool:
        return (self.since is None or self.since <= version) and (self.until is None or version <= self.until)


ALWAYS: Final = Span()


@final
@frozen
class Attribute:
    """One attribute of an element; ``required`` and ``default`` as in the grammar."""

    name: str
    type: SimpleType
    required: bool = False
    default: str | None = None
    span: Span = ALWAYS


@final
@frozen
class Child:
    """An element in its place. ``type`` is None when its own definition says what it is."""

    name: str
    least: int = 1
    most: int = 1
    type: SimpleType | None = None
    span: Span = ALWAYS


@final
@frozen
class Sequence:
    """These, in this order."""

    items: tuple[Particle, ...]
    least: int = 1
    most: int = 1
    span: Span = ALWAYS


@final
@frozen
class Choice:
    """One of these."""

    items: tuple[Particle, ...]
    least: int = 1
    most: int = 1
    span: Span = ALWAYS


@final
@frozen
class Group:
    """The children of a named group, in its place."""

    name: str
    least: int = 1
    most: int = 1
    span: Span = ALWAYS


@final
@frozen
class Every:
    """In a choice: every message of one kind."""

    kind: str


Particle: TypeAlias = Child | Sequence | Choice | Group | Every


@final
@frozen
class Aggregate:
    """An element with children, a message, or a group, as the grammar writes it.

    ``kind`` is ``""`` for an aggregate, ``group``, or the kind of message (``request``, ...).
    """

    name: str
    kind: str
    items: tuple[Particle, ...]
    attributes: tuple[Attribute, ...] = ()
    span: Span = ALWAYS


Definition: TypeAlias = Aggregate | SimpleType


def children_of(particle: Particle | None) -> Iterator[Child]:
    """Every child element in the order of the grammar, through choices and sequences."""
    match particle:
        case Child():
            yield particle
        case Sequence() | Choice():
            for item in particle.items:
                yield from children_of(item)
        case _:
            return
