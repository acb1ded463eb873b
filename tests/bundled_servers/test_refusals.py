"""A refused block stays unsent, is asked again, and never lands twice."""

from __future__ import annotations

import itertools

import pytest
from bundled_servers_support import QuickBooks, Server, Update, update


@pytest.fixture
def server() -> Server:
    server = Server()
    server.add(customer="Acme:Porch")
    return server


def adds(done: Update) -> list[bool]:
    """For each request of an update: does it hold a TimeTrackingAdd?"""
    return ["<TimeTrackingAdd>" in request for request in done.requests]


@pytest.mark.parametrize("kept", [True, False])
def test_after_the_job_was_added_the_block_lands_at_the_next_update(server: Server, kept: bool) -> None:
    quickbooks = QuickBooks(keeps_failures=kept)
    assert 'no customer or job "Acme:Porch"' in update(server, quickbooks).error
    assert server.states() == ["refused"]
    quickbooks.names.add("acme:porch")
    again = update(server, quickbooks)
    assert adds(again) == [False, True], "first it asks what is stored, then it sends"
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])


@pytest.mark.parametrize("kept", [True, False])
def test_a_standing_mismatch_stops_every_update_and_blocks_behind_it_wait(server: Server, kept: bool) -> None:
    quickbooks = QuickBooks(keeps_failures=kept)
    server.add(date="2026-12-01")
    for _ in range(4):
        assert "Acme:Porch" in update(server, quickbooks).error
    assert quickbooks.entries == []
    assert server.states() == ["refused", "not sent"]


def test_a_stored_refusal_gets_a_new_id_and_an_unstored_one_keeps_its_own(server: Server) -> None:
    ids = {}
    for kept in (True, False):
        quickbooks = QuickBooks(keeps_failures=kept)
        server.api("POST", "/api/reset")
        server.add(customer="Acme:Porch")
        first = update(server, quickbooks).requests[-1]
        second = update(server, quickbooks).requests[-1]
        ids[kept] = [request.split('newMessageSetID="')[1][6:14] for request in (first, second)]
    assert ids[True] == ['-1-1-1">', '-1-1-2">']
    assert ids[False] == ['-1-1-1">', '-1-1-1">']


@pytest.mark.parametrize("kept", [True, False])
def test_a_refusal_whose_answer_is_lost_costs_at_most_one_update_more(server: Server, kept: bool) -> None:
    quickbooks = QuickBooks(keeps_failures=kept)
    dying = Update(server, quickbooks).steps()
    assert [next(dying) for _ in range(3)][-1] == "process"
    quickbooks.names.add("acme:porch")
    update(server, quickbooks)
    assert len(quickbooks.entries) == (not kept), "a stored refusal may be shown once"
    update(server, quickbooks)
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])


@pytest.mark.parametrize("kept", [True, False])
def test_a_slow_connector_that_still_carries_the_refused_request_does_not_double_it(
    server: Server, kept: bool
) -> None:
    quickbooks = QuickBooks(keeps_failures=kept)
    slow = Update(server, quickbooks)
    steps = slow.steps()
    assert [next(steps) for _ in range(2)][-1] == "sendRequestXML"
    update(server, quickbooks)
    quickbooks.names.add("acme:porch")
    update(server, quickbooks)
    assert [*steps][:1] == ["process"]
    update(server, quickbooks)
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])


def test_the_check_finds_what_a_slow_connector_has_delivered_meanwhile(server: Server) -> None:
    quickbooks = QuickBooks(keeps_failures=False)
    slow = Update(server, quickbooks).steps()
    assert [next(slow) for _ in range(2)][-1] == "sendRequestXML"
    update(server, quickbooks)
    quickbooks.names.add("acme:porch")
    assert [*slow][:1] == ["process"]
    last = update(server, quickbooks)
    assert adds(last) == [False]
    assert (len(quickbooks.entries), server.states()) == (1, ["sent"])


def test_an_edited_block_goes_in_its_new_version(server: Server) -> None:
    quickbooks = QuickBooks()
    update(server, quickbooks)
    server.api("PATCH", "/api/blocks/1", {"customer": "Acme:Roof"})
    update(server, quickbooks)
    assert [entry.customer for entry in quickbooks.entries] == ["Acme:Roof"]
    assert server.blocks()[0]["sent_version"] == 2


@pytest.mark.parametrize("hresult", ["0x80040400", "0x80040423"])
def test_a_request_that_quickbooks_cannot_read_is_refused_not_in_doubt(server: Server, hresult: str) -> None:
    ticket = server.login()
    server.ask(ticket, server.hcp())
    assert server.answer(ticket, "", hresult, "QuickBooks found an error") == -1
    assert server.states() == ["refused"]
    assert "Work Block 1" in server.error(ticket)
    quickbooks = QuickBooks(names={"jane doe", "acme:porch"})
    update(server, quickbooks)
    assert len(quickbooks.entries) == 1


def test_a_quickbooks_that_cannot_read_the_check_is_taken_to_store_refusals(server: Server) -> None:
    update(server, QuickBooks())
    ticket = server.login()
    assert "<TimeTrackingAdd>" not in server.ask(ticket, server.hcp())
    assert 0 <= server.answer(ticket, "", "0x80040400", "cannot parse") < 100
    assert "-1-1-2" in server.ask(ticket)


def test_a_check_that_quickbooks_does_not_answer_stops_the_update(server: Server) -> None:
    update(server, QuickBooks())
    ticket = server.login()
    server.ask(ticket, server.hcp())
    assert server.answer(ticket, "", "0x800706BA", "The RPC server is unavailable.") == -1
    assert "did not answer" in server.error(ticket)
    assert server.states() == ["refused"]


@pytest.mark.parametrize("proof", ["message_set", "marker"])
@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("statuses_only", [True, False])
def test_a_refused_request_that_is_still_on_its_way_after_an_edit_doubles_nothing(
    proof: str, kept: bool, statuses_only: bool
) -> None:
    """Wherever between the steps of the update after the edit the slow connector brings it."""
    landed = set()
    for position in itertools.count():
        server = Server({"proof": proof})
        quickbooks = QuickBooks(keeps_failures=kept, statuses_only=statuses_only)
        server.add(customer="Acme:Porch")
        slow = Update(server, quickbooks).steps()
        assert [next(slow) for _ in range(2)][-1] == "sendRequestXML"
        update(server, quickbooks)
        server.api("PATCH", "/api/blocks/1", {"customer": "Acme:Roof", "date": "2026-11-04"})
        quickbooks.names.add("acme:porch")
        fast = Update(server, quickbooks).steps()
        taken = len(list(itertools.islice(fast, position)))
        assert [*slow][:1] == ["process"]
        list(fast)
        for _ in range(2):
            update(server, quickbooks)
        (entry,) = quickbooks.entries
        (row,) = server.blocks()
        versions = {"Acme:Porch": 1, "Acme:Roof": 2}
        assert (row["state"], row["sent_version"]) == ("sent", versions[entry.customer]), position
        landed.add(entry.customer)
        if taken < position:
            break
    assert landed == ({"Acme:Roof"} if kept else {"Acme:Porch", "Acme:Roof"})


def test_an_id_of_two_versions_of_which_quickbooks_then_knows_nothing_waits_for_a_person(
    server: Server,
) -> None:
    update(server, QuickBooks(keeps_failures=False))
    server.api("PATCH", "/api/blocks/1", {"customer": "Acme:Roof"})
    quickbooks = QuickBooks(keeps_failures=False)
    steps = Update(server, quickbooks).steps()
    while next(steps) != "process" or not quickbooks.entries:
        pass
    steps.close()
    ticket = server.login()
    assert "<TimeTrackingAdd>" in server.ask(ticket, server.hcp())
    said = '<QBXML><QBXMLMsgsRs messageSetStatusCode="{}"/></QBXML>'
    assert 0 <= server.answer(ticket, said.format(9001)) < 100
    assert "<TimeTrackingAdd>" not in server.ask(ticket)
    assert server.answer(ticket, said.format(9002)) == -1
    assert "mark the block" in server.error(ticket)
    assert server.states() == ["in doubt"]
