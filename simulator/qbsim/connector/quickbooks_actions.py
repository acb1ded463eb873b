"""What the connector does with QuickBooks, one function an action of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qbsim.certainty import Certainty, rule
from qbsim.connector import locks
from qbsim.connector.codes import CODES
from qbsim.connector.events import Coded
from qbsim.connector.session import Event
from qbsim.connector.walk import LOCK_POLL_SECONDS, Walk
from qbsim.processor import HResultError

_LOCK_EVENTS: Final = {
    "taken_over": Event.TAKEN_OVER,
    "wait": Event.HELD,
    "fail": Event.LOCKED_OUT,
}


def open_connection(walk: Walk) -> Event:
    if walk.desk.connected:
        return Event.SKIPPED
    try:
        walk.desk.connect(walk.application.app_id)
    except HResultError as error:
        return _not_connected(walk, error)
    return Event.DONE


def begin_session(walk: Walk) -> Event:
    try:
        walk.desk.begin(walk.memory.company_file)
    except HResultError as error:
        return _not_connected(walk, error)
    return Event.DONE


def _not_connected(walk: Walk, error: HResultError) -> Event:
    walk.memory.connection_error = error
    return Event.FAILED


def read_lock(walk: Walk) -> Event:
    lock = walk.lock
    if lock is None:
        return Event.SKIPPED
    try:
        query = locks.company_query(walk.desk.version, lock.owner_id)
        answer = walk.desk.ask("read lock", query, owner=lock.owner_id)
    except HResultError as error:
        walk.desk.lost()
        return _not_connected(walk, error)
    held = locks.company_data(answer, lock.owner_id).get(locks.APP_LOCK)
    if held is None:
        return Event.UNKNOWN
    if not held.startswith("LOCKED"):
        return Event.DONE
    live = held in lock.liveness.held
    reaction = "wait" if live else walk.switches["stale_locks"]
    if reaction == "fail":
        walk.memory.outcome = "failed"
        walk.show(f"The company file is locked by another update: {held}")
    return _LOCK_EVENTS[reaction]


def wait_for_lock(walk: Walk) -> Event:
    walk.memory.lock_polls += 1
    if walk.memory.lock_polls > walk.bounds.lock_polls:
        return walk.bounded("Another update held the company file for too long; the update ends here.")
    walk.wait(LOCK_POLL_SECONDS, "company lock")
    return Event.DONE


def take_lock(walk: Walk) -> Event:
    lock = walk.lock
    assert lock is not None  # noqa: S101 - the table comes here only with a lock
    value = lock.value(walk.source.now)
    try:
        _write_lock(walk, lock, "take lock", value)
    except HResultError as error:
        walk.desk.lost()
        return _not_connected(walk, error)
    walk.memory.held_lock = value
    lock.liveness.held.add(value)
    return Event.DONE


def _write_lock(walk: Walk, lock: locks.CompanyLock, purpose: str, value: str) -> None:
    walk.desk.ask(
        purpose,
        locks.write_data(walk.desk.version, lock.owner_id, locks.APP_LOCK, value, verb="Mod"),
        owner=lock.owner_id,
    )


@rule(
    "connector.host-query",
    "The first sendRequestXML of a session brings the answers to a host, a company and a preferences query.",
    source="Web Connector guide p22, p80; captures",
    certainty=Certainty.DOCUMENTED,
)
def query_company(walk: Walk) -> Event:
    owner = walk.application.owner_id
    try:
        walk.memory.company = walk.desk.company(locks.host_query(walk.desk.version, owner))
    except HResultError as error:
        walk.memory.outcome = "failed"
        walk.code("QBWC1014", f"{error.hresult}: {error.text}")
        return Event.FAILED
    return Event.DONE


@rule(
    "connector.hresult",
    "When QuickBooks refuses a request as a whole, the server gets no response but an hresult.",
    source="Web Connector guide p77; captures",
    certainty=Certainty.DOCUMENTED,
)
def process_request(walk: Walk) -> Event:
    memory = walk.memory
    memory.response = memory.hresult = memory.message = ""
    try:
        memory.response = walk.desk.ask("request", memory.request, call=memory.request_number)
    except HResultError as error:
        memory.hresult, memory.message = error.hresult, error.text
        return Event.FAILED
    return Event.DONE


def unlock(walk: Walk) -> Event:
    lock, held = walk.lock, walk.memory.held_lock
    if lock is None or not held or walk.desk.ticket is None:
        return Event.SKIPPED
    lock.liveness.held.discard(held)
    walk.memory.held_lock = ""
    return _leaving(walk, lambda: _write_lock(walk, lock, "unlock", locks.FREE))


def end_session(walk: Walk) -> Event:
    return Event.SKIPPED if walk.desk.ticket is None else _leaving(walk, walk.desk.end)


def disconnect(walk: Walk) -> Event:
    return _leaving(walk, walk.desk.disconnect) if walk.desk.connected else Event.SKIPPED


def _leaving(walk: Walk, act: Callable[[], None]) -> Event:
    """What QuickBooks says against it is shown (QBWC1015) and nothing more."""
    try:
        act()
    except HResultError as error:
        walk.tell(Coded("QBWC1015", CODES["QBWC1015"].shown(f"{error.hresult}: {error.text}")))
        return Event.FAILED
    return Event.DONE
