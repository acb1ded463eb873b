"""The likely mistake behind a bad value, and its cure, in a sentence.

A value that a sentence tells to write is one that the gate takes.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from qbsim.qbxml.model import SimpleType
from qbsim.qbxml.values import read_moment, write_amount, write_price, write_quantity

_LONGEST: Final = 60
"""So much of a value is repeated in a sentence; a hostile one may have millions of characters."""

_CLOCK: Final = re.compile(r"([0-9]{1,4}):([0-5]?[0-9])(?::([0-5]?[0-9]))?")
_HOURS: Final = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,4}))?\s*(?:h|hours?)?", re.IGNORECASE)
_FRACTION: Final = re.compile(r"PT([0-9]{1,4})[.,]([0-9]{1,4})H(?:0+M)?(?:0+S)?", re.IGNORECASE)
_PARTS: Final = re.compile(
    r"(?:P(?:(?P<days>[0-9]{1,4})D)?T?)?"
    r"(?:(?P<hours>[0-9]{1,4})\s*h(?:ours?|rs?)?)?\s*"
    r"(?:(?P<minutes>[0-9]{1,4})\s*m(?:in(?:utes?|s)?)?)?\s*"
    r"(?:(?P<seconds>[0-9]{1,4})(?:[.,][0-9]+)?\s*s(?:ec(?:onds?|s)?)?)?",
    re.IGNORECASE,
)
"""``P1DT2H``, ``8h30m``, ``8 hours 30 minutes``, ``PT8H0M0.5S``."""

_DATES: Final = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%d.%m.%Y", "%Y%m%d", "%b %d, %Y", "%d %b %Y",
)  # fmt: skip
_BOOLEANS: Final = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}

_Say: TypeAlias = Callable[[str, str, SimpleType | None], str]
"""Name of the field, its text and its type, to a sentence."""


def hint(rule: str, name: str, text: str, kind: SimpleType | None = None) -> str:
    """What is probably meant by ``text`` in the field ``name``, and how to write it."""
    if not text and rule not in _OF_THE_EMPTY:
        return f"`{name}` is empty, and no value of its type is. {_cure_of_the_empty(rule, kind)}"
    return _HINTS[rule](name, text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}...", kind)


def _cure_of_the_empty(rule: str, kind: SimpleType | None) -> str:
    values = kind.values if kind else ()
    write = f"Write one of {_listed(values)}" if values else f"Write it like `{_EXAMPLES.get(rule, '1')}`"
    return f"{write}, or leave the element out if it may be."


# --- time ---------------------------------------------------------------------------------------


def _interval(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"PT{hour}H{minute}M" + (f"{second}S" if second else "")


def _likely_interval(text: str) -> str | None:
    """The time interval that is meant by ``8:30``, ``8.5``, ``8h30m``, ``PT1.5H``, ``P1DT2H``."""
    plain = text.strip().removeprefix("+")
    if match := _CLOCK.fullmatch(plain):
        return _interval(int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0))
    if match := _FRACTION.fullmatch(plain) or _HOURS.fullmatch(plain):
        fraction = match[2] or "0"
        return _interval(int(match[1]) * 3600 + round(int(fraction) * 3600 / 10 ** len(fraction)))
    if (match := _PARTS.fullmatch(plain)) and any(match.groups()):
        parts = {unit: int(number or 0) for unit, number in match.groupdict().items()}
        return _interval(int(dt.timedelta(**parts).total_seconds()))
    return None


def _duration(_name: str, text: str, _: SimpleType | None) -> str:
    example = _likely_interval(text)
    cure = f"write `{example}`" if example else "write hours, minutes and seconds like `PT8H30M`"
    return f"`{text}` is not a time interval; {cure}."


def _likely_date(text: str) -> str | None:
    """``9/1/2026`` is read as QuickBooks' own country reads it: month first."""
    plain = text.strip().split("T")[0]
    for form in _DATES:
        try:
            return dt.datetime.strptime(plain, form).date().isoformat()  # noqa: DTZ007 - only the date is kept
        except ValueError:
            continue
    return None


def _date(_name: str, text: str, _: SimpleType | None) -> str:
    example = _likely_date(text)
    cure = (
        f"write `{example}`"
        if example and example != text.strip()
        else "write year, month, day like `2026-11-02`"
    )
    return f"`{text}` is not a date; {cure}."


def _datetime(_name: str, text: str, _: SimpleType | None) -> str:
    plain = text.strip().replace(" ", "T", 1)
    whole = re.sub(r"\.[0-9]+", "", plain)
    local = whole.removesuffix("Z")
    try:
        read_moment(local)
    except ValueError:
        example = _likely_date(text) or "2026-11-02T09:00:00-05:00"
        return f"`{text}` is not a date-time; write it like `{example}`."
    if local != whole:
        return f"`{text}` ends in Z, which QuickBooks does not read; write the offset, `{local}+00:00`."
    if whole != plain:
        return f"`{text}` has fractions of a second; leave them out, `{local}`."
    return f"`{text}` is not a date-time; write it without blanks and with a T, `{local}`."


# --- numbers ------------------------------------------------------------------------------------


def _likely_number(text: str) -> Decimal | None:
    """``$1,250.00``, ``1.250,00`` and ``1,50`` as numbers: the last mark is the decimal one, but a comma
    before three digits parts thousands."""
    plain = re.sub(r"[$€£%\s]", "", text)
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+", plain) or plain.rfind(",") < plain.rfind("."):
        plain = plain.replace(",", "")
    elif plain.count(",") == 1:
        plain = plain.replace(".", "").replace(",", ".")
    return Decimal(plain) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", plain, re.ASCII) else None


def _decimals(digits: int, places: str, write: Callable[[Decimal], str], example: str) -> _Say:
    def say(name: str, text: str, _: SimpleType | None) -> str:
        meant = _likely_number(text)
        shown = write(meant) if meant is not None and abs(meant) < 10**digits - 1 else example
        return (
            f"`{text}` is not right for `{name}`: up to {digits} digits, then {places}; "
            f"write it like `{shown}`."
        )

    return say


def _number(name: str, text: str, kind: SimpleType | None) -> str:
    if kind is not None and kind.least is not None and re.fullmatch(r"[+-]?[0-9]+", text.strip()):
        upper = f" to {kind.most}" if kind.most is not None else " or more"
        return f"`{name}` is {text.strip()} and may be {kind.least}{upper}."
    meant = _likely_number(text)
    cure = (
        f"write `{meant:.0f}`"
        if meant is not None and meant == int(meant)
        else "write digits, and nothing else"
    )
    return f"`{text}` is not a whole number; {cure}."


# --- words --------------------------------------------------------------------------------------


def _boolean(_name: str, text: str, _: SimpleType | None) -> str:
    meant = _BOOLEANS.get(text.strip().lower(), text.strip().lower())
    cure = f"write `{meant}`" if meant in {"true", "false"} else "write `true` or `false`"
    return f"`{text}` is not a boolean; {cure}."


def _enumeration(name: str, text: str, kind: SimpleType | None) -> str:
    values = kind.values if kind else ()
    folded = {value.lower(): value for value in values}
    near = folded.get(text.strip().lower()) or next(iter(difflib.get_close_matches(text, values, n=1)), None)
    cure = f"Did you mean `{near}`?" if near else f"It takes {_listed(values)}."
    return f"`{name}` has no value `{text}`. {cure}"


def _listed(values: tuple[str, ...]) -> str:
    shown = ", ".join(values[:8])
    return shown if len(values) <= 8 else f"{shown} and {len(values) - 8} more"


def _guid(name: str, text: str, _: SimpleType | None) -> str:
    bare = re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text.strip())
    if bare:
        return f"The GUID in `{name}` lacks its braces; write `{{{text.strip()}}}`."
    return f"`{text}` is not a GUID; write `0` or `{{8-4-4-4-12 hexadecimal digits}}` in braces."


_EXAMPLES: Final[Mapping[str, str]] = {"qbxml.value.guid": "{0a1b2c3d-0000-1111-2222-0123456789ab}"}

_HINTS: Final[Mapping[str, _Say]] = {
    "qbxml.value.duration": _duration,
    "qbxml.value.date": _date,
    "qbxml.value.datetime": _datetime,
    "qbxml.value.amount": _decimals(13, "none or two decimals", write_amount, "1250.00"),
    "qbxml.value.price": _decimals(10, "at most five decimals", write_price, "95.50"),
    "qbxml.value.quantity": _decimals(10, "at most five decimals", write_quantity, "7.5"),
    "qbxml.value.percent": _decimals(10, "at most five decimals", write_quantity, "8.25"),
    "qbxml.value.boolean": _boolean,
    "qbxml.value.enumeration": _enumeration,
    "qbxml.value.number": _number,
    "qbxml.value.guid": _guid,
    "qbxml.beyond.negative-duration": lambda name, text, _: (
        f"`{name}` is negative, `{text}`. Hours cannot be; to take hours back, change or delete the entry."
    ),
    "qbxml.beyond.empty-duration": lambda name, _text, _kind: (
        f"`{name}` is empty. Write the hours like `PT8H30M`."
    ),
    "qbxml.beyond.long-duration": lambda name, text, _: (
        f"`{text}` in `{name}` has more than nine digits. Write hours, minutes and seconds like `PT8H30M`."
    ),
    "qbxml.beyond.empty-date": lambda name, _text, _kind: (
        f"`{name}` is empty. Write a date like `2026-11-02`, or leave the element out if it may be."
    ),
    "qbxml.beyond.date-range": lambda name, text, _: (
        f"`{name}` is `{text}`. The dates of transactions lie between 1901-01-01 and 9999-12-31; "
        "put the year right."
    ),
    "qbxml.beyond.datetime": lambda name, text, _: (
        f"`{text}` in `{name}` looks like a date-time, but there is no such day or time. "
        "Write one that exists, like `2026-11-02T09:00:00-05:00`."
    ),
    "qbxml.beyond.number": lambda name, text, _: (
        f"`{name}` is `{text}`, which no 32 bits hold. Write a number of at most nine digits."
    ),
}
_OF_THE_EMPTY: Final = frozenset(("qbxml.beyond.empty-duration", "qbxml.beyond.empty-date"))
