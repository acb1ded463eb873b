"""The Web Connector's session as a table of states and moves. No I/O, no clock.

Two rules:

1. A *state* says what the connector does next: one call on the server, one call on QuickBooks, one
   question to the user, or one pause. Nothing is done twice in one state.
2. What came of it is an *event*. ``MOVES[state][event]`` is the next state; a pair that is not in the
   table cannot happen, and :meth:`Session.move` refuses it without changing anything.

Theory of operation. The path of a good update is the left column of the table read downwards:
versions, login, QuickBooks, the company's lock, the host query, then the loop send → process →
receive; at 100 % it *leaves* QuickBooks (unlock, end of the session, disconnect: logs show them before
the SOAP call) and closes. There are two ways out of QuickBooks: ``LEAVE_…`` ends with
closeConnection, ``ABANDON_…`` without it, because the call that failed leaves nobody to talk to.
What Intuit's texts leave open is a *variation*: a switch value that replaces single moves.

Sources: Web Connector guide p21-24, p62-82, figures 2-2 to 2-5; logs for the order at the end.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, final

from qbsim.errors import InternalProblem


@final
class State(enum.Enum):
    """What the connector does next; the value is how documents and steps name it."""

    IDLE = "idle"
    SERVER_VERSION = "serverVersion"
    CLIENT_VERSION = "clientVersion"
    SHOW_WARNING = "ask the user about a version warning"
    AUTHENTICATE = "authenticate"
    OPEN_CONNECTION = "QuickBooks: open connection"
    BEGIN_SESSION = "QuickBooks: begin session"
    CONNECTION_ERROR = "connectionError"
    EXPLAIN_CONNECTION = "getLastError after connectionError"
    READ_LOCK = "QuickBooks: read the company's lock"
    WAIT_FOR_LOCK = "wait for the company's lock"
    TAKE_LOCK = "QuickBooks: lock the company"
    QUERY_COMPANY = "QuickBooks: host, company and preferences query"
    SEND_REQUEST = "sendRequestXML"
    PROCESS_REQUEST = "QuickBooks: process request"
    RECEIVE_RESPONSE = "receiveResponseXML"
    GET_LAST_ERROR = "getLastError"
    PAUSE = "pause after NoOp"
    OFFER_INTERACTIVE = "ask the user for interactive mode"
    INTERACTIVE_REJECTED = "interactiveRejected"
    INTERACTIVE_URL = "getInteractiveURL"
    INTERACTIVE_DONE = "interactiveDone"
    INTERACTIVE_WAIT = "wait for the interactive session"
    LEAVE_UNLOCK = "QuickBooks: unlock the company"
    LEAVE_SESSION = "QuickBooks: end session"
    LEAVE_CONNECTION = "QuickBooks: close connection"
    CLOSE_CONNECTION = "closeConnection"
    ABANDON_UNLOCK = "QuickBooks: unlock the company, abandoning"
    ABANDON_SESSION = "QuickBooks: end session, abandoning"
    ABANDON_CONNECTION = "QuickBooks: close connection, abandoning"
    ENDED = "ended"
    KILLED = "killed"


@final
class Event(enum.Enum):
    """What came of the action of a state."""

    STARTED = "the user or the schedule starts the update"
    NO_PASSWORD = "no password is stored"  # noqa: S105 - a sentence
    ANSWERED = "the server answered"
    FAILED = "the call failed"
    REPEATED = "the call failed and is posted again"
    DONE = "QuickBooks did it"
    SKIPPED = "there was nothing to do"
    AGREED = "'': this version is welcome"
    WARNED = "W:text"
    REFUSED = "E:text or O:version"
    BAD_SYNTAX = "a text of no known form"
    ACCEPTED = "the user says yes"
    DECLINED = "the user says no"
    ADMITTED = "a company file, or '' for the open one"
    NO_WORK = "none"
    INVALID_USER = "nvu"
    BUSY = "busy"
    POSTPONED = "seconds to wait"
    TRY_FILE = "a company file, or '' for the open one, to try next"
    GIVE_UP = "done"
    UNKNOWN = "the company has no such lock"
    HELD = "another update holds it"
    TAKEN_OVER = "a stale lock is taken over"
    LOCKED_OUT = "the lock is respected and the update ends"
    REQUEST = "a qbXML request"
    EMPTY = "'' or NoOp"
    MORE = "0 to 99"
    COMPLETE = "100 or more"
    NEGATIVE = "less than 0"
    TEXT = "any other text"
    NO_OP = "NoOp"
    INTERACTIVE = "Interactive mode"
    FINISHED = "the interactive session is over"
    CONTINUE = "CONTINUE"
    WAITING = "the interactive session goes on"
    BOUND = "the bound of a loop is reached"
    STOPPED = "the user stops the update"
    CRASHED = "the connector dies"


_S, _E = State, Event
Moves = Mapping[State, Mapping[Event, State]]

_BASE: Final[dict[State, dict[Event, State]]] = {
    _S.IDLE: {_E.STARTED: _S.SERVER_VERSION, _E.NO_PASSWORD: _S.ENDED},
    _S.SERVER_VERSION: {_E.ANSWERED: _S.CLIENT_VERSION, _E.FAILED: _S.CLIENT_VERSION},
    _S.CLIENT_VERSION: {
        _E.AGREED: _S.AUTHENTICATE,
        _E.FAILED: _S.AUTHENTICATE,
        _E.WARNED: _S.SHOW_WARNING,
        _E.REFUSED: _S.CLOSE_CONNECTION,
        _E.BAD_SYNTAX: _S.ENDED,
    },
    _S.SHOW_WARNING: {_E.ACCEPTED: _S.AUTHENTICATE, _E.DECLINED: _S.ENDED},
    _S.AUTHENTICATE: {
        _E.ADMITTED: _S.OPEN_CONNECTION,
        _E.NO_WORK: _S.CLOSE_CONNECTION,
        _E.INVALID_USER: _S.CLOSE_CONNECTION,
        _E.BUSY: _S.CLOSE_CONNECTION,
        _E.POSTPONED: _S.CLOSE_CONNECTION,
        _E.FAILED: _S.ENDED,
    },
    _S.OPEN_CONNECTION: {
        _E.DONE: _S.BEGIN_SESSION,
        _E.SKIPPED: _S.BEGIN_SESSION,
        _E.FAILED: _S.CONNECTION_ERROR,
    },
    _S.BEGIN_SESSION: {_E.DONE: _S.READ_LOCK, _E.FAILED: _S.CONNECTION_ERROR},
    _S.CONNECTION_ERROR: {
        _E.TRY_FILE: _S.OPEN_CONNECTION,
        _E.GIVE_UP: _S.EXPLAIN_CONNECTION,
        _E.FAILED: _S.ABANDON_UNLOCK,
        _E.BOUND: _S.LEAVE_UNLOCK,
    },
    _S.EXPLAIN_CONNECTION: {_E.TEXT: _S.LEAVE_UNLOCK, _E.FAILED: _S.ABANDON_UNLOCK},
    _S.READ_LOCK: {
        _E.DONE: _S.TAKE_LOCK,
        _E.SKIPPED: _S.QUERY_COMPANY,
        _E.UNKNOWN: _S.QUERY_COMPANY,
        _E.TAKEN_OVER: _S.TAKE_LOCK,
        _E.HELD: _S.WAIT_FOR_LOCK,
        _E.LOCKED_OUT: _S.LEAVE_UNLOCK,
        _E.FAILED: _S.CONNECTION_ERROR,
    },
    _S.WAIT_FOR_LOCK: {_E.DONE: _S.READ_LOCK, _E.BOUND: _S.LEAVE_UNLOCK},
    _S.TAKE_LOCK: {_E.DONE: _S.QUERY_COMPANY, _E.FAILED: _S.CONNECTION_ERROR},
    _S.QUERY_COMPANY: {_E.DONE: _S.SEND_REQUEST, _E.FAILED: _S.LEAVE_UNLOCK},
    _S.SEND_REQUEST: {
        _E.REQUEST: _S.PROCESS_REQUEST,
        _E.EMPTY: _S.GET_LAST_ERROR,
        _E.FAILED: _S.ABANDON_UNLOCK,
        _E.BOUND: _S.LEAVE_UNLOCK,
    },
    _S.PROCESS_REQUEST: {_E.DONE: _S.RECEIVE_RESPONSE, _E.FAILED: _S.RECEIVE_RESPONSE},
    _S.RECEIVE_RESPONSE: {
        _E.MORE: _S.SEND_REQUEST,
        _E.COMPLETE: _S.LEAVE_UNLOCK,
        _E.NEGATIVE: _S.GET_LAST_ERROR,
        _E.REPEATED: _S.RECEIVE_RESPONSE,
        _E.FAILED: _S.ABANDON_UNLOCK,
    },
    _S.GET_LAST_ERROR: {
        _E.TEXT: _S.LEAVE_UNLOCK,
        _E.NO_OP: _S.PAUSE,
        _E.INTERACTIVE: _S.OFFER_INTERACTIVE,
        _E.FAILED: _S.ABANDON_UNLOCK,
        _E.BOUND: _S.LEAVE_UNLOCK,
    },
    _S.PAUSE: {_E.DONE: _S.SEND_REQUEST},
    _S.OFFER_INTERACTIVE: {
        _E.ACCEPTED: _S.INTERACTIVE_URL,
        _E.DECLINED: _S.INTERACTIVE_REJECTED,
    },
    _S.INTERACTIVE_REJECTED: {_E.ANSWERED: _S.LEAVE_UNLOCK, _E.FAILED: _S.ABANDON_UNLOCK},
    _S.INTERACTIVE_URL: {_E.ANSWERED: _S.INTERACTIVE_DONE, _E.FAILED: _S.ABANDON_UNLOCK},
    _S.INTERACTIVE_DONE: {
        _E.FINISHED: _S.LEAVE_UNLOCK,
        _E.CONTINUE: _S.SEND_REQUEST,
        _E.WAITING: _S.INTERACTIVE_WAIT,
        _E.TEXT: _S.LEAVE_UNLOCK,
        _E.FAILED: _S.ABANDON_UNLOCK,
        _E.BOUND: _S.LEAVE_UNLOCK,
    },
    _S.INTERACTIVE_WAIT: {_E.DONE: _S.INTERACTIVE_DONE},
    _S.CLOSE_CONNECTION: {_E.ANSWERED: _S.ENDED, _E.FAILED: _S.ENDED},
}

_WAYS_OUT: Final = (
    (_S.LEAVE_UNLOCK, _S.LEAVE_SESSION, _S.LEAVE_CONNECTION, _S.CLOSE_CONNECTION),
    (_S.ABANDON_UNLOCK, _S.ABANDON_SESSION, _S.ABANDON_CONNECTION, _S.ENDED),
)
"""Leaving QuickBooks goes on whatever QuickBooks says (QBWC1015 is only shown)."""

WITHOUT_TICKET: Final = frozenset(
    {_S.IDLE, _S.SERVER_VERSION, _S.CLIENT_VERSION, _S.SHOW_WARNING, _S.AUTHENTICATE}
)
FINAL: Final = frozenset({_S.ENDED, _S.KILLED})

VARIATIONS: Final[Mapping[tuple[str, str], Mapping[tuple[State, Event], State]]] = MappingProxyType(
    {
        ("close_after_version_refusal", "no"): {
            (_S.CLIENT_VERSION, _E.REFUSED): _S.ENDED,
        },
        ("close_after_dismissal", "no"): {
            (_S.AUTHENTICATE, _E.NO_WORK): _S.ENDED,
            (_S.AUTHENTICATE, _E.INVALID_USER): _S.ENDED,
            (_S.AUTHENTICATE, _E.BUSY): _S.ENDED,
            (_S.AUTHENTICATE, _E.POSTPONED): _S.ENDED,
        },
        ("close_after_failed_call", "yes"): {
            (_S.CONNECTION_ERROR, _E.FAILED): _S.LEAVE_UNLOCK,
            (_S.EXPLAIN_CONNECTION, _E.FAILED): _S.LEAVE_UNLOCK,
            (_S.SEND_REQUEST, _E.FAILED): _S.LEAVE_UNLOCK,
            (_S.RECEIVE_RESPONSE, _E.FAILED): _S.LEAVE_UNLOCK,
            (_S.GET_LAST_ERROR, _E.FAILED): _S.LEAVE_UNLOCK,
        },
        ("after_connection_error", "closeConnection"): {
            (_S.CONNECTION_ERROR, _E.GIVE_UP): _S.LEAVE_UNLOCK,
        },
        ("after_connection_error", "nothing"): {
            (_S.CONNECTION_ERROR, _E.GIVE_UP): _S.ABANDON_UNLOCK,
        },
        ("user_stop", "nothing"): {
            (state, _E.STOPPED): _S.ABANDON_UNLOCK
            for state in _BASE
            if state not in WITHOUT_TICKET and state is not _S.CLOSE_CONNECTION
        },
    }
)
"""Switch and value to the moves that they replace."""


def _whole() -> dict[State, dict[Event, State]]:
    moves = {state: dict(row) for state, row in _BASE.items()}
    for unlock, session, connection, after in _WAYS_OUT:
        for here, there in ((unlock, session), (session, connection), (connection, after)):
            moves[here] = dict.fromkeys((_E.DONE, _E.SKIPPED, _E.FAILED), there)
    for state, row in moves.items():
        ends_at_once = state in WITHOUT_TICKET or state not in _BASE or state is _S.CLOSE_CONNECTION
        row[_E.STOPPED] = _S.ENDED if ends_at_once else _S.LEAVE_UNLOCK
        row[_E.CRASHED] = _S.KILLED
    return moves


MOVES: Final[Moves] = MappingProxyType({state: MappingProxyType(row) for state, row in _whole().items()})
"""Every move under the default switches."""


def moves_under(switches: Mapping[str, str]) -> Moves:
    """The table with the variations that ``switches`` (name to value) asks for."""
    asked = [changes for (name, value), changes in VARIATIONS.items() if switches.get(name) == value]
    if not asked:
        return MOVES
    moves = {state: dict(row) for state, row in MOVES.items()}
    for changes in asked:
        for (state, event), target in changes.items():
            moves[state][event] = target
    return moves


class IllegalMove(InternalProblem):
    """An event was reported in a state in which it cannot happen."""


@final
class Session:
    """One walk through the table."""

    def __init__(self, switches: Mapping[str, str] | None = None) -> None:
        self._moves = moves_under(switches or {})
        self._state = State.IDLE

    @property
    def state(self) -> State:
        return self._state

    @property
    def over(self) -> bool:
        return self._state in FINAL

    def move(self, event: Event) -> State:
        """Walk one move and return the new state; an illegal one raises and changes nothing."""
        row = self._moves.get(self._state, {})
        if event not in row:
            raise IllegalMove(f"In the state {self._state.value!r} the event {event.name} cannot happen.")
        self._state = row[event]
        return self._state
