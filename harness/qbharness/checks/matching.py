"""Which landing belongs to which Work Block: the law's rule, as an assignment.

Blocks with equal contents are one class, and inside a class only numbers count. So a landing is not
identified, it is *assigned*: to a block one of whose offered versions it has, as long as that block may
have one. What is left over is a duplicate; what fits no block at all goes to the block without a landing
from which it differs least (``wrong value``), or is a ``phantom``. A declared mark names the block itself.
"""

from __future__ import annotations

from functools import cached_property
from typing import final

from attrs import frozen

from qbharness.checks.blocks import BlockStory
from qbharness.checks.cheapest import cheapest
from qbharness.checks.contents import Key, key_of, looks_of
from qbharness.checks.landings import Landing
from qbharness.checks.owed import Owed, owed
from qbharness.checks.places import Places
from qbharness.checks.reading import Reading
from qbharness.checks.updates import Refusal
from qbharness.history import HandedOut, OfferedEntry, ServerListed


@final
@frozen
class Assignment:
    """Every landing that counts in exactly one place; ``missing`` are blocks that have too few.

    ``surplus`` names, for each landing too many, the blocks that it could be of.
    """

    landed: dict[str, tuple[Landing, ...]]
    surplus: tuple[tuple[tuple[str, ...], Landing], ...]
    wrong: tuple[tuple[str, Landing, tuple[str, ...]], ...]
    phantoms: tuple[Landing, ...]
    missing: tuple[str, ...]


@final
class Case(Reading):
    """What a check is given: the facts, and which landing belongs to which block."""

    @cached_property
    def limits(self) -> dict[str, Owed]:
        """What each block is owed at rest."""
        return {name: owed(self, block) for name, block in self.blocks.items()}

    @cached_property
    def assignment(self) -> Assignment:
        """Every landing that counts, assigned."""
        return assign(self)

    @cached_property
    def fitting(self) -> dict[int, tuple[str, ...]]:
        """Line of a landing, wherever it landed, to the blocks whose it may be."""
        return {
            landing.entry.n: tuple(
                block.block
                for block in self.blocks_like(*(key for _, key in landing.looks))
                if landing.is_of(block)
            )
            for landing in self.all_landings
        }

    def blocks_like(self, *keys: Key) -> tuple[BlockStory, ...]:
        """The blocks that ever had contents with one of these keys, in order of appearance."""
        if len(keys) == 1:
            return self._of_key.get(keys[0], ())
        wanted = {block.block for key in keys for block in self._of_key.get(key, ())}
        return tuple(block for name, block in self.blocks.items() if name in wanted)

    @cached_property
    def _of_key(self) -> dict[Key, tuple[BlockStory, ...]]:
        found: dict[Key, tuple[BlockStory, ...]] = {}
        for block in self.blocks.values():
            for key in {version.key for version in block.versions}:
                found[key] = (*found.get(key, ()), block)
        return found

    def offered_blocks(self, handed: HandedOut, entry: OfferedEntry, start: int) -> tuple[BlockStory, ...]:
        """The blocks whose hand-out an entry could be, by contents that were current from a line on."""
        looks = looks_of(entry.hours, self.renames.formerly(entry.hours, handed.n))
        return tuple(
            block
            for block in self.blocks_like(*(key for _, key in looks))
            if entry.block in {None, block.block}
            and any(block.fits(hours, key, start, handed.n) for hours, key in looks)
        )

    @cached_property
    def flagged(self) -> frozenset[str]:
        """The blocks that the server itself calls sent, at rest."""
        listed = self.last(ServerListed, before=self.rested_at + 1)
        return frozenset(row.block for row in listed.blocks if row.state == "sent") if listed else frozenset()

    @cached_property
    def has_undeliverable(self) -> bool:
        """Is there a block that no gate of QuickBooks would let in?"""
        return any(not block.can_be_delivered and block.deleted is None for block in self.blocks.values())

    def hand_outs_of(self, block: BlockStory) -> tuple[HandedOut, ...]:
        """Every hand-out that could be of a block."""
        return self._hand_outs_of.get(block.block, ())

    @cached_property
    def _hand_outs_of(self) -> dict[str, tuple[HandedOut, ...]]:
        found: dict[str, tuple[HandedOut, ...]] = {}
        for call, names in self.handed_out_by.items():
            for name in names:
                found[name] = (*found.get(name, ()), self.hand_outs[call])
        return found

    @cached_property
    def handed_out_by(self) -> dict[int, tuple[str, ...]]:
        """Call number of a hand-out to the blocks of which it could be."""
        return {
            call: tuple(
                dict.fromkeys(
                    block.block for entry in handed.entries for block in self.offered_blocks(handed, entry, 0)
                )
            )
            for call, handed in self.hand_outs.items()
        }

    def is_about(self, refusal: Refusal, block: BlockStory) -> bool:
        """Did QuickBooks refuse this block (or one of its equals), or not know a name in it?"""
        if refusal.offered is not None:
            key = key_of(refusal.offered.hours)
            return refusal.offered.block in {None, block.block} and block.fits(
                refusal.offered.hours, key, 0, refusal.n
            )
        names = {name.casefold() for name in refusal.names}
        return bool(names & {block.hours.employee.casefold(), block.hours.customer.casefold()})

    def sharers(self, block: BlockStory) -> int:
        """How many blocks could have the landings that this one could have: the size of its class."""
        name = block.block
        return len({other for names in self.fitting.values() if name in names for other in names}) or 1


def assign(case: Case) -> Assignment:
    """Assign every landing that counts.

    What a restored backup took away after the server knew of it fills its place: it is forgotten by
    QuickBooks, not lost, and nothing more goes out (unless ``after_restore`` says so).
    """
    counting = [landing for landing in case.landings if landing.counts]
    forgotten = [landing for landing in case.landings if not landing.present and landing.taken_back is None]
    known = [landing for landing in forgotten if landing.known_at is not None]
    forgiving = [landing for landing in forgotten if landing.known_at is None and landing.perhaps_known_at]
    if case.contract["after_restore"] == "resend":
        known, forgiving = [], forgiving + known
    fitting = case.fitting
    places = Places(case.limits, first=case.flagged)
    for landing in known:
        places.give(landing.entry.n, fitting[landing.entry.n])
    places.fill({landing.entry.n: fitting[landing.entry.n] for landing in counting})
    landed: dict[str, tuple[Landing, ...]] = dict.fromkeys(case.blocks, ())
    surplus: list[tuple[tuple[str, ...], Landing]] = []
    strange: list[Landing] = []
    for landing in counting:
        holder = places.holder.get(landing.entry.n)
        if holder is not None:
            landed[holder] += (landing,)
        elif fitting[landing.entry.n]:
            surplus.append((fitting[landing.entry.n], landing))
        else:
            strange.append(landing)
    wrong, phantoms = _strange(case, strange, landed)
    missing = [name for name in places.unfilled() if name not in {block for block, _, _ in wrong}]
    elsewhere = [landing for landing in case.all_landings if landing.entry.company]
    for landing in (*forgiving, *elsewhere):
        found = next((name for name in missing if name in fitting[landing.entry.n]), None)
        if found is not None:
            missing.remove(found)
    return Assignment(landed, tuple(surplus), tuple(wrong), tuple(phantoms), tuple(dict.fromkeys(missing)))


def _strange(
    case: Case, strange: list[Landing], landed: dict[str, tuple[Landing, ...]]
) -> tuple[list[tuple[str, Landing, tuple[str, ...]]], list[Landing]]:
    """Place what fits nowhere: where its mark says, else where it differs least, else nowhere."""
    wrong = [
        (landing.mark, landing, _nearest(case.blocks[landing.mark], landing))
        for landing in strange
        if landing.mark in case.blocks
    ]
    marked = {name for name, _, _ in wrong}
    left = [landing for landing in strange if landing.mark not in case.blocks]
    free = [
        name
        for name, having in landed.items()
        if not having and case.limits[name].most and name not in marked
    ]
    differing = [[_nearest(case.blocks[name], landing) for name in free] for landing in left]
    chosen = cheapest([[len(fields) for fields in row] for row in differing])
    phantoms = []
    for number, landing in enumerate(left):
        column = chosen[number]
        if column is None:
            phantoms.append(landing)
        else:
            wrong.append((free[column], landing, differing[number][column]))
    return wrong, phantoms


def _nearest(block: BlockStory, landing: Landing) -> tuple[str, ...]:
    """The fields that differ from the version that could have been sent, or from the latest."""
    current = [version for version in block.versions if version.current_between(*landing.window)]
    hours = landing.looks[0][0]
    return min(
        (version.hours.differences(hours) for version in current or block.versions[-1:]),
        key=len,
    )
