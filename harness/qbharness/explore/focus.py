"""``--focus``: only plans in which something is called so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qbharness.scenario.faults import CALLS, FAULTS, Fault
from qbharness.scenario.model import Scenario, walk
from qbharness.scenario.steps import STEPS
from qbsim.errors import UsageProblem
from qbsim.switches import SWITCHES

VOCABULARY: Final = (*STEPS, *FAULTS, *CALLS, *SWITCHES)
"""What can be focused on: the words of steps and faults, the calls, the switches."""


def check_focus(text: str) -> None:
    """Raise :class:`UsageProblem` if nothing is called so."""
    if not any(text.casefold() in word.casefold() for word in VOCABULARY):
        raise UsageProblem(
            f"Plans have nothing that is called {text!r}, so --focus would leave none.",
            cure=f"There are: {', '.join(VOCABULARY)}.",
        )


def is_in_focus(scenario: Scenario, text: str) -> bool:
    """Does the plan have something whose name contains ``text``?"""
    return any(text.casefold() in word.casefold() for word in _words(scenario))


def _words(scenario: Scenario) -> Iterator[str]:
    yield from scenario.switches
    for step in walk(scenario.steps):
        yield step.word
        faults: tuple[Fault, ...] = getattr(step, "faults", ())
        for fault in faults:
            yield fault.word
            yield fault.anchor.call
        for moment in getattr(step, "during", ()):
            yield moment.anchor.call
