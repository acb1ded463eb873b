"""What people do in the window, and the journal that remembers it."""

from __future__ import annotations

import datetime as dt

import pytest
from quickbooks_support import added, company_file, desk, time_add

from qbsim.errors import UsageProblem
from qbsim.quickbooks import Actor, QuickBooks, Selector, people, present
from qbsim.quickbooks.iif import IifRefused, export_lists, export_text

HEAD = "!TIMERHDR\tCOMPANYNAME\nTIMERHDR\t\n!TIMEACT\tDATE\tJOB\tEMP\tITEM\tDURATION\tNOTE\tBILLINGSTATUS\n"


def test_time_that_is_typed_stands_beside_time_that_is_sent() -> None:
    at = desk()
    added(at)
    row = people.enter_time(
        at.qb,
        employee="jane doe",
        date=dt.date(2026, 11, 2),
        hours=dt.timedelta(hours=8),
        customer="acme:roof",
    )
    assert (row.employee, row.customer, row.hours) == ("Jane Doe", "Acme:Roof", "8:00")
    actors = [one.actor.kind for one in at.company.journal() if one.record == "TimeTracking"]
    assert actors == ["connector", "person"]


def test_an_edit_changes_and_empties_fields() -> None:
    at = desk()
    added(at, notes="framing", class_="Field")
    (row,) = people.edit_time(at.qb, Selector(), hours="7h30m", notes="", customer="Bolt", billable=False)
    assert (row.hours, row.notes, row.customer, row.class_) == ("7:30", "", "Bolt", "Field")


def test_a_person_may_work_behind_the_closing_date_and_use_inactive_names() -> None:
    at = desk(switches={"inactive_names": "refused"})
    people.close_books(at.qb, "2026-10-31")
    people.make_inactive(at.qb, "customer", "Bolt")
    people.enter_time(at.qb, employee="Jane Doe", date="2026-10-01", hours="1:00", customer="Bolt")
    assert len(at.company.timesheet()) == 1


def test_what_quickbooks_refuses_is_told_as_a_sentence_and_nothing_changes() -> None:
    at = desk()
    before = list(at.company.journal())
    with pytest.raises(
        UsageProblem, match="QuickBooks does not let Admin do that: There is an invalid reference"
    ):
        people.enter_time(at.qb, employee="Nobody", date="2026-11-02", hours="1:00")
    assert list(at.company.journal()) == before


@pytest.mark.parametrize(
    ("which", "fits"), [("only", 1), ("all", 1), ("all", 3), ("earlier", 2), ("later", 3)]
)
def test_a_selector_that_fits_picks(which: str, fits: int) -> None:
    at = desk()
    ids = [added(at).value("*/TxnID") for _ in range(fits)]
    picked = [row.txn_id for row in Selector(which=which).pick(at.company)]  # type: ignore[arg-type]
    assert picked == {"only": ids, "all": ids, "earlier": ids[:1], "later": ids[-1:]}[which]


@pytest.mark.parametrize(
    ("which", "there"), [("only", 0), ("only", 2), ("all", 0), ("earlier", 1), ("later", 1)]
)
def test_a_selector_that_does_not_fit_lists_the_candidates(which: str, there: int) -> None:
    at = desk()
    for _ in range(there):
        added(at, notes="here")
    with pytest.raises(UsageProblem, match="of the timesheet match") as problem:
        people.delete_time(at.qb, Selector(which=which))  # type: ignore[arg-type]
    assert str(problem.value).count('"here"') == there
    assert len(at.company.timesheet()) == there


@pytest.mark.parametrize(
    ("field", "value", "matches"),
    [
        ("employee", "jane DOE", True),
        ("employee", "John Smith", False),
        ("customer", "acme:roof", True),
        ("customer", "", False),
        ("date", "2026-11-02", True),
        ("date", dt.date(2026, 11, 3), False),
        ("hours", "8:00", True),
        ("hours", dt.timedelta(hours=7), False),
        ("notes", "framing", True),
        ("notes", "fram", False),
    ],
)
def test_a_selector_compares_what_stands_in_an_entry(field: str, value: object, matches: bool) -> None:
    at = desk()
    added(at, notes="framing")
    selector = Selector(**{field: value})  # type: ignore[arg-type]
    if matches:
        assert len(selector.pick(at.company)) == 1
    else:
        with pytest.raises(UsageProblem):
            selector.pick(at.company)


@pytest.mark.parametrize("text", ["7.5", "seven", "7:3", "7:75", "7h75m", ""])
def test_hours_that_are_none_are_refused_with_the_cure(text: str) -> None:
    with pytest.raises(UsageProblem, match="7:30 or 7h30m"):
        people.enter_time(desk().qb, employee="Jane Doe", date="2026-11-02", hours=text)


def test_names_are_renamed_merged_hidden_and_deleted() -> None:
    at = desk()
    added(at, customer="Bolt")
    people.rename(at.qb, "job", "Acme:Roof", "Attic")
    people.merge(at.qb, "customer", "Bolt", "Acme")
    people.make_inactive(at.qb, "employee", "John Smith")
    people.make_active(at.qb, "employee", "john smith")
    people.delete_name(at.qb, "job", "Acme:Attic")
    assert [row.customer for row in at.company.timesheet()] == ["Acme"]
    assert [element.full_name for element in at.company.lists.all("Customer")] == ["Acme"]
    actions = [row.action for row in at.company.journal()][-6:]
    assert actions == ["mod", "merge", "mod", "mod", "mod", "delete"]


def test_a_name_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageProblem, match=r"There is no customer 'Nobody'.*Acme, Acme:Roof, Bolt"):
        people.rename(desk().qb, "customer", "Nobody", "x")
    with pytest.raises(UsageProblem, match="There is no list of 'boss'"):
        people.add_name(desk().qb, "boss", "x")


def test_a_preference_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UsageProblem, match=r"IsUsingTimeTracking.*FirstDayOfWeek"):
        people.set_preference(desk().qb, "Colour", "blue")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FirstDayOfWeek", "Blursday"),
        ("GracePeriod", "soon"),
        ("GracePeriod", ""),
    ],
)
def test_a_preference_takes_what_an_answer_can_show(name: str, value: str) -> None:
    at = desk()
    with pytest.raises(UsageProblem, match=f'in the field "{name}"'):
        people.set_preference(at.qb, name, value)
    assert at.one("<PreferencesQueryRq/>").code == 0


@pytest.mark.parametrize(
    ("kind", "longest"), [("customer", 41), ("employee", 41), ("item", 31), ("class", 31)]
)
def test_a_person_can_type_no_longer_name_than_an_answer_can_show(kind: str, longest: int) -> None:
    at = desk()
    people.add_name(at.qb, kind, "n" * longest)
    with pytest.raises(UsageProblem, match='in the field "Name" is too long'):
        people.add_name(at.qb, kind, "m" * (longest + 1))
    with pytest.raises(UsageProblem, match='in the field "Name" is too long'):
        people.rename(at.qb, kind, "n" * longest, "m" * (longest + 1))
    assert at.ask("<EntityQueryRq/><ItemQueryRq/><ClassQueryRq/>").codes == [0, 0, 0]


@pytest.mark.parametrize("notes", ["n" * 4096, "a\x01b", "a\ufffeb"])
def test_a_person_can_type_no_notes_that_an_answer_cannot_show(notes: str) -> None:
    at = desk()
    people.enter_time(at.qb, employee="Jane Doe", date="2026-11-02", hours="1:00", notes="n" * 4095)
    with pytest.raises(UsageProblem, match='in the field "Notes"'):
        people.enter_time(at.qb, employee="Jane Doe", date="2026-11-02", hours="1:00", notes=notes)
    with pytest.raises(UsageProblem, match='in the field "Notes"'):
        people.edit_time(at.qb, Selector(), notes=notes)
    assert at.one("<TimeTrackingQueryRq/>").values("TimeTrackingRet/Notes") == ["n" * 4095]


def test_a_change_names_fields_that_there_are_and_changes_something() -> None:
    at = desk()
    added(at)
    with pytest.raises(UsageProblem, match=r"no field 'note'\. There are: employee, customer, .*notes"):
        people.edit_time(at.qb, Selector(), note="x")
    with pytest.raises(UsageProblem, match="Nothing is to be changed"):
        people.edit_time(at.qb, Selector())


def test_a_restore_forgets_time_and_the_journal_does_not() -> None:
    at = desk()
    added(at, notes="kept")
    people.back_up(at.qb, "monday")
    added(at, notes="forgotten")
    people.restore_backup(at.qb, "monday")
    at.sign_in()
    added(at, notes="after")
    assert [row.notes for row in at.company.timesheet()] == ["kept", "after"]
    rows = [row for row in at.company.journal() if row.record == "TimeTracking"]
    assert [((row.after or {})["Notes"], row.timeline) for row in rows] == [
        *(("kept", 1), ("forgotten", 1), ("after", 2)),
    ]
    books = [row for row in present(at.company.journal()) if row.record == "TimeTracking"]
    assert [(row.after or {})["Notes"] for row in books] == ["kept", "after"]
    assert [row.sequence for row in at.company.journal()] == list(
        range(1, len(list(at.company.journal())) + 1)
    )


def test_restores_of_restores_keep_their_lines_apart() -> None:
    at = desk()
    people.back_up(at.qb, "empty")
    people.enter_time(at.qb, employee="Jane Doe", date="2026-11-02", hours="1:00", notes="a")
    people.back_up(at.qb, "one")
    people.restore_backup(at.qb, "empty")
    people.enter_time(at.qb, employee="Jane Doe", date="2026-11-02", hours="1:00", notes="b")
    people.restore_backup(at.qb, "one")
    people.enter_time(at.qb, employee="Jane Doe", date="2026-11-02", hours="1:00", notes="c")
    assert at.company.timeline == 3
    books = [(row.after or {}).get("Notes") for row in present(at.company.journal())]
    assert [one for one in books if one] == [row.notes for row in at.company.timesheet()] == ["a", "c"]


def test_a_backup_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageProblem, match="none was made"):
        people.restore_backup(desk().qb, "x")


def test_no_request_can_see_the_journal_and_a_query_adds_nothing_to_it() -> None:
    at = desk()
    before = list(at.company.journal())
    at.ask("<HostQueryRq/><CompanyQueryRq/><CustomerQueryRq/><TimeTrackingQueryRq/>")
    at.one(time_add(employee="Nobody"))
    assert list(at.company.journal()) == before


def test_a_journal_row_knows_who_when_and_the_values_before_and_after() -> None:
    at = desk()
    at.ask(time_add(notes="a"), call=4)
    (row,) = people.edit_time(at.qb, Selector(), notes="b", person="Mia")
    first, second = [one for one in at.company.journal() if one.record == "TimeTracking"]
    assert first.actor == Actor("connector", "Sync", "pc1", "Sync", 4)
    assert second.actor == Actor("person", "Mia")
    assert (first.before, (first.after or {})["EntityRef/FullName"]) == (None, "Jane Doe")
    assert ((second.before or {})["Notes"], (second.after or {})["Notes"]) == ("a", "b")
    assert first.at < second.at
    assert first.id == second.id == row.txn_id


# IIF


def test_time_is_imported_and_is_nobodys_landing() -> None:
    at = desk()
    text = f"{HEAD}TIMEACT\t11/02/26\tAcme:Roof\tJane Doe\tFraming\t7:30\tfirst/nsecond\t1\n"
    (row,) = people.import_iif(at.qb, text)
    assert (row.date, row.hours, row.notes, row.billable) == (
        "2026-11-02",
        "7:30",
        "first\nsecond",
        "Billable",
    )
    assert list(at.company.journal())[-1].actor.kind == "import"


def test_what_is_exported_can_be_imported_again() -> None:
    at = desk()
    added(at, item="Framing", class_="Field", payroll_item="Hourly", notes="a\nb", billable="Billable")
    added(at, date="2025-02-28", customer=None, duration="PT23H59M")
    first = at.company.timesheet()
    again = people.import_iif(at.qb, export_text(at.company.name, first))

    def contents(rows: tuple[object, ...]) -> list[tuple[object, ...]]:
        names = ("employee", "customer", "date", "duration", "class_", "payroll_item", "notes", "billable")
        return [tuple(getattr(row, name) for name in names) for row in rows]

    assert contents(again) == contents(first)


@pytest.mark.parametrize("notes", ["a\u2028b", "a\x85b", "a\rb", "a\r\nb"])
def test_a_line_ends_where_an_iif_line_ends_and_nowhere_else(notes: str) -> None:
    at = desk()
    people.enter_time(at.qb, employee="Jane Doe", date="2026-11-02", hours="1:00", notes=notes)
    (again,) = people.import_iif(at.qb, export_text(at.company.name, at.company.timesheet()))
    assert again.notes == notes.replace("\r\n", "\n").replace("\r", "\n")


def test_lists_that_are_exported_fill_another_company() -> None:
    at = desk(name="Same")
    other = company_file(name="Same")
    qb = QuickBooks(other, other.source)
    people.import_iif(qb, export_lists(at.company))
    for kind in ("Employee", "Vendor", "OtherName", "Customer", "Class", "ItemService"):
        assert [one.full_name for one in other.lists.all(kind)] == [
            one.full_name for one in at.company.lists.all(kind)
        ]


BAD = (
    ("TIMEACT\t13/45/26\t\tJane Doe\t\t1:00\t\t0", "there is no day '13/45/26'"),
    ("TIMEACT\t2026-11-02\t\tJane Doe\t\t1:00\t\t0", "DATE is MM/DD/YY"),
    ("TIMEACT\t11/02/26\t\tJane Doe\t\t24:00\t\t0", "at most 23:59"),
    ("TIMEACT\t11/02/26\t\tJane Doe\t\t1.5\t\t0", "DURATION is HH:MM"),
    ("TIMEACT\t11/02/26\t\t\t\t1:00\t\t0", "EMP, who did the work, is empty"),
    ("TIMEACT\t11/02/26\tNobody\tJane Doe\t\t1:00\t\t0", 'QuickBooks Customer "Nobody"'),
    ("TIMEACT\t11/02/26\t\tJane Doe\t\t1:00\t\t7", "BILLINGSTATUS is 0, 1 or 2"),
    (f"TIMEACT\t11/02/26\t\tJane Doe\t\t1:00\t{'n' * 1001}\t0", "1001 characters"),
    ("TIMEACT\t11/02/26\t\tJane Doe\t\t1:00\t\t0\textra", "8 values for 7 columns"),
    ("BILL\tx", "no row of column names"),
    ("TIMEACT\t11/02/26\t\tJane Doe\t\t1:00\ta\x01b\t0", 'in the field "Notes"'),
    ("!EMP\tNAME\nEMP\tAcme", 'The name "Acme" of the list element is already in use'),
    (f"!CUST\tNAME\nCUST\t{'n' * 42}", 'in the field "Name" is too long'),
    ("!CUST\tNAME\nCUST\ta\x01b", 'in the field "Name"'),
)


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_a_broken_row_is_named_with_its_line_and_nothing_is_imported(bad: str, reason: str) -> None:
    at = desk()
    good = "TIMEACT\t11/02/26\t\tJane Doe\t\t1:00\t\t0"
    text = f"{HEAD}{good}\n{bad}\n{good}\n"
    before = list(at.company.journal())
    with pytest.raises(IifRefused) as refused:
        people.import_iif(at.qb, text)
    (row,) = refused.value.rows
    assert (row.line, reason in row.reason) == (5 + bad.count("\n"), True), row
    assert list(at.company.journal()) == before
    assert len(people.import_iif(at.qb, text, partial=True)) == 2


def test_time_without_a_header_of_this_company_is_refused() -> None:
    at = desk(name="Ours")
    time = "!TIMEACT\tDATE\tEMP\tDURATION\nTIMEACT\t11/02/26\tJane Doe\t1:00\n"
    with pytest.raises(IifRefused, match="behind a TIMERHDR"):
        people.import_iif(at.qb, time)
    with pytest.raises(IifRefused, match="the file is for the company 'Theirs', open is 'Ours'"):
        people.import_iif(at.qb, f"!TIMERHDR\tCOMPANYNAME\nTIMERHDR\tTheirs\n{time}")
