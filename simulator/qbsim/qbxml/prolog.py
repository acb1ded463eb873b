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
    if _target(before) == "qbxml" and before is not None and before.getprevious() is None:
        known = _KNOWN.get(before.text or "")
        return known if known is not None else _parse(before, data)
    raise StructureRefused(_explain(root, data))


def stray_instruction(data: bytes) -> bool:
    """Does a processing instruction stand behind the first prolog? It would cut a text in two."""
    prolog = data.find(b"<?qbxml")
    if prolog >= 0 and data.find(b"?", data.find(b"?>", prolog) + 2) < 0:
        return False  # nearly always, and one letter is found five times as fast as two
    last = data.rfind(b"<?")
    return last > 0 and last != prolog


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
    between = _target(root.getprevious())
    late = "qbxml" in map(_target, (*root.itersiblings(preceding=True), *root.iter(), *root.itersiblings()))
    if late and between is not None:
        return _at(
            data,
            "prolog-late",
            f"`<?{between} …?>`",
            "Another processing instruction, or a second prolog, stands before the root. "
            f"Between `<?xml …?>` and `<QBXML>` stands `{_EXAMPLE}` and nothing else.",
        )
    if late:
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
        line=data.count(b"\n", 0, _root_starts(data)) + 1,
        column=_root_starts(data) - data.rfind(b"\n", 0, _root_starts(data)),
        path=str(root.tag),
        allowed=(_EXAMPLE,),
    )


def _target(item: etree._Element | None) -> str | None:
    """The target of a processing instruction; None for everything else."""
    return getattr(item, "target", None)


def _root_starts(data: bytes) -> int:
    """Where the root's start tag stands, roughly: behind the prolog and comments."""
    found = re.search(rb"<[A-Za-z_:]", data)
    return found.start() if found else 0


def prolog_place(data: bytes) -> tuple[int, int]:
    """Line and column of the qbxml prolog; of the beginning, if there is none."""
    start = max(data.find(b"<?qbxml"), 0)
    return data.count(b"\n", 0, start) + 1, start - data.rfind(b"\n", 0, start)


def _at(data: bytes, rule: str, found: str, likely: str) -> Refusal:
    line, column = prolog_place(data)
    return Refusal(
        "structure",
        f"qbxml.{rule}",
        found,
        likely,
        line=line,
        column=column,
        allowed=(_EXAMPLE,),
    )
