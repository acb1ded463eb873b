"""The one seeded source of time, ids and chance.

Nothing else in ``qbsim`` or ``qbharness`` may read a wall clock or draw a random value: the same
seed and the same steps give the same bytes. Time is *simulated*: it stands still until somebody
moves it, and it never goes back (QuickBooks derives TxnIDs and edit sequences from it).
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from qbsim.errors import UsageProblem

DEFAULT_START: Final = dt.datetime(2026, 11, 2, 14, 0, 0, tzinfo=dt.UTC)
"""09:00 on a Monday in New York."""


class Source:
    """A simulated clock and a seeded stream of ids.

    ``seed`` picks the stream; ``start`` is an aware UTC datetime of whole seconds.
    """

    def __init__(self, seed: int = 0, start: dt.datetime = DEFAULT_START) -> None:
        if start.tzinfo is None:
            raise ValueError("the start of the simulated clock must know its time zone")
        self.seed = seed
        self.chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
        self._now = start.astimezone(dt.UTC).replace(microsecond=0)

    @property
    def now(self) -> dt.datetime:
        """The simulated time, aware, in UTC."""
        return self._now

    def advance(self, by: dt.timedelta) -> dt.datetime:
        """Move the clock forward and return the new time."""
        if by < dt.timedelta(0):
            raise ValueError("the simulated clock never goes back")
        try:
            self._now += by
        except OverflowError:
            raise UsageProblem("The simulated clock ends with the year 9999.", cure="Wait less.") from None
        return self._now

    def advance_to(self, moment: dt.datetime) -> dt.datetime:
        """Move the clock to ``moment`` unless it is there or past it already."""
        self._now = max(self._now, moment.astimezone(dt.UTC))
        return self._now

    def tick(self) -> dt.datetime:
        """Move the clock by the second that every commit takes, and return the new time."""
        return self.advance(dt.timedelta(seconds=1))

    def guid(self) -> str:
        """A GUID in QuickBooks' form: lower case, in braces."""
        value = self.chance.getrandbits(128)
        text = f"{value:032x}"
        return f"{{{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}}}"
