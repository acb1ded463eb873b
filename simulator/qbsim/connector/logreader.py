"""Reads a QWCLog.txt without losing a byte of it, and finds the calls in it.

Real logs come from the web as often as from a disk: the TAB before the colon may be a blank, the file
may begin in the middle of a session, the stack traces are in the language of the PC, lines may end in
CR LF. What is not understood stays as text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, final

from attrs import define, evolve, field, frozen

from qbsim.connector.log import CUT_MARK

_START: Final = re.compile(r"(\d{8}\.\d\d:\d\d:\d\d) UTC\s*:\s*([\w.]+)\(\) ?: ?(.*)", re.DOTALL)


@final
@frozen
class Entry:
    """One entry: its moment (UTC), its source without the brackets, its text, and the raw characters.

    Lines before the first entry (the header, or the rest of one) are an entry without a moment and with an
    empty source.
    """

    at: dt.datetime | None
    source: str
    text: str
    raw: str = field(repr=False)

    @property
    def method(self) -> str:
        """The last part of the source: ``do_authenticate``."""
        return self.source.rpartition(".")[2]


def read_log(text: str) -> tuple[Entry, ...]:
    """The entries of a log; their ``raw`` joined is ``text`` again."""
    entries: list[Entry] = []
    for raw in _entries(text):
        found = _START.match(raw)
        moment = _moment(found[1]) if found else None
        if found and moment:
            entries.append(Entry(moment, found[2], _chomped(found[3]), raw))
        else:
            entries.append(Entry(None, "", _chomped(raw), raw))
    return tuple(entries)


def _entries(text: str) -> Iterator[str]:
    held = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        if _START.match(line) and held:
            yield held
            held = ""
        held += line
    if held:
        yield held


def _chomped(text: str) -> str:
    """Without the line's own end, and nothing more: a dump may end in a line break of its own."""
    return text.removesuffix("\n").removesuffix("\r")


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, "%Y%m%d.%H:%M:%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return None


_LEVEL: Final = re.compile(r"QBWebConnector (\S+) has been initialized .* level = (\w+)\.")


def level_of(entries: Iterable[Entry]) -> tuple[str, str] | None:
    """Version and level as the last header says, or None in a log without one."""
    found = None
    for entry in entries:
        for match in _LEVEL.finditer(entry.raw):
            found = (match[1], match[2])
    return found


@final
@frozen
class LoggedCall:
    """One call as a log tells it.

    ``arguments`` by their names in SOAP, as far as the log has them; ``value`` is None where the log shows
    none (or the call failed: then ``failure`` says why). ``cut`` names what DEBUG has cut short.
    """

    operation: str
    at: dt.datetime
    arguments: Mapping[str, str]
    value: str | tuple[str, ...] | None = None
    failure: str | None = None
    cut: tuple[str, ...] = ()


def calls(entries: Iterable[Entry]) -> tuple[LoggedCall, ...]:
    """The calls on the server, in order."""
    reader = _Calls()
    for entry in entries:
        if entry.at is not None and entry.method.startswith("do_"):
            reader.read(entry.method[3:], entry.at, entry.text)
    reader.finish()
    return tuple(reader.found)


_SOAP_NAMES: Final = {
    "productVersion": "strVersion",
    "userName": "strUserName",
    "wcTicket": "ticket",
    "cfn": "strCompanyFileName",
    "qbNationality": "qbXMLCountry",
}
_INTERACTIVE: Final = frozenset({"getInteractiveURL", "interactiveRejected", "interactiveDone"})
_FIELD: Final = re.compile(r'<([\w\[\]]+)="(.*?)">(?=<|\Z)', re.DOTALL)
_LOGIN_FIELD: Final = re.compile(r'<authRet\[\d\]="(.*?)">(?=<authRet\[\d\]="|\s*\Z)', re.DOTALL)
_ONLY_FIELD: Final = re.compile(r'\s*<\w+="(.*)">\s*\Z', re.DOTALL)
"""A result that is one text: it may hold marks of its own, as the HTML of an error has them."""
_LINE_FIELD: Final = re.compile(
    r'(wcTicket|cfn|qbNationality|qbXML\w+Vers|hresult|message)="(.*)"\Z', re.DOTALL
)
_DUMP: Final = re.compile(r"XML dump follows: -\n(.*)\Z", re.DOTALL)
_FAILURE: Final = re.compile(r"(QBWC\d{4}: .*|Actual error received from web service.*)\Z", re.DOTALL)


@define
class _Calls:
    found: list[LoggedCall] = field(factory=list)
    _open: LoggedCall | None = None
    _awaited: str = ""
    """The name of the dump that the next entry may bring."""

    def read(self, operation: str, at: dt.datetime, text: str) -> None:
        text = text.replace("\r\n", "\n")
        starts = text.startswith(("*** Calling", "wcTicket="))
        if text.startswith("Authenticating to application"):
            return
        if self._open is None or self._open.operation != operation or starts:
            if self._is_trailing(operation, text):
                return
            self.finish()
            self._open = LoggedCall(operation, at, {})
        self._open = self._with(self._open, text)

    def _is_trailing(self, operation: str, text: str) -> bool:
        """Remarks that follow a call's result belong to no new call."""
        last = self._open
        return last is not None and last.operation == operation and not text.startswith(("***", "wcTicket="))

    def finish(self) -> None:
        if self._open is not None:
            self.found.append(self._open)
            self._open = None

    def _with(self, call: LoggedCall, text: str) -> LoggedCall:
        awaited, self._awaited = self._awaited, ""
        if text.startswith("*** Calling"):
            return evolve(call, arguments=self._arguments(call.operation, text))
        if text.startswith("Received from"):
            return self._received(call, text)
        if text in ("HCPResponseXML=", "response =", "strRequestXML ="):
            self._awaited = text.rstrip(" =")
            return call
        if line := _LINE_FIELD.match(text):
            return _argument(call, _SOAP_NAMES.get(line[1], line[1]), line[2])
        if failure := _FAILURE.match(text):
            return evolve(call, failure=failure[1])
        return self._dumped(call, awaited, text) if awaited else call

    @staticmethod
    def _arguments(operation: str, text: str) -> dict[str, str]:
        given = {}
        for name, value in _FIELD.findall(text):
            known = name if operation in _INTERACTIVE else _SOAP_NAMES.get(name, name)
            given[known] = value
        if "<password=" in text:
            given["strPassword"] = text.rpartition("<password=")[2]
        return given

    @staticmethod
    def _received(call: LoggedCall, text: str) -> LoggedCall:
        shown = text.partition(":")[2]
        if call.operation == "authenticate":
            return evolve(call, value=tuple(_LOGIN_FIELD.findall(shown)))
        only = _ONLY_FIELD.match(shown)
        return evolve(call, value=only[1]) if only else call

    @staticmethod
    def _dumped(call: LoggedCall, what: str, text: str) -> LoggedCall:
        dump = _DUMP.match(text)
        shown = dump[1] if dump else text
        if dump and what == "response":
            shown = shown.removeprefix("\n")  # seen: an empty line before an answer, and only there
        cut = call.cut
        if shown.endswith(CUT_MARK):
            shown, cut = shown[: -len(CUT_MARK)], (*cut, what)
        call = evolve(call, cut=cut)
        if what == "strRequestXML":
            return evolve(call, value=shown)
        return _argument(call, "strHCPResponse" if what == "HCPResponseXML" else what, shown)


def _argument(call: LoggedCall, name: str, value: str) -> LoggedCall:
    return evolve(call, arguments={**call.arguments, name: value})
