"""What a campaign says: its progress, what it has reached, its failures, and the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Final, final

from attrs import frozen

from qbharness.cli import exit_codes as codes
from qbharness.explore.campaign import Failure, Tally
from qbharness.explore.failures import exposures, in_words
from qbharness.explore.reached import MARKS, Reached
from qbharness.outcome import Status
from qbharness.scenario.faults import CALLS

Say = Callable[[str], None]

EVERY: Final = 10.0
"""Seconds between two lines of progress."""


@final
class Clock:
    """Real time: for the rate that people see, and for ``--for``. Nothing of it gets into a result."""

    def __init__(self, limit: float | None, planned: int | None, say: Say) -> None:
        self._limit = limit
        self._planned = planned
        self._say = say
        self._start = self._said = monotonic()
        self._before = 0

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return monotonic() - self._start

    def go_on(self) -> bool:
        """Is there time left?"""
        return self._limit is None or self.seconds < self._limit

    def resumed(self, runs: int) -> None:
        """So many runs were made before this clock began."""
        self._before = runs

    def rate(self, tally: Tally) -> str:
        """Runs a second, of those that this search has made itself."""
        return f"{(tally.runs - self._before) / max(self.seconds, 0.001):.0f} a second"

    def heard(self, tally: Tally) -> None:
        """A line every ten seconds."""
        if monotonic() - self._said < EVERY:
            return
        self._said = monotonic()
        of = f" of {self._planned}" if self._planned else ""
        reached = len(MARKS) - len(tally.reached.missing)
        self._say(
            f"  {tally.runs}{of} runs, {self.rate(tally)}; {_failures(tally)}; "
            f"{reached} of {len(MARKS)} marks reached"
        )


def _failures(tally: Tally) -> str:
    many = len(tally.failures)
    return f"{many or 'no'} distinct failure{'' if many == 1 else 's'}"


def summary(tally: Tally, clock: Clock, *, planned: int | None) -> Iterator[str]:
    """What was played, how it ended, and what was reached."""
    statuses = ", ".join(
        f"{tally.statuses[status]} {status.value}" for status in Status if tally.statuses[status]
    )
    of = f" of {planned}" if planned else ""
    yield (
        f"{tally.runs}{of} runs ({statuses or 'none'}) in {clock.seconds:.0f} s, {clock.rate(tally)}; "
        f"{_failures(tally)}."
    )
    for why, times in tally.unsure.most_common(3):
        yield f"  {times} gave no verdict: {why}"
    if tally.unfocused:
        yield f"  {tally.unfocused} were not played: of fifty that were drawn for each, none was in focus."
    for why, times in tally.unset.most_common(3):
        yield f"  {times} gave no verdict, for nothing could be set up: {why}"
    for why, times in tally.skipped.most_common(3):
        yield f"  {times} can't be played on this target: {why}"


def reached(found: Reached, lane: str) -> Iterator[str]:
    """Where the campaign has been, and where it never was."""
    there = [f"{name} ({times})" for name, times in found.marks.items() if times]
    yield f"Reached: {', '.join(there) or 'nothing'}."
    if lacking := found.lacking(lane):
        yield f"Never reached, so this campaign says nothing about it: {', '.join(lacking)}."
    others = [f"{name}{_takes(name)}" for name in found.missing if lane not in MARKS[name].lanes]
    if others:
        yield f"Not to be expected of such a campaign, and not reached: {', '.join(others)}."


def _takes(name: str) -> str:
    return f" (it takes {MARKS[name].but})" if MARKS[name].but else ""


def table(found: Reached) -> Iterator[str]:
    """Faults by calls: how often each struck."""
    words = sorted({word for _, word in found.faults})
    width = max((len(word) for word in words), default=5)
    heads = [_split(call) for call in CALLS]
    for line in range(2):
        yield " " * width + "".join(f"{head[line]:>13}" for head in heads)
    for word in words:
        yield f"{word:{width}}" + "".join(f"{found.faults[call, word] or '-':>13}" for call in CALLS)


def _split(call: str) -> tuple[str, str]:
    """``sendRequestXML`` as two lines of a heading."""
    at = next((place for place, letter in enumerate(call) if letter.isupper()), len(call))
    return call[:at], call[at:]


def failure(found: Failure, where: str, replay: str, *, shrunk: bool) -> Iterator[str]:
    """One failure in plain words; ``shrunk``: its story has been made as short as can be."""
    yield ""
    yield f"{found.word}  {found.key} (met after {found.runs_before} runs): {found.sentence}"
    yield from (f"  {line}" for line in exposures(found))
    if found.flaky:
        yield "  Two runs of this plan differ; the first events that do:"
        yield from (f"    {line}" for line in found.flaky.splitlines())
    yield from (f"    {line}" for line in in_words(found.scenario))
    yield f"  The {'shortest story' if shrunk else 'story as it was met'}: {where}"
    yield f"  Reproduce with: {replay}"


@final
@frozen
class Rechecked:
    """What became of the failures that earlier searches had kept."""

    broken: bool = False
    unsure: bool = False


def exit_code_of(again: Rechecked) -> int:
    """Where nothing was searched."""
    return codes.BROKEN if again.broken else codes.UNDETERMINED if again.unsure else codes.HELD


def exit_code(
    tally: Tally, lane: str, again: Rechecked, *, strict: bool, require_reached: bool, complete: bool
) -> int:
    """Green needs runs that held, no failure, and nothing that could not be looked at.

    ``complete``: nothing of what was to be placed exhaustively is left.
    """
    accused = any(not each.flaky and (strict or not each.exposed) for each in tally.failures.values())
    if accused or again.broken:
        return codes.BROKEN
    if tally.interrupted:
        return codes.INTERRUPTED
    unsure = again.unsure or tally.unset or any(each.flaky for each in tally.failures.values())
    unseen = require_reached and tally.reached.lacking(lane)
    held = tally.statuses[Status.HELD] or tally.statuses[Status.EXPOSED]
    return codes.UNDETERMINED if unsure or unseen or not held or not complete else codes.HELD
