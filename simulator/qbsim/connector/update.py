"""One update of one application: walks the session's table, one action a step.

Everything that happens is told to the observer. What a server does wrong is never an exception here:
it becomes a QBWC code, a line of the log, an event, and the end of the update.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, final

from attrs import frozen

from qbsim.connector import quickbooks_actions as quickbooks
from qbsim.connector import server_actions as server
from qbsim.connector.calls import Caller, Line
from qbsim.connector.desk import Desk
from qbsim.connector.events import ConnectorKilled, Observer, UserStopped
from qbsim.connector.locks import CompanyLock
from qbsim.connector.qwc import Application
from qbsim.connector.session import Event, Session, State
from qbsim.connector.walk import Bounds, Outcome, User, Walk
from qbsim.connector.wire import Transport
from qbsim.errors import SimulatorGap
from qbsim.processor import RequestProcessor
from qbsim.source import Source

__all__ = ["ACTIONS", "Bounds", "Outcome", "Result", "StepName", "Update", "User"]

StepName = str

ACTIONS: Final[Mapping[State, Callable[[Walk], Event]]] = MappingProxyType(
    {
        State.IDLE: server.start,
        State.SERVER_VERSION: server.server_version,
        State.CLIENT_VERSION: server.client_version,
        State.SHOW_WARNING: server.show_warning,
        State.AUTHENTICATE: server.authenticate,
        State.OPEN_CONNECTION: quickbooks.open_connection,
        State.BEGIN_SESSION: quickbooks.begin_session,
        State.CONNECTION_ERROR: server.connection_error,
        State.EXPLAIN_CONNECTION: server.explain_connection,
        State.READ_LOCK: quickbooks.read_lock,
        State.WAIT_FOR_LOCK: quickbooks.wait_for_lock,
        State.TAKE_LOCK: quickbooks.take_lock,
        State.QUERY_COMPANY: quickbooks.query_company,
        State.SEND_REQUEST: server.send_request,
        State.PROCESS_REQUEST: quickbooks.process_request,
        State.RECEIVE_RESPONSE: server.receive_response,
        State.GET_LAST_ERROR: server.get_last_error,
        State.PAUSE: server.pause,
        State.OFFER_INTERACTIVE: server.offer_interactive,
        State.INTERACTIVE_REJECTED: server.interactive_rejected,
        State.INTERACTIVE_URL: server.interactive_url,
        State.INTERACTIVE_DONE: server.interactive_done,
        State.INTERACTIVE_WAIT: server.interactive_wait,
        State.LEAVE_UNLOCK: quickbooks.unlock,
        State.LEAVE_SESSION: quickbooks.end_session,
        State.LEAVE_CONNECTION: quickbooks.disconnect,
        State.CLOSE_CONNECTION: server.close_connection,
        State.ABANDON_UNLOCK: quickbooks.unlock,
        State.ABANDON_SESSION: quickbooks.end_session,
        State.ABANDON_CONNECTION: quickbooks.disconnect,
    }
)
"""Which function is the action of which state."""


@final
@frozen
class Result:
    """What one update came to.

    ``status`` is the text of the Status column, ``last_error`` what getLastError said, ``codes`` the
    QBWC codes shown, in order. ``postpone`` and ``at_least`` are the server's seconds for the schedule.
    """

    outcome: Outcome
    status: str
    progress: int
    last_error: str
    codes: tuple[str, ...]
    calls: int
    server_version: str = ""
    postpone: int | None = None
    at_least: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the window would show no error."""
        return self.outcome in ("completed", "no work", "postponed")


@final
class Update:
    """One update. Drive it with :meth:`run`, or one action at a time with :meth:`steps`.

    ``password`` None: none is stored, no call is made (QBWC1030). ``numbers`` numbers the calls of a run
    that has several updates. ``lock`` None: the company file is not locked.
    """

    def __init__(
        self,
        application: Application,
        password: str | None,
        processor: RequestProcessor,
        transport: Transport,
        source: Source,
        switches: Mapping[str, str],
        observer: Observer,
        pc: str = "pc1",
        *,
        numbers: Iterator[int] | None = None,
        user: User | None = None,
        bounds: Bounds | None = None,
        lock: CompanyLock | None = None,
        auto_run: bool = False,
    ) -> None:
        if application.qb_type != "QBFS":
            raise SimulatorGap(
                f"The application {application.name} is for QuickBooks Point of Sale, which is not here.",
                cure="Applications with QBType QBFS are.",
            )
        line = Line(
            application.url,
            application.style,
            pc,
            application.name,
            float(switches["http_timeout"]),
            cookies=switches["cookies"] == "kept",
        )
        self._walk = Walk(
            application,
            password,
            source,
            switches,
            observer,
            user or User(),
            bounds or Bounds(),
            lock,
            auto_run,
            Caller(line, transport, observer, numbers or itertools.count(1)),
            Desk(processor, observer, pc=pc, application=application.name),
        )
        self._session = Session(switches)

    @property
    def application(self) -> Application:
        return self._walk.application

    @property
    def state(self) -> State:
        """Where in the table the update stands."""
        return self._session.state

    @property
    def result(self) -> Result:
        """What the update came to so far; final once :attr:`state` is."""
        memory = self._walk.memory
        return Result(
            memory.outcome,
            memory.status,
            memory.progress,
            memory.last_error,
            tuple(memory.codes),
            self._walk.caller.calls,
            memory.server_version,
            memory.login.postpone if memory.login else None,
            memory.login.at_least if memory.login else None,
        )

    def run(self) -> Result:
        """Drive the update to its end."""
        for _ in self.steps():
            pass
        return self.result

    def steps(self) -> Iterator[StepName]:
        """Perform one action each time that it is advanced, and yield the action's name.

        An action is one call on the server, one call on QuickBooks, one question or one pause.
        """
        while not self._session.over:
            state = self._session.state
            event = self._perform(state)
            self._session.move(event)
            if event is not Event.SKIPPED and state is not State.IDLE:
                yield state.value

    def _perform(self, state: State) -> Event:
        walk = self._walk
        try:
            return ACTIONS[state](walk)
        except ConnectorKilled:
            walk.die()
            return Event.CRASHED
        except UserStopped:
            walk.memory.outcome = "stopped"
            walk.memory.status = "Update stopped by the user."
            return Event.STOPPED
