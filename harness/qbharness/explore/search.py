"""A whole search: cut into batches, played on one worker or several, merged, and each bug shrunk once.

A batch is the unit of everything that must not depend on how many workers there are: its plans follow
from the seed and its number alone, and results are merged in the order of the batches.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from itertools import islice
from pathlib import Path
from typing import Final, final

from attrs import evolve, frozen

from qbharness.explore.campaign import Campaign, Failure, Tally, keys_of, without_unfired
from qbharness.explore.players import Players
from qbharness.explore.shrinking import shrink
from qbharness.explore.strategies import PROFILES
from qbharness.outcome import Status
from qbharness.running import Plan
from qbharness.workers import workers

BATCH: Final = 25
"""Plans in one generated batch."""
PARTS: Final = 12
"""Batches into which the placements of one world are cut."""


@final
@frozen
class Batch:
    """One unit of work. ``blocks`` 0: generated from ``seed``; else that part of the exhaustive world."""

    number: int
    blocks: int = 0
    faults: int = 0
    part: int = 1
    examples: int = BATCH
    seed: int = 0
    profile: str = "quick"


def generated(profile: str, examples: int | None, seed: int) -> Iterator[Batch]:
    """Batches of drawn plans; without end where ``examples`` is None."""
    number = 0
    while examples is None or number * BATCH < examples:
        size = BATCH if examples is None else min(BATCH, examples - number * BATCH)
        own = random.Random(f"{seed}/{number}").getrandbits(32)  # noqa: S311 - reproducible
        yield Batch(number, examples=size, seed=own, profile=profile)
        number += 1


def exhaustive(blocks: Iterable[int], faults: int) -> Iterator[Batch]:
    """Batches that together place every fault (1) or every pair of effects too (2)."""
    number = 0
    for many in blocks:
        for part in range(1, PARTS + 1):
            yield Batch(number, blocks=many, faults=faults, part=part)
            number += 1


def shard(batches: Iterable[Batch], which: int, of: int) -> Iterator[Batch]:
    """Every ``of``-th batch, beginning with the ``which``-th (from 1)."""
    return islice(batches, which - 1, None, of)


@final
@frozen
class Search:
    """How a campaign is played. ``go_on`` is asked before each batch; ``heard`` told after each."""

    plan: Plan
    heard: Callable[[Tally], None]
    go_on: Callable[[], bool]
    done: frozenset[int] = frozenset()
    finished: Callable[[Batch], None] = lambda _: None

    def run(self, batches: Iterable[Batch]) -> Tally:
        """Play every batch, then shrink each distinct failure once."""
        total = Tally()
        waiting = (batch for batch in batches if batch.number not in self.done)
        with tempfile.TemporaryDirectory(prefix="qbharness-") as folder:
            home = Path(folder)
            played = self._alone(waiting, home) if self.plan.jobs == 1 else self._together(waiting, home)
            for batch, part in played:
                _number_from(part, total.runs)
                total.merge(part)
                self.finished(batch)
                self.heard(total)
            with Players(self.plan, home / "shrinking") as players:
                for key, failure in total.failures.items():
                    total.failures[key] = _shortest(failure, players)
        return total

    def _alone(self, batches: Iterable[Batch], home: Path) -> Iterator[tuple[Batch, Tally]]:
        with Players(self.plan, home / "alone") as players:
            for batch in batches:
                if not self.go_on():
                    return
                yield batch, play_batch(batch, players)

    def _together(self, batches: Iterator[Batch], home: Path) -> Iterator[tuple[Batch, Tally]]:
        """Keep every worker busy, and hand the results out in the order of the batches."""
        with workers(self.plan.jobs, _begin, self.plan, str(home)) as pool:
            order: list[tuple[Batch, Future[Tally]]] = []
            open_ones: set[Future[Tally]] = set()
            for batch in batches:
                if not self.go_on():
                    break
                future = pool.submit(_play, batch)
                order.append((batch, future))
                open_ones.add(future)
                while len(open_ones) >= 2 * self.plan.jobs:
                    _, open_ones = wait(open_ones, return_when=FIRST_COMPLETED)
                while order and order[0][1].done():
                    first, result = order.pop(0)
                    yield first, result.result()
            for first, result in order:
                yield first, result.result()


def play_batch(batch: Batch, players: Players) -> Tally:
    """Play one batch; failures are kept as they were found."""
    campaign = Campaign(players.play, shrinks=False)
    if batch.blocks:
        campaign.exhaustive([batch.blocks], batch.faults, part=(batch.part, PARTS))
    else:
        campaign.generated(PROFILES[batch.profile], batch.examples, at=batch.seed)
    return campaign.tally


def _number_from(part: Tally, before: int) -> None:
    for key, failure in part.failures.items():
        part.failures[key] = evolve(failure, runs_before=failure.runs_before + before)


def _shortest(failure: Failure, players: Players) -> Failure:
    if failure.flaky:
        return failure

    def still(scenario: object) -> bool:
        return failure.key in keys_of(without_unfired(players.play(scenario)))  # type: ignore[arg-type]

    story = shrink(failure.scenario, still)
    return evolve(failure, scenario=story, outcome=players.play(story))


def _begin(plan: Plan, home: str) -> Players:
    return Players(plan, Path(home) / f"worker-{os.getpid()}", str(os.getpid()))


def _play(players: Players, batch: Batch) -> Tally:
    return play_batch(batch, players)


@final
class Progress:
    """Remembers on disk which batches of an exhaustive search are done, so that it can be taken up again."""

    def __init__(self, path: Path, *, fresh: bool) -> None:
        self._path = path
        if fresh and path.exists():
            path.unlink()
        self.done: frozenset[int] = frozenset()
        if path.exists():
            self.done = frozenset(json.loads(line)["batch"] for line in path.read_text().splitlines())

    def finished(self, batch: Batch) -> None:
        """Note a batch down."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"batch": batch.number}) + "\n")

    def forget(self) -> None:
        """The search is complete."""
        self._path.unlink(missing_ok=True)


def is_broken(tally: Tally) -> bool:
    """Did the campaign find a failure of the server itself?"""
    return any(not failure.exposed for failure in tally.failures.values()) or Status.BROKEN in {
        status for status, times in tally.statuses.items() if times
    }
