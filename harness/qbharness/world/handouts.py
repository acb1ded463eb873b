"""Reads a server's request the way QuickBooks will: what hours it offers, and what the gates say of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, final

from attrs import frozen

from qbharness.history import Hours, OfferedEntry

EMPTY: Final = Hours("", "", 0)

Resolve = Callable[[str, str], str]
"""(element such as ``EntityRef``, ListID) to the full name in the open company, or ``""``."""
