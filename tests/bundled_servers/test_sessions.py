"""Who may enter, whose ticket counts, and which answers change nothing."""

from __future__ import annotations

import pytest
from bundled_servers_support import PASSWORD, USER, QuickBooks, Server, confirmation, update


@pytest.fixture(params=["plain", "exact"])
def server(request: pytest.FixtureRequest) -> Server:
    server = Server({"policy": request.param})
    for day in (1, 2, 3):
        server.add(date=f"2026-11-0{day}", notes=str(day))
    return server


def login(server: Server, user: str = USER, password: str = PASSWORD) -> list[str]:
    return list(server.soap("authenticate", strUserName=user, strPassword=password))


def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(server: Server) -> None:
    assert login(server, "nobody") == login(server, password="wrong") == ["", "nvu"]


def test_tickets_differ_and_cannot_be_guessed(server: Server) -> None:
    tickets = {login(server)[0] for _ in range(20)}
    assert len(tickets) == 20
    assert {len(ticket) for ticket in tickets} == {32}


def test_another_users_live_session_makes_one_wait(server: Server) -> None:
    server.login()
    assert login(server, "second") == ["", "busy"]


def test_nobody_waits_for_a_session_that_has_said_nothing_for_half_an_hour(server: Server) -> None:
    server.api("PUT", "/api/clock", {"now": "2026-11-02T14:00:00Z"})
    server.login()
    server.api("PUT", "/api/clock", {"now": "2026-11-02T14:29:00Z"})
    assert login(server, "second") == ["", "busy"]
    server.api("PUT", "/api/clock", {"now": "2026-11-02T14:31:00Z"})
    assert login(server, "second")[1] == ""


def test_nobody_waits_for_a_finished_session_whose_end_got_lost(server: Server) -> None:
    ticket = server.login()
    server.ask(ticket, server.hcp())
    server.answer(ticket, "not XML")
    assert login(server, "second")[1] == ""


def test_a_users_new_login_kills_the_old_ticket(server: Server) -> None:
    old = server.login()
    request = server.ask(old, server.hcp())
    new = server.login()
    assert server.ask(old) == ""
    assert "not valid" in server.error(old)
    assert server.answer(old, confirmation(request)) == -1
    assert "sent" not in server.states()
    assert server.ask(new, server.hcp())


@pytest.mark.parametrize("operation", ["getLastError", "closeConnection"])
def test_a_made_up_ticket_changes_nothing(server: Server, operation: str) -> None:
    ticket = server.login()
    request = server.ask(ticket, server.hcp())
    assert server.answer("0" * 32, confirmation(request)) == -1
    assert server.ask("0" * 32) == ""
    server.soap(operation, ticket="0" * 32)
    assert server.answer(ticket, confirmation(request)) == 33


def test_an_answer_that_comes_twice_books_one_block(server: Server) -> None:
    ticket = server.login()
    request = server.ask(ticket, server.hcp())
    answers = [server.answer(ticket, confirmation(request)) for _ in range(2)]
    assert answers == [33, 33]
    assert server.states() == ["sent", "not sent", "not sent"]


def test_the_last_answer_that_comes_twice_ends_the_update_twice(server: Server) -> None:
    ticket = server.login()
    for day in (1, 2, 3):
        request = server.ask(ticket, server.hcp() if day == 1 else "")
        server.answer(ticket, confirmation(request))
    assert server.answer(ticket, confirmation(request)) == 100


def test_a_late_answer_to_the_block_before_is_not_booked_on_this_one(server: Server) -> None:
    ticket = server.login()
    first = server.ask(ticket, server.hcp())
    server.answer(ticket, confirmation(first, "1-1"))
    second = server.ask(ticket)
    assert 0 < server.answer(ticket, confirmation(first, "1-1")) < 100
    assert server.states()[1] != "sent"
    assert server.answer(ticket, confirmation(second, "2-1")) == 66
    assert [row["txn_id"] for row in server.blocks()] == ["1-1", "2-1", None]


def test_a_request_that_is_asked_for_twice_is_the_same_one(server: Server) -> None:
    ticket = server.login()
    assert server.ask(ticket, server.hcp()) == server.ask(ticket)


def test_a_connector_that_only_asks_is_stopped(server: Server) -> None:
    ticket = server.login()
    asked = [server.ask(ticket, server.hcp()) for _ in range(6)]
    assert [bool(request) for request in asked] == [True] * 4 + [False] * 2
    assert "never answers" in server.error(ticket)


def test_closing_twice_and_closing_nothing_are_fine(server: Server) -> None:
    ticket = server.login()
    for given in (ticket, ticket, "", "none"):
        assert server.soap("closeConnection", ticket=given) == "OK"


def test_a_quickbooks_that_cannot_be_opened_is_not_tried_for_ever(server: Server) -> None:
    ticket = server.login()
    told = {"hresult": "0x80040408", "message": "Could not start QuickBooks."}
    assert server.soap("connectionError", ticket=ticket, **told) == "done"
    assert "Could not start QuickBooks." in server.error(ticket)
    assert server.states() == ["not sent"] * 3


def test_progress_never_says_done_while_work_is_left(server: Server) -> None:
    quickbooks = QuickBooks()
    server.api("POST", "/api/reset")
    for _ in range(150):
        server.add()
    ticket = server.login()
    said = []
    hcp = server.hcp()
    for _ in range(150):
        said.append(server.answer(ticket, quickbooks.process(server.ask(ticket, hcp))))
        hcp = ""
    assert said == sorted(said)
    assert (said[0], said[-2], said[-1]) == (1, 99, 100)


def test_companies_do_not_see_each_other(server: Server) -> None:
    server.api("POST", "/api/users", {"company": "Other", "user": "other", "password": "secret"})
    assert login(server, "other", "secret") == ["", "none"]
    assert server.api("GET", "/api/blocks?company=Other") == []
    made = server.api("POST", "/api/blocks?company=Other", {**_block(), "notes": "theirs"})
    reply = server.request("DELETE", f"/api/blocks/{made['id']}")
    assert reply.status == 404
    server.login()
    assert login(server, "other", "secret")[1] == "", "another company's session is no reason to wait"


def _block() -> dict[str, str]:
    return {"employee": "Jo", "customer": "Acme", "date": "2026-11-02", "hours": "1:00"}


def test_the_last_updates_are_listed_with_their_errors(server: Server) -> None:
    quickbooks = QuickBooks(names=set())
    update(server, quickbooks)
    (row,) = server.api("GET", "/api/updates")
    assert (row["user"], row["state"], row["total"], row["done"]) == (USER, "closed", 3, 0)
    assert "was not imported" in row["error"]
