"""After a backup of the company file was restored: named, and sent again only when told to."""

from __future__ import annotations

import pytest
from bundled_servers_support import QuickBooks, Server, update


@pytest.fixture
def server() -> Server:
    server = Server()
    for day in (1, 2, 3):
        server.add(date=f"2026-11-0{day}", notes=str(day))
    return server


@pytest.fixture
def quickbooks(server: Server) -> QuickBooks:
    quickbooks = QuickBooks()
    update(server, quickbooks)
    return quickbooks


def missing(server: Server) -> list[str]:
    return [row["missing"] for row in server.blocks()]


def test_without_being_told_nothing_is_compared_or_sent(server: Server, quickbooks: QuickBooks) -> None:
    quickbooks.entries.clear()
    assert update(server, quickbooks).outcome == "none"
    assert server.states() == ["sent"] * 3


def test_the_forgotten_and_the_deleted_are_named_and_nothing_is_sent(
    server: Server, quickbooks: QuickBooks
) -> None:
    first, second, _ = quickbooks.entries
    quickbooks.deleted.append(second.txn_id)
    del quickbooks.entries[:2]
    server.add(date="2026-11-04")
    server.api("POST", "/api/reconcile")
    told = update(server, quickbooks)
    assert missing(server) == ["forgotten", "deleted", "", ""]
    assert "2 sent Work Blocks are not in QuickBooks" in told.error
    assert "2026-11-01: forgotten" in told.error
    assert all("TimeTrackingAdd>" not in request for request in told.requests)
    assert first.txn_id in told.requests[0]


def test_what_is_marked_as_not_sent_goes_again_and_nothing_else(
    server: Server, quickbooks: QuickBooks
) -> None:
    quickbooks.entries.clear()
    quickbooks.memory.clear()
    server.api("POST", "/api/reconcile")
    update(server, quickbooks)
    server.api("POST", "/api/blocks/2/not-sent")
    update(server, quickbooks)
    assert [entry.notes for entry in quickbooks.entries] == ["2"]
    assert missing(server) == ["forgotten", "", "forgotten"]


def test_when_nothing_is_missing_it_says_so(server: Server, quickbooks: QuickBooks) -> None:
    server.api("POST", "/api/reconcile")
    assert "has every Work Block" in update(server, quickbooks).error
    assert update(server, quickbooks).outcome == "none"


def test_more_than_a_hundred_blocks_are_compared_in_several_requests(server: Server) -> None:
    quickbooks = QuickBooks()
    for _ in range(247):
        server.add()
    update(server, quickbooks)
    quickbooks.entries = quickbooks.entries[:240]
    server.api("POST", "/api/reconcile")
    told = update(server, quickbooks)
    assert [request.count("<TxnID>") for request in told.requests] == [100, 100, 50]
    assert "10 sent Work Blocks" in told.error
    assert missing(server).count("forgotten") == 10


def test_an_answer_that_is_lost_repeats_the_question(server: Server, quickbooks: QuickBooks) -> None:
    server.api("POST", "/api/reconcile")
    ticket = server.login()
    server.ask(ticket, server.hcp())
    assert server.answer(ticket, "", "0x80040402", "Unexpected error.") == -1
    assert "has every Work Block" in update(server, quickbooks).error


def test_a_policy_that_never_compares_says_so_instead_of_waiting_for_ever() -> None:
    server = Server({"policy": "plain"})
    reply = server.request("POST", "/api/reconcile")
    assert (reply.status, b"does not compare" in reply.body) == (409, True)
    server.add()
    assert update(server, QuickBooks()).outcome == "done"
    assert b"Compare with QuickBooks" not in server.request("GET", "/").body
    assert b"Compare with QuickBooks" in Server().request("GET", "/").body
