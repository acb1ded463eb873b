"""What a scenario may do to QuickBooks that no request can."""

from __future__ import annotations

from typing import final


@final
class QuickBooksDied(Exception):
    """Raised inside ``QuickBooks.crash_points`` to kill QuickBooks at that point."""
