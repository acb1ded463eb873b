"""The qbxml prolog: ``<?qbxml version="13.0"?>`` between the XML declaration and the root."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from qbsim.errors import SimulatorGap, UsageProblem
from qbsim.qbxml.refusals import Refusal, StructureRefused
from qbsim.qbxml.versions import COVERED, Version

_KNOWN: Final = {f'version="{version}"': version for version in COVERED}
_STATED: Final = re.compile(r"\s*version\s*=\s*(?:\"([^\"]*)\"|'([^']*)')\s*")
_REGIONAL: Final = re.compile(r"(CA|UK|AU|OE)[0-9]+\.[0-9]")
_EXAMPLE: Final = '<?qbxml version="13.0"?>'


def stated_version(root: etree._Element, data: bytes) -> Version:
    """The version that the document states; raises :class:`StructureRefused` without a good prolog."""
    before = root.getprevious()
    if (
        before is not None
        and before.tag is etree.PI
        and before.target == "qbxml"
        and before.getprevious() is None
    ):
        known = _KNOWN.get(before.text)
        return known if known is not None else _parse(before, data)
    raise StructureRefused(_explain(root, data))


def stray_instruction(data: bytes) -> bool:
    """Does a processing instruction stand behind the prolog? It would cut a text in two."""
    last = data.rfind(b"<?")
    return last > 0 and not data.startswith(b"<?qbxml", last)


def _parse(prolog: etree._Element, data: bytes) -> Version:
    match = _STATED.fullmatch(prolog.text or "")
    text = (match[1] or match[2] or "") if match else ""
    if _REGIONAL.fullmatch(text):
        raise SimulatorGap(
            f"qbXML {text} is a regional edition; only the US editions are covered.",
            cure="State the US version.",
        )
    try:
        return Version.parse(text)
    except UsageProblem:
        raise StructureRefused(
            _at(
                data,
                "prolog-form",
                f"`<?qbxml {prolog.text or ''}?>`",
                f"The qbxml prolog does not state a version. Write `{_EXAMPLE}`.",
            )
        ) from None


def _explain(root: etree._Element, data: bytes) -> Refusal:
    """Why there is no good prolog before ``root``."""
    before = root.getprevious()
    first = data.find(b"<?qbxml")
    late = any(item.target == "qbxml" for item in _instructions(root))
    if late and before is not None and before.tag is etree.PI:
        return _at(
            data,
            "prolog-late",
            f"`<?{before.target} …?>`",
            "Another processing instruction, or a second prolog, stands before the root. "
            f"Between `<?xml …?>` and `<QBXML>` stands `{_EXAMPLE}` and nothing else.",
        )
    if late and first >= 0:
        return _at(
            data,
            "prolog-late",
            "the qbxml prolog behind the beginning of the root",
            f"The prolog comes too late. Move `{_EXAMPLE}` between `<?xml …?>` and `<QBXML>`.",
        )
    return Refusal(
        "structure",
        "qbxml.prolog-missing",
        f"`<{root.tag}>` without a qbxml prolog",
        f"The document does not state its version. Write `{_EXAMPLE}` between `<?xml …?>` and `<QBXML>`.",
        line=root.sourceline or 0,
        column=1,
        path=str(root.tag),
        allowed=(_EXAMPLE,),
    )


def _instructions(root: etree._Element) -> list[etree._ProcessingInstruction]:
    around = [*root.itersiblings(preceding=True), *root.iter(), *root.itersiblings()]
    return [item for item in around if item.tag is etree.PI]


def _at(data: bytes, rule: str, found: str, likely: str) -> Refusal:
    start = max(data.find(b"<?qbxml"), 0)
    return Refusal(
        "structure",
        f"qbxml.{rule}",
        found,
        likely,
        line=data.count(b"\n", 0, start) + 1,
        column=start - data.rfind(b"\n", 0, start),
        allowed=(_EXAMPLE,),
    )
