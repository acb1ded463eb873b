"""The one way into this package for XML that others wrote: no DTD, no entities, no network, a size limit."""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from qbharness.servers.problems import BadInput, TooLarge

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of the largest document that is read. One Work Block's answer has about 2,000."""

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(text: str | bytes) -> etree._Element:
    """Parse a document; a text's own encoding declaration is ignored, since it is decoded already.

    Raises BadInput when it is not XML, or has a document type declaration.
    """
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(data) > LARGEST:
        raise TooLarge(f"The document is larger than {LARGEST} bytes.")
    parser = etree.XMLParser(
        encoding="utf-8" if isinstance(text, str) else None,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise BadInput(f"The document is not well-formed XML: {problem}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadInput("The document has a document type declaration, which is not read.")
    return root


def name_of(element: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def text_of(element: etree._Element | None) -> str:
    """The text inside, without that of children; empty for None."""
    return "" if element is None else (element.text or "")


def is_text(value: str) -> bool:
    """Whether XML can carry every character of ``value``."""
    return _NOT_XML.search(value) is None


def quote(value: str) -> str:
    """Escaped for element content and for attributes in double quotes, in ASCII.

    Characters beyond ASCII become references, so that no declared or guessed encoding can change
    them on their way into QuickBooks; so do line breaks, which parsers are allowed to rewrite.
    """
    escaped = escape(value, {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
    return escaped.encode("ascii", "xmlcharrefreplace").decode("ascii")
