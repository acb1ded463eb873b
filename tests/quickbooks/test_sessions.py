"""Open, Begin, Process, End, Close: and every HRESULT that stands in the way."""

from __future__ import annotations

import pytest
from quickbooks_support import Desk, added, company_file, desk, hresult_of, time_add

from qbsim.errors import UsageProblem
from qbsim.quickbooks import QuickBooks, Rights, people
from qbsim.switches import Switches


def begin(at: Desk, file: str = "", *, application: str = "Sync", pc: str = "pc1") -> str:
    return at.sign_in(application, pc, file)


def test_a_session_tells_the_file_the_newest_version_and_the_country() -> None:
    at = desk(name="Acme Builders")
    assert at.processor.current_company_file_name(at.ticket) == r"C:\QuickBooks\Acme Builders.QBW"
    assert at.processor.newest_qbxml_version(at.ticket) == (16, 0)
    assert at.processor.country(at.ticket) == "US"


def test_a_ticket_is_dead_after_the_end_of_its_session() -> None:
    at = desk()
    at.processor.end_session(at.ticket)
    for call in (at.processor.end_session, at.processor.country, at.processor.current_company_file_name):
        assert hresult_of(lambda call=call: call(at.ticket)) == 0x8004040D
    assert hresult_of(lambda: at.ask("<HostQueryRq/>")) == 0x8004040D


def test_a_ticket_of_another_pc_or_of_nobody_is_invalid() -> None:
    at = desk()
    other = at.qb.request_processor("pc2")
    other.open_connection("", "Sync")
    assert hresult_of(lambda: other.country(at.ticket)) == 0x8004040D
    assert hresult_of(lambda: at.processor.country("{none}")) == 0x8004040D


def test_closing_the_connection_ends_its_sessions() -> None:
    at = desk()
    at.processor.close_connection()
    assert at.qb.sessions == {}
    assert hresult_of(lambda: at.processor.begin_session("")) == 0x80040401


def test_while_quickbooks_is_closed_a_file_must_be_named() -> None:
    at = desk()
    at.qb.close()
    assert hresult_of(lambda: at.ask("<HostQueryRq/>")) == 0x80040401
    assert hresult_of(lambda: begin(at)) == 0x80040416


def test_a_closed_quickbooks_starts_only_for_who_may_log_in_by_itself() -> None:
    at = desk()
    path = at.qb.path_of(at.company)
    at.qb.close()
    assert hresult_of(lambda: begin(at, path)) == 0x8004041D
    at.qb.open()
    at.qb.set_rights("Sync", Rights(automatic_login=True))
    at.qb.close()
    begin(at, path)
    assert at.one("<HostQueryRq/>").value("HostRet/IsAutomaticLogin") == "true"


def test_a_file_that_nobody_knows_cannot_be_opened() -> None:
    assert hresult_of(lambda: begin(desk(), r"C:\None\such.QBW")) == 0x80040403


def test_another_company_that_is_open_stands_in_the_way_of_a_named_file() -> None:
    at = desk(name="Ours")
    path = at.qb.path_of(at.company)
    at.qb.open_company(company_file(name="Theirs", source=at.source))
    assert hresult_of(lambda: at.ask("<HostQueryRq/>")) == 0x8004040D
    assert hresult_of(lambda: begin(at, path)) == 0x8004040A
    begin(at)
    assert at.one("<CompanyQueryRq/>").value("CompanyRet/CompanyName") == "Theirs"


def test_a_quickbooks_without_a_company_wants_a_name() -> None:
    at = desk()
    at.qb.close_company()
    assert hresult_of(lambda: begin(at)) == 0x80040416
    begin(at, r"c:\quickbooks\ROCK castle construction.qbw")
    assert at.one("<HostQueryRq/>").code == 0


def test_a_modal_dialog_stands_in_the_way_until_it_is_dismissed() -> None:
    at = desk()
    at.qb.show_dialog()
    assert hresult_of(lambda: begin(at)) == 0x80040414
    at.qb.dismiss_dialog()
    begin(at)


@pytest.mark.parametrize(("access", "code"), [("never asked", 0x80040418), ("refused", 0x8004041A)])
def test_an_application_without_access_is_turned_away(access: str, code: int) -> None:
    at = desk()
    at.qb.set_rights("Sync", Rights(access=access))
    assert hresult_of(lambda: begin(at)) == code
    begin(at, application="Other")


def test_in_single_user_mode_a_second_pc_has_to_wait() -> None:
    at = desk()
    second = at.qb.request_processor("pc2")
    second.open_connection("", "Sync")
    assert hresult_of(lambda: second.begin_session("")) == 0x8004041B
    at.qb.multi_user()
    assert second.begin_session("")
    assert at.one("<HostQueryRq/>").value("HostRet/QBFileMode") == "MultiUser"


def test_a_person_in_single_user_mode_keeps_other_pcs_out_until_multi_user_mode() -> None:
    at = desk()
    at.processor.close_connection()
    at.qb.single_user("pc1")
    second = at.qb.request_processor("pc2")
    second.open_connection("", "Sync")
    assert hresult_of(lambda: second.begin_session("")) == 0x80040410
    begin(at)
    at.processor.close_connection()
    at.qb.multi_user()
    assert second.begin_session("")


def test_two_pcs_in_turn_work_in_single_user_mode() -> None:
    at = desk()
    added(at)
    at.processor.close_connection()
    begin(at, pc="pc2")
    added(at)
    assert [row.actor.pc for row in at.company.journal() if row.record == "TimeTracking"] == ["pc1", "pc2"]


def test_a_killed_quickbooks_answers_nobody_until_it_is_opened() -> None:
    at = desk()
    at.qb.die()
    assert hresult_of(lambda: at.ask("<HostQueryRq/>")) == 0x800706BA
    assert hresult_of(lambda: begin(at)) == 0x800706BA
    with pytest.raises(UsageProblem, match="No company file is open"):
        people.close_books(at.qb, "2026-10-31")
    at.qb.open()
    begin(at)
    assert at.one(time_add()).code == 0


def test_a_restore_ends_sessions() -> None:
    at = desk()
    people.back_up(at.qb, "a")
    people.restore_backup(at.qb, "a")
    assert hresult_of(lambda: at.ask("<HostQueryRq/>")) == 0x8004040D


def test_preferences_show_the_rights_of_the_application() -> None:
    at = desk()
    path = "PreferencesRet/CurrentAppAccessRights/IsPersonalDataAccessAllowed"
    assert at.one("<PreferencesQueryRq/>").value(path) == "false"
    at.qb.set_rights("Sync", Rights(personal_data=True))
    assert at.one("<PreferencesQueryRq/>").value(path) == "true"


def test_no_company_can_be_opened_in_a_closed_quickbooks() -> None:
    company = company_file()
    qb = QuickBooks(None, company.source)
    qb.close()
    with pytest.raises(UsageProblem, match="QuickBooks is closed"):
        qb.open_company(company)


def test_an_application_that_may_only_read_is_3263_when_it_writes() -> None:
    at = desk()
    at.qb.set_rights("Sync", Rights(read_only=True))
    assert at.ask(time_add() + "<TimeTrackingQueryRq/>", onError="continueOnError").codes == [3263, 1]
    assert at.company.timesheet() == ()


def test_the_switches_are_those_of_the_quickbooks_that_opens_a_file() -> None:
    company = company_file(switches={"entity_noun": "Employee"})
    assert QuickBooks(company, company.source).switches["entity_noun"] == "Employee"
    QuickBooks(company, company.source, Switches({"entity_noun": "Entity"}))
    assert company.switches["entity_noun"] == "Entity"
