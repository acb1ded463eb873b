"""What a check is, and the table of all checks.

A check is a generator function from a :class:`~qbharness.checks.matching.Case` to findings; no
finding means that it held. A team adds its own through the entry point group ``qbharness.checks``:
each entry names a module that registers checks when it is imported.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, final

from attrs import frozen

if TYPE_CHECKING:
    from qbharness.checks.matching import Case


@final
class Verdict(enum.Enum):
    """What a check says of a run, worst first."""

    BROKEN = "BROKEN"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"
    HELD = "HELD"


@final
@frozen
class Finding:
    """One thing that a check has to say.

    ``sentence`` is for people; ``blocks`` are the aliases it is about, ``events`` the lines of the
    history that show it. Two findings with the same :attr:`key` are the same bug.
    """

    check: str
    verdict: Verdict
    sentence: str
    blocks: tuple[str, ...] = ()
    events: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """Identity across runs: which check, and which verdict; never which ids or times."""
        return self.check, self.verdict.value


@final
@frozen
class Check:
    """A named check; ``promise`` is the sentence that the server keeps when it holds."""

    name: str
    promise: str
    judge: Callable[[Case], Iterable[Finding]]


_CHECKS: Final[dict[str, Check]] = {}

Said = Iterable[tuple[Verdict, str, tuple[str, ...], tuple[int, ...]]]
"""What a check function yields: verdict, sentence, blocks, lines of the history."""


def check(name: str, promise: str) -> Callable[[Callable[[Case], Said]], Callable[[Case], Said]]:
    """Register the decorated function as the check ``name``."""
    if name in _CHECKS:
        raise ValueError(f"the check {name!r} is registered twice")

    def register(function: Callable[[Case], Said]) -> Callable[[Case], Said]:
        def judge(case: Case) -> Iterable[Finding]:
            for verdict, sentence, blocks, events in function(case):
                yield Finding(name, verdict, sentence, blocks, events)

        _CHECKS[name] = Check(name, promise, judge)
        return function

    return register


_MODULES: Final = ("delivery", "flags", "manners", "expectations")
"""The modules of this package that register checks, in the order in which reports show them."""


def all_checks() -> Mapping[str, Check]:
    """Every check by name: ours first, then those of installed plug-ins."""
    for module in _MODULES:
        import_module(f"qbharness.checks.{module}")
    for plug_in in entry_points(group="qbharness.checks"):
        plug_in.load()
    return MappingProxyType(_CHECKS)
