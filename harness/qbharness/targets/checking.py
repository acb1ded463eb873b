"""Tries every operation of a target once, on a scratch block, and says what works, what not, and why.

What can be seen is checked too: a block that was marked as sent must be listed as sent, a deleted one
must be gone. So a template that quietly does nothing is found here and not in a verdict.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, final

from attrs import frozen

from qbharness.targets.answers import ListedBlock
from qbharness.targets.target import Target
from qbsim.connector.calls import Caller, CallFailed, Line
from qbsim.connector.events import Observer
from qbsim.errors import SetUpProblem, UsageProblem

Outcome = Literal["works", "fails", "not said"]

SCRATCH: Final[Mapping[str, str]] = {
    "employee": "Scratch Employee",
    "customer": "Scratch Customer:Scratch Job",
    "date": "2026-11-02",
    "hours": "1:30",
    "notes": "a scratch block of qbharness target check",
}
_EDITED: Final[Mapping[str, str]] = {"hours": "0:45"}
_DAY: Final = dt.date(2026, 11, 2)
_NOON: Final = dt.datetime(2026, 11, 2, 17, tzinfo=dt.UTC)


@final
@frozen
class Tried:
    """What became of one operation; ``why`` is a sentence, with the rendered operation if it failed."""

    operation: str
    outcome: Outcome
    why: str = ""


class _Wrong(Exception):
    """The operation answered well and did not do what it should."""


def check_target_by_trying(target: Target) -> Iterator[Tried]:
    """Yield what became of each operation, in the order in which they are tried.

    ``target`` runs already (or elsewhere). A refusal of the guard is not caught.
    """
    yield from _Checking(target).run()


@final
class _Checking:
    def __init__(self, target: Target) -> None:
        self.target = target
        self.block = ""

    def run(self) -> Iterator[Tried]:
        for operation, act in self.order():
            yield self.attempt(operation, act)

    def order(self) -> Iterator[tuple[str, Callable[[], str]]]:
        target = self.target
        yield "reset", self.reset
        yield "clock", self.clock
        yield "add_block", self.add
        yield "list_blocks", self.list_
        yield "edit_block", self.edit
        yield "select_period", self.select
        yield "mark_sent", lambda: self.mark("sent")
        yield "mark_not_sent", lambda: self.mark("not sent")
        yield "delete_block", self.delete
        yield "connector", self.log_in
        yield "backup", self.backup
        for failpoint in target.file.failpoints:
            yield failpoint, self.failpoint(failpoint)
        yield "restart", self.restart
        yield "reset", self.reset

    def attempt(self, operation: str, act: Callable[[], str]) -> Tried:
        missing = None if operation == "connector" else self.target.cannot(operation)
        if missing is not None:
            return Tried(operation, "not said")
        try:
            return Tried(operation, "works", self.target.mask(act()))
        except _Wrong as wrong:
            return Tried(operation, "fails", self.target.mask(str(wrong)))
        except SetUpProblem as failed:
            return Tried(operation, "fails", f"{failed}\n{failed.output}".rstrip())
        except UsageProblem as mistake:
            return Tried(operation, "fails", str(mistake))

    def reset(self) -> str:
        self.target.reset()
        if self.target.can("list_blocks") and (left := self.target.list_blocks()):
            raise _Wrong(f"{len(left)} blocks are still listed after it.")
        return ""

    def add(self) -> str:
        self.block = self.target.add_block(SCRATCH)
        return f"the block's id is {self.block}"

    def edit(self) -> str:
        before = self.maybe_listed()
        self.target.edit_block(self._block(), _EDITED)
        after = self.maybe_listed()
        if before and after and before.version is not None and before.version == after.version:
            raise _Wrong(f"The block's version is {after.version} before and after it.")
        return ""

    def select(self) -> str:
        self.target.select_period(_DAY, _DAY)
        self.target.select_period(_DAY, None)
        self.target.select_period(None, None)
        return ""

    def mark(self, state: str) -> str:
        act = self.target.mark_sent if state == "sent" else self.target.mark_not_sent
        act(self._block())
        listed = self.maybe_listed()
        if listed and listed.state not in (None, state):
            raise _Wrong(f"The block is listed as {listed.state!r} after it.")
        return f"it is listed as {state}" if listed and listed.state else ""

    def delete(self) -> str:
        self.target.delete_block(self._block())
        if self.target.can("list_blocks") and self.maybe_listed():
            raise _Wrong("The block is still listed after it.")
        return ""

    def backup(self) -> str:
        self.target.save_backup("check")
        self.target.restore_backup("check")
        return ""

    def failpoint(self, name: str) -> Callable[[], str]:
        """Arm it; the restart that comes after all of them disarms the last one."""

        def act() -> str:
            self.target.arm(name)
            return ""

        return act

    def clock(self) -> str:
        self.target.set_clock(_NOON)
        return ""

    def restart(self) -> str:
        self.target.restart()
        return ""

    def log_in(self) -> str:
        """One authenticate and its closeConnection, as the Web Connector makes them."""
        connection = self.target.connection()
        line = Line(connection.url, "Document", "pc1", connection.application, 10.0, cookies=True)
        transport = self.target.transport()
        caller = Caller(line, transport, Observer(), itertools.count(1))
        try:
            login = caller.call(
                "authenticate", {"strUserName": connection.user, "strPassword": connection.password}
            )
            ticket, word = (str(part or "") for part in login[:2]) if isinstance(login, tuple) else ("", "")
            if word.strip().casefold() == "nvu":
                raise _Wrong(f"The server refuses the user {connection.user!r} with this password (nvu).")
            caller.call("closeConnection", {"ticket": ticket})
        except CallFailed as failed:
            raise _Wrong(f"{connection.url}: {failed.failure.text}") from None
        finally:
            transport.close()
        return f"it answers at {connection.url}"

    def maybe_listed(self) -> ListedBlock | None:
        if not self.target.can("list_blocks"):
            return None
        return next((block for block in self.target.list_blocks() if block.id == self.block), None)

    def list_(self) -> str:
        block = self.maybe_listed()
        if self.block and block is None:
            raise _Wrong(f"The block {self.block} was added and is not in the list.")
        return f"the block is {block.state or 'listed, without a state'}" if block else ""

    def _block(self) -> str:
        if not self.block:
            raise _Wrong("There is no scratch block to try it on: add_block is missing or failed.")
        return self.block
