"""The campaign that convicts the mutants and must acquit ``exact``: three lanes, each up to its first kill.

*Library*: the bundled stories. *Exhaustive*: every fault on every call of a small world. *Generated*: the
plans that ``qbharness explore --seed`` draws. What a story's author expects counts for a mutant only if it
says that nothing else can convict it (``author``): so a check that is blinded lets a mutant survive.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final, final

from attrs import evolve, field, frozen
from broken_servers import BASE
from matrix_support import AUTHOR, stories
from mutants_support import catalogue, target_of

from qbharness.explore.campaign import Campaign, Failure, Tally, without_unfired
from qbharness.explore.players import Players
from qbharness.explore.search import generated
from qbharness.explore.shrinking import shrink, size
from qbharness.explore.strategies import PROFILES
from qbharness.history import History
from qbharness.outcome import Outcome, Status
from qbharness.running import Plan
from qbharness.scenario.model import Scenario

_SHORT: Final = 3
"""Steps of a story that need not be shorter."""
_COUNTED: Final = ("none", "one", "two", "three")
LANES: Final = ("library", "exhaustive", "generated")


@final
@frozen
class Depth:
    """How far a campaign goes: the same for every mutant and for ``exact``.

    ``worlds`` are (blocks, faults) of the exhaustive lane; ``examples`` how many plans are drawn.
    """

    worlds: tuple[tuple[int, int], ...]
    examples: int
    profile: str = "quick"
    seed: int = 9

    def __str__(self) -> str:
        worlds = ", ".join(f"{_COUNTED[faults]} with {_COUNTED[blocks]}" for blocks, faults in self.worlds)
        return (
            f"faults and blocks: {worlds}; {self.examples} plans (profile {self.profile}, seed {self.seed})"
        )


QUICK: Final = Depth(((1, 1), (2, 1)), 300)
"""What CI plays."""
DEEP: Final = Depth(QUICK.worlds, 2000)
"""What the recorded figures are from."""


@final
@frozen
class Kill:
    """The first run of a lane that convicts: the how many-th, after how long, by which checks."""

    runs: int
    seconds: float
    checks: tuple[str, ...]
    scenario: Scenario = field(repr=False)
    flaky: str = ""


@final
@frozen
class Known:
    """What is known of a server from before: the story to begin with, and the shortest one."""

    first: str = ""
    shortest: Scenario | None = field(default=None, repr=False)


NOTHING: Final = Known()


@final
@frozen
class Row:
    """What the campaign says of one server. ``lanes``: only those that were played; None: acquitted."""

    server: str
    plays_match: bool
    lanes: Mapping[str, Kill | None]
    runs: Mapping[str, int]
    seconds: float
    shortest: Scenario | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    """What is wrong with this row besides what its lanes say."""

    @property
    def kills(self) -> dict[str, Kill]:
        return {lane: kill for lane, kill in self.lanes.items() if kill is not None}

    @property
    def steps(self) -> int:
        """The length of the shortest story; 0 if there is none."""
        return 0 if self.shortest is None else size(self.shortest)

    @property
    def checks(self) -> tuple[str, ...]:
        """The checks that convict it, in whichever lane."""
        return tuple(sorted({check for kill in self.kills.values() for check in kill.checks}))


def _accusing(outcome: Outcome) -> tuple[str, ...]:
    """The checks that accuse in a run some of whose faults may have found nothing to strike."""
    judgement = without_unfired(outcome).judgement
    return tuple(sorted({finding.check for finding in judgement.broken})) if judgement else ()


def convicting(outcome: Outcome, *, author: bool = False) -> tuple[str, ...]:
    """The checks by which a run convicts its server."""
    if outcome.status is not Status.BROKEN or outcome.judgement is None:
        return ()
    checks = {finding.check for finding in outcome.judgement.broken}
    return tuple(sorted(checks if author else checks - {AUTHOR}))


# --- the lanes --------------------------------------------------------------------------------------


def library(players: Players, first: str, *, author: bool = False) -> tuple[Kill | None, int]:
    """The bundled stories, that named ``first`` before all others."""
    started = time.perf_counter()
    names = sorted(_stories(), key=lambda name: name != first)
    for runs, name in enumerate(names, 1):
        outcome = players.play(_stories()[name])
        if found := convicting(outcome, author=author):
            return Kill(runs, time.perf_counter() - started, found, outcome.scenario), runs
    return None, len(names)


def exhaustive(players: Players, depth: Depth) -> tuple[Kill | None, int]:
    """Every placement of a fault, world by world."""
    return _campaign(
        players, (lambda c, world=world: c.exhaustive([world[0]], world[1]) for world in depth.worlds)
    )


def drawn(players: Players, depth: Depth) -> tuple[Kill | None, int]:
    """The plans of ``qbharness explore --profile P --seed S --examples N``."""
    batches = generated(depth.profile, depth.examples, depth.seed)
    profile = PROFILES[depth.profile]
    return _campaign(
        players,
        (lambda c, batch=batch: c.generated(profile, batch.examples, at=batch.seed) for batch in batches),
    )


def _campaign(players: Players, parts: Iterable[Callable[[Campaign], None]]) -> tuple[Kill | None, int]:
    """Hand a campaign its parts, one after the other, until it has convicted."""
    started = time.perf_counter()
    first = _First(players.play)
    campaign = Campaign(first.play, heard=first.heard, shrinks=False)
    for part in parts:
        part(campaign)
        if (failure := first.failure) is not None:
            runs, seconds = failure.runs_before, first.at - started
            return Kill(runs, seconds, first.checks, failure.scenario, failure.flaky), runs
    return None, campaign.tally.runs


class _First:
    """Stops a campaign at its first conviction: what it plays from then on is not played."""

    def __init__(self, play: Callable[[Scenario], Outcome]) -> None:
        self._play = play
        self.failure: Failure | None = None
        self.checks: tuple[str, ...] = ()
        self.at = 0.0

    def play(self, scenario: Scenario) -> Outcome:
        if self.failure is not None:
            return Outcome(scenario, "", Status.SKIPPED, History(), None)
        return self._play(scenario)

    def heard(self, tally: Tally) -> None:
        if self.failure is not None:
            return
        found = {key: each for key, each in tally.failures.items() if not each.exposed}
        if found:
            self.failure = next(iter(found.values()))
            self.checks = _accusing(self.failure.outcome)
            self.at = time.perf_counter()


@cache
def _stories() -> dict[str, Scenario]:
    return stories()


# --- one server -------------------------------------------------------------------------------------


@contextmanager
def serving(server: str) -> Iterator[Players]:
    """A mutant, or ``exact``, ready to be played against."""
    with tempfile.TemporaryDirectory(prefix="qbharness-") as folder:
        plan = Plan((), target_of(server), environment=dict(os.environ))
        with Players(plan, Path(folder)) as players:
            yield players


def row(server: str, depth: Depth, lanes: Iterable[str] = LANES, known: Known = NOTHING) -> Row:
    """The whole campaign against one server."""
    started = time.perf_counter()
    author = server in catalogue() and bool(catalogue()[server].author)
    kills: dict[str, Kill | None] = {}
    runs: dict[str, int] = {}
    with serving(server) as players:
        match = players.play(BASE)
        for lane in lanes:
            if lane == "library":
                kills[lane], runs[lane] = library(players, known.first, author=author)
            else:
                kills[lane], runs[lane] = (exhaustive if lane == "exhaustive" else drawn)(players, depth)
        shortest = _shortest(players, kills, known.shortest, author=author)
    made = Row(server, match.status is Status.HELD, kills, runs, time.perf_counter() - started, shortest)
    flaky = [
        f"{lane}: two runs of one plan differ: {kill.flaky}"
        for lane, kill in made.kills.items()
        if kill.flaky
    ]
    return evolve(made, notes=tuple(flaky))


def _shortest(
    players: Players, kills: Mapping[str, Kill | None], kept: Scenario | None, *, author: bool
) -> Scenario | None:
    """The shortest story: the one that is kept, if it still convicts; else those of the lanes are shrunk."""

    def checks(story: Scenario) -> set[str]:
        return set(convicting(without_unfired(players.play(story)), author=author))

    if kept is not None and checks(kept):
        return kept
    shortest: Scenario | None = None
    for kill in filter(None, (kills.get(lane) for lane in ("exhaustive", "generated", "library"))):
        story = shrink(kill.scenario, lambda story, kill=kill: bool(checks(story) & set(kill.checks)))
        shortest = min((each for each in (shortest, story) if each), key=size)
        if size(shortest) <= _SHORT:
            break
    return shortest


def rows(
    asked: Mapping[str, Known], depth: Depth, lanes: Iterable[str] = LANES, *, jobs: int = 2
) -> Iterator[Row]:
    """The rows of these servers, in their order.

    ``jobs`` 1 plays them in this very process, with whatever was done to its checks.
    """
    lanes = tuple(lanes)
    if jobs == 1:
        yield from (row(server, depth, lanes, known) for server, known in asked.items())
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        many = len(asked)
        yield from pool.map(row, asked, [depth] * many, [lanes] * many, asked.values())
