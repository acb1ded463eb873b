"""The compiled schemas of each version, made in memory and kept for the process."""

from __future__ import annotations

import functools
from typing import final

from lxml import etree

from qbsim.qbxml.grammar import Grammar, grammar
from qbsim.qbxml.versions import Version
from qbsim.qbxml.xsd import XsdWriter


@final
class Schemas:
    """The two gates of one version; each is compiled when it is first asked for.

    ``strict`` judges structure, values and the rules beyond the schema in one pass; ``structure`` has
    every value stripped and only decides which gate a refusal belongs to.
    """

    def __init__(self, of: Grammar) -> None:
        self.grammar = of

    @functools.cached_property
    def strict(self) -> etree.XMLSchema:
        return compiled(XsdWriter(self.grammar, beyond=True).whole())

    @functools.cached_property
    def structure(self) -> etree.XMLSchema:
        return compiled(XsdWriter(self.grammar, values=False).whole())


def compiled(xsd: str) -> etree.XMLSchema:
    """``xsd``, which is our own text and includes nothing, ready to validate with lxml."""
    return etree.XMLSchema(etree.fromstring(xsd))


@functools.cache
def schemas(version: Version) -> Schemas:
    """The gates of ``version``; raises as :func:`qbsim.qbxml.grammar.grammar` does."""
    return Schemas(grammar(version))
