"""``plain`` is the seed, word for word; and what it does not know."""

from __future__ import annotations

import pytest
from bundled_servers_support import QuickBooks, Server, Update, block, update


@pytest.fixture
def server() -> Server:
    return Server({"policy": "plain"})


@pytest.fixture
def quickbooks() -> QuickBooks:
    return QuickBooks()


def test_blocks_go_one_a_request_in_date_order_then_in_order_of_addition(
    server: Server, quickbooks: QuickBooks
) -> None:
    for date, notes in (("2026-11-03", "c"), ("2026-11-02", "a"), ("2026-11-02", "b")):
        server.add(date=date, notes=notes)
    done = update(server, quickbooks)
    assert [entry.notes for entry in quickbooks.entries] == ["a", "b", "c"]
    assert [request.count("<TimeTrackingAddRq ") for request in done.requests] == [1, 1, 1]
    assert (done.outcome, done.progress) == ("done", 100)


def test_a_block_is_flagged_when_quickbooks_confirms_it(server: Server, quickbooks: QuickBooks) -> None:
    server.add()
    update(server, quickbooks)
    (row,) = server.blocks()
    assert (row["state"], row["sent_version"], row["txn_id"]) == ("sent", 1, "1-1790000000")


def test_the_same_period_selected_again_sends_nothing(server: Server, quickbooks: QuickBooks) -> None:
    server.add()
    update(server, quickbooks)
    assert update(server, quickbooks).outcome == "none"


def test_only_the_selected_period_is_sent_with_both_of_its_days(
    server: Server, quickbooks: QuickBooks
) -> None:
    for day in ("01", "02", "03", "04"):
        server.add(date=f"2026-11-{day}")
    server.api("PUT", "/api/period", {"from": "2026-11-02", "to": "2026-11-03"})
    update(server, quickbooks)
    assert [entry.date for entry in quickbooks.entries] == ["2026-11-02", "2026-11-03"]


def test_a_mismatch_stops_the_update_and_the_block_is_tried_again(
    server: Server, quickbooks: QuickBooks
) -> None:
    server.add(customer="Acme:Porch", date="2026-11-01")
    server.add()
    stopped = update(server, quickbooks)
    assert quickbooks.entries == []
    assert "Work Block 1 (Jane Doe, Acme:Porch, 2026-11-01, 8:00)" in stopped.error
    assert 'no customer or job "Acme:Porch"' in stopped.error
    assert "Add it in QuickBooks" in stopped.error
    assert server.states() == ["refused", "not sent"]
    quickbooks.names.add("acme:porch")
    update(server, quickbooks)
    assert server.states() == ["sent", "sent"]


def test_an_edited_block_stays_in_quickbooks_as_it_was(server: Server, quickbooks: QuickBooks) -> None:
    number = server.add()
    update(server, quickbooks)
    edited = server.api("PATCH", f"/api/blocks/{number}", {"hours": "7:30"})
    assert (edited["state"], edited["edited_since"], edited["version"]) == ("sent", True, 2)
    assert update(server, quickbooks).outcome == "none"


def test_a_block_added_after_the_sync_goes_with_the_next_one(server: Server, quickbooks: QuickBooks) -> None:
    server.add()
    update(server, quickbooks)
    server.add(date="2026-10-30")
    update(server, quickbooks)
    assert len(quickbooks.entries) == 2


def test_a_block_that_is_added_during_a_session_waits_for_the_next(
    server: Server, quickbooks: QuickBooks
) -> None:
    server.add()
    running = Update(server, quickbooks).steps()
    assert next(running) == "authenticate"
    server.add(date="2026-10-30")
    assert list(running)[-1] == "closeConnection"
    assert len(quickbooks.entries) == 1


def test_two_equal_blocks_are_two_entries(server: Server, quickbooks: QuickBooks) -> None:
    server.add()
    server.add()
    update(server, quickbooks)
    assert len(quickbooks.entries) == 2


def test_it_knows_no_message_sets(server: Server, quickbooks: QuickBooks) -> None:
    server.add()
    assert "MessageSetID" not in update(server, quickbooks).requests[0]


def test_a_confirmation_that_is_lost_doubles_the_hours(server: Server, quickbooks: QuickBooks) -> None:
    server.add()
    dying = Update(server, quickbooks).steps()
    assert [next(dying) for _ in range(3)][-1] == "process"
    update(server, quickbooks)
    assert len(quickbooks.entries) == 2, "plain is what customers have: this is its known defect"


def test_a_person_marks_blocks(server: Server, quickbooks: QuickBooks) -> None:
    first, second = server.add(), server.add()
    assert server.api("POST", f"/api/blocks/{first}/sent")["state"] == "sent"
    update(server, quickbooks)
    assert len(quickbooks.entries) == 1
    assert server.api("POST", f"/api/blocks/{second}/not-sent")["state"] == "not sent"
    update(server, quickbooks)
    assert len(quickbooks.entries) == 2


def test_every_field_is_in_the_request_in_the_order_of_the_grammar(
    server: Server, quickbooks: QuickBooks
) -> None:
    server.api(
        "POST",
        "/api/blocks",
        block(
            service_item="Framing",
            payroll_item="Hourly",
            notes='a & b < "c"\n\u00e9 \U0001f528',
            billable=True,
            hours="0:05",
            **{"class": "North"},
        ),
    )
    (request,) = update(server, quickbooks).requests
    assert request.split("<TimeTrackingAdd>\n")[1].split("</TimeTrackingAdd>")[0] == (
        "<TxnDate>2026-11-02</TxnDate>\n"
        "<EntityRef><FullName>Jane Doe</FullName></EntityRef>\n"
        "<CustomerRef><FullName>Acme:Roof</FullName></CustomerRef>\n"
        "<ItemServiceRef><FullName>Framing</FullName></ItemServiceRef>\n"
        "<Duration>PT0H5M</Duration>\n"
        "<ClassRef><FullName>North</FullName></ClassRef>\n"
        "<PayrollItemWageRef><FullName>Hourly</FullName></PayrollItemWageRef>\n"
        "<Notes>a &amp; b &lt; &quot;c&quot;&#10;&#233; &#128296;</Notes>\n"
        "<BillableStatus>Billable</BillableStatus>\n"
    )
    assert request.startswith('<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="13.0"?>\n')
    assert quickbooks.entries[0].notes == 'a & b < "c"\n\u00e9 \U0001f528'


@pytest.mark.parametrize(
    ("major", "minor", "spoken", "element"),
    [
        (16, 0, "13.0", "<BillableStatus>NotBillable"),
        (8, 0, "8.0", "<BillableStatus>NotBillable"),
        (4, 1, "4.1", "<IsBillable>false"),
    ],
)
def test_an_older_quickbooks_is_spoken_to_in_its_own_version(
    server: Server, major: int, minor: int, spoken: str, element: str
) -> None:
    server.add()
    request = server.soap(
        "sendRequestXML",
        ticket=server.login(),
        strHCPResponse="",
        qbXMLMajorVers=major,
        qbXMLMinorVers=minor,
    )
    assert f'<?qbxml version="{spoken}"?>' in request
    assert element in request
