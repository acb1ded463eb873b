"""After a backup of the company file was restored: which sent blocks has QuickBooks forgotten?

A reconcile run asks for the TxnIDs of what was sent in the selected period, a hundred at a time, and
marks what is not there: *deleted* when QuickBooks remembers that somebody deleted it, else *forgotten*.
It names them and sends nothing; only a person who marks a block as not sent makes it go again.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from qbharness.servers import qbxml
from qbharness.servers.desk import Desk, Handout, period
from qbharness.servers.policies.base import Booking, Reply, Stop
from qbharness.servers.schema import blocks, companies

_AT_ONCE: Final = 100
_NAMED: Final = 10
_ENTRIES, _DELETED = "entries", "deleted"

_SENT: Final = (
    sa.select(blocks.c.id, blocks.c.txn_id)
    .where(
        blocks.c.company_id == sa.bindparam("company"),
        blocks.c.id > sa.bindparam("after"),
        blocks.c.state == "sent",
        blocks.c.txn_id.is_not(None),
        blocks.c.deleted.is_(sa.false()),
        blocks.c.date.between(sa.bindparam("since"), sa.bindparam("until")),
    )
    .order_by(blocks.c.id)
    .limit(_AT_ONCE)
)
_MISSING: Final = (
    sa.select(blocks)
    .where(
        blocks.c.company_id == sa.bindparam("company"),
        blocks.c.missing != "",
        blocks.c.state == "sent",
        blocks.c.deleted.is_(sa.false()),
    )
    .order_by(blocks.c.date, blocks.c.id)
)


class Reconcile:
    """The part of a policy that compares; ``companies.reconcile`` is ``wanted`` or ``wanted:ID``."""

    compares = True

    def is_work_wanted(self, reconcile: str) -> bool:
        return bool(reconcile)

    def is_finished(self, desk: Desk) -> bool:
        """A comparing update ends with what it found, not when nothing is left to send."""
        return not desk.session.reconcile and not desk.is_work_left()

    def compare(self, desk: Desk) -> str | Stop:
        """The next hundred, or, after the last, what was found."""
        rows = self._batch(desk)
        if not rows:
            return self.found(desk)
        queries = [
            qbxml.time_query_by_ids([row.txn_id for row in rows], _ENTRIES),
            qbxml.deleted_query(_DELETED),
        ]
        body = qbxml.message_set(queries, desk.version, on_error="continueOnError")
        return desk.hand_out("reconcile", body, request_id=_ENTRIES)

    def book_comparison(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        desk.forget_pending()
        entries = None if reply.answer is None else reply.answer.to(pending.request_id)
        if reply.answer is None or entries is None or entries.code >= 1000:
            return Stop("QuickBooks did not say which entries it has. Update again to compare.")
        present = {text for ret in entries.element for text in [ret.findtext("TxnID")] if text}
        gone = reply.answer.to(_DELETED)
        deleted = set() if gone is None else {e.text for e in gone.element.iter("TxnID")}
        rows = self._batch(desk)
        for row in rows:
            missing = "deleted" if row.txn_id in deleted else "forgotten"
            value = "" if row.txn_id in present else missing
            desk.db.execute(sa.update(blocks).where(blocks.c.id == row.id), {"missing": value})
        self._set_state(desk, f"wanted:{rows[-1].id}" if rows else "wanted")
        return Booking.DONE

    def found(self, desk: Desk) -> Stop:
        """The end of the run: the update stops here, whatever it found, and says it."""
        self._set_state(desk, "")
        rows = desk.db.execute(_MISSING, {"company": desk.session.company_id}).all()
        if not rows:
            return Stop("QuickBooks has every Work Block that was sent. Update again to send.")
        named = "; ".join(
            f"{row.id} ({row.employee}, {row.customer}, {row.date}: {row.missing})" for row in rows[:_NAMED]
        )
        more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
        many = f"{len(rows)} sent Work Block{'s are' if len(rows) > 1 else ' is'}"
        return Stop(
            f"{many} not in QuickBooks (any more): {named}{more}."
            " Nothing was sent. Mark those that should go again as not sent."
        )

    def _batch(self, desk: Desk) -> list[sa.Row[tuple[int, str]]]:
        after = int(desk.session.reconcile.partition(":")[2] or 0)
        where = {"company": desk.session.company_id, "after": after, **period(desk.session)}
        return list(desk.db.execute(_SENT, where))

    def _set_state(self, desk: Desk, state: str) -> None:
        company = companies.c.id == desk.session.company_id
        desk.db.execute(sa.update(companies).where(company), {"reconcile": state})
