"""The grammar made ready for the engine: which children an object has, and what each value becomes.

``shape(version, "CustomerAdd")`` reads a request into :data:`Values`; ``shape(version,
"CustomerRet")`` writes an answer in the order of that version. No object has code of its own here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, final

from attrs import field, frozen
from lxml import etree

from qbsim.qbxml.grammar import Grammar, grammar
from qbsim.qbxml.model import Choice, Particle, Sequence, children_of
from qbsim.qbxml.versions import Version
from qbsim.quickbooks.journal import Values

_REF_CHILDREN: Final = ({"ListID", "FullName"}, {"ListID"})


def _boolean(text: str) -> str:
    return {"1": "true", "0": "false"}.get(text, text)


def _amount(text: str) -> str:
    try:
        return f"{Decimal(text):.2f}"
    except InvalidOperation:
        return text


NORMALISERS: Final[Mapping[str, Callable[[str], str]]] = {
    "BOOLTYPE": _boolean,
    "AMTTYPE": _amount,
}
"""How QuickBooks writes back what it was told, by type; other types come back as they were."""


@final
@frozen
class Node:
    """One element in its place: a leaf, a reference, or an aggregate with ``nodes``."""

    name: str
    required: bool
    repeats: bool
    is_ref: bool
    normalise: Callable[[str], str] | None
    nodes: tuple[Node, ...] = ()
    by_name: Mapping[str, Node] = field(factory=dict, repr=False)
    rivals: Mapping[str, frozenset[str]] = field(factory=dict, repr=False)
    """Of two alternatives only one can stand: each name with those that exclude it."""


@functools.cache
def shape(version: Version, name: str) -> Node:
    """The element ``name`` with all that it may hold in ``version``."""
    return _node(grammar(version), name, required=False, repeats=False)


def _node(language: Grammar, name: str, *, required: bool, repeats: bool) -> Node:
    children = language.children(name)
    nodes = tuple(
        Node(
            child.name,
            child.least > 0,
            child.repeats,
            is_ref=False,
            normalise=NORMALISERS.get(child.type.name),
        )
        if child.type is not None
        else _node(language, child.name, required=child.least > 0, repeats=child.repeats)
        for child in children
    )
    names = {node.name for node in nodes}
    by_name = {node.name: node for node in nodes}
    is_ref = name.endswith("Ref") and names in _REF_CHILDREN
    rivals = dict(_rivals(language.content(name).particle))
    return Node(name, required, repeats, is_ref, None, nodes, by_name, rivals)


def _rivals(particle: Particle | None) -> Iterator[tuple[str, frozenset[str]]]:
    if isinstance(particle, Choice) and particle.most == 1:
        sides = [frozenset(child.name for child in children_of(item)) for item in particle.items]
        for side in sides:
            for name in side:
                yield name, frozenset().union(*sides) - side
    elif isinstance(particle, Sequence):
        for item in particle.items:
            yield from _rivals(item)


def read(element: etree._Element, node: Node) -> Values:
    """The values in a validated element. An empty leaf is ``""``, an empty aggregate ``{}``."""
    values: Values = {}
    by_name = node.by_name
    for child in element.iterchildren("*"):
        inner = by_name[child.tag]
        value: Any
        if inner.nodes:
            value = read(child, inner)
        else:
            value = child.text or ""
            if inner.normalise is not None:
                value = inner.normalise(value.strip())
        if inner.repeats:
            values.setdefault(inner.name, []).append(value)
        else:
            values[inner.name] = value
    return values


def write(parent: etree._Element, node: Node, values: Values) -> None:
    """Append what ``values`` hold to ``parent``, in the order of ``node``; the rest is left out."""
    for inner in node.nodes:
        value = values.get(inner.name)
        if value is None:
            continue
        for one in value if isinstance(value, list) else (value,):
            child = etree.SubElement(parent, inner.name)
            if isinstance(one, dict):
                write(child, inner, one)
            else:
                child.text = one
