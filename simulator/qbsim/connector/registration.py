"""Adding an application: what the Web Connector checks on the network and writes into the company file.

Source: Web Connector guide p36 and appendix A (1003, 1004, 1007-1009, 1022-1027, 1048), logs of 2.2, and
a vendor's notes on read-only applications. Where the window would show a dialog with Retry, we try the
second time at once: QuickBooks' state does not change while the person thinks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, final

from attrs import frozen

from qbsim.certainty import Certainty, rule
from qbsim.connector import locks, soap
from qbsim.connector.codes import CODES
from qbsim.connector.desk import Desk
from qbsim.connector.events import Coded, Observer
from qbsim.connector.qwc import Application
from qbsim.connector.wire import Exchange, Transport, TransportError
from qbsim.processor import HResultError, RequestProcessor

NOT_ADDED: Final = "QBWC1051"
_BROWSER: Final = {"User-Agent": soap.AGENT}


@final
@frozen
class Registration:
    """What came of adding an application: its ``codes`` and their ``text``; none if it was added."""

    codes: tuple[str, ...] = ()
    text: str = ""

    @property
    def added(self) -> bool:
        return not self.codes


class _NotAdded(Exception):
    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = CODES[code].shown(detail)


def add(
    application: Application,
    processor: RequestProcessor,
    transport: Transport,
    switches: Mapping[str, str],
    observer: Observer,
    *,
    pc: str = "pc1",
) -> Registration:
    """Probe the server and the support address, then write FileID and AppLock into the open company.

    An application that is there already with the same FileID is added again without a change.
    """
    try:
        _probe(application, transport, float(switches["http_timeout"]))
        desk = Desk(processor, observer, pc=pc, application=application.name)
        _connect(desk, application)
        try:
            _stamp(desk, application)
        finally:
            _leave(desk)
    except _NotAdded as refusal:
        observer.happened(Coded(refusal.code, refusal.text))
        observer.happened(Coded(NOT_ADDED, CODES[NOT_ADDED].shown()))
        return Registration((refusal.code, NOT_ADDED), refusal.text)
    return Registration()


def remove(
    application: Application, processor: RequestProcessor, observer: Observer, *, pc: str = "pc1"
) -> Registration:
    """Take the application's FileID out of the company file (seen: *Remove* cures a doubled stamp)."""
    desk = Desk(processor, observer, pc=pc, application=application.name)
    try:
        _connect(desk, application)
        try:
            for name in (locks.FILE_ID, locks.APP_LOCK):
                desk.ask("write FileID", locks.delete_data(desk.version, application.owner_id, name))
        finally:
            _leave(desk)
    except _NotAdded as refusal:
        observer.happened(Coded(refusal.code, refusal.text))
        return Registration((refusal.code,), refusal.text)
    except HResultError as error:
        text = CODES["QBWC1025"].shown(f"{error.hresult}: {error.text}")
        observer.happened(Coded("QBWC1025", text))
        return Registration(("QBWC1025",), text)
    return Registration()


@rule(
    "connector.certificate-probe",
    "Adding an application GETs the service without a login; anything but 200 is QBWC1048.",
    source="issues with real installations (405)",
    certainty=Certainty.SEEN,
)
def _probe(application: Application, transport: Transport, timeout: float) -> None:
    """GET without login: the certificate's address must answer 200 (seen: 405 gives QBWC1048), the
    support address 200 or 202. For plain http on this machine the same is done (guess)."""
    name, url = application.name, application.cert_url or application.url
    status = _get(transport, url, timeout, application, "QBWC1048")
    if status != 200:
        raise _NotAdded("QBWC1048", soap.http_status_text(status))
    if _get(transport, application.support_url, timeout, application, "QBWC1004") not in (200, 202):
        raise _NotAdded("QBWC1003", name)


def _get(transport: Transport, url: str, timeout: float, application: Application, code: str) -> int:
    exchange = Exchange(url, "GET", _BROWSER, method="GET", timeout=timeout, application=application.name)
    try:
        return transport.send(exchange).status
    except TransportError as problem:
        raise _NotAdded(code, problem.text if code == "QBWC1048" else application.name) from problem


def _connect(desk: Desk, application: Application) -> None:
    """Every connection of the window is tried twice (guide, appendix A: 1007 and 1008)."""

    def once() -> None:
        if not desk.connected:
            desk.connect(application.app_id)
        desk.begin("")

    _twice(once, "QBWC1008", lambda: _leave(desk))


def _twice(act: Callable[[], None], code: str, give_up: Callable[[], None]) -> None:
    try:
        act()
    except HResultError:
        try:
            act()
        except HResultError as error:
            give_up()
            raise _NotAdded(code, f"{error.hresult}: {error.text}") from error


def _stamp(desk: Desk, application: Application) -> None:
    if application.read_only:
        # 3263 is what QuickBooks answers to a write of a read-only application
        raise _NotAdded("QBWC1039", "The application is read-only; its FileID cannot be stored.")
    try:
        _stamp_company(desk, application)
    except HResultError as error:
        raise _NotAdded("QBWC1027", f"{error.hresult}: {error.text}") from error


@rule(
    "connector.stamp",
    "Adding an application writes FileID and AppLock as private data of the company, under its OwnerID.",
    source="Web Connector guide p36; logs of 2.2",
    certainty=Certainty.DOCUMENTED,
)
def _stamp_company(desk: Desk, application: Application) -> None:
    owner = application.owner_id
    answer = desk.ask("read FileID", locks.company_query(desk.version, owner))
    there = locks.company_data(answer, owner)
    stamped = there.get(locks.FILE_ID, "")
    if stamped and stamped.casefold() != application.file_id.casefold():
        raise _NotAdded("QBWC1026", "Unique OwnerID/FileID pair value required")
    for name, value in ((locks.FILE_ID, application.file_id), (locks.APP_LOCK, locks.FREE)):
        if there.get(name):
            continue
        if name not in there:
            # the definition may be left from an application that was removed: 3260 is no harm then
            desk.ask("write FileID", locks.define_data(desk.version, owner, name))
        code, message = locks.status(
            desk.ask("write FileID", locks.write_data(desk.version, owner, name, value, verb="Add"))
        )
        if code != 0:
            raise _NotAdded("QBWC1026", f"{code}: {message}")


def _leave(desk: Desk) -> None:
    for is_open, act in ((desk.ticket is not None, desk.end), (desk.connected, desk.disconnect)):
        if is_open:
            try:
                act()
            except HResultError:
                desk.lost()
