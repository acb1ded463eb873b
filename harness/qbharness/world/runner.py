"""One scenario, from the question whether it can be played here to its outcome."""

from __future__ import annotations

import contextlib
import datetime as dt
import shlex
from collections.abc import Iterable
from typing import Final

from attrs import evolve

from qbharness.checks.judging import Judgement, judge
from qbharness.checks.registry import Verdict
from qbharness.history import Event, History, Sink, Undetermined
from qbharness.outcome import Exposure, Outcome, Status
from qbharness.scenario.library import shown_path
from qbharness.scenario.model import Scenario
from qbharness.targets.reader import bundled
from qbharness.targets.target import Target
from qbharness.world.executor import play
from qbharness.world.known_breaks import as_declared
from qbharness.world.needs import why_not
from qbharness.world.refused import StepRefused
from qbharness.world.watchdog import DEFAULT_LIMITS, Limits, TimeLimit
from qbsim.certainty import Certainty
from qbsim.connector.transport import Transport
from qbsim.errors import SetUpProblem, SimulatorGap
from qbsim.switches import SWITCHES, Switches

_SHAKY: Final = (Certainty.PLAUSIBLE, Certainty.ADVERSARIAL)

_STATUS: Final = {
    Verdict.HELD: Status.HELD,
    Verdict.BROKEN: Status.BROKEN,
    Verdict.EXPOSED: Status.EXPOSED,
    Verdict.UNKNOWN: Status.UNDETERMINED,
}


def run_scenario(
    scenario: Scenario,
    target: Target,
    transport: Transport,
    *,
    switches: Switches | None = None,
    seed: int | None = None,
    sinks: Iterable[Sink] = (),
    limits: Limits = DEFAULT_LIMITS,
    today: dt.date | None = None,
) -> Outcome:
    """Play one scenario and judge it.

    ``switches`` are those of the command line; the scenario's own pins go on top. What is broken only
    under values that nobody has documented or seen is EXPOSED, so such a run is played again without them.
    ``today`` is the day by which the target's ``expect_broken`` runs out; None: it never does.
    """
    reproduce = _reproduce(scenario, target, switches, seed)
    blank = Outcome(scenario, target.name, Status.SKIPPED, History(), None, reproduce=reproduce)
    if (reason := why_not(scenario, target)) is not None:
        return evolve(blank, reason=reason)
    in_force = (switches or Switches()).with_pins(scenario.switches)
    heard: list[Event] = []
    try:
        history = play(
            scenario,
            target,
            transport,
            switches=in_force,
            seed=seed,
            sinks=(heard.append, *sinks),
            limits=limits,
        )
    except (SetUpProblem, SimulatorGap) as trouble:
        outcome = evolve(
            blank,
            status=Status.UNDETERMINED,
            history=_broken_off(heard, str(trouble)),
            reason=str(trouble),
            output=_last_words(target, trouble),
            refused=trouble.why if isinstance(trouble, StepRefused) else "",
        )
        if isinstance(trouble, TimeLimit):
            _begin_afresh(target)
        return outcome
    judgement = judge(history)
    outcome = evolve(
        blank,
        status=_STATUS[judgement.verdict],
        history=history,
        judgement=judgement,
        reason=_reason(judgement),
        output=target.output(),
    )
    if outcome.status is Status.BROKEN:
        outcome = _exposed(outcome, target, transport, in_force, seed, limits)
    return as_declared(outcome, target.file.expect_broken, today)


def _broken_off(heard: list[Event], reason: str) -> History:
    at = heard[-1].at if heard else ""
    return History((*heard, Undetermined(n=len(heard) + 1, at=at, reason=reason)))


def _last_words(target: Target, trouble: SetUpProblem | SimulatorGap) -> str:
    """What the server printed, and what it answered to the call that failed."""
    answered = getattr(trouble, "output", "")
    printed = target.output()
    return printed if not answered or answered in printed else f"{printed}\n{answered}".lstrip()


def _begin_afresh(target: Target) -> None:
    """A server that hung must not spoil the next story: it is killed and started, where that can be done.

    Where the start fails, the next story says so.
    """
    if target.can("kill"):
        target.kill()
        with contextlib.suppress(SetUpProblem):
            target.start()


def _reason(judgement: Judgement) -> str:
    worst = judgement.broken or judgement.unknown or judgement.exposed
    return worst[0].sentence if worst else ""


def _exposed(
    outcome: Outcome,
    target: Target,
    transport: Transport,
    in_force: Switches,
    seed: int | None,
    limits: Limits,
) -> Outcome:
    """Is the failure one of the server alone, or does it need a fact that nobody knows?"""
    shaky = {name: value for name, value in in_force.pins.items() if _is_shaky(name, value)}
    if not shaky:
        return outcome
    firm = Switches({name: value for name, value in in_force.pins.items() if name not in shaky})
    plain = evolve(outcome.scenario, switches={})
    try:
        again = judge(play(plain, target, transport, switches=firm, seed=seed, limits=limits))
    except (SetUpProblem, SimulatorGap) as trouble:
        if isinstance(trouble, TimeLimit):
            _begin_afresh(target)
        return _unsettled(outcome, firm, str(trouble))
    if again.broken:
        return outcome
    if again.unknown:
        return _unsettled(outcome, firm, again.unknown[0].sentence)
    exposures = tuple(
        Exposure(
            name,
            value,
            SWITCHES[name].values[value].certainty.value,
            SWITCHES[name].values[value].source,
            outcome.reason,
        )
        for name, value in shaky.items()
    )
    return evolve(outcome, status=Status.EXPOSED, exposures=exposures)


def _unsettled(outcome: Outcome, firm: Switches, why: str) -> Outcome:
    """Whether the server or an undocumented fact is to blame needs the second run, and that told nothing."""
    pins = ", ".join(f"{name}={value}" for name, value in firm.pins.items()) or "the defaults"
    reason = (
        f"{outcome.reason} Played again under {pins} to see whose fault that is, without a verdict: {why}"
    )
    return evolve(outcome, status=Status.UNDETERMINED, reason=reason)


def _is_shaky(name: str, value: str) -> bool:
    switch = SWITCHES[name]
    return value != switch.default and switch.values[value].certainty in _SHAKY


def _reproduce(scenario: Scenario, target: Target, switches: Switches | None, seed: int | None) -> str:
    """The command that plays this again; ``""`` for a story that a program made and no file has."""
    if not scenario.file:
        return ""
    where = shown_path(scenario)
    if scenario.parameters and scenario.place:
        where = f"{scenario.file}:{scenario.place.line}"
    words = ["qbharness", "run", where, "--target", _shown_target(target)]
    for name, value in (switches.pins if switches else {}).items():
        words += ["--set", f"{name}={value}"]
    if seed is not None:
        words += ["--seed", str(seed)]
    return shlex.join(words)


def _shown_target(target: Target) -> str:
    """The shortest name that finds the target file again."""
    path = target.file.path
    if path is None or path in bundled().values():
        return target.name
    return str(path)
