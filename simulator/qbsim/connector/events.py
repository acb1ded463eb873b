"""What an observer of an update sees: calls, QuickBooks' answers, faults, pauses, what the window shows.

Frozen facts in the order in which they happen. Passwords are masked before they come here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, final

from attrs import field, frozen

from qbsim.connector.operations import Argument, Value

MASK: Final = "<MaskedForSecurity>"
"""How the log shows a password."""


class ConnectorKilled(Exception):
    """Raised by an observer: the connector's process dies here. Nothing more is sent, nothing unlocked."""


class UserStopped(Exception):
    """Raised by an observer: the user stops the update here; it leaves in an orderly way."""


@final
@frozen
class CallStarted:
    """A call is about to be posted.

    ``number`` counts as the run counts, ``nth`` the calls of this operation in this update (from 1).
    """

    number: int
    nth: int
    operation: str
    arguments: Mapping[str, Argument] = field(repr=False)
    pc: str
    application: str
    repeat: int = 0
    """1 for the first time that the connector posts the same call again by itself."""


@final
@frozen
class CallFailure:
    """Why a call brought no value: what .NET would throw, and the code that the window shows for it.

    ``kind`` is ``reset``, ``timeout``, ``refused`` or ``tls`` when no reply came, else ``reply``.
    """

    kind: str
    text: str
    code: str | None


@final
@frozen
class CallEnded:
    """What came of a call. Exactly one of ``value`` and ``failure`` is set."""

    started: CallStarted
    value: Value | None = None
    failure: CallFailure | None = None
    status: int | None = None
    """The HTTP status, None when no reply came."""
    body: bytes = field(default=b"", repr=False)
    """The reply's bytes as they came."""


QuickBooksAction = Literal[
    "open connection", "begin session", "process request", "end session", "close connection"
]


@final
@frozen
class QuickBooksAsked:
    """The connector is about to call QuickBooks.

    ``purpose`` tells the requests apart: ``request`` is the server's, ``host query``, ``read lock``,
    ``take lock``, ``unlock``, ``read FileID`` and ``write FileID`` are the connector's own. ``text`` is
    the qbXML, or the company file for ``begin session``. ``call`` is the number of the sendRequestXML that
    handed the request out.
    """

    action: QuickBooksAction
    purpose: str
    text: str = field(repr=False)
    pc: str
    application: str
    call: int | None = None
    owner: str | None = None
    """The OwnerID, for what the connector asks on its own account."""


@final
@frozen
class QuickBooksAnswered:
    """What QuickBooks said: an answer, or an HRESULT (``0x80040400``) with its text."""

    asked: QuickBooksAsked
    answer: str = field(default="", repr=False)
    hresult: str = ""
    message: str = ""


@final
@frozen
class FaultApplied:
    """A fault took effect on a message. ``fault`` is its word in the language of scenarios.

    ``number`` and ``operation`` are those of the call; ``detail`` says how (``as: reset``,
    ``with: html``, a duration); ``moment`` is ``armed`` when a late copy is put aside.
    """

    fault: str
    operation: str
    number: int
    nth: int
    detail: str = ""
    moment: Literal["applied", "armed"] = "applied"
    cause: str = ""
    """Whatever the plan gave as the reason, unchanged."""
    body: bytes = field(default=b"", repr=False)
    """The server's reply to a second or late copy, which the connector never sees."""


@final
@frozen
class Waited:
    """Simulated time that went by inside the update."""

    seconds: float
    why: str


@final
@frozen
class UserAsked:
    """The window asked the person at the PC; ``answer`` is what the script said."""

    question: str
    answer: bool


@final
@frozen
class Shown:
    """What the window shows now: the Status column, the progress bar of the application (0 to 100)."""

    application: str
    status: str
    progress: int


@final
@frozen
class Coded:
    """A QBWC code that the window or the log shows, with its whole text."""

    code: str
    text: str


@final
@frozen
class Begun:
    """An update begins to talk to its server."""

    application: str
    unique_name: str
    url: str


@final
@frozen
class Selected:
    """An application's turn has come, by *Update Selected* or by the schedule."""

    application: str
    scheduled: bool


@final
@frozen
class UpdateLockSet:
    """The Windows user's UpdateLock was read (``found``) or written."""

    value: bool
    found: bool = False


Happening = FaultApplied | Waited | UserAsked | Shown | Coded | Begun | Selected | UpdateLockSet


class Observer:
    """Sees everything that an update does, in order; every method may be overridden, none must.

    A method may act on the world (that is how steps ``during`` an update are placed), and may raise
    :class:`ConnectorKilled` or :class:`UserStopped`.
    """

    def called(self, call: CallStarted) -> None:
        """Before a call is posted."""

    def replied(self, call: CallEnded) -> None:
        """After a call, whatever came of it, before the connector acts on it."""

    def asked(self, asked: QuickBooksAsked) -> None:
        """Before QuickBooks is called."""

    def answered(self, answered: QuickBooksAnswered) -> None:
        """After QuickBooks was called."""

    def happened(self, happening: Happening) -> None:
        """Anything else."""


@final
class Observers(Observer):
    """Several observers as one, told in order."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def called(self, call: CallStarted) -> None:
        for observer in self._observers:
            observer.called(call)

    def replied(self, call: CallEnded) -> None:
        for observer in self._observers:
            observer.replied(call)

    def asked(self, asked: QuickBooksAsked) -> None:
        for observer in self._observers:
            observer.asked(asked)

    def answered(self, answered: QuickBooksAnswered) -> None:
        for observer in self._observers:
            observer.answered(answered)

    def happened(self, happening: Happening) -> None:
        for observer in self._observers:
            observer.happened(happening)
