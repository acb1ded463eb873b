"""The second gate: values. Decides nothing on the good path; tells which value is wrong, and how."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, final

from attrs import frozen
from lxml import etree

from qbsim.qbxml import statuses
from qbsim.qbxml.grammar import Grammar
from qbsim.qbxml.hints import hint
from qbsim.qbxml.model import Child, SimpleType, children_of
from qbsim.qbxml.rules import LONGEST_REQUEST_ID, NARROWINGS, narrowed
from qbsim.qbxml.statuses import Status

_BLANKS: Final = " \t\n\r"
_DATE: Final = re.compile(
    r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})(Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)
_DURATION: Final = re.compile(r"-?PT(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?")
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")

RULE_OF: Final[Mapping[str, str]] = {
    "BOOLTYPE": "boolean",
    "DATETYPE": "date",
    "DATETIMETYPE": "datetime",
    "TIMEINTERVALTYPE": "duration",
    "AMTTYPE": "amount",
    "PRICETYPE": "price",
    "PERCENTTYPE": "percent",
    "QUANTYPE": "quantity",
    "GUIDTYPE": "guid",
    "INTTYPE": "number",
    "FLOATTYPE": "number",
    "IDTYPE": "id",
    "MACROIDTYPE": "id",
}


@final
@frozen
class BadValue:
    """One value that the second gate refuses, and where."""

    element: etree._Element
    rule: str
    status: Status
    found: str
    field: str
    likely: str
    allowed: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        return self.status.message(self.found, self.field)


def bad_values(message: etree._Element, grammar: Grammar) -> Iterator[BadValue]:
    """Every bad value in ``message`` (a request or a response that passed the structure gate)."""
    request_id = message.get("requestID")
    if request_id is not None and len(request_id) > LONGEST_REQUEST_ID and message.tag.endswith("Rq"):
        yield BadValue(
            message,
            "qbxml.beyond.request-id",
            statuses.REQUEST_ID,
            request_id,
            "requestID",
            f"The requestID has {len(request_id)} characters and may have {LONGEST_REQUEST_ID}. Shorten it.",
        )
    waiting = [message]
    while waiting:
        parent = waiting.pop()
        yield from bad_attributes(parent, grammar)
        leaves = _leaves(grammar, str(parent.tag))
        inner = []
        for element in parent.iterchildren(etree.Element):
            leaf = leaves.get(str(element.tag))
            if leaf is None:
                inner.append(element)
            elif (bad := _judge(element, str(parent.tag), *leaf)) is not None:
                yield bad
        waiting.extend(reversed(inner))


def bad_attributes(element: etree._Element, grammar: Grammar) -> Iterator[BadValue]:
    """The attributes of ``element`` that should be numbers and are not; only answers have such ones."""
    for attribute in grammar.content(str(element.tag)).attributes:
        text = element.get(attribute.name)
        if text is not None and not accepts(attribute.type, text):
            name, rule = attribute.name, f"qbxml.value.{RULE_OF[attribute.type.name]}"
            status = statuses.BY_TYPE[attribute.type.name]
            yield BadValue(element, rule, status, text, name, hint(rule, name, text, attribute.type))


@functools.cache
def _leaves(grammar: Grammar, parent: str) -> Mapping[str, tuple[Child, SimpleType]]:
    return {
        child.name: (child, kind)
        for child in children_of(grammar.content(parent).particle)
        if (kind := grammar.type_of(parent, child.name)) is not None
    }


def _judge(element: etree._Element, parent: str, child: Child, kind: SimpleType) -> BadValue | None:
    text = element.text or ""
    if not accepts(kind, text):
        return _wrong(element, kind, text)
    if accepts(narrowed(parent, child, kind), text):
        return None
    rule = next(
        each.rule
        for each in NARROWINGS
        if each.holds(parent, child, kind) and not accepts(each.narrow(kind), text)
    )
    status = statuses.BY_TYPE[kind.name]
    return BadValue(element, rule, status, text, child.name, hint(rule, child.name, text))


def _wrong(element: etree._Element, kind: SimpleType, text: str) -> BadValue:
    name = str(element.tag)
    if kind.longest is not None and len(text) > kind.longest:
        if kind.name in {"IDTYPE", "MACROIDTYPE"}:
            rule, status, field = "id", statuses.OBJECT_ID, _in_words(name)
        else:
            rule, status, field = "too-long", statuses.TOO_LONG, name
        likely = f"`{name}` has {len(text)} characters and may have {kind.longest}. Shorten it."
        return BadValue(element, f"qbxml.value.{rule}", status, text, field, likely)
    if kind.values:
        rule = "qbxml.value.enumeration"
        likely = hint(rule, name, text, kind)
        return BadValue(element, rule, statuses.ENUMERATION, text, name, likely, kind.values)
    rule = f"qbxml.value.{RULE_OF[kind.name]}"
    return BadValue(element, rule, statuses.BY_TYPE[kind.name], text, name, hint(rule, name, text, kind))


def _in_words(name: str) -> str:
    """``ListID`` as QuickBooks names it in status 3000: ``list id``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


# --- one value and its type ---------------------------------------------------------------------


def accepts(kind: SimpleType, text: str) -> bool:
    """Does ``text`` belong to ``kind``? As an XSD validator decides it, blanks included."""
    if kind.or_empty and not text.strip(_BLANKS):
        return True
    plain = text if kind.base == "string" else text.strip(_BLANKS)
    return (
        (not kind.values or plain in kind.values)
        and (kind.longest is None or len(plain) <= kind.longest)
        and (kind.pattern is None or _pattern(kind.pattern).fullmatch(plain) is not None)
        and _BASES[kind.base](plain)
        and (kind.least is None or kind.least <= _whole(plain))
        and (kind.most is None or _whole(plain) <= kind.most)
    )


@functools.cache
def _pattern(xsd: str) -> re.Pattern[str]:
    """XSD's patterns of this grammar are Python's, too."""
    return re.compile(xsd)


_LARGEST: Final = 2**63 - 1
"""lxml reads the parts of dates and durations into a machine word, and refuses what does not fit."""


def _whole(text: str) -> int:
    """``text`` as a number; what has more than twenty digits is only told to be larger than any bound."""
    digits = text.lstrip("+-").lstrip("0") or "0"
    size = int(digits) if len(digits) <= 20 else 10**20
    return -size if text.startswith("-") else size


def _is_duration(text: str) -> bool:
    match = _DURATION.fullmatch(text)
    return match is not None and all(_whole(part[:-1]) <= _LARGEST for part in match.groups() if part)


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = _whole(match[1]), int(match[2]), int(match[3])
    if not 0 < abs(year) <= _LARGEST:
        return False
    if len(match[1].lstrip("-")) > 4 and match[1].lstrip("-").startswith("0"):
        return False
    leap = year if year > 0 else year + 1
    try:
        dt.date(2000 + leap % 400, month, day)
    except ValueError:
        return False
    return True


_BASES: Final[Mapping[str, Callable[[str], bool]]] = {
    "string": lambda _: True,
    "boolean": lambda text: text in {"true", "false", "1", "0"},
    "date": _is_date,
    "duration": _is_duration,
    "integer": lambda text: _INTEGER.fullmatch(text) is not None,
    "decimal": lambda text: _DECIMAL.fullmatch(text) is not None,
}
