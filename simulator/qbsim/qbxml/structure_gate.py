"""The first gate, in words: finds the first break of structure and the likely mistake behind it.

lxml decides; this module explains. It walks the document with the grammar beside it and stops at the
first element, attribute or text that may not stand where it does.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final, final

from attrs import frozen
from lxml import etree

from qbsim.qbxml.grammar import Content, Grammar, grammar
from qbsim.qbxml.matching import State, allowed, may_end, required, step
from qbsim.qbxml.misplaced import Case, Mistake, mistake_behind, newer
from qbsim.qbxml.model import Attribute
from qbsim.qbxml.versions import NEWEST

_BLANKS: Final = " \t\n\r"


@final
@frozen
class Break:
    """Where the structure breaks, and why."""

    element: etree._Element
    rule: str
    found: str
    likely: str
    allowed: tuple[str, ...] = ()


def first_break(root: etree._Element, of: Grammar) -> Break | None:
    """The first break of structure in ``root``, a QBXML element; None if there is none."""
    if etree.QName(root).namespace or root.nsmap:
        return _namespace(root)
    if root.tag != "QBXML":
        near = "Capitals count. " if str(root.tag).lower() == "qbxml" else ""
        return Break(
            root, "qbxml.unknown", f"`{root.tag}`", f"{near}The root element of qbXML is `QBXML`.", ("QBXML",)
        )
    return next(_breaks(root, of), None)


def _breaks(element: etree._Element, of: Grammar) -> Iterator[Break]:
    """Depth first, in document order. Descends only where the grammar knows the way: never deep."""
    content = of.content(str(element.tag))
    yield from _attribute_breaks(element, content, of)
    if content.type is not None:
        yield from _inside_a_leaf(element)
        return
    state: State = () if content.particle is None else (content.particle,)
    if (element.text or "").strip(_BLANKS):
        yield _text(element, element.text or "", state)
    seen: list[str] = []
    for child in element.iterchildren(etree.Element):
        if etree.QName(child).namespace or child.nsmap:
            yield _namespace(child)
        name = str(child.tag)
        after = step(state, name)
        if after is None:
            later = [str(other.tag) for other in child.itersiblings(etree.Element)]
            mistake = mistake_behind(Case(of, str(element.tag), name, seen, later, state))
            yield _from(child, mistake, allowed(state))
            return
        state = after
        seen.append(name)
        local = of.type_of(str(element.tag), name)
        if local is not None:
            yield from _leaf_breaks(child, local.macro)
        else:
            yield from _breaks(child, of)
        if (child.tail or "").strip(_BLANKS):
            yield _text(element, child.tail or "", state)
    if not may_end(state):
        yield _ends_too_early(element, required(state), allowed(state))


def _from(element: etree._Element, mistake: Mistake, names: tuple[str, ...]) -> Break:
    return Break(element, mistake.rule, f"`{element.tag}`", mistake.likely, mistake.allowed or names)


def _leaf_breaks(element: etree._Element, macro: bool) -> Iterator[Break]:
    for name in map(str, element.attrib):
        if not (macro and name == "useMacro"):
            yield Break(
                element,
                "qbxml.attribute",
                f"attribute `{name}`",
                f"`{element.tag}` has no attribute `{name}`. Remove it.",
                ("useMacro",) if macro else (),
            )
    yield from _inside_a_leaf(element)


def _inside_a_leaf(element: etree._Element) -> Iterator[Break]:
    for child in element.iterchildren(etree.Element):
        yield Break(
            child,
            "qbxml.text",
            f"`{child.tag}`",
            f"`{element.tag}` holds a value and no elements. Close it before `{child.tag}`.",
        )


def _ends_too_early(element: etree._Element, needed: tuple[str, ...], names: tuple[str, ...]) -> Break:
    one = f"`{needed[0]}`" if len(needed) == 1 else "one of " + ", ".join(f"`{name}`" for name in needed[:8])
    return Break(
        element,
        "qbxml.missing",
        f"the end of `{element.tag}`",
        f"{one[0].upper()}{one[1:]} is missing; add it before the end of `{element.tag}`.",
        names,
    )


def _text(element: etree._Element, text: str, state: State) -> Break:
    shown = " ".join(text.split())[:40]
    return Break(
        element,
        "qbxml.text",
        f"the text `{shown}`",
        f"Text stands directly inside `{element.tag}`, which holds elements only. "
        "Put it into the element that it belongs to, or remove it.",
        allowed(state),
    )


def _namespace(element: etree._Element) -> Break:
    return Break(
        element,
        "qbxml.namespace",
        f"`{element.tag}` with the namespace "
        f"{', '.join(repr(uri) for uri in sorted(map(str, element.nsmap.values())))}",
        "qbXML has no namespaces. Remove every `xmlns` attribute and write the names without a prefix.",
    )


# --- attributes ---------------------------------------------------------------------------------


def _attribute_breaks(element: etree._Element, content: Content, of: Grammar) -> Iterator[Break]:
    known = {attribute.name: attribute for attribute in content.attributes}
    for name in map(str, element.keys()):
        if name not in known:
            yield _unknown_attribute(element, name, tuple(known), of)
        elif known[name].type.values and element.get(name) not in known[name].type.values:
            yield _bad_attribute(element, known[name], str(element.get(name)))
    for attribute in content.attributes:
        if attribute.required and attribute.name not in element.attrib:
            values = attribute.type.values
            example = f', for example {attribute.name}="{values[-1]}"' if values else ""
            yield Break(
                element,
                "qbxml.attribute",
                f"`{element.tag}` without `{attribute.name}`",
                f"`{element.tag}` needs the attribute `{attribute.name}`{example}.",
                tuple(f'{attribute.name}="{each}"' for each in values) or (attribute.name,),
            )


def _unknown_attribute(element: etree._Element, name: str, known: tuple[str, ...], of: Grammar) -> Break:
    today = {attribute.name: attribute for attribute in grammar(NEWEST).attributes(str(element.tag))}
    since = today[name].span.since if name in today else None
    if since is not None and since > of.version:
        return Break(element, "qbxml.newer", f"attribute `{name}`", newer(name, since, of.version), known)
    folded = {each.lower(): each for each in known}
    near = folded.get(name.lower()) or next(iter(difflib.get_close_matches(name, known, n=1)), None)
    cure = f"Did you mean `{near}`?" if near else "Remove it."
    return Break(
        element,
        "qbxml.attribute",
        f"attribute `{name}`",
        f"`{element.tag}` has no attribute `{name}`. {cure}",
        known,
    )


def _bad_attribute(element: etree._Element, attribute: Attribute, value: str) -> Break:
    values = attribute.type.values
    folded = {each.lower(): each for each in values}
    near = folded.get(value.lower()) or next(iter(difflib.get_close_matches(value, values, n=1)), None)
    cure = f'write {attribute.name}="{near}"' if near else "it takes " + ", ".join(values)
    return Break(
        element,
        "qbxml.attribute",
        f'{attribute.name}="{value}"',
        f'`{attribute.name}` cannot be "{value}"; {cure}.',
        values,
    )
