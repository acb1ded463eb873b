"""The protocol between a Web Connector and QuickBooks: open, begin, process, end, close.

It is the shape of Intuit's request processor (QBXMLRP2) without COM. The connector knows only this
module; the company file implements it. What fails does so with an HRESULT.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol, final

from attrs import frozen

HRESULTS: Final[Mapping[int, str]] = MappingProxyType(
    {
        0x80040400: "QuickBooks found an error when parsing the provided XML text stream.",
        0x80040401: "Could not access QuickBooks.",
        0x80040402: "Unexpected error. Check the qbsdklog.txt file for possible, additional information.",
        0x80040403: "Could not open the specified QuickBooks company data file.",
        0x80040408: "Could not start QuickBooks.",
        0x8004040A: (
            "QuickBooks company data file is already open and it is different from the one requested."
        ),
        0x8004040D: "The ticket parameter is invalid.",
        0x80040410: (
            "The QuickBooks company data file is currently open in a mode other than the one specified by"
            " your application."
        ),
        0x80040414: (
            "A modal dialog box is showing in the QuickBooks user interface. Your application cannot "
            "access QuickBooks until the user dismisses the dialog box."
        ),
        0x80040416: (
            "If QuickBooks is not running, the company data file name must be supplied to BeginSession."
        ),
        0x80040418: (
            "This application has not accessed this QuickBooks company data file before. Only the "
            "QuickBooks administrator can grant an application permission to access a QuickBooks company "
            "data file for the first time."
        ),
        0x8004041A: (
            "This application does not have permission to access this QuickBooks company data file. The "
            "QuickBooks administrator can grant access permission through the Integrated Application "
            "preferences."
        ),
        0x8004041B: (
            "Unable to lock the necessary information to allow this application to access this company "
            "data file. Try again later."
        ),
        0x8004041D: (
            "This application is not allowed to log into this QuickBooks company data file automatically."
            " The QuickBooks administrator can grant permission for automatic login through the "
            "Integrated Application preferences."
        ),
        0x80040420: "The QuickBooks user has denied access.",
        0x80040422: (
            "This application requires Single User file access mode and there is already another "
            "application sharing data with this QuickBooks company data file."
        ),
        0x80040423: "The version of qbXML that was requested is not supported or is unknown.",
        0x80040424: "QuickBooks did not finish its initialization. Please try again later.",
        0x800706BA: "The RPC server is unavailable.",
    }
)
"""Code to QuickBooks' own text. Source: Intuit's lists and captures; 0x800706BA is Windows' own, for a
QuickBooks that died in the middle of a call."""


class HResultError(Exception):
    """QuickBooks answered a call with an HRESULT instead of a value."""

    def __init__(self, code: int, text: str | None = None) -> None:
        self.code = code
        self.text = HRESULTS[code] if text is None else text
        super().__init__(f"{self.hresult}: {self.text}")

    @property
    def hresult(self) -> str:
        """As it travels to the server: ``0x80040400``."""
        return f"0x{self.code:08X}"


@final
@frozen
class Origin:
    """Who makes a request: becomes the actor in the company file's journal.

    ``call`` is the number that the history gives to the sendRequestXML that handed the request
    out, or None where nobody counts.
    """

    pc: str
    application: str
    call: int | None = None


class RequestProcessor(Protocol):
    """What QuickBooks offers to one integrated application on one PC.

    Every method may raise :class:`HResultError`. Strings are qbXML texts.
    """

    def open_connection(self, app_id: str, app_name: str) -> None:
        """Introduce the application."""

    def begin_session(self, company_file: str) -> str:
        """Open ``company_file`` (``""``: the one that is open now) and return a ticket."""

    def current_company_file_name(self, ticket: str) -> str:
        """The full path of the company file in use."""

    def newest_qbxml_version(self, ticket: str) -> tuple[int, int]:
        """The newest qbXML (major, minor) that this QuickBooks speaks."""

    def country(self, ticket: str) -> str:
        """``US``, ``CA`` or ``UK``."""

    def process_request(self, ticket: str, request: str, *, call: int | None = None) -> str:
        """Execute one message set and return QuickBooks' answer; what it changed is durable by then."""

    def end_session(self, ticket: str) -> None:
        """Close the company file for this application; the ticket is dead afterwards."""

    def close_connection(self) -> None:
        """Leave QuickBooks."""
