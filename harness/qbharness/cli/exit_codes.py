"""What each exit code means; promised to CI."""

from __future__ import annotations

from typing import Final

HELD: Final = 0
BROKEN: Final = 1
INTERRUPTED: Final = 2
INTERNAL: Final = 3
USAGE: Final = 4
NOTHING_SELECTED: Final = 5
UNDETERMINED: Final = 6
