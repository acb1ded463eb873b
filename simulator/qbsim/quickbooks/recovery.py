"""Message-set recovery: what the company file remembers of the sets that it has executed."""

from __future__ import annotations

from typing import final

from attrs import frozen

from qbsim.quickbooks.core import Core


@final
@frozen
class StoredSet:
    """A remembered message set; ``answer`` is None where QuickBooks lost it (status 9002)."""

    id: str
    checksum: str
    answer: str | None


@final
class Recovery:
    """The table of remembered message sets; ``owner`` is the key that the switches choose."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def find(self, owner: str, set_id: str) -> StoredSet | None:
        row = self._core.sql.execute(
            "SELECT id, checksum, answer FROM message_set WHERE owner = ? AND id = ?", (owner, set_id)
        ).fetchone()
        return None if row is None else StoredSet(*row)

    def store(self, owner: str, kept: StoredSet, *, limit: int | None) -> None:
        """Remember a set, and forget the oldest beyond ``limit``; not durable before the commit."""
        core = self._core
        core.write()
        core.sql.execute(
            "INSERT OR REPLACE INTO message_set (owner, id, checksum, answer) VALUES (?,?,?,?)",
            (owner, kept.id, kept.checksum, kept.answer),
        )
        if limit is not None:
            core.sql.execute(
                "DELETE FROM message_set WHERE owner = ? AND number NOT IN "
                "(SELECT number FROM message_set WHERE owner = ? ORDER BY number DESC LIMIT ?)",
                (owner, owner, limit),
            )

    def clear(self, owner: str, set_id: str) -> bool:
        """Forget one set; says whether there was one."""
        if self.find(owner, set_id) is None:
            return False
        self._core.write()
        self._core.sql.execute("DELETE FROM message_set WHERE owner = ? AND id = ?", (owner, set_id))
        return True

    def clear_all(self, owner: str) -> None:
        """Forget every set of one owner."""
        self._core.write()
        self._core.sql.execute("DELETE FROM message_set WHERE owner = ?", (owner,))

    def forget_everything(self) -> None:
        """What a restart does under an adversarial switch."""
        self._core.write()
        self._core.sql.execute("DELETE FROM message_set")
