"""Adding an application, against the company file that the house simulates."""

from __future__ import annotations

import pytest
from connector_support import FILE, Keeper, ScriptedServer, application, server, stamped

from qbsim.connector import registration
from qbsim.connector.events import Coded, QuickBooksAsked
from qbsim.connector.qwc import Application
from qbsim.connector.wire import Exchange, Reply, TransportError
from qbsim.quickbooks import CompanyFile, QuickBooks
from qbsim.source import Source
from qbsim.switches import Switches

OK = Reply(200)


def quickbooks() -> QuickBooks:
    source = Source()
    return QuickBooks(CompanyFile.create(source=source), source)


class Web:
    """Answers GET by address."""

    def __init__(self, **answers: Reply | TransportError) -> None:
        self.answers, self.asked = answers, []

    def send(self, exchange: Exchange) -> Reply:
        assert exchange.method == "GET"
        self.asked.append(exchange.url)
        answer = self.answers.get(exchange.url.rpartition("/")[2], OK)
        if isinstance(answer, TransportError):
            raise answer
        return answer


def add(
    books: QuickBooks, app: Application | None = None, web: Web | None = None, keeper: Keeper | None = None
):
    return registration.add(
        app or application(), books.request_processor(), web or Web(), Switches(), keeper or Keeper()
    )


def test_adding_writes_file_id_and_lock_into_the_company() -> None:
    books, web = quickbooks(), Web()
    assert add(books, web=web).added
    assert stamped(books) == {"FileID": FILE, "AppLock": "UNLOCKED"}
    assert web.asked == [application().url, application().support_url]


def test_adding_again_changes_nothing() -> None:
    books, keeper = quickbooks(), Keeper()
    add(books)
    assert add(books, keeper=keeper).added
    assert [asked.purpose for asked in keeper.of(QuickBooksAsked) if asked.purpose] == ["read FileID"]


def test_another_file_id_of_the_same_owner_is_refused() -> None:
    books = quickbooks()
    add(books)
    again = add(books, application(file_id="{00000000-0000-0000-0000-000000000001}"))
    assert again.codes == ("QBWC1026", "QBWC1051")
    assert stamped(books)["FileID"] == FILE


def test_ten_applications_leave_ten_stamps() -> None:
    books = quickbooks()
    owners = [f"{{00000000-0000-0000-0000-00000000000{place}}}" for place in range(10)]
    for place, owner in enumerate(owners):
        assert add(books, application(name=f"App {place}", owner_id=owner)).added
    assert all(stamped(books, owner)["FileID"] == FILE for owner in owners)


def test_removing_takes_the_stamp_out_and_a_new_one_may_come() -> None:
    books = quickbooks()
    add(books)
    assert registration.remove(application(), books.request_processor(), Keeper()).added
    assert stamped(books) == {}
    assert add(books, application(file_id="{00000000-0000-0000-0000-000000000001}")).added


def test_a_read_only_application_cannot_be_stamped() -> None:
    books = quickbooks()
    assert add(books, application(read_only=True)).codes == ("QBWC1039", "QBWC1051")
    assert stamped(books) == {}


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (Reply(405), "QBWC1048", "405: Method Not Allowed"),
        (Reply(302), "QBWC1048", "302"),
        (TransportError("tls"), "QBWC1048", "SSL/TLS"),
        (TransportError("refused"), "QBWC1048", "Unable to connect"),
    ],
)
def test_the_service_must_answer_a_plain_get(answer: Reply, code: str, said: str) -> None:
    books, keeper = quickbooks(), Keeper()
    refused = add(books, web=Web(qbwc=answer), keeper=keeper)
    assert refused.codes == (code, "QBWC1051")
    assert said in refused.text
    assert [event.code for event in keeper.of(Coded)] == [code, "QBWC1051"]
    assert keeper.of(QuickBooksAsked) == []


def test_the_address_of_the_certificate_is_probed_when_it_is_given() -> None:
    web = Web()
    add(quickbooks(), application(cert_url="http://127.0.0.1:8000/cert"), web=web)
    assert web.asked[0] == "http://127.0.0.1:8000/cert"


@pytest.mark.parametrize(
    ("answer", "code"),
    [(Reply(404), "QBWC1003"), (Reply(500), "QBWC1003"), (TransportError("reset"), "QBWC1004")],
)
def test_the_support_page_must_be_there(answer: Reply, code: str) -> None:
    assert add(quickbooks(), web=Web(support=answer)).codes == (code, "QBWC1051")


def test_a_support_page_may_be_accepted_only() -> None:
    assert add(quickbooks(), web=Web(support=Reply(202))).added


def test_quickbooks_is_tried_twice() -> None:
    from connector_support import ScriptedQuickBooks

    books = ScriptedQuickBooks(fails={"begin_session": [0x80040414]})
    registration.add(application(), books, Web(), Switches(), Keeper())
    assert books.trace[:3] == ["open_connection", "begin_session", "begin_session"]
    books = ScriptedQuickBooks(fails={"begin_session": [0x80040414, 0x80040414]})
    refused = registration.add(application(), books, Web(), Switches(), Keeper())
    assert refused.codes == ("QBWC1008", "QBWC1051")
    assert books.trace[-1] == "close_connection"


def test_quickbooks_that_dies_while_it_is_stamped_shows_its_code() -> None:
    from connector_support import ScriptedQuickBooks

    books = ScriptedQuickBooks(fails={"process_request": [0x800706BA]})
    refused = registration.add(application(), books, Web(), Switches(), Keeper())
    assert refused.codes == ("QBWC1027", "QBWC1051")


def test_a_scripted_server_needs_no_session_for_the_probe() -> None:
    sync: ScriptedServer = server()
    sync.answers["GET"] = [OK]
    assert registration.add(application(), quickbooks().request_processor(), sync, Switches(), Keeper()).added
    assert sync.operations == ["GET", "GET"]
