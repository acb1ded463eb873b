"""The DateMacro words of a date filter as ranges of dates. Fiscal years begin in January here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

_DAY: Final = dt.timedelta(days=1)
_WEEK: Final = dt.timedelta(days=7)

_Period = Callable[[dt.date, int], tuple[dt.date, dt.date]]


def _week(today: dt.date, shift: int) -> tuple[dt.date, dt.date]:
    """Weeks run from Sunday to Saturday."""
    first = today - _DAY * ((today.weekday() + 1) % 7) + _WEEK * shift
    return first, first + 6 * _DAY


def _months(today: dt.date, shift: int, size: int) -> tuple[dt.date, dt.date]:
    number = (today.year * 12 + today.month - 1) // size + shift
    first, after = number * size, (number + 1) * size
    end = dt.date(after // 12, after % 12 + 1, 1) - _DAY
    return dt.date(first // 12, first % 12 + 1, 1), end


_PERIODS: Final[tuple[tuple[str, _Period], ...]] = (
    ("Week", _week),
    ("Month", lambda today, shift: _months(today, shift, 1)),
    ("CalendarQuarter", lambda today, shift: _months(today, shift, 3)),
    ("FiscalQuarter", lambda today, shift: _months(today, shift, 3)),
    ("CalendarYear", lambda today, shift: _months(today, shift, 12)),
    ("FiscalYear", lambda today, shift: _months(today, shift, 12)),
)
_SHIFTS: Final = (("This", 0), ("Last", -1), ("Next", 1))


def macro_range(word: str, today: dt.date) -> tuple[str, str]:
    """First and last date of ``word`` (``LastMonth``), ISO, seen from ``today``."""
    first, last = _range(word, today)
    return first.isoformat(), last.isoformat()


def _range(word: str, today: dt.date) -> tuple[dt.date, dt.date]:
    single = {
        "All": (dt.date(1901, 1, 1), dt.date(9999, 12, 31)),
        "Today": (today, today),
        "Yesterday": (today - _DAY, today - _DAY),
        "NextFourWeeks": (_week(today, 1)[0], _week(today, 4)[1]),
    }
    if word in single:
        return single[word]
    to_date = word.endswith("ToDate")
    bare = word.removesuffix("ToDate")
    for prefix, shift in _SHIFTS:
        for name, period in _PERIODS:
            if bare == prefix + name:
                first, last = period(today, shift)
                return first, _same_point(today, first, last, period) if to_date else last
    raise ValueError(f"no DateMacro is called {word!r}")


def _same_point(today: dt.date, first: dt.date, last: dt.date, period: _Period) -> dt.date:
    """As far into the period as ``today`` is into the present one."""
    return min(last, first + (today - period(today, 0)[0]))
