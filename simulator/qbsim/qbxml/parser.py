"""The one XML parser of the house: no DTD, no entities, no network, bounded in size and depth.

Whatever is handed in, the answer is a tree or a :class:`StructureRefused` with a reason; QuickBooks
answers 0x80040400 to all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final, final
from xml.parsers import expat

from attrs import frozen
from lxml import etree

from qbsim.qbxml.refusals import Refusal, StructureRefused

MAX_CHARACTERS: Final = 8 * 1024 * 1024
"""The longest document that is read. Not QuickBooks' limit, which is unknown: ours, to stay bounded."""

MAX_DEPTH: Final = 64
"""qbXML nests eleven deep."""

_ENCODINGS: Final = frozenset(
    ("utf-8", "us-ascii", "ascii", "iso-8859-1", "latin-1", "windows-1252", "cp1252")
)
"""What a document in bytes may declare. UTF-16 needs a byte-order mark, which is refused."""

_DECLARATION: Final = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

_PARSER: Final = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    remove_comments=True,
)
"""Comments go, so that the text of an element is in one piece."""


def parse(text: str | bytes) -> etree._Element:
    """The root element of ``text``.

    Bytes are decoded as they declare; a ``str`` is taken as it is, whatever it declares (a SOAP
    message has decoded it already). Raises :class:`StructureRefused`.
    """
    return parse_bytes(utf8(text))


def utf8(text: str | bytes) -> bytes:
    """``text`` as UTF-8; refuses what is too long, marked, or not in the encoding that it claims."""
    if isinstance(text, bytes):
        if len(text) > MAX_CHARACTERS:
            raise _too_long(len(text))
        return _from_bytes(text)
    if len(text) > MAX_CHARACTERS:
        raise _too_long(len(text))
    if text.startswith("\ufeff"):
        raise _marked()
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise _refused(
            "encoding",
            f"a lone surrogate at character {error.start + 1}",
            "The text holds half of a character; send the whole one.",
        ) from None


def parse_bytes(data: bytes) -> etree._Element:
    """The root element of UTF-8 ``data`` (see :func:`utf8`)."""
    doubtful = b"!" in data and b"<!DOCTYPE" in data  # one letter is found ten times as fast
    if doubtful:
        _refuse_doctype(data)
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        raise StructureRefused(_syntax(error, data)) from None
    if doubtful and root.getroottree().docinfo.internalDTD is not None:
        before = data[: data.index(b"<!DOCTYPE")]
        raise _doctype(before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
    return root


def _from_bytes(data: bytes) -> bytes:
    if data.startswith(_BYTE_ORDER_MARKS):
        raise _marked()
    declared = _DECLARATION.match(data)
    encoding = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    if encoding not in _ENCODINGS:
        raise _refused(
            "encoding",
            f"encoding {encoding!r}",
            'Save the document as UTF-8 and declare encoding="utf-8".',
            line=1,
            column=1,
            allowed=("utf-8", "us-ascii", "iso-8859-1", "windows-1252"),
        )
    try:
        return data if encoding == "utf-8" and data.decode() is not None else data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise _refused(
            "encoding",
            f"byte 0x{data[error.start]:02X}",
            f"The document says that it is {encoding}, and this byte is not. "
            "Write it in the encoding that it declares.",
            line=line,
            column=column,
        ) from None


# --- reasons ------------------------------------------------------------------------------------


def _refused(rule: str, found: str, likely: str, **more: object) -> StructureRefused:
    return StructureRefused(Refusal("structure", f"qbxml.{rule}", found, likely, **more))  # type: ignore[arg-type]


def _too_long(length: int) -> StructureRefused:
    return _refused(
        "size",
        f"{length:,} characters",
        f"The document is longer than the {MAX_CHARACTERS:,} characters that are read here. "
        "Split the message set.",
    )


def _marked() -> StructureRefused:
    return _refused(
        "byte-order-mark",
        "a byte-order mark",
        "The document begins with a byte-order mark; it must begin with `<?xml`. "
        "Save it as UTF-8 without a mark.",
        line=1,
        column=1,
    )


def _doctype(line: int, column: int) -> StructureRefused:
    return _refused(
        "dtd",
        "a document type declaration",
        "qbXML has no DTD, and none is read here, nor the entities in it. Remove the `<!DOCTYPE …>`.",
        line=line,
        column=column,
    )


def _refuse_doctype(data: bytes) -> None:
    """Refuse a document type declaration; the words may stand in a CDATA section, which is harmless.

    Before lxml reads a word of it. Where expat stops because it knows fewer letters, lxml goes on: it
    opens no entity and fetches nothing, and the tree tells that there was a DTD.
    """

    def found(*_: object) -> None:
        raise _doctype(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = found
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return


_SYNTAX: Final = (
    (
        ("ERR_DOCUMENT_END",),
        re.compile("Extra content"),
        "second-root",
        "Something stands behind the end of the root element. One document has one <QBXML>.",
    ),
    (
        ("ERR_DOCUMENT_EMPTY",),
        re.compile(""),
        "not-well-formed",
        "There is no element in this document; it must begin with `<?xml` and hold one <QBXML>.",
    ),
    (
        ("ERR_RESERVED_XML_NAME",),
        re.compile(""),
        "prolog-late",
        "`<?xml …?>` must be the very first thing in the document, and stand there once. "
        "Remove what stands before it, or the second one.",
    ),
    (
        (
            "ERR_TAG_NOT_FINISHED",
            "ERR_ATTRIBUTE_NOT_FINISHED",
            "ERR_GT_REQUIRED",
            "ERR_DOCUMENT_END",
            "ERR_CDATA_NOT_FINISHED",
            "ERR_LTSLASH_REQUIRED",
        ),
        re.compile(""),
        "truncated",
        "The document ends in the middle of an element. Was it cut off on its way?",
    ),
    (
        ("ERR_TAG_NAME_MISMATCH",),
        re.compile(""),
        "not-well-formed",
        "An element is closed under another name than it was opened. "
        "Close each with its own name, inside out.",
    ),
    (
        ("ERR_UNDECLARED_ENTITY", "WAR_UNDECLARED_ENTITY"),
        re.compile(""),
        "entity",
        "qbXML knows only &lt; &gt; &amp; &quot; &apos; and &#NNN;. "
        "Write the character itself, or its number.",
    ),
    (
        ("ERR_NAME_REQUIRED", "ERR_ENTITYREF_SEMICOL_MISSING"),
        re.compile("EntityRef|xmlParseEntityRef|semicol"),
        "not-well-formed",
        "A bare `&` stands in the text. Write it as `&amp;`.",
    ),
    (
        ("ERR_NAME_REQUIRED", "ERR_LT_IN_ATTRIBUTE"),
        re.compile(""),
        "not-well-formed",
        "A bare `<` stands in a value, or a name begins with a character that no name may begin with. "
        "In a value, write `<` as `&lt;`.",
    ),
    (
        ("ERR_MISPLACED_CDATA_END",),
        re.compile(""),
        "not-well-formed",
        "`]]>` stands in the text. Write it as `]]&gt;`.",
    ),
    (
        ("ERR_ATTRIBUTE_NOT_STARTED", "ERR_ATTRIBUTE_WITHOUT_VALUE", "ERR_SPACE_REQUIRED"),
        re.compile("AttValue|mandates value|attributes construct"),
        "not-well-formed",
        'An attribute is written `name="value"`: with quotes, and a blank before the next one.',
    ),
    (
        ("ERR_ATTRIBUTE_REDEFINED",),
        re.compile(""),
        "not-well-formed",
        "An attribute stands twice in one tag. Remove one of them.",
    ),
    (
        ("ERR_UNKNOWN_VERSION", "ERR_VERSION_MISSING", "ERR_STRING_NOT_STARTED", "ERR_XMLDECL_NOT_FINISHED"),
        re.compile(""),
        "not-well-formed",
        'The XML declaration is not right. Write `<?xml version="1.0" encoding="utf-8"?>`.',
    ),
    (
        ("ERR_INVALID_CHAR", "ERR_INVALID_CHARREF", "ERR_INVALID_HEX_CHARREF", "ERR_INVALID_DEC_CHARREF"),
        re.compile(""),
        "character",
        "A character stands here that XML does not allow (a NUL or another control character). Remove it.",
    ),
    (
        ("ERR_NAME_TOO_LONG", "ERR_RESOURCE_LIMIT", "ERR_ENTITY_LOOP"),
        re.compile(""),
        "depth",
        "The document is nested or sized beyond every qbXML document.",
    ),
    (
        ("NS_ERR_UNDEFINED_NAMESPACE",),
        re.compile(""),
        "namespace",
        "qbXML has no namespaces. Write the names without a prefix.",
    ),
)
"""libxml2's error codes in words: codes, pattern of the message, rule, the likely mistake."""


def _syntax(error: etree.XMLSyntaxError, data: bytes) -> Refusal:
    said = (error.msg or "").split(", line ")[0].strip()
    line, column = error.position
    first: Any = error  # the stubs do not know its code
    code = next((entry.type_name for entry in first.error_log if entry.type == first.code), "")
    if b"\x00" in data:
        line, column = data.count(b"\n", 0, data.index(b"\x00")) + 1, 0
        code = "ERR_INVALID_CHAR"
        column = data.index(b"\x00") - data.rfind(b"\n", 0, data.index(b"\x00"))
    rule, likely = "not-well-formed", f"The document is not well-formed XML: {said}."
    for codes, message, its_rule, sentence in _SYNTAX:
        if code in codes and message.search(said):
            rule, likely = its_rule, sentence
            break
    if data.lstrip().startswith(b"&lt;"):
        likely = "The document was escaped once too often: it begins with `&lt;`. Send it with `<` and `>`."
    if "depth" in said.lower():
        rule, likely = "depth", f"The document nests deeper than the {MAX_DEPTH} levels that are read here."
    return Refusal("structure", f"qbxml.{rule}", said, likely, line=line or 1, column=max(column, 1))


# --- where things stand -------------------------------------------------------------------------


@final
@frozen
class Spot:
    """Where a start tag begins; both count from 1."""

    line: int
    column: int


def spots(
    data: bytes, root: etree._Element, wanted: Collection[etree._Element]
) -> dict[etree._Element, Spot]:
    """The places of the ``wanted`` elements of ``root``, which was parsed from ``data``.

    lxml keeps lines only, so expat reads the text again. It knows an older edition of XML, with fewer
    letters in names: where it stops, the lines have to do. Raises :class:`StructureRefused` below
    :data:`MAX_DEPTH`.
    """
    numbers = {at: element for at, element in enumerate(root.iter(etree.Element)) if element in wanted}
    found: dict[etree._Element, Spot] = {}
    seen = depth = 0

    def start(*_: object) -> None:
        nonlocal depth, seen
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep(Spot(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1))
        if seen in numbers:
            found[numbers[seen]] = Spot(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
        seen += 1

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        for element in wanted:
            line: Any = element.sourceline
            found.setdefault(element, Spot(line or 1, 1))
    return found


def _too_deep(spot: Spot) -> StructureRefused:
    return _refused(
        "depth",
        f"{MAX_DEPTH + 1} levels",
        f"The document nests deeper than the {MAX_DEPTH} levels that are read here.",
        line=spot.line,
        column=spot.column,
    )
