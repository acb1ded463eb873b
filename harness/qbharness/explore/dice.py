"""Where drawn plans get their chances from: a generator of our own, seeded and nothing else.

Hypothesis' usual source of chance also draws from the constants that it reads in whatever modules happen
to be loaded, so the same seed gives other plans in another process. It lets others provide the chances
(``PrimitiveProvider``); this one asks :class:`random.Random`, and never prefers small plans.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn, final

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, PrimitiveProvider

BACKEND: Final = "qbharness-dice"


@final
class Dice(PrimitiveProvider):
    """Integers and truth values; plans are made of nothing else."""

    chance = random.Random(0)  # noqa: S311 - reproducible, not secret

    def draw_boolean(self, p: float = 0.5) -> bool:
        """True with the probability ``p``."""
        return self.chance.random() < p

    def draw_integer(self, min_value: int | None = None, max_value: int | None = None, **_: Any) -> int:
        """Between the two, both included, all alike."""
        if min_value is None or max_value is None:
            raise NotImplementedError("plans draw integers between bounds")
        return self.chance.randint(min_value, max_value)

    def draw_float(self, **_: Any) -> NoReturn:
        """Not drawn."""
        raise NotImplementedError

    def draw_string(self, *_: Any, **__: Any) -> NoReturn:
        """Not drawn: texts come from tables."""
        raise NotImplementedError

    def draw_bytes(self, *_: Any, **__: Any) -> NoReturn:
        """Not drawn."""
        raise NotImplementedError


AVAILABLE_PROVIDERS[BACKEND] = f"{__name__}.{Dice.__name__}"


@contextmanager
def seeded(at: int) -> Iterator[None]:
    """Plans drawn within are those of the seed ``at``."""
    before, Dice.chance = Dice.chance, random.Random(at)  # noqa: S311 - reproducible, not secret
    try:
        yield
    finally:
        Dice.chance = before
