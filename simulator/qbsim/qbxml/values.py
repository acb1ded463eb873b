"""Values between qbXML and Python: time intervals, dates, date-times, amounts, GUIDs, ids.

Reading takes every form that the schema takes, with blanks around it where the schema drops them;
writing gives the one that QuickBooks writes. What cannot be read raises ValueError: the gates have
refused it before.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_INTERVAL: Final = re.compile(r"([+-]?)PT(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?")
_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_MOMENT: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:T([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:([+-])([0-9]{1,2}):([0-9]{1,2}))?)?)?)?"
)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,13}(?:\.[0-9]{1,5})?")
_GUID: Final = re.compile(r"\{[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}")
_ID: Final = re.compile(r"([0-9A-F]+)-([0-9]+)")
_BLANKS: Final = " \t\n\r"
_CENT: Final = Decimal("0.01")


def _no(text: str, what: str) -> ValueError:
    return ValueError(f"{text!r} is not {what}")


def read_interval(text: str) -> dt.timedelta:
    """``PT8H30M`` as a timedelta of whole seconds."""
    match = _INTERVAL.fullmatch(text.strip(_BLANKS))
    if match is None:
        raise _no(text, "a time interval like PT8H30M")
    try:
        hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
        whole = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (OverflowError, ValueError):  # the schema has no bound; Python has two
        raise _no(
            text if len(text) <= 60 else f"{text[:57]}...", "a time interval that can be counted"
        ) from None
    return -whole if match[1] == "-" else whole


def write_interval(interval: dt.timedelta, *, seconds: bool = True) -> str:
    """``PT8H30M0S``; hours are not folded into days. ``seconds=False`` leaves them out: ``PT8H30M``.

    Fractions of a second are cut off. Source of the form: EmployeePayrollInfo in the wild
    (``PT48H0M0S``); how QuickBooks echoes a Duration was not seen.
    """
    total = int(abs(interval).total_seconds())
    minutes, second = divmod(total, 60)
    hours, minute = divmod(minutes, 60)
    sign = "-" if interval < dt.timedelta(0) and total else ""
    return f"{sign}PT{hours}H{minute}M" + (f"{second}S" if seconds else "")


def read_date(text: str) -> dt.date:
    """``2026-11-02`` as a date; a time zone behind it, which XSD allows, is dropped."""
    match = _DATE.fullmatch(text.strip(_BLANKS))
    if match is None:
        raise _no(text, "a date like 2026-11-02")
    return dt.date.fromisoformat(match[1])


def write_date(date: dt.date) -> str:
    return f"{date:%Y-%m-%d}" if date.year >= 1000 else f"{date.year:04}-{date:%m-%d}"


def read_moment(text: str) -> dt.datetime:
    """``2026-11-02T09:00:00-05:00`` as a datetime: aware with an offset, naive (the PC's time) without.

    Parts may be left out from the right; a date alone is its midnight.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise _no(text, "a date-time like 2026-11-02T09:00:00-05:00")
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    zone = None
    if match[7]:
        offset = dt.timedelta(hours=int(match[8]), minutes=int(match[9]))
        zone = dt.timezone(-offset if match[7] == "-" else offset)
    return dt.datetime(year, month, day, hour, minute, second, tzinfo=zone)


def write_moment(moment: dt.datetime) -> str:
    """As QuickBooks stamps: local time with its offset, whole seconds; without one if it is naive."""
    text = f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}"
    offset = moment.utcoffset()
    if offset is None:
        return text
    minutes = round(offset.total_seconds() / 60)
    return f"{text}{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def read_number(text: str) -> Decimal:
    """An amount, price, quantity or percentage."""
    if _NUMBER.fullmatch(text) is None:
        raise _no(text, "a number like 1250.00")
    return Decimal(text)


def write_amount(amount: Decimal) -> str:
    """Two decimals, as every amount that was seen; halves are rounded away from zero."""
    return f"{amount.quantize(_CENT, ROUND_HALF_UP):f}"


def write_price(price: Decimal) -> str:
    """At least two decimals and at most five, without needless zeros: ``95.00``, ``0.12345``."""
    exact = price.quantize(Decimal("0.00001"), ROUND_HALF_UP)
    whole, _, fraction = f"{exact:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


def write_quantity(quantity: Decimal) -> str:
    """At most five decimals, none if it is whole: ``8``, ``7.5``."""
    exact = f"{quantity.quantize(Decimal('0.00001'), ROUND_HALF_UP):f}"
    return exact.rstrip("0").rstrip(".")


def read_boolean(text: str) -> bool:
    """``true``, ``1``, ``false``, ``0``."""
    try:
        return {"true": True, "1": True, "false": False, "0": False}[text.strip(_BLANKS)]
    except KeyError:
        raise _no(text, "a boolean") from None


def write_boolean(value: bool) -> str:
    return "true" if value else "false"


def read_guid(text: str) -> str:
    """``0`` (custom fields) or a GUID in braces, in lower case."""
    if text != "0" and _GUID.fullmatch(text) is None:
        raise _no(text, "a GUID in braces, or 0")
    return text.lower()


def read_id(text: str) -> tuple[int, dt.datetime]:
    """A ListID or TxnID as (counter, moment of creation in UTC): ``80000001-1405768916``.

    Source: captures; QuickBooks itself promises no form.
    """
    match = _ID.fullmatch(text)
    if match is None:
        raise _no(text, "an id like 80000001-1405768916")
    return int(match[1], 16), dt.datetime.fromtimestamp(int(match[2]), dt.UTC)


def write_id(counter: int, created: dt.datetime) -> str:
    """An id of ``counter`` made at ``created`` (aware); the inverse of :func:`read_id`."""
    return f"{counter:X}-{int(created.timestamp())}"
