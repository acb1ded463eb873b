"""Message sets: onError, the answer's frame, recovery. Every row of the facts on them has its test."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from quickbooks_support import Desk, added, desk, hresult_of, list_add, message_set, time_add

from qbsim.processor import Origin
from qbsim.quickbooks import CompanyFile, Product, QuickBooks, QuickBooksDied, people

CLEAR_ALL = "CLR-ALL-MSG-SETS"


def count(at: Desk) -> int:
    return len(at.company.timesheet())


def test_an_answer_begins_as_captures_do_one_element_a_line_and_no_indentation() -> None:
    text = desk().ask(time_add(employee="Nobody")).text
    lines = text.split("\n")
    assert lines[:3] == ['<?xml version="1.0" ?>', "<QBXML>", "<QBXMLMsgsRs>"]
    assert lines[3].startswith('<TimeTrackingAddRs statusCode="3140" statusSeverity="Error" statusMessage="')
    assert text.endswith(" />\n</QBXMLMsgsRs>\n</QBXML>\n")
    assert "<?qbxml" not in text
    assert "encoding" not in text


def test_attributes_come_in_quickbooks_order() -> None:
    at = desk()
    added(at)
    body = '<TimeTrackingQueryRq metaData="MetaDataAndResponseData" requestID="1" iterator="Start">'
    reply = at.one(f"{body}<MaxReturned>1</MaxReturned></TimeTrackingQueryRq>")
    assert list(reply.element.attrib) == [
        *("requestID", "statusCode", "statusSeverity", "statusMessage", "retCount"),
        *("iteratorRemainingCount", "iteratorID"),
    ]


def test_a_request_id_comes_back_and_none_if_there_was_none() -> None:
    answer = desk().ask(time_add(request_id="a-17") + time_add())
    assert [reply.attribute("requestID") for reply in answer] == ["a-17", None]


def test_a_request_id_of_50_characters_is_taken_and_of_51_is_1060() -> None:
    at = desk()
    answer = at.ask(time_add(request_id="r" * 50) + time_add(request_id="r" * 51), onError="continueOnError")
    assert answer.codes == [0, 1060]


def test_answers_come_in_the_order_of_the_requests_and_continue_on_error_lets_each_stand_alone() -> None:
    at = desk()
    batch = (
        list_add("Customer", "<Name>One</Name>")
        + list_add("Customer", "<Name>Acme</Name>")
        + "<CurrencyQueryRq/>"
        + list_add("Customer", "<Name>Two</Name><ParentRef><FullName>None such</FullName></ParentRef>")
        + list_add("Customer", "<Name>Three</Name>")
    )
    assert at.ask(batch, onError="continueOnError").codes == [0, 3100, 1030, 3130, 0]


def test_info_and_warnings_do_not_stop_a_set() -> None:
    at = desk()
    nothing = "<TimeTrackingQueryRq/>"
    half = "<CustomerQueryRq><FullName>Acme</FullName><FullName>Nobody</FullName></CustomerQueryRq>"
    assert at.ask(nothing + half + time_add()).codes == [1, 500, 0]


def test_rollback_on_error_is_refused_as_a_whole() -> None:
    at = desk()
    assert hresult_of(lambda: at.ask(time_add(), onError="rollbackOnError")) == 0x80040400
    assert count(at) == 0


def test_by_a_switch_rollback_on_error_undoes_everything() -> None:
    at = desk(switches={"rollback_on_error": "rolls_back"})
    answer = at.ask(time_add() + time_add(employee="Nobody") + time_add(), onError="rollbackOnError")
    assert answer.codes == [3230, 3140, 3231]
    assert count(at) == 0
    assert at.ask(time_add() + time_add(), onError="rollbackOnError").codes == [0, 0]
    assert count(at) == 2


def test_include_none_answers_with_statuses_only() -> None:
    at = desk()
    reply = at.one(time_add(), responseData="includeNone")
    assert (reply.code, len(reply.element)) == (0, 0)
    assert count(at) == 1


def test_a_def_macro_is_taken() -> None:
    at = desk()
    body = time_add().replace("<TimeTrackingAdd>", '<TimeTrackingAdd defMacro="TxnID:1">')
    assert at.one(body).code == 0


def test_without_an_id_nothing_is_stored_and_nothing_is_said() -> None:
    at = desk()
    for _ in range(2):
        answer = at.ask(time_add())
        assert (answer.set_code, answer.set_id) == (None, None)
    assert count(at) == 2


# Recovery


def test_a_new_id_is_executed_and_stored_and_a_repeated_one_is_a_status_check() -> None:
    at = desk()
    first = at.ask(time_add(request_id="1"), newMessageSetID="A")
    assert (first.set_code, first.set_id, first.codes) == ("0", "A", [0])
    assert at.ask(time_add(request_id="1"), newMessageSetID="A").text == first.text
    assert count(at) == 1


def test_the_same_id_with_other_requests_is_9001_and_nothing_is_executed() -> None:
    at = desk()
    at.ask(time_add(), newMessageSetID="A")
    answer = at.ask(time_add(duration="PT7H"), newMessageSetID="A")
    assert (answer.set_code, len(answer)) == ("9001", 0)
    assert count(at) == 1


def test_equal_ids_ask_for_the_status_and_never_execute() -> None:
    at = desk()
    first = at.ask(time_add(), newMessageSetID="A")
    assert at.ask("", newMessageSetID="A", oldMessageSetID="A").text == first.text
    unknown = at.ask(time_add(), newMessageSetID="B", oldMessageSetID="B")
    assert (unknown.set_code, len(unknown)) == ("9002", 0)
    assert count(at) == 1


def test_an_old_id_alone_clears_it_and_600_says_that_there_was_none() -> None:
    at = desk()
    at.ask(time_add(), newMessageSetID="A")
    assert at.ask("", oldMessageSetID="A").set_code == "0"
    assert at.ask("", oldMessageSetID="A").set_code == "600"
    at.ask(time_add(), newMessageSetID="A")
    assert count(at) == 2


def test_a_status_probe_with_the_old_id_alone_destroys_what_it_asks_for() -> None:
    at = desk()
    at.ask(time_add(), newMessageSetID="A")
    assert len(at.ask("", oldMessageSetID="A")) == 0
    assert at.ask("", newMessageSetID="A", oldMessageSetID="A").set_code == "9002"


@pytest.mark.parametrize("word", [CLEAR_ALL, "ClearAllMessageSets"])
def test_one_word_clears_everything_of_the_application(word: str) -> None:
    at = desk(switches={"clear_all_word": word})
    for name in "AB":
        at.ask(time_add(), newMessageSetID=name)
    at.sign_in("Other")
    at.ask(time_add(), newMessageSetID="A")
    at.sign_in("Sync")
    at.ask("", oldMessageSetID=word)
    codes = [at.ask("", newMessageSetID=name, oldMessageSetID=name).set_code for name in "AB"]
    at.sign_in("Other")
    assert [*codes, at.ask("", newMessageSetID="A", oldMessageSetID="A").set_code] == ["9002", "9002", "0"]


@pytest.mark.parametrize(("limit", "length"), [("24", 24), ("23", 23)])
def test_a_longer_id_than_the_limit_is_9004_and_nothing_is_executed(limit: str, length: int) -> None:
    at = desk(switches={"message_set_id_limit": limit})
    assert at.ask(time_add(), newMessageSetID="x" * length).set_code == "0"
    assert at.ask(time_add(), newMessageSetID="y" * (length + 1)).set_code == "9004"
    assert count(at) == 1


def test_by_a_switch_an_overlong_id_is_executed_without_protection() -> None:
    at = desk(switches={"overlong_message_set_id": "executed"})
    for _ in range(2):
        answer = at.ask(time_add(), newMessageSetID="y" * 36)
        assert (answer.set_code, answer.codes) == ("9004", [0])
    assert count(at) == 2


@pytest.mark.parametrize(("value", "left"), [("clears_old", "9002"), ("keeps_old", "0")])
def test_another_old_id_beside_a_new_one_is_cleared_by_a_switch(value: str, left: str) -> None:
    at = desk(switches={"recovery_chained": value})
    at.ask(time_add(), newMessageSetID="A")
    assert at.ask(time_add(), newMessageSetID="B", oldMessageSetID="A").set_code == "0"
    assert at.ask("", newMessageSetID="A", oldMessageSetID="A").set_code == left
    assert count(at) == 2


@pytest.mark.parametrize(("value", "again"), [("yes", 3140), ("no", 0)])
def test_whether_a_failed_set_is_stored_is_a_switch(value: str, again: int) -> None:
    at = desk(switches={"recovery_keeps_failures": value})
    body = time_add(customer="Acme:Porch")
    assert at.ask(body, newMessageSetID="A").codes == [3140]
    people.add_job(at.qb, "Acme:Porch")
    assert at.ask(body, newMessageSetID="A").codes == [again]


def test_by_a_switch_statuses_only_are_replayed_with_an_error_recovery_since_11_0() -> None:
    at = desk(switches={"replay_form": "statuses"})
    first = at.ask(time_add(request_id="1"), "13.0", newMessageSetID="A")
    again = at.ask(time_add(request_id="1"), "13.0", newMessageSetID="A")
    assert (again.codes, again[0].rets, again[0].attribute("requestID")) == ([0], [], "1")
    assert again[0].value("ErrorRecovery/TxnID") == first[0].value("*/TxnID")
    at.ask(time_add(), "10.0", newMessageSetID="B")
    assert len(at.ask(time_add(), "10.0", newMessageSetID="B")[0].element) == 0
    assert count(at) == 2


@pytest.mark.parametrize(("value", "codes"), [("all", ["0", "0", "0"]), ("1", ["9002", "9002", "0"])])
def test_how_many_ids_are_kept_is_a_switch(value: str, codes: list[str]) -> None:
    at = desk(switches={"recovery_ids_kept": value})
    for name in "ABC":
        at.ask(time_add(), newMessageSetID=name)
    assert [at.ask("", newMessageSetID=n, oldMessageSetID=n).set_code for n in "ABC"] == codes


def test_by_a_switch_a_restart_forgets_every_id() -> None:
    at = desk(switches={"recovery_ids_kept": "until_restart"})
    at.ask(time_add(), newMessageSetID="A")
    at.qb.close()
    at.qb.open()
    at.sign_in()
    at.ask(time_add(), newMessageSetID="A")
    assert count(at) == 2


@pytest.mark.parametrize(("value", "entries"), [("application", 1), ("application_and_pc", 2)])
def test_whose_the_stored_sets_are_is_a_switch(value: str, entries: int) -> None:
    at = desk(switches={"recovery_key": value})
    at.ask(time_add(), newMessageSetID="A")
    at.processor.close_connection()
    at.sign_in(pc="pc2")
    at.ask(time_add(), newMessageSetID="A")
    assert count(at) == entries


def test_another_application_has_sets_of_its_own() -> None:
    at = desk()
    at.ask(time_add(), newMessageSetID="A")
    at.sign_in("Other")
    at.ask(time_add(), newMessageSetID="A")
    assert count(at) == 2


def test_a_store_that_fails_is_9005_and_the_entry_is_there() -> None:
    at = desk(switches={"recovery_store": "fails"})
    answer = at.ask(time_add(), newMessageSetID="A")
    assert (answer.set_code, answer.codes) == ("9005", [0])
    at.ask(time_add(), newMessageSetID="A")
    assert count(at) == 2


def test_a_store_that_loses_the_answer_is_9002_and_executes_nothing_twice() -> None:
    at = desk(switches={"recovery_store": "loses_answer"})
    at.ask(time_add(), newMessageSetID="A")
    assert at.ask(time_add(), newMessageSetID="A").set_code == "9002"
    assert count(at) == 1


def test_a_restored_backup_loses_the_state_together_with_the_entries() -> None:
    at = desk()
    people.back_up(at.qb, "before")
    at.ask(time_add(), newMessageSetID="A")
    people.restore_backup(at.qb, "before")
    at.sign_in()
    assert count(at) == 0
    assert at.ask(time_add(), newMessageSetID="A").codes == [0]
    assert count(at) == 1


def test_the_state_survives_closing_and_opening(tmp_path: Path) -> None:
    path = tmp_path / "a.qbsim"
    at = desk(path=path)
    first = at.ask(time_add(), newMessageSetID="A")
    at.company.close()
    at.company = CompanyFile.open(path, source=at.source)
    at.qb = QuickBooks(at.company, at.source)
    at.sign_in()
    assert at.ask(time_add(), newMessageSetID="A").text == first.text
    at.company.close()


# Crashes


class Dies:
    """Kills QuickBooks once, at one point."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.seen: list[tuple[str, Origin]] = []

    def __call__(self, point: str, origin: Origin) -> None:
        self.seen.append((point, origin))
        if point == self.point:
            self.point = ""
            raise QuickBooksDied


@pytest.mark.parametrize(
    ("point", "entries"), [("before commit", 0), ("after commit", 1), ("before answer", 1)]
)
def test_after_a_crash_recovery_makes_the_entry_exactly_once(point: str, entries: int) -> None:
    at = desk()
    at.qb.crash_points = Dies(point)
    body = message_set(time_add(), newMessageSetID="A")
    assert hresult_of(lambda: at.raw(body)) == 0x800706BA
    assert hresult_of(at.sign_in) == 0x800706BA
    at.qb.open()
    at.sign_in()
    assert count(at) == entries
    assert at.ask(time_add(), newMessageSetID="A").codes == [0]
    assert count(at) == 1


def test_when_the_state_is_not_atomic_a_crash_between_loses_it_and_the_entry_comes_twice() -> None:
    at = desk(switches={"recovery_atomic": "no"})
    at.qb.crash_points = Dies("after commit")
    assert hresult_of(lambda: at.ask(time_add(), newMessageSetID="A")) == 0x800706BA
    at.qb.open()
    at.sign_in()
    at.ask(time_add(), newMessageSetID="A")
    assert count(at) == 2


def test_crash_points_know_whose_call_it_is() -> None:
    at = desk()
    dies = at.qb.crash_points = Dies("never")
    at.ask(time_add(), call=7)
    at.ask("<HostQueryRq/>", call=8)
    assert dies.seen == [
        *((point, Origin("pc1", "Sync", 7)) for point in ("before commit", "after commit", "before answer")),
        ("before answer", Origin("pc1", "Sync", 8)),
    ]


def test_a_crash_in_the_middle_of_a_set_without_recovery_keeps_the_entries_before_it() -> None:
    at = desk()
    seen: list[str] = []

    def second_commit(point: str, _: Origin) -> None:
        seen.append(point)
        if seen.count("before commit") == 2:
            raise QuickBooksDied

    at.qb.crash_points = second_commit
    assert hresult_of(lambda: at.ask(time_add() + time_add() + time_add())) == 0x800706BA
    assert count(at) == 1


# The version gate


def test_a_version_that_the_product_does_not_speak_is_0x80040423() -> None:
    at = desk(product=Product(2014))
    assert at.ask("<HostQueryRq/>", "13.0").codes == [0]
    assert hresult_of(lambda: at.ask("<HostQueryRq/>", "14.0")) == 0x80040423
    assert hresult_of(lambda: at.ask("<HostQueryRq/>", "99.0")) == 0x80040423


def test_a_request_that_its_version_does_not_know_is_0x80040400() -> None:
    at = desk()
    assert hresult_of(lambda: at.ask("<TransferQueryRq/>", "11.0")) == 0x80040400
    assert at.ask("<TransferQueryRq/>", "12.0").codes == [1030]


@pytest.mark.parametrize(
    ("year", "major", "newest"),
    [
        *((2003, "13", "2.0"), (2004, "14", "3.0"), (2005, "15", "4.1")),
        *((2006, "16", "5.0"), (2007, "17", "6.0"), (2008, "18", "7.0"), (2009, "19", "8.0")),
        *((2010, "20", "9.0"), (2011, "21", "10.0"), (2012, "22", "11.0"), (2013, "23", "12.0")),
        *((2014, "24", "13.0"), (2017, "27", "13.0"), (2018, "28", "14.0"), (2021, "31", "14.0")),
        *((2022, "32", "15.0"), (2023, "33", "16.0"), (2024, "34", "16.0")),
    ],
)
def test_the_host_tells_the_year_and_its_versions(year: int, major: str, newest: str) -> None:
    reply = desk(product=Product(year)).one("<HostQueryRq/>", newest if year < 2006 else "5.0")
    assert reply.value("HostRet/MajorVersion") == major
    assert reply.values("HostRet/SupportedQBXMLVersion")[-1] == newest
    assert reply.value("HostRet/QBFileMode") == (None if year < 2004 else "SingleUser")
    assert reply.value("HostRet/Country") == (None if year <= 2006 else "US")


@pytest.mark.parametrize(
    "data",
    [
        "",
        " ",
        "<",
        "<QBXML/>",
        "\x00\x01",
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><QBXML/>',
        message_set("<HostQueryRq/>").replace('onError="stopOnError"', ""),
        message_set(time_add())[:-20],
        message_set("<NoSuchRq/>"),
        message_set(time_add()).replace("QBXML>", "Other>"),
    ],
)
def test_whatever_comes_in_is_an_hresult_with_a_line_in_the_log_and_changes_nothing(data: str) -> None:
    at = desk()
    before = list(at.company.journal())
    assert hresult_of(lambda: at.raw(data)) in {0x80040400, 0x80040423}
    assert list(at.company.journal()) == before
    assert at.qb.log.lines[-1].kind == "refused"


def test_a_version_of_which_no_facts_were_found_is_logged_as_not_modelled() -> None:
    at = desk()
    assert hresult_of(lambda: at.raw(message_set("<HostQueryRq/>", "15.0"))) == 0x80040423
    assert at.qb.log.lines[-1].kind == "not modelled"


def test_an_empty_set_has_an_empty_answer() -> None:
    answer = desk().ask("")
    assert (len(answer), etree.tostring(answer.messages)) == (0, b"<QBXMLMsgsRs/>\n")


def test_what_a_crash_undid_is_forgotten_by_everybody() -> None:
    at = desk()
    at.qb.crash_points = Dies("before commit")
    assert hresult_of(lambda: at.ask(list_add("Customer", "<Name>Ghost</Name>"))) == 0x800706BA
    at.qb.open()
    at.sign_in()
    assert at.one(time_add(customer="Ghost")).code == 3140
    made = at.one(list_add("Customer", "<Name>Real</Name>"))
    assert (made.value("*/ListID") or "").startswith("80000008-")
    assert [row.sequence for row in at.company.journal()] == list(
        range(1, len(list(at.company.journal())) + 1)
    )


def test_a_refused_request_leaves_no_gap_in_the_ids() -> None:
    at = desk()
    first = added(at).value("*/TxnNumber")
    at.ask(time_add() + time_add(employee="Nobody"), onError="continueOnError")
    assert (first, added(at).value("*/TxnNumber")) == ("1", "3")
