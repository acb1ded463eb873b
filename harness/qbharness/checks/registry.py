"""What a check is, and the table of all checks.

A check is a generator function from a :class:`~qbharness.checks.matching.Case` to what it has to say;
saying nothing means that the promise was kept. A team adds its own through the entry point group
``qbharness.checks``: each entry names a module that registers checks when it is imported::

    from qbharness.checks.registry import broken, check

    @check("no overtime", "Nobody is sent with more than ten hours a day.", breaks="11:00 in one block")
    def no_overtime(case):
        for landing in case.landings:
            if landing.hours.seconds > 36000:
                yield broken("too long", f"{landing.hours.as_sentence()} was sent.")
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias, final

from attrs import field, frozen

from qbsim.errors import SetUpProblem

if TYPE_CHECKING:
    from qbharness.checks.matching import Case

GROUP: Final = "qbharness.checks"
"""The entry point group of plug-ins."""


@final
class Verdict(enum.Enum):
    """What a check says of a run, worst first.

    EXPOSED: it fails, but under a trouble that nobody demands a server to survive.
    """

    BROKEN = "BROKEN"
    UNKNOWN = "unknown"
    EXPOSED = "EXPOSED"
    NOT_APPLICABLE = "not applicable"
    HELD = "HELD"


@final
@frozen
class Finding:
    """One thing that a check has to say.

    ``sentence`` is for people; ``blocks`` are the aliases it is about, ``events`` the lines of the
    history that show it; ``kind`` says in few words in which way the promise is broken.
    """

    check: str
    verdict: Verdict
    sentence: str
    blocks: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    kind: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The identity of a bug across runs: which check and which kind; never names, ids or times."""
        return self.check, self.kind


@final
@frozen
class Said:
    """What a check function yields; the check's name is added to it."""

    verdict: Verdict
    kind: str
    sentence: str
    blocks: tuple[str, ...] = ()
    events: tuple[int, ...] = ()


Sayings: TypeAlias = Iterator[Said]


def broken(kind: str, sentence: str, *, blocks: Iterable[str] = (), events: Iterable[int] = ()) -> Said:
    """The server did not keep the promise."""
    return Said(Verdict.BROKEN, kind, sentence, tuple(blocks), tuple(events))


def unknown(kind: str, sentence: str, *, blocks: Iterable[str] = (), events: Iterable[int] = ()) -> Said:
    """Nobody can tell whether it did."""
    return Said(Verdict.UNKNOWN, kind, sentence, tuple(blocks), tuple(events))


def exposed(kind: str, sentence: str, *, blocks: Iterable[str] = (), events: Iterable[int] = ()) -> Said:
    """It did not, under a trouble that is not demanded."""
    return Said(Verdict.EXPOSED, kind, sentence, tuple(blocks), tuple(events))


def not_applicable(sentence: str) -> Said:
    """This target gives nothing to judge by, or promises no such thing."""
    return Said(Verdict.NOT_APPLICABLE, "", sentence)


Unless: TypeAlias = Mapping[str, tuple[str, str]]
"""Promise of the contract to the value that takes the check out of force, and the sentence for it."""


@final
@frozen
class Check:
    """A named check; ``promise`` is the sentence that the server keeps when it holds.

    ``breaks`` says what breaks it; ``unless`` is what a target may declare to take it out of force.
    """

    name: str
    promise: str
    breaks: str
    function: Callable[[Case], Iterable[Said]] = field(repr=False)
    unless: Unless = field(factory=dict)

    def judge(self, case: Case) -> Iterator[Finding]:
        """Every finding of this check in one run."""
        for promise, (value, sentence) in self.unless.items():
            if case.contract[promise] == value:
                yield Finding(self.name, Verdict.NOT_APPLICABLE, sentence)
                return
        for said in self.function(case):
            yield Finding(self.name, said.verdict, said.sentence, said.blocks, said.events, said.kind)


_CHECKS: Final[dict[str, Check]] = {}

CheckFunction: TypeAlias = "Callable[[Case], Iterable[Said]]"


def check(
    name: str, promise: str, *, breaks: str = "", unless: Unless | None = None
) -> Callable[[CheckFunction], CheckFunction]:
    """Register the decorated function as the check ``name``; ValueError if there is one of that name."""

    def register(function: CheckFunction) -> CheckFunction:
        if name in _CHECKS:
            raise ValueError(f"the check {name!r} is registered twice")
        _CHECKS[name] = Check(name, promise, breaks, function, unless or {})
        return function

    return register


_MODULES: Final = (
    "delivery",
    "edits",
    "flags",
    "manners",
    "periods",
    "ends",
    "sessions",
    "safety",
    "expectations",
)
"""The modules of this package that register checks, in the order in which reports show them."""


def load_plug_ins(found: Iterable[EntryPoint]) -> None:
    """Import what installed distributions offer; SetUpProblem names the one that cannot be imported."""
    for plug_in in sorted(found, key=lambda each: (each.name, each.value)):
        try:
            plug_in.load()
        except Exception as trouble:
            raise SetUpProblem(
                f"The plug-in {plug_in.name} ({plug_in.value}) cannot be loaded: {trouble}.",
                cure="Uninstall it, or mend the module that it names.",
            ) from trouble


@cache
def all_checks() -> Mapping[str, Check]:
    """Every check by name: ours first, then those of installed plug-ins."""
    for module in _MODULES:
        import_module(f"qbharness.checks.{module}")
    load_plug_ins(entry_points(group=GROUP))
    return MappingProxyType(_CHECKS)


__all__ = [
    "GROUP", "Check", "Finding", "Said", "Sayings", "Verdict", "all_checks", "broken", "check", "exposed",
    "load_plug_ins", "not_applicable", "unknown",
]  # fmt: skip
