"""What people do in the window of QuickBooks, and to the program itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from qbharness.history import ProcessChanged
from qbharness.scenario import steps
from qbharness.scenario.model import BlockFields, Selector
from qbharness.world.world import World
from qbsim.quickbooks import Selector as TimesheetSelector
from qbsim.quickbooks import people

_Act = Callable[[World, Any], object]


def entry_values(fields: BlockFields) -> dict[str, Any]:
    """The fields that are given, as QuickBooks' window takes them."""
    return fields.given()


def selector_of(world: World, selector: Selector) -> TimesheetSelector:
    """A selector of the plan; a block in it stands for the values that the file first gives it."""
    named: dict[str, Any] = {}
    if selector.block is not None:
        block = world.scenario.first_values()[selector.block]
        for field in ("employee", "customer", "date", "hours", "notes"):
            named[field] = getattr(block, field)
    for field in ("employee", "customer", "date", "hours", "notes"):
        value = getattr(selector, field)
        if value is not None:
            named[field] = value
    return TimesheetSelector(**named, which=selector.which, read=world.marking.bare_notes)


def _as_iif(rows: tuple[BlockFields, ...]) -> str:
    """Rows of time as QuickBooks' timer writes them."""
    header = "!TIMEACT\tDATE\tJOB\tEMP\tITEM\tPITEM\tDURATION\tPROJ\tNOTE\tBILLINGSTATUS"
    lines = ["!TIMERHDR\tVER\tREL\tCOMPANYNAME\tIMPORTEDBEFORE\tFROMTIMER", "TIMERHDR\t8\t0\t\tN\tY", header]
    for row in rows:
        date = row.date.strftime("%m/%d/%y") if row.date else ""
        seconds = int(row.hours.total_seconds()) if row.hours is not None else 0
        duration = f"{seconds // 3600}:{seconds // 60 % 60:02d}"
        parts = (
            date,
            row.customer or "",
            row.employee or "",
            row.service_item or "",
            row.payroll_item or "",
            duration,
            row.class_ or "",
            row.notes or "",
            "1" if row.billable else "0",
        )
        lines.append("TIMEACT\t" + "\t".join(parts))
    return "\r\n".join(lines) + "\r\n"


def _named(act: Callable[..., object]) -> _Act:
    """An act on one name of a list."""

    def perform(world: World, step: Any) -> None:
        act(world.quickbooks, step.kind, step.name)

    return perform


def _on_entries(act: Callable[..., object]) -> _Act:
    """An act on entries of the timesheet."""

    def perform(world: World, step: Any) -> None:
        act(world.quickbooks, selector_of(world, step.entry))

    return perform


def _add_name(world: World, step: steps.AddName) -> None:
    entry = step.entry
    people.add_name(
        world.quickbooks, step.kind, entry.name, active=entry.active, uses_time_data=entry.uses_time_data
    )


def _import_iif(world: World, step: steps.ImportIif) -> None:
    people.import_iif(world.quickbooks, step.text or _as_iif(step.rows))


def _set_preference(world: World, step: steps.SetPreference) -> None:
    for name, value in step.values.items():
        people.set_preference(world.quickbooks, name, value)


def _close_quickbooks(world: World, _: steps.CloseQuickBooks) -> None:
    world.quickbooks.close()
    world.recorder.add(ProcessChanged(process="QuickBooks", change="closed"))


def _open_quickbooks(world: World, _: steps.OpenQuickBooks) -> None:
    world.quickbooks.open()
    world.recorder.add(ProcessChanged(process="QuickBooks", change="opened"))


_ACTS: Final[dict[type[steps.Step], _Act]] = {
    steps.EnterTime: lambda w, s: people.enter_time(w.quickbooks, **entry_values(s.fields)),
    steps.EditTime: lambda w, s: people.edit_time(
        w.quickbooks, selector_of(w, s.entry), **entry_values(s.changes)
    ),
    steps.DeleteTime: _on_entries(people.delete_time),
    steps.InvoiceTime: _on_entries(people.invoice_time),
    steps.PayTime: _on_entries(people.pay_time),
    steps.LockEntry: _on_entries(people.lock_entry),
    steps.ReleaseEntry: _on_entries(people.release_entry),
    steps.ImportIif: _import_iif,
    **dict.fromkeys(
        (
            steps.AddEmployee,
            steps.AddVendor,
            steps.AddOtherName,
            steps.AddCustomer,
            steps.AddJob,
            steps.AddItem,
            steps.AddClass,
            steps.AddPayrollItem,
        ),
        _add_name,
    ),
    steps.Rename: lambda w, s: people.rename(w.quickbooks, s.kind, s.name, s.to),
    steps.Merge: lambda w, s: people.merge(w.quickbooks, s.kind, s.name, s.into),
    steps.MakeInactive: _named(people.make_inactive),
    steps.MakeActive: _named(people.make_active),
    steps.DeleteName: _named(people.delete_name),
    steps.CloseBooks: lambda w, s: people.close_books(w.quickbooks, s.date),
    steps.SetPreference: _set_preference,
    steps.BackUp: lambda w, s: people.back_up(w.quickbooks, s.label),
    steps.RestoreBackup: lambda w, s: people.restore_backup(w.quickbooks, s.label),
    steps.OpenCompany: lambda w, s: w.open_company_file(s.name),
    steps.CloseQuickBooks: _close_quickbooks,
    steps.OpenQuickBooks: _open_quickbooks,
    steps.ShowDialog: lambda w, _: w.quickbooks.show_dialog(),
    steps.DismissDialog: lambda w, _: w.quickbooks.dismiss_dialog(),
    steps.SingleUser: lambda w, s: w.quickbooks.single_user(s.pc),
    steps.MultiUser: lambda w, _: w.quickbooks.multi_user(),
}


def _as_act(perform: _Act) -> Callable[[World, Any], Iterator[None]]:
    def act(world: World, step: steps.Step) -> Iterator[None]:
        perform(world, step)
        yield

    return act


ACTS: Final[dict[type[steps.Step], Callable[[World, Any], Iterator[None]]]] = {
    kind: _as_act(perform) for kind, perform in _ACTS.items()
}
"""Step class to what a person does."""
