"""How fast histories are judged; exploration judges thousands a minute."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks import Line, rates
from history_support import JANE, shifted
from ideal_server import Ideal

from qbharness.checks.judging import judge
from qbharness.history import History, from_line, to_line


def history_of(blocks: int) -> History:
    """A run with two lost answers and a crash, in which every block lands once."""
    ideal = Ideal()
    for number in range(blocks):
        ideal.add(shifted(JANE, notes=f"block {number // 2}"))
    ideal.update("well", "answer lost")
    ideal.update("killed after")
    ideal.update("well", "receipt lost")
    ideal.rest()
    return ideal.story.history


def bench_judging() -> Iterable[Line]:
    for blocks in (3, 20):
        history = history_of(blocks)
        lines = [to_line(event) for event in history]

        def read(lines: list[str] = lines) -> History:
            return History(from_line(line) for line in lines)

        ours, reference = rates(lambda history=history: judge(history), read)
        yield Line(
            f"judge a history of {len(history)} events",
            ours,
            reference,
            bar="above 1: judging costs less than reading the same history from NDJSON",
        )
