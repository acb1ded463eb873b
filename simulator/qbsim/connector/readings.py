"""What the strings that a server returns mean. Pure: a value in, an event of the table out.

Words are compared without case and without blanks around them: logs show ``NONE`` and ``DONE``, the
guide prints ``NoOp`` and ``NOOP``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, final

from attrs import frozen

from qbsim.certainty import Certainty, rule
from qbsim.connector.operations import Value
from qbsim.connector.session import Event
from qbsim.connector.soap import NULL_REFERENCE, ReplyRefused


def word(text: str) -> str:
    """``text`` as words are compared."""
    return text.strip().casefold()


_VERSION_PREFIXES: Final = {"w:": Event.WARNED, "e:": Event.REFUSED, "o:": Event.REFUSED}


@rule(
    "connector.client-version",
    "clientVersion answers '' (go on), W: (ask the user), E: or O: (end); anything else is QBWC1046.",
    source="Web Connector guide p21, p66; appendix A",
    certainty=Certainty.DOCUMENTED,
)
def client_version(value: str) -> Event:
    """``''``, ``W:text``, ``E:text``, ``O:2.0`` (guide p21, p66); anything else is QBWC1046."""
    text = word(value)
    if not text:
        return Event.AGREED
    return _VERSION_PREFIXES.get(text[:2], Event.BAD_SYNTAX)


@final
@frozen
class Login:
    """What authenticate returned.

    ``company_file`` is ``""`` for the open one; ``postpone`` and ``at_least`` are seconds or None.
    """

    event: Event
    ticket: str
    company_file: str = ""
    postpone: int | None = None
    at_least: int | None = None


_LOGIN_WORDS: Final = {
    "none": Event.NO_WORK,
    "nvu": Event.INVALID_USER,
    "busy": Event.BUSY,
}
DISMISSALS: Final[Mapping[Event, str]] = {
    Event.NO_WORK: "No Data Exchange",
    Event.INVALID_USER: "Invalid password for username",
    Event.BUSY: "Application Busy",
    Event.POSTPONED: "Update postponed by application.",
}
"""The Status column, guide p62-64, examples 1 to 7."""


@rule(
    "connector.login",
    "authenticate answers a ticket and a company file or none, nvu, busy; "
    "then seconds to postpone and the least interval, which count with Auto-Run on.",
    source="Web Connector guide p62-64",
    certainty=Certainty.DOCUMENTED,
)
def login(value: Value, *, auto_run: bool) -> Login:
    """Read the array of authenticate (guide p62-64).

    The seconds of the third and fourth string count only with Auto-Run on. Raises
    :class:`ReplyRefused` for a null where a string is needed (seen: qbws issue 3).
    """
    assert isinstance(value, tuple)  # noqa: S101 - held by the table of operations
    ticket, status = value[0], value[1]
    if ticket is None or status is None:
        raise ReplyRefused(NULL_REFERENCE)
    postpone, at_least = (_seconds(value, place) if auto_run else None for place in (2, 3))
    event = _LOGIN_WORDS.get(word(status), Event.ADMITTED)
    if postpone is not None:
        event = Event.POSTPONED
    company_file = status if event is Event.ADMITTED else ""
    return Login(event, ticket, company_file, postpone, at_least)


_SECONDS: Final = re.compile(r"[0-9]{1,9}")


def _seconds(value: tuple[str | None, ...], place: int) -> int | None:
    text = (value[place] or "").strip() if len(value) > place else ""
    return int(text) if _SECONDS.fullmatch(text) else None


@rule(
    "connector.connection-error",
    "After connectionError every answer but done is the company file to try next.",
    source="Web Connector guide p22, p69",
    certainty=Certainty.DOCUMENTED,
)
def connection_error(value: str) -> Event:
    """``done`` ends; every other text, ``''`` too, is the next company file (guide p69)."""
    return Event.GIVE_UP if word(value) == "done" else Event.TRY_FILE


@rule(
    "connector.no-request",
    "An empty sendRequestXML, or NoOp, leads to getLastError and never means that all is well.",
    source="Web Connector guide p80",
    certainty=Certainty.DOCUMENTED,
)
def send_request(value: str) -> Event:
    """``''`` and ``NoOp`` lead to getLastError (guide p80); the rest is qbXML, handed on unread."""
    return Event.EMPTY if word(value) in ("", "noop") else Event.REQUEST


@rule(
    "connector.progress",
    "receiveResponseXML answers 0 to 99 (more), 100 (the end) or less (getLastError, then the end).",
    source="Web Connector guide p24, p77-78",
    certainty=Certainty.DOCUMENTED,
)
def receive_response(value: int, switches: Mapping[str, str]) -> Event:
    """Percent done (guide p24, p77): 100 is the end, less than 0 an error."""
    if value > 100 and switches["progress_above_100"] == "error":
        return Event.NEGATIVE
    if value < 0:
        return Event.NEGATIVE
    return Event.COMPLETE if value >= 100 else Event.MORE


_LAST_ERRORS: Final = {"noop": Event.NO_OP, "interactive mode": Event.INTERACTIVE}


@rule(
    "connector.last-error",
    "getLastError answers NoOp (five seconds' pause), Interactive mode, or the text that is shown.",
    source="Web Connector guide p8, p72",
    certainty=Certainty.DOCUMENTED,
)
def last_error(value: str) -> Event:
    """``NoOp`` pauses, ``Interactive mode`` asks the user, any other text ends (guide p72)."""
    return _LAST_ERRORS.get(word(value), Event.TEXT)


_INTERACTIVE: Final = {"done": Event.FINISHED, "continue": Event.CONTINUE}


@rule(
    "connector.interactive-done",
    "interactiveDone answers DONE, CONTINUE, a text that is an error, or '' (see the switch).",
    source="Intuit's sample WCECommService; guide p75",
    certainty=Certainty.SEEN,
)
def interactive_done(value: str, switches: Mapping[str, str]) -> Event:
    """``Done`` (guide p75), ``CONTINUE`` (Intuit's sample); ``''`` is a switch: the two contradict."""
    text = word(value)
    if not text:
        empty = switches["interactive_done_empty"]
        return Event.WAITING if empty == "waiting" else Event.FINISHED
    return _INTERACTIVE.get(text, Event.TEXT)
