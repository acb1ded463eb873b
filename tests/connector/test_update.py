"""One update, from the user's click to the Status column."""

from __future__ import annotations

import datetime as dt

import pytest
from connector_support import (
    ANSWER,
    PASSWORD,
    REQUEST,
    Keeper,
    ScriptedQuickBooks,
    application,
    arguments_of,
    server,
    update,
)

from qbsim.connector.events import (
    CallEnded,
    CallStarted,
    ConnectorKilled,
    Observer,
    QuickBooksAnswered,
    QuickBooksAsked,
    Shown,
    UserAsked,
    UserStopped,
    Waited,
)
from qbsim.connector.session import State
from qbsim.connector.update import Bounds, User
from qbsim.connector.wire import TransportError
from qbsim.errors import SimulatorGap
from qbsim.source import Source


def test_a_good_update_calls_in_the_order_of_the_logs() -> None:
    sync, quickbooks = server(), ScriptedQuickBooks()
    update(sync, quickbooks=quickbooks).run()
    assert sync.operations == [
        "serverVersion",
        "clientVersion",
        "authenticate",
        "sendRequestXML",
        "receiveResponseXML",
        "closeConnection",
    ]
    assert quickbooks.trace == [
        "open_connection",
        "begin_session",
        "host_query",
        "process_request",
        "end_session",
        "close_connection",
    ]


def test_each_step_is_exactly_one_action() -> None:
    sync, quickbooks = server(), ScriptedQuickBooks()
    done = 0
    for _ in update(sync, quickbooks=quickbooks).steps():
        assert len(sync.seen) + len(quickbooks.trace) == done + 1
        done += 1
    assert done == 12


def test_quickbooks_is_left_before_the_connection_is_closed() -> None:
    keeper = Keeper()
    update(server(), observer=keeper).run()
    what = [
        event.operation if isinstance(event, CallStarted) else event.action
        for event in keeper.events
        if isinstance(event, (CallStarted, QuickBooksAsked))
    ]
    assert what[-3:] == ["end session", "close connection", "closeConnection"]


def test_the_first_request_brings_the_host_query_and_no_later_one_does() -> None:
    sync = server(sendRequestXML=[REQUEST, REQUEST, ""], receiveResponseXML=[50, 100])
    update(sync).run()
    first, second = (sync.arguments("sendRequestXML", nth) for nth in (1, 2))
    assert first["strHCPResponse"] == ANSWER
    assert second["strHCPResponse"] == ""
    assert first["strCompanyFileName"] == r"C:\Books\Acme.QBW"
    assert [first[f"qbXML{name}"] for name in ("Country", "MajorVers", "MinorVers")] == ["US", "16", "0"]


def test_the_ticket_is_returned_in_every_later_call() -> None:
    sync = server(authenticate=("the & ticket", ""))
    update(sync).run()
    tickets = {arguments_of(exchange.body).get("ticket") for exchange in sync.seen[3:]}
    assert tickets == {"the & ticket"}


def test_what_quickbooks_refuses_goes_to_the_server_with_an_empty_response() -> None:
    quickbooks = ScriptedQuickBooks(fails={"process_request": [0x80040400]})
    sync = server()
    done = update(sync, quickbooks=quickbooks).run()
    told = sync.arguments("receiveResponseXML")
    assert (told["response"], told["hresult"]) == ("", "0x80040400")
    assert told["message"].startswith("QuickBooks found an error when parsing")
    assert done.outcome == "completed"


def test_after_a_refusal_the_returned_number_is_still_obeyed() -> None:
    quickbooks = ScriptedQuickBooks(fails={"process_request": [0x80040400]})
    sync = server(sendRequestXML=[REQUEST, REQUEST, ""], receiveResponseXML=[10, 100])
    update(sync, quickbooks=quickbooks).run()
    assert sync.operations.count("sendRequestXML") == 2


# -- versions


def test_a_warning_goes_on_when_the_user_agrees() -> None:
    keeper = Keeper()
    assert update(server(clientVersion="W:please update"), observer=keeper).run().outcome == "completed"
    assert keeper.of(UserAsked) == [UserAsked("please update", answer=True)]


class Cautious(User):
    def go_on_after_warning(self, text: str) -> bool:
        return False

    def start_interactive(self) -> bool:
        return False


def test_a_warning_ends_the_update_when_the_user_does_not() -> None:
    sync = server(clientVersion="W:please update")
    done = update(sync, user=Cautious()).run()
    assert done.codes == ("QBWC1037",)
    assert sync.operations[-1] == "clientVersion"


@pytest.mark.parametrize("value", ["E:too old", "O:2.4", "e:too old"])
def test_a_refused_version_closes_the_connection_and_ends(value: str) -> None:
    sync = server(clientVersion=value)
    assert update(sync).run().codes == ("QBWC1037",)
    assert sync.operations == ["serverVersion", "clientVersion", "closeConnection"]
    sync = server(clientVersion=value)
    update(sync, pins={"close_after_version_refusal": "no"}).run()
    assert sync.operations[-1] == "clientVersion"


def test_a_version_of_no_known_form_ends_the_update() -> None:
    sync = server(clientVersion="2.0")
    assert update(sync).run().codes == ("QBWC1046",)
    assert sync.operations[-1] == "clientVersion"


# -- login


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("none", "No Data Exchange"),
        ("nvu", "Invalid password for username"),
        ("busy", "Application Busy"),
    ],
)
def test_a_dismissal_has_its_text_and_opens_nothing(word: str, status: str) -> None:
    sync, quickbooks = server(authenticate=("", word)), ScriptedQuickBooks()
    done = update(sync, quickbooks=quickbooks).run()
    assert done.status == status
    assert quickbooks.trace == []
    assert sync.operations[-1] == "closeConnection"
    sync = server(authenticate=("", word))
    update(sync, pins={"close_after_dismissal": "no"}).run()
    assert sync.operations[-1] == "authenticate"


def test_a_path_is_the_company_file_to_open() -> None:
    quickbooks = ScriptedQuickBooks()
    update(server(authenticate=("t", r"C:\Other.QBW")), quickbooks=quickbooks).run()
    assert quickbooks.opened == [r"C:\Other.QBW"]


@pytest.mark.parametrize("word", ["", "none", "busy", r"C:\A.QBW"])
def test_seconds_postpone_a_scheduled_update_whatever_stands_before_them(word: str) -> None:
    sync = server(authenticate=("t", word, "90"))
    done = update(sync, auto_run=True).run()
    assert (done.outcome, done.postpone, done.status) == (
        "postponed",
        90,
        "Update postponed by application.",
    )
    assert "sendRequestXML" not in sync.operations


def test_seconds_mean_nothing_without_auto_run() -> None:
    done = update(server(authenticate=("t", "", "90", "600"))).run()
    assert (done.outcome, done.postpone, done.at_least) == ("completed", None, None)


def test_no_password_makes_no_call() -> None:
    sync = server()
    done = update(sync, password=None).run()
    assert done.codes == ("QBWC1030",)
    assert sync.seen == []


def test_the_password_travels_and_is_told_to_nobody() -> None:
    sync, keeper = server(), Keeper()
    update(sync, observer=keeper).run()
    assert sync.arguments("authenticate")["strPassword"] == PASSWORD
    assert PASSWORD not in repr(keeper.events)
    started = next(e for e in keeper.of(CallStarted) if e.operation == "authenticate")
    assert started.arguments == {"strUserName": "jane", "strPassword": "<MaskedForSecurity>"}


# -- QuickBooks cannot be reached


@pytest.mark.parametrize("method", ["open_connection", "begin_session"])
def test_done_ends_what_could_not_be_connected(method: str) -> None:
    quickbooks = ScriptedQuickBooks(fails={method: [0x80040414]})
    sync = server(connectionError="DONE", getLastError="Close the dialog.")
    done = update(sync, quickbooks=quickbooks).run()
    assert sync.operations[3:] == ["connectionError", "getLastError", "closeConnection"]
    assert sync.arguments("connectionError")["hresult"] == "0x80040414"
    assert done.codes == ("QBWC1013",)
    assert done.last_error == "Close the dialog."


@pytest.mark.parametrize(("value", "after"), [("closeConnection", ["closeConnection"]), ("nothing", [])])
def test_what_follows_done_is_a_switch(value: str, after: list[str]) -> None:
    quickbooks = ScriptedQuickBooks(fails={"begin_session": [0x80040414]})
    sync = server()
    update(sync, quickbooks=quickbooks, pins={"after_connection_error": value}).run()
    assert sync.operations[4:] == after
    assert quickbooks.trace[-1] == "close_connection"


def test_another_company_file_is_tried() -> None:
    quickbooks = ScriptedQuickBooks(fails={"begin_session": [0x8004040A, 0x80040403]})
    sync = server(connectionError=[r"C:\B.QBW", ""])
    assert update(sync, quickbooks=quickbooks).run().outcome == "completed"
    assert quickbooks.opened == ["", r"C:\B.QBW", ""]
    assert quickbooks.trace.count("open_connection") == 1


def test_a_failing_host_query_ends_the_job() -> None:
    quickbooks = ScriptedQuickBooks(fails={"host_query": [0x80040402]})
    sync = server()
    assert update(sync, quickbooks=quickbooks).run().codes == ("QBWC1014",)
    assert "sendRequestXML" not in sync.operations


def test_what_quickbooks_says_at_the_end_is_shown_and_no_more() -> None:
    quickbooks = ScriptedQuickBooks(fails={"end_session": [0x800706BA], "close_connection": [0x800706BA]})
    sync = server()
    assert update(sync, quickbooks=quickbooks).run().outcome == "completed"
    assert sync.operations[-1] == "closeConnection"


# -- loops that a naive server causes


def test_a_company_file_for_every_error_ends_at_its_bound() -> None:
    quickbooks = ScriptedQuickBooks(fails={"begin_session": [0x80040403] * 99})
    sync = server(connectionError="C:\\A.QBW")
    done = update(sync, quickbooks=quickbooks, bounds=Bounds(connection_errors=4)).run()
    assert sync.operations.count("connectionError") == 4
    assert done.outcome == "bounded"
    assert "4 times" in done.status


def test_no_op_for_ever_ends_at_its_bound_without_waiting_in_real_time() -> None:
    source = Source()
    before = source.now
    sync = server(sendRequestXML="NoOp", getLastError="NoOp")
    done = update(sync, source=source, bounds=Bounds(no_ops=720)).run()
    assert done.outcome == "bounded"
    assert "NoOp 720 times" in done.status
    assert source.now - before == dt.timedelta(hours=1)


def test_zero_percent_for_ever_ends_at_its_bound() -> None:
    sync = server(sendRequestXML=REQUEST, receiveResponseXML=0)
    done = update(sync, bounds=Bounds(requests=25)).run()
    assert sync.operations.count("sendRequestXML") == 25
    assert done.outcome == "bounded"
    assert "25 times" in done.status
    assert sync.operations[-1] == "closeConnection"


def test_an_interactive_session_without_end_ends_at_its_bound() -> None:
    sync = server(
        sendRequestXML="",
        getLastError="Interactive mode",
        getInteractiveURL="http://localhost/x",
        interactiveDone="",
    )
    done = update(sync, bounds=Bounds(interactive_polls=3)).run()
    assert sync.operations.count("interactiveDone") == 3
    assert done.outcome == "bounded"


def test_a_pause_is_five_simulated_seconds() -> None:
    keeper = Keeper()
    sync = server(sendRequestXML=["NoOp", REQUEST, ""], getLastError="NoOp")
    update(sync, observer=keeper).run()
    assert keeper.of(Waited) == [Waited(5, "NoOp")]


# -- interactive mode


class Curious(User):
    def __init__(self) -> None:
        self.visited: list[str] = []

    def browse(self, url: str) -> None:
        self.visited.append(url)


def interactive(**more: object) -> object:
    return server(
        sendRequestXML=["", REQUEST, ""],
        getLastError="Interactive mode",
        getInteractiveURL="http://localhost/choose",
        **more,
    )


def test_an_accepted_interactive_session_opens_the_browser_and_is_polled() -> None:
    user, source = Curious(), Source()
    before = source.now
    sync = interactive(interactiveDone=["", "", "DONE"])
    assert update(sync, user=user, source=source).run().outcome == "completed"
    assert user.visited == ["http://localhost/choose"]
    assert sync.operations[-3:] == ["interactiveDone", "interactiveDone", "closeConnection"]
    assert source.now - before == dt.timedelta(minutes=2)


def test_continue_goes_on_with_the_work() -> None:
    sync = interactive(interactiveDone="CONTINUE")
    assert update(sync).run().outcome == "completed"
    assert sync.operations[-3:] == ["sendRequestXML", "receiveResponseXML", "closeConnection"]


def test_any_other_answer_of_the_interactive_session_is_an_error() -> None:
    done = update(interactive(interactiveDone="The user gave up.")).run()
    assert (done.outcome, done.last_error) == ("failed", "The user gave up.")


def test_a_rejected_interactive_session_is_told_to_the_server() -> None:
    sync = interactive(interactiveRejected="Another time, then.")
    done = update(sync, user=Cautious()).run()
    assert sync.operations[-2:] == ["interactiveRejected", "closeConnection"]
    assert sync.arguments("interactiveRejected")["wcTicket"] == "ticket-1"
    assert done.status == "Another time, then."


def test_an_empty_answer_may_mean_finished_by_the_switch() -> None:
    sync = interactive(interactiveDone="")
    update(sync, pins={"interactive_done_empty": "finished"}).run()
    assert sync.operations.count("interactiveDone") == 1


# -- failing calls


RESET = TransportError("reset")


@pytest.mark.parametrize(
    ("operation", "code", "answers"),
    [
        ("authenticate", "QBWC1012", {}),
        ("sendRequestXML", "QBWC1041", {}),
        ("receiveResponseXML", "QBWC1042", {}),
        ("getLastError", "QBWC1043", {"sendRequestXML": ""}),
        ("closeConnection", "QBWC1044", {}),
    ],
)
def test_a_failing_call_shows_its_code(operation: str, code: str, answers: dict[str, object]) -> None:
    sync = server(**{**answers, operation: RESET})
    done = update(sync).run()
    assert done.codes == (code,)
    assert "The connection was closed unexpectedly" in done.status or operation == "closeConnection"


def test_a_failing_connection_error_shows_its_code() -> None:
    quickbooks = ScriptedQuickBooks(fails={"begin_session": [0x80040414]})
    done = update(server(connectionError=RESET), quickbooks=quickbooks).run()
    assert done.codes == ("QBWC1013", "QBWC1045")


@pytest.mark.parametrize("operation", ["serverVersion", "clientVersion"])
def test_a_failing_version_call_is_tolerated(operation: str) -> None:
    assert update(server(**{operation: RESET})).run().outcome == "completed"


@pytest.mark.parametrize("operation", ["sendRequestXML", "receiveResponseXML"])
def test_a_failed_call_leaves_quickbooks_and_abandons_the_session(operation: str) -> None:
    quickbooks, sync = ScriptedQuickBooks(), server(**{operation: RESET})
    update(sync, quickbooks=quickbooks).run()
    assert quickbooks.trace[-2:] == ["end_session", "close_connection"]
    assert sync.operations[-1] == operation
    sync = server(**{operation: RESET})
    update(sync, pins={"close_after_failed_call": "yes"}).run()
    assert sync.operations[-1] == "closeConnection"


@pytest.mark.parametrize("repeats", ["0", "1", "3"])
def test_a_lost_answer_is_posted_again_as_often_as_the_switch_says(repeats: str) -> None:
    keeper, sync = Keeper(), server(receiveResponseXML=RESET)
    done = update(sync, observer=keeper, pins={"receive_response_repeats": repeats}).run()
    posted = [call for call in keeper.of(CallStarted) if call.operation == "receiveResponseXML"]
    assert [call.repeat for call in posted] == list(range(int(repeats) + 1))
    assert done.codes == ("QBWC1042",)
    assert len({exchange.body for exchange in sync.seen[4:]}) == 1


def test_a_repeated_answer_that_arrives_goes_on() -> None:
    sync = server(receiveResponseXML=[RESET, 100])
    done = update(sync, pins={"receive_response_repeats": "1"}).run()
    assert done.outcome == "completed"


def test_more_than_a_hundred_percent_is_a_switch() -> None:
    assert update(server(receiveResponseXML=250)).run().outcome == "completed"
    done = update(server(receiveResponseXML=250), pins={"progress_above_100": "error"}).run()
    assert done.outcome == "failed"


# -- the observer


def test_the_calls_of_a_run_are_numbered_as_its_caller_counts() -> None:
    keeper = Keeper()
    update(server(), observer=keeper, numbers=iter(range(41, 99))).run()
    assert [call.number for call in keeper.of(CallStarted)] == list(range(41, 47))
    request = next(asked for asked in keeper.of(QuickBooksAsked) if asked.purpose == "request")
    handed_out = next(c for c in keeper.of(CallStarted) if c.operation == "sendRequestXML")
    assert request.call == handed_out.number


def test_every_beginning_has_its_end() -> None:
    keeper = Keeper()
    update(server(sendRequestXML=[REQUEST, REQUEST, ""], receiveResponseXML=[1, 100]), observer=keeper).run()
    assert [e.started for e in keeper.of(CallEnded)] == keeper.of(CallStarted)
    assert [e.asked for e in keeper.of(QuickBooksAnswered)] == keeper.of(QuickBooksAsked)


def test_the_progress_bar_follows_the_numbers() -> None:
    keeper = Keeper()
    update(server(sendRequestXML=[REQUEST] * 3, receiveResponseXML=[20, 60, 100]), observer=keeper).run()
    shown = [happening.progress for happening in keeper.of(Shown)]
    assert [p for p, q in zip(shown, [None, *shown], strict=False) if p != q] == [0, 20, 60, 100]


class Killer(Observer):
    """Raises at one moment."""

    def __init__(self, moment: str, operation: str, error: type[Exception]) -> None:
        self.moment, self.operation, self.error = moment, operation, error

    def called(self, call: CallStarted) -> None:
        if (self.moment, self.operation) == ("before", call.operation):
            raise self.error

    def replied(self, call: CallEnded) -> None:
        if (self.moment, self.operation) == ("after", call.started.operation):
            raise self.error

    def asked(self, asked: QuickBooksAsked) -> None:
        if (self.moment, self.operation) == ("before", asked.action):
            raise self.error


PLACES = [
    (moment, operation)
    for moment in ("before", "after")
    for operation in (
        "serverVersion",
        "clientVersion",
        "authenticate",
        "sendRequestXML",
        "receiveResponseXML",
        "closeConnection",
    )
] + [("before", "begin session"), ("before", "process request"), ("before", "end session")]


@pytest.mark.parametrize(("moment", "operation"), PLACES)
def test_a_killed_connector_does_nothing_more(moment: str, operation: str) -> None:
    sync, quickbooks = server(), ScriptedQuickBooks()
    going = update(sync, quickbooks=quickbooks, observer=Killer(moment, operation, ConnectorKilled))
    assert going.run().outcome == "killed"
    assert going.state is State.KILLED
    calls = sync.operations
    if operation in calls:
        assert (moment, calls[-1]) == ("after", operation)
    if operation != "end session":
        assert "end_session" not in quickbooks.trace or operation == "closeConnection"


@pytest.mark.parametrize(("moment", "operation"), PLACES)
def test_a_stopped_update_leaves_quickbooks_and_says_goodbye(moment: str, operation: str) -> None:
    sync, quickbooks = server(), ScriptedQuickBooks()
    done = update(sync, quickbooks=quickbooks, observer=Killer(moment, operation, UserStopped)).run()
    assert done.outcome == "stopped"
    opened, closed = (quickbooks.trace.count(word) for word in ("open_connection", "close_connection"))
    assert opened == closed or operation == "end session"
    admitted = operation not in ("serverVersion", "clientVersion", "authenticate")
    if admitted and operation not in ("closeConnection", "end session"):
        assert sync.operations[-1] == "closeConnection"


def test_a_stopped_update_may_say_nothing_by_the_switch() -> None:
    sync, quickbooks = server(), ScriptedQuickBooks()
    killer = Killer("after", "sendRequestXML", UserStopped)
    update(sync, quickbooks=quickbooks, observer=killer, pins={"user_stop": "nothing"}).run()
    assert sync.operations[-1] == "sendRequestXML"
    assert quickbooks.trace[-1] == "close_connection"


# -- what travels


def test_the_headers_are_those_of_the_proxy() -> None:
    sync = server()
    update(sync).run()
    assert sync.seen[2].headers == {
        "User-Agent": "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)",
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": '"http://developer.intuit.com/authenticate"',
        "Expect": "100-continue",
    }


def test_a_call_without_arguments_is_the_captured_one() -> None:
    sync = server()
    update(sync).run()
    assert sync.seen[0].body.decode() == (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope '
        'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
        '<serverVersion xmlns="http://developer.intuit.com/" /></soap:Body></soap:Envelope>'
    )


def test_empty_strings_travel_as_empty_elements() -> None:
    sync = server()
    update(sync).run()
    assert b"</response><hresult /><message /></receiveResponseXML>" in sync.seen[4].body


def test_rpc_style_sends_the_captured_form_and_reads_its_answer() -> None:
    def answer(exchange: object) -> object:
        from connector_support import XML_TYPE, envelope

        from qbsim.connector.wire import Reply

        body = envelope(
            '<n1:clientVersionResponse xmlns:n1="http://developer.intuit.com/">'
            "<return>W:rpc</return></n1:clientVersionResponse>"
        )
        return Reply(200, XML_TYPE, body)

    sync, keeper = server(clientVersion=answer), Keeper()
    update(sync, app=application(style="RPC"), observer=keeper, user=Cautious()).run()
    assert (
        sync.seen[1]
        .body.decode()
        .endswith(
            '<soap:Body soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
            '<q1:clientVersion xmlns:q1="http://developer.intuit.com/">'
            '<strVersion xsi:type="xsd:string">2.3.0.215</strVersion>'
            "</q1:clientVersion></soap:Body></soap:Envelope>"
        )
    )
    assert keeper.of(UserAsked) == [UserAsked("rpc", answer=False)]


def test_point_of_sale_is_refused_loudly() -> None:
    with pytest.raises(SimulatorGap, match="Point of Sale"):
        update(server(), app=application(qb_type="QBPOS"))


def test_doc_wrapped_is_sent_as_document() -> None:
    plain, wrapped = server(), server()
    update(plain).run()
    update(wrapped, app=application(style="DocWrapped")).run()
    assert [e.body for e in plain.seen] == [e.body for e in wrapped.seen]


@pytest.mark.parametrize("seconds", ["100", "120"])
def test_a_call_is_given_up_after_the_seconds_of_the_switch(seconds: str) -> None:
    sync = server()
    update(sync, pins={"http_timeout": seconds}).run()
    assert {exchange.timeout for exchange in sync.seen} == {float(seconds)}
