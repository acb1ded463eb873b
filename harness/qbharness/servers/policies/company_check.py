"""Is the open company file the right one? Asked before anything is sent.

The Web Connector opens whatever company file is open. When the application was added, it wrote this
company's FileID into the file, under the application's OwnerID; a file with another FileID, or with
none, is another company. Source: Web Connector guide p36, p52.
"""

from __future__ import annotations

from qbharness.servers import qbxml
from qbharness.servers.desk import Desk, Handout
from qbharness.servers.policies.base import Booking, Reply, Stop
from qbharness.servers.problems import BadInput
from qbharness.servers.qwc import OWNER_ID
from qbharness.servers.xml import parse


class CompanyCheck:
    """The part of a policy that stops in a wrong company."""

    def meet_company(self, desk: Desk, hcp: str) -> Stop | None:
        """Look for the FileID in the session's first call, which usually has it."""
        try:
            found = qbxml.file_ids(parse(hcp), OWNER_ID)
        except BadInput:
            return None
        return self.compare_file_ids(desk, found) if found else None

    def ask_company(self, desk: Desk) -> str:
        """Ask for the company's FileID by a request of our own."""
        request_id = "company"
        query = qbxml.company_query(OWNER_ID, request_id)
        body = qbxml.message_set([query], desk.version)
        return desk.hand_out("company", body, request_id=request_id)

    def book_company(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        desk.forget_pending()
        response = None if reply.answer is None else reply.answer.to(pending.request_id)
        if response is None or response.code != 0:
            return Stop("QuickBooks does not tell which company is open; nothing was sent.")
        found = qbxml.file_ids(response.element, OWNER_ID)
        return self.compare_file_ids(desk, found) or Booking.DONE

    def compare_file_ids(self, desk: Desk, found: list[str]) -> Stop | None:
        if desk.session.file_id.lower() in (file_id.lower() for file_id in found):
            desk.change(checked=True)
            return None
        return Stop(
            f'The company file that is open in QuickBooks is not the one of "{desk.session.company}".'
            " Open the right one, or add the application to it, then run the update again."
        )
