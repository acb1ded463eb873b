"""What a delivery policy works with during one call: the session at the counter, and its papers.

A desk lives inside one transaction. It reads with few statements and writes with fewer, because both
calls of a block together may cost twelve; the session's own changes are written once, at the end.
"""

from __future__ import annotations

from typing import Any, Final, final

import sqlalchemy as sa
from attrs import frozen

from qbharness.servers.clock import Clock
from qbharness.servers.schema import (
    QUEUE_DONE,
    QUEUE_IN_DOUBT,
    QUEUE_WAITING,
    blocks,
    companies,
    handouts,
    sessions,
)
from qbharness.servers.work_blocks import Values

_VALUES: Final = (
    "employee",
    "customer",
    "date",
    "minutes",
    "service_item",
    "class_name",
    "payroll_item",
    "notes",
    "billable",
)


@final
@frozen
class Handout:
    """One request that was handed out, exactly as it was; ``body`` are its bytes as text."""

    id: int
    kind: str
    block_id: int | None
    version: int
    attempt: int
    set_id: str
    request_id: str
    body: str
    state: str
    """What is known of it; see ``schema.handouts``."""
    words: str


@final
@frozen
class Block:
    """One Work Block of the queue with the last request that was made for it."""

    id: int
    version: int
    state: str
    attempt: int
    values: Values
    handout: Handout | None
    deleted: bool

    @property
    def in_doubt(self) -> bool:
        return self.state == "in doubt"

    def __str__(self) -> str:
        seen = self.values
        return f"{self.id} ({seen.employee}, {seen.customer}, {seen.date}, {seen.hours})"


_HANDOUT: Final = [
    column.label(f"h_{column.name}")
    for column in (
        handouts.c.id,
        handouts.c.kind,
        handouts.c.block_id,
        handouts.c.version,
        handouts.c.attempt,
        handouts.c.set_id,
        handouts.c.request_id,
        handouts.c.body,
        handouts.c.state,
        handouts.c.words,
    )
]
_SESSION: Final = (
    sa.select(
        sessions,
        companies.c.name.label("company"),
        companies.c.mark,
        companies.c.file_id,
        companies.c.period_from,
        companies.c.period_to,
        companies.c.reconcile,
        *_HANDOUT,
    )
    .join(companies, companies.c.id == sessions.c.company_id)
    .outerjoin(handouts, handouts.c.id == sessions.c.pending_id)
    .where(sessions.c.ticket == sa.bindparam("ticket"))
)
_QUEUE: Final = sa.and_(
    blocks.c.company_id == sa.bindparam("company"),
    blocks.c.queue > QUEUE_DONE,
    # What is in doubt is settled whatever the selected period is.
    sa.or_(
        blocks.c.queue == QUEUE_IN_DOUBT,
        blocks.c.date.between(sa.bindparam("since"), sa.bindparam("until")),
    ),
)
_NEXT: Final = (
    sa.select(blocks, *_HANDOUT)
    .outerjoin(handouts, handouts.c.id == blocks.c.handout_id)
    .where(_QUEUE, blocks.c.id <= sa.bindparam("last"))
    .order_by(blocks.c.queue, blocks.c.date, blocks.c.id)
    .limit(1)
)
_ONE: Final = (
    sa.select(blocks, *_HANDOUT)
    .outerjoin(handouts, handouts.c.id == blocks.c.handout_id)
    .where(blocks.c.id == sa.bindparam("block"))
)
_UNDER_ID: Final = (
    sa.select(*_HANDOUT)
    .where(
        handouts.c.block_id == sa.bindparam("block"),
        handouts.c.set_id == sa.bindparam("set_id"),
        handouts.c.kind == "add",
    )
    .order_by(handouts.c.id)
)
_LEFT: Final = (
    sa.select(blocks.c.id)
    .where(_QUEUE, blocks.c.id <= sa.bindparam("last"))
    .order_by(blocks.c.queue, blocks.c.date, blocks.c.id)
    .limit(1)
)
COUNT_QUEUE: Final = sa.select(sa.func.count(), sa.func.max(blocks.c.id)).where(_QUEUE)
_INSERT_HANDOUT: Final = sa.insert(handouts)
_UPDATE_BLOCK: Final = sa.update(blocks).where(blocks.c.id == sa.bindparam("_block"))
_PUT_BACK: Final = _UPDATE_BLOCK.values(queue=sa.case((blocks.c.deleted, QUEUE_DONE), else_=QUEUE_WAITING))
_UPDATE_HANDOUT: Final = sa.update(handouts).where(handouts.c.id == sa.bindparam("_handout"))
_UPDATE_SESSION: Final = sa.update(sessions).where(sessions.c.id == sa.bindparam("_session"))

FIRST_DAY, LAST_DAY = "0000-01-01", "9999-12-31"


def period(row: Any) -> dict[str, str]:
    """The bounds of a company's selected period, both days included."""
    return {"since": row.period_from or FIRST_DAY, "until": row.period_to or LAST_DAY}


@final
class Desk:
    """One call of one session. ``session`` is its row with the company's columns."""

    def __init__(self, db: sa.Connection, session: Any, clock: Clock) -> None:
        self.db = db
        self.session = session
        self.clock = clock
        self.pending = _handout(session)
        self._changes: dict[str, Any] = {"seen": clock.stamp()}

    @classmethod
    def of_ticket(cls, db: sa.Connection, ticket: str, clock: Clock) -> Desk | None:
        """The desk of the session with that ticket, whatever its state; None when there is none."""
        row = db.execute(_SESSION, {"ticket": ticket}).one_or_none()
        return None if row is None else cls(db, row, clock)

    @property
    def version(self) -> tuple[int, int]:
        """The newest qbXML that both sides of this session speak."""
        return self.changed("major"), self.changed("minor")

    # What is there

    def next_block(self) -> Block | None:
        """The block whose turn it is: first what is in doubt, then by date, then by order of addition."""
        row = self.db.execute(_NEXT, self._queue()).one_or_none()
        return None if row is None else _block(row)

    def block(self, block_id: int) -> Block:
        """One block by its number."""
        return _block(self.db.execute(_ONE, {"block": block_id}).one())

    def under_one_id(self, handout: Handout) -> tuple[Handout, ...]:
        """Every version of a block that was handed out under the message-set id of this request."""
        given = {"block": handout.block_id, "set_id": handout.set_id}
        found = (_handout(row) for row in self.db.execute(_UNDER_ID, given))
        return tuple(each for each in found if each is not None)

    def is_selected(self, block: Block) -> bool:
        """Whether its owner wants the block to be sent now."""
        bounds = period(self.session)
        return not block.deleted and bounds["since"] <= block.values.date <= bounds["until"]

    def is_work_left(self) -> bool:
        return self.db.execute(_LEFT, self._queue()).one_or_none() is not None

    def _queue(self) -> dict[str, Any]:
        return {
            "company": self.session.company_id,
            "last": self.session.last_block,
            **period(self.session),
        }

    # What is handed out

    def hand_out(
        self,
        kind: str,
        body: str,
        *,
        request_id: str,
        block: Block | None = None,
        attempt: int = 0,
        set_id: str = "",
        in_doubt: bool = False,
    ) -> str:
        """Note down a new request with its exact bytes; it becomes the one that waits for its answer.

        ``in_doubt`` says that from now on, until an answer settles it, nobody knows whether the
        block is in QuickBooks.
        """
        values = {
            "company_id": self.session.company_id,
            "kind": kind,
            "block_id": None if block is None else block.id,
            "version": 0 if block is None else block.version,
            "attempt": attempt,
            "set_id": set_id,
            "request_id": request_id,
            "body": body,
            "at": self.clock.stamp(),
        }
        done = self.db.execute(_INSERT_HANDOUT, values)
        handout_id = done.inserted_primary_key[0]  # type: ignore[index]
        if block is not None and kind == "add":
            changes: dict[str, Any] = {"attempt": attempt, "handout_id": handout_id}
            if in_doubt:
                changes |= {"state": "in doubt", "queue": QUEUE_IN_DOUBT}
            self._write_block(block.id, changes)
        self.change(pending_id=handout_id)
        return body

    def hand_out_again(self, handout: Handout, state: str = "out") -> str:
        """The same bytes once more; the block is in doubt until they are answered."""
        if handout.state != state:
            self._write_handout(handout, state=state)
            self._write_block(handout.block_id, {"state": "in doubt", "queue": QUEUE_IN_DOUBT})
        self.change(pending_id=handout.id)
        return handout.body

    # What an answer says

    def land(self, handout: Handout, txn_id: str, version: int | None = None) -> None:
        """QuickBooks has the block, in the version of this request (or in ``version``)."""
        self._write_handout(handout, state="landed", words="")
        self._write_block(
            handout.block_id,
            {
                "state": "sent",
                "queue": QUEUE_DONE,
                "sent_version": version or handout.version,
                "txn_id": txn_id or None,
                "sent_at": self.clock.stamp(),
                "words": "",
                "missing": "",
            },
        )
        self.change(done=self.session.done + 1)

    def refuse(self, handout: Handout, words: str) -> None:
        """QuickBooks has refused the block; it stays unsent and its turn comes again."""
        self._write_handout(handout, state="refused", words=words)
        self._put_back(handout.block_id, {"state": "refused", "words": words})

    def release(self, handout: Handout, state: str) -> None:
        """QuickBooks does not have the block after all; it waits again."""
        self._write_handout(handout, state=state)
        self._put_back(handout.block_id, {"state": "not sent"})

    def hold(self, handout: Handout, words: str) -> None:
        """Nobody can tell what became of the request; it is not sent again before a person looked."""
        self._write_handout(handout, state="held", words=words)
        self._write_block(handout.block_id, {"words": words})

    def note(self, handout: Handout, state: str) -> None:
        """Write down what was learnt about a request; its block stays as it is."""
        self._write_handout(handout, state=state)

    def forget_pending(self) -> None:
        """No answer is awaited any more."""
        self.change(pending_id=None)

    # The session itself

    def change(self, **columns: Any) -> None:
        """Change columns of the session's row; written by ``close``."""
        self._changes |= columns

    def changed(self, name: str) -> Any:
        """A column of the session as it will be written."""
        return self._changes.get(name, getattr(self.session, name))

    def close(self) -> None:
        """Write the session's changes; the last statement of the transaction."""
        self.db.execute(_UPDATE_SESSION, {**self._changes, "_session": self.session.id})

    def _write_block(self, block_id: int | None, changes: dict[str, Any]) -> None:
        self.db.execute(_UPDATE_BLOCK, {**changes, "_block": block_id})

    def _put_back(self, block_id: int | None, changes: dict[str, Any]) -> None:
        """The block's turn comes again, unless it was deleted meanwhile."""
        self.db.execute(_PUT_BACK, {**changes, "_block": block_id})

    def _write_handout(self, handout: Handout, **changes: Any) -> None:
        self.db.execute(_UPDATE_HANDOUT, {**changes, "_handout": handout.id})


def _handout(row: Any) -> Handout | None:
    if row.h_id is None:
        return None
    return Handout(
        id=row.h_id,
        kind=row.h_kind,
        block_id=row.h_block_id,
        version=row.h_version,
        attempt=row.h_attempt,
        set_id=row.h_set_id,
        request_id=row.h_request_id,
        body=row.h_body,
        state=row.h_state,
        words=row.h_words,
    )


def _block(row: Any) -> Block:
    return Block(
        id=row.id,
        version=row.version,
        state=row.state,
        attempt=row.attempt,
        values=Values(**{name: getattr(row, name) for name in _VALUES}),
        handout=_handout(row),
        deleted=row.deleted,
    )
