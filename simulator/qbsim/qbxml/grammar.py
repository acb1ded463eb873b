"""The grammar of one version: what is there, in which order, of which type."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import final

from attrs import evolve, frozen

from qbsim.errors import SimulatorGap, UsageProblem
from qbsim.qbxml.model import (
    UNBOUNDED,
    Aggregate,
    Attribute,
    Child,
    Choice,
    Every,
    Group,
    Particle,
    Sequence,
    SimpleType,
    Span,
    children_of,
)
from qbsim.qbxml.notation import MESSAGE_KINDS, notation, understand
from qbsim.qbxml.versions import COVERED, NOT_COVERED, Version

_STANDARD: Mapping[bool, str] = {True: "RequestAttributes", False: "ResponseAttributes"}


@final
@frozen
class Element:
    """A child in its place, as :meth:`Grammar.children` gives it.

    ``least``/``most`` count how often it may stand there (``most`` is None for "any number"); inside
    a choice ``least`` is 0, because another alternative may stand instead. ``type`` is None for an
    aggregate, which has children of its own.
    """

    name: str
    least: int
    most: int | None
    type: SimpleType | None
    span: Span

    @property
    def repeats(self) -> bool:
        return self.most is None or self.most > 1


@final
@frozen
class Content:
    """What one element of this version may hold: attributes, and children or a value."""

    name: str
    attributes: tuple[Attribute, ...] = ()
    particle: Particle | None = None
    type: SimpleType | None = None


@final
class Grammar:
    """qbXML as one version knows it; get one from :func:`grammar`."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self._contents: dict[str, Content] = {}

    def knows(self, name: str) -> bool:
        """Does this version have an element, aggregate or message of this name?"""
        return name in self._names

    @functools.cached_property
    def _names(self) -> frozenset[str]:
        """Everything that is reachable from the root in this version."""
        seen: set[str] = set()
        waiting = ["QBXML"]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(
                    child.name for child in children_of(self.content(name).particle) if child.type is None
                )
                seen.update(child.name for child in children_of(self.content(name).particle) if child.type)
        return frozenset(seen)

    def messages(self, kind: str) -> tuple[str, ...]:
        """The messages of one kind (``request``, ``response``, ``subscription-request``, ...)."""
        return tuple(name for name in notation().messages[kind] if self._span_of(name).holds(self.version))

    @property
    def requests(self) -> tuple[str, ...]:
        return self.messages("request")

    @property
    def responses(self) -> tuple[str, ...]:
        return self.messages("response")

    def children(self, name: str) -> tuple[Element, ...]:
        """The children of ``name`` in the order in which they must stand; raises UsageProblem if unknown."""
        if not self.knows(name):
            raise UsageProblem(f"qbXML {self.version} has no {name!r}.")
        return tuple(self._elements(self.content(name).particle, optional=False, repeated=False))

    def attributes(self, name: str) -> tuple[Attribute, ...]:
        """The attributes that ``name`` may carry, in QuickBooks' order."""
        return self.content(name).attributes

    def content(self, name: str) -> Content:
        """What the element ``name`` may hold in this version; KeyError if no version has it."""
        known = self._contents.get(name)
        if known is None:
            known = self._contents[name] = self._read(name)
        return known

    def type_of(self, parent: str, child: str) -> SimpleType | None:
        """The type of the leaf ``child`` inside ``parent``; None for an aggregate or a stranger."""
        return self._types_in(parent).get(child)

    @functools.cache  # noqa: B019 - grammars live as long as the process
    def _types_in(self, parent: str) -> Mapping[str, SimpleType]:
        return {
            child.name: kind
            for child in children_of(self.content(parent).particle)
            if (kind := child.type or self.content(child.name).type) is not None
        }

    # --- from the notation ----------------------------------------------------------------------

    def _span_of(self, name: str) -> Span:
        definition = _definition(name)
        return definition.span if isinstance(definition, Aggregate) else Span()

    def _read(self, name: str) -> Content:
        definition = _definition(name)
        if isinstance(definition, SimpleType):
            return Content(name, type=definition)
        attributes = definition.attributes
        if definition.kind in MESSAGE_KINDS:
            attributes = _group(_STANDARD[definition.kind.endswith("request")]).attributes + attributes
        held = tuple(attribute for attribute in attributes if attribute.span.holds(self.version))
        return Content(name, held, self._prune(Sequence(definition.items)))

    def _prune(self, particle: Particle) -> Particle | None:
        """``particle`` without what this version has not, groups opened; None if nothing is left."""
        match particle:
            case Child(span=span, most=most):
                return particle if most and span.holds(self.version) else None
            case Every(kind):
                return (
                    Choice(tuple(Child(name) for name in self.messages(kind)))
                    if self.messages(kind)
                    else None
                )
            case Group(name, least, most, span):
                opened = _group(name)
                return self._prune(Sequence(opened.items, least, most, span))
        if not particle.most or not particle.span.holds(self.version):
            return None
        kept = tuple(item for each in particle.items if (item := self._prune(each)) is not None)
        return _simplest(evolve(particle, items=kept))

    def _elements(self, particle: Particle | None, *, optional: bool, repeated: bool) -> Iterator[Element]:
        match particle:
            case Child(name, least, most, local, span):
                kind = local or self.content(name).type
                many = repeated or most == UNBOUNDED
                yield Element(name, 0 if optional else least, None if many else most, kind, span)
            case Sequence(items, least, most) | Choice(items, least, most):
                optional = optional or not least or isinstance(particle, Choice)
                for item in items:
                    yield from self._elements(item, optional=optional, repeated=repeated or most > 1)


def _simplest(particle: Sequence | Choice) -> Particle | None:
    """Flattened: a choice of choices is one choice, a sequence in a sequence too, one item stands alone."""
    same = type(particle)
    items: list[Particle] = []
    for item in particle.items:
        if isinstance(item, same) and item.least == item.most == 1:
            items.extend(item.items)
        else:
            items.append(item)
    if not items:
        return None
    if len(items) == 1 and particle.least == particle.most == 1:
        return items[0]
    return evolve(particle, items=tuple(items))


@functools.cache
def _definition(name: str) -> Aggregate | SimpleType:
    return understand(notation().elements[name])


@functools.cache
def _group(name: str) -> Aggregate:
    group = understand(notation().groups[name])
    assert isinstance(group, Aggregate)  # noqa: S101 - a group is never a leaf
    return group


@functools.cache
def grammar(version: Version) -> Grammar:
    """The grammar of one version.

    Raises :class:`SimulatorGap` for a version that QuickBooks speaks and no facts cover, and
    :class:`UsageProblem` for one that does not exist.
    """
    if version in COVERED:
        return Grammar(version)
    covered = f"Covered are {COVERED[0]} to 14.0 and {COVERED[-1]}."
    if version in NOT_COVERED:
        raise SimulatorGap(
            f"qbXML {version} exists, but no schema of it was found to judge by.", cure=covered
        )
    raise UsageProblem(f"There is no qbXML {version}.", cure=covered)
