"""QuickBooks itself: is it running, which company is open, who is in the way of an application?"""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from attrs import asdict

from qbsim.certainty import Certainty, rule
from qbsim.errors import UsageProblem
from qbsim.processor import HResultError, Origin, RequestProcessor
from qbsim.quickbooks.company import Backup, CompanyFile
from qbsim.quickbooks.journal import ADMIN, Values
from qbsim.quickbooks.log import SimulatorLog
from qbsim.quickbooks.preferences import Rights
from qbsim.quickbooks.products import Product
from qbsim.quickbooks.session import Connection, Session
from qbsim.source import Source
from qbsim.switches import Switches


@final
class QuickBooks:
    """The running program and what people see of it, on one PC or several.

    ``company`` is open in it from the start (None: QuickBooks runs without a company).
    ``crash_points`` is called as ``crash_points(point, origin)`` with ``before commit``, ``after
    commit`` and ``before answer``; if it raises :class:`QuickBooksDied`, QuickBooks is gone at that
    point until :meth:`open`, and the caller sees 0x800706BA.
    """

    def __init__(
        self,
        company: CompanyFile | None,
        source: Source,
        switches: Switches | None = None,
        *,
        product: Product | None = None,
    ) -> None:
        self.source = source
        self.switches = switches or (company.switches if company else Switches())
        self.product = product or Product()
        self.log = SimulatorLog()
        self.crash_points: Callable[[str, Origin], None] | None = None
        self.running = True
        self.died = False
        self.dialog: str | None = None
        self.multi_user_mode = False
        self.held_by: str | None = None
        """The PC at which somebody has the company for himself alone; None: nobody has."""
        self.locked: set[str] = set()
        self.backups: dict[str, Backup] = {}
        self.sessions: dict[str, Session] = {}
        self.files: dict[str, CompanyFile] = {}
        self.company: CompanyFile | None = None
        if company is not None:
            self.open_company(company)

    def request_processor(self, pc: str = "pc1") -> RequestProcessor:
        """What an integrated application on that PC talks to."""
        return Connection(self, pc)

    # The program

    def open(self, company: CompanyFile | None = None) -> None:
        """Start QuickBooks, with ``company`` or the one that was open last."""
        if not self.running and self.switches["recovery_ids_kept"] == "until_restart":
            self._forget_message_sets()
        self.running, self.died, self.dialog = True, False, None
        if company is not None:
            self.open_company(company)

    def close(self) -> None:
        """Close QuickBooks; sessions of applications end."""
        self.running = False
        self.end_sessions()

    def die(self) -> None:
        """QuickBooks is killed: calls get 0x800706BA. Who was in one undoes what was not committed."""
        if self.company is not None:
            self.company.last_saved_date = ""
        self.running, self.died = False, True
        self.end_sessions()
        self.log.note("died", "QuickBooks was killed")

    def end_sessions(self) -> None:
        """Applications lose their tickets, windows are closed, and nobody has the company alone."""
        self.sessions.clear()
        self.locked.clear()
        self.held_by = None

    def _forget_message_sets(self) -> None:
        if self.company is not None:
            self.company.recovery.forget_everything()
            self.company.commit()

    # The company

    def open_company(self, company: CompanyFile) -> None:
        """Open another company file in the window; sessions with the old one end."""
        if not self.running:
            raise UsageProblem("QuickBooks is closed.", cure="Open QuickBooks first.")
        if company is not self.company:
            self.end_sessions()
        self.company = company
        company.use(self.switches)
        self.files[self.path_of(company).casefold()] = company

    def close_company(self) -> None:
        """Close the company file; QuickBooks keeps running."""
        self.company = None
        self.end_sessions()

    def path_of(self, company: CompanyFile) -> str:
        """The full path that QuickBooks tells applications."""
        if company.path != ":memory:":
            return company.path
        return rf"C:\QuickBooks\{company.name}.QBW"

    def the_company(self) -> CompanyFile:
        """The open company; raises UsageProblem if there is none in an open window."""
        if not self.running or self.company is None:
            raise UsageProblem(
                "No company file is open in QuickBooks.", cure="Open QuickBooks and the company first."
            )
        return self.company

    # People in the way

    def show_dialog(self, text: str = "Would you like to back up now?") -> None:
        """A modal dialog stands in the window until :meth:`dismiss_dialog`."""
        self.dialog = text

    def dismiss_dialog(self) -> None:
        self.dialog = None

    def multi_user(self) -> None:
        """Switch the company to multi-user mode."""
        self.multi_user_mode, self.held_by = True, None

    def single_user(self, pc: str | None = None) -> None:
        """Switch the company to single-user mode; the person at ``pc`` then has it alone (None: nobody)."""
        self.multi_user_mode, self.held_by = False, pc

    def let_go(self) -> None:
        """Whoever has the company for himself alone goes home; the mode stays."""
        self.held_by = None

    def lock(self, record_id: str) -> None:
        """Somebody opens this record (TxnID or ListID) in a window."""
        self.locked.add(record_id)

    def release(self, record_id: str) -> None:
        """The window with this record is closed."""
        self.locked.discard(record_id)

    # Rights of applications

    def rights_of(self, application: str) -> Rights:
        """What ``application`` may do in the open company."""
        stored = self.the_company().setting("rights", {}).get(application)
        return Rights() if stored is None else Rights(**stored)

    def set_rights(self, application: str, rights: Rights) -> None:
        """Decide as the administrator what ``application`` may do in the open company."""
        company = self.the_company()
        every = company.setting("rights", {}) | {application: asdict(rights)}
        with company.core.change():
            company.set(ADMIN, "rights", every)

    def host_values(self, rights: Rights) -> Values:
        """The HostRet that an application with these rights sees."""
        return self.product.host(multi_user=self.multi_user_mode, automatic_login=rights.automatic_login)

    # What an application meets

    @rule(
        "session.begin",
        "BeginSession fails while QuickBooks is closed, shows a dialog, has another company open, does "
        "not know the application, or is busy with another PC in single-user mode.",
        source="Intuit's list of HRESULTs; which one comes first is a guess",
        certainty=Certainty.DOCUMENTED,
    )
    def admit(self, company_file: str, application: str, pc: str) -> CompanyFile:
        """The company that a session gets, or the HRESULT that it meets."""
        if self.died:
            raise HResultError(0x800706BA)
        if self.running and self.dialog is not None:
            raise HResultError(0x80040414)
        asked = self._asked(company_file)
        company = self.company if self.running else None
        if company is None:
            if asked is None:
                raise HResultError(0x80040416)
            company = self._started(asked, application)
        elif asked is not None and asked is not company:
            raise HResultError(0x8004040A)
        self._let_in(pc)
        access = self.rights_of(application).access
        if access != "granted":
            raise HResultError(0x80040418 if access == "never asked" else 0x8004041A)
        if not self.multi_user_mode and any(other.pc != pc for other in self.sessions.values()):
            raise HResultError(0x8004041B)
        return company

    @rule(
        "session.held_by_a_person",
        "While a person at one PC has the company file in single-user mode, applications at other PCs can't "
        "open it: 0x80040410.",
        source="Intuit's list of HRESULTs has the words; that they are for this case is a guess",
        certainty=Certainty.PLAUSIBLE,
    )
    def _let_in(self, pc: str) -> None:
        if self.held_by not in {None, pc}:
            raise HResultError(0x80040410)

    def _asked(self, company_file: str) -> CompanyFile | None:
        if not company_file:
            return None
        known = self.files.get(company_file.casefold())
        if known is None:
            raise HResultError(0x80040403)
        return known

    def _started(self, company: CompanyFile, application: str) -> CompanyFile:
        """QuickBooks is started hidden for an application that may log in by itself."""
        stored = company.setting("rights", {}).get(application, {})
        if not self.running and not stored.get("automatic_login", False):
            raise HResultError(0x8004041D)
        self.open(company)
        return company
