"""What one walk through the session's table carries: who acts on whom, and what is remembered.

The actions (``server_actions``, ``quickbooks_actions``) are functions on this; they hold no state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final, Literal, final

from attrs import define, field, frozen

from qbsim.connector.calls import Caller, CallFailed
from qbsim.connector.codes import CODES
from qbsim.connector.desk import Company, Desk
from qbsim.connector.events import Coded, Happening, Observer, Shown, UserAsked, Waited
from qbsim.connector.locks import CompanyLock
from qbsim.connector.operations import Argument
from qbsim.connector.qwc import Application
from qbsim.connector.readings import Login
from qbsim.connector.session import Event
from qbsim.processor import HResultError
from qbsim.source import Source

CLIENT_VERSION: Final = "2.3.0.215"
PAUSE_SECONDS: Final = 5
"""After NoOp (guide p72)."""
INTERACTIVE_POLL_SECONDS: Final = 60
"""Between two interactiveDone (Intuit's sample)."""
LOCK_POLL_SECONDS: Final = 5

Outcome = Literal[
    "completed",
    "no work",
    "refused",
    "busy",
    "postponed",
    "failed",
    "stopped",
    "killed",
    "bounded",
]


@final
@frozen
class Bounds:
    """Where loops end that a naive server would keep going for ever; the end says so in a sentence."""

    requests: int = 10_000
    """sendRequestXML calls in one update."""
    no_ops: int = 720
    """NoOp answers in a row: an hour of pauses."""
    connection_errors: int = 10
    interactive_polls: int = 120
    lock_polls: int = 60


class User:
    """The person at the PC; answers as the script says. The default says yes to everything."""

    def go_on_after_warning(self, text: str) -> bool:
        """Whether to update although the server warns of the Web Connector's version."""
        return True

    def start_interactive(self) -> bool:
        """Whether to start the interactive session that the server asks for."""
        return True

    def browse(self, url: str) -> None:
        """The browser opens ``url``."""


@final
@define
class Memory:
    """What one update remembers from action to action."""

    outcome: Outcome = "failed"
    status: str = ""
    progress: int = 0
    last_error: str = ""
    codes: list[str] = field(factory=list)
    server_version: str = ""
    warning: str = ""
    login: Login | None = None
    company_file: str = ""
    connection_error: HResultError | None = None
    connection_errors: int = 0
    company: Company | None = None
    hcp_told: bool = False
    requests: int = 0
    request: str = ""
    request_number: int = 0
    response: str = ""
    hresult: str = ""
    message: str = ""
    repeats: int = 0
    no_ops: int = 0
    polls: int = 0
    lock_polls: int = 0
    held_lock: str = ""

    @property
    def ticket(self) -> str:
        """The ticket of authenticate; ``""`` before."""
        return self.login.ticket if self.login else ""


@final
@frozen
class Walk:
    """The parts of one update, and the few things that every action may do."""

    application: Application
    password: str | None
    source: Source
    switches: Mapping[str, str]
    observer: Observer
    user: User
    bounds: Bounds
    lock: CompanyLock | None
    auto_run: bool
    caller: Caller
    desk: Desk
    memory: Memory = field(factory=Memory)

    def tell(self, happening: Happening) -> None:
        """Tell the observer."""
        self.observer.happened(happening)

    def show(self, status: str, progress: int | None = None) -> None:
        """Put a text into the Status column, and move the progress bar."""
        memory = self.memory
        memory.status = status
        memory.progress = memory.progress if progress is None else progress
        self.tell(Shown(self.application.name, status, memory.progress))

    def code(self, code: str, detail: str = "") -> None:
        """Show a QBWC code and keep it for the result."""
        text = CODES[code].shown(detail)
        self.memory.codes.append(code)
        self.tell(Coded(code, text))
        self.show(text)

    def wait(self, seconds: float, why: str) -> None:
        """Let simulated time go by."""
        self.source.advance(dt.timedelta(seconds=seconds))
        self.tell(Waited(seconds, why))

    def ask_user(self, question: str, answer: bool) -> bool:
        """Tell what the user was asked and answered, and pass the answer on."""
        self.tell(UserAsked(question, answer))
        return answer

    def bounded(self, sentence: str) -> Event:
        """A loop has reached its bound."""
        self.memory.outcome = "bounded"
        self.show(sentence)
        return Event.BOUND

    def call(self, name: str, **arguments: Argument) -> str:
        """Make one call whose result is a string."""
        value = self.caller.call(name, arguments)
        assert isinstance(value, str)  # noqa: S101 - held by the table of operations
        return value

    def failed(self, failed: CallFailed) -> Event:
        """A call failed: show its code, or its text where no code is known."""
        self.memory.outcome = "failed"
        if failed.failure.code is not None:
            self.code(failed.failure.code, failed.failure.text)
        else:
            self.show(failed.failure.text)
        return Event.FAILED

    def die(self) -> None:
        """The connector's process is gone: what it held in memory is, what it wrote is not."""
        self.memory.outcome = "killed"
        self.memory.status = ""
        if self.lock is not None:
            self.lock.liveness.held.discard(self.memory.held_lock)
