"""The result of playing one scenario against one target, and of a whole run: what reports are made of."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Protocol, final

from attrs import field, frozen

from qbharness.checks.judging import Judgement
from qbharness.history import Event, History
from qbharness.scenario.model import Scenario


@final
class Status(enum.Enum):
    """How a scenario ended, worst first."""

    BROKEN = "BROKEN"
    UNDETERMINED = "undetermined"
    EXPOSED = "EXPOSED"
    KNOWN = "known broken"
    """Broken, and only in a way that the target file declares as known (``expect_broken``)."""
    SKIPPED = "skipped"
    HELD = "HELD"


@final
@frozen
class Exposure:
    """A failure that needs a value of a switch which nobody has documented or seen."""

    switch: str
    value: str
    certainty: str
    source: str
    finding: str


@final
@frozen
class OtherOpinion:
    """A request that the user's own XSDs judge otherwise than we do; it changes no verdict.

    ``call`` is the sendRequestXML that handed it out; ``meant``: our rule goes beyond what an XSD can say.
    """

    call: int
    requests: tuple[str, ...]
    ours: str
    theirs: str
    meant: bool = False


@final
@frozen
class Outcome:
    """One scenario, played (or skipped).

    ``reason`` says why it was skipped, gives no verdict, or is known to be broken; ``reproduce`` is the
    command that plays just this one again (``""`` where no file has it). ``seconds`` is real time, for
    people; it is in no report that must be reproducible.
    """

    scenario: Scenario
    target: str
    status: Status
    history: History = field(repr=False)
    judgement: Judgement | None
    reason: str = ""
    reproduce: str = ""
    exposures: tuple[Exposure, ...] = ()
    other_opinions: tuple[OtherOpinion, ...] = ()
    refused: str = ""
    """Why a person in QuickBooks could not take a step of the story; then there is no verdict."""
    seconds: float = field(default=0.0, eq=False)
    output: str = field(default="", repr=False, eq=False)
    """The last lines that the server printed, secrets masked: raw, never in a history."""


@final
@frozen
class Summary:
    """A whole run: how many scenarios ended how."""

    counts: Mapping[Status, int]
    seconds: float = field(default=0.0, eq=False)

    @classmethod
    def of(cls, outcomes: Iterable[Outcome], seconds: float = 0.0) -> Summary:
        """Count ``outcomes``."""
        counts = dict.fromkeys(Status, 0)
        for outcome in outcomes:
            counts[outcome.status] += 1
        return cls(counts, seconds)


class Reporter(Protocol):
    """A report being written while the run goes on: one stream of calls feeds every report."""

    def run_started(self, scenarios: int, target: str) -> None:
        """Before the first scenario."""

    def scenario_started(self, scenario: Scenario) -> None:
        """Before a scenario is played."""

    def event(self, event: Event) -> None:
        """An event of the scenario that is being played."""

    def scenario_ended(self, outcome: Outcome) -> None:
        """After a scenario; outcomes come in the order of the plan."""

    def run_ended(self, summary: Summary) -> None:
        """After the last scenario, also when the run was cut short; files are complete then."""
