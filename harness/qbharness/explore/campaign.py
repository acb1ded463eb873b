"""Plays many plans against one target and keeps one failure for each distinct bug.

Plans come from a lane: ``exhaustive`` (every placement of faults) or ``generated`` (Hypothesis). Whatever
the lane, a run is played and judged by the same code as a scenario file, twice when it fails (a run that
differs is *flaky*), and the failure is shrunk. Nothing here draws chance or reads a clock but through
the seed, so a campaign can be repeated byte for byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final, final

from attrs import define, evolve, field, frozen
from hypothesis import HealthCheck, Phase, Verbosity, given, settings

from qbharness.checks.judging import judge
from qbharness.checks.registry import Finding, Verdict
from qbharness.explore import placements
from qbharness.explore.crashes import keeping, text_of
from qbharness.explore.dice import BACKEND, seeded
from qbharness.explore.focus import is_in_focus
from qbharness.explore.reached import Reached
from qbharness.explore.shrinking import shrink
from qbharness.explore.strategies import Profile, scenarios
from qbharness.history import Fault, History, to_line
from qbharness.outcome import Exposure, Outcome, Status
from qbharness.scenario.model import Scenario
from qbharness.world.updates import is_undone
from qbsim.certainty import Certainty
from qbsim.switches import SWITCHES

Play = Callable[[Scenario], Outcome]
"""Plays one scenario to its outcome; the target is reset in it."""

NAME: Final = "Found by exploration: "

_SHAKY: Final = (Certainty.PLAUSIBLE, Certainty.ADVERSARIAL)
_STATUS: Final = {
    Verdict.BROKEN: Status.BROKEN,
    Verdict.UNKNOWN: Status.UNDETERMINED,
    Verdict.EXPOSED: Status.EXPOSED,
    Verdict.HELD: Status.HELD,
}


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
        """What the judge says of this bug."""
        said = next((each.sentence for each in _accusing(self.outcome) if _key(each) in self.key), "")
        return said or self.outcome.reason

    @property
    def rank(self) -> tuple[bool, int]:
        """Of two failures with one key that with the lower rank is kept."""
        return bool(self.flaky), len(self.scenario.steps)

    @property
    def word(self) -> str:
        """Its verdict in one word."""
        return "FLAKY" if self.flaky else ("EXPOSED" if self.exposed else "BROKEN")


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
    skipped: Counter[str] = field(factory=Counter)
    """Why plans can't be played on this target, with how often."""
    unsure: Counter[str] = field(factory=Counter)
    """Why runs that were played gave no verdict, with how often."""
    unfocused: int = 0
    """Drawn plans that were not played, for what was asked for is not in them."""
    interrupted: bool = False

    def merge(self, other: Tally) -> None:
        """Add a later part; of two with one key a solid one stays before a flaky, a shorter, the first."""
        self.runs += other.runs
        self.statuses.update(other.statuses)
        self.reached.add(other.reached)
        self.unset.update(other.unset)
        self.skipped.update(other.skipped)
        self.unsure.update(other.unsure)
        self.unfocused += other.unfocused
        for key, failure in other.failures.items():
            mine = self.failures.get(key)
            if mine is None or failure.rank < mine.rank:
                first = failure.runs_before if mine is None else mine.runs_before
                self.failures[key] = evolve(failure, runs_before=first)


def keys_of(outcome: Outcome) -> tuple[str, ...]:
    """What distinguishes the bugs that an outcome shows: check and kind, never names, ids or times.

    One that needs an undocumented fact has the switch and its value in its key.
    """
    if outcome.status not in {Status.BROKEN, Status.EXPOSED}:
        return ()
    needs = ", ".join(f"{each.switch}={each.value}" for each in outcome.exposures)
    prefix = "exposed: " if outcome.status is Status.EXPOSED else ""
    suffix = f" ({needs})" if needs else ""
    return tuple(dict.fromkeys(f"{prefix}{_key(each)}{suffix}" for each in _accusing(outcome)))


def _accusing(outcome: Outcome) -> tuple[Finding, ...]:
    judgement = outcome.judgement
    return () if judgement is None else judgement.broken or judgement.exposed


def _key(finding: Finding) -> str:
    return ": ".join(filter(None, finding.key))


@final
class Campaign:
    """One worker's campaign.

    ``heard`` is told the tally after every run; ``excused`` makes of an outcome what counts.
    """

    def __init__(
        self,
        play: Play,
        *,
        heard: Callable[[Tally], None] | None = None,
        shrinks: bool = True,
        excused: Callable[[Outcome], Outcome] = lambda outcome: outcome,
    ) -> None:
        self._play = play
        self._heard = heard or (lambda _: None)
        self._shrinks = shrinks
        self._excused = excused
        self.tally = Tally()

    def try_one(self, scenario: Scenario) -> Outcome:
        """Play one plan, count it, and keep what is new."""
        outcome = self._excused(forgiving(self._play, scenario))
        tally = self.tally
        tally.runs += 1
        tally.statuses[outcome.status] += 1
        if outcome.judgement is None:
            why = tally.skipped if outcome.status is Status.SKIPPED else tally.unset
            why[outcome.reason.partition("\n")[0]] += 1
        else:
            if outcome.status is Status.UNDETERMINED:
                tally.unsure[outcome.reason.partition("\n")[0]] += 1
            with keeping(lambda: text_of(scenario), "looking what a run has reached"):
                tally.reached.note(outcome.history)
        for key in keys_of(outcome):
            known = tally.failures.get(key)
            if known is None:
                tally.failures[key] = self._kept(key, scenario, outcome)
            elif known.flaky and not (again := self._kept(key, scenario, outcome)).flaky:
                tally.failures[key] = evolve(again, runs_before=known.runs_before)
        self._heard(tally)
        return outcome

    def _kept(self, key: str, scenario: Scenario, outcome: Outcome) -> Failure:
        named = evolve(scenario, name=f"{NAME}{key}")
        found = Failure(key, outcome.status is Status.EXPOSED, named, outcome, self.tally.runs)
        differing = first_difference(outcome, forgiving(self._play, scenario))
        if differing:
            return evolve(found, flaky=differing)
        return shortest(found, self._play) if self._shrinks else found

    # -- the lanes ---------------------------------------------------------------------------

    def generated(self, profile: Profile, examples: int, *, at: int, focus: str = "") -> None:
        """Play ``examples`` drawn plans; ``at`` is the seed, ``focus`` what they should contain."""
        trouble: list[Exception] = []
        drawn = 0

        @settings(
            max_examples=examples + 1,
            backend=BACKEND,
            database=None,
            deadline=None,
            derandomize=True,  # the dice are seeded by ourselves
            phases=(Phase.generate,),
            verbosity=Verbosity.normal,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(scenarios(profile, focus))
        def one(scenario: Scenario) -> None:
            nonlocal drawn
            drawn += 1
            # Hypothesis begins with the smallest plan there is, whatever the seed; and it would tell a
            # crash at great length, so that waits until it is done
            if drawn > 1 and focus and not is_in_focus(scenario, focus):
                self.tally.unfocused += 1
            elif drawn > 1 and not trouble:
                try:
                    self.try_one(scenario)
                except Exception as wrong:  # noqa: BLE001 - raised again below
                    trouble.append(wrong)

        doing = f"drawing plan {self.tally.runs + 1} of the batch with seed {at}, profile {profile.name}"
        told: list[str] = []
        with keeping(lambda: "\n".join(told), doing), seeded(at):
            try:
                one()
            except Exception as wrong:
                told += getattr(wrong, "__notes__", ())[:1]
                raise
        if trouble:
            raise trouble[0]

    def exhaustive(self, blocks: Iterable[int], faults: int, *, part: tuple[int, int] = (1, 1)) -> None:
        """Every single fault (and every pair of effects) in worlds of so many blocks.

        ``part`` is (k, n): only each n-th plan, beginning with the k-th.
        """
        number, of = part
        for many in blocks:
            for position, plan in enumerate(placements.small_world(many, faults, self._play)):
                if position % of == number - 1:
                    self.try_one(plan)


def forgiving(play: Play, scenario: Scenario) -> Outcome:
    """Play a plan some of whose faults may find nothing to strike: it stands for the one without them.

    Shrinking takes such faults out, so a story that is kept is strict again. Raises ``Crashed``, with the
    plan, where our own code fails.
    """
    with keeping(lambda: text_of(scenario), "playing or judging a plan"):
        outcome = play(scenario)
        told = without_unfired(outcome)
        if told is outcome or told.status is not Status.BROKEN:
            return told
        return _whose_fault(play, told)


def _whose_fault(play: Play, outcome: Outcome) -> Outcome:
    """As for every story: broken only under facts that nobody knows is EXPOSED."""
    shaky = {name: value for name, value in outcome.scenario.switches.items() if _is_shaky(name, value)}
    if not shaky:
        return outcome
    firm: Any = {name: value for name, value in outcome.scenario.switches.items() if name not in shaky}
    again = without_unfired(play(evolve(outcome.scenario, switches=firm)))
    if again.status is Status.BROKEN:
        return outcome
    if again.judgement is None or again.judgement.unknown:
        return evolve(outcome, status=Status.UNDETERMINED, reason=again.reason)
    known = [(name, value, SWITCHES[name].values[value]) for name, value in shaky.items()]
    exposures = tuple(
        Exposure(name, value, fact.certainty.value, fact.source, outcome.reason)
        for name, value, fact in known
    )
    return evolve(outcome, status=Status.EXPOSED, exposures=exposures)


def _is_shaky(name: str, value: str) -> bool:
    switch = SWITCHES[name]
    return value != switch.default and switch.values[value].certainty in _SHAKY


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
    status = _STATUS.get(judgement.verdict, Status.UNDETERMINED)
    if outcome.status is Status.EXPOSED and status is Status.BROKEN:
        status = Status.EXPOSED
    said = judgement.broken or judgement.unknown or judgement.exposed
    reason = said[0].sentence if said else ""
    return evolve(outcome, history=history, judgement=judgement, status=status, reason=reason)


def shortest(failure: Failure, play: Play) -> Failure:
    """The failure with the shortest story that shows it.

    It is played again first: one that does not come back (after other runs, on another server) is flaky.
    """
    again = forgiving(play, failure.scenario)
    if failure.key not in keys_of(again):
        if not len(failure.outcome.history):  # it was met before the search was cut short
            return evolve(
                failure, outcome=again, flaky=f"It was not met again; this time: {again.reason or 'held'}"
            )
        return evolve(failure, flaky=first_difference(failure.outcome, again) or "the verdict")
    story = shrink(failure.scenario, lambda smaller: failure.key in keys_of(forgiving(play, smaller)))
    outcome, twice = (forgiving(play, story) for _ in range(2))
    return evolve(failure, scenario=story, outcome=outcome, flaky=first_difference(outcome, twice))


def first_difference(one: Outcome, other: Outcome) -> str:
    """The first line in which two histories differ, or ``""``; the name of the story does not count."""
    lines = ([to_line(event) for event in list(outcome.history)[1:]] for outcome in (one, other))
    for left, right in zip(*lines, strict=False):
        if left != right:
            return f"{left}\n{right}"
    if len(one.history) != len(other.history):
        return f"{len(one.history)} events and {len(other.history)}"
    return ""
