"""Time entries: every row of the facts on time tracking has its test here."""

from __future__ import annotations

import datetime as dt
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from quickbooks_support import JANE, added, desk, hresult_of, time_add, time_mod

from qbsim.quickbooks import Rights, Selector, people

GUID = "{0A1B2C3D-0000-1111-2222-0123456789AB}"


@pytest.mark.parametrize("name", ["Jane Doe", "Vera Vendor", "Otto Other"])
def test_entity_takes_an_employee_a_vendor_or_an_other_name(name: str) -> None:
    assert added(desk(), employee=name).value("TimeTrackingRet/EntityRef/FullName") == name


@pytest.mark.parametrize("name", ["Acme", "Acme:Roof"])
def test_entity_never_takes_a_customer(name: str) -> None:
    assert desk().one(time_add(employee=name)).code == 3140


@pytest.mark.parametrize("missing", ["customer", "item"])
@pytest.mark.parametrize("value", ["3150", "3180"])
def test_billable_time_needs_a_customer_and_a_service_item(missing: str, value: str) -> None:
    at = desk(switches={"billable_incomplete": value})
    fields = {"customer": "Acme", "item": "Framing", "billable": "Billable"} | {missing: None}
    reply = at.one(time_add(**fields))  # type: ignore[arg-type]
    assert reply.code == int(value)
    assert {"customer": "CustomerRef", "item": "ItemServiceRef"}[missing] in reply.message
    assert at.company.timesheet() == ()


def test_without_a_customer_no_service_item_is_needed() -> None:
    assert added(desk(), customer=None).order().count("CustomerRef") == 0


@pytest.mark.parametrize("value", ["NotBillable", "Billable"])
def test_the_default_of_billable_status_is_a_switch(value: str) -> None:
    at = desk(switches={"billable_status_default": value})
    reply = added(at, billable=None, item="Framing")
    assert reply.value("TimeTrackingRet/BillableStatus") == value


def test_up_to_5_0_is_billable_says_it_and_true_is_the_default() -> None:
    at = desk()
    body = time_add(billable=None, item="Framing")
    flagged = body.replace("</Duration>", "</Duration><IsBillable>false</IsBillable>")
    assert at.one(body, "5.0").value("TimeTrackingRet/IsBillable") == "true"
    assert at.one(flagged, "5.0").value("TimeTrackingRet/IsBillable") == "false"
    assert [row.billable for row in at.company.timesheet()] == ["Billable", "NotBillable"]


def test_from_6_0_on_is_billable_is_unknown() -> None:
    flagged = time_add(billable=None).replace("</Duration>", "</Duration><IsBillable>1</IsBillable>")
    assert hresult_of(lambda: desk().ask(flagged, "6.0")) == 0x80040400


def test_a_payroll_item_goes_with_use_time_data() -> None:
    reply = added(desk(), payroll_item="Hourly")
    assert reply.value("TimeTrackingRet/PayrollItemWageRef/FullName") == "Hourly"


@pytest.mark.parametrize("name", ["John Smith", "Vera Vendor"])
def test_a_payroll_item_without_use_time_data_is_refused_or_dropped(name: str) -> None:
    assert desk().one(time_add(employee=name, payroll_item="Hourly")).code == 3180
    dropping = desk(switches={"payroll_item_unused": "dropped"})
    assert "PayrollItemWageRef" not in added(dropping, employee=name, payroll_item="Hourly").order()


def test_use_time_data_without_a_payroll_item_is_accepted() -> None:
    assert added(desk(), payroll_item=None).code == 0


@pytest.mark.parametrize(
    ("switch", "sent", "back"),
    [
        ("cut", "PT1H35M59S", "PT1H35M"),
        ("rounded", "PT1H35M29S", "PT1H35M"),
        ("rounded", "PT1H35M30S", "PT1H36M"),
        ("cut", "PT90M", "PT1H30M"),
        ("cut", "PT7H30M0S", "PT7H30M"),
    ],
)
def test_seconds_are_taken_and_not_returned(switch: str, sent: str, back: str) -> None:
    at = desk(switches={"duration_seconds": switch})
    assert added(at, duration=sent).value("TimeTrackingRet/Duration") == back


def test_the_echo_form_of_a_duration_is_a_switch() -> None:
    at = desk(switches={"duration_form": "hours_minutes_seconds"})
    assert added(at).value("TimeTrackingRet/Duration") == "PT8H0M0S"


def test_more_than_24_hours_is_a_switch() -> None:
    assert added(desk(), duration="PT100H58M0S").value("TimeTrackingRet/Duration") == "PT100H58M"
    at = desk(switches={"over_24_hours": "refused"})
    assert at.one(time_add(duration="PT24H1M")).code == 3035
    assert at.one(time_add(duration="PT24H")).code == 0


@pytest.mark.parametrize("text", ["PT1.5H", "P1DT1H", "PT", "1:30", "-PT1H", ""])
def test_a_wrong_interval_is_3035_and_the_other_requests_go_on(text: str) -> None:
    at = desk()
    answer = at.ask(time_add(duration=text) + time_add(), onError="continueOnError")
    assert answer.codes == [3035, 0]


def test_by_a_switch_a_wrong_value_fails_the_whole_set() -> None:
    at = desk(switches={"value_errors": "whole_set"})
    assert hresult_of(lambda: at.ask(time_add() + time_add(duration="PT1.5H"))) == 0x80040400
    assert at.company.timesheet() == ()


def test_notes_of_4095_characters_are_taken_and_of_4096_refused() -> None:
    at = desk()
    assert added(at, notes="n" * 4095).value("TimeTrackingRet/Notes") == "n" * 4095
    assert at.one(time_add(notes="n" * 4096)).code == 3070


def test_notes_with_markup_quotes_and_accents_come_back_as_they_were() -> None:
    notes = "Schreiner &amp; Söhne &lt;roof&gt; \"north\" 'side' 🏠"
    assert (
        added(desk(), notes=notes).value("TimeTrackingRet/Notes")
        == "Schreiner & Söhne <roof> \"north\" 'side' 🏠"
    )


def test_rate_is_taken_by_the_grammar_and_not_by_desktop() -> None:
    body = time_add().replace("<Duration>", "<Rate>12.50</Rate><Duration>")
    reply = desk().one(body)
    assert (reply.code, reply.severity) == (530, "Warn")
    assert reply.order().count("Rate") == 0


def test_a_wrong_price_is_3045() -> None:
    body = time_add().replace("<Duration>", "<Rate>12.1234567</Rate><Duration>")
    assert desk().one(body).code == 3045


@pytest.mark.parametrize(("switch", "expected"), [("last_saved", "2026-10-30"), ("today", "2026-11-02")])
def test_a_missing_date_is_that_of_the_last_entry_or_today(switch: str, expected: str) -> None:
    at = desk(switches={"txn_date_default": switch})
    assert added(at, date=None).value("TimeTrackingRet/TxnDate") == "2026-11-02"
    added(at, date="2026-10-30")
    assert added(at, date=None).value("TimeTrackingRet/TxnDate") == expected


def test_the_guid_comes_back_and_a_second_one_is_a_switch() -> None:
    at = desk()
    assert added(at, guid=GUID).value("TimeTrackingRet/ExternalGUID") == GUID
    assert added(at, guid=GUID).code == 0
    strict = desk(switches={"external_guid_unique": "yes"})
    added(strict, guid=GUID)
    assert strict.one(time_add(guid=GUID)).code == 3210


def test_an_inactive_name_is_a_switch() -> None:
    lenient, strict = desk(), desk(switches={"inactive_names": "refused"})
    for at in (lenient, strict):
        people.make_inactive(at.qb, "job", "Acme:Roof")
    assert added(lenient).code == 0
    assert strict.one(time_add()).code == 3140


def test_while_time_tracking_is_off_a_request_is_3250_by_a_switch() -> None:
    strict, lenient = desk(), desk(switches={"time_tracking_off": "accepted"})
    for at in (strict, lenient):
        people.set_preference(at.qb, "IsUsingTimeTracking", False)
    assert strict.one(time_add()).code == 3250
    assert lenient.one(time_add()).code == 0


def test_a_class_is_3250_while_class_tracking_is_off() -> None:
    at = desk()
    people.set_preference(at.qb, "IsUsingClassTracking", "false")
    assert at.one(time_add(class_="Field")).code == 3250
    assert at.one(time_add()).code == 0


def test_without_the_right_to_time_a_request_is_3260() -> None:
    at = desk()
    at.qb.set_rights("Sync", Rights(time_tracking=False))
    assert at.one(time_add()).code == 3260


def test_the_noun_of_3140_for_an_entity_is_a_switch() -> None:
    at = desk(switches={"entity_noun": "Employee"})
    assert 'QuickBooks Employee "Nobody" in the TimeTracking' in at.one(time_add(employee="Nobody")).message


@pytest.mark.parametrize(
    ("field", "noun"), [("item", "Item"), ("class_", "Class"), ("payroll_item", "Payroll Item")]
)
def test_every_reference_that_is_unknown_is_3140_under_its_noun(field: str, noun: str) -> None:
    reply = desk().one(time_add(**{field: "None such"}))  # type: ignore[arg-type]
    assert (reply.code, f'QuickBooks {noun} "None such"' in reply.message) == (3140, True)


# Changing


def test_a_mod_keeps_what_it_does_not_name_and_an_empty_element_clears() -> None:
    at = desk()
    entry = added(at, notes="framing", class_="Field")
    txn_id, sequence = entry.value("*/TxnID") or "", entry.value("*/EditSequence") or ""
    changed = at.one(time_mod(txn_id, sequence, f"{JANE}<Duration>PT7H30M</Duration><ClassRef/>"))
    assert changed.code == 0
    (row,) = at.company.timesheet()
    assert (row.customer, row.notes, row.class_, row.hours) == ("Acme:Roof", "framing", "", "7:30")
    assert changed.value("*/EditSequence") != sequence
    assert changed.value("*/TxnID") == txn_id
    assert changed.value("*/TimeCreated") == entry.value("*/TimeCreated")


def test_a_mod_without_entity_or_duration_is_refused_by_the_grammar() -> None:
    at = desk()
    entry = added(at)
    txn_id, sequence = entry.value("*/TxnID") or "", entry.value("*/EditSequence") or ""
    assert hresult_of(lambda: at.ask(time_mod(txn_id, sequence, JANE))) == 0x80040400


def test_a_stale_edit_sequence_is_3200_and_nothing_changes() -> None:
    at = desk()
    entry = added(at)
    before = at.company.timesheet()
    reply = at.one(time_mod(entry.value("*/TxnID") or "", "1416315972", f"{JANE}<Duration>PT1H</Duration>"))
    assert (reply.code, reply.message) == (3200, 'The provided edit sequence "1416315972" is out-of-date. ')
    assert at.company.timesheet() == before


def test_a_mod_cannot_clear_what_an_entry_needs() -> None:
    at = desk()
    entry = added(at)
    inner = "<EntityRef/><Duration>PT1H</Duration>"
    reply = at.one(time_mod(entry.value("*/TxnID") or "", entry.value("*/EditSequence") or "", inner))
    assert (reply.code, reply.message) == (3190, "Cannot clear the element in the EntityRef field. ")


def test_time_tracking_mod_exists_from_6_0_on() -> None:
    at = desk()
    entry = added(at)
    body = time_mod(
        entry.value("*/TxnID") or "", entry.value("*/EditSequence") or "", f"{JANE}<Duration>PT1H</Duration>"
    )
    assert hresult_of(lambda: at.ask(body, "5.0")) == 0x80040400
    assert at.one(body, "6.0").code == 0


@pytest.mark.parametrize("use", [people.invoice_time, people.pay_time])
def test_used_time_cannot_be_deleted_and_its_change_is_a_switch(use: object) -> None:
    for value, code in (("accepted", 0), ("refused", 3180)):
        at = desk(switches={"change_of_used_time": value})
        added(at)
        (row,) = use(at.qb, Selector())  # type: ignore[operator]
        inner = f"{JANE}<Duration>PT1H</Duration>"
        assert at.one(time_mod(row.txn_id, row.edit_sequence, inner)).code == code
        delete = f"<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{row.txn_id}</TxnID></TxnDelRq>"
        assert at.one(delete).code == 3160
        assert len(at.company.timesheet()) == 1


def test_invoicing_in_the_window_marks_time_as_billed() -> None:
    at = desk()
    added(at, item="Framing", billable="Billable")
    people.invoice_time(at.qb, Selector())
    assert at.one("<TimeTrackingQueryRq/>").value("TimeTrackingRet/BillableStatus") == "HasBeenBilled"


def test_an_application_can_mark_time_as_billed_itself() -> None:
    at = desk()
    entry = added(at, item="Framing", billable="Billable")
    inner = f"{JANE}<Duration>PT8H</Duration><BillableStatus>HasBeenBilled</BillableStatus>"
    changed = at.one(time_mod(entry.value("*/TxnID") or "", entry.value("*/EditSequence") or "", inner))
    assert changed.value("*/BillableStatus") == "HasBeenBilled"


# Closing date, locks


def test_the_closing_date_refuses_what_lies_on_or_before_it() -> None:
    at = desk()
    old = added(at, date="2026-10-31")
    people.close_books(at.qb, "2026-10-31")
    txn_id, sequence = old.value("*/TxnID") or "", old.value("*/EditSequence") or ""
    assert at.one(time_add(date="2026-10-31")).code == 3171
    assert at.one(time_add(date="2026-11-01")).code == 0
    moved = f"<TxnDate>2026-11-05</TxnDate>{JANE}<Duration>PT1H</Duration>"
    assert at.one(time_mod(txn_id, sequence, moved)).code == 3171
    delete = f"<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>"
    assert at.one(delete).code == 3171
    shown = at.one("<PreferencesQueryRq/>").value("PreferencesRet/AccountingPreferences/ClosingDate")
    assert shown == "2026-10-31"


def test_a_closing_date_without_a_password_stops_no_request() -> None:
    at = desk()
    people.close_books(at.qb, "2026-10-31", guarded=False)
    assert at.one(time_add(date="2026-10-31")).code == 0


def test_an_entry_that_is_open_in_a_window_is_3175_until_it_is_released() -> None:
    at = desk()
    entry = added(at)
    txn_id, sequence = entry.value("*/TxnID") or "", entry.value("*/EditSequence") or ""
    change = time_mod(txn_id, sequence, f"{JANE}<Duration>PT1H</Duration>")
    delete = f"<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>"
    people.lock_entry(at.qb, Selector())
    assert at.one(change).code == 3175
    assert "in use by another user" in at.one(delete).message
    people.release_entry(at.qb, Selector())
    assert at.one(change).code == 0


# Deleting


def test_txn_del_of_what_is_not_there_is_3120_and_of_what_is_no_id_3000() -> None:
    at = desk()
    delete = "<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{}</TxnID></TxnDelRq>"
    assert at.one(delete.format("1F-1405768916")).code == 3120
    reply = at.one(delete.format("1"))
    assert (reply.code, reply.message) == (3000, 'The given object ID "1" in the field "txn id" is invalid. ')


def test_deleted_time_is_told_for_90_days_in_the_order_of_deletion() -> None:
    at = desk()
    ids = [added(at).value("*/TxnID") for _ in range(2)]
    for txn_id in reversed(ids):
        at.one(f"<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>")
    query = "<TxnDeletedQueryRq><TxnDelType>TimeTracking</TxnDelType></TxnDeletedQueryRq>"
    assert at.one(query).values("TxnDeletedRet/TxnID") == ids[::-1]
    at.source.advance(dt.timedelta(days=91))
    assert at.one(query).code == 1


def test_deleted_records_come_grouped_by_the_types_that_are_asked_for() -> None:
    at = desk()
    for kind, name in (("customer", "Bolt"), ("vendor", "Vera Vendor"), ("job", "Acme:Roof")):
        people.delete_name(at.qb, kind, name)
    types = "".join(f"<ListDelType>{kind}</ListDelType>" for kind in ("Vendor", "Customer"))
    reply = at.one(f"<ListDeletedQueryRq>{types}</ListDeletedQueryRq>")
    assert reply.values("ListDeletedRet/FullName") == ["Vera Vendor", "Bolt", "Acme:Roof"]


def test_time_is_deleted_in_multi_user_mode_too() -> None:
    at = desk()
    txn_id = added(at).value("*/TxnID")
    at.qb.multi_user()
    delete = f"<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>"
    assert at.one(delete).code == 0


def test_time_has_no_void() -> None:
    void = "<TxnVoidRq><TxnVoidType>TimeTracking</TxnVoidType><TxnID>1-1405768916</TxnID></TxnVoidRq>"
    assert desk().one(void).code == 3110


def test_transaction_query_does_not_know_time() -> None:
    at = desk()
    added(at)
    assert at.one("<TransactionQueryRq/>").code == 1030


XML_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=60,
)


@given(notes=XML_TEXT, name=XML_TEXT.map(lambda text: text.replace(":", "")[:25].strip()))
def test_any_text_comes_back_as_it_was_sent_and_finds_its_name_again(notes: str, name: str) -> None:
    at = desk(filled=False)
    assume(name)
    people.fill(at.qb, employees=[name])
    reply = added(at, employee=escape(name), customer=None, notes=escape(notes))
    assert (reply.value("*/EntityRef/FullName"), reply.value("*/Notes")) == (name, notes)
    (row,) = at.company.timesheet(
        employee=name.upper() if name.upper().casefold() == name.casefold() else name
    )
    assert (row.employee, row.notes) == (name, notes)
    (journalled,) = [one for one in at.company.journal() if one.record == "TimeTracking"]
    assert (journalled.after or {})["Notes"] == notes


@given(minutes=st.integers(1, 60_000), seconds=st.integers(0, 59))
def test_any_duration_comes_back_in_hours_and_minutes(minutes: int, seconds: int) -> None:
    at = desk()
    reply = added(at, duration=f"PT{minutes}M{seconds}S")
    assert reply.value("*/Duration") == f"PT{minutes // 60}H{minutes % 60}M"
