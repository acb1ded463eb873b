"""Mutants of ``exact`` that break the rules of a session: tickets, passwords, and what is said to whom.

Each one changes an operation of a server that is otherwise the bundled one.
"""

from __future__ import annotations

from collections.abc import Mapping

from mutants_support import (
    ALL_SENT,
    NO_REFUSAL,
    PLAIN_BLOCKS,
    Operation,
    around,
    cleared_at_reset,
    mutant,
    sql,
)

from qbharness.servers.soap import Call, Result
from qbharness.servers.state import State

_ASKS_FOR_WORK = ("sendRequestXML", "receiveResponseXML")


@mutant("An answer that is delivered twice takes the next block off the queue too.", ways=(7,))
def takes_two_for_an_answer_told_twice(state: State) -> None:
    told: set[tuple[str, str]] = set()
    cleared_at_reset(state, told)

    @around(state, "receiveResponseXML")
    def receive(book: Operation, given: Mapping[str, str]) -> Result:
        key = (given["ticket"], given["response"])
        if key in told:
            sql(state, "UPDATE blocks SET queue = 0 WHERE id = (SELECT min(id) FROM blocks WHERE queue > 0)")
        told.add(key)
        return book(given)


@mutant("The ticket of an update that is over still gets work, and its answers are booked.", ways=(19,))
def serves_dead_tickets(state: State) -> None:
    @around(state, *_ASKS_FOR_WORK)
    def serve(answer: Operation, given: Mapping[str, str]) -> Result:
        sql(state, "UPDATE sessions SET state = 'live' WHERE ticket = :ticket", ticket=given["ticket"])
        return answer(given)


@mutant(
    "A ticket that nobody has ever got is taken for that of the latest update.",
    ways=(19, 35),
    exhaustive=ALL_SENT,
)
def serves_made_up_tickets(state: State) -> None:
    @around(state, *_ASKS_FOR_WORK)
    def serve(answer: Operation, given: Mapping[str, str]) -> Result:
        if sql(state, "SELECT 1 FROM sessions WHERE ticket = :ticket", ticket=given["ticket"]):
            return answer(given)
        latest = sql(state, "SELECT ticket FROM sessions ORDER BY id DESC LIMIT 1")
        sql(state, "UPDATE sessions SET state = 'live' WHERE ticket = :ticket", ticket=latest)
        return answer({**given, "ticket": latest})


@mutant("After an error getLastError says NoOp, for ever.", ways=(33,))
def says_noop_for_ever(state: State) -> None:
    @around(state, "getLastError")
    def last_error(_tell: Operation, _given: Mapping[str, str]) -> Result:
        return "NoOp"


@mutant("The operation is found by searching the whole call for a name.", ways=(34,), exhaustive=PLAIN_BLOCKS)
def finds_the_operation_in_the_text(state: State) -> None:
    answer = state.service.call

    def call(given: Call) -> Result:
        text = " ".join(given.arguments.values())
        found = next((name for name in ("closeConnection", "authenticate") if name in text), given.operation)
        return answer(Call(found, {"strUserName": "", "strPassword": "", **given.arguments}))

    state.service.call = call  # type: ignore[method-assign]


@mutant("Any password is good enough.", ways=(35,), exhaustive=ALL_SENT)
def takes_any_password(state: State) -> None:
    ((user, password),) = state.settings.users

    @around(state, "authenticate")
    def authenticate(login: Operation, given: Mapping[str, str]) -> Result:
        return login({**given, "strUserName": user, "strPassword": password})


@mutant("The goodbye of the connector flags what was handed out last as sent.", ways=(4,))
def flags_at_the_goodbye(state: State) -> None:
    @around(state, "closeConnection")
    def goodbye(close: Operation, given: Mapping[str, str]) -> Result:
        sql(state, "UPDATE blocks SET queue = 0, state = 'sent' WHERE state = 'in doubt'")
        return close(given)


@mutant(
    "An error that was shown once is still shown when all is well again.", ways=(33,), exhaustive=NO_REFUSAL
)
def never_forgets_an_error(state: State) -> None:
    shown: list[Result] = []
    cleared_at_reset(state, shown)

    @around(state, "getLastError")
    def last_error(tell: Operation, given: Mapping[str, str]) -> Result:
        shown.append(tell(given))
        return shown[0]

    @around(state, "receiveResponseXML")
    def receive(book: Operation, given: Mapping[str, str]) -> Result:
        result = book(given)
        return -1 if shown and result == 100 else result
