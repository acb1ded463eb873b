"""Other judges beside ours: the user's own copy of Intuit's XSDs, and xmlschema on ours.

Intuit's files (``qbxmlops130.xsd`` with the three that it includes) come with the QuickBooks SDK and
are not ours to ship; whoever has them can have every document judged by both.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Final, final

from attrs import frozen
from lxml import etree

from qbsim.errors import UsageProblem
from qbsim.qbxml import parser
from qbsim.qbxml.grammar import grammar
from qbsim.qbxml.messages import Verdict
from qbsim.qbxml.refusals import StructureRefused
from qbsim.qbxml.versions import Version
from qbsim.qbxml.xsd import Names, XsdWriter

_BEYOND: Final = ("qbxml.beyond.", "qbxml.prolog", "qbxml.version", "qbxml.byte-order-mark", "qbxml.encoding")
"""Rules that no XSD can express, or that Intuit's do not: a difference there is meant."""


@final
@frozen
class Disagreement:
    """Their verdict differs from ours. ``meant``: ours goes beyond what an XSD can say."""

    ours: str
    theirs: str
    meant: bool


@final
class TheirSchemas:
    """A folder with schemas under Intuit's names, one set a version; loaded when needed."""

    def __init__(self, folder: Path) -> None:
        if not any(folder.glob("*.xsd")):
            raise UsageProblem(
                f"There is no .xsd file in {folder}.",
                cure="Name the folder of the SDK's validator, the one with qbxmlops160.xsd in it.",
            )
        self.folder = folder

    @functools.cache  # noqa: B019 - as long-lived as the command that judges by it
    def schema(self, version: Version) -> etree.XMLSchema:
        """Their schema of ``version``; raises UsageProblem if it is missing or does not load."""
        wanted = Names.of(version.digits).operations
        found = next((file for file in self.folder.iterdir() if file.name.lower() == wanted), None)
        if found is None:
            there = sorted(file.name for file in self.folder.glob("*ops*.xsd"))
            raise UsageProblem(
                f"{self.folder} has no {wanted} to judge a document of qbXML {version} by.",
                cure=f"It has {', '.join(there)}." if there else "",
            )
        reader = etree.XMLParser(no_network=True, resolve_entities=False)
        try:
            return etree.XMLSchema(etree.parse(str(found), reader))
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
            raise UsageProblem(
                f"{found} does not load: {error}", cure="Keep the four files together."
            ) from None

    def disagreement(self, text: str | bytes, ours: Verdict) -> Disagreement | None:
        """Where their verdict on ``text`` differs from ``ours``; None if they agree.

        What is not XML, or states no version, only we can refuse: that is no disagreement.
        """
        if ours.version is None:
            return None
        try:
            root = parser.parse(text)
        except StructureRefused:
            return None
        schema = self.schema(ours.version)
        accepted = schema.validate(root)
        if accepted == (not ours.refusals):
            return None
        if accepted:
            unmeant = [refusal for refusal in ours.refusals if not refusal.rule.startswith(_BEYOND)]
            return Disagreement(str((unmeant or ours.refusals)[0]), "accepted", meant=not unmeant)
        error = next(iter(schema.error_log))  # type: ignore[call-overload]
        return Disagreement("accepted", f"line {error.line}: {error.message}", meant=False)


@final
@frozen
class SecondOpinion:
    """What xmlschema, an independent validator, says of a document on our exported XSD."""

    accepted: bool
    detail: str = ""


def second_opinion(text: str | bytes, version: Version) -> SecondOpinion:
    """xmlschema's verdict; only the messages of this document are compiled, so it takes a moment only.

    Slow beside lxml, and imported here alone: nobody pays for it who does not ask.
    """
    import xmlschema  # noqa: PLC0415 - a hundred milliseconds that the good path never spends

    try:
        root = parser.parse(text)
    except StructureRefused as refused:
        return SecondOpinion(accepted=False, detail=refused.refusal.likely)
    etree.strip_elements(
        root, etree.ProcessingInstruction, with_tail=False
    )  # xmlschema takes them for children
    names = [str(message.tag) for message in root.iterfind("*/*")]
    schema = xmlschema.XMLSchema(XsdWriter(grammar(version)).whole(names), allow="none")
    for error in schema.iter_errors(root):
        reason = " ".join(str(error.reason).split())
        return SecondOpinion(accepted=False, detail=f"{error.path}: {reason}" if error.path else reason)
    return SecondOpinion(accepted=True)
