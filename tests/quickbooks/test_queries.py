"""Queries: ids, names, filters, pages, counts, what is shown. Every row of the facts on them has its test."""

from __future__ import annotations

import datetime as dt

import pytest
from quickbooks_support import Desk, added, desk, hresult_of, list_add, time_add

from qbsim.qbxml import NEWEST, grammar
from qbsim.quickbooks import people
from qbsim.quickbooks.date_macros import macro_range
from qbsim.source import Source

UNKNOWN = "1F-1405768916"


def names(at: Desk, inner: str, kind: str = "Customer") -> list[str]:
    return at.one(f"<{kind}QueryRq>{inner}</{kind}QueryRq>").values(f"{kind}Ret/FullName")


def dates(at: Desk, inner: str) -> list[str]:
    return at.one(f"<TimeTrackingQueryRq>{inner}</TimeTrackingQueryRq>").values("TimeTrackingRet/TxnDate")


def week(at: Desk) -> None:
    for day in range(1, 8):
        added(at, date=f"2026-11-{day:02d}", employee="Jane Doe" if day % 2 else "John Smith")


def test_what_finds_nothing_is_status_1_and_info() -> None:
    reply = desk().one("<TimeTrackingQueryRq/>")
    assert (reply.code, reply.severity, len(reply.element)) == (1, "Info", 0)


def test_an_unknown_name_among_names_is_500_and_the_others_are_returned() -> None:
    reply = desk().one(
        "<CustomerQueryRq><FullName>Acme</FullName><FullName>bleech</FullName></CustomerQueryRq>"
    )
    assert (reply.code, reply.severity, len(reply.rets)) == (500, "Warn", 1)
    assert reply.message == (
        'The query request has not been fully completed. There was a required element ("bleech") that could '
        "not be found in QuickBooks."
    )


@pytest.mark.parametrize("value", ["500", "3120"])
def test_a_single_unknown_id_is_a_switch(value: str) -> None:
    at = desk(switches={"query_of_unknown_id": value})
    for kind, name in (("TimeTracking", "TxnID"), ("Customer", "ListID")):
        reply = at.one(f"<{kind}QueryRq><{name}>{UNKNOWN}</{name}></{kind}QueryRq>")
        assert reply.code == int(value)
        assert UNKNOWN in reply.message


def test_what_is_no_id_is_3000_with_the_field_in_lower_case_words() -> None:
    reply = desk().one("<CustomerQueryRq><ListID>1</ListID></CustomerQueryRq>")
    assert (reply.code, reply.message) == (
        3000,
        'The given object ID "1" in the field "list id" is invalid. ',
    )


def test_an_id_that_is_asked_for_twice_is_answered_once() -> None:
    at = desk()
    txn_id = added(at).value("*/TxnID")
    body = f"<TimeTrackingQueryRq>{f'<TxnID>{txn_id}</TxnID>' * 2}</TimeTrackingQueryRq>"
    assert len(at.one(body).rets) == 1


@pytest.mark.parametrize(
    ("criterion", "text", "found"),
    [
        ("StartsWith", "ac", ["Acme", "Acme:Roof"]),
        ("EndsWith", "ROOF", ["Acme:Roof"]),
        ("Contains", "o", ["Acme:Roof", "Bolt"]),
        ("EndsWith", "", ["Acme", "Acme:Roof", "Bolt"]),
        ("Contains", "%", []),
    ],
)
def test_name_filters_compare_without_case(criterion: str, text: str, found: list[str]) -> None:
    inner = f"<NameFilter><MatchCriterion>{criterion}</MatchCriterion><Name>{text}</Name></NameFilter>"
    assert names(desk(), inner) == found


def test_a_name_range_has_its_bounds_in_it() -> None:
    at = desk()
    inner = "<NameRangeFilter><FromName>acme:roof</FromName><ToName>bolt</ToName></NameRangeFilter>"
    assert names(at, inner) == ["Acme:Roof", "Bolt"]
    assert names(at, "<NameRangeFilter><ToName>acme</ToName></NameRangeFilter>") == ["Acme"]


def test_max_returned_limits_and_the_count_is_of_all_that_match() -> None:
    at = desk()
    week(at)
    mode = 'metaData="MetaDataAndResponseData"'
    reply = at.one(f"<TimeTrackingQueryRq {mode}><MaxReturned>3</MaxReturned></TimeTrackingQueryRq>")
    assert (len(reply.rets), reply.attribute("retCount")) == (3, "7")


def test_meta_data_only_tells_the_count_alone() -> None:
    at = desk()
    week(at)
    reply = at.one('<TimeTrackingQueryRq metaData="MetaDataOnly"/>')
    assert (len(reply.rets), reply.attribute("retCount"), reply.code) == (0, "7", 0)
    assert at.one("<TimeTrackingQueryRq/>").attribute("retCount") is None


def test_meta_data_by_ids_counts_what_was_found() -> None:
    at = desk()
    txn_id = added(at).value("*/TxnID")
    for mode, rets in (("MetaDataOnly", 0), ("MetaDataAndResponseData", 1)):
        by_id = f'<TimeTrackingQueryRq metaData="{mode}"><TxnID>{txn_id}</TxnID></TimeTrackingQueryRq>'
        reply = at.one(by_id)
        assert (reply.code, len(reply.rets), reply.attribute("retCount")) == (0, rets, "1")
        names = "<FullName>Acme</FullName><FullName>bleech</FullName>"
        reply = at.one(f'<CustomerQueryRq metaData="{mode}">{names}</CustomerQueryRq>')
        assert (reply.code, len(reply.rets), reply.attribute("retCount")) == (500, rets, "1")


def test_meta_data_only_starts_no_iterator() -> None:
    at = desk()
    week(at)
    mode = 'metaData="MetaDataOnly" iterator="Start"'
    reply = at.one(f"<TimeTrackingQueryRq {mode}><MaxReturned>2</MaxReturned></TimeTrackingQueryRq>")
    assert (len(reply.rets), reply.attribute("retCount")) == (0, "7")
    assert reply.attribute("iteratorID") is None


def test_an_entity_filter_picks_by_name_or_id() -> None:
    at = desk()
    week(at)
    by_name = "<TimeTrackingEntityFilter><FullName>john smith</FullName></TimeTrackingEntityFilter>"
    john = at.list_id("names", "John Smith")
    by_id = f"<TimeTrackingEntityFilter><ListID>{john}</ListID></TimeTrackingEntityFilter>"
    assert dates(at, by_name) == dates(at, by_id) == ["2026-11-02", "2026-11-04", "2026-11-06"]
    unknown = "<TimeTrackingEntityFilter><FullName>Nobody</FullName></TimeTrackingEntityFilter>"
    assert at.one(f"<TimeTrackingQueryRq>{unknown}</TimeTrackingQueryRq>").code == 3120


def test_a_date_range_and_an_entity_together() -> None:
    at = desk()
    week(at)
    inner = (
        "<TxnDateRangeFilter><FromTxnDate>2026-11-03</FromTxnDate></TxnDateRangeFilter>"
        "<TimeTrackingEntityFilter><FullName>Jane Doe</FullName></TimeTrackingEntityFilter>"
    )
    assert dates(at, inner) == ["2026-11-03", "2026-11-05", "2026-11-07"]


def test_entries_come_by_date_and_then_as_they_were_entered() -> None:
    at = desk()
    for day, notes in (("03", "a"), ("01", "b"), ("03", "c")):
        added(at, date=f"2026-11-{day}", notes=notes)
    assert at.one("<TimeTrackingQueryRq/>").values("TimeTrackingRet/Notes") == ["b", "a", "c"]


def test_a_range_that_ends_before_it_begins_is_3030() -> None:
    at = desk()
    for filter_name, kind in (("TxnDate", "TxnDateRange"), ("ModifiedDate", "ModifiedDateRange")):
        inner = (
            f"<From{filter_name}>2026-11-03</From{filter_name}><To{filter_name}>2026-11-02</To{filter_name}>"
        )
        reply = at.one(f"<TimeTrackingQueryRq><{kind}Filter>{inner}</{kind}Filter></TimeTrackingQueryRq>")
        assert (reply.code, reply.message) == (3030, "Invalid date range: From date is greater than To date.")


def test_a_modified_bound_without_a_time_means_the_whole_day() -> None:
    at = desk()
    added(at)
    inner = "<FromModifiedDate>{}</FromModifiedDate><ToModifiedDate>{}</ToModifiedDate>"
    wrapped = "<ModifiedDateRangeFilter>{}</ModifiedDateRangeFilter>"
    assert len(dates(at, wrapped.format(inner.format("2026-11-02", "2026-11-02")))) == 1
    assert dates(at, wrapped.format(inner.format("2026-11-03", "2026-11-04"))) == []
    assert dates(at, wrapped.format("<FromModifiedDate>2026-11-03</FromModifiedDate>")) == []
    assert len(dates(at, wrapped.format("<ToModifiedDate>2026-11-02</ToModifiedDate>"))) == 1


@pytest.mark.parametrize("bound", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31"])
def test_a_modified_bound_at_the_end_of_the_calendar_is_one_like_others(bound: str) -> None:
    at = desk()
    added(at)
    name = "From" if bound.startswith("0001") else "To"
    inner = f"<{name}ModifiedDate>{bound}</{name}ModifiedDate>"
    assert len(dates(at, f"<ModifiedDateRangeFilter>{inner}</ModifiedDateRangeFilter>")) == 1


@pytest.mark.parametrize("shown", ["2026-11-02", "\n2026-11-02 ", "2026-11-02Z", "2026-11-02-05:00"])
def test_a_date_is_kept_and_looked_for_without_blanks_and_time_zone(shown: str) -> None:
    at = desk()
    assert added(at, date=shown).value("TimeTrackingRet/TxnDate") == "2026-11-02"
    inner = f"<FromTxnDate>{shown}</FromTxnDate><ToTxnDate>{shown}</ToTxnDate>"
    assert dates(at, f"<TxnDateRangeFilter>{inner}</TxnDateRangeFilter>") == ["2026-11-02"]


@pytest.mark.parametrize("month", ["2026-07-15T12:00:00+00:00", "2026-12-15T12:00:00+00:00"])
@pytest.mark.parametrize("switch", ["standard", "right"])
def test_a_modified_filter_finds_the_stamp_that_was_shown(month: str, switch: str) -> None:
    source = Source(start=dt.datetime.fromisoformat(month))
    at = desk(source=source, switches={"daylight_saving_offset": switch})
    stamp = added(at).value("*/TimeModified") or ""
    for shown in (stamp, stamp[:19]):
        inner = f"<FromModifiedDate>{shown}</FromModifiedDate><ToModifiedDate>{shown}</ToModifiedDate>"
        assert len(dates(at, f"<ModifiedDateRangeFilter>{inner}</ModifiedDateRangeFilter>")) == 1, shown


def test_lists_filter_by_modification_too() -> None:
    at = desk()
    at.source.advance(dt.timedelta(days=3))
    at.one(list_add("Customer", "<Name>New</Name>"))
    assert names(at, "<FromModifiedDate>2026-11-05</FromModifiedDate>") == ["New"]


@pytest.mark.parametrize(
    ("word", "first", "last"),
    [
        ("All", "1901-01-01", "9999-12-31"),
        ("Today", "2026-11-04", "2026-11-04"),
        ("Yesterday", "2026-11-03", "2026-11-03"),
        ("ThisWeek", "2026-11-01", "2026-11-07"),
        ("ThisWeekToDate", "2026-11-01", "2026-11-04"),
        ("LastWeek", "2026-10-25", "2026-10-31"),
        ("LastWeekToDate", "2026-10-25", "2026-10-28"),
        ("NextWeek", "2026-11-08", "2026-11-14"),
        ("NextFourWeeks", "2026-11-08", "2026-12-05"),
        ("ThisMonth", "2026-11-01", "2026-11-30"),
        ("LastMonth", "2026-10-01", "2026-10-31"),
        ("NextMonth", "2026-12-01", "2026-12-31"),
        ("ThisCalendarQuarter", "2026-10-01", "2026-12-31"),
        ("LastFiscalQuarter", "2026-07-01", "2026-09-30"),
        ("NextCalendarQuarter", "2027-01-01", "2027-03-31"),
        ("ThisCalendarYearToDate", "2026-01-01", "2026-11-04"),
        ("LastFiscalYear", "2025-01-01", "2025-12-31"),
        ("NextFiscalYear", "2027-01-01", "2027-12-31"),
    ],
)
def test_a_date_macro_means_a_range(word: str, first: str, last: str) -> None:
    assert macro_range(word, dt.date(2026, 11, 4)) == (first, last)


def test_every_date_macro_of_the_grammar_is_understood() -> None:
    at = desk()
    kind = grammar(NEWEST).type_of("TxnDateRangeFilter", "DateMacro")
    assert kind is not None
    assert len(kind.values) > 30
    for word in kind.values:
        inner = f"<TxnDateRangeFilter><DateMacro>{word}</DateMacro></TxnDateRangeFilter>"
        assert at.one(f"<TimeTrackingQueryRq>{inner}</TimeTrackingQueryRq>").code == 1, word


# Pages


def page(at: Desk, mode: str, rest: str = "<MaxReturned>3</MaxReturned>") -> tuple[list[str], str, str]:
    reply = at.one(f"<TimeTrackingQueryRq {mode}>{rest}</TimeTrackingQueryRq>")
    assert reply.code == 0, reply.message
    return (
        reply.values("TimeTrackingRet/TxnDate"),
        reply.attribute("iteratorRemainingCount") or "",
        reply.attribute("iteratorID") or "",
    )


def test_an_iterator_gives_every_entry_once() -> None:
    at = desk()
    week(at)
    first, left, cursor = page(at, 'iterator="Start"')
    assert (len(first), left, cursor[0], cursor[-1], cursor) == (3, "4", "{", "}", cursor.lower())
    second, left, again = page(at, f'iterator="Continue" iteratorID="{cursor}"')
    assert (len(second), left, again) == (3, "1", cursor)
    third, left, _ = page(at, f'iterator="Continue" iteratorID="{cursor}"')
    assert (len(third), left) == (1, "0")
    assert first + second + third == [f"2026-11-{day:02d}" for day in range(1, 8)]
    mode = f'iterator="Continue" iteratorID="{cursor}"'
    ended = at.one(f"<TimeTrackingQueryRq {mode}><MaxReturned>3</MaxReturned></TimeTrackingQueryRq>")
    assert ended.code == 3120


def test_an_iterator_without_max_returned_is_a_missing_element() -> None:
    reply = desk().one('<CustomerQueryRq iterator="Start"/>')
    assert (reply.code, reply.message) == (3150, 'There is a missing element: "MaxReturned"')


def test_a_continued_iterator_ignores_other_filters() -> None:
    at = desk()
    week(at)
    _, _, cursor = page(at, 'iterator="Start"')
    others = "<TxnDateRangeFilter><FromTxnDate>2026-11-07</FromTxnDate></TxnDateRangeFilter>"
    mode = f'iterator="Continue" iteratorID="{cursor}"'
    assert page(at, mode, f"<MaxReturned>1</MaxReturned>{others}")[0] == ["2026-11-04"]


def test_stop_ends_an_iterator_and_a_session_ends_it_too() -> None:
    at = desk()
    week(at)
    _, _, stopped = page(at, 'iterator="Start"')
    at.one(f'<TimeTrackingQueryRq iterator="Stop" iteratorID="{stopped}"/>')
    _, _, lost = page(at, 'iterator="Start"')
    at.processor.end_session(at.ticket)
    at.sign_in()
    for cursor in (stopped, lost):
        mode = f'iterator="Continue" iteratorID="{cursor}"'
        body = f"<TimeTrackingQueryRq {mode}><MaxReturned>3</MaxReturned></TimeTrackingQueryRq>"
        assert at.one(body).code == 3120


def test_a_list_can_be_paged_where_the_grammar_has_iterators() -> None:
    at = desk()
    reply = at.one('<CustomerQueryRq iterator="Start"><MaxReturned>2</MaxReturned></CustomerQueryRq>')
    assert (len(reply.rets), reply.attribute("iteratorRemainingCount")) == (2, "1")
    employees = '<EmployeeQueryRq iterator="Start"><MaxReturned>2</MaxReturned></EmployeeQueryRq>'
    assert hresult_of(lambda: at.ask(employees)) == 0x80040400


PAGED = {
    *("Customer", "Vendor", "Entity", "Item", "ItemService", "TimeTracking", "VehicleMileage"),
    *("Transaction", "Transfer", "Invoice", "Estimate", "Lead"),
}
"""Queries with iterators, of those that the facts name; 46 of 16.0 have them."""
UNPAGED = {
    *("Employee", "OtherName", "Class", "PayrollItemWage", "Account", "Terms", "BillingRate"),
    *("TxnDeleted", "ListDeleted", "Host", "Company", "Preferences"),
}


def test_46_queries_have_iterators() -> None:
    queries = [name for name in grammar(NEWEST).requests if name.endswith("QueryRq")]
    paged = {
        name.removesuffix("QueryRq")
        for name in queries
        if any(one.name == "iterator" for one in grammar(NEWEST).content(name).attributes)
    }
    assert len(paged) == 46
    assert paged >= PAGED
    assert not paged & UNPAGED


# What is shown


def test_include_ret_element_picks_top_level_names_and_unknown_ones_are_no_error() -> None:
    at = desk()
    added(at, notes="x")
    inner = "".join(
        f"<IncludeRetElement>{name}</IncludeRetElement>"
        for name in ("Notes", "TxnID", "EntityRef", "notes", "NoSuch", "FullName")
    )
    assert at.one(f"<TimeTrackingQueryRq>{inner}</TimeTrackingQueryRq>").order() == [
        "TxnID",
        "EntityRef",
        "Notes",
    ]


def test_include_ret_element_works_behind_an_add() -> None:
    more = "<IncludeRetElement>TxnID</IncludeRetElement>"
    assert desk().one(time_add(more=more)).order() == ["TxnID"]


def test_an_order_by_full_name_and_a_version_before_6_0_shows_what_it_knows() -> None:
    at = desk()
    assert names(at, "") == ["Acme", "Acme:Roof", "Bolt"]
    added(at)
    assert at.one("<TimeTrackingQueryRq/>", "5.0").order()[-2:] == ["IsBillable", "IsBilled"]


@pytest.mark.parametrize(("operator", "found"), [("Equal", 3), ("GreaterThan", 0), ("LessThanEqual", 3)])
def test_balances_are_nothing_and_compare_so(operator: str, found: int) -> None:
    inner = f"<TotalBalanceFilter><Operator>{operator}</Operator><Amount>0.00</Amount></TotalBalanceFilter>"
    assert len(names(desk(), inner)) == found


def test_a_class_filter_finds_below_a_class_too() -> None:
    at = desk()
    people.add_class(at.qb, "Field:North")
    inner = "<Name>{}</Name><ClassRef><FullName>{}</FullName></ClassRef>"
    at.one(list_add("Customer", inner.format("One", "Field")))
    at.one(list_add("Customer", inner.format("Two", "Field:North")))
    assert names(at, "<ClassFilter><FullName>field</FullName></ClassFilter>") == ["One"]
    below = "<ClassFilter><FullNameWithChildren>field</FullNameWithChildren></ClassFilter>"
    assert names(at, below) == ["One", "Two"]


def test_without_several_currencies_a_currency_filter_is_3250() -> None:
    inner = "<CurrencyFilter><FullName>Euro</FullName></CurrencyFilter>"
    assert desk().one(f"<CustomerQueryRq>{inner}</CustomerQueryRq>").code == 3250


def test_accounts_are_picked_by_type() -> None:
    reply = desk().one("<AccountQueryRq><AccountType>Income</AccountType></AccountQueryRq>")
    assert reply.values("AccountRet/FullName") == ["Labor Income"]


def test_the_company_tells_of_itself_and_preferences_hide_time_tracking_when_it_is_off() -> None:
    at = desk(name="Test & Sons")
    assert at.one("<CompanyQueryRq/>").value("CompanyRet/CompanyName") == "Test & Sons"
    path = "PreferencesRet/TimeTrackingPreferences/FirstDayOfWeek"
    assert at.one("<PreferencesQueryRq/>").value(path) == "Monday"
    people.set_preference(at.qb, "IsUsingTimeTracking", False)
    assert at.one("<PreferencesQueryRq/>").value(path) is None
    assert at.one("<PreferencesQueryRq/>", "2.0").code == 0


def test_capacities_of_lists_are_not_known_and_say_so() -> None:
    inner = "<IncludeMaxCapacity>true</IncludeMaxCapacity>"
    body = f"<HostQueryRq><IncludeListMetaData>{inner}</IncludeListMetaData></HostQueryRq>"
    assert desk().one(body).code == 530
