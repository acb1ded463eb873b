"""Writes documents: answers as QuickBooks writes them, requests as applications do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from qbsim.qbxml.versions import Version

_ORDER: Final[Mapping[str, int]] = {
    name: place
    for place, name in enumerate(
        (
            "requestID",
            "statusCode",
            "statusSeverity",
            "statusMessage",
            "retCount",
            "iteratorRemainingCount",
            "iteratorID",
        )
    )
}
"""QuickBooks' order of attributes; others keep theirs, behind these."""

_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_VALUE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)


def write_answer(root: etree._Element) -> str:
    """``root`` (a QBXML element) as QuickBooks prints its answers.

    ``<?xml version="1.0" ?>``, no encoding, no qbxml prolog, one element a line, no indentation, a
    space before ``/>``. Source: captures of QuickBooks 2009-2014. Characters beyond ASCII are written
    as they are; what QuickBooks does with them was not seen.
    """
    return "\n".join(('<?xml version="1.0" ?>', *_lines(root), ""))


def write_request(root: etree._Element, version: Version) -> str:
    """``root`` (a QBXML element) with both prologs, as an application sends it."""
    prolog = f'<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="{version}"?>'
    return "\n".join((prolog, *_lines(root), ""))


def _lines(element: etree._Element) -> list[str]:
    """Iterative, so that a deep tree cannot break it."""
    lines: list[str] = []
    waiting: list[etree._Element | str] = [element]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            lines.append(item)
            continue
        name = item.tag
        head = f"<{name}{_attributes(item)}"
        children = list(item.iterchildren(etree.Element, reversed=True)) if len(item) else []
        if children:
            lines.append(f"{head}>")
            waiting.append(f"</{name}>")
            waiting.extend(children)
        elif item.text:
            lines.append(f"{head}>{_escaped(item.text)}</{name}>")
        else:
            lines.append(f"{head} />")
    return lines


def _escaped(text: str) -> str:
    if text.isalnum():  # most values are; an answer has many
        return text
    return text.translate(_TEXT)


def _attributes(element: etree._Element) -> str:
    pairs = [(str(name), str(value)) for name, value in element.items()]
    if not pairs:
        return ""
    pairs.sort(key=lambda pair: _ORDER.get(pair[0], len(_ORDER)))
    return "".join(f' {name}="{value.translate(_VALUE)}"' for name, value in pairs)
