"""A whole search: cut into batches, played on one worker or several, merged, and each bug shrunk once.

A batch is the unit of everything that must not depend on how many workers there are: its plans follow
from the seed and its number alone, and results are merged in the order of the batches.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar, final

from attrs import evolve, field, frozen

from qbharness.explore import placements
from qbharness.explore.campaign import Campaign, Failure, Tally, forgiving, shortest
from qbharness.explore.players import Players
from qbharness.explore.strategies import PROFILES
from qbharness.interrupts import deferred, safe_point
from qbharness.running import Plan
from qbharness.scenario.model import Scenario
from qbharness.workers import Workers, workers

BATCH: Final = 25
"""Plans in one batch."""
SMALL_BATCH: Final = 5
"""... where a run takes seconds, because the server's process is started for it."""

_MOMENT: Final = 0.2
"""Seconds for which a search with several workers is deaf."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@final
@frozen
class Batch:
    """One unit of work: these ``plans``, or ``examples`` plans drawn from ``seed``."""

    number: int
    plans: tuple[Scenario, ...] = field(default=(), repr=False)
    examples: int = 0
    seed: int = 0
    profile: str = "quick"
    focus: str = ""

    @property
    def size(self) -> int:
        """How many plans it holds."""
        return len(self.plans) or self.examples


def generated(
    profile: str, examples: int | None, seed: int, *, size: int = BATCH, focus: str = ""
) -> Iterator[Batch]:
    """Batches of drawn plans; without end where ``examples`` is None."""
    number = 0
    while examples is None or number * size < examples:
        count = size if examples is None else min(size, examples - number * size)
        own = random.Random(f"{seed}/{number}").getrandbits(32)  # noqa: S311 - reproducible
        yield Batch(number, examples=count, seed=own, profile=profile, focus=focus)
        number += 1


def listed(plans: Sequence[Scenario], *, size: int = BATCH) -> tuple[Batch, ...]:
    """Batches of plans that are there already."""
    starts = range(0, len(plans), size)
    return tuple(Batch(number, tuple(plans[start : start + size])) for number, start in enumerate(starts))


def shard(batches: Iterable[Batch], which: int, of: int) -> Iterator[Batch]:
    """Every ``of``-th batch, beginning with the ``which``-th (from 1)."""
    return islice(batches, which - 1, None, of)


@final
@frozen(kw_only=True)
class Search:
    """How a campaign is played.

    ``go_on`` is asked before each batch; ``heard`` is told the whole after each, ``finished`` the batch
    with its own part. ``restart_each``: as :class:`Players` has it.
    """

    plan: Plan
    restart_each: bool = False
    heard: Callable[[Tally], None] = lambda _: None
    go_on: Callable[[], bool] = lambda: True
    finished: Callable[[Batch, Tally], None] = lambda _batch, _part: None

    def run(self, batches: Iterable[Batch], total: Tally | None = None) -> Tally:
        """Play every batch on top of ``total``, then shrink each distinct failure once.

        When it is interrupted, what was found until then comes back as it was found.
        """
        total = total or Tally()
        try:
            with (
                tempfile.TemporaryDirectory(prefix="qbharness-") as folder,
                self._crew(folder) as crew,
                deferred(),
            ):
                self._play(crew, batches, total)
        except KeyboardInterrupt:
            total.interrupted = True
        return total

    def _play(self, crew: _Crew, batches: Iterable[Batch], total: Tally) -> None:
        for batch, part in crew.each(play_batch, batches, self.go_on):
            for key, failure in part.failures.items():
                part.failures[key] = evolve(failure, runs_before=total.runs + failure.runs_before)
            total.merge(part)
            if part.interrupted:
                raise KeyboardInterrupt
            self.finished(batch, part)
            self.heard(total)
        found = tuple(total.failures.values())
        for failure, short in crew.each(_shorten, found, lambda: True):
            total.failures[failure.key] = short

    def worlds(self, blocks: Iterable[int], faults: int, *, sweep: bool) -> dict[str, tuple[Scenario, ...]]:
        """The plans of an exhaustive search, world by world; so they are counted before they are played."""
        with tempfile.TemporaryDirectory(prefix="qbharness-") as folder, self._players(folder) as players:
            play = partial(forgiving, players.play)
            found = {}
            for many in blocks:
                name = f"{many} block{'s' if many > 1 else ''}"
                if sweep:
                    found[f"{name}, every value of every switch"] = tuple(placements.sweep(many, play))
                else:
                    found[name] = tuple(placements.small_world(many, faults, play))
            return found

    def _players(self, folder: str) -> Players:
        return Players(self.plan, Path(folder) / "alone", restart_each=self.restart_each)

    @contextmanager
    def _crew(self, folder: str) -> Iterator[_Crew]:
        if self.plan.jobs == 1:
            with self._players(folder) as players:
                yield _Alone(players)
            return
        with workers(self.plan.jobs, _begin, self.plan, folder, self.restart_each) as pool:
            yield _Together(pool, self.plan.jobs)


class _Crew(Protocol):
    """Whoever plays: one task after the other, or several at once; results come in order."""

    def each(
        self,
        task: Callable[[Players, _Item], _Result],
        items: Iterable[_Item],
        go_on: Callable[[], bool],
    ) -> Iterator[tuple[_Item, _Result]]: ...


@final
@frozen
class _Alone:
    players: Players

    def each(
        self, task: Callable[[Players, Any], Any], items: Iterable[Any], go_on: Callable[[], bool]
    ) -> Iterator[tuple[Any, Any]]:
        for item in items:
            if not go_on():
                return
            yield item, task(self.players, item)


@final
@frozen
class _Together:
    pool: Workers
    jobs: int

    def each(
        self, task: Callable[[Players, Any], Any], items: Iterable[Any], go_on: Callable[[], bool]
    ) -> Iterator[tuple[Any, Any]]:
        """Keep every worker busy, and hand the results out in the order of the items."""
        order: list[tuple[Any, Future[Any]]] = []
        open_ones: set[Future[Any]] = set()
        for item in items:
            if not go_on():
                break
            future = self.pool.submit(task, item)
            order.append((item, future))
            open_ones.add(future)
            while len(open_ones) >= 2 * self.jobs:
                open_ones = _some_done(open_ones)
            while order and order[0][1].done():
                first, result = order.pop(0)
                yield first, result.result()
        for first, result in order:
            while not result.done():
                _some_done({result})
            yield first, result.result()


def _some_done(waiting: set[Future[Any]]) -> set[Future[Any]]:
    """Those that still are not done, when some are or a moment is over; an interrupt comes here."""
    safe_point()
    return wait(waiting, timeout=_MOMENT, return_when=FIRST_COMPLETED).not_done


def play_batch(players: Players, batch: Batch) -> Tally:
    """Play one batch; failures are kept as they were found, also when it is interrupted."""
    campaign = Campaign(players.play, shrinks=False, excused=players.excused)
    try:
        if batch.plans:
            for plan in batch.plans:
                campaign.try_one(plan)
        else:
            campaign.generated(PROFILES[batch.profile], batch.examples, at=batch.seed, focus=batch.focus)
    except KeyboardInterrupt:
        campaign.tally.interrupted = True
    return campaign.tally


def _shorten(players: Players, failure: Failure) -> Failure:
    return failure if failure.flaky else shortest(failure, players.play)


def _begin(plan: Plan, home: str, restart_each: bool) -> Players:
    folder = Path(home) / f"worker-{os.getpid()}"
    return Players(plan, folder, str(os.getpid()), restart_each=restart_each)
