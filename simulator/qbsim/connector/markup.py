"""Reads XML that comes from outside: no DTD, no entities, no network, bounded in size and depth.

Apart from the parser of qbXML because a reply is read as .NET's reader reads it (a byte-order mark and
every encoding are welcome) and because nothing of it is explained to its author.
"""

from __future__ import annotations

from typing import Final, cast

from lxml import etree

LIMIT: Final = 64 * 1024 * 1024
"""Bytes; libxml2 itself refuses more than 256 levels."""


class BadMarkup(Exception):
    """It is not XML that is read here; ``line`` is where (0: not known)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.line = line


def parse(raw: bytes, *, encoding: str | None = None) -> etree._Element:
    """The root of a document; comments and processing instructions are left out.

    ``encoding`` counts more than what the document says of itself.
    """
    if len(raw) > LIMIT:
        raise BadMarkup(f"It is longer than {LIMIT} bytes.")
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as problem:
        raise BadMarkup(str(problem.msg), problem.lineno or 0) from None
    except (ValueError, LookupError) as problem:
        raise BadMarkup(str(problem)) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadMarkup("It declares a document type.", 1)
    return root


def text(element: etree._Element) -> str:
    """All text inside an element."""
    return "".join(cast("list[str]", list(element.itertext())))


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def line(element: etree._Element) -> int:
    """The line on which an element starts, from 1."""
    return cast("int | None", element.sourceline) or 1
