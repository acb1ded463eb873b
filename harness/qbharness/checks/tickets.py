"""Whose ticket is alive when: given by authenticate, dead after closeConnection or the next login."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, final

from attrs import define

from qbharness.history import CallAnswered, CallSent

_TURNED_AWAY: Final = frozenset({"nvu", "none", "busy"})


def admits(value: tuple[str, ...]) -> bool:
    """Does a reply of authenticate let the connector in?"""
    return len(value) >= 2 and value[1].strip().casefold() not in _TURNED_AWAY


def ticket_of(call: CallSent) -> str:
    """The ticket that a call carries, or ""."""
    return call.arguments.get("ticket") or call.arguments.get("wcTicket") or ""


@final
@define
class Session:
    """What authenticate began: alive from line ``since`` to line ``until`` (None: still)."""

    ticket: str
    user: str
    update: int
    since: int
    until: int | None = None
    doubtful_since: int | None = None
    """A later login was answered, but nobody knows with what."""


@final
class Tickets:
    """Every ticket of a run. What authenticate answered to a lost reply is not known.

    ``late_logins`` are the numbers of authenticate calls of which a copy arrives behind the next login.
    """

    def __init__(
        self, calls: Mapping[int, CallSent], replies: Iterable[CallAnswered], late_logins: Iterable[int] = ()
    ) -> None:
        self.sessions: dict[str, list[Session]] = {}
        self._late_logins = list(late_logins)
        for reply in replies:
            call = calls.get(reply.call)
            if call is None or not reply.reached:
                continue
            if reply.operation == "authenticate":
                self._login(call, reply)
            elif reply.operation == "closeConnection" and reply.deliveries == 1:
                self._end(ticket_of(call), reply.n)

    def _login(self, call: CallSent, reply: CallAnswered) -> None:
        user = call.arguments.get("strUserName", "")
        others = [s for found in self.sessions.values() for s in found if s.user == user and s.until is None]
        if not reply.learned and not reply.value:
            for session in others:
                session.doubtful_since = session.doubtful_since or reply.n
        elif not call.probe and admits(reply.value):
            for session in others:
                session.until = reply.n
            if reply.value[0]:
                session = Session(reply.value[0], user, reply.update, reply.n)
                if reply.deliveries > 1 or self._is_overtaken(reply):
                    session.doubtful_since = reply.n
                self.sessions.setdefault(session.ticket, []).append(session)

    def _is_overtaken(self, reply: CallAnswered) -> bool:
        """Does a late copy of an older login arrive right behind this one, and end its session?"""
        due = [call for call in self._late_logins if call < reply.call]
        self._late_logins = [call for call in self._late_logins if call >= reply.call]
        return bool(due)

    def _end(self, ticket: str, line: int) -> None:
        for session in self.sessions.get(ticket, ()):
            session.until = session.until or line

    def surely_alive(self, ticket: str, line: int) -> bool:
        """Was it given, and not taken back before this line?  Where calls carry no ticket, yes."""
        if not ticket:
            return True
        return any(
            session.since <= line
            and (session.until is None or session.until >= line)
            and (session.doubtful_since is None or session.doubtful_since >= line)
            for session in self.sessions.get(ticket, ())
        )

    def surely_dead(self, ticket: str, line: int) -> bool:
        """Was it given once, and taken back before this line?"""
        found = [session for session in self.sessions.get(ticket, ()) if session.since <= line]
        return bool(found) and all(session.until is not None and session.until < line for session in found)
