"""The places that blocks have for landings, filled by augmenting paths."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, TypeAlias, final

if TYPE_CHECKING:
    from qbharness.checks.owed import Owed

Place: TypeAlias = tuple[str, int]


@final
class Places:
    """Each block has as many places as it may have landings; those that must be filled come first.

    Among equal blocks those in ``first`` (the ones that the server itself calls sent) get theirs before
    the others, so that what is missing is missing where the server says so too. A place or a landing that
    is taken stays taken, whoever comes later: augmenting paths only ever add.
    """

    def __init__(self, limits: Mapping[str, Owed], first: Collection[str] = ()) -> None:
        must = [(name, number) for name, limit in limits.items() for number in range(limit.least)]
        may = [(name, n) for name, limit in limits.items() for n in range(limit.least, limit.most)]
        must.sort(key=lambda place: place[0] not in first)
        may.sort(key=lambda place: place[0] not in first)
        self._must = must
        self._all = must + may
        self._fitting: dict[int, tuple[str, ...]] = {}
        self._taken: dict[Place, int] = {}
        self._place_of: dict[int, Place] = {}

    @property
    def holder(self) -> dict[int, str]:
        """Landing to the block that has it."""
        return {landing: place[0] for landing, place in self._place_of.items()}

    def unfilled(self) -> list[str]:
        """The blocks whose places must be filled and are not, once for each place."""
        return [place[0] for place in self._must if place not in self._taken]

    def give(self, landing: int, fitting: tuple[str, ...]) -> bool:
        """Find a place for one landing; whoever has it may move to another of its own."""
        self._fitting[landing] = fitting
        return self._seat(landing, set())

    def fill(self, fitting: Mapping[int, tuple[str, ...]]) -> None:
        """Fill the places from these landings, the ones that must be filled first."""
        self._fill(self._all, fitting)

    def complete(self, fitting: Mapping[int, tuple[str, ...]]) -> None:
        """Fill what must be filled and is not yet, with the help of these landings; nothing else."""
        self._fill(self._must, fitting)

    def _fill(self, places: list[Place], fitting: Mapping[int, tuple[str, ...]]) -> None:
        self._fitting.update(fitting)
        names: dict[str, list[int]] = {}
        for landing, blocks in self._fitting.items():
            for block in blocks:
                names.setdefault(block, []).append(landing)
        for place in places:
            if place not in self._taken:
                self._find(place, names, set())

    def _seat(self, landing: int, tried: set[Place]) -> bool:
        for place in self._all:
            if place[0] not in self._fitting[landing] or place in tried:
                continue
            tried.add(place)
            if place not in self._taken or self._seat(self._taken[place], tried):
                self._put(landing, place)
                return True
        return False

    def _find(self, place: Place, names: Mapping[str, list[int]], tried: set[int]) -> bool:
        """A landing for a place: a free one, or one whose place can be filled by another."""
        for landing in sorted(names.get(place[0], ()), key=self._place_of.__contains__):
            if landing in tried:
                continue
            tried.add(landing)
            at = self._place_of.get(landing)
            if at is None or self._find(at, names, tried):
                self._put(landing, place)
                return True
        return False

    def _put(self, landing: int, place: Place) -> None:
        self._taken[place] = landing
        self._place_of[landing] = place
