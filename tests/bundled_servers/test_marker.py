"""``proof: marker``: the entry itself is the proof, for a QuickBooks whose memory cannot be trusted."""

from __future__ import annotations

import pytest
from bundled_servers_support import QuickBooks, Server, Update, update


@pytest.fixture
def server() -> Server:
    server = Server({"proof": "marker"})
    server.add(notes="framing")
    return server


def die_after(server: Server, quickbooks: QuickBooks, step: str) -> None:
    steps = Update(server, quickbooks).steps()
    while next(steps) != step:
        pass
    steps.close()


def test_every_entry_carries_the_mark_of_its_block_and_version(server: Server) -> None:
    quickbooks = QuickBooks()
    update(server, quickbooks)
    mark = server.state.ledger.company("").mark
    assert quickbooks.entries[0].notes == f"framing [{mark}-1-1]"


@pytest.mark.parametrize("step", ["sendRequestXML", "process"])
def test_a_quickbooks_that_stores_nothing_gets_no_block_twice(server: Server, step: str) -> None:
    quickbooks = QuickBooks(stores=False)
    die_after(server, quickbooks, step)
    update(server, quickbooks)
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])
    assert update(server, quickbooks).outcome == "none"


def test_message_sets_alone_would_double_it() -> None:
    """What ``exact`` is exposed to without the marker."""
    server, quickbooks = Server(), QuickBooks(stores=False)
    server.add()
    die_after(server, quickbooks, "process")
    update(server, quickbooks)
    assert len(quickbooks.entries) == 2


def test_an_answer_from_memory_about_an_entry_that_does_not_exist_is_not_believed(
    server: Server,
) -> None:
    quickbooks = QuickBooks()
    die_after(server, quickbooks, "process")
    quickbooks.entries.clear()
    update(server, quickbooks)
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])


def test_message_sets_alone_would_lose_it() -> None:
    server, quickbooks = Server(), QuickBooks()
    server.add()
    die_after(server, quickbooks, "process")
    quickbooks.entries.clear()
    update(server, quickbooks)
    assert (quickbooks.entries, server.states()) == ([], ["sent"])


def test_the_version_that_landed_is_read_from_the_mark(server: Server) -> None:
    quickbooks = QuickBooks(stores=False)
    die_after(server, quickbooks, "process")
    server.api("PATCH", "/api/blocks/1", {"notes": "changed", "date": "2026-11-09"})
    update(server, quickbooks)
    (row,) = server.blocks()
    assert (row["sent_version"], row["version"], len(quickbooks.entries)) == (1, 2, 1)


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("code", [9001, 9002, 9004, 9005])
def test_a_code_without_an_answer_needs_no_person(server: Server, code: int, committed: bool) -> None:
    quickbooks = QuickBooks()
    ticket = server.login()
    request = server.ask(ticket, server.hcp())
    if committed:
        quickbooks.process(request)
    answer = f'<QBXML><QBXMLMsgsRs messageSetStatusCode="{code}"/></QBXML>'
    assert 0 < server.answer(ticket, answer) < 100
    update(server, quickbooks)
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])


def test_a_slow_connector_does_not_double_what_was_not_found(server: Server) -> None:
    quickbooks = QuickBooks()
    slow = Update(server, quickbooks).steps()
    assert [next(slow) for _ in range(2)][-1] == "sendRequestXML"
    update(server, quickbooks)
    list(slow)
    update(server, quickbooks)
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])


def test_a_refusal_is_asked_again_as_without_a_marker(server: Server) -> None:
    quickbooks = QuickBooks(names={"jane doe"})
    update(server, quickbooks)
    quickbooks.names.add("acme:roof")
    update(server, quickbooks)
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])
