"""The one place that asks what day it is; called at the rim (a command, the public API, pytest), never below.

Everything below is told the day as plain data. It matters for one thing only: until when a target file
accepts a known failure (``expect_broken``). Runs of one plan with the same day are the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from qbsim.errors import UsageProblem

VARIABLE: Final = "SOURCE_DATE_EPOCH"
"""Seconds since 1970 that stand for now, as reproducible builds set it."""


def read_today(environment: Mapping[str, str]) -> dt.date:
    """Today in UTC: the day of ``SOURCE_DATE_EPOCH`` where that is set, else the system's.

    Raises :class:`UsageProblem` where the variable is no number of seconds.
    """
    given = environment.get(VARIABLE, "")
    if not given:
        return dt.datetime.now(dt.UTC).date()
    try:
        return dt.datetime.fromtimestamp(int(given), dt.UTC).date()
    except (ValueError, OverflowError, OSError):
        raise UsageProblem(
            f"{VARIABLE} is {given!r}, and that is no number of seconds since 1970.", cure="Unset it."
        ) from None


__all__ = ["VARIABLE", "read_today"]
