"""The rules of a session: who is let in, whose ticket counts, and for how long."""

from __future__ import annotations

from typing import Final

from qbharness.checks.matching import Case
from qbharness.checks.registry import Sayings, broken, check
from qbharness.checks.tickets import admits, ticket_of
from qbharness.history import CallAnswered, CallSent, HandedOut

_PROBED: Final = {
    "dead ticket": "the ticket of a session that is over",
    "made-up ticket": "a ticket that nobody was given",
    "foreign ticket": "the ticket of another user's session",
}


@check(
    "session rules",
    "Only the right password is let in, and only the ticket of a living session is served.",
    breaks="A wrong password is admitted; a ticket is empty or given twice; a call with a dead or foreign "
    "ticket gets work, or its answer is taken.",
)
def session_rules(case: Case) -> Sayings:
    yield from _tickets_given(case)
    for reply in case.all(CallAnswered):
        call = case.calls.get(reply.call)
        if call is None or not reply.value:
            continue
        if call.probe == "wrong password" and admits(reply.value):
            yield broken("wrong password", "A wrong password is let in.", events=[reply.n])
        elif why := _why_dead(case, call, reply.n if reply is not case.replies[reply.call] else call.n):
            yield from _served(reply, why)
    for handed in case.all(HandedOut):
        call = case.calls.get(handed.call)
        if call is not None and handed.delivery > 1 and (why := _why_dead(case, call, handed.n)):
            yield broken("work for a dead ticket", f"Work was handed out to {why}.", events=[handed.n])


def _tickets_given(case: Case) -> Sayings:
    for sessions in case.tickets.sessions.values():
        for session in sessions[1:]:
            yield broken(
                "ticket given twice",
                "The same ticket was given to two sessions: a late answer of the first counts in the second.",
                events=[sessions[0].since, session.since],
            )
    for reply in case.replies.values():
        if reply.operation == "authenticate" and admits(reply.value) and not reply.value[0].strip():
            yield broken(
                "no ticket", "authenticate lets the connector in without a ticket.", events=[reply.n]
            )


def _why_dead(case: Case, call: CallSent, line: int) -> str:
    """Whose ticket a call carries, if it must not be served at that line; else ""."""
    if call.operation not in {"sendRequestXML", "receiveResponseXML"}:
        return ""
    ticket = ticket_of(call)
    dead = case.tickets.surely_dead(ticket, line)
    if call.probe == "dead ticket" and case.tickets.sessions.get(ticket) and not dead:
        return ""  # the last session of the run was cut off, and nobody has ended it
    return _PROBED.get(call.probe, _PROBED["dead ticket"] if dead else "")


def _served(reply: CallAnswered, why: str) -> Sayings:
    value = reply.value[0].strip()
    if reply.operation == "sendRequestXML" and "<" in value:
        yield broken("work for a dead ticket", f"Work was handed out to {why}.", events=[reply.n])
    elif reply.operation == "receiveResponseXML" and value.isdigit():
        yield broken(
            "answer of a dead ticket",
            f"An answer was taken that came with {why}: receiveResponseXML returned {value}.",
            events=[reply.n],
        )
