"""Writes documents: answers as QuickBooks writes them, requests as applications do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

_TEXT: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_VALUE: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
)
_CARRIAGE_RETURN: Final = {ord("\r"): "&#13;"}


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


def _lines(element: etree._Element) -> Iterator[str]:
    """Iterative, so that a deep tree cannot break it."""
    waiting: list[etree._Element | str] = [element]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
            continue
        head = f"<{item.tag}{_attributes(item)}"
        children = list(item.iterchildren(etree.Element))
        if children:
            yield f"{head}>"
            waiting.append(f"</{item.tag}>")
            waiting.extend(reversed(children))
        elif item.text:
            yield f"{head}>{item.text.translate(_TEXT).translate(_CARRIAGE_RETURN)}</{item.tag}>"
        else:
            yield f"{head} />"


def _attributes(element: etree._Element) -> str:
    if not element.attrib:
        return ""
    pairs = [(str(name), str(value)) for name, value in element.attrib.items()]
    pairs.sort(key=lambda pair: _ORDER.get(pair[0], len(_ORDER)))
    return "".join(f' {name}="{value.translate(_VALUE)}"' for name, value in pairs)
