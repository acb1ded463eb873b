"""What the connector does on the server and with the user, one function an action of the table."""

from __future__ import annotations

from typing import Final

from qbsim.connector import readings
from qbsim.connector.calls import CallFailed
from qbsim.connector.codes import CODES
from qbsim.connector.events import Begun, Coded
from qbsim.connector.operations import Argument
from qbsim.connector.session import Event
from qbsim.connector.soap import ReplyRefused
from qbsim.connector.walk import (
    CLIENT_VERSION,
    INTERACTIVE_POLL_SECONDS,
    PAUSE_SECONDS,
    Outcome,
    Walk,
)

_DISMISSED: Final[dict[Event, Outcome]] = {
    Event.NO_WORK: "no work",
    Event.INVALID_USER: "refused",
    Event.BUSY: "busy",
    Event.POSTPONED: "postponed",
}


def start(walk: Walk) -> Event:
    if walk.password is None:
        walk.memory.outcome = "failed"
        walk.code("QBWC1030", walk.application.name)
        return Event.NO_PASSWORD
    app = walk.application
    walk.tell(Begun(app.name, app.unique_name, app.url))
    walk.show("")
    return Event.STARTED


def server_version(walk: Walk) -> Event:
    """Its failure is tolerated (seen in logs); its value is only shown."""
    try:
        walk.memory.server_version = walk.call("serverVersion")
    except CallFailed:
        return Event.FAILED
    return Event.ANSWERED


def client_version(walk: Walk) -> Event:
    """A failure is shown as QBWC1036 and tolerated: the method is optional."""
    try:
        value = walk.call("clientVersion", strVersion=CLIENT_VERSION)
    except CallFailed as failed:
        walk.tell(Coded("QBWC1036", CODES["QBWC1036"].shown(failed.failure.text)))
        return Event.FAILED
    event = readings.client_version(value)
    walk.memory.warning = value[2:].strip() if event is Event.WARNED else ""
    if event in (Event.REFUSED, Event.BAD_SYNTAX):
        walk.memory.outcome = "refused"
        walk.code("QBWC1037" if event is Event.REFUSED else "QBWC1046", value)
    return event


def show_warning(walk: Walk) -> Event:
    text = walk.memory.warning
    if walk.ask_user(text, walk.user.go_on_after_warning(text)):
        return Event.ACCEPTED
    walk.memory.outcome = "refused"
    walk.code("QBWC1037", text)
    return Event.DECLINED


def authenticate(walk: Walk) -> Event:
    arguments = {"strUserName": walk.application.user, "strPassword": walk.password or ""}
    try:
        value = walk.caller.call("authenticate", arguments)
        login = readings.login(value, auto_run=walk.auto_run)
    except CallFailed as failed:
        return walk.failed(failed)
    except ReplyRefused as refusal:
        walk.memory.outcome = "failed"
        walk.code("QBWC1012", refusal.text)
        return Event.FAILED
    walk.memory.login = login
    walk.memory.company_file = login.company_file
    if login.event in readings.DISMISSALS:
        walk.memory.outcome = _DISMISSED[login.event]
        walk.show(readings.DISMISSALS[login.event])
    return login.event


def connection_error(walk: Walk) -> Event:
    memory = walk.memory
    memory.connection_errors += 1
    error = memory.connection_error
    assert error is not None  # noqa: S101 - the table comes here only with one
    if memory.connection_errors > walk.bounds.connection_errors:
        return walk.bounded(
            f"The server asked for another company file {walk.bounds.connection_errors} times; "
            "the update ends here."
        )
    memory.outcome = "failed"
    walk.code("QBWC1013", f"{error.hresult}: {error.text}")
    try:
        value = walk.call(
            "connectionError", ticket=walk.memory.ticket, hresult=error.hresult, message=error.text
        )
    except CallFailed as failed:
        return walk.failed(failed)
    event = readings.connection_error(value)
    memory.company_file = value if event is Event.TRY_FILE else memory.company_file
    return event


def explain_connection(walk: Walk) -> Event:
    try:
        walk.memory.last_error = walk.call("getLastError", ticket=walk.memory.ticket)
    except CallFailed as failed:
        return walk.failed(failed)
    walk.show(walk.memory.last_error)
    return Event.TEXT


def send_request(walk: Walk) -> Event:
    memory = walk.memory
    if memory.requests >= walk.bounds.requests:
        return walk.bounded(
            f"The server was asked for work {memory.requests} times in one update and never said "
            "100 %; the update ends here."
        )
    memory.requests += 1
    company = memory.company
    assert company is not None  # noqa: S101 - the table comes here only with one
    hcp, memory.hcp_told = ("" if memory.hcp_told else company.hcp), True
    try:
        request = walk.call(
            "sendRequestXML",
            ticket=walk.memory.ticket,
            strHCPResponse=hcp,
            strCompanyFileName=company.file,
            qbXMLCountry=company.country,
            qbXMLMajorVers=company.major,
            qbXMLMinorVers=company.minor,
        )
    except CallFailed as failed:
        return walk.failed(failed)
    event = readings.send_request(request)
    if event is Event.REQUEST:
        memory.request, memory.request_number, memory.no_ops = (
            request,
            walk.caller.last_number,
            0,
        )
    return event


def receive_response(walk: Walk) -> Event:
    memory = walk.memory
    arguments: dict[str, Argument] = {
        "ticket": walk.memory.ticket,
        "response": memory.response,
        "hresult": memory.hresult,
        "message": memory.message,
    }
    try:
        value = walk.caller.call("receiveResponseXML", arguments, repeat=memory.repeats)
    except CallFailed as failed:
        lost = failed.failure.kind in ("reset", "timeout")
        if lost and memory.repeats < int(walk.switches["receive_response_repeats"]):
            memory.repeats += 1
            return Event.REPEATED
        return walk.failed(failed)
    memory.repeats = 0
    assert isinstance(value, int)  # noqa: S101 - held by the table of operations
    event = readings.receive_response(value, walk.switches)
    if event is Event.COMPLETE:
        memory.outcome = "completed"
    elif event is Event.NEGATIVE:
        memory.outcome = "failed"
    walk.show(memory.status, max(0, min(value, 100)))
    return event


def get_last_error(walk: Walk) -> Event:
    memory = walk.memory
    if memory.no_ops >= walk.bounds.no_ops:
        return walk.bounded(f"The server answered NoOp {memory.no_ops} times in a row; the update ends here.")
    try:
        text = walk.call("getLastError", ticket=walk.memory.ticket)
    except CallFailed as failed:
        return walk.failed(failed)
    event = readings.last_error(text)
    if event is Event.NO_OP:
        memory.no_ops += 1
    elif event is Event.TEXT:
        memory.outcome = "failed"
        memory.last_error = text
        walk.show(text)
    return event


def pause(walk: Walk) -> Event:
    walk.wait(PAUSE_SECONDS, "NoOp")
    return Event.DONE


def close_connection(walk: Walk) -> Event:
    try:
        text = walk.call("closeConnection", ticket=walk.memory.ticket)
    except CallFailed as failed:
        if failed.failure.code is not None:
            walk.code(failed.failure.code, failed.failure.text)
        return Event.FAILED
    if walk.memory.outcome == "completed":
        walk.show(text)
    return Event.ANSWERED


def offer_interactive(walk: Walk) -> Event:
    yes = walk.ask_user("The application asks for an interactive session.", walk.user.start_interactive())
    return Event.ACCEPTED if yes else Event.DECLINED


def interactive_rejected(walk: Walk) -> Event:
    walk.memory.outcome = "failed"
    try:
        text = walk.call("interactiveRejected", wcTicket=walk.memory.ticket, reason="The user rejected it.")
    except CallFailed as failed:
        return walk.failed(failed)
    walk.memory.last_error = text
    walk.show(text)
    return Event.ANSWERED


def interactive_url(walk: Walk) -> Event:
    try:
        url = walk.call("getInteractiveURL", wcTicket=walk.memory.ticket, sessionID=walk.source.guid())
    except CallFailed as failed:
        return walk.failed(failed)
    walk.user.browse(url)
    return Event.ANSWERED


def interactive_done(walk: Walk) -> Event:
    memory = walk.memory
    if memory.polls >= walk.bounds.interactive_polls:
        return walk.bounded(
            f"The interactive session was not over after {memory.polls} questions; the update ends here."
        )
    memory.polls += 1
    try:
        text = walk.call("interactiveDone", wcTicket=walk.memory.ticket)
    except CallFailed as failed:
        return walk.failed(failed)
    event = readings.interactive_done(text, walk.switches)
    if event is Event.FINISHED:
        memory.outcome = "completed"
    elif event is Event.TEXT:
        memory.outcome, memory.last_error = "failed", text
        walk.show(text)
    return event


def interactive_wait(walk: Walk) -> Event:
    walk.wait(INTERACTIVE_POLL_SECONDS, "interactive session")
    return Event.DONE
