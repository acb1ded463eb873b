"""The compiled schemas of each version, made in memory and kept for the process."""

from __future__ import annotations

import functools
from typing import Final, final

from lxml import etree

from qbsim.qbxml.grammar import Grammar, grammar
from qbsim.qbxml.versions import Version
from qbsim.qbxml.xsd import XsdWriter

LONG: Final = 256 * 1024
MANY: Final = 65_536
"""From this length in bytes and this number of tags on, a document is validated while it is parsed once more.

lxml's validation of a tree notes the path of every error, and a path counts the siblings before it: a
hostile document would take minutes. While parsing there are no paths; but there a text of a million
character references is put together piece by piece, which takes long too, so few tags stay with the tree."""


@final
class Gate:
    """One compiled schema."""

    def __init__(self, xsd: str) -> None:
        self.schema = etree.XMLSchema(etree.fromstring(xsd))
        self._reader = etree.XMLParser(
            schema=self.schema, encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False
        )

    def takes(self, root: etree._Element, data: bytes) -> bool:
        """Is ``root``, which was parsed from ``data``, valid?"""
        if len(data) < LONG or data.count(b"<") < MANY:
            return self.schema.validate(root)
        return self.complaint(data) is None

    def complaint(self, data: bytes) -> tuple[int, str] | None:
        """Line and words of the validator's first error in ``data``; None if it is valid."""
        try:
            etree.fromstring(data, self._reader)
        except etree.XMLSyntaxError as error:
            return error.position[0], error.msg or ""
        return None


@final
class Schemas:
    """The two gates of one version; each is compiled when it is first asked for.

    ``strict`` judges structure, values and the rules beyond the schema in one pass; ``structure`` has
    every value stripped and only decides which gate a refusal belongs to.
    """

    def __init__(self, of: Grammar) -> None:
        self.grammar = of

    @functools.cached_property
    def strict(self) -> Gate:
        return Gate(XsdWriter(self.grammar, beyond=True).whole())

    @functools.cached_property
    def structure(self) -> Gate:
        return Gate(XsdWriter(self.grammar, values=False).whole())


@functools.cache
def schemas(version: Version) -> Schemas:
    """The gates of ``version``; raises as :func:`qbsim.qbxml.grammar.grammar` does."""
    return Schemas(grammar(version))
