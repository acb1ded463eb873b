"""Colours qbXML for a page: escaped text with a span around each part. What is no XML stays text."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

from qbharness.reports.texts import cut

LONGEST: Final = 60_000
_TOKEN: Final = re.compile(
    r"(?P<prolog><[?!][^>]*>)|(?P<tag></?[A-Za-z_][^<>]*>)|(?P<text>[^<]+|<)", re.DOTALL
)
_BETWEEN: Final = re.compile(r"(</[^<>]*>|<[^<>]*/>|<[?!][^<>]*>)\n+(?=<)|(<[^/<>][^<>]*>)\n+(?=<[^/])")
"""A tag, and line breaks before the next one that are no contents of an element."""
_ATTRIBUTE: Final = re.compile(r"""([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')""")
_NAME: Final = re.compile(r"(</?)([^\s/>]+)(.*?)(/?>)\Z", re.DOTALL)
_PAIR: Final = Markup('<span class="x-name">{}</span>{}<span class="x-value">{}</span>')
_ELEMENT: Final = Markup('<span class="x-tag">{}{}</span>{}<span class="x-tag">{}</span>')


def highlighted(text: str) -> Markup:
    """``text`` for a ``<pre>``; a document without indentation gets the one that makes it readable."""
    text = cut(text, LONGEST)
    if text.startswith("<") and "\n " not in text and "\n\t" not in text:
        text = "\n".join(_indented(text))
    return Markup("").join(_span(found) for found in _TOKEN.finditer(text))


def _indented(text: str) -> list[str]:
    """One element a line; an element that holds only text stays on its line."""
    lines: list[str] = []
    depth, just_opened = 0, False
    for found in _TOKEN.finditer(_BETWEEN.sub(r"\1\2", text).rstrip("\n")):
        token, is_tag = found.group(), found.lastgroup == "tag"
        closing = is_tag and token.startswith("</")
        opening = is_tag and not closing and not token.endswith("/>")
        depth -= closing
        if lines and (found.lastgroup == "text" or (closing and just_opened)):
            lines[-1] += token
        else:
            lines.append("  " * max(depth, 0) + token)
        depth += opening
        just_opened = opening or (just_opened and not is_tag)
    return lines


def _span(found: re.Match[str]) -> Markup:
    kind, token = found.lastgroup, found.group()
    if kind == "tag":
        return _tag(token)
    if kind == "prolog":
        return Markup('<span class="x-prolog">{}</span>').format(token)
    return escape(token)


def _tag(token: str) -> Markup:
    found = _NAME.match(token)
    if found is None:
        return escape(token)
    start, name, attributes, end = found.groups()
    shown = Markup("")
    last = 0
    for each in _ATTRIBUTE.finditer(attributes):
        shown += escape(attributes[last : each.start()])
        shown += Markup('<span class="x-name">{}</span>{}<span class="x-value">{}</span>').format(
            *each.groups()
        )
        last = each.end()
    shown += escape(attributes[last:])
    return Markup('<span class="x-tag">{}{}</span>{}<span class="x-tag">{}</span>').format(
        start, name, shown, end
    )
