"""Documents made from the grammar, and ways to break them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from qbsim.qbxml import NEWEST, Version, grammar
from qbsim.qbxml.grammar import Grammar
from qbsim.qbxml.model import Child, Choice, Particle, Sequence, SimpleType, children_of

VALUES = {
    "IDTYPE": ("80000001-1405768916", "x" * 36, ""),
    "MACROIDTYPE": ("1C9684-1783534817",),
    "STRTYPE": ("a", "", "Acme & Söhne <\"'>", "  blanks  "),
    "BOOLTYPE": ("true", "false", "1", "0", "", " true\n"),
    "DATETYPE": ("2026-11-02", "1999-12-31", "\n2026-11-02 "),
    "DATETIMETYPE": ("2026-11-02T09:00:00-05:00", "2026-11-02", "2026-1-2T9"),
    "TIMEINTERVALTYPE": ("PT8H30M0S", "PT90M", "PT100H58M0S", " PT8H "),
    "AMTTYPE": ("1250.00", "-7", "+1234567890123.99", ""),
    "PRICETYPE": ("95.5", "-1.12345", ""),
    "QUANTYPE": ("7.5", "1", ""),
    "PERCENTTYPE": ("8.25", "0", ""),
    "ENUMTYPE": ("",),
    "INTTYPE": ("1", "12", "7", " 3 "),
    "GUIDTYPE": ("0", "{0a1b2c3d-0000-1111-2222-0123456789AB}"),
    "UUIDTYPE": ("u",),
    "MACROTYPE": ("TxnID:1",),
    "FLOATTYPE": ("1.25", "-3", ""),
}
"""Good values of each type."""

BAD_VALUES = {
    "BOOLTYPE": ("yes", "True"),
    "DATETYPE": ("2026-9-1", "2026-02-30", "11/02/2026"),
    "DATETIMETYPE": ("2026-11-02T09:00:00Z", "yesterday"),
    "TIMEINTERVALTYPE": ("8:30", "PT1.5H", "P1DT1H", "PT"),
    "AMTTYPE": ("1.234", "$5"),
    "PRICETYPE": ("1.234567", "1,50"),
    "QUANTYPE": ("1.234567", "one"),
    "PERCENTTYPE": ("8%",),
    "INTTYPE": ("1.5", ""),
    "GUIDTYPE": ("0a1b2c3d-0000-1111-2222-0123456789AB", ""),
    "FLOATTYPE": ("1e5",),
}
"""What each type refuses."""


class Maker:
    """Makes elements of one version; the same ``seed`` makes the same ones.

    ``fullness`` is the chance that something optional is there: 0 makes the smallest document, 1 one
    with everything that is possible at once (of alternatives, one is drawn). ``wanted`` are
    (parent, child) pairs that are there in any case.
    """

    def __init__(
        self,
        of: Grammar,
        *,
        seed: int = 0,
        fullness: float = 1.0,
        wanted: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.grammar = of
        self.wanted = wanted
        self.chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self.fullness = fullness

    def element(self, name: str, parent: etree._Element | None = None) -> etree._Element:
        made = etree.Element(name) if parent is None else etree.SubElement(parent, name)
        content = self.grammar.content(name)
        for attribute in content.attributes:
            if attribute.required or self.chance.random() < self.fullness:
                made.set(attribute.name, self.value(attribute.type))
        if content.type is not None:
            made.text = self.value(content.type)
        elif content.particle is not None:
            self._particle(content.particle, made)
        return made

    def value(self, kind: SimpleType) -> str:
        if kind.values:
            return self.chance.choice(kind.values)
        return self.chance.choice(VALUES[kind.name])[: kind.longest]

    def _particle(self, particle: Particle, parent: etree._Element) -> None:
        for _ in range(self._times(particle, parent)):
            match particle:
                case Child(name, type=None):
                    self.element(name, parent)
                case Child(name, type=kind):
                    etree.SubElement(parent, name).text = self.value(kind)
                case Sequence(items):
                    for item in items:
                        self._particle(item, parent)
                case Choice(items):
                    needed = [item for item in items if self._is_wanted(item, parent)]
                    self._particle(self.chance.choice(needed or items), parent)

    def _times(self, particle: Particle, parent: etree._Element) -> int:
        if self._is_wanted(particle, parent):
            return max(particle.least, 1)
        if self.chance.random() >= self.fullness:
            return particle.least
        return min(particle.most, particle.least + self.chance.choice((1, 1, 2)))

    def _is_wanted(self, particle: Particle, parent: etree._Element) -> bool:
        return any((parent.tag, child.name) in self.wanted for child in children_of(particle))


ROOT_OF = {
    "request": "QBXMLMsgsRq",
    "response": "QBXMLMsgsRs",
    "subscription-request": "QBXMLSubscriptionMsgsRq",
    "subscription-response": "QBXMLSubscriptionMsgsRs",
    "signon-request": "SignonMsgsRq",
    "signon-response": "SignonMsgsRs",
}


def every_message(version: Version = NEWEST) -> Iterator[tuple[str, str]]:
    """Kind and name of every message of ``version``."""
    of = grammar(version)
    for kind in ROOT_OF:
        for name in of.messages(kind):
            yield kind, name


def around(message: etree._Element, kind: str) -> etree._Element:
    """``message`` in a whole document."""
    root = etree.Element("QBXML")
    messages = etree.SubElement(root, ROOT_OF[kind])
    if kind == "request":
        messages.set("onError", "stopOnError")
    messages.append(message)
    return root


def text_of(root: etree._Element, version: Version = NEWEST) -> str:
    """``root`` as an application might write it."""
    body = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0"?>\n<?qbxml version="{version}"?>\n{body}'


def exported(folder: Path, version: Version = NEWEST) -> Path:
    """The exported XSDs of ``version`` in ``folder``; the path of the one to load."""
    from qbsim.qbxml.xsd import Names, XsdWriter

    for name, text in XsdWriter(grammar(version)).files().items():
        (folder / name).write_text(text, "utf-8")
    return folder / Names.of(version.digits).operations


HOURS = """\
<?xml version="1.0" encoding="utf-8"?>
<?qbxml version="13.0"?>
<QBXML>
  <QBXMLMsgsRq onError="stopOnError">
    <TimeTrackingAddRq requestID="1">
      <TimeTrackingAdd>
        <TxnDate>2026-11-02</TxnDate>
        <EntityRef><FullName>Jane Doe</FullName></EntityRef>
        <CustomerRef><FullName>Acme:Roof</FullName></CustomerRef>
        <ItemServiceRef><FullName>Framing</FullName></ItemServiceRef>
        <Duration>PT8H0M0S</Duration>
        <ClassRef><FullName>North</FullName></ClassRef>
        <PayrollItemWageRef><FullName>Regular</FullName></PayrollItemWageRef>
        <Notes>framing</Notes>
        <BillableStatus>Billable</BillableStatus>
      </TimeTrackingAdd>
    </TimeTrackingAddRq>
  </QBXMLMsgsRq>
</QBXML>
"""
"""One Work Block, as a sync server sends it."""


def hours(*changes: tuple[str, str]) -> str:
    """:data:`HOURS` with each (old, new) replaced; each old text must be there."""
    text = HOURS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text
