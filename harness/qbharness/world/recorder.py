"""Writes the history: stamps each event with the simulated time and hands it to whoever listens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from qbharness.history import Event, History, Sink
from qbharness.world.naming import Naming
from qbsim.source import Source


@final
class Recorder:
    """The only writer of one run's history."""

    def __init__(self, source: Source, sinks: Iterable[Sink] = ()) -> None:
        self.history = History()
        self.naming = Naming()
        self._source = source
        self._sinks = tuple(sinks)
        self._calls = 0
        self._updates = 0

    def add(self, event: Event) -> Event:
        """Append ``event``; returns it with its number and time."""
        now = self._source.now.replace(tzinfo=None)
        stamped = self.history.append(event, at=f"{now.isoformat(timespec='seconds')}Z")
        for sink in self._sinks:
            sink(stamped)
        return stamped

    def next_call(self) -> int:
        """The number of the next call of any connector."""
        self._calls += 1
        return self._calls

    def next_update(self) -> int:
        """The number of the next update."""
        self._updates += 1
        return self._updates
