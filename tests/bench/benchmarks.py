"""What a benchmark says: our figure beside a reference that was measured in the same run."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One printed line; machines are shared, so only the ratio means anything."""

    name: str
    figure: float
    reference: float
    unit: str = "/s"
    bar: str = ""
    """What the ratio should be, in words; shown, never asserted."""

    @property
    def ratio(self) -> float:
        return self.figure / self.reference


def rate(work: Callable[[], object], *, seconds: float = 1.0, batch: int = 1) -> float:
    """How often a second ``work`` runs (``batch`` units a call), the best of three equal slices."""
    (best,) = rates(work, seconds=seconds, slices=3, batch=batch)
    return best


def rates(
    *works: Callable[[], object], seconds: float = 1.0, slices: int = 10, batch: int = 1
) -> tuple[float, ...]:
    """How often a second each of these runs, the best of its slices.

    They take turns, so that what else the machine has to do at a moment slows all of them.
    """
    for work in works:
        work()
    best = [0.0] * len(works)
    gc.disable()
    try:
        for number in range(slices * len(works)):
            which = number % len(works)
            runs, start = 0, time.perf_counter()
            while (spent := time.perf_counter() - start) < seconds / slices:
                works[which]()
                runs += batch
            best[which] = max(best[which], runs / spent)
    finally:
        gc.enable()
    return tuple(best)


def seconds_of(work: Callable[[], object]) -> float:
    """How long one call of ``work`` takes, the best of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
