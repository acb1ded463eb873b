"""Plays many plans against one target and keeps one failure for each distinct bug.

Plans come from a lane: ``exhaustive`` (every placement of faults) or ``generated`` (Hypothesis). Whatever
the lane, a run is played and judged by the same code as a scenario file, twice when it fails (a run that
differs is *flaky*), and the failure is shrunk. Nothing here draws chance or reads a clock but through
the seed, so a campaign can be repeated byte for byte; ``deadline`` is the one exception, asked for by name.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import final

from attrs import define, evolve, field, frozen
from hypothesis import HealthCheck, Phase, given, seed, settings

from qbharness.checks.judging import judge
from qbharness.checks.registry import Verdict
from qbharness.explore import placements
from qbharness.explore.reached import Reached
from qbharness.explore.shrinking import shrink
from qbharness.explore.strategies import Profile, scenarios
from qbharness.history import Fault, History, to_line
from qbharness.outcome import Outcome, Status
from qbharness.scenario.model import Scenario
from qbharness.world.updates import is_undone

Play = Callable[[Scenario], Outcome]
"""Plays one scenario to its outcome; the target is reset in it."""


@final
@frozen
class Failure:
    """One distinct bug: its key, the shortest story, and what the judge says of that story."""

    key: str
    exposed: bool
    scenario: Scenario
    outcome: Outcome = field(repr=False)
    runs_before: int = 0
    """How many runs the campaign had made when it first met this failure."""
    flaky: str = ""
    """The first event in which two runs of the same plan differ, or ``""``."""

    @property
    def sentence(self) -> str:
        return self.outcome.reason


@final
@define
class Tally:
    """What a campaign has done so far."""

    runs: int = 0
    statuses: Counter[Status] = field(factory=Counter)
    reached: Reached = field(factory=Reached)
    failures: dict[str, Failure] = field(factory=dict)
    unset: Counter[str] = field(factory=Counter)
    """Why runs could not be set up, with how often."""

    def merge(self, other: Tally) -> None:
        """Add another worker's part; of two failures with one key the shorter story stays."""
        self.runs += other.runs
        self.statuses.update(other.statuses)
        self.reached.add(other.reached)
        self.unset.update(other.unset)
        for key, failure in other.failures.items():
            mine = self.failures.get(key)
            if mine is None or len(failure.scenario.steps) < len(mine.scenario.steps):
                self.failures[key] = failure


def keys_of(outcome: Outcome) -> tuple[str, ...]:
    """What distinguishes the bugs that an outcome shows: the checks that accuse, never ids or times."""
    if outcome.judgement is None or outcome.status not in {Status.BROKEN, Status.EXPOSED}:
        return ()
    prefix = "exposed: " if outcome.status is Status.EXPOSED else ""
    return tuple(dict.fromkeys(f"{prefix}{finding.check}" for finding in outcome.judgement.broken))


@final
class Campaign:
    """One worker's campaign. ``heard`` is told the tally after every run."""

    def __init__(
        self, play: Play, *, heard: Callable[[Tally], None] | None = None, shrinks: bool = True
    ) -> None:
        self._play = play
        self._heard = heard or (lambda _: None)
        self._shrinks = shrinks
        self.tally = Tally()

    def try_one(self, scenario: Scenario) -> Outcome:
        """Play one plan, count it, and keep what is new."""
        outcome = self._forgiving(scenario)
        tally = self.tally
        tally.runs += 1
        tally.statuses[outcome.status] += 1
        if outcome.judgement is None:
            tally.unset[outcome.reason.splitlines()[0] if outcome.reason else "?"] += 1
        else:
            tally.reached.note(outcome.history)
        for key in keys_of(outcome):
            if key not in tally.failures:
                tally.failures[key] = self._kept(key, scenario, outcome)
        self._heard(tally)
        return outcome

    def _kept(self, key: str, scenario: Scenario, outcome: Outcome) -> Failure:
        again = self._forgiving(scenario)
        differing = first_difference(outcome, again)
        if differing:
            return Failure(
                key, outcome.status is Status.EXPOSED, scenario, outcome, self.tally.runs, differing
            )
        story = scenario
        if self._shrinks:
            story = shrink(scenario, lambda smaller: key in keys_of(self._forgiving(smaller)))
        story = evolve(story, name=_name_of(key))
        return Failure(key, outcome.status is Status.EXPOSED, story, self._play(story), self.tally.runs)

    def _forgiving(self, scenario: Scenario) -> Outcome:
        """Play a plan some of whose faults may find nothing to strike: it stands for the one without them.

        Shrinking takes such faults out, so a story that is kept is strict again.
        """
        return without_unfired(self._play(scenario))

    # -- the lanes ---------------------------------------------------------------------------

    def generated(self, profile: Profile, examples: int, *, at: int) -> None:
        """Play ``examples`` drawn plans; ``at`` is the seed."""

        @seed(at)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            derandomize=False,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(scenarios(profile))
        def one(scenario: Scenario) -> None:
            self.try_one(scenario)

        one()

    def exhaustive(self, blocks: Iterable[int], faults: int, *, part: tuple[int, int] = (1, 1)) -> None:
        """Every single fault (and every pair of effects) in worlds of so many blocks.

        ``part`` is (k, n): only each n-th first fault, beginning with the k-th.
        """
        number, of = part
        for many in blocks:
            base = placements.base_story(many)
            history = self._play(base).history
            for position, single in enumerate(placements.singles(base, history)):
                if position % of == number - 1:
                    self.try_one(single)
            if faults < 2:
                continue
            for position, single in enumerate(placements.effects(base, history)):
                if position % of == number - 1:
                    self._pairs(single)

    def _pairs(self, single: Scenario) -> None:
        first = self._play(single)
        for pair in placements.seconds(single, first.history):
            self.try_one(pair)


def without_unfired(outcome: Outcome) -> Outcome:
    """The outcome of the same run, planned without the faults and the acts whose call never came."""
    missed = [
        event
        for event in outcome.history
        if is_undone(event) or (isinstance(event, Fault) and not event.fired)
    ]
    if outcome.judgement is None or not missed:
        return outcome
    history = History(event for event in outcome.history if event not in missed)
    judgement = judge(history)
    status = {Verdict.HELD: Status.HELD, Verdict.BROKEN: Status.BROKEN}.get(
        judgement.verdict, Status.UNDETERMINED
    )
    if outcome.status is Status.EXPOSED and status is Status.BROKEN:
        status = Status.EXPOSED
    said = judgement.broken or judgement.unknown
    reason = said[0].sentence if said else ""
    return evolve(outcome, history=history, judgement=judgement, status=status, reason=reason)


def first_difference(one: Outcome, other: Outcome) -> str:
    """The first line in which two histories differ, or ``""``."""
    lines = ([to_line(event) for event in outcome.history] for outcome in (one, other))
    for left, right in zip(*lines, strict=False):
        if left != right:
            return f"{left}\n{right}"
    if len(one.history) != len(other.history):
        return f"{len(one.history)} events and {len(other.history)}"
    return ""


def _name_of(key: str) -> str:
    return f"Found by exploration: {key}"


def shares(examples: int, jobs: int, base_seed: int) -> Iterator[tuple[int, int]]:
    """How many examples each worker plays, and under which seed."""
    for worker in range(jobs):
        count = examples // jobs + (1 if worker < examples % jobs else 0)
        yield count, random.Random(f"{base_seed}/{worker}").getrandbits(32)  # noqa: S311 - reproducible
