"""Why an element may not stand where it does: the likely mistake, most telling first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from itertools import groupby, islice
from typing import Final, final

from attrs import frozen

from qbsim.qbxml.grammar import Grammar, grammar
from qbsim.qbxml.matching import State, allowed, required, step
from qbsim.qbxml.model import Child, Span, children_of
from qbsim.qbxml.notation import notation
from qbsim.qbxml.versions import COVERED, Version

_MOST_SIBLINGS: Final = 200
_LIKELY: Final = 0.75
_NEARLY_SURE: Final = 0.85
"""How alike two names are; surer if the name as written exists elsewhere."""


@final
@frozen
class Mistake:
    """What was probably done wrong, as a sentence that names the cure."""

    rule: str
    likely: str
    allowed: tuple[str, ...] = ()


@final
@frozen
class Case:
    """An element that may not stand where it does, with all that is around it."""

    grammar: Grammar
    parent: str
    name: str
    seen: Sequence[str]
    """Its elder siblings."""
    later: Sequence[str]
    """Its younger siblings."""
    state: State
    """What might have stood here instead."""

    @property
    def names(self) -> tuple[str, ...]:
        """The children of the parent, in order."""
        children = children_of(self.grammar.content(self.parent).particle)
        return tuple(dict.fromkeys(child.name for child in children))

    @property
    def runs(self) -> tuple[str, ...]:
        """The first elder siblings, repetitions left out: bounded, however long the document is."""
        return tuple(name for name, _ in groupby(islice(self.seen, _MOST_SIBLINGS)))

    @property
    def version(self) -> Version:
        return self.grammar.version


def mistake_behind(case: Case) -> Mistake:
    """The first likely mistake that explains ``case``."""
    for look in _LOOKS:
        mistake = look(case)
        if mistake is not None:
            return mistake
    return Mistake(
        "qbxml.unknown",
        f"qbXML {case.version} has no `{case.name}` inside `{case.parent}`, nor anything that resembles it. "
        f"Remove it.{_needs(case)}",
    )


def _repeated(case: Case) -> Mistake | None:
    """It stood there before, as often as it may."""
    if case.name not in case.seen or case.name not in case.names:
        return None
    if case.seen[-1] != case.name and case.name in _repeating(case):
        between = next(other for other in reversed(case.seen) if other != case.name)
        return Mistake("qbxml.order", f"All `{case.name}` stand together; move this one before `{between}`.")
    most = sum(1 for other in case.seen if other == case.name)
    times = "once" if most == 1 else f"{most} times"
    return Mistake(
        "qbxml.too-many", f"`{case.name}` may stand {times} inside `{case.parent}`. Remove this one."
    )


def _repeating(case: Case) -> set[str]:
    return {element.name for element in case.grammar.children(case.parent) if element.repeats}


def _alternatives(case: Case) -> Mistake | None:
    """It would be allowed, had another alternative not been chosen."""
    if case.name not in case.names:
        return None
    for at, other in enumerate(case.runs):
        if _fits(case, (*case.runs[:at], *case.runs[at + 1 :])):
            before = [name for name in case.runs if _position(case, name) > _position(case, case.name)]
            if before:
                return None
            return Mistake(
                "qbxml.either-or",
                f"`{other}` and `{case.name}` exclude each other inside `{case.parent}`. Keep one of them.",
            )
    return None


def _fits(case: Case, before: Sequence[str]) -> bool:
    """Could the element stand after ``before``?"""
    particle = case.grammar.content(case.parent).particle
    state: State | None = () if particle is None else (particle,)
    for name in (*before, case.name):
        state = None if state is None else step(state, name)
    return state is not None


def _position(case: Case, name: str) -> int:
    return case.names.index(name) if name in case.names else -1


def _too_late(case: Case) -> Mistake | None:
    """It belongs before one of its elder siblings."""
    if case.name not in case.names:
        return None
    for at, other in enumerate(case.runs):
        if _fits(case, case.runs[:at]) and _position(case, other) > _position(case, case.name):
            return Mistake("qbxml.order", f"`{case.name}` belongs before `{other}`. Move it there.")
    return None


def _too_early(case: Case) -> Mistake | None:
    """Something that is required has to come first; it comes later, or not at all."""
    needed = required(case.state)
    if not needed or case.name not in case.names:
        return None
    for other in needed:
        if other in case.later:
            return Mistake(
                "qbxml.order", f"`{other}` belongs before `{case.name}`. Move it there.", allowed(case.state)
            )
    one = f"`{needed[0]}`" if len(needed) == 1 else "One of " + ", ".join(f"`{name}`" for name in needed[:8])
    return Mistake("qbxml.missing", f"{one} is missing; add it before `{case.name}`.", allowed(case.state))


def _other_version(case: Case) -> Mistake | None:
    """It exists in this place, in another version."""
    span = _span(case.parent, case.name)
    if span is None:
        return None
    if span.until is not None and span.until < case.version:
        return _dropped(case, span, span.until)
    since = span.since or COVERED[0]
    if since > case.version:
        return Mistake("qbxml.newer", newer(case.name, since, case.version))
    return None


def _dropped(case: Case, span: Span, until: Version) -> Mistake:
    after = next(version for version in COVERED if version > until)
    now = f"was replaced by `{span.now}`" if span.now else "was dropped"
    cure = f"Use `{span.now}`." if span.now else "Remove it."
    return Mistake(
        "qbxml.dropped", f"`{case.name}` {now} in {after}; the document says {case.version}. {cure}"
    )


def _dropped_next_door(case: Case) -> Mistake | None:
    """It never stood here, but in a sister of the parent, and what took its place there stands here too."""
    for block in notation().elements.values():
        if any(" until " in line and line.split()[0].strip("?*+") == case.name for line in block.body):
            span = _span(block.name, case.name)
            if span is not None and span.until is not None and span.now in case.names:
                return _dropped(case, span, span.until)
    return None


def newer(name: str, since: Version, stated: Version) -> str:
    """What is said of a name, element or attribute, that the version stated has not yet."""
    return (
        f"`{name}` exists since {since}; the document says {stated}. "
        f'State `<?qbxml version="{since}"?>` or newer, or leave it out.'
    )


def _span(parent: str, name: str) -> Span | None:
    """When ``name`` was a child of ``parent``, in the version nearest to today that has it."""
    for version in reversed(COVERED):
        its = grammar(version)
        if parent not in notation().elements:
            return None
        found: Child | None = next(
            (child for child in children_of(its.content(parent).particle) if child.name == name), None
        )
        if found is not None:
            if found.span.since or found.span.until:
                return found.span
            first = next(each for each in COVERED if _has(each, parent, name))
            return Span(first if first != COVERED[0] else None)
    return None


def _has(version: Version, parent: str, name: str) -> bool:
    return any(child.name == name for child in children_of(grammar(version).content(parent).particle))


def _misspelt(case: Case) -> Mistake | None:
    """A name of this place is written nearly so."""
    names = case.names
    folded = {name.lower(): name for name in names}
    near = folded.get(case.name.lower())
    if near is not None:
        return Mistake("qbxml.misspelt", f"Capitals count: `{case.name}` is written `{near}`.")
    elsewhere = case.grammar.knows(case.name)
    cutoff = _NEARLY_SURE if elsewhere else _LIKELY
    for near_names in (allowed(case.state), () if elsewhere else names):
        for close in difflib.get_close_matches(case.name, near_names, n=1, cutoff=cutoff):
            return Mistake("qbxml.misspelt", f"`{case.parent}` has no `{case.name}`. Did you mean `{close}`?")
    return None


def _words(name: str) -> frozenset[str]:
    """``ItemServiceRef`` as its words."""
    return frozenset(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name))


def _for_what_is_needed(case: Case) -> Mistake | None:
    """What is needed here has a name of which this is a part, or that is a part of this one."""
    words = _words(case.name)
    for name in _missing(case):
        if words < _words(name) or _words(name) < words:
            return Mistake("qbxml.misspelt", f"`{case.parent}` has no `{case.name}`. Did you mean `{name}`?")
    return None


def _half_written(case: Case) -> Mistake | None:
    """Names that may come here have all its words, and more."""
    near = [name for name in allowed(case.state) if _words(case.name) < _words(name)]
    if not 1 <= len(near) <= 3:
        return None
    shown = " or ".join(f"`{name}`" for name in near)
    return Mistake("qbxml.misspelt", f"`{case.parent}` has no `{case.name}`. Did you mean {shown}?")


def _missing(case: Case) -> tuple[str, ...]:
    """Of what must come next, what does not come later either."""
    needed = required(case.state)
    return () if any(name in case.later for name in needed) else needed


def _needs(case: Case) -> str:
    missing = _missing(case)
    return f" `{case.parent}` needs `{missing[0]}` here." if len(missing) == 1 else ""


def _belongs_inside(case: Case) -> Mistake | None:
    """It belongs one or two levels deeper: the element around it is missing."""
    around = [name for name in case.names if case.name in _inside(case.grammar, case.parent, name)]
    if not around:
        return None
    next_ones = [name for name in around if name in allowed(case.state)]
    shown = ", ".join(f"`{name}`" for name in (next_ones or around)[:4])
    return Mistake("qbxml.misplaced", f"`{case.name}` belongs inside {shown}. Put that element around it.")


def _inside(of: Grammar, parent: str, name: str) -> set[str]:
    """The children of ``name`` inside ``parent``; a leaf has none."""
    if of.type_of(parent, name) is not None:
        return set()
    return {child.name for child in children_of(of.content(name).particle)}


def _belongs_elsewhere(case: Case) -> Mistake | None:
    if not case.grammar.knows(case.name):
        return None
    return Mistake(
        "qbxml.misplaced",
        f"qbXML has `{case.name}`, but not inside `{case.parent}`. "
        f"Remove it, or move it to where it belongs.{_needs(case)}",
    )


def _known_elsewhen(case: Case) -> Mistake | None:
    """Not in this place, but some version knows the name."""
    for version in COVERED:
        if version > case.version and grammar(version).knows(case.name):
            return Mistake(
                "qbxml.newer", f"`{case.name}` exists since {version}; the document says {case.version}."
            )
    return None


_LOOKS: Final[tuple[Callable[[Case], Mistake | None], ...]] = (
    _repeated,
    _too_late,
    _alternatives,
    _too_early,
    _other_version,
    _misspelt,
    _for_what_is_needed,
    _dropped_next_door,
    _belongs_inside,
    _half_written,
    _belongs_elsewhere,
    _known_elsewhen,
)
