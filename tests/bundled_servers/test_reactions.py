"""Message-set codes: each has a stated reaction, and none sends a block a second time by itself."""

from __future__ import annotations

import pytest
from bundled_servers_support import QuickBooks, Server, confirmation, update

from qbharness.servers.policies.exact import REACTIONS


def code_answer(code: int) -> str:
    return (
        '<?xml version="1.0" ?>\n<QBXML>\n'
        f'<QBXMLMsgsRs messageSetStatusCode="{code}">\n</QBXMLMsgsRs>\n</QBXML>\n'
    )


@pytest.fixture
def server() -> Server:
    server = Server()
    server.add()
    server.add(date="2026-12-01", notes="behind")
    return server


def held(server: Server, code: int) -> str:
    ticket = server.login()
    server.ask(ticket, server.hcp())
    assert server.answer(ticket, code_answer(code)) == -1
    return server.error(ticket)


@pytest.mark.parametrize("code", sorted(REACTIONS))
def test_a_block_that_nobody_can_tell_of_waits_for_a_person(server: Server, code: int) -> None:
    error = held(server, code)
    assert str(code) in error
    assert "mark the block as sent or as not sent" in error
    (row, behind) = server.blocks()
    assert (row["state"], row["needs_a_person"], behind["state"]) == ("in doubt", True, "not sent")
    quickbooks = QuickBooks()
    assert update(server, quickbooks).error == error
    assert quickbooks.entries == []


@pytest.mark.parametrize(("mark", "entries"), [("sent", 1), ("not-sent", 2)])
def test_a_person_settles_it(server: Server, mark: str, entries: int) -> None:
    held(server, 9005)
    server.api("POST", f"/api/blocks/1/{mark}")
    quickbooks = QuickBooks()
    update(server, quickbooks)
    assert len(quickbooks.entries) == entries
    assert server.states() == ["sent", "sent"]


def test_a_confirmation_counts_although_quickbooks_could_not_store_it(server: Server) -> None:
    ticket = server.login()
    answer = confirmation(server.ask(ticket, server.hcp()))
    answer = answer.replace("<QBXMLMsgsRs>", '<QBXMLMsgsRs messageSetStatusCode="9005">')
    assert 0 < server.answer(ticket, answer) < 100
    assert server.states() == ["sent", "not sent"]


def test_a_warning_about_a_saved_entry_is_a_confirmation(server: Server) -> None:
    ticket = server.login()
    answer = confirmation(server.ask(ticket, server.hcp()))
    server.answer(ticket, answer.replace('statusCode="0"', 'statusCode="550"'))
    assert server.states() == ["sent", "not sent"]


def test_a_status_that_does_not_exist_is_held(server: Server) -> None:
    ticket = server.login()
    answer = confirmation(server.ask(ticket, server.hcp()))
    assert server.answer(ticket, answer.replace('statusCode="0"', 'statusCode="-1"')) == -1
    assert server.blocks()[0]["needs_a_person"]


def test_an_id_that_is_known_with_other_contents_is_never_sent_under_a_new_one() -> None:
    """A server that lost its database and made a new one draws a new mark, so this takes two
    servers with one database."""
    server = Server()
    server.add()
    quickbooks = QuickBooks()
    set_id = f"{server.state.ledger.company('').mark}-1-1-1"
    quickbooks.memory[set_id] = ("another request", "its answer")
    assert "9001" in update(server, quickbooks).error
    assert "9001" in update(server, quickbooks).error
    assert quickbooks.entries == []
