"""``exact`` sends nothing into a company file that is not the right one."""

from __future__ import annotations

import pytest
from bundled_servers_support import QuickBooks, Server, Update, company_answer, update

ELSEWHERE = "{00000000-0000-0000-0000-000000000000}"


@pytest.fixture
def server() -> Server:
    server = Server()
    server.add()
    return server


def test_the_first_call_tells_the_company_and_nothing_more_is_asked(server: Server) -> None:
    done = update(server, QuickBooks())
    assert len(done.requests) == 1


def test_another_companys_file_stops_the_update(server: Server) -> None:
    quickbooks = QuickBooks(file_id=ELSEWHERE)
    stopped = update(server, quickbooks)
    assert (stopped.requests, quickbooks.entries) == ([], [])
    assert 'not the one of "Acme Time"' in stopped.error
    assert server.states() == ["not sent"]


def test_a_connector_that_does_not_tell_is_asked_first(server: Server) -> None:
    ticket = server.login()
    query = server.ask(ticket, "HOSTQUERY is currently not supported in QBPOS.")
    assert "<CompanyQueryRq " in query
    assert "TimeTrackingAdd" not in query
    assert server.answer(ticket, company_answer(server.file_id().upper(), "company")) == 1
    assert "<TimeTrackingAdd>" in server.ask(ticket)


@pytest.mark.parametrize("answer", [company_answer(ELSEWHERE, "company"), company_answer("", "company")])
def test_a_file_that_the_application_was_never_added_to_is_another_company(
    server: Server, answer: str
) -> None:
    ticket = server.login()
    server.ask(ticket)
    assert server.answer(ticket, answer) == -1
    assert "Open the right one" in server.error(ticket)


def test_a_company_query_that_fails_stops_the_update(server: Server) -> None:
    ticket = server.login()
    server.ask(ticket)
    assert server.answer(ticket, "", "0x80040402", "Unexpected error.") == -1
    assert "nothing was sent" in server.error(ticket)


def test_every_session_checks_anew(server: Server) -> None:
    quickbooks = QuickBooks()
    update(server, quickbooks)
    server.add()
    quickbooks.file_id = ELSEWHERE
    assert "not the one" in Update(server, quickbooks).run().error
