"""Writes QWCLog.txt as the Web Connector does: an observer that turns what happens into lines.

The grammar is real (logs of 2.0 to 2.3). A line whose real form nobody has shown is made by
:func:`_guessed`: those for the result of receiveResponseXML, getLastError, connectionError, the
interactive calls, the open of a session, and what QuickBooks answered. ``DEBUG`` cuts a dump at 75
characters (seen in four dumps; the guide says 50), ``VERBOSE`` prints it whole, ``NONE`` writes nothing
after the header. Passwords never come here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, Literal, final

from qbsim.connector.events import (
    MASK,
    Begun,
    CallEnded,
    CallStarted,
    Coded,
    Happening,
    Observer,
    QuickBooksAnswered,
    QuickBooksAsked,
    Selected,
    UpdateLockSet,
)
from qbsim.source import Source

Level = Literal["NONE", "DEBUG", "VERBOSE"]

CUT: Final = 75
CUT_MARK: Final = "......"
_LOCK_KEY: Final = r"HKEY_CURRENT_USER\Software\Intuit\QBWebConnector\UpdateLock"
_STARS: Final = "*" * 21
_SOAP: Final = "QBWebConnector.SOAPWebService"
_LOCK: Final = "QBWebConnector.CompanyFileLock"
_REGISTRY: Final = "QBWebConnector.RegistryManager"

METHOD_OF_CODE: Final = {
    "QBWC1036": "clientVersion",
    "QBWC1012": "authenticate",
    "QBWC1041": "sendRequestXML",
    "QBWC1042": "receiveResponseXML",
    "QBWC1043": "getLastError",
    "QBWC1044": "closeConnection",
    "QBWC1045": "connectionError",
}


def _guessed(text: str) -> str:
    """Marks a text whose real form is in no public log."""
    return text


@final
class QwcLog(Observer):
    """One log file. ``write`` takes text; the header is written at once."""

    def __init__(
        self, write: Callable[[str], object], source: Source, *, level: Level = "DEBUG", version: str = "2.3"
    ) -> None:
        self._write = write
        self._source = source
        self._level = level
        self._requests = 0
        write(header(source.now, level, version))

    # -- lines

    def _line(self, source: str, text: str) -> None:
        if self._level != "NONE":
            self._write(f"{self._source.now:%Y%m%d.%H:%M:%S} UTC\t: {source}() : {text}\n")

    def _do(self, operation: str, *texts: str) -> None:
        for text in texts:
            self._line(f"{_SOAP}.do_{operation}", text)

    def _dump(self, text: str, *, gap: str = "\n") -> str:
        shown = text if self._level == "VERBOSE" or len(text) <= CUT else text[:CUT] + CUT_MARK
        return f"XML dump follows: -{gap}{shown}"

    # -- the server

    def called(self, call: CallStarted) -> None:
        """The lines before a call."""
        given = {name: str(value) for name, value in call.arguments.items()}
        match call.operation:
            case "serverVersion":
                self._do("serverVersion", "*** Calling serverVersion().")
            case "clientVersion":
                shown = f'<productVersion="{given["strVersion"]}">'
                self._do("clientVersion", f"*** Calling clientVersion() with following parameter:{shown}")
            case "authenticate":
                user = given["strUserName"]
                self._do(
                    "authenticate",
                    f"Authenticating to application '{call.application}', username = '{user}'",
                    "*** Calling authenticate() with following parameters:"
                    f'<userName="{user}"><password={MASK}',
                )
            case "sendRequestXML":
                self._sending(given)
            case "receiveResponseXML":
                self._receiving(given)
            case "closeConnection":
                self._do(
                    "closeConnection",
                    f'*** Calling closeConnection() with following parameter:<wcTicket="{given["ticket"]}">',
                )
            case other:
                shown = "".join(f'<{_SHOWN.get(name, name)}="{value}">' for name, value in given.items())
                self._do(other, _guessed(f"*** Calling {other}() with following parameters:{shown}"))

    def _sending(self, given: dict[str, str]) -> None:
        hcp = given["strHCPResponse"]
        self._do(
            "sendRequestXML",
            _guessed(f'wcTicket="{given["ticket"]}"'),
            "HCPResponseXML=",
            self._dump(hcp) if hcp else "",
            f'cfn="{given["strCompanyFileName"]}"',
            f'qbNationality="{given["qbXMLCountry"]}"',
            f'qbXMLMajorVers="{given["qbXMLMajorVers"]}"',
            f'qbXMLMinorVers="{given["qbXMLMinorVers"]}"',
        )

    def _receiving(self, given: dict[str, str]) -> None:
        response = given["response"]
        self._do(
            "receiveResponseXML",
            f'wcTicket="{given["ticket"]}"',
            "response =",
            self._dump(response, gap="\n\n") if response else "",
            _guessed(f'hresult="{given["hresult"]}"'),
            _guessed(f'message="{given["message"]}"'),
        )

    def replied(self, call: CallEnded) -> None:
        """The lines after a call that brought a value; a failure is told with its code."""
        name, value = call.started.operation, call.value
        if call.failure is not None:
            if name == "serverVersion":
                text = call.failure.text
                self._do(name, f"Actual error received from web service for serverVersion call: <{text}>")
            elif call.failure.code is None:
                self._do(name, _guessed(f"Actual error received from web service: <{call.failure.text}>"))
            return
        received = f"Received from {name}() following parameter"
        if isinstance(value, tuple):
            padded = [*(text or "" for text in value), "", ""][:4]
            shown = "".join(f'<authRet[{place}]="{text}">' for place, text in enumerate(padded))
            self._do(name, f"{received}s:{shown}")
        elif name == "sendRequestXML":
            request = str(value)
            self._do(
                name,
                f"{received}:",
                "strRequestXML =",
                self._dump(request) if request else "",
                "Request xml received.",
            )
        elif name == "closeConnection":
            self._do(
                name,
                f'{received}:<ccResponse="{value}">',
                "CloseConnection called to application.",
                f"Response received from application = {value}",
            )
        else:
            self._do(name, f'{received}:<{name}Ret="{value}">')
            if name == "clientVersion" and value == "":
                self._do(
                    name,
                    "This application agrees with the current version of QBWebConnector. "
                    "Allowing update operation.",
                )

    # -- QuickBooks

    def asked(self, asked: QuickBooksAsked) -> None:
        """The lines before a call on QuickBooks."""
        match (asked.action, asked.purpose):
            case ("process request", "request"):
                self._requests += 1
                size = len(asked.text.encode("utf-8", "replace"))
                for text in (
                    f"Processing request #{self._requests}",
                    f"REQUEST: received from application: size (bytes) = {size}",
                    "Sending request to QuickBooks.",
                ):
                    self._line(f"{_SOAP}.ProcessRequestXML", text)
            case ("process request", "take lock" | "unlock"):
                self._line(f"{_LOCK}.Send_DataExtModRqXML", self._dump(asked.text))
            case ("end session", _):
                self._line(f"{_SOAP}.update", "Ending session to QuickBooks.")
            case ("begin session", _):
                self._line(
                    f"{_SOAP}.update", _guessed(f'Beginning session with company file = "{asked.text}"')
                )

    def answered(self, answered: QuickBooksAnswered) -> None:
        """The lines after a call on QuickBooks."""
        asked = answered.asked
        match (asked.action, asked.purpose):
            case ("process request", "request") if answered.hresult:
                self._line(
                    f"{_SOAP}.ProcessRequestXML",
                    "Sending error message back to application:\n"
                    f"HRESULT = {answered.hresult}\nMessage: {answered.message}",
                )
                failed = f"Request that failed:\n\n{asked.text}"
                self._line(f"{_SOAP}.ProcessRequestXML", self._dump(failed, gap="\n\n"))
            case ("process request", "read lock"):
                self._line(f"{_LOCK}.Send_CompanyQueryRqXML", self._dump(answered.answer))
            case ("process request", "unlock"):
                owner = asked.owner or ""
                self._line(f"{_LOCK}.unsetLock", f"Company file has been unlocked for ownerID = <{owner}>")
                self._line(f"{_SOAP}.update", "Company file has been unlocked.")
            case ("close connection", _):
                self._line(f"{_SOAP}.DisconnectFromQB", "Session ended and connection closed")

    # -- the window

    def happened(self, happening: Happening) -> None:
        """The lines of the window, the registry and the codes."""
        match happening:
            case Selected(application, scheduled=True):
                text = f"Performing SCHEDULED UPDATE for application = {application}"
                self._line("UpdateThisScheduledApp", text)
            case Selected(application):
                text = f"updateWS() for application = '{application}' has STARTED"
                self._line("QBWebConnector.WebServiceManager.DoUpdateSelected", text)
            case UpdateLockSet(value, found=True):
                self._line(f"{_REGISTRY}.getUpdateLock", f"{_LOCK_KEY} = {str(value).upper()}")
            case UpdateLockSet(value):
                word = "locked" if value else "unlocked"
                self._line(f"{_REGISTRY}.setUpdateLock", f"{_LOCK_KEY} has been set to {value}")
                self._line(f"{_REGISTRY}.setUpdateLock", f"{_STARS} Update session {word} {_STARS}")
            case Begun(application, unique_name, url):
                for text in (
                    "Initiated connection to the following application.",
                    f"AppName: {application}",
                    f"AppUniqueName (if available): {unique_name or application}",
                    f"AppURL: {url}",
                ):
                    self._line(f"{_SOAP}.instantiateWebService", text)
            case Coded(code, text):
                self._coded(code, text)

    def _coded(self, code: str, text: str) -> None:
        if code in METHOD_OF_CODE:
            name = METHOD_OF_CODE[code]
            trace = f"   at QBWebConnector.WebService.do_{name}()"
            self._do(name, f"{text}\nMore info:\nStackTrace = {trace}\nSource = QBWebConnector")
        elif code == "QBWC1031":
            self._line("UpdateThisScheduledApp", text)
        else:
            self._line(f"{_SOAP}.update", text)


_SHOWN: Final = {"ticket": "wcTicket"}


def header(now: dt.datetime, level: Level, version: str) -> str:
    """The four lines at the head of a new or cleared log."""
    moment = f"{now:%A, %B} {now.day}, {now:%Y} - {now:%I:%M %p}".replace("- 0", "- ")
    return (
        f"Log file initialized at {moment} UTC\n"
        "Timestamp format used: YYYYMMDD.HH:MM:SS UTC\n"
        f"QBWebConnector {version} has been initialized with its logging status to level = {level}.\n"
        "Please restart QBWebConnector for any change in log level to take effect. "
        "Use file menu to clear log.\n"
    )
