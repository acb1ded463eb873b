"""What is not known for sure about QuickBooks and the Web Connector, each as a named switch.

A switch is a fact about *them*, never a promise of the server under test. Code reads a value with
``switches["name"]``; a scenario may pin one, ``--set name=value`` sets one for a run, exploration
sweeps them all. A failure under a *documented* or *seen* value (or the default) is BROKEN; one that
needs a *plausible* or *adversarial* value is EXPOSED.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Final, final

from attrs import frozen

from qbsim.certainty import Certainty
from qbsim.errors import UsageProblem

DOCUMENTED, SEEN, PLAUSIBLE, ADVERSARIAL = Certainty


@final
@frozen
class Value:
    """One value of a switch, and why anybody would believe it."""

    certainty: Certainty
    source: str


@final
@frozen
class Switch:
    """A named unknown; the first value is the default."""

    name: str
    sentence: str
    values: Mapping[str, Value]

    @property
    def default(self) -> str:
        return next(iter(self.values))


_TABLE: Final = (
    Switch(
        "receive_response_repeats",
        "How often the connector posts receiveResponseXML again after its reply was lost.",
        {
            "0": Value(
                DOCUMENTED,
                "Web Connector guide p42, p53: a fresh authenticate follows a lost answer",
            ),
            "1": Value(PLAUSIBLE, "a vendor's prose: 'tries to send confirm for a few minutes'"),
            "3": Value(PLAUSIBLE, "as above"),
        },
    ),
)

SWITCHES: Final[Mapping[str, Switch]] = {switch.name: switch for switch in _TABLE}


@final
class Switches(Mapping[str, str]):
    """The values in force for one run; immutable. ``Switches()`` holds every default."""

    def __init__(self, pins: Mapping[str, str] | None = None) -> None:
        pins = dict(pins or {})
        for name, value in pins.items():
            _refuse_unknown(name, value)
        self.pins: Mapping[str, str] = pins

    def __getitem__(self, name: str) -> str:
        return self.pins.get(name) or SWITCHES[name].default

    def __iter__(self) -> Iterator[str]:
        return iter(SWITCHES)

    def __len__(self) -> int:
        return len(SWITCHES)

    def __repr__(self) -> str:
        return f"Switches({dict(self.pins)!r})"

    def with_pins(self, pins: Mapping[str, str]) -> Switches:
        """These switches with ``pins`` on top."""
        return Switches({**self.pins, **pins})

    def certainty_of(self, name: str) -> Certainty:
        """How sure we are of the value in force."""
        return SWITCHES[name].values[self[name]].certainty


def _refuse_unknown(name: str, value: str) -> None:
    if name not in SWITCHES:
        near = difflib.get_close_matches(name, SWITCHES, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "`qbharness facts` lists them all."
        raise UsageProblem(f"There is no switch {name!r}.", cure=hint)
    if value not in SWITCHES[name].values:
        allowed = ", ".join(SWITCHES[name].values)
        raise UsageProblem(
            f"The switch {name!r} has no value {value!r}.", cure=f"It takes: {allowed}."
        )
