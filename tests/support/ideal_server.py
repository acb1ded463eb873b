"""A server without a fault, as a model: it writes the history that a perfect one would leave.

It hands out one block at a time, each attempt in a message set of its own; a block in doubt is settled
first, by the same message set again, to which QuickBooks answers what it has done. Faults strike where the
caller says; people act between updates.
"""

from __future__ import annotations

from typing import Final

from attrs import define, field
from history_support import Story

from qbharness.history import Hours

FATES: Final = ("well", "call lost", "answer lost", "receipt lost", "killed before", "killed after")
"""What may happen to one hand-out."""


@define
class _Block:
    hours: Hours
    state: str = "not sent"
    set_id: str = ""
    offered: Hours | None = None
    deleted: bool = False


@define
class Ideal:
    """The server, QuickBooks and their story."""

    story: Story = field(factory=Story)
    blocks: dict[str, _Block] = field(factory=dict)
    period: tuple[str, str] = ("", "9999")
    missing: set[str] = field(factory=set)
    """Employees that QuickBooks does not know."""
    committed: dict[str, str] = field(factory=dict)
    """Message set to TxnID, as the company file remembers it."""
    _backup: dict[str, str] = field(factory=dict)
    _backed_up_at: int = 0
    _sets: int = 0

    # -- people ---------------------------------------------------------------------------------

    def add(self, hours: Hours) -> None:
        alias = f"b{len(self.blocks)}"
        self.blocks[alias] = _Block(hours)
        self.story.block(alias, hours)

    def edit(self, alias: str, hours: Hours) -> None:
        self.blocks[alias].hours = hours
        self.story.edit(alias, hours)

    def delete(self, alias: str) -> None:
        if not self.blocks[alias].deleted:
            self.blocks[alias].deleted = True
            self.story.mark(alias, "deleted")

    def not_sent(self, alias: str) -> None:
        """Its owner wants a sent block sent again."""
        block = self.blocks[alias]
        if block.state == "sent" and not block.deleted:
            block.state = "not sent"
            self.story.mark(alias, "marked not sent")

    def select(self, start: str, end: str) -> None:
        self.period = start, end
        self.story.period(start, end)

    def back_up(self) -> None:
        self._backup, self._backed_up_at = dict(self.committed), self.story.sequence

    def restore(self) -> None:
        self.committed = dict(self._backup)
        self.story.timeline += 1
        self.story.journal(
            "restore", "", record="Company", restored=self._timeline_then, shares=self._backed_up_at
        )
        self._timeline_then = self.story.timeline
        self._backed_up_at = self.story.sequence

    _timeline_then: int = 0

    # -- updates --------------------------------------------------------------------------------

    def update(self, *fates: str) -> None:
        """One update; each hand-out meets the next fate, those behind the last go well."""
        waiting = list(fates)
        if not self._queue():
            self.story.idle()
            return
        self.story.start()
        while queue := self._queue():
            alias = queue[0]
            fate = waiting.pop(0) if waiting else "well"
            if not self._send(alias, fate):
                return
        self.story.end()

    def rest(self) -> None:
        """The quiet updates and the end, with the server's own list."""
        self.update()
        self.update()
        states = {name: block.state for name, block in self.blocks.items() if not block.deleted}
        self.story.listed(**states)
        self.story.rest(idle=False)

    def _queue(self) -> list[str]:
        start, end = self.period
        doubtful = [name for name, block in self.blocks.items() if block.state == "in doubt"]
        return doubtful + [
            name
            for name, block in self.blocks.items()
            if block.state == "not sent" and not block.deleted and start <= block.hours.date <= end
        ]

    def _send(self, alias: str, fate: str) -> bool:
        """Hand one block out; False when the update is over."""
        story, block = self.story, self.blocks[alias]
        if block.state != "in doubt":
            self._sets += 1
            block.set_id, block.offered = f"set#{self._sets}", block.hours
        offered = block.offered or block.hours
        block.state = "in doubt"
        call = story.hand_out(
            offered, set_id=block.set_id, text=f"bytes of {block.set_id}", learned=fate != "call lost"
        )
        if fate in {"call lost", "killed before"}:
            if fate == "killed before":
                story.fault("quickbooks killed", call=call)
            story.end("failed")
            return False
        known = self.committed.get(block.set_id)
        if known is None and offered.employee in self.missing:
            return self._refused(alias, call, reached=fate == "well")
        txn_id = known or story.commit(call, offered)
        self.committed[block.set_id] = txn_id
        if fate == "killed after":
            story.fault("quickbooks killed", call=call)
            story.end("failed")
            return False
        left = [name for name in self._queue() if name != alias]
        story.answer(
            call,
            txn_id,
            reached=fate != "answer lost",
            learned=fate != "receipt lost",
            progress=50 if left else 100,
        )
        if fate != "answer lost":
            block.state = "sent"
        if fate != "well":
            story.end("failed")
        return fate == "well"

    def _refused(self, alias: str, call: int, *, reached: bool) -> bool:
        block, name = self.blocks[alias], (self.blocks[alias].offered or self.blocks[alias].hours).employee
        self.story.refuse(call, reached=reached, message=f'There is no "{name}".')
        if reached:
            block.state = "not sent"
            self.story.stop(f"Add {name} in QuickBooks.")
        else:
            self.story.end("failed")
        return False
