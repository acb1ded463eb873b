"""Walks a content model name by name: what may come next, what is still missing.

A state is the tuple of particles that are still to be matched. The models are deterministic, as XSD
demands, so following the first way that takes a name is enough.
"""

from __future__ import annotations

from typing import TypeAlias

from attrs import evolve

from qbsim.qbxml.model import UNBOUNDED, Child, Choice, Particle, Sequence

State: TypeAlias = tuple[Particle, ...]


def may_end(state: State) -> bool:
    """May the element end here?"""
    return all(map(_optional, state))


def allowed(state: State) -> tuple[str, ...]:
    """The names that may come next, in the order of the grammar, each once."""
    found: dict[str, None] = {}
    for particle in state:
        found.update(dict.fromkeys(_first(particle)))
        if not _optional(particle):
            break
    return tuple(found)


def required(state: State) -> tuple[str, ...]:
    """The names of which one must come before the element may end; empty if it may end."""
    for particle in state:
        if not _optional(particle):
            return _needed(particle)
    return ()


def step(state: State, name: str) -> State | None:
    """The state after ``name``, or None if ``name`` may not come here."""
    for at, particle in enumerate(state):
        taken = _take(particle, name)
        if taken is not None:
            return taken + state[at + 1 :]
        if not _optional(particle):
            return None
    return None


def _optional(particle: Particle) -> bool:
    match particle:
        case Sequence(items, least):
            return least == 0 or all(map(_optional, items))
        case Choice(items, least):
            return least == 0 or any(map(_optional, items))
        case Child(least=least):
            return least == 0
    return True


def _first(particle: Particle) -> tuple[str, ...]:
    match particle:
        case Child(name):
            return (name,)
        case Sequence(items):
            return allowed(items)
        case Choice(items):
            return tuple(name for item in items for name in _first(item))
    return ()


def _needed(particle: Particle) -> tuple[str, ...]:
    match particle:
        case Sequence(items):
            return next((_needed(item) for item in items if not _optional(item)), ())
        case _:
            return _first(particle)


def _take(particle: Particle, name: str) -> State | None:
    """What is left of ``particle`` after it took ``name``; None if it cannot begin with it."""
    match particle:
        case Child(its_name):
            return _again(particle) if its_name == name else None
        case Sequence(items):
            taken = step(items, name)
            return None if taken is None else taken + _again(particle)
        case Choice(items):
            for item in items:
                taken = _take(item, name)
                if taken is not None:
                    return taken + _again(particle)
    return None


def _again(particle: Child | Sequence | Choice) -> State:
    """``particle`` after one occurrence."""
    if particle.most == 1:
        return ()
    most = particle.most if particle.most == UNBOUNDED else particle.most - 1
    return (evolve(particle, least=max(particle.least - 1, 0), most=most),)
