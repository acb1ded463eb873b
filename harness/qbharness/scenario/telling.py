"""Tells a scenario in plain English, for somebody who can't program.

Steps and faults are told by the tables below, one row a word; a test holds the tables complete.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, final

from attrs import frozen

from qbharness.scenario import expectations, faults, steps
from qbharness.scenario.contents import BlockFields, ListEntry, Selector
from qbharness.scenario.faults import Anchor, Fault
from qbharness.scenario.model import Scenario
from qbharness.scenario.notation import write_duration, write_hours
from qbharness.scenario.steps import Step

_CALLS: Final[Mapping[str, str]] = {
    "serverVersion": "the question for the server's version",
    "clientVersion": "the word about the Web Connector's version",
    "authenticate": "the login",
    "sendRequestXML": "the call that asks for work",
    "receiveResponseXML": "the call that brings QuickBooks' answer",
    "connectionError": "the call that says that QuickBooks can't be reached",
    "getLastError": "the question for the error",
    "closeConnection": "the goodbye",
}

_CALLS_ABOUT: Final[Mapping[str, str]] = {
    "sendRequestXML": "the call that hands out",
    "receiveResponseXML": "the call that brings QuickBooks' answer about",
}


@final
@frozen
class Story:
    """A scenario in sentences; ``steps`` and ``must`` are numbered and listed by whoever prints."""

    title: str
    why: str
    given: tuple[str, ...]
    steps: tuple[tuple[int, str], ...]
    """(depth, sentence): what happens during another step stands one deeper."""
    must: tuple[str, ...]


def tell(scenario: Scenario) -> Story:
    """The whole scenario in sentences without a technical word, where that can be."""
    return Story(
        title=scenario.name,
        why=scenario.why,
        given=tuple(_given(scenario)),
        steps=tuple(told for step in scenario.steps for told in _step(step, 0)),
        must=tuple(tell_expectation(one) for one in scenario.expect),
    )


def tell_step(step: Step) -> str:
    """One step in one sentence, without what happens during it."""
    if step.say:
        return step.say
    return _STEPS[type(step)](step)


def tell_fault(fault: Fault) -> str:
    """One fault in one sentence."""
    return _FAULTS[type(fault)](fault)


def tell_expectation(expectation: expectations.Expectation) -> str:
    """One expectation in one sentence."""
    return _EXPECTATIONS[type(expectation)](expectation)


# ── what is there ───────────────────────────────────────────────────────────────────────────────


def _given(scenario: Scenario) -> Iterable[str]:
    company = scenario.company
    lists = (
        ("employee", "employees", company.employees),
        ("vendor", "vendors", company.vendors),
        ("other name", "other names", company.other_names),
        ("customer or job", "customers and jobs", company.customers),
        ("service item", "service items", company.items),
        ("class", "classes", company.classes),
        ("payroll item", "payroll items", company.payroll_items),
    )
    for one, many, entries in lists:
        if entries:
            what = one if len(entries) == 1 else many
            yield f"QuickBooks knows the {what} {_listed(_entry(e) for e in entries)}."
    if company.closing_date:
        yield f"The books are closed up to {_day(company.closing_date)}."
    for row in company.time:
        yield f"Somebody has typed into the timesheet: {tell_fields(row)}."
    for block in scenario.blocks:
        yield f'The server has the block "{block.alias}": {tell_fields(block.fields)}.'
    if scenario.clock:
        yield f"The story begins on {scenario.clock:%d %B %Y at %H:%M} UTC."
    for name, values in scenario.requires.items():
        promised = _listed((v.replace("_", " ") for v in values), "or")
        yield f"It is for servers that promise {name.replace('_', ' ')}: {promised}."
    for name, value in scenario.switches.items():
        yield f"It takes for a fact that {name.replace('_', ' ')} is {value}."


def _entry(entry: ListEntry) -> str:
    return entry.name if entry.active else f"{entry.name} (inactive)"


def _listed(words: Iterable[str], last: str = "and") -> str:
    shown = list(words)
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def _day(date: dt.date) -> str:
    return f"{date:%A}, {date.day} {date:%B %Y}"


def tell_fields(fields: BlockFields) -> str:
    """The fields of a block or entry as a phrase."""
    parts = [
        fields.employee,
        write_hours(fields.hours) + " hours" if fields.hours is not None else None,
        f"on {_day(fields.date)}" if fields.date else None,
        f"for {fields.customer}" if fields.customer else None,
        f"item {fields.service_item}" if fields.service_item else None,
        f"class {fields.class_}" if fields.class_ else None,
        f"payroll item {fields.payroll_item}" if fields.payroll_item else None,
        f"notes {_quoted(fields.notes)}" if fields.notes else None,
        {True: "billable", False: "not billable", None: None}[fields.billable],
    ]
    cleared = [key for key, value in fields.given().items() if value == ""]
    parts += [f"{key.strip('_').replace('_', ' ')} emptied" for key in cleared]
    return ", ".join(part for part in parts if part) or "anything"


def _quoted(text: str) -> str:
    shown = " ".join(text.split())
    return f'"{shown[:57]}…"' if len(shown) > 58 else f'"{shown}"'


def _selector(selector: Selector) -> str:
    fields = BlockFields(
        employee=selector.employee,
        customer=selector.customer,
        date=selector.date,
        hours=selector.hours,
        notes=selector.notes,
    )
    which = {
        "only": "the entry",
        "earlier": "the earlier entry",
        "later": "the later entry",
        "all": "all entries",
    }[selector.which]
    like = f' like block "{selector.block}"' if selector.block else ""
    told = tell_fields(fields)
    return which + like + ("" if told == "anything" else f" with {told}")


# ── steps ───────────────────────────────────────────────────────────────────────────────────────


def _step(step: Step, depth: int) -> Iterable[tuple[int, str]]:
    yield depth, tell_step(step)
    if isinstance(step, steps.UpdateSelected | steps.AutoRun):
        for fault in step.faults:
            yield depth + 1, tell_fault(fault)
    if isinstance(step, steps.UpdateSelected):
        for moment in step.during:
            yield depth + 1, f"Just {moment.when} {_at(moment.anchor)}:"
            for inner in moment.steps:
                yield from _step(inner, depth + 2)
    if isinstance(step, steps.Meanwhile):
        for number, some in enumerate(step.lists, start=1):
            yield depth + 1, f"On side {number}:"
            for inner in some:
                yield from _step(inner, depth + 2)
    if isinstance(step, steps.Expect):
        for expectation in step.expectations:
            yield depth + 1, tell_expectation(expectation)


def _at(anchor: Anchor) -> str:
    call = _CALLS[anchor.call]
    if anchor.block is not None:
        return f'{_CALLS_ABOUT[anchor.call]} block "{anchor.block}"'
    if anchor.every:
        return f"{call}, every time"
    return f"{call}, number {anchor.number}" if anchor.number else call


def _where(pc: str) -> str:
    return "" if pc == "pc1" else f" on {pc}"


def _update(step: steps.UpdateSelected) -> str:
    named = f" for {_listed(step.applications)}" if step.applications else ""
    return f"The user clicks Update Selected{_where(step.pc)}{named}."


def _period(step: steps.SelectPeriod) -> str:
    if step.from_ is None or step.to is None:
        return "On the server, somebody selects everything."
    return f"On the server, somebody selects {_day(step.from_)} to {_day(step.to)}."


def _application(verb: str) -> Callable[[Any], str]:
    return lambda s: f"The user {verb}{_where(s.pc)}{f' as {s.name}' if s.name else ''}."


def _on_block(verb: str) -> Callable[[Any], str]:
    return lambda s: f"On the server, somebody {verb.format(block=f'block {_q(s.block)}')}."


def _q(word: str) -> str:
    return f'"{word}"'


def _in_quickbooks(sentence: str) -> Callable[[Any], str]:
    return lambda s: f"In QuickBooks{_where(getattr(s, 'pc', 'pc1'))}, {sentence.format(s=s)}."


def _on_entry(verb: str) -> Callable[[Any], str]:
    return lambda s: f"In QuickBooks, somebody {verb} {_selector(s.entry)}."


def _add_name(step: Any) -> str:
    return f"In QuickBooks, somebody adds the {step.kind} {_entry(step.entry)}."


def _import(step: steps.ImportIif) -> str:
    what = _listed(tell_fields(row) for row in step.rows) or "entries"
    return f"In QuickBooks, somebody imports from a file: {what}."


def _preferences(step: steps.SetPreference) -> str:
    return f"In QuickBooks, somebody sets {_listed(f'{k} to {v}' for k, v in step.values.items())}."


_STEPS: Final[Mapping[type[Step], Callable[[Any], str]]] = {
    steps.UpdateSelected: _update,
    steps.AutoRun: lambda s: (
        f"The Web Connector{_where(s.pc)} updates by itself every {write_duration(s.every)} "
        f"for {write_duration(s.for_)}."
    ),
    steps.AddApplication: _application("adds the server to the Web Connector"),
    steps.RemoveApplication: _application("removes the server from the Web Connector"),
    steps.AddBlock: lambda s: f'On the server, somebody adds the block "{s.block}": {tell_fields(s.fields)}.',
    steps.EditBlock: lambda s: (
        f'On the server, somebody changes block "{s.block}" to: {tell_fields(s.changes)}.'
    ),
    steps.DeleteBlock: _on_block("deletes {block}"),
    steps.MarkSent: _on_block("marks {block} as sent"),
    steps.MarkNotSent: _on_block("marks {block} as not sent"),
    steps.SelectPeriod: _period,
    steps.RestartServer: lambda _: "The server is restarted.",
    steps.KillServer: lambda _: "The server is killed and started again.",
    steps.RestoreServerBackup: lambda _: "The server's own backup is put back.",
    steps.EnterTime: lambda s: f"In QuickBooks, somebody types: {tell_fields(s.fields)}.",
    steps.EditTime: lambda s: (
        f"In QuickBooks, somebody changes {_selector(s.entry)} to: {tell_fields(s.changes)}."
    ),
    steps.DeleteTime: _on_entry("deletes"),
    steps.InvoiceTime: _on_entry("invoices"),
    steps.PayTime: _on_entry("pays"),
    steps.LockEntry: _on_entry("opens in a window"),
    steps.ReleaseEntry: _on_entry("closes the window of"),
    steps.ImportIif: _import,
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
    steps.Rename: _in_quickbooks("somebody renames the {s.kind} {s.name} to {s.to}"),
    steps.Merge: _in_quickbooks("somebody merges the {s.kind} {s.name} into {s.into}"),
    steps.MakeInactive: _in_quickbooks("somebody makes the {s.kind} {s.name} inactive"),
    steps.MakeActive: _in_quickbooks("somebody makes the {s.kind} {s.name} active again"),
    steps.DeleteName: _in_quickbooks("somebody deletes the {s.kind} {s.name}"),
    steps.CloseBooks: lambda s: f"In QuickBooks, somebody closes the books up to {_day(s.date)}.",
    steps.SetPreference: _preferences,
    steps.BackUp: _in_quickbooks('somebody makes the backup "{s.label}"'),
    steps.RestoreBackup: _in_quickbooks('somebody restores the backup "{s.label}"'),
    steps.OpenCompany: _in_quickbooks("somebody opens the company {s.name}"),
    steps.CloseQuickBooks: lambda s: f"Somebody closes QuickBooks{_where(s.pc)}.",
    steps.OpenQuickBooks: lambda s: f"Somebody opens QuickBooks{_where(s.pc)}.",
    steps.ShowDialog: _in_quickbooks("a dialog opens and waits"),
    steps.DismissDialog: _in_quickbooks("somebody closes the dialog"),
    steps.SingleUser: _in_quickbooks("somebody switches to single-user mode"),
    steps.MultiUser: _in_quickbooks("somebody switches to multi-user mode"),
    steps.Wait: lambda s: f"{write_duration(s.duration)} pass.",
    steps.Meanwhile: lambda _: "At the same time:",
    steps.Expect: lambda _: "At this point:",
}


# ── faults ──────────────────────────────────────────────────────────────────────────────────────


def _crash(who: str) -> Callable[[Any], str]:
    def told(fault: Any) -> str:
        if fault.at not in ("before call", "after call"):
            return f'{who} at its point "{fault.at}".'
        return f"{who} just {fault.at.removesuffix(' call')} {_at(fault.anchor)}."

    return told


_FAULTS: Final[Mapping[type[Fault], Callable[[Any], str]]] = {
    faults.RequestLost: lambda f: f"Lost on its way to the server: {_at(f.anchor)}.",
    faults.ReplyLost: lambda f: f"The server's reply is lost: {_at(f.anchor)}.",
    faults.DeliveredTwice: lambda f: f"The server gets it twice: {_at(f.anchor)}.",
    faults.DeliveredLate: lambda f: f"A copy of it reaches the server after a later login: {_at(f.anchor)}.",
    faults.Delayed: lambda f: f"The reply takes {write_duration(f.by)}: {_at(f.anchor)}.",
    faults.Dripped: lambda f: f"The reply drips in over {write_duration(f.by)}: {_at(f.anchor)}.",
    faults.Garbled: lambda f: f"The reply arrives broken ({f.with_}): {_at(f.anchor)}.",
    faults.TlsFailure: lambda f: f"The secure line can't be set up: {_at(f.anchor)}.",
    faults.ConnectorKilled: _crash("The Web Connector dies"),
    faults.UserStops: _crash("The user stops the update"),
    faults.QuickBooksKilled: lambda f: (
        "QuickBooks dies "
        + {
            "before commit": "before it has written anything",
            "after commit": "when it has written the hours and nothing else",
            "before answer": "when all is written and only the answer is missing",
        }[f.at]
        + (f' (block "{f.anchor.block}").' if f.anchor.block else ".")
    ),
    faults.ServerKilled: _crash("The server dies"),
}


# ── expectations ────────────────────────────────────────────────────────────────────────────────


def _row(block: str | None, fields: BlockFields, times: int) -> str:
    like = f'block "{block}"' if block else ""
    given = tell_fields(fields) if fields.given() else ""
    joint = " but with " if like and given else ""
    count = {0: "not at all", 1: "once", 2: "twice"}.get(times, f"{times} times")
    return f"{like}{joint}{given} {count}"


def _sheet(expectation: expectations.TimesheetIs) -> str:
    if not expectation.rows:
        return "The timesheet is empty."
    rows = _listed(_row(row.block, row.fields, row.times) for row in expectation.rows)
    return f"The timesheet has exactly: {rows}."


def _window(expectation: expectations.ConnectorShows) -> str:
    parts = [
        f"{expectation.progress} %" if expectation.progress is not None else None,
        f"an error with {_q(expectation.error_contains)}" if expectation.error_contains else None,
        f"the result {_q(expectation.result)}" if expectation.result else None,
    ]
    shown = _listed(part for part in parts if part)
    return f"The Web Connector{_where(expectation.pc)} shows {shown}."


_EXPECTATIONS: Final[Mapping[type[expectations.Expectation], Callable[[Any], str]]] = {
    expectations.TimesheetHas: lambda e: f"The timesheet has {_row(e.block, e.fields, e.times)}.",
    expectations.TimesheetIs: _sheet,
    expectations.BlockIs: lambda e: f'The server says that block "{e.block}" is {e.state}.',
    expectations.ConnectorShows: _window,
    expectations.ServerSaid: lambda e: f"The server's reply to {_CALLS[e.call]} contains {_q(e.contains)}.",
    expectations.QuickBooksRefused: lambda e: (
        f'QuickBooks has refused block "{e.block}" (its status {e.status}).'
    ),
    expectations.UpdatesNeeded: lambda e: (
        f"No more than {e.at_most} update{'s' if e.at_most != 1 else ''} were needed."
    ),
}
