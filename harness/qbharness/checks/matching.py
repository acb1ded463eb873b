"""Which landing belongs to which Work Block: the oracle's rule, as an assignment.

Blocks with equal contents are one class, and inside a class only numbers count. So a landing is not
identified, it is *assigned*: to a block one of whose offered versions it has, as long as that block is
owed a landing. What is left over is a duplicate; what fits no block at all goes to the block without a
landing from which it differs least (``wrong value``), or is a ``phantom``.
"""

from __future__ import annotations

from functools import cached_property
from typing import final

from attrs import frozen

from qbharness.checks.reading import BlockStory, Landing, Reading


@final
@frozen
class Owed:
    """How many landings a block must (``least``) and may (``most``) have on the present timeline."""

    least: int
    most: int


@final
@frozen
class Assignment:
    """Every present landing in exactly one place; ``missing`` are blocks that have too few."""

    landed: dict[str, tuple[Landing, ...]]
    surplus: tuple[tuple[str, Landing], ...]
    wrong: tuple[tuple[str, Landing, tuple[str, ...]], ...]
    phantoms: tuple[Landing, ...]
    missing: tuple[str, ...]


@final
class Case(Reading):
    """What a check is given: the facts, and which landing belongs to which block."""

    @cached_property
    def assignment(self) -> Assignment:
        """Every landing of the present timeline, assigned."""
        return assign(self)


def owed(reading: Reading, block: BlockStory) -> Owed:
    """What the contract demands of one block at rest (the oracle's table, row by row)."""
    mine = [landing for landing in reading.landings if block.fits(landing.hours, *landing.window)]
    asked = len(block.marked_not_sent)
    if any(landing.acknowledged and not landing.present for landing in mine):
        # Forgotten by QuickBooks: a restored backup. Nothing more goes out unless somebody says so.
        spare = 1 if reading.contract["after_restore"] == "resend" else 0
        kept = any(landing.present and landing.entry.sequence < reading.last_restore for landing in mine)
        return Owed(asked, asked + max(spare, int(kept)))
    handed_out = [
        handed.n
        for handed in reading.hand_outs.values()
        for entry in handed.entries
        if block.fits(entry.hours, 0, handed.n)
    ]
    given_up = block.deleted or (block.marked_sent[0] if block.marked_sent else None)
    if given_up is not None and not block.marked_not_sent:
        before = [line for line in handed_out if line < given_up]
        acknowledged = any(landing.acknowledged and landing.entry.n < given_up for landing in mine)
        return Owed(1 if acknowledged else 0, 1 if before else 0)
    if not reading.in_period(block):
        return Owed(asked, asked + (1 if reading.ever_in_period(block) else 0))
    if block.block in reading.standing_mismatch or reading.contract["delivery"] == "at_most_once":
        return Owed(0, 1 + asked)
    return Owed(1 + asked, 1 + asked)


def assign(reading: Reading) -> Assignment:
    """Assign every landing of the present timeline."""
    present = [landing for landing in reading.landings if landing.present]
    fitting = {
        landing.entry.sequence: [b for b in reading.blocks.values() if b.fits(landing.hours, *landing.window)]
        for landing in present
    }
    limits = {block.block: owed(reading, block) for block in reading.blocks.values()}
    holder = _most(present, fitting, limits)
    landed: dict[str, tuple[Landing, ...]] = dict.fromkeys(reading.blocks, ())
    surplus: list[tuple[str, Landing]] = []
    strange: list[Landing] = []
    for landing in present:
        block = holder.get(landing.entry.sequence)
        if block is not None:
            landed[block] += (landing,)
        elif fitting[landing.entry.sequence]:
            surplus.append((fitting[landing.entry.sequence][0].block, landing))
        else:
            strange.append(landing)
    wrong, phantoms = _place(reading, strange, landed, limits)
    taken = {block for block, _, _ in wrong}
    missing = tuple(
        name for name, having in landed.items() if len(having) < limits[name].least and name not in taken
    )
    return Assignment(landed, tuple(surplus), tuple(wrong), tuple(phantoms), missing)


def _most(
    present: list[Landing], fitting: dict[int, list[BlockStory]], limits: dict[str, Owed]
) -> dict[int, str]:
    """A largest assignment of landings to the places that blocks have, by augmenting paths.

    Places that *must* be filled are offered before those that only may be, so that equal blocks of which
    one is waiting never make a faultless server look guilty.
    """
    sequences = [landing.entry.sequence for landing in present]
    places: dict[tuple[str, int], int] = {}

    def take(sequence: int, tried: set[tuple[str, int]], wanted: bool) -> bool:
        for block in fitting[sequence]:
            limit = limits[block.block]
            for number in range(limit.least if wanted else limit.most):
                place = (block.block, number)
                if place in tried:
                    continue
                tried.add(place)
                if place not in places or take(places[place], tried, wanted):
                    places[place] = sequence
                    return True
        return False

    settled = {sequence for sequence in sequences if take(sequence, set(), wanted=True)}
    for sequence in sequences:
        if sequence not in settled:
            take(sequence, set(), wanted=False)
    return {sequence: block for (block, _), sequence in places.items()}


def _place(
    reading: Reading, strange: list[Landing], landed: dict[str, tuple[Landing, ...]], limits: dict[str, Owed]
) -> tuple[list[tuple[str, Landing, tuple[str, ...]]], list[Landing]]:
    wrong: list[tuple[str, Landing, tuple[str, ...]]] = []
    phantoms: list[Landing] = []
    free = [name for name, having in landed.items() if not having and limits[name].most]
    for landing in strange:
        if not free:
            phantoms.append(landing)
            continue
        differing = {name: _nearest(reading.blocks[name], landing) for name in free}
        best = min(free, key=lambda name: len(differing[name]))
        free.remove(best)
        wrong.append((best, landing, differing[best]))
    return wrong, phantoms


def _nearest(block: BlockStory, landing: Landing) -> tuple[str, ...]:
    return min((version.hours.differences(landing.hours) for version in block.versions), key=len)
