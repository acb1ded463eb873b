"""The seven probes that the closest rival fails, and the way of one entry."""

from __future__ import annotations

from quickbooks_support import added, desk, hresult_of, list_add, time_add


def test_an_unknown_employee_is_refused_with_3140() -> None:
    at = desk()
    reply = at.one(time_add(employee="Nobody"))
    assert (reply.code, reply.severity) == (3140, "Error")
    assert reply.message == (
        'There is an invalid reference to QuickBooks Entity "Nobody" in the TimeTracking.  QuickBooks error '
        "message: Invalid argument.  The specified record does not exist in the list."
    )
    assert at.company.timesheet() == ()


def test_an_unknown_job_is_refused_with_3140_although_its_customer_exists() -> None:
    at = desk()
    reply = at.one(time_add(customer="Acme:Porch"))
    assert reply.code == 3140
    assert 'QuickBooks Customer "Acme:Porch" in the TimeTracking.' in reply.message
    assert at.company.timesheet() == ()


def test_what_the_schema_refuses_is_refused_as_a_whole_and_changes_nothing() -> None:
    at = desk()
    wrong_order = time_add().replace("<Duration>PT8H0M0S</Duration>", "") + time_add()
    assert hresult_of(lambda: at.ask(time_add() + wrong_order)) == 0x80040400
    assert at.company.timesheet() == ()
    assert any(line.kind == "refused" for line in at.qb.log.lines)


def test_the_same_message_set_twice_is_stored_once_and_answered_alike() -> None:
    at = desk()
    first = at.ask(time_add(), newMessageSetID="set1")
    again = at.ask(time_add(), newMessageSetID="set1")
    assert again.text == first.text
    assert len(at.company.timesheet()) == 1


def test_a_second_customer_of_one_name_is_refused_with_3100() -> None:
    at = desk()
    reply = at.one(list_add("Customer", "<Name>ACME</Name>"))
    assert (reply.code, reply.message) == (3100, 'The name "ACME" of the list element is already in use.')
    assert len(at.company.lists.all("Customer")) == 3


def test_txn_del_deletes_the_entry() -> None:
    at = desk()
    txn_id = added(at).value("TimeTrackingRet/TxnID")
    reply = at.one(f"<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>")
    assert (reply.code, reply.value("TxnID")) == (0, txn_id)
    assert at.company.timesheet() == ()
    assert at.one("<TimeTrackingQueryRq/>").code == 1


def test_a_date_filter_filters_and_its_bounds_are_in() -> None:
    at = desk()
    for day in ("01", "02", "03", "04"):
        added(at, date=f"2026-11-{day}")
    reply = at.one(
        "<TimeTrackingQueryRq><TxnDateRangeFilter><FromTxnDate>2026-11-02</FromTxnDate>"
        "<ToTxnDate>2026-11-03</ToTxnDate></TxnDateRangeFilter></TimeTrackingQueryRq>"
    )
    assert reply.values("TimeTrackingRet/TxnDate") == ["2026-11-02", "2026-11-03"]


def test_stop_on_error_stops_and_what_came_before_stays() -> None:
    at = desk()
    answer = at.ask(time_add() + time_add(employee="Nobody") + time_add())
    assert answer.codes == [0, 3140, 3231]
    assert answer[2].message == "The request has not been processed."
    assert len(at.company.timesheet()) == 1


def test_an_entry_comes_back_in_the_order_of_the_grammar_with_every_reference_resolved() -> None:
    at = desk()
    reply = at.one(
        time_add(
            employee="jane doe",
            customer="ACME:ROOF",
            item="framing",
            class_="field",
            payroll_item="hourly",
            notes="north side",
            billable="Billable",
            request_id="17",
        )
    )
    assert reply.attribute("requestID") == "17"
    assert reply.order() == [
        *("TxnID", "TimeCreated", "TimeModified", "EditSequence", "TxnNumber", "TxnDate", "EntityRef"),
        *("CustomerRef", "ItemServiceRef", "Duration", "ClassRef", "PayrollItemWageRef", "Notes"),
        "BillableStatus",
    ]
    assert reply.values("TimeTrackingRet/*/FullName") == [
        "Jane Doe",
        "Acme:Roof",
        "Framing",
        "Field",
        "Hourly",
    ]
    (row,) = at.company.timesheet()
    assert (row.employee, row.customer, row.duration, row.billable) == (
        "Jane Doe",
        "Acme:Roof",
        28800,
        "Billable",
    )
