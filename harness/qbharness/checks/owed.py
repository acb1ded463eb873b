"""What is owed: how many landings a block must and may have on the present timeline, row by row of the law.

One for each block inside the period, and one more each time its owner marks a *sent* block as not sent.
Less is enough where a mismatch stands, where the server never had its chance, and where the contract says
so; more is never owed.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, final

from attrs import frozen

from qbharness.checks.blocks import BlockStory
from qbharness.checks.landings import Landing
from qbharness.checks.updates import Refusal
from qbharness.history import BlockChanged, Committed, HandedOut

if TYPE_CHECKING:
    from qbharness.checks.matching import Case


@final
@frozen
class Owed:
    """How many landings a block must (``least``) and may (``most``) have."""

    least: int
    most: int


ONCE: Final = Owed(1, 1)


def owed(case: Case, block: BlockStory) -> Owed:
    """What the contract demands of one block at rest."""
    by_hand = _by_hand(case, block)
    return Owed(0, by_hand.most) if _is_excused(case, block) else by_hand


def _is_excused(case: Case, block: BlockStory) -> bool:
    """May the block be missing?"""
    return (
        not case.periods.always(block.hours.date, case.rested_at, case.rested_at)
        or not had_its_chance(case, block)
        or _waits(case, block)
        or (case.contract["delivery"] == "at_most_once" and _was_in_trouble(case, block))
    )


def had_its_chance(case: Case, block: BlockStory) -> bool:
    """Did an update in which nothing stood in the server's way begin after the block came to be owed?"""
    due = max(block.changes[-1].n, case.periods.last_change, case.last_restore)
    return case.deciding is not None and case.deciding.authenticated_at > due


def _waits(case: Case, block: BlockStory) -> bool:
    """Does it wait behind a mismatch that still stands, or is it that mismatch?"""
    deciding = case.deciding
    if deciding is None:
        return False
    if not block.can_be_delivered:
        return True
    if case.contract["on_mismatch"] == "stop":
        stands = deciding.mismatch is not None and not _is_old_news(case, deciding.mismatch)
        return stands or (case.has_undeliverable and _ends_in_words(case))
    refusals = [each for each in (*deciding.refused, *deciding.unmet) if not _is_old_news(case, each)]
    return any(case.is_about(refusal, block) for refusal in refusals)


def _is_old_news(case: Case, refusal: Refusal) -> bool:
    """Is it QuickBooks' memory of a refusal that the server knew, and was what it misses added since?

    One that the server hears for the first time may be shown once; the block comes an update later.
    """
    name = refusal.handed.new_message_set_id
    if not refusal.stale or not name or not _was_heard(case, name, refusal.n):
        return False
    first = min(handed.n for handed in case.all(HandedOut) if handed.new_message_set_id == name)
    since = [row for row in case.all(Committed) if first < row.n < refusal.n and row.actor == "person"]
    added = {row.record_id for row in since if row.action == "add" and row.name in refusal.names}
    touched = {row.record_id for row in since if row.action != "add" and row.record_id}
    return bool(added - touched)


def _was_heard(case: Case, message_set: str, line: int) -> bool:
    """Did the server surely hear before a line that the set was refused?"""
    return any(
        case.learned_of(update, earlier.n)[0]
        for update in case.updates
        for earlier in update.refused
        if earlier.n < line and earlier.handed.new_message_set_id == message_set
    )


def _ends_in_words(case: Case) -> bool:
    ended = case.deciding.ended if case.deciding else None
    return ended is not None and bool(ended.last_error.strip())


def _was_in_trouble(case: Case, block: BlockStory) -> bool:
    """Was there an update, while the block was to be sent, that did not go through?"""
    return any(not update.clean and update.last_line > block.added for update in case.updates)


def _by_hand(case: Case, block: BlockStory) -> Owed:
    """What the owner's marks, and a deletion, make of the one landing that a block is owed."""
    sheet = _Sheet(case, block)
    for change in block.changes[1:]:
        sheet.book(change)
    return Owed(max(0, sheet.least), max(0, sheet.most))


class _Sheet:
    """Counts what is owed to one block while its owner does things."""

    def __init__(self, case: Case, block: BlockStory) -> None:
        self._case = case
        self._block = block
        self.least = self.most = 1
        self._before_mark: tuple[int, int] | None = None

    def book(self, change: BlockChanged) -> None:
        """One more thing that the owner did."""
        match change.change:
            case "marked sent":
                self._give_up(change)
            case "marked not sent":
                self._ask_again(change)
            case "deleted":
                self._give_up(change)

    def _give_up(self, change: BlockChanged) -> None:
        """No more is to be sent; what may be on its way may still land."""
        landed, _, in_doubt = self._state_at(change.n)
        if landed is True:
            return
        self._before_mark = self.least, self.most
        self.least -= 1
        if landed is False and not in_doubt and change.certain:
            self.most -= 1

    def _ask_again(self, change: BlockChanged) -> None:
        """A block that counts as sent is owed once more; one that does not is owed already."""
        landed, known, in_doubt = self._state_at(change.n)
        if self._before_mark is not None:
            self.least, self.most = self._before_mark
            self._before_mark = None
            self.most += 1 if in_doubt or landed is not False else 0
        elif landed is True and known:
            self.least += int(change.certain)
            self.most += 1
        elif landed is not False or in_doubt:
            self.most += 1

    def _state_at(self, line: int) -> tuple[bool | None, bool, bool]:
        """Has all that was owed landed by then (None: perhaps)? Did the server know? Is it in doubt?"""
        before = [landing for landing in self._mine if landing.entry.n < line]
        sharing = self._case.sharers(self._block) if before else 1
        enough = len(before) >= self.most * sharing
        landed = True if enough else (None if len(before) >= self.most else False)
        known = sum(landing.is_known_by(line) for landing in before) >= len(before)
        return landed, known, any(handed.n < line for handed in self._open_hand_outs(line))

    @cached_property
    def _mine(self) -> tuple[Landing, ...]:
        """Its landings, without those that a restored backup took away before the server knew of them."""
        return tuple(
            landing
            for landing in self._case.landings
            if landing.is_of(self._block) and (landing.present or landing.known_at is not None)
        )

    def _open_hand_outs(self, line: int) -> list[HandedOut]:
        """Hand-outs of the block before a line whose outcome the server did not know by then."""
        landed = {landing.entry.call for landing in self._mine if landing.entry.n < line}
        return [
            handed
            for handed in self._case.hand_outs_of(self._block)
            if handed.n < line
            and handed.call not in landed
            and ((settled := self._case.settled_at(handed)) is None or settled > line)
        ]
