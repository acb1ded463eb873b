"""The connector's side of QuickBooks: one connection, one session, every call told to the observer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, final

from attrs import field, frozen

from qbsim.connector.events import Observer, QuickBooksAction, QuickBooksAnswered, QuickBooksAsked
from qbsim.processor import HResultError, RequestProcessor

_T = TypeVar("_T")


@final
@frozen
class Company:
    """What the connector knows of the open company file."""

    file: str
    country: str
    major: int
    minor: int
    hcp: str = field(repr=False)
    """The answer to the host, company and preferences query."""


@final
class Desk:
    """Opens, asks and leaves QuickBooks. What fails raises :class:`HResultError`."""

    def __init__(self, processor: RequestProcessor, observer: Observer, *, pc: str, application: str) -> None:
        self._processor = processor
        self._observer = observer
        self._pc = pc
        self._application = application
        self.connected = False
        self.ticket: str | None = None
        self.version = (13, 0)

    def connect(self, app_id: str) -> None:
        """OpenConnection."""
        self._do("open connection", "", lambda: self._processor.open_connection(app_id, self._application))
        self.connected = True

    def begin(self, company_file: str) -> None:
        """BeginSession with a company file, ``""`` for the open one."""
        self.ticket = self._do(
            "begin session", company_file, lambda: self._processor.begin_session(company_file)
        )
        self.version = self._processor.newest_qbxml_version(self.ticket)

    def ask(self, purpose: str, request: str, *, call: int | None = None, owner: str | None = None) -> str:
        """ProcessRequest: one message set in, QuickBooks' answer out."""
        ticket = self.ticket or ""
        return self._do(
            "process request",
            request,
            lambda: self._processor.process_request(ticket, request, call=call),
            purpose=purpose,
            call=call,
            owner=owner,
        )

    def company(self, request: str) -> Company:
        """The host query and what the processor itself tells about the session."""
        hcp = self.ask("host query", request)
        ticket = self.ticket or ""
        return Company(
            self._processor.current_company_file_name(ticket),
            self._processor.country(ticket),
            *self.version,
            hcp,
        )

    def end(self) -> None:
        """EndSession; whatever QuickBooks says, the session is over for us."""
        ticket, self.ticket = self.ticket or "", None
        self._do("end session", "", lambda: self._processor.end_session(ticket))

    def disconnect(self) -> None:
        """CloseConnection; whatever QuickBooks says, the connection is over for us."""
        self.connected = False
        self._do("close connection", "", self._processor.close_connection)

    def lost(self) -> None:
        """QuickBooks failed between calls: whatever was open is open no more."""
        self.connected, self.ticket = False, None

    def _do(
        self,
        action: QuickBooksAction,
        text: str,
        call_processor: Callable[[], _T],
        *,
        purpose: str = "",
        call: int | None = None,
        owner: str | None = None,
    ) -> _T:
        asked = QuickBooksAsked(action, purpose, text, pc=self._pc, application=self._application, call=call)
        self._observer.asked(asked)
        try:
            result = call_processor()
        except HResultError as error:
            self._observer.answered(QuickBooksAnswered(asked, hresult=error.hresult, message=error.text))
            raise
        answer = result if isinstance(result, str) and action == "process request" else ""
        self._observer.answered(QuickBooksAnswered(asked, answer))
        return result
