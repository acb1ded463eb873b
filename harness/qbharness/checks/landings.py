"""Landings: the commits that hand-outs caused, and what the server knows of each."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, final

from attrs import frozen

from qbharness.checks.blocks import BlockStory
from qbharness.checks.contents import Key, looks_of
from qbharness.checks.updates import ADD
from qbharness.history import Answer, Committed, HandedOut, Hours, OfferedEntry, Processed

if TYPE_CHECKING:
    from qbharness.checks.reading import Reading


@final
@frozen
class Landing:
    """A commit that a hand-out caused.

    ``looks`` are the contents under which it may be recognised: as it landed, as it was handed out, and
    both under the names that people and jobs had before they were renamed. ``window``: the lines between
    which an offered version counts. ``known_at``: the line at which the server surely got QuickBooks'
    answer about it; ``perhaps_known_at``: at which it perhaps did. ``taken_back``: the line at which the
    server itself deleted it. ``present``: it lies on the present timeline.
    """

    entry: Committed
    hours: Hours
    handed: HandedOut | None
    mark: str | None
    looks: tuple[tuple[Hours, Key], ...]
    window: tuple[int, int]
    known_at: int | None
    perhaps_known_at: int | None
    taken_back: int | None
    present: bool

    @property
    def txn_id(self) -> str:
        return self.entry.record_id

    @property
    def counts(self) -> bool:
        """Is it in the present books, as far as the server is concerned?"""
        return self.present and self.taken_back is None

    @property
    def sent_at(self) -> int:
        """The line of its hand-out, or of the commit where the hand-out is not told."""
        return self.handed.n if self.handed else self.entry.n

    def is_of(self, block: BlockStory) -> bool:
        """May it be the landing of a block?"""
        if self.mark is not None and self.mark != block.block:
            return False
        start, end = self.window
        return any(block.fits(hours, key, start, end) for hours, key in self.looks)

    def is_known_by(self, line: int) -> bool:
        """Did the server surely know of it before a line?"""
        return self.known_at is not None and self.known_at < line


def read_landings(reading: Reading) -> tuple[Landing, ...]:
    """Every landing of a history, in order."""
    rows = [
        row for row in reading.all(Committed) if row.record == "TimeTracking" and row.actor == "connector"
    ]
    deletes = {
        (row.company, row.record_id): row.n
        for row in rows
        if row.action == "delete" and reading.timelines.has(row)
    }
    answered = _Answered(reading)
    return tuple(
        _landing(reading, answered, row, row.after, deletes.get((row.company, row.record_id)))
        for row in rows
        if row.action == "add" and row.after is not None
    )


def _landing(
    reading: Reading, answered: _Answered, row: Committed, hours: Hours, taken_back: int | None
) -> Landing:
    handed = reading.hand_outs.get(row.call or 0)
    offer = _offer(answered, row, handed, hours)
    looks = [hours, reading.renames.formerly(hours, row.n)]
    if offer is not None:
        looks += [offer.hours, reading.renames.formerly(offer.hours, row.n)]
    known_at, perhaps = answered.known(row, handed)
    return Landing(
        row,
        hours,
        handed,
        offer.block if offer is not None else None,
        looks_of(*looks),
        reading.window(handed) if handed else (0, row.n),
        known_at,
        perhaps,
        taken_back,
        reading.timelines.has(row),
    )


def _offer(
    answered: _Answered, row: Committed, handed: HandedOut | None, hours: Hours
) -> OfferedEntry | None:
    """Which of the hand-out's entries landed here: by requestID in the answer, by mark, else by contents."""
    if handed is None:
        return None
    request_id = answered.request_ids.get(row.record_id)
    if len(handed.entries) == 1:
        return handed.entries[0]
    by_id = [entry for entry in handed.entries if request_id and entry.request_id == request_id]
    by_mark = [entry for entry in handed.entries if hours.mark and entry.hours.mark == hours.mark]
    alike = [entry for entry in handed.entries if not entry.hours.differences(hours)]
    return next(iter(by_id or by_mark or alike), None)


@final
class _Answered:
    """What the server was told of which entry, and when."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._of_call: defaultdict[int, list[Processed]] = defaultdict(list)
        self._of_txn: defaultdict[str, list[Processed]] = defaultdict(list)
        self._of_set: defaultdict[str, list[Processed]] = defaultdict(list)
        self._commits: defaultdict[str, list[int]] = defaultdict(list)
        self.request_ids: dict[str, str] = {}
        sets = {
            h.call: {h.new_message_set_id, h.old_message_set_id} - {""}
            for h in reading.all(HandedOut)
            if h.delivery == 1
        }
        for done in reading.all(Processed):
            good = [answer for answer in done.answers if answer.request == ADD and not answer.is_error]
            if not good:
                continue
            self._of_call[done.call].append(done)
            for answer in good:
                self._tell(answer, done)
            for message_set in sets.get(done.call, ()):
                if not any(answer.txn_id for answer in good):
                    self._of_set[message_set].append(done)
        for row in reading.all(Committed):
            for message_set in sets.get(row.call or -1, ()):
                self._commits[message_set].append(row.n)

    def _tell(self, answer: Answer, done: Processed) -> None:
        if answer.txn_id:
            self._of_txn[answer.txn_id].append(done)
            if answer.request_id:
                self.request_ids.setdefault(answer.txn_id, answer.request_id)

    def known(self, row: Committed, handed: HandedOut | None) -> tuple[int | None, int | None]:
        """The lines from which the server surely, and perhaps, knows of an entry."""
        sure: int | None = None
        perhaps: int | None = None
        told = [*self._of_txn.get(row.record_id, []), *self._of_call.get(row.call or -1, [])]
        if handed is not None and handed.new_message_set_id:
            told += self._statuses_about(handed.new_message_set_id, row.n)
        for done in told:
            update = self._reading.by_number.get(done.update)
            if update is None or done.n < row.n:
                continue
            learned, line = self._reading.learned_of(update, done.n)
            if learned:
                sure = min(sure or line, line)
            if learned is not False:
                perhaps = min(perhaps or line, line)
        return sure, perhaps

    def _statuses_about(self, message_set: str, line: int) -> list[Processed]:
        """Replays that name no entry, about the entry of this line: no later one of the set came between."""
        return [
            done
            for done in self._of_set.get(message_set, ())
            if not any(line < commit < done.n for commit in self._commits[message_set])
        ]
