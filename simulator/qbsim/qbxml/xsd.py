"""Writes the grammar of one version as XSD: in memory for lxml, as four files for everybody else.

The files bear the names of Intuit's (``qbxmlops130.xsd`` includes the other three), so that a program
that loads the SDK's schemas loads ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, final
from xml.sax.saxutils import quoteattr

from attrs import frozen

from qbsim.qbxml.grammar import Content, Grammar
from qbsim.qbxml.model import UNBOUNDED, Attribute, Child, Choice, Particle, Sequence, SimpleType, children_of
from qbsim.qbxml.notation import type_named
from qbsim.qbxml.rules import LONGEST_REQUEST_ID, narrowed

_OPEN: Final = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">'
_ROOTS: Final = frozenset(
    ("QBXML", "QBXMLMsgsRq", "QBXMLMsgsRs", "QBXMLSubscriptionMsgsRq", "QBXMLSubscriptionMsgsRs")
)


@final
@frozen
class Names:
    """What the four files of one version are called."""

    types: str
    elements: str
    operations: str
    sign_on: str

    @classmethod
    def of(cls, digits: str) -> Names:
        return cls(
            f"qbxmltypes{digits}.xsd", f"qbxml{digits}.xsd", f"qbxmlops{digits}.xsd", f"qbxmlso{digits}.xsd"
        )


@final
class XsdWriter:
    """The schema of one grammar; ``values=False`` strips every facet, so that only structure is left.

    Stripped are the values of elements; the enumerations of attributes stay, they are structure.
    ``beyond=True`` builds in the rules that QuickBooks has and Intuit's XSDs have not.
    """

    def __init__(self, grammar: Grammar, *, values: bool = True, beyond: bool = False) -> None:
        self._grammar = grammar
        self._values = values
        self._beyond = beyond and values
        self._types: dict[SimpleType, str] = {}

    def whole(self, messages: Iterable[str] | None = None) -> str:
        """One schema; only what ``messages`` need, if given (names of requests and responses)."""
        wanted = None if messages is None else frozenset(messages)
        elements = [self._element(name, wanted) for name in self._reachable(wanted)]
        return "".join((_OPEN, *self._type_definitions(), *elements, "</xs:schema>"))

    def files(self) -> Mapping[str, str]:
        """File name to text, for :meth:`Names.of` this version."""
        names = Names.of(self._grammar.version.digits)
        operations, sign_on, elements = [], [], []
        for name in self._reachable(None):
            text = self._element(name, None) + "\n"
            if name.startswith("Signon"):
                sign_on.append(text)
            elif name in _ROOTS or name.endswith(("Rq", "Rs")):
                operations.append(text)
            else:
                elements.append(text)
        types = [text + "\n" for text in self._type_definitions()]
        return {
            names.types: self._file(types),
            names.elements: self._file(elements, names.types),
            names.sign_on: self._file(sign_on, names.elements),
            names.operations: self._file(operations, names.sign_on),
        }

    def _file(self, parts: Iterable[str], *includes: str) -> str:
        note = f"qbXML {self._grammar.version}, written by qbharness from its own grammar; not Intuit's file."
        included = "".join(f'<xs:include schemaLocation="{name}"/>\n' for name in includes)
        head = f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {note} -->\n{_OPEN}\n{included}'
        return f"{head}{''.join(parts)}</xs:schema>\n"

    # --- elements -------------------------------------------------------------------------------

    def _reachable(self, wanted: frozenset[str] | None) -> list[str]:
        seen: dict[str, None] = {"QBXML": None}
        for name in iter(waiting := ["QBXML"]):
            particle = self._content(name, wanted).particle
            for child in children_of(particle):
                if child.type is None and child.name not in seen:
                    seen[child.name] = None
                    waiting.append(child.name)
        return list(seen)

    def _content(self, name: str, wanted: frozenset[str] | None) -> Content:
        content = self._grammar.content(name)
        if wanted is None or not name.startswith(("QBXML", "Signon")) or name not in _MESSAGE_SETS:
            return content
        return Content(name, content.attributes, _only(content.particle, wanted))

    def _element(self, name: str, wanted: frozenset[str] | None) -> str:
        content = self._content(name, wanted)
        if content.type is not None:
            return f'<xs:element name="{name}" type="{self._type_name(content.type)}"/>'
        inside = "" if content.particle is None else self._model(content.particle, name)
        attributes = "".join(map(self._attribute, content.attributes))
        return f'<xs:element name="{name}"><xs:complexType>{inside}{attributes}</xs:complexType></xs:element>'

    def _model(self, particle: Particle, parent: str) -> str:
        """A whole content model: XSD wants a sequence or a choice at its top."""
        text = self._particle(particle, parent)
        return f"<xs:sequence>{text}</xs:sequence>" if isinstance(particle, Child) else text

    def _particle(self, particle: Particle, parent: str) -> str:
        match particle:
            case Child(name, least, most):
                local = self._local_type(parent, particle)
                if local is None:
                    return f'<xs:element ref="{name}"{_occurs(least, most)}/>'
                return f'<xs:element name="{name}" type="{self._type_name(local)}"{_occurs(least, most)}/>'
            case Sequence(items, least, most) | Choice(items, least, most):
                word = "sequence" if isinstance(particle, Sequence) else "choice"
                inside = "".join(self._particle(item, parent) for item in items)
                return f"<xs:{word}{_occurs(least, most)}>{inside}</xs:{word}>"
        raise AssertionError(particle)

    def _local_type(self, parent: str, child: Child) -> SimpleType | None:
        """The type of a leaf whose own definition does not say it all."""
        if not self._beyond:
            return child.type
        kind = child.type or self._grammar.content(child.name).type
        if kind is None:
            return None
        narrow = narrowed(parent, child, kind)
        return child.type if narrow is kind else narrow

    # --- types and attributes -------------------------------------------------------------------

    def _attribute(self, attribute: Attribute) -> str:
        use = ' use="required"' if attribute.required else ""
        default = f' default="{attribute.default}"' if attribute.default else ""
        head = f'<xs:attribute name="{attribute.name}"{use}{default}'
        if attribute.type.values:
            return f"{head}>{_simple(_restriction('xs:string', _facets(attribute.type)))}</xs:attribute>"
        if self._beyond and attribute.name == "requestID":
            longest = f'<xs:maxLength value="{LONGEST_REQUEST_ID}"/>'
            return f"{head}>{_simple(_restriction('xs:string', longest))}</xs:attribute>"
        base = attribute.type.base if self._values else "string"
        return f'{head} type="xs:{base}"/>'

    def _type_name(self, kind: SimpleType) -> str:
        name = self._types.get(kind)
        if name is None:
            same = sum(1 for known in self._types if known.name == kind.name)
            plain = kind.name if not _is_local(kind) else f"{kind.name}.{same + 1}"
            name = self._types[kind] = plain
        return name

    def _type_definitions(self) -> Iterator[str]:
        if not self._types:
            self._name_all_types()
        for kind, name in self._types.items():
            yield self._type_definition(kind, name)

    def _name_all_types(self) -> None:
        for name in self._reachable(None):
            self._element(name, None)

    def _type_definition(self, kind: SimpleType, name: str) -> str:
        if kind.macro:
            base = self._anonymous(kind)
            return (
                f'{_simple(base, name=name + ".value")}<xs:complexType name="{name}"><xs:simpleContent>'
                f'<xs:extension base="{name}.value"><xs:attribute name="useMacro" type="xs:string"/>'
                "</xs:extension></xs:simpleContent></xs:complexType>"
            )
        return _simple(self._anonymous(kind), name=name)

    def _anonymous(self, kind: SimpleType) -> str:
        return _value_type(kind) if self._values else _restriction("xs:string", "")


_MESSAGE_SETS: Final = _ROOTS - {"QBXML"} | {"SignonMsgsRq", "SignonMsgsRs"}


def _only(particle: Particle | None, wanted: frozenset[str]) -> Particle | None:
    """The choice of a message set, cut down to the messages that are wanted."""
    if particle is None:
        return None
    kept = tuple(child for child in children_of(particle) if child.name in wanted)
    return Choice(kept, 0, UNBOUNDED) if kept else None


def _is_local(kind: SimpleType) -> bool:
    """Does ``kind`` differ from the SDK's type of its name?"""
    return kind != type_named(kind.name)


def simple_type_schema(kind: SimpleType) -> str:
    """A schema whose one element, ``value``, has the type ``kind``."""
    inside = _value_type(kind)
    return f'{_OPEN}<xs:element name="value">{_simple(inside)}</xs:element></xs:schema>'


def _value_type(kind: SimpleType) -> str:
    plain = _restriction(f"xs:{kind.base}", _facets(kind))
    if not kind.or_empty:
        # libxml2 drops the blanks around a date, as XML Schema demands, in a member of a union only
        return plain if kind.base != "date" else f"<xs:union>{_simple(plain)}</xs:union>"
    empty = _restriction("xs:token", '<xs:enumeration value=""/>')
    return f"<xs:union>{_simple(plain)}{_simple(empty)}</xs:union>"


def _simple(inside: str, *, name: str = "") -> str:
    named = f' name="{name}"' if name else ""
    return f"<xs:simpleType{named}>{inside}</xs:simpleType>"


def _restriction(base: str, facets: str) -> str:
    return f'<xs:restriction base="{base}">{facets}</xs:restriction>'


def _facets(kind: SimpleType) -> str:
    facets = [f"<xs:enumeration value={quoteattr(value)}/>" for value in kind.values]
    if kind.pattern is not None:
        facets.append(f"<xs:pattern value={quoteattr(kind.pattern)}/>")
    for word, bound in (
        ("maxLength", kind.longest),
        ("minInclusive", kind.least),
        ("maxInclusive", kind.most),
    ):
        if bound is not None:
            facets.append(f'<xs:{word} value="{bound}"/>')
    return "".join(facets)


def _occurs(least: int, most: int) -> str:
    text = "" if least == 1 else f' minOccurs="{least}"'
    if most == UNBOUNDED:
        return text + ' maxOccurs="unbounded"'
    return text if most == 1 else f'{text} maxOccurs="{most}"'
