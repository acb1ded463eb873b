"""A step that cannot be taken: the thing is not there, or a program does not let the person do it."""

from __future__ import annotations

from typing import final

from qbharness.scenario.library import shown_file
from qbharness.scenario.steps import Step
from qbsim.errors import SetUpProblem, UsageProblem


@final
class StepRefused(SetUpProblem):
    """A story with such a step gives no verdict; a procedure with it is not for this incident.

    ``why`` is the reason alone, for people.
    """

    def __init__(self, sentence: str, *, cure: str = "", output: str = "", why: str = "") -> None:
        super().__init__(sentence, cure=cure, output=output)
        self.why = why


def refused(step: Step, reason: UsageProblem) -> StepRefused:
    """The problem to raise where ``step`` could not be taken for ``reason``."""
    where = f"{shown_file(step.place.file)}:{step.place.line}: " if step.place else ""
    sentence = f"{where}The step {step.word!r} could not be taken: {reason.sentence}"
    return StepRefused(sentence, cure=reason.cure, why=str(reason))
