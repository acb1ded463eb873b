"""The server's clock: real time, unless the test API has set it."""

from __future__ import annotations

import datetime as dt
from typing import final


@final
class Clock:
    """UTC time in whole seconds; stands still at the moment that ``set`` was given."""

    def __init__(self) -> None:
        self._fixed: dt.datetime | None = None

    def now(self) -> dt.datetime:
        return self._fixed or dt.datetime.now(dt.UTC).replace(microsecond=0)

    def set(self, moment: dt.datetime | None) -> None:
        """Stop the clock at ``moment`` (aware), or let it run again with None."""
        self._fixed = None if moment is None else moment.astimezone(dt.UTC)

    def stamp(self) -> str:
        """Now, as the database keeps it: sortable text."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def stamp_before(self, minutes: int) -> str:
        """The same form, ``minutes`` ago."""
        now = self.now()
        since_the_first = now - dt.datetime.min.replace(tzinfo=dt.UTC)
        moment = now - min(dt.timedelta(minutes=minutes), since_the_first)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
