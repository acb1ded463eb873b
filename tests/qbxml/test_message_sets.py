"""Message sets as QuickBooks reads them, and the likely mistakes behind those that it refuses."""

from __future__ import annotations

import pytest
from qbxml_support import HOURS, hours

from qbsim.certainty import RULES, Certainty
from qbsim.errors import SimulatorGap
from qbsim.qbxml import (
    NEWEST,
    StructureRefused,
    Version,
    VersionRefused,
    judge,
    judge_answer,
    read_message_set,
)
from qbsim.qbxml.rules import NARROWINGS
from qbsim.switches import SWITCHES

ENTITY = "<EntityRef><FullName>Jane Doe</FullName></EntityRef>"
CUSTOMER = "<CustomerRef><FullName>Acme:Roof</FullName></CustomerRef>"
NOTES = "<Notes>framing</Notes>"


def test_a_message_set_carries_all_that_the_application_said() -> None:
    text = hours(
        ('onError="stopOnError"', 'onError="continueOnError" newMessageSetID="7" oldMessageSetID="6"'),
    )
    message_set = read_message_set(text)
    assert message_set.version == Version(13, 0)
    assert (message_set.kind, message_set.on_error) == ("QBXMLMsgsRq", "continueOnError")
    assert (message_set.new_message_set_id, message_set.old_message_set_id) == ("7", "6")
    assert message_set.response_data == "includeAll"
    (request,) = message_set.requests
    assert (request.name, request.request_id, request.refusal) == ("TimeTrackingAddRq", "1", None)
    assert request.element.findtext("TimeTrackingAdd/Duration") == "PT8H0M0S"
    assert message_set.text == text


def test_requests_keep_their_order() -> None:
    more = '<HostQueryRq requestID="2"/><CompanyQueryRq/></QBXMLMsgsRq>'
    requests = read_message_set(hours(("</QBXMLMsgsRq>", more))).requests
    assert [(each.name, each.request_id) for each in requests] == [
        ("TimeTrackingAddRq", "1"),
        ("HostQueryRq", "2"),
        ("CompanyQueryRq", None),
    ]


def test_a_subscription_set_is_read_too() -> None:
    start, end = HOURS.index("  <QBXMLMsgsRq"), HOURS.index("</QBXML>\n")
    inside = (
        "<QBXMLSubscriptionMsgsRq><DataEventSubscriptionQueryRq><SubscriberID>0</SubscriberID>"
        "</DataEventSubscriptionQueryRq></QBXMLSubscriptionMsgsRq>"
    )
    message_set = read_message_set(HOURS[:start] + inside + HOURS[end:])
    assert message_set.kind == "QBXMLSubscriptionMsgsRq"
    assert [request.name for request in message_set.requests] == ["DataEventSubscriptionQueryRq"]


def test_a_document_without_a_message_set_has_no_requests() -> None:
    message_set = read_message_set('<?xml version="1.0"?><?qbxml version="13.0"?><QBXML/>')
    assert (message_set.kind, message_set.requests) == ("", ())


# --- versions -----------------------------------------------------------------------------------


def test_a_version_newer_than_this_quickbooks_is_refused_with_what_it_speaks() -> None:
    with pytest.raises(VersionRefused) as refused:
        read_message_set(HOURS, newest=Version(11, 0))
    refusal = refused.value.refusal
    assert refusal.rule == "qbxml.version"
    assert refusal.allowed[-1] == "11.0"
    assert "speaks qbXML up to 11.0" in refusal.likely


@pytest.mark.parametrize("version", ["99.0", "5.5", "0.9"])
def test_a_version_that_never_was_is_refused(version: str) -> None:
    with pytest.raises(VersionRefused, match="There is no qbXML"):
        read_message_set(hours(("13.0", version)))


@pytest.mark.parametrize("version", ["1.0", "1.1", "15.0", "CA3.0", "UK2.0"])
def test_a_version_that_quickbooks_speaks_and_we_do_not_is_a_gap_of_ours(version: str) -> None:
    with pytest.raises(SimulatorGap):
        read_message_set(hours(("13.0", version)))


@pytest.mark.parametrize("form", ["version='13.0'", ' version = "13.0" '])
def test_the_prolog_may_be_written_in_other_ways(form: str) -> None:
    assert read_message_set(hours(('version="13.0"', form))).version == Version(13, 0)


# --- the second gate ----------------------------------------------------------------------------


def test_the_switch_knows_the_values_that_reading_takes() -> None:
    assert set(SWITCHES["value_errors"].values) == {"per_request", "whole_set"}
    assert SWITCHES["value_errors"].default == "per_request"


def test_a_bad_value_may_fail_the_whole_set() -> None:
    text = hours(("PT8H0M0S", "8:30"))
    assert read_message_set(text).requests[0].refusal is not None
    with pytest.raises(StructureRefused) as refused:
        read_message_set(text, value_errors="whole_set")
    assert (refused.value.refusal.gate, refused.value.refusal.status_code) == ("value", 3035)


STATUSES = [
    (("<FullName>Jane Doe</FullName>", f"<ListID>{'1' * 37}</ListID>"), 3000,
     f'The given object ID "{"1" * 37}" in the field "list id" is invalid. '),
    (("2026-11-02", "11/02/2026"), 3020,
     'There was an error when converting the date value "11/02/2026" in the field "TxnDate"'),
    (("PT8H0M0S", "8:30"), 3035,
     'There was an error when converting the time interval "8:30" in the field "Duration"'),
    (("<Duration>", "<Rate>1.234567</Rate><Duration>"), 3045,
     'There was an error when converting the price "1.234567" in the field "Rate"'),
    (("Acme:Roof", "x" * 210), 3070, f'The string "{"x" * 210}" in the field "FullName" is too long.'),
    ((">Billable<", ">Perhaps<"), 3110,
     'There was an error when converting the enumerated value "Perhaps" in the field "BillableStatus"'),
    (('requestID="1"', f'requestID="{"1" * 51}"'), 1060,
     f'The request ID "{"1" * 51}" is invalid, possibly too long, max 50 chars.'),
    (("2026-11-02", ""), 3020, 'There was an error when converting the date value "" in the field "TxnDate"'),
    (("PT8H0M0S", ""), 3035,
     'There was an error when converting the time interval "" in the field "Duration"'),
    (("PT8H0M0S", "-PT1H"), 3035,
     'There was an error when converting the time interval "-PT1H" in the field "Duration"'),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "message"), STATUSES)
def test_a_bad_value_gets_the_status_that_quickbooks_gives(
    change: tuple[str, str], code: int, message: str
) -> None:
    (request,) = read_message_set(hours(change)).requests
    assert request.refusal is not None
    assert (request.refusal.status_code, request.refusal.status_message) == (code, message)
    assert request.refusal.rule in RULES


def test_every_bad_value_of_a_document_is_found() -> None:
    refusals = judge(hours(("PT8H0M0S", "8:30"), ("2026-11-02", "today"), (">Billable<", ">yes<")))
    assert [(refusal.line, refusal.status_code) for refusal in refusals] == [
        (7, 3020),
        (11, 3035),
        (15, 3110),
    ]


def test_a_zero_duration_is_left_to_quickbooks() -> None:
    assert judge(hours(("PT8H0M0S", "PT0H0M0S"))) == ()


def test_every_rule_of_the_language_has_a_source_and_a_certainty() -> None:
    ours = [rule for name, rule in RULES.items() if name.startswith("qbxml.")]
    assert len(ours) > 40
    assert {narrowing.rule for narrowing in NARROWINGS} <= RULES.keys()
    assert all(rule.source and rule.sentence.endswith(".") for rule in ours)
    assert RULES["qbxml.beyond.negative-duration"].certainty is Certainty.PLAUSIBLE


# --- likely mistakes ----------------------------------------------------------------------------

MISTAKES = [
    ((ENTITY, CUSTOMER), (CUSTOMER, ENTITY), "qbxml.order", "`EntityRef` belongs before `CustomerRef`"),
    ((NOTES, NOTES + NOTES), None, "qbxml.too-many", "`Notes` may stand once"),
    ((NOTES, "<notes>x</notes>"), None, "qbxml.misspelt", "`notes` is written `Notes`"),
    ((NOTES, "<Hours>8</Hours>"), None, "qbxml.unknown", "Remove it"),
    ((NOTES, "<TxnID>1-1</TxnID>"), None, "qbxml.misplaced", "not inside `TimeTrackingAdd`"),
    (("TimeTrackingAddRq", "TimeTrackingAddRQ"), None, "qbxml.misspelt", "`TimeTrackingAddRq`"),
    (("TimeTrackingAddRq", "LeadQueryRq"), ("13.0", "12.0"), "qbxml.newer", "exists since 13.0"),
    (("PT8H0M0S", "<b>8</b>"), None, "qbxml.text", "holds a value"),
    (("<TxnDate>", "today <TxnDate>"), None, "qbxml.text", "Text stands directly inside `TimeTrackingAdd`"),
    (('"stopOnError"', '"stopOnerror"'), None, "qbxml.attribute", 'onError="stopOnError"'),
    (("requestID", "requestId"), None, "qbxml.attribute", "Did you mean `requestID`?"),
    ((' onError="stopOnError"', ""), None, "qbxml.attribute", "needs the attribute `onError`"),
    (("<TxnDate>", '<TxnDate when="now">'), None, "qbxml.attribute", "has no attribute `when`"),
    (("QBXML>", "qbxml>"), None, "qbxml.unknown", "Capitals count"),
    ((ENTITY, ENTITY.replace("Entity", "Employee")), None, "qbxml.misplaced", "needs `EntityRef` here"),
    ((ENTITY, "<Who>Jane</Who>"), None, "qbxml.unknown", "needs `EntityRef` here"),
    (("ItemServiceRef", "ItemRef"), None, "qbxml.misspelt", "Did you mean `ItemServiceRef`?"),
    (("TxnDate", "Date"), None, "qbxml.misspelt", "Did you mean `TxnDate`?"),
    (("BillableStatus", "Billable"), None, "qbxml.misspelt", "Did you mean `BillableStatus`?"),
    (("<FullName>Jane Doe</FullName>", "<Name>J</Name>"), None, "qbxml.misspelt", "mean `FullName`?"),
    ((NOTES, "<IsBilled>true</IsBilled>"), None, "qbxml.dropped", "replaced by `BillableStatus` in 6.0"),
    ((NOTES, '<Notes xmlns="urn:x">a</Notes>'), None, "qbxml.namespace", "no namespaces"),
]


@pytest.mark.parametrize(("first", "second", "rule", "says"), MISTAKES)
def test_a_likely_mistake_is_named_with_its_cure(
    first: tuple[str, str], second: tuple[str, str] | None, rule: str, says: str
) -> None:
    if first == (ENTITY, CUSTOMER):
        text = hours((CUSTOMER, "<swap/>"), (ENTITY, CUSTOMER), ("<swap/>", ENTITY))
    else:
        text = hours(*((first, second) if second else (first,)))
    (refusal,) = judge(text)
    assert refusal.rule == rule, refusal
    assert says in refusal.likely
    assert refusal.line > 0


def test_alternatives_that_exclude_each_other_are_named() -> None:
    start, end = HOURS.index("    <TimeTrackingAddRq"), HOURS.index("  </QBXMLMsgsRq>")
    query = "<TimeTrackingQueryRq><TxnID>1-1</TxnID><MaxReturned>5</MaxReturned></TimeTrackingQueryRq>"
    (refusal,) = judge(HOURS[:start] + query + HOURS[end:])
    assert refusal.rule == "qbxml.either-or"
    assert "`TxnID` and `MaxReturned` exclude each other" in refusal.likely


def test_a_request_without_its_envelope_is_told_so() -> None:
    (refusal,) = judge(hours(('<TimeTrackingAddRq requestID="1">', ""), ("</TimeTrackingAddRq>", "")))
    assert refusal.rule in {"qbxml.misplaced", "qbxml.misspelt"}
    assert "`TimeTrackingAddRq`" in refusal.likely


def test_a_refusal_names_line_column_and_path() -> None:
    more = "</TimeTrackingAddRq><TimeTrackingAddRq><TimeTrackingAdd/></TimeTrackingAddRq>"
    (refusal,) = judge(hours(("</TimeTrackingAddRq>", more)))
    assert refusal.path == "QBXML/QBXMLMsgsRq/TimeTrackingAddRq[2]/TimeTrackingAdd"
    assert (refusal.line, refusal.column) == (17, 44)
    assert str(refusal).startswith("line 17, column 44, QBXML/")


# --- answers ------------------------------------------------------------------------------------


def answer(inside: str, attributes: str = 'statusCode="0" statusSeverity="Info"') -> str:
    return (
        f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n<TimeTrackingAddRs {attributes}>'
        f"{inside}</TimeTrackingAddRs>\n</QBXMLMsgsRs>\n</QBXML>\n"
    )


def test_an_answer_passes_both_gates() -> None:
    good = answer("<TimeTrackingRet><Duration>PT8H0M</Duration></TimeTrackingRet>")
    assert judge_answer(good, Version(13, 0)) == ()


def test_an_answer_without_its_status_is_refused() -> None:
    (refusal,) = judge_answer(answer("", 'statusCode="0"'), NEWEST)
    assert (refusal.gate, refusal.rule) == ("structure", "qbxml.attribute")


@pytest.mark.parametrize(
    ("attributes", "field"),
    [
        ('statusCode="none" statusSeverity="Info"', "statusCode"),
        ('statusCode="" statusSeverity="Info"', "statusCode"),
    ],
)
def test_an_attribute_of_an_answer_that_is_no_number_is_told_in_its_place(
    attributes: str, field: str
) -> None:
    (refusal,) = judge_answer(answer("", attributes), NEWEST)
    assert (refusal.gate, refusal.rule, refusal.line) == ("value", "qbxml.value.number", 4)
    assert f'"{field}"' in (refusal.status_message or "")


def test_a_number_of_the_message_set_itself_is_judged_too() -> None:
    (refusal,) = judge_answer('<QBXML><QBXMLMsgsRs messageSetStatusCode="x"/></QBXML>', NEWEST)
    assert (refusal.rule, refusal.path) == ("qbxml.value.number", "QBXML/QBXMLMsgsRs")


def test_an_answer_may_not_hold_what_its_version_has_not() -> None:
    new = answer("<TimeTrackingRet><ExternalGUID>0</ExternalGUID></TimeTrackingRet>")
    assert judge_answer(new, Version(9, 0)) == ()
    (refusal,) = judge_answer(new, Version(8, 0))
    assert refusal.rule == "qbxml.newer"


def test_hours_taken_back_in_an_answer_are_not_our_business() -> None:
    assert judge_answer(answer("<TimeTrackingRet><Duration>-PT8H</Duration></TimeTrackingRet>"), NEWEST) == ()


def test_a_name_with_letters_that_expat_does_not_know_is_told_by_its_line() -> None:
    (refusal,) = judge(hours(("requestID", "r\u0236equestID")))
    assert (refusal.rule, refusal.line, refusal.column) == ("qbxml.attribute", 5, 1)
