"""How hours, durations, dates and moments are written: texts to values and back, no I/O.

Everything here raises :class:`Unreadable` with a sentence and a cure; the reader adds the place.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from qbsim.errors import UsageProblem


class Unreadable(UsageProblem):
    """A text that is not what it should be, with the cure."""


_COLON: Final = re.compile(r"(\d{1,4}):(\d{1,2})", re.ASCII)
_LETTERS: Final = re.compile(r"(?=\S)(?:(\d{1,4})h)?\s?(?:(\d{1,3})m)?", re.ASCII)
_DECIMAL: Final = re.compile(r"(\d{1,4})(?:[.,](\d{1,6}))?", re.ASCII)
_DURATION: Final = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

EARLIEST: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LATEST: Final = dt.datetime(2199, 12, 31, tzinfo=dt.UTC)
"""Where the clock of a story may start: what every server can tell, and far from the end of what ours can."""

LONGEST: Final = dt.timedelta(days=3660)
MOST_HOURS: Final = dt.timedelta(hours=9999, minutes=59)


def read_hours(text: str) -> dt.timedelta:
    """``7:30`` and ``7h30m``: hours and minutes of a block."""
    if found := _COLON.fullmatch(text):
        hours, minutes = int(found[1]), int(found[2])
        if len(found[2]) == 1:
            raise Unreadable(
                f"{text!r} has one digit of minutes.",
                cure=f"Write {hours}:0{minutes} or {hours}:{minutes}0.",
            )
    elif text and (found := _LETTERS.fullmatch(text)):
        hours, minutes = int(found[1] or 0), int(found[2] or 0)
    else:
        raise _not_hours(text)
    if minutes > 59:
        right = write_hours(dt.timedelta(hours=hours, minutes=minutes))
        raise Unreadable(f"{text!r} has more than 59 minutes.", cure=f"Write {right}.")
    return dt.timedelta(hours=hours, minutes=minutes)


def _not_hours(text: str) -> Unreadable:
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return Unreadable(f"{text!r} is not a number of hours.", cure="Write 7:30 or 7h30m.")
    exact = dt.timedelta(hours=float(text.replace(",", ".")))
    minutes = dt.timedelta(minutes=round(exact / dt.timedelta(minutes=1)))
    cure = f"If you mean {write_hours(minutes, letters=True)}, write {write_hours(minutes)}."
    if found[2] is None:
        return Unreadable(f"{text!r} does not say whether it is hours or minutes.", cure=cure)
    return Unreadable(f"Decimal hours such as {text!r} are not taken.", cure=cure)


def write_hours(value: dt.timedelta, *, letters: bool = False) -> str:
    """``7:30``, or with ``letters`` ``7h30m``."""
    hours, minutes = divmod(value // dt.timedelta(minutes=1), 60)
    return f"{hours}h{minutes:02}m" if letters else f"{hours}:{minutes:02}"


def read_duration(text: str) -> dt.timedelta:
    """``2d``, ``60m``, ``1h30m``, ``20s``: simulated time that passes; more than nothing."""
    found = _DURATION.fullmatch(text.replace(" ", ""))
    if not text or found is None:
        cure = f"Say the unit: {text}m, {text}h or {text}d." if text.isdigit() else ""
        raise Unreadable(f"{text!r} is not a duration.", cure=cure or "Write 2d, 1h30m, 60m or 20s.")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    value = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not dt.timedelta(0) < value <= LONGEST:
        raise Unreadable(
            f"A duration of {text!r} is not possible.",
            cure=f"Take one above zero, up to {LONGEST.days}d.",
        )
    return value


def write_duration(value: dt.timedelta) -> str:
    """The shortest form: ``1d2h``, ``90s`` becomes ``1m30s``."""
    seconds = value // dt.timedelta(seconds=1)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def read_date(text: str) -> dt.date:
    """An ISO date: ``2026-11-02``."""
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise Unreadable(f"There is no day {text!r}.", cure="Check month and day.") from None
    raise Unreadable(
        f"{text!r} is not a date.", cure="Write year-month-day with two digits each: 2026-11-02."
    )


def read_moment(text: str) -> dt.datetime:
    """A moment with its offset: ``2026-11-01T05:30:00Z``; returned in UTC, whole seconds."""
    cure = "Write it as 2026-11-01T05:30:00Z, or with an offset such as -04:00."
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"{text!r} is not a moment.", cure=cure) from None
    if moment.tzinfo is None:
        raise Unreadable(f"{text!r} does not say its offset from UTC.", cure=cure)
    if not EARLIEST <= moment <= LATEST:
        between = f"between {EARLIEST.year} and {LATEST.year}"
        raise Unreadable(f"The clock cannot start at {text!r}.", cure=f"Take a moment {between}.")
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def write_moment(moment: dt.datetime) -> str:
    """In UTC, with ``Z``."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
