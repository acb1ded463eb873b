"""QuickBooks' wall clock: stamps with offset, and the daylight-saving mistake in them.

QuickBooks prints the local wall time with the *standard* offset even in summer (captures of 1999
and 2014), and takes the same wrong offset, or none, in filters. A capture of 2026 shows a right
offset: hence the switch ``daylight_saving_offset``. The rule for summer time is that of the United
States since 2007; a company knows only its standard offset.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final, final

from attrs import frozen

_SUMMER: Final = dt.timedelta(hours=1)


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[dt.datetime, dt.datetime]:
    """Begin and end of summer time, both in standard local time."""
    march, november = dt.date(year, 3, 1), dt.date(year, 11, 1)
    begin = march + dt.timedelta(days=(6 - march.weekday()) % 7 + 7)
    end = november + dt.timedelta(days=(6 - november.weekday()) % 7)
    hour = dt.time(2), dt.time(1)
    return dt.datetime.combine(begin, hour[0]), dt.datetime.combine(end, hour[1])


@final
@frozen
class LocalTime:
    """The time zone of one company: ``offset_hours`` east of UTC in winter."""

    offset_hours: float = -5
    right_in_summer: bool = False

    def wall(self, epoch: int) -> dt.datetime:
        """The naive wall time that the clock on the PC shows at ``epoch`` (seconds)."""
        moment = dt.datetime.fromtimestamp(epoch, dt.UTC).replace(tzinfo=None)
        winter = moment + dt.timedelta(hours=self.offset_hours)
        begin, end = _summer(winter.year)
        return winter + _SUMMER if begin <= winter < end else winter

    def stamp(self, epoch: int) -> str:
        """As in TimeCreated: ``2014-07-30T21:11:20-05:00``."""
        return _stamp(self, epoch)

    def today(self, epoch: int) -> str:
        """The local date at ``epoch``, ISO."""
        return self.wall(epoch).date().isoformat()

    def offset_at(self, epoch: int) -> dt.timedelta:
        """The offset that QuickBooks prints at ``epoch``: in summer wrong, unless switched."""
        offset = dt.timedelta(hours=self.offset_hours)
        if self.right_in_summer and self.wall(epoch) - offset != _utc(epoch):
            offset += _SUMMER
        return offset

    def epoch(self, wall: dt.datetime) -> int:
        """The moment that QuickBooks means by ``wall``, a filter's value with or without offset.

        With the wrong offset (or none) QuickBooks finds what it printed with that offset.
        """
        winter = wall.replace(tzinfo=None)
        begin, end = _summer(winter.year)
        summer = begin + _SUMMER <= winter < end + _SUMMER
        if wall.tzinfo is not None:
            utc = wall.astimezone(dt.UTC).replace(tzinfo=None)
            if summer and not self.right_in_summer:
                utc -= _SUMMER
        else:
            utc = winter - dt.timedelta(hours=self.offset_hours) - (_SUMMER if summer else dt.timedelta(0))
        return int(utc.replace(tzinfo=dt.UTC).timestamp())


def _utc(epoch: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(epoch, dt.UTC).replace(tzinfo=None)


@lru_cache(maxsize=4096)
def _stamp(zone: LocalTime, epoch: int) -> str:
    minutes = int(zone.offset_at(epoch).total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"{zone.wall(epoch).isoformat()}{sign}{hours:02d}:{rest:02d}"
