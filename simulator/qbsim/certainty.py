"""How sure we are of a fact about QuickBooks or the Web Connector, and where we have it from."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TypeVar, final

from attrs import frozen


@final
class Certainty(enum.Enum):
    """Ordered from sure to wild; the words appear in reports and in ``qbharness facts``."""

    DOCUMENTED = "documented"
    """Intuit's own schema or text says so."""
    SEEN = "seen"
    """A live QuickBooks or Web Connector was seen to do so."""
    PLAUSIBLE = "plausible"
    """Second-hand, inferred or guessed; nothing read contradicts it."""
    ADVERSARIAL = "adversarial"
    """Nobody says so; the worst that could be."""


@final
@frozen
class Rule:
    """One modelled behaviour: a stable id, the sentence, where it is known from, how surely."""

    id: str
    sentence: str
    source: str
    certainty: Certainty


RULES: dict[str, Rule] = {}
"""Every rule that the simulator models, by id; ``qbharness facts`` prints them."""

_F = TypeVar("_F", bound=Callable[..., object])


def rule(rule_id: str, sentence: str, *, source: str, certainty: Certainty) -> Callable[[_F], _F]:
    """Mark the function that models one rule, and register the rule."""
    if rule_id in RULES:
        raise ValueError(f"the rule {rule_id!r} is registered twice")
    RULES[rule_id] = Rule(rule_id, sentence, source, certainty)

    def mark(function: _F) -> _F:
        return function

    return mark
