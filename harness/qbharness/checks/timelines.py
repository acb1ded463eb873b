"""Which journal rows the present still remembers, over all restored backups of every company file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from qbharness.history import Committed


@final
class Timelines:
    """A restore opens a timeline that shares the past up to its backup; the rest is abandoned."""

    def __init__(self, rows: Iterable[Committed]) -> None:
        self._reach: dict[str, dict[int, int]] = {}
        self.restores: list[Committed] = []
        by_company: dict[str, list[Committed]] = {}
        for row in rows:
            by_company.setdefault(row.company, []).append(row)
            if row.action == "restore":
                self.restores.append(row)
        for company, mine in by_company.items():
            self._reach[company] = _reach(mine)

    def has(self, row: Committed) -> bool:
        """Does a row lie on the present timeline of its company, or did a restore take it away?"""
        return row.sequence <= self._reach.get(row.company, {}).get(row.timeline, -1)


def _reach(rows: list[Committed]) -> dict[int, int]:
    reach = {rows[-1].timeline: rows[-1].sequence}
    for row in reversed(rows):
        if row.action == "restore" and row.timeline in reach and row.sequence <= reach[row.timeline]:
            shared = min(row.shares or 0, reach[row.timeline])
            reach.setdefault(row.restored or 0, shared)
    return reach
