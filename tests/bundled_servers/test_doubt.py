"""What ``exact`` does while nobody knows whether QuickBooks has a block."""

from __future__ import annotations

import pytest
from bundled_servers_support import QuickBooks, Server, Update, confirmation, update


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def quickbooks() -> QuickBooks:
    return QuickBooks()


def leave_in_doubt(server: Server, quickbooks: QuickBooks, *, committed: bool) -> str:
    """An update whose connector dies with the next block's request; gives back that request."""
    dying = Update(server, quickbooks)
    steps = dying.steps()
    last = "process" if committed else "sendRequestXML"
    assert last in (next(steps) for _ in range(3 if committed else 2))
    steps.close()
    return dying.requests[-1] if committed else ""


@pytest.mark.parametrize("committed", [True, False])
def test_the_same_bytes_go_again_and_the_stored_answer_settles_it(
    server: Server, quickbooks: QuickBooks, committed: bool
) -> None:
    server.add()
    first = leave_in_doubt(server, quickbooks, committed=committed)
    assert server.states() == ["in doubt"]
    second = update(server, quickbooks).requests
    assert len(second) == 1
    assert second[0] == (first or second[0])
    assert len(quickbooks.entries) == 1
    assert server.states() == ["sent"]


def test_a_block_in_doubt_comes_before_every_other_block(server: Server, quickbooks: QuickBooks) -> None:
    server.add(date="2026-11-05", notes="doubtful")
    leave_in_doubt(server, quickbooks, committed=False)
    server.add(date="2026-11-01", notes="earlier")
    update(server, quickbooks)
    assert [entry.notes for entry in quickbooks.entries] == ["doubtful", "earlier"]


@pytest.mark.parametrize("committed", [True, False])
def test_an_edit_in_doubt_waits_and_the_page_says_which_version_is_there(
    server: Server, quickbooks: QuickBooks, committed: bool
) -> None:
    number = server.add()
    leave_in_doubt(server, quickbooks, committed=committed)
    server.api("PATCH", f"/api/blocks/{number}", {"hours": "1:00"})
    update(server, quickbooks)
    assert [entry.duration for entry in quickbooks.entries] == ["PT8H0M"]
    (row,) = server.blocks()
    assert (row["state"], row["sent_version"], row["version"]) == ("sent", 1, 2)
    assert row["edited_since"]


@pytest.mark.parametrize("committed", [True, False])
def test_a_block_that_is_deleted_in_doubt_is_asked_for_and_not_sent(
    server: Server, quickbooks: QuickBooks, committed: bool
) -> None:
    number = server.add()
    leave_in_doubt(server, quickbooks, committed=committed)
    server.api("DELETE", f"/api/blocks/{number}")
    asked = update(server, quickbooks)
    assert ["TimeTrackingAdd" in request for request in asked.requests] == [False]
    assert len(quickbooks.entries) == committed
    assert update(server, quickbooks).outcome == "none"


@pytest.mark.parametrize("committed", [True, False])
def test_a_doubt_outside_the_selected_period_is_settled_before_others_are_sent(
    server: Server, quickbooks: QuickBooks, committed: bool
) -> None:
    """QuickBooks may remember only the last id: the one in doubt has to be asked for first."""
    quickbooks.keeps_ids = 1
    server.add(date="2026-11-05", notes="outside")
    leave_in_doubt(server, quickbooks, committed=committed)
    server.add(date="2026-11-01", notes="inside")
    server.api("PUT", "/api/period", {"from": None, "to": "2026-11-02"})
    update(server, quickbooks)
    assert sorted(e.notes for e in quickbooks.entries) == ["inside"] + ["outside"] * committed
    server.api("PUT", "/api/period", {"from": None, "to": None})
    update(server, quickbooks)
    assert sorted(e.notes for e in quickbooks.entries) == ["inside", "outside"]


def test_a_backup_restored_while_in_doubt_lands_the_block_on_the_new_timeline(
    server: Server, quickbooks: QuickBooks
) -> None:
    server.add()
    leave_in_doubt(server, quickbooks, committed=True)
    quickbooks.entries.clear()
    quickbooks.memory.clear()
    update(server, quickbooks)
    assert len(quickbooks.entries) == 1


def test_a_stored_answer_without_details_confirms_too(server: Server, quickbooks: QuickBooks) -> None:
    server.add()
    leave_in_doubt(server, quickbooks, committed=True)
    quickbooks.statuses_only = True
    update(server, quickbooks)
    (row,) = server.blocks()
    assert (row["state"], row["txn_id"]) == ("sent", None)


def test_an_answer_that_cannot_be_read_leaves_the_block_in_doubt(
    server: Server, quickbooks: QuickBooks
) -> None:
    server.add()
    ticket = server.login()
    request = server.ask(ticket, server.hcp())
    whole = quickbooks.process(request)
    assert server.answer(ticket, whole[: len(whole) // 2]) == -1
    assert "cannot be read" in server.error(ticket)
    assert server.states() == ["in doubt"]
    update(server, quickbooks)
    assert len(quickbooks.entries) == 1


def test_a_quickbooks_that_died_leaves_the_block_in_doubt(server: Server, quickbooks: QuickBooks) -> None:
    server.add()
    ticket = server.login()
    quickbooks.process(server.ask(ticket, server.hcp()))
    assert server.answer(ticket, "", "0x800706BA", "The RPC server is unavailable.") == -1
    assert "cannot double it" in server.error(ticket)
    assert server.states() == ["in doubt"]
    update(server, quickbooks)
    assert len(quickbooks.entries) == 1


def test_a_server_restored_from_its_own_backup_makes_the_same_request_again(
    server: Server, quickbooks: QuickBooks
) -> None:
    """Not demanded of any server; it follows from ids that are made, not drawn."""
    server.add()
    first = update(server, quickbooks).requests
    restore(server)
    assert update(server, quickbooks).requests == first
    assert len(quickbooks.entries) == 1


def restore(server: Server) -> None:
    """Bring the database back to before the first hand-out."""
    with server.state.store.transaction() as db:
        db.exec_driver_sql("DELETE FROM handouts")
        db.exec_driver_sql(
            "UPDATE blocks SET state = 'not sent', queue = 2, attempt = 0, handout_id = NULL, "
            "sent_version = NULL, txn_id = NULL"
        )


def test_every_id_has_at_most_23_characters(server: Server) -> None:
    class Session:
        mark = "ABCDEF"

    class Big:
        id, version = 2**31 - 1, 10**4

    class Desk:
        session = Session

    set_id = server.state.policy.message_set_id(Desk, Big, 10**4)
    assert set_id == "ABCDEF-ZIK0ZJ-7PS-7PS"
    assert len(set_id) <= 23


def test_marking_a_block_in_doubt_as_not_sent_keeps_its_id(server: Server, quickbooks: QuickBooks) -> None:
    number = server.add()
    leave_in_doubt(server, quickbooks, committed=True)
    assert server.api("POST", f"/api/blocks/{number}/not-sent")["state"] == "in doubt"
    update(server, quickbooks)
    assert len(quickbooks.entries) == 1


def test_marking_a_sent_block_as_not_sent_sends_it_under_a_new_id(
    server: Server, quickbooks: QuickBooks
) -> None:
    number = server.add()
    update(server, quickbooks)
    server.api("POST", f"/api/blocks/{number}/not-sent")
    update(server, quickbooks)
    assert len(quickbooks.entries) == 2


def test_an_answer_books_the_version_that_was_sent(server: Server, quickbooks: QuickBooks) -> None:
    number = server.add()
    ticket = server.login()
    request = server.ask(ticket, server.hcp())
    server.api("PATCH", f"/api/blocks/{number}", {"notes": "changed in between"})
    assert server.answer(ticket, confirmation(request)) == 100
    (row,) = server.blocks()
    assert (row["sent_version"], row["version"]) == (1, 2)
