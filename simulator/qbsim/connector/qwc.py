"""Reads a .qwc file: the rules under which the Web Connector adds an application, each with its code.

Source: Web Connector guide p35-39 and appendix A. The element order is free; of the two scheduler
elements the first counts. The checks that need the network are in ``registration``.
"""

from __future__ import annotations

import datetime as dt
import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, final
from urllib.parse import SplitResult, urlsplit

from attrs import frozen
from lxml import etree

from qbsim.certainty import Certainty, rule
from qbsim.connector import markup
from qbsim.connector.codes import CODES
from qbsim.errors import LocatedProblem, Place

Style = Literal["Document", "DocWrapped", "RPC"]
NO_REASON: Final = "QBWC1039"
"""*There was a problem*: what the Web Connector shows where no better code is known."""


class QwcRefused(LocatedProblem):
    """The Web Connector does not add this application. ``code`` is the QBWC code that it shows."""

    def __init__(self, code: str, place: Place, sentence: str, *, cure: str = "", shown: str = "") -> None:
        text = CODES[code].shown(shown)
        super().__init__(" ".join(f"{text} {sentence}".split()), place, cure=cure)
        self.code = code


@final
@frozen
class Scheduler:
    """The least time between two scheduled updates; ``real_time`` for one given in seconds."""

    every: dt.timedelta
    real_time: bool = False


@final
@frozen
class Application:
    """One application as its .qwc describes it (guide, table 4-1)."""

    name: str
    url: str
    description: str
    support_url: str
    user: str
    owner_id: str
    file_id: str
    qb_type: str = "QBFS"
    app_id: str = ""
    display_name: str = ""
    unique_name: str = ""
    auth_flags: int = 0
    cert_url: str = ""
    read_only: bool = False
    notify: bool = False
    personal_data: str = ""
    unattended: str = ""
    scheduler: Scheduler | None = None
    style: Style = "Document"


@final
@frozen
class Element:
    """One element of a .qwc: whether it is required, and which values it takes.

    ``values`` is empty for free text; ``code`` is what a bad value shows.
    """

    name: str
    required: bool = False
    may_be_empty: bool = False
    values: tuple[str, ...] = ()
    pattern: str = ""
    code: str = NO_REASON

    def shown(self, value: str) -> str:
        """What the text of ``code`` tells of a bad value; the general one tells nothing."""
        return "" if self.code == NO_REASON else value


_GUID: Final = r"\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}"

ELEMENTS: Final[Mapping[str, Element]] = {
    row.name: row
    for row in (
        Element("AppName", required=True),
        Element("AppID", required=True, may_be_empty=True),
        Element("AppURL", required=True),
        Element("AppDescription", required=True, may_be_empty=True),
        Element("AppSupport", required=True),
        Element("UserName", required=True),
        Element("OwnerID", required=True, pattern=_GUID),
        Element("FileID", required=True, pattern=_GUID),
        Element("QBType", required=True, values=("QBFS", "QBPOS"), code="QBWC1065"),
        Element("AppDisplayName"),
        Element("AppUniqueName"),
        Element("AuthFlags", pattern=r"0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,9}", code="QBWC1034"),
        Element("CertURL"),
        Element("IsReadOnly", values=("true", "false")),
        Element("Notify"),
        Element("PersonalDataPref", values=("pdpNotNeeded", "pdpOptional", "pdpRequired")),
        Element("UnattendedModePref", values=("umpRequired", "umpOptional")),
        Element("Scheduler"),
        Element("Style", values=("Document", "DocWrapped", "RPC")),
    )
}
_RUN_EVERY: Final = {"RunEveryNMinutes": 60, "RunEveryNSeconds": 1}


def read_qwc(text: str | bytes, *, file: str = "", lenient: bool = False) -> Application:
    """The application that a .qwc describes; raises :class:`QwcRefused`.

    ``lenient`` allows plain http, IP addresses and differing domains for servers on the loopback
    interface, and nothing else.
    """
    raw = text.encode("utf-8", "replace") if isinstance(text, str) else text
    reader = _Reader(raw, file or "the .qwc file")
    values = reader.values()
    application = Application(
        name=values["AppName"],
        url=values["AppURL"],
        description=values["AppDescription"],
        support_url=values["AppSupport"],
        user=values["UserName"],
        owner_id=values["OwnerID"],
        file_id=values["FileID"],
        qb_type=values["QBType"],
        app_id=values["AppID"],
        display_name=values.get("AppDisplayName", ""),
        unique_name=values.get("AppUniqueName", ""),
        auth_flags=_flags(values.get("AuthFlags", "")),
        cert_url=values.get("CertURL", ""),
        read_only=values.get("IsReadOnly", "").lower() == "true",
        notify=values.get("Notify", "").lower() == "true",
        personal_data=values.get("PersonalDataPref", ""),
        unattended=values.get("UnattendedModePref", ""),
        scheduler=reader.scheduler(),
        style=_STYLES[values.get("Style") or "Document"],
    )
    _check_urls(application, reader, lenient=lenient)
    return application


def _flags(text: str) -> int:
    return int(text or "0", 16 if text[:2].lower() == "0x" else 10)


_STYLES: Final[dict[str, Style]] = {
    "Document": "Document",
    "DocWrapped": "DocWrapped",
    "RPC": "RPC",
}


@final
class _Reader:
    """The elements of one file, with their places."""

    def __init__(self, raw: bytes, file: str) -> None:
        self._file = file
        self._lines = raw.decode("utf-8", "replace").splitlines()
        self._root = self._parse(raw)
        self._elements: dict[str, etree._Element] = {}
        for child in self._root:
            self._elements.setdefault(markup.local(child), child)

    def _parse(self, raw: bytes) -> etree._Element:
        try:
            root = markup.parse(raw)
        except markup.BadMarkup as problem:
            place = self._at(max(problem.line, 1))
            raise QwcRefused("QBWC1039", place, f"It is not well-formed XML: {problem}") from problem
        if markup.local(root) != "QBWCXML":
            raise QwcRefused(
                "QBWC1039",
                self._at(markup.line(root)),
                f"The outermost element is {markup.local(root)}, not QBWCXML.",
                cure="Give the .qwc file that the sync server offers for download.",
            )
        return root

    def _at(self, line: int) -> Place:
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        column = len(text) - len(text.lstrip()) + 1
        return Place(self._file, line, column, text)

    def place(self, name: str) -> Place:
        """Where an element stands; the root's place if it is missing."""
        element = self._elements.get(name, self._root)
        return self._at(markup.line(element))

    def values(self) -> dict[str, str]:
        """Every known element that is there, checked; raises for a missing or bad one."""
        found: dict[str, str] = {}
        for row in ELEMENTS.values():
            element = self._elements.get(row.name)
            if element is not None:
                found[row.name] = self._value(row, element)
            elif row.required:
                raise self._missing(row.name)
        return found

    def _missing(self, name: str) -> QwcRefused:
        others = {other.casefold(): other for other in self._elements if other not in ELEMENTS}
        near = difflib.get_close_matches(name.casefold(), others, n=1, cutoff=0.8)
        hint = f" Is {others[near[0]]} meant?" if near else ""
        return QwcRefused("QBWC1039", self.place(name), f"The element {name} is missing.{hint}")

    def _value(self, row: Element, element: etree._Element) -> str:
        text = markup.text(element).strip()
        if not text:
            if row.required and not row.may_be_empty:
                raise QwcRefused("QBWC1039", self.place(row.name), f"The element {row.name} is empty.")
            return text
        allowed = {value.casefold(): value for value in row.values}
        if row.values and text.casefold() not in allowed:
            raise QwcRefused(
                row.code,
                self.place(row.name),
                f"{row.name} is {text!r}.",
                cure=f"It takes: {', '.join(row.values)}.",
                shown=row.shown(text),
            )
        if row.pattern and not re.fullmatch(row.pattern, text):
            shape = "a GUID in braces" if row.pattern == _GUID else "a number such as 0x0"
            sentence = f"{row.name} is {text!r}, not {shape}."
            raise QwcRefused(row.code, self.place(row.name), sentence, shown=row.shown(text))
        return allowed.get(text.casefold(), text)

    def scheduler(self) -> Scheduler | None:
        """The first of RunEveryNMinutes and RunEveryNSeconds."""
        block = self._elements.get("Scheduler")
        for child in block if block is not None else ():
            name = markup.local(child)
            if name in _RUN_EVERY:
                text = (child.text or "").strip()
                if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
                    raise QwcRefused(
                        "QBWC1039",
                        self._at(markup.line(child)),
                        f"{name} is {text!r}, not a whole number from 1 to 999999.",
                    )
                every = dt.timedelta(seconds=int(text) * _RUN_EVERY[name])
                return Scheduler(every, real_time=name == "RunEveryNSeconds")
        return None


@rule(
    "connector.addresses",
    "A .qwc's addresses are https but for localhost, have names and no numbers, and share their host.",
    source="Web Connector guide, appendix A",
    certainty=Certainty.DOCUMENTED,
)
def _check_urls(application: Application, reader: _Reader, *, lenient: bool) -> None:
    """Secure, by name, of one domain; in the order in which the guide lists the codes."""
    service, support = (
        _split(reader, element, url)
        for element, url in (("AppURL", application.url), ("AppSupport", application.support_url))
    )
    if lenient and is_loopback(service.hostname or ""):
        return
    checks: tuple[tuple[str, str, Callable[[], bool]], ...] = (
        ("QBWC1001", "AppURL", lambda: _is_address(service)),
        ("QBWC1002", "AppSupport", lambda: _is_address(support)),
        ("QBWC1000", "AppSupport", lambda: service.hostname != support.hostname),
        (
            "QBWC1010",
            "AppURL",
            lambda: service.scheme != "https" and service.hostname != "localhost",
        ),
    )
    for code, element, is_bad in checks:
        if is_bad():
            local = is_loopback(service.hostname or "")
            raise QwcRefused(
                code,
                reader.place(element),
                f"{element} is {application.url if element == 'AppURL' else application.support_url}.",
                cure="For a test server on this machine, use --lenient." if local else "",
                shown=application.name,
            )


def _split(reader: _Reader, element: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        usable = usable and not _NOT_IN_A_URL.search(url)
    except ValueError:
        usable = False
    if not usable:
        raise QwcRefused("QBWC1039", reader.place(element), f"{element} is {url!r}, not a web address.")
    return parts


_NOT_IN_A_URL: Final = re.compile(r"[\s\\\x00-\x1f]")
_ENDS_IN_A_NUMBER: Final = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)\.?\Z")
"""``127.1`` and ``2130706433``: no name ends so; .NET reads both as addresses."""


def _is_address(url: SplitResult) -> bool:
    host = url.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return _ENDS_IN_A_NUMBER.search(host) is not None
    return True


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
