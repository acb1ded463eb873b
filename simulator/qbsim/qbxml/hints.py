"""The likely mistake behind a bad value, and its cure, in a sentence."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Mapping
from typing import Final

from qbsim.qbxml.model import SimpleType

_CLOCK: Final = re.compile(r"([0-9]{1,4}):([0-5]?[0-9])(?::([0-5]?[0-9]))?")
_HOURS: Final = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,4}))?\s*(?:h|hours?)?", re.IGNORECASE)
_FRACTION: Final = re.compile(r"PT([0-9]+)[.,]([0-9]+)H", re.IGNORECASE)
_DAYS: Final = re.compile(r"P([0-9]+)D(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?")
_DATES: Final = (
    "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%d.%m.%Y", "%Y%m%d", "%b %d, %Y", "%d %b %Y",
)  # fmt: skip
_BOOLEANS: Final = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}


def hint(rule: str, name: str, text: str, kind: SimpleType | None = None) -> str:
    """What is probably meant by ``text`` in the field ``name``, and how to write it."""
    return _HINTS[rule](name, text, kind)


def _interval(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"PT{hour}H{minute}M" + (f"{second}S" if second else "")


def _likely_interval(text: str) -> str | None:
    """The time interval that is meant by ``8:30``, ``8.5``, ``PT1.5H``, ``P1DT2H``."""
    plain = text.strip()
    if match := _CLOCK.fullmatch(plain):
        return _interval(int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0))
    if match := _FRACTION.fullmatch(plain) or _HOURS.fullmatch(plain):
        fraction = match[2] or "0"
        return _interval(int(match[1]) * 3600 + round(int(fraction) * 3600 / 10 ** len(fraction)))
    if match := _DAYS.fullmatch(plain):
        day, hour, minute, second = (int(part or 0) for part in match.groups())
        return _interval(day * 86400 + hour * 3600 + minute * 60 + second)
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
    if text.endswith("Z"):
        return f"`{text}` ends in Z, which QuickBooks does not read; write the offset, `{text[:-1]}+00:00`."
    if "." in text:
        return f"`{text}` has fractions of a second; leave them out, `{re.sub(r'[.][0-9]+', '', text)}`."
    return f"`{text}` is not a date-time; write it like `2026-11-02T09:00:00-05:00`."


def _decimals(digits: int, places: str, example: str) -> Callable[[str, str, SimpleType | None], str]:
    def say(name: str, text: str, _: SimpleType | None) -> str:
        plain = text.strip().replace("$", "").replace(",", "").replace(" ", "")
        number = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]*)?", plain)
        example_now = f"{float(plain):.2f}" if number and len(plain) < 16 else example
        return (
            f"`{text}` is not right for `{name}`: up to {digits} digits, then {places}; "
            f"write it like `{example_now}`."
        )

    return say


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


def _number(name: str, text: str, kind: SimpleType | None) -> str:
    if kind is not None and kind.least is not None and re.fullmatch(r"[+-]?[0-9]+", text.strip()):
        upper = f" to {kind.most}" if kind.most is not None else " or more"
        return f"`{name}` is {text.strip()} and may be {kind.least}{upper}."
    return f"`{text}` is not a number; write digits, and nothing else."


def _guid(name: str, text: str, _: SimpleType | None) -> str:
    bare = re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text.strip())
    if bare:
        return f"The GUID in `{name}` lacks its braces; write `{{{text.strip()}}}`."
    return f"`{text}` is not a GUID; write `0` or `{{8-4-4-4-12 hexadecimal digits}}` in braces."


_HINTS: Final[Mapping[str, Callable[[str, str, SimpleType | None], str]]] = {
    "qbxml.value.duration": _duration,
    "qbxml.value.date": _date,
    "qbxml.value.datetime": _datetime,
    "qbxml.value.amount": _decimals(13, "none or two decimals", "1250.00"),
    "qbxml.value.price": _decimals(10, "at most five decimals", "95.50"),
    "qbxml.value.quantity": _decimals(10, "at most five decimals", "7.5"),
    "qbxml.value.percent": _decimals(10, "at most five decimals", "8.25"),
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
    "qbxml.beyond.empty-date": lambda name, _text, _kind: (
        f"`{name}` is empty. Write a date like `2026-11-02`, or leave the element out if it may be."
    ),
}
