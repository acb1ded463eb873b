"""The Web Connector's calls on top of sessions and a delivery policy; knows no HTTP.

A session is *live* until nothing is left, an error stops it, it is closed, or another login takes
its place. A ticket of anything but a live session changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, final

import sqlalchemy as sa

from qbharness.servers import log, qbxml
from qbharness.servers.clock import Clock
from qbharness.servers.desk import COUNT_QUEUE, Desk, period
from qbharness.servers.failpoints import Failpoints
from qbharness.servers.passwords import check_password
from qbharness.servers.policies.base import Booking, Policy, Reply, Stop
from qbharness.servers.problems import BadInput
from qbharness.servers.schema import companies, sessions, users
from qbharness.servers.settings import Settings
from qbharness.servers.soap import Call, Result
from qbharness.servers.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER_VERSION: Final = "1.0"

_MOST_REPEATS: Final = 3
"""How often one session hands out the same request without getting its answer."""

_USER: Final = sa.select(users.c.id, users.c.password, users.c.company_id).where(
    users.c.name == sa.bindparam("name")
)
_COMPANY: Final = sa.select(companies).where(companies.c.id == sa.bindparam("company"))
_LIVE: Final = sa.select(sessions.c.id, sessions.c.user_id, sessions.c.seen).where(
    sessions.c.company_id == sa.bindparam("company"), sessions.c.state == "live"
)
_SUPERSEDE: Final = (
    sa.update(sessions)
    .where(sessions.c.company_id == sa.bindparam("company"), sessions.c.state == "live")
    .values(state="superseded")
)
_INSERT: Final = sa.insert(sessions)

_DEAD: Final = "This update is over: its ticket is not valid (any more). Run the update again."
_NOTHING: Final = "Nothing is left to send."


@final
class Service:
    """Every operation of the Web Connector service, by its name in SOAP."""

    def __init__(
        self, store: Store, policy: Policy, clock: Clock, failpoints: Failpoints, settings: Settings
    ) -> None:
        self.policy = policy
        self._store = store
        self._clock = clock
        self._failpoint = failpoints
        self._settings = settings
        self._operations: Mapping[str, Callable[[Mapping[str, str]], Result]] = {
            "serverVersion": lambda _: f"qbharness {policy.name} {SERVER_VERSION}",
            "clientVersion": lambda _: "",
            "authenticate": self._authenticate,
            "sendRequestXML": self._send_request,
            "receiveResponseXML": self._receive_response,
            "connectionError": self._connection_error,
            "getLastError": self._last_error,
            "closeConnection": self._close,
            "getInteractiveURL": lambda _: "",
            "interactiveRejected": lambda _: "",
            "interactiveDone": lambda _: "Done",
        }

    def call(self, call: Call) -> Result:
        """Answer one call."""
        return self._operations[call.operation](call.arguments)

    def _authenticate(self, given: Mapping[str, str]) -> Result:
        with self._store.transaction() as db:
            user = db.execute(_USER, {"name": given["strUserName"]}).one_or_none()
        stored = None if user is None else user.password
        known = check_password(given["strPassword"], stored, self._settings.password_cost)
        if user is None or not known:
            log.event("login refused")
            return ["", "nvu"]
        with self._transaction("authenticate") as db:
            self._store.lock_company(db, user.company_id)
            return self._enter(db, user)

    def _enter(self, db: sa.Connection, user: Any) -> list[str]:
        where = {"company": user.company_id}
        fresh_since = self._clock.stamp_before(self._settings.session_minutes)
        others = db.execute(_LIVE, where).all()
        for other in others:
            same = other.user_id == user.id
            if not self.policy.supersedes(same_user=same, fresh=other.seen > fresh_since):
                log.event("busy", company=user.company_id)
                return ["", "busy"]
        if others:
            db.execute(_SUPERSEDE, where)
        company = db.execute(_COMPANY, where).one()
        total, last = db.execute(COUNT_QUEUE, {**where, **period(company)}).one()
        if not total and not self.policy.is_work_wanted(company.reconcile):
            return ["", "none"]
        ticket = secrets.token_hex(16)
        session = {
            "ticket": ticket,
            "company_id": user.company_id,
            "user_id": user.id,
            "started": self._clock.stamp(),
            "seen": self._clock.stamp(),
            "last_block": last or 0,
            "total": total,
        }
        db.execute(_INSERT, session)
        log.event("login", company=user.company_id, waiting=total)
        return [ticket, ""]

    def _send_request(self, given: Mapping[str, str]) -> Result:
        with self._transaction("handout") as db:
            desk = self._desk(db, given["ticket"])
            if desk is None or desk.session.state != "live":
                return ""
            if desk.pending is None:
                self._greet(desk, given)
                found = self._first_words(desk, given) or self.policy.next_request(desk)
            else:
                found = self._repeat(desk)
            if isinstance(found, Stop) or found is None:
                self._finish(desk, -1, _NOTHING if found is None else found.error)
                found = ""
            desk.close()
            return found

    def _first_words(self, desk: Desk, given: Mapping[str, str]) -> Stop | None:
        """What the first call of a session tells of its company; the policy may stop at it."""
        if not given["strHCPResponse"] or desk.session.checked:
            return None
        return self.policy.meet_company(desk, given["strHCPResponse"])

    def _greet(self, desk: Desk, given: Mapping[str, str]) -> None:
        """Speak the older of the two qbXML versions: ours, or the connector's."""
        try:
            theirs = int(given["qbXMLMajorVers"]), int(given["qbXMLMinorVers"] or 0)
        except ValueError:
            theirs = self._settings.qbxml_version
        major, minor = min(theirs, self._settings.qbxml_version)
        if (major, minor) != desk.version and major > 0:
            desk.change(major=major, minor=minor)

    def _repeat(self, desk: Desk) -> str | Stop:
        """sendRequestXML came again before the answer did: the same request, but not for ever."""
        if desk.session.repeats >= _MOST_REPEATS or desk.pending is None:
            desk.forget_pending()
            return Stop("The Web Connector keeps asking for a request that it never answers.")
        desk.change(repeats=desk.session.repeats + 1)
        return self.policy.repeat(desk, desk.pending)

    def _receive_response(self, given: Mapping[str, str]) -> Result:
        reply = read_reply(given)
        with self._transaction("answer") as db:
            desk = self._desk(db, given["ticket"])
            if desk is None or desk.session.state not in ("live", "finished"):
                return -1
            if desk.pending is None:
                return int(desk.session.result)
            outcome = self.policy.book(desk, desk.pending, reply)
            if outcome is Booking.IGNORED:
                log.event("answer ignored", session=desk.session.id)
                return max(1, min(99, int(desk.session.result)))
            if isinstance(outcome, Stop):
                self._finish(desk, -1, outcome.error)
            else:
                self._go_on(desk)
            desk.close()
            return int(desk.changed("result"))

    def _go_on(self, desk: Desk) -> None:
        desk.forget_pending()
        if self.policy.is_finished(desk):
            self._finish(desk, 100, "")
        else:
            desk.change(result=self.policy.progress(desk), repeats=0)

    def _finish(self, desk: Desk, result: int, error: str) -> None:
        desk.change(state="finished", result=result, error=error, pending_id=None)
        log.event("update ends", session=desk.session.id, result=result)

    def _last_error(self, given: Mapping[str, str]) -> Result:
        with self._store.transaction() as db:
            desk = self._desk(db, given["ticket"])
        if desk is None or desk.session.state == "superseded":
            return _DEAD
        return str(desk.session.error) or _NOTHING

    def _connection_error(self, given: Mapping[str, str]) -> Result:
        """QuickBooks could not be opened: nothing was handed out, so nothing is in doubt."""
        with self._transaction("close") as db:
            desk = self._desk(db, given["ticket"])
            if desk is not None and desk.session.state in ("live", "finished"):
                error = f"QuickBooks could not be opened: {given['message']} ({given['hresult']})"
                desk.change(state="finished", error=error)
                desk.close()
        return "done"

    def _close(self, given: Mapping[str, str]) -> Result:
        with self._transaction("close") as db:
            desk = self._desk(db, given["ticket"])
            if desk is None or desk.session.state not in ("live", "finished"):
                return "OK"
            desk.change(state="closed")
            desk.close()
            done = desk.session.done
        return "OK" if not done else f"OK: {done} Work Block{'s' if done > 1 else ''} sent"

    def _desk(self, db: sa.Connection, ticket: str) -> Desk | None:
        self._store.lock_company_of(db, ticket)
        return Desk.of_ticket(db, ticket, self._clock)

    @contextmanager
    def _transaction(self, what: str) -> Iterator[sa.Connection]:
        """A transaction with a failpoint on either side of its commit."""
        with self._store.transaction() as db:
            yield db
            self._failpoint(f"before_{what}_commit")
        self._failpoint(f"after_{what}_commit")


def read_reply(given: Mapping[str, str]) -> Reply:
    """What receiveResponseXML brought; text that is no answer is kept, not raised."""
    answer = None
    if not given["hresult"]:
        try:
            answer = qbxml.read_answer(given["response"])
        except BadInput as problem:
            log.event("answer cannot be read", why=problem.sentence)
    return Reply(answer, given["hresult"], given["message"], given["response"])
