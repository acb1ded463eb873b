"""``qbharness company``: make, ask, fill, back up and print a fake company file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from qbharness.cli.exit_codes import BROKEN

if TYPE_CHECKING:
    from qbsim.quickbooks import QuickBooks, TimesheetRow

_FILE: Final = click.argument("file", type=click.Path(path_type=Path))
_KIND: Final = click.argument("kind")
_NAME: Final = click.argument("name")
_SELECTOR: Final = (
    click.option("--employee", help="Only entries of this name."),
    click.option("--customer", help="Only entries for this customer or job."),
    click.option("--date", help="Only entries of this day (2026-11-02)."),
    click.option("--hours", help="Only entries of exactly this length (7:30)."),
    click.option("--notes", help="Only entries with exactly these notes."),
    click.option(
        "--which",
        type=click.Choice(("only", "earlier", "later", "all")),
        default="only",
        show_default=True,
        help="Of what matches: the one entry that there is, the first or last made, or each.",
    ),
)


@click.group("company")
def command() -> None:
    """Make, ask, fill, back up and print a fake company file (.qbsim)."""


@contextmanager
def _opened(file: Path, pins: tuple[str, ...] = ()) -> Iterator[QuickBooks]:
    """QuickBooks with this company file open; closed again at the end."""
    from qbsim.quickbooks import CompanyFile, QuickBooks  # noqa: PLC0415 - --help stays light
    from qbsim.source import Source  # noqa: PLC0415
    from qbsim.switches import Switches, parse_pin  # noqa: PLC0415

    source, switches = Source(), Switches(dict(map(parse_pin, pins)))
    company = CompanyFile.open(file, source=source, switches=switches)
    try:
        yield QuickBooks(company, source, switches)
    finally:
        company.close()


def _picks(function: Any) -> Any:
    for option in reversed(_SELECTOR):
        function = option(function)
    return function


# Making, backing up


@command.command("new")
@_FILE
@click.option("--from", "scenario", metavar="SCENARIO", help="Fill it as this scenario begins.")
@click.option("--name", default="Test Company", show_default=True, help="The company's name.")
def new(file: Path, scenario: str | None, name: str) -> None:
    """Make a company file."""
    from qbsim.quickbooks import CompanyFile  # noqa: PLC0415
    from qbsim.source import Source  # noqa: PLC0415

    if scenario is None:
        CompanyFile.create(file, source=Source(), name=name).close()
    else:
        _found(scenario).back_up(file)
    click.echo(f"made {file}")


def _found(scenario: str) -> Any:
    """The company of the first scenario that ``scenario`` names, in memory."""
    from qbharness.scenario.library import load  # noqa: PLC0415
    from qbharness.world.founding import found_company  # noqa: PLC0415
    from qbsim.errors import UsageProblem  # noqa: PLC0415
    from qbsim.source import Source  # noqa: PLC0415
    from qbsim.switches import Switches  # noqa: PLC0415

    plans = load((scenario,))
    if not plans:
        raise UsageProblem(f"There is no scenario {scenario!r}.", cure="`qbharness list` shows them.")
    return found_company(plans[0].company, Source(), Switches())


@command.command("back-up")
@_FILE
@click.argument("target", type=click.Path(path_type=Path))
def back_up(file: Path, target: Path) -> None:
    """Copy a company file, as QuickBooks' backup does, to TARGET."""
    with _opened(file) as qb:
        qb.the_company().back_up(target)
    click.echo(f"backed up to {target}")


@command.command("restore-backup")
@_FILE
@click.argument("backup", type=click.Path(path_type=Path))
def restore_backup(file: Path, backup: Path) -> None:
    """Put BACKUP in the place of the company file: a new timeline begins."""
    from qbsim.quickbooks import Backup, people  # noqa: PLC0415

    with _opened(file) as qb:
        qb.backups[backup.name] = Backup(backup)
        people.restore_backup(qb, backup.name)
        click.echo(f"restored; the timeline is now {qb.the_company().timeline}")


# Reading


@command.command("timesheet")
@_FILE
@click.option("--employee", help="Only this name.")
@click.option("--week", metavar="DATE", help="The week around this day, as QuickBooks' weekly timesheet.")
def timesheet(file: Path, employee: str | None, week: str | None) -> None:
    """Print the time entries, or one week as QuickBooks shows it."""
    from qbharness.cli.timesheet_table import print_entries, print_week  # noqa: PLC0415

    with _opened(file) as qb:
        if week is None:
            print_entries(qb.the_company(), employee)
        else:
            print_week(qb.the_company(), employee, week)


@command.command("journal")
@_FILE
@click.option("--all", "every", is_flag=True, help="Also what a restored backup has made undone.")
def journal(file: Path, every: bool) -> None:
    """Print who changed what: connectors, people, imports."""
    from qbharness.cli.timesheet_table import print_journal  # noqa: PLC0415
    from qbsim.quickbooks import present  # noqa: PLC0415

    with _opened(file) as qb:
        rows = tuple(qb.the_company().journal())
        print_journal(rows if every else present(rows))


@command.command("request")
@_FILE
@click.argument(
    "document",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=False,
    metavar="[REQUEST.xml]",
)
@click.option("--application", default="qbharness company request", help="The application's name.")
@click.option("--set", "pins", multiple=True, metavar="SWITCH=VALUE", help="Set a switch.")
def request(file: Path, document: Path | None, application: str, pins: tuple[str, ...]) -> None:
    """Ask the company file: REQUEST.xml (or standard input) to QuickBooks' answer.

    An HRESULT is printed with its text, and the reason if it is known; then the exit code is 1.
    """
    import logging  # noqa: PLC0415

    from qbsim.processor import HResultError  # noqa: PLC0415

    logging.getLogger("qbsim.quickbooks").addHandler(logging.NullHandler())  # its lines are printed below
    data = sys.stdin.buffer.read() if document is None else document.read_bytes()
    text = data.decode("utf-8", "replace")
    with _opened(file, pins) as qb:
        try:
            processor = qb.request_processor()
            processor.open_connection("", application)
            click.echo(processor.process_request(processor.begin_session(""), text), nl=False)
        except HResultError as failed:
            click.echo(str(failed))
            for line in qb.log.lines:
                click.echo(str(line), err=True)
            raise click.exceptions.Exit(BROKEN) from None
        for line in qb.log.lines:
            click.echo(str(line), err=True)


# Time


@command.command("enter-time")
@_FILE
@click.option("--employee", required=True, help="Who worked: an employee, a vendor or an other name.")
@click.option("--date", required=True, help="The day, 2026-11-02.")
@click.option("--hours", required=True, help="Hours and minutes, 7:30.")
@click.option("--customer", default="", help="The customer, or Customer:Job.")
@click.option("--service-item", default="", help="What was done, as an item of the list.")
@click.option("--class", "class_", default="", help="The class.")
@click.option("--payroll-item", default="", help="How it is paid, as an item of the list.")
@click.option("--notes", default="", help="Any text.")
@click.option("--billable/--not-billable", default=None, help="Whether the customer pays for it.")
def enter_time(file: Path, **fields: Any) -> None:
    """Type an entry into the timesheet."""
    from qbsim.quickbooks import people  # noqa: PLC0415

    with _opened(file) as qb:
        _tell("entered", (people.enter_time(qb, **fields),))


def _selected(act: str, word: str, summary: str) -> None:
    """A command that does ``people.<act>`` to the entries that are picked."""

    @command.command(act.replace("_", "-"), help=summary)
    @_FILE
    @_picks
    def run(file: Path, **selector: Any) -> None:
        from qbsim.quickbooks import Selector, people  # noqa: PLC0415

        with _opened(file) as qb:
            _tell(word, getattr(people, act)(qb, Selector(**selector)))


_selected("delete_time", "deleted", "Delete entries; the options must pick exactly what --which says.")
_selected("invoice_time", "invoiced", "Put entries on an invoice: billed and locked.")
_selected("pay_time", "paid", "Put entries on a paycheck: locked.")


@command.command("edit-time")
@_FILE
@_picks
@click.option(
    "--to",
    "changes",
    multiple=True,
    metavar="FIELD=VALUE",
    help="What to change: hours=8:00, notes=...; may be given several times.",
)
def edit_time(file: Path, changes: tuple[str, ...], **selector: Any) -> None:
    """Change entries; the options must pick exactly what --which says."""
    from qbsim.quickbooks import Selector, people  # noqa: PLC0415

    wanted = {key.replace("-", "_"): value for key, _, value in (one.partition("=") for one in changes)}
    if "class" in wanted:
        wanted["class_"] = wanted.pop("class")
    with _opened(file) as qb:
        _tell("changed", people.edit_time(qb, Selector(**selector), **wanted))


def _tell(word: str, rows: tuple[TimesheetRow, ...]) -> None:
    for row in rows:
        click.echo(f"{word}: {row.date} {row.employee} {row.customer} {row.hours} ({row.txn_id})")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


@command.command("import-iif")
@_FILE
@click.argument("iif", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--partial", is_flag=True, help="Leave out broken rows instead of importing nothing.")
def import_iif(file: Path, iif: Path, partial: bool) -> None:
    """Import time and names from an IIF file: all of it, or nothing where a row is broken."""
    from qbsim.quickbooks import people  # noqa: PLC0415
    from qbsim.quickbooks.iif import IifRefused  # noqa: PLC0415

    with _opened(file) as qb:
        text = iif.read_bytes().decode("utf-8-sig", "replace")
        try:
            rows = people.import_iif(qb, text)
        except IifRefused as broken:
            if not partial:
                raise
            rows = people.import_iif(qb, text, partial=True)
            for row in broken.rows:
                click.echo(f"left out: {row}")
        click.echo(f"{_count(len(rows), 'time entry', 'time entries')} imported")


@command.command("export-iif")
@_FILE
@click.option("--lists", is_flag=True, help="The names that a timer may use, instead of the time.")
@click.option("--employee", help="Only this name.")
def export_iif(file: Path, lists: bool, employee: str | None) -> None:
    """Print time (or names) in the IIF form."""
    from qbsim.quickbooks.iif import export_lists, export_text  # noqa: PLC0415

    with _opened(file) as qb:
        company = qb.the_company()
        rows = company.timesheet(employee=employee)
        click.echo(export_lists(company) if lists else export_text(company.name, rows), nl=False)


# Names and settings


@command.command("add")
@_FILE
@_KIND
@_NAME
@click.option("--uses-time-data", is_flag=True, help="Time becomes paychecks (employees only).")
def add(file: Path, kind: str, name: str, uses_time_data: bool) -> None:
    """Add a name: KIND is employee, vendor, "other name", customer, job, item, class, "payroll item"."""
    from qbsim.quickbooks import people  # noqa: PLC0415

    with _opened(file) as qb:
        made = people.add_name(qb, kind, name, uses_time_data=uses_time_data)
        click.echo(f"added {made.full_name} ({made.list_id})")


def _on_name(act: str, summary: str, *more: str) -> None:
    """A command that does ``people.<act>`` to one name; ``more`` are further arguments."""

    def run(file: Path, kind: str, name: str, **rest: str) -> None:
        from qbsim.quickbooks import people  # noqa: PLC0415

        with _opened(file) as qb:
            done = getattr(people, act)(qb, kind, name, *(rest[key] for key in more))
            click.echo(f"{act.replace('_', ' ')}: {done.full_name}")

    function: Any = run
    for key in (*reversed(more), "name", "kind"):
        function = click.argument(key)(function)
    command.command(act.replace("_", "-"), help=summary)(_FILE(function))


_on_name("rename", "Give a name another one; a job stays with its customer.", "to")
_on_name("merge", "Merge a name into another: its time goes along.", "into")
_on_name("make_inactive", "Hide a name from the lists.")
_on_name("make_active", "Show an inactive name again.")
_on_name("delete_name", "Delete a name that nothing uses.")


@command.command("close-books")
@_FILE
@click.argument("date")
def close_books(file: Path, date: str) -> None:
    """Set the closing date, guarded by a password that no application can give."""
    from qbsim.quickbooks import people  # noqa: PLC0415

    with _opened(file) as qb:
        people.close_books(qb, date)


@command.command("set-preference")
@_FILE
@_NAME
@click.argument("value")
def set_preference(file: Path, name: str, value: str) -> None:
    """Set a preference, such as IsUsingClassTracking or FirstDayOfWeek."""
    from qbsim.quickbooks import people  # noqa: PLC0415

    with _opened(file) as qb:
        people.set_preference(qb, name, value)
