"""The company file from a shell."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from quickbooks_support import message_set, time_add

from qbharness.cli.company import command
from qbharness.cli.facts import command as facts
from qbharness.cli.facts import import_everything
from qbsim.certainty import RULES
from qbsim.errors import UsageProblem
from qbsim.quickbooks.statuses import STATUSES
from qbsim.switches import SWITCHES


def run(*words: object, stdin: str = "", code: int = 0) -> str:
    result: Result = CliRunner().invoke(command, [str(word) for word in words], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "a.qbsim"
    run("new", file, "--name", "Acme Builders")
    for kind, name in (("employee", "Jane Doe"), ("customer", "Acme"), ("job", "Acme:Roof")):
        run("add", file, kind, name)
    return file


def enter(file: Path, *more: str) -> str:
    words = ("--employee", "Jane Doe", "--date", "2026-11-03", "--hours", "7:30", "--customer", "Acme:Roof")
    return run("enter-time", file, *words, *more)


def test_time_that_is_entered_stands_on_the_timesheet(file: Path) -> None:
    assert "entered: 2026-11-03 Jane Doe Acme:Roof 7:30 (1-" in enter(file, "--notes", "north side")
    lines = run("timesheet", file).splitlines()
    assert lines[0] == "Acme Builders"
    assert lines[1].split() == ["Date", "Name", "Customer:Job", "Hours", "Notes"]
    assert lines[3] == "2026-11-03  Jane Doe  Acme:Roof      7:30  north side"


def test_a_week_is_shown_as_quickbooks_does(file: Path) -> None:
    enter(file)
    enter(file)
    lines = run("timesheet", file, "--week", "2026-11-08", "--employee", "jane doe").splitlines()
    assert lines[0] == "Jane Doe"
    assert "Mon 2  Tue 3  Wed 4  Thu 5  Fri 6  Sat 7  Sun 8  Total" in lines[1]
    assert lines[3].split() == ["Acme:Roof", "15:00", "15:00"]
    assert lines[4].split() == ["Totals", "15:00", "15:00"]
    assert "No time from 2026-11-09 to 2026-11-15." in run("timesheet", file, "--week", "2026-11-09")


def test_anyone_can_ask_the_fake_a_question(file: Path, tmp_path: Path) -> None:
    answer = run("request", file, stdin=message_set(time_add(customer="Acme")))
    assert '<TimeTrackingAddRs statusCode="0"' in answer
    request = tmp_path / "request.xml"
    request.write_text(message_set("<TimeTrackingQueryRq/>"))
    assert "<FullName>Acme</FullName>" in run("request", file, request)


def test_an_hresult_is_printed_with_its_text_and_exit_1(file: Path) -> None:
    output = run("request", file, stdin="<QBXML/>", code=1)
    assert output.startswith("0x80040400: QuickBooks found an error when parsing")
    output = run("request", file, stdin=message_set("<NoSuchRq/>"), code=1)
    assert "NoSuchRq" in output


def test_a_switch_can_be_set_for_a_question(file: Path) -> None:
    text = message_set(time_add(employee="Nobody"))
    assert "QuickBooks Employee" in run("request", file, "--set", "entity_noun=Employee", stdin=text)
    with pytest.raises(UsageProblem, match="entity_noun"):
        run("request", file, "--set", "entity_nuon=Employee", stdin=text)


def test_entries_are_changed_used_and_deleted(file: Path) -> None:
    enter(file)
    assert "changed: 2026-11-03 Jane Doe Acme:Roof 8:00" in run("edit-time", file, "--to", "hours=8:00")
    run("invoice-time", file)
    with pytest.raises(UsageProblem, match="does not let Admin do that"):
        run("delete-time", file)
    enter(file)
    assert "deleted" in run("delete-time", file, "--hours", "7:30")
    run("pay-time", file, "--which", "all")


def test_a_change_of_a_field_that_there_is_not_is_told(file: Path) -> None:
    enter(file)
    with pytest.raises(UsageProblem, match="no field 'colour'"):
        run("edit-time", file, "--to", "colour=red")
    with pytest.raises(UsageProblem, match="Nothing is to be changed"):
        run("edit-time", file)


def test_names_are_changed(file: Path) -> None:
    enter(file)
    run("add", file, "customer", "Bolt")
    assert "Apex" in run("rename", file, "customer", "Acme", "Apex")
    run("merge", file, "customer", "Bolt", "Apex")
    run("make-inactive", file, "employee", "Jane Doe")
    run("make-active", file, "employee", "Jane Doe")
    run("add", file, "class", "Field")
    run("delete-name", file, "class", "Field")
    assert "Apex:Roof" in run("timesheet", file)


def test_a_file_is_backed_up_and_restored_on_a_new_timeline(file: Path, tmp_path: Path) -> None:
    run("back-up", file, tmp_path / "b.qbsim")
    enter(file)
    assert "timeline is now 2" in run("restore-backup", file, tmp_path / "b.qbsim")
    assert "The timesheet is empty." in run("timesheet", file)
    assert "TimeTracking" not in run("journal", file)
    assert "TimeTracking" in run("journal", file, "--all")


def test_iif_goes_out_and_in(file: Path, tmp_path: Path) -> None:
    enter(file)
    exported = tmp_path / "time.iif"
    exported.write_text(run("export-iif", file))
    assert run("import-iif", file, exported) == "1 time entry imported\n"
    assert "CUST\tAcme:Roof" in run("export-iif", file, "--lists")
    exported.write_text(exported.read_text().replace("7:30", "x"))
    with pytest.raises(UsageProblem, match="line 4: DURATION is HH:MM"):
        run("import-iif", file, exported)
    left_out, count = run("import-iif", file, exported, "--partial").splitlines()
    assert left_out.startswith("left out: line 4: DURATION is HH:MM")
    assert count == "0 time entries imported"


def test_books_are_closed_and_preferences_set(file: Path) -> None:
    run("close-books", file, "2026-11-30")
    run("set-preference", file, "IsUsingClassTracking", "false")
    assert 'statusCode="3171"' in run("request", file, stdin=message_set(time_add()))


def test_the_facts_page_has_every_rule_status_and_switch() -> None:
    page = CliRunner().invoke(facts, []).output
    import_everything()
    assert all(f"| {rule} |" in page for rule in RULES)
    assert all(f"| {code} |" in page for code in STATUSES)
    assert all(f"**{name}**" in page for name in SWITCHES)
    one = CliRunner().invoke(facts, ["3140", "seen"]).output
    assert "in the {record}" in one
    assert "| 3150 |" not in one


def test_every_rule_and_every_value_of_a_switch_says_where_it_is_known_from() -> None:
    import_everything()
    assert len(RULES) > 60
    assert all(rule.source and rule.sentence.endswith(".") for rule in RULES.values())
    assert all(value.source for switch in SWITCHES.values() for value in switch.values.values())


def test_a_company_can_begin_as_a_scenario_does(tmp_path: Path) -> None:
    run("new", tmp_path / "a.qbsim", "--from", "work-blocks")
    asked = message_set("<EmployeeQueryRq/><CustomerQueryRq/>")
    answer = run("request", tmp_path / "a.qbsim", stdin=asked)
    assert "<Name>Jane Doe</Name>" in answer
    assert "<FullName>Acme:Roof</FullName>" in answer


def test_a_day_is_kept_in_one_form_and_what_is_none_is_refused(file: Path) -> None:
    words = ("enter-time", file, "--employee", "Jane Doe", "--hours", "1:00", "--date")
    assert "entered: 2026-11-03 Jane Doe" in run(*words, "20261103")
    for word in ("3.11.2026", "2026-02-30", "today"):
        with pytest.raises(UsageProblem, match=r"is not a day\. Write it like 2026-11-02"):
            run(*words, word)
        with pytest.raises(UsageProblem, match="is not a day"):
            run("close-books", file, word)


@pytest.mark.parametrize("words", [("new",), ("new", "--from", "work-blocks")])
def test_a_folder_that_is_not_there_is_told(words: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="Is there such a folder"):
        run(*words, tmp_path / "nowhere" / "a.qbsim")


def test_a_backup_into_a_folder_that_is_not_there_is_told(file: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="Is there such a folder"):
        run("back-up", file, tmp_path / "nowhere" / "b.qbsim")
