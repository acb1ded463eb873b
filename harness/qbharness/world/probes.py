"""Calls that the harness itself makes at the very end, to see that they are refused.

A wrong password, a ticket that nobody was given, and the ticket of a session that is over. They come
after everything that delivery is judged by, so a server that lets them in can't spoil its own verdict.
"""

from __future__ import annotations

from typing import Final

from qbharness.history import MASK, CallAnswered, CallSent
from qbharness.world.world import World
from qbsim.connector import soap
from qbsim.connector.operations import OPERATIONS, Argument, Value
from qbsim.connector.transport import Exchange, TransportError

_WRONG_PASSWORD: Final = "wrong"  # noqa: S105 - it is meant to be wrong
_MADE_UP: Final = "{00000000-0000-0000-0000-000000000000}"


def probe(world: World) -> None:
    """Make the calls; each becomes two events of the history, marked as a probe."""
    user = world.connection.user
    _call(world, "wrong password", "authenticate", {"strUserName": user, "strPassword": _WRONG_PASSWORD})
    tickets = [("made-up ticket", _MADE_UP), ("dead ticket", world.last_ticket)]
    for name, ticket in tickets:
        if not ticket:
            continue
        _call(
            world,
            name,
            "sendRequestXML",
            {"ticket": ticket, "qbXMLCountry": "US", "qbXMLMajorVers": 13, "qbXMLMinorVers": 0},
        )


def _call(world: World, name: str, operation: str, arguments: dict[str, Argument]) -> None:
    number = next(world.numbers)
    naming = world.recorder.naming
    shown = {
        key: MASK if key == "strPassword" else naming.in_text(str(value)) for key, value in arguments.items()
    }
    if operation != "authenticate":
        shown["ticket"] = naming.name("ticket", str(arguments["ticket"]))
    world.recorder.add(
        CallSent(call=number, update=0, pc="pc1", operation=operation, arguments=shown, probe=name)
    )
    value, error = _asked(world, operation, arguments, number)
    world.recorder.add(
        CallAnswered(
            call=number,
            update=0,
            operation=operation,
            value=_named(world, operation, value),
            error=naming.in_text(error),
            learned=not error,
        )
    )


def _asked(
    world: World, operation: str, arguments: dict[str, Argument], number: int
) -> tuple[Value | None, str]:
    row = OPERATIONS[operation]
    exchange = Exchange(
        world.connection.url,
        operation,
        soap.headers(row),
        soap.write_call(row, arguments),
        timeout=10.0,
        number=number,
    )
    try:
        reply = world.line.send(exchange)
        content_type = {"content-type": reply.header("content-type")}
        return soap.read_reply(row, reply.status, content_type, reply.body), ""
    except soap.ReplyRefused as refused:
        return None, refused.text
    except TransportError as lost:
        return None, lost.text


def _named(world: World, operation: str, value: Value | None) -> tuple[str, ...]:
    naming = world.recorder.naming
    if value is None:
        return ()
    if isinstance(value, str | int):
        text = str(value)
        return ("<request>",) if "<" in text else (naming.in_text(text),)
    first, *rest = [str(part or "") for part in value]
    named = naming.name("ticket", first) if operation == "authenticate" else first
    return (named, *map(naming.in_text, rest))
