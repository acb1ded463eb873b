"""The simulator's own log: what it could not answer, and why it refused; never shown to a server."""

from __future__ import annotations

import logging
from collections import deque
from typing import Final, final

from attrs import frozen

_LOGGER: Final = logging.getLogger("qbsim.quickbooks")
_KEPT: Final = 1000


@final
@frozen
class LogLine:
    """``kind`` is ``not modelled``, ``refused`` or ``died``."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


@final
class SimulatorLog:
    """The last thousand lines; each goes to the logger ``qbsim.quickbooks`` as well."""

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=_KEPT)

    def note(self, kind: str, text: str) -> None:
        line = LogLine(kind, text)
        self._lines.append(line)
        level = logging.WARNING if kind == "not modelled" else logging.INFO
        _LOGGER.log(level, "%s", line)

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """Oldest first."""
        return tuple(self._lines)
