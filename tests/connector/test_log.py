"""QWCLog.txt: written in the real grammar, read back without losing anything."""

# ruff: noqa: E501, W291 - lines of real logs stay as they are

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from connector_support import (
    PASSWORD,
    REQUEST,
    Keeper,
    ScriptedQuickBooks,
    ScriptedServer,
    application,
    server,
)
from hypothesis import given
from hypothesis import strategies as st

from qbsim.connector.events import CallEnded, Observers
from qbsim.connector.log import Level, QwcLog, header
from qbsim.connector.logreader import LoggedCall, calls, level_of, read_log
from qbsim.connector.schedule import WebConnector
from qbsim.connector.wire import TransportError
from qbsim.source import Source
from qbsim.switches import Switches


def logged(
    sync: ScriptedServer | None = None,
    *,
    level: Level = "VERBOSE",
    quickbooks: ScriptedQuickBooks | None = None,
    auto_run: bool = False,
) -> tuple[str, Keeper]:
    """The log of one update through the window, and what an observer saw of the same."""
    lines: list[str] = []
    source, keeper = Source(), Keeper()
    log = QwcLog(lines.append, source, level=level)
    window = WebConnector(
        lambda: quickbooks or ScriptedQuickBooks(),
        sync or server(),
        source,
        Switches(),
        Observers(log, keeper),
    )
    window.install(application(name="FOO", user="foo"), PASSWORD)
    if auto_run:
        list(window.auto_run(dt.timedelta(minutes=1), every=dt.timedelta(minutes=1)))
    else:
        window.update_selected()
    return "".join(lines), keeper


# -- what is written


def test_the_header_is_the_real_one() -> None:
    moment = dt.datetime(2021, 7, 1, 19, 32, tzinfo=dt.UTC)
    assert header(moment, "DEBUG", "2.2") == (
        "Log file initialized at Thursday, July 1, 2021 - 7:32 PM UTC\n"
        "Timestamp format used: YYYYMMDD.HH:MM:SS UTC\n"
        "QBWebConnector 2.2 has been initialized with its logging status to level = DEBUG.\n"
        "Please restart QBWebConnector for any change in log level to take effect. "
        "Use file menu to clear log.\n"
    )


SOAP = "QBWebConnector.SOAPWebService"
REGISTRY = r"HKEY_CURRENT_USER\Software\Intuit\QBWebConnector\UpdateLock"
REAL_LINES = [
    "QBWebConnector.WebServiceManager.DoUpdateSelected() : updateWS() for application = 'FOO' has STARTED",
    f"QBWebConnector.RegistryManager.getUpdateLock() : {REGISTRY} = FALSE",
    f"QBWebConnector.RegistryManager.setUpdateLock() : {REGISTRY} has been set to True",
    "QBWebConnector.RegistryManager.setUpdateLock() : "
    "********************* Update session locked *********************",
    f"{SOAP}.instantiateWebService() : Initiated connection to the following application.",
    f"{SOAP}.instantiateWebService() : AppName: FOO",
    f"{SOAP}.instantiateWebService() : AppUniqueName (if available): FOO",
    f"{SOAP}.instantiateWebService() : AppURL: http://127.0.0.1:8000/qbwc",
    f"{SOAP}.do_serverVersion() : *** Calling serverVersion().",
    f'{SOAP}.do_serverVersion() : Received from serverVersion() following parameter:<serverVersionRet="1.0">',
    f"{SOAP}.do_clientVersion() : *** Calling clientVersion() with following parameter:"
    '<productVersion="2.3.0.215">',
    f'{SOAP}.do_clientVersion() : Received from clientVersion() following parameter:<clientVersionRet="">',
    f"{SOAP}.do_clientVersion() : This application agrees with the current version of QBWebConnector. "
    "Allowing update operation.",
    f"{SOAP}.do_authenticate() : Authenticating to application 'FOO', username = 'foo'",
    f"{SOAP}.do_authenticate() : *** Calling authenticate() with following parameters:"
    '<userName="foo"><password=<MaskedForSecurity>',
    f"{SOAP}.do_authenticate() : Received from authenticate() following parameters:"
    '<authRet[0]="ticket-1"><authRet[1]=""><authRet[2]=""><authRet[3]="">',
    f"{SOAP}.do_sendRequestXML() : HCPResponseXML=",
    f'{SOAP}.do_sendRequestXML() : cfn="C:\\Books\\Acme.QBW"',
    f'{SOAP}.do_sendRequestXML() : qbNationality="US"',
    f'{SOAP}.do_sendRequestXML() : qbXMLMajorVers="16"',
    f'{SOAP}.do_sendRequestXML() : qbXMLMinorVers="0"',
    f"{SOAP}.do_sendRequestXML() : Received from sendRequestXML() following parameter:",
    f"{SOAP}.do_sendRequestXML() : strRequestXML =",
    f"{SOAP}.do_sendRequestXML() : XML dump follows: -",
    f"{SOAP}.do_sendRequestXML() : Request xml received.",
    f"{SOAP}.ProcessRequestXML() : Processing request #1",
    f"{SOAP}.ProcessRequestXML() : REQUEST: received from application: size (bytes) = {len(REQUEST)}",
    f"{SOAP}.ProcessRequestXML() : Sending request to QuickBooks.",
    f'{SOAP}.do_receiveResponseXML() : wcTicket="ticket-1"',
    f"{SOAP}.do_receiveResponseXML() : response =",
    f"{SOAP}.update() : Ending session to QuickBooks.",
    f"{SOAP}.DisconnectFromQB() : Session ended and connection closed",
    f"{SOAP}.do_closeConnection() : *** Calling closeConnection() with following parameter:"
    '<wcTicket="ticket-1">',
    f'{SOAP}.do_closeConnection() : Received from closeConnection() following parameter:<ccResponse="OK">',
    f"{SOAP}.do_closeConnection() : CloseConnection called to application.",
    f"{SOAP}.do_closeConnection() : Response received from application = OK",
    f"QBWebConnector.RegistryManager.setUpdateLock() : {REGISTRY} has been set to False",
    "QBWebConnector.RegistryManager.setUpdateLock() : "
    "********************* Update session unlocked *********************",
]


@pytest.fixture(scope="module")
def log_lines() -> list[str]:
    text, _ = logged()
    return text.split("\n")


@pytest.mark.parametrize("line", REAL_LINES)
def test_a_line_has_the_form_of_the_real_logs(line: str, log_lines: list[str]) -> None:
    assert f"20261102.14:00:00 UTC\t: {line}" in log_lines


def test_a_scheduled_update_is_announced_as_one() -> None:
    text, _ = logged(auto_run=True)
    assert ": UpdateThisScheduledApp() : Performing SCHEDULED UPDATE for application = FOO\n" in text


def test_debug_cuts_dumps_at_75_characters() -> None:
    text, _ = logged(level="DEBUG")
    assert f"XML dump follows: -\n{REQUEST[:75]}......\n" in text
    assert REQUEST not in text
    assert REQUEST in logged(level="VERBOSE")[0]


def test_none_writes_nothing_after_the_header() -> None:
    assert logged(level="NONE")[0].count("\n") == 4


def test_what_quickbooks_refused_is_told_as_in_2009() -> None:
    text, _ = logged(quickbooks=ScriptedQuickBooks(fails={"process_request": [0x80040400]}))
    assert (
        "Sending error message back to application:\nHRESULT = 0x80040400\n"
        "Message: QuickBooks found an error when parsing the provided XML text stream.\n"
    ) in text
    assert f"XML dump follows: -\n\nRequest that failed:\n\n{REQUEST}" in text


def test_a_failed_login_is_told_with_its_code_and_a_trace() -> None:
    text, _ = logged(server(authenticate=[["only one"]]))
    assert (
        "do_authenticate() : QBWC1012: Authentication failed due to following error message.\n"
        "Index Out Of Range.\nMore info:\nStackTrace = "
    ) in text
    assert "\nSource = QBWebConnector\n" in text


def test_a_failing_server_version_has_its_own_line() -> None:
    text, _ = logged(server(serverVersion=TransportError("reset")))
    assert (
        "Actual error received from web service for serverVersion call: "
        "<The underlying connection was closed: "
    ) in text


@pytest.mark.parametrize("level", ["NONE", "DEBUG", "VERBOSE"])
def test_the_password_is_nowhere(level: Level) -> None:
    assert PASSWORD not in logged(level=level)[0]


# -- what is read


def read_back(text: str) -> tuple[LoggedCall, ...]:
    return calls(read_log(text))


def expected(keeper: Keeper) -> list[tuple[str, Mapping[str, str], object, bool]]:
    found = []
    for ended in keeper.of(CallEnded):
        assert isinstance(ended, CallEnded)
        value: object = ended.value
        if isinstance(value, tuple):
            value = tuple([*(item or "" for item in value), "", ""][:4])
        elif isinstance(value, int):
            value = str(value)
        arguments = {name: str(given) for name, given in ended.started.arguments.items()}
        found.append((ended.started.operation, arguments, value, ended.failure is not None))
    return found


STORIES = {
    "a good update": server,
    "two requests": lambda: server(sendRequestXML=[REQUEST] * 2, receiveResponseXML=[50, 100]),
    "no work": lambda: server(authenticate=("", "none")),
    "a mismatch": lambda: server(receiveResponseXML=-1, getLastError="Add the job\nRoof to Acme."),
    "a pause": lambda: server(sendRequestXML=["NoOp", REQUEST, ""], getLastError="NoOp"),
    "interactive": lambda: server(
        sendRequestXML=["", REQUEST],
        getLastError="Interactive mode",
        getInteractiveURL="http://localhost/x",
        interactiveDone="CONTINUE",
    ),
    "a lost login": lambda: server(authenticate=TransportError("timeout")),
    "a lost answer": lambda: server(receiveResponseXML=TransportError("reset")),
    "a lost goodbye": lambda: server(closeConnection=TransportError("reset")),
    "no versions": lambda: server(
        serverVersion=TransportError("reset"), clientVersion=TransportError("reset")
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_log_that_we_wrote_gives_the_same_calls(story: str) -> None:
    text, keeper = logged(STORIES[story]())
    found = [
        (call.operation, call.arguments, call.value, call.failure is not None) for call in read_back(text)
    ]
    assert found == expected(keeper)


@pytest.mark.parametrize("start", ["\n", "\n\n\t", "  "])
def test_the_white_space_before_a_request_comes_back(start: str) -> None:
    text, keeper = logged(server(sendRequestXML=[start + REQUEST, ""]))
    found = [(call.operation, call.arguments, call.value, bool(call.failure)) for call in read_back(text)]
    assert found == expected(keeper)


ERROR_PAGE = '<p class="error"><b id="what">Add the job "Roof">Acme</b><br clear="all"></p>'


@pytest.mark.parametrize("operation", ["serverVersion", "getLastError", "closeConnection"])
def test_a_text_with_markup_comes_back_whole(operation: str) -> None:
    text, keeper = logged(server(receiveResponseXML=-1, **{operation: ERROR_PAGE}))
    found = [(call.operation, call.arguments, call.value, bool(call.failure)) for call in read_back(text)]
    assert found == expected(keeper)
    assert ERROR_PAGE in [value for _, _, value, _ in found]


def test_a_company_file_with_marks_in_its_name_comes_back_whole() -> None:
    text, keeper = logged(server(authenticate=("<t>", 'C:\\"><b a="1">.QBW')))
    assert [call.value for call in read_back(text)] == [value for _, _, value, _ in expected(keeper)]


def test_a_log_of_an_unreachable_quickbooks_gives_the_same_calls() -> None:
    books = ScriptedQuickBooks(fails={"begin_session": [0x80040414, 0x80040414]})
    text, keeper = logged(server(connectionError=["", "done"]), quickbooks=books)
    found = [(call.operation, call.arguments, call.value, bool(call.failure)) for call in read_back(text)]
    assert found == expected(keeper)


def test_debug_says_what_it_cut() -> None:
    text, _ = logged(level="DEBUG")
    send = next(call for call in read_back(text) if call.operation == "sendRequestXML")
    assert "strRequestXML" in send.cut
    assert send.value == REQUEST[:75]
    assert read_back(logged()[0])[3].cut == ()


VALUE = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\n\r'), max_size=40)


@given(VALUE, VALUE, st.integers(-5, 120))
def test_any_values_come_back(error: str, request_text: str, percent: int) -> None:
    sync = server(
        sendRequestXML=[f"<a>{request_text}</a>", ""], getLastError=error + ".", receiveResponseXML=percent
    )
    text, keeper = logged(sync)
    found = [(call.operation, call.arguments, call.value, bool(call.failure)) for call in read_back(text)]
    assert found == expected(keeper)


@given(st.text(max_size=400))
def test_reading_loses_nothing(text: str) -> None:
    assert "".join(entry.raw for entry in read_log(text)) == text


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_reading_a_real_log_loses_nothing(ending: str) -> None:
    text = logged()[0].replace("\n", ending)
    entries = read_log(text)
    assert "".join(entry.raw for entry in entries) == text
    assert level_of(entries) == ("2.3", "VERBOSE")
    assert [call.operation for call in calls(entries)][-1] == "closeConnection"


# -- excerpts of the facts: lines that a Web Connector really wrote

POS = """\
20190308.18:26:34 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : HCPResponseXML=
20190308.18:26:34 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : 
20190308.18:26:34 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : cfn="Nature's Best Relief"
20190308.18:26:34 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : qbNationality="US"
20190308.18:26:34 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : qbXMLMajorVers="3"
20190308.18:26:34 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : qbXMLMinorVers="0"
20190308.18:26:35 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : Received from sendRequestXML() \
following parameter:
20190308.18:26:35 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : strRequestXML =
20190308.18:26:35 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : XML dump follows: -
<?xml version="1.0" encoding="ISO-8859-1"?>
<?qbposxml version="3.0"?>
<QBP......
20190308.18:26:35 UTC : QBWebConnector.SOAPWebService.do_sendRequestXML() : Request xml received.
"""


def test_a_log_that_begins_in_the_middle_of_a_session_is_read() -> None:
    (call,) = read_back(POS)
    assert call.arguments == {
        "strHCPResponse": "",
        "strCompanyFileName": "Nature's Best Relief",
        "qbXMLCountry": "US",
        "qbXMLMajorVers": "3",
        "qbXMLMinorVers": "0",
    }
    assert len(str(call.value)) == 75
    assert call.cut == ("strRequestXML",)


RUSSIAN = """\
20170705.06:31:00 UTC\t: QBWebConnector.SOAPWebService.do_authenticate() : QBWC1012: Authentication failed due \
to following error message.
Index Out Of Range.
More info:
StackTrace =    в QBWebConnector.WebService.do_authenticate(String& ticket, String& companyFileName)
Source = QBWebConnector
20170705.06:31:00 UTC\t: QBWebConnector.RegistryManager.setUpdateLock() : \
HKEY_CURRENT_USER\\Software\\Intuit\\QBWebConnector\\UpdateLock has been set to False
"""


def test_a_failure_with_a_localised_trace_is_read() -> None:
    (call,) = read_back(RUSSIAN)
    assert call.operation == "authenticate"
    assert "Index Out Of Range." in str(call.failure)
    assert call.at == dt.datetime(2017, 7, 5, 6, 31, tzinfo=dt.UTC)


VERSIONS = """\
20130312.14:14:56 UTC\t: QBWebConnector.SOAPWebService.do_clientVersion() : *** Calling clientVersion() with \
following parameter:<productVersion="2.1.0.30">
20130312.14:14:57 UTC\t: QBWebConnector.SOAPWebService.do_clientVersion() : Received from clientVersion() \
following parameter:<clientVersionRet="">
20130312.14:14:57 UTC\t: QBWebConnector.SOAPWebService.do_clientVersion() : This application agrees with the \
current version of QBWebConnector. Allowing update operation.
20130312.14:14:57 UTC\t: QBWebConnector.SOAPWebService.do_authenticate() : Authenticating to application 'FOO', \
username = 'foo'
20130312.14:14:57 UTC\t: QBWebConnector.SOAPWebService.do_authenticate() : *** Calling authenticate() with \
following parameters:<userName="username"><password=<MaskedForSecurity>
20130312.14:14:57 UTC\t: QBWebConnector.SOAPWebService.do_authenticate() : Received from authenticate() following \
parameters:<authRet[0]="some-generic-guid"><authRet[1]="NONE"><authRet[2]=""><authRet[3]="">
"""


def test_versions_and_login_are_read() -> None:
    version, login = read_back(VERSIONS)
    assert (version.arguments, version.value) == ({"strVersion": "2.1.0.30"}, "")
    assert login.arguments == {"strUserName": "username", "strPassword": "<MaskedForSecurity>"}
    assert login.value == ("some-generic-guid", "NONE", "", "")


RESPONSE = """\
20151104.22:39:20 UTC\t: QBWebConnector.SOAPWebService.do_receiveResponseXML() : \
wcTicket="2a0185a1-95c8-a234-f927-c8705d69376b"
20151104.22:39:20 UTC\t: QBWebConnector.SOAPWebService.do_receiveResponseXML() : response =
20151104.22:39:20 UTC\t: QBWebConnector.SOAPWebService.do_receiveResponseXML() : XML dump follows: -

<?xml version="1.0" ?>
<QBXML>
"""


def test_an_answer_is_read_with_its_ticket() -> None:
    (call,) = read_back(RESPONSE)
    assert call.arguments == {
        "ticket": "2a0185a1-95c8-a234-f927-c8705d69376b",
        "response": '<?xml version="1.0" ?>\n<QBXML>',
    }


LAST = """\
20170103.19:25:29 UTC : QBWebConnector.CompanyFileLock.getLock() : Got Lock = LOCKED:DON-DESKTOP:636190683248801537
20170103.19:25:29 UTC : QBWebConnector.SOAPWebService.DisconnectFromQB() : Session ended and connection closed
20170103.19:25:29 UTC : QBWebConnector.SOAPWebService.do_closeConnection() : *** Calling closeConnection() with \
following parameter:<wcTicket="a">
20170103.19:25:29 UTC : QBWebConnector.SOAPWebService.do_closeConnection() : Received from closeConnection() \
following parameter:<ccResponse="Complete!">
20170103.19:25:29 UTC : QBWebConnector.SOAPWebService.do_closeConnection() : Response received from application \
= Complete!
20170103.19:25:29 UTC : QBWebConnector.SOAPWebService.update() : ...
"""


def test_the_end_of_a_session_is_read() -> None:
    (call,) = read_back(LAST)
    assert (call.arguments, call.value) == ({"ticket": "a"}, "Complete!")


MANUAL = """\
20180129.21:04:13 UTC\t: QBWebConnector.WebServiceManager.DoUpdateSelected() : updateWS() for application = \
'Scuba Dev4 Test - JAN 29' has STARTED
20180129.21:04:13 UTC\t: QBWebConnector.RegistryManager.getUpdateLock() : \
HKEY_CURRENT_USER\\Software\\Intuit\\QBWebConnector\\UpdateLock = FALSE
20180129.21:04:13 UTC\t: QBWebConnector.RegistryManager.setUpdateLock() : \
********************* Update session locked *********************
20180129.21:04:13 UTC\t: QBWebConnector.SOAPWebService.instantiateWebService() : AppName: Scuba Dev4 Test - JAN 29
20180129.21:04:13 UTC\t: QBWebConnector.SOAPWebService.instantiateWebService() : AppURL: \
https://scuba.dev4.acro.website/qb_soap
20180129.21:04:13 UTC\t: QBWebConnector.SOAPWebService.do_serverVersion() : *** Calling serverVersion().
20180129.21:04:13 UTC\t: QBWebConnector.SOAPWebService.do_serverVersion() : Received from serverVersion() following \
parameter:<serverVersionRet="1.0">
"""


def test_the_start_of_a_session_is_read() -> None:
    (call,) = read_back(MANUAL)
    assert (call.operation, call.arguments, call.value) == ("serverVersion", {}, "1.0")


SCHEDULED = """\
Log file initialized at Thursday, July 1, 2021 - 7:32 PM UTC
Timestamp format used: YYYYMMDD.HH:MM:SS UTC
QBWebConnector 2.2 has been initialized with its logging status to level = DEBUG.
Please restart QBWebConnector for any change in log level to take effect. Use file menu to clear log.
20210701.19:32:03 UTC\t: UpdateThisScheduledApp() : Performing SCHEDULED UPDATE for application = \
Buildertrend Web Connector Service - 21061
"""


def test_the_head_of_a_log_is_an_entry_of_its_own() -> None:
    head, first = read_log(SCHEDULED)
    assert (head.at, head.source, level_of([head])) == (None, "", ("2.2", "DEBUG"))
    assert head.raw + first.raw == SCHEDULED
    assert (first.source, first.at) == (
        "UpdateThisScheduledApp",
        dt.datetime(2021, 7, 1, 19, 32, 3, tzinfo=dt.UTC),
    )
    assert read_back(SCHEDULED) == ()


REFUSED = """\
20091217.21:26:06 UTC\t: QBWebConnector.SOAPWebService.ProcessRequestXML() : Processing request #1
20091217.21:26:06 UTC\t: QBWebConnector.SOAPWebService.ProcessRequestXML() : REQUEST: received from application: \
size (bytes) = 312
20091217.21:26:06 UTC\t: QBWebConnector.SOAPWebService.ProcessRequestXML() : Sending error message back to application:
HRESULT = 0x80040400
Message: QuickBooks found an error when parsing the provided XML text stream.
20091217.21:26:06 UTC\t: QBWebConnector.SOAPWebService.ProcessRequestXML() : XML dump follows: -

Request that failed:

<?xml version="1.0" ?><!DOCTYPE QBXML PUBLIC '-//IN......
"""


def test_what_quickbooks_refused_is_read_with_all_its_lines() -> None:
    entries = read_log(REFUSED)
    assert [entry.text.count("\n") for entry in entries] == [0, 0, 2, 4]
    assert "HRESULT = 0x80040400" in entries[2].text
    assert calls(entries) == ()


UNLOCKED = """\
20170103.19:25:29 UTC\t: QBWebConnector.CompanyFileLock.Send_CompanyQueryRqXML() : XML dump follows: -
<?xml version="1.0" ?>
<QBXML>
<QBXMLMsgsRs>
<CompanyQueryRs requestID="1" ......
20170103.19:25:29 UTC\t: QBWebConnector.CompanyFileLock.getLock() : Got Lock = LOCKED:DON-DESKTOP:636190683248801537
20170103.19:25:29 UTC\t: QBWebConnector.CompanyFileLock.Send_DataExtModRqXML() : XML dump follows: -
<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="s......
20170103.19:25:29 UTC\t: QBWebConnector.CompanyFileLock.unsetLock() : Company file has been unlocked for ownerID = \
<{10000000-0000-0000-0000-000000000002}>
20170103.19:25:29 UTC\t: QBWebConnector.SOAPWebService.update() : Company file has been unlocked.
20170103.19:25:29 UTC\t: QBWebConnector.SOAPWebService.update() : Ending session to QuickBooks.
"""


def test_the_unlocking_of_a_company_is_read() -> None:
    entries = read_log(UNLOCKED)
    assert [entry.method for entry in entries] == [
        *("Send_CompanyQueryRqXML", "getLock", "Send_DataExtModRqXML", "unsetLock", "update", "update")
    ]
    assert calls(entries) == ()


EXCERPTS = [POS, RUSSIAN, VERSIONS, RESPONSE, LAST, MANUAL, REFUSED, UNLOCKED]


@pytest.mark.parametrize("excerpt", EXCERPTS)
def test_every_line_of_an_excerpt_is_understood_as_an_entry(excerpt: str) -> None:
    entries = read_log(excerpt)
    assert "".join(entry.raw for entry in entries) == excerpt
    assert all(entry.at is not None and entry.source for entry in entries)
