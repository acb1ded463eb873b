"""One application's connection and session: Open, Begin, Process, End, Close."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from attrs import field, frozen

from qbsim.errors import SimulatorGap
from qbsim.processor import HResultError, Origin
from qbsim.qbxml import MessageSet, StructureRefused, VersionRefused, read_message_set
from qbsim.quickbooks.asking import Asker
from qbsim.quickbooks.company import CompanyFile
from qbsim.quickbooks.errors import QuickBooksDied
from qbsim.quickbooks.journal import Actor
from qbsim.quickbooks.message_sets import Execution, answer
from qbsim.quickbooks.queries import Cursors
from qbsim.quickbooks.requests import Call

if TYPE_CHECKING:
    from qbsim.quickbooks.program import QuickBooks


@final
@frozen(eq=False)
class Session:
    """One open session; iterators live in it."""

    ticket: str
    pc: str
    application: str
    company: CompanyFile
    cursors: Cursors = field(factory=Cursors)


@final
class Connection:
    """A :class:`~qbsim.processor.RequestProcessor` for one application on one PC."""

    def __init__(self, program: QuickBooks, pc: str) -> None:
        self._program = program
        self._pc = pc
        self._application: str | None = None

    def open_connection(self, app_id: str, app_name: str) -> None:
        """Introduce the application; QuickBooks knows it by its name."""
        del app_id
        self._application = app_name

    def begin_session(self, company_file: str) -> str:
        """A ticket for the company file (``""``: the one that is open); HRESULTs as in ``admit``."""
        if self._application is None:
            raise HResultError(0x80040401)
        company = self._program.admit(company_file, self._application, self._pc)
        ticket = self._program.source.guid()
        session = Session(ticket, self._pc, self._application, company)
        self._program.sessions[ticket] = session
        return ticket

    def current_company_file_name(self, ticket: str) -> str:
        """The full path of the company file in use."""
        return self._program.path_of(self._session(ticket).company)

    def newest_qbxml_version(self, ticket: str) -> tuple[int, int]:
        """The newest qbXML that this QuickBooks speaks."""
        self._session(ticket)
        newest = self._program.product.newest
        return newest.major, newest.minor

    def country(self, ticket: str) -> str:
        """``US``, ``CA`` or ``UK``."""
        self._session(ticket)
        return self._program.product.country

    def process_request(self, ticket: str, request: str, *, call: int | None = None) -> str:
        """Execute one message set. 0x80040400 and 0x80040423 change nothing; see ``answer``."""
        session = self._session(ticket)
        program = self._program
        given = self._read(request)
        origin = Origin(session.pc, session.application, call)
        rights = program.rights_of(session.application)
        asker = Asker(
            Actor.connector(origin),
            given.version,
            rights,
            locked=program.locked,
            single_user=not program.multi_user_mode,
        )
        execution = Execution(
            Call(session.company, asker, lambda: program.host_values(rights), session.cursors),
            self._owner(session),
            program.log,
            lambda point: self._crash(point, origin),
        )
        try:
            return answer(execution, given)
        except BaseException:
            session.company.core.rollback()
            raise

    def end_session(self, ticket: str) -> None:
        """Give the company file free; the ticket is dead afterwards."""
        self._session(ticket)
        del self._program.sessions[ticket]

    def close_connection(self) -> None:
        """Leave QuickBooks; sessions that are still open end."""
        for ticket in [
            one.ticket
            for one in self._program.sessions.values()
            if one.pc == self._pc and one.application == self._application
        ]:
            del self._program.sessions[ticket]
        self._application = None

    def _session(self, ticket: str) -> Session:
        if self._program.died:
            raise HResultError(0x800706BA)
        if not self._program.running:
            raise HResultError(0x80040401)
        session = self._program.sessions.get(ticket)
        if session is None or session.pc != self._pc:
            raise HResultError(0x8004040D)
        return session

    def _read(self, request: str) -> MessageSet:
        program = self._program
        whole = program.switches["value_errors"] == "whole_set"
        try:
            return read_message_set(
                request,
                newest=program.product.newest,
                value_errors="whole_set" if whole else "per_request",
            )
        except StructureRefused as refused:
            program.log.note("refused", str(refused.refusal))
            raise HResultError(0x80040400) from refused
        except VersionRefused as refused:
            program.log.note("refused", str(refused.refusal))
            raise HResultError(0x80040423) from refused
        except SimulatorGap as gap:
            program.log.note("not modelled", str(gap))
            raise HResultError(0x80040423) from gap

    def _owner(self, session: Session) -> str:
        if self._program.switches["recovery_key"] == "application_and_pc":
            return f"{session.application}\n{session.pc}"
        return session.application

    def _crash(self, point: str, origin: Origin) -> None:
        if self._program.crash_points is None:
            return
        try:
            self._program.crash_points(point, origin)
        except QuickBooksDied:
            self._program.die()
            raise HResultError(0x800706BA) from None
