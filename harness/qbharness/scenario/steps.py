"""Steps: what people, connectors and servers do. One frozen class a word of the language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar, Final, Literal, TypeAlias, final

from attrs import field, frozen

from qbharness.scenario.contents import (
    BlockFields,
    Duration,
    ListEntry,
    ListKind,
    Selector,
)
from qbharness.scenario.expectations import Expectation
from qbharness.scenario.faults import Anchor, Fault
from qbharness.scenario.kinds import Kind, written
from qbsim.errors import Place

Who: TypeAlias = Literal["the user", "the server's owner", "a person in QuickBooks", "anyone", "the judge"]


@frozen(kw_only=True)
class Step:
    """One thing that somebody does. ``say`` is a sentence for people (procedures need one)."""

    word: ClassVar[str] = ""
    who: ClassVar[Who] = "anyone"
    bare: ClassVar[str] = ""
    """The attribute that may be given without its key: ``delete block: roof``."""

    say: str = ""
    place: Place | None = field(default=None, eq=False, repr=False)


# ── the user at a PC ────────────────────────────────────────────────────────────────────────


@final
@frozen(kw_only=True)
class During:
    """Steps that somebody takes while an update runs: just before or just after a call."""

    when: Literal["before", "after"]
    anchor: Anchor
    steps: tuple[Step, ...]
    place: Place | None = field(default=None, eq=False, repr=False)


@final
@frozen(kw_only=True)
class UpdateSelected(Step):
    """One update by the Web Connector of ``pc``; no ``applications``: all that it knows, in turn.

    Faults and ``during`` belong to this update only, counted over all its applications.
    """

    word: ClassVar[str] = "update selected"
    who: ClassVar[Who] = "the user"
    pc: str = field(default="pc1", metadata=written(Kind.LABEL, "pc"))
    applications: tuple[str, ...] = field(default=(), metadata=written(Kind.LABELS, "applications"))
    faults: tuple[Fault, ...] = field(default=(), metadata=written(Kind.FAULTS, "faults"))
    during: tuple[During, ...] = field(default=(), metadata=written(Kind.DURING, "during"))


@final
@frozen(kw_only=True)
class AutoRun(Step):
    """Scheduled updates on the simulated clock: one every ``every``, for ``for_`` in all.

    Faults hit the first update that has their anchor.
    """

    word: ClassVar[str] = "auto-run"
    who: ClassVar[Who] = "the user"
    for_: Duration = field(metadata=written(Kind.DURATION, "for", "how long in all"))
    every: Duration = field(
        default=dt.timedelta(minutes=60), metadata=written(Kind.DURATION, "every", "the gap")
    )
    pc: str = field(default="pc1", metadata=written(Kind.LABEL, "pc"))
    faults: tuple[Fault, ...] = field(default=(), metadata=written(Kind.FAULTS, "faults"))


@frozen(kw_only=True)
class _ApplicationStep(Step):
    who: ClassVar[Who] = "the user"
    pc: str = field(default="pc1", metadata=written(Kind.LABEL, "pc"))
    name: str = field(
        default="",
        metadata=written(Kind.TEXT, "name", "the application's name; empty: as in the .qwc"),
    )


@final
@frozen(kw_only=True)
class AddApplication(_ApplicationStep):
    """Registers the server's .qwc with the Web Connector of ``pc`` (FileID and AppLock)."""

    word: ClassVar[str] = "add application"


@final
@frozen(kw_only=True)
class RemoveApplication(_ApplicationStep):
    """Removes the application from the Web Connector of ``pc``."""

    word: ClassVar[str] = "remove application"


# ── the owner of the server ─────────────────────────────────────────────────────────────────


@final
@frozen(kw_only=True)
class AddBlock(Step):
    """Adds a Work Block to the server, under a new alias."""

    word: ClassVar[str] = "add block"
    who: ClassVar[Who] = "the server's owner"
    block: str = field(metadata=written(Kind.NEW_BLOCK, "block", "a new alias"))
    fields: BlockFields = field(metadata=written(Kind.FIELDS, "fields", inline=True))


@final
@frozen(kw_only=True)
class EditBlock(Step):
    """Changes a Work Block on the server."""

    word: ClassVar[str] = "edit block"
    who: ClassVar[Who] = "the server's owner"
    block: str = field(metadata=written(Kind.BLOCK, "block"))
    changes: BlockFields = field(metadata=written(Kind.FIELDS, "changes", inline=True))


@frozen(kw_only=True)
class _BlockStep(Step):
    who: ClassVar[Who] = "the server's owner"
    bare: ClassVar[str] = "block"
    block: str = field(metadata=written(Kind.BLOCK, "block"))


@final
@frozen(kw_only=True)
class DeleteBlock(_BlockStep):
    """Deletes a Work Block from the server."""

    word: ClassVar[str] = "delete block"


@final
@frozen(kw_only=True)
class MarkSent(_BlockStep):
    """Marks a block as sent by hand."""

    word: ClassVar[str] = "mark sent"


@final
@frozen(kw_only=True)
class MarkNotSent(_BlockStep):
    """Marks a sent block as not sent by hand: one more obligation to deliver it."""

    word: ClassVar[str] = "mark not sent"


@final
@frozen(kw_only=True)
class SelectPeriod(Step):
    """Selects the period whose blocks are synced, both days included; without days: everything."""

    word: ClassVar[str] = "select period"
    who: ClassVar[Who] = "the server's owner"
    from_: dt.date | None = field(default=None, metadata=written(Kind.DATE, "from"))
    to: dt.date | None = field(default=None, metadata=written(Kind.DATE, "to"))


@final
@frozen(kw_only=True)
class RestartServer(Step):
    """Stops the server in good order and starts it again."""

    word: ClassVar[str] = "restart server"
    who: ClassVar[Who] = "the server's owner"


@final
@frozen(kw_only=True)
class KillServer(Step):
    """Kills the server and starts it again."""

    word: ClassVar[str] = "kill server"
    who: ClassVar[Who] = "the server's owner"


@final
@frozen(kw_only=True)
class RestoreServerBackup(Step):
    """Puts back the server's own backup: the copy made before the first step of the scenario."""

    word: ClassVar[str] = "restore server backup"
    who: ClassVar[Who] = "the server's owner"


# ── a person in QuickBooks ──────────────────────────────────────────────────────────────────


@frozen(kw_only=True)
class _PersonStep(Step):
    who: ClassVar[Who] = "a person in QuickBooks"


@final
@frozen(kw_only=True)
class EnterTime(_PersonStep):
    """Types hours into the timesheet by hand. Never a landing, however equal to a block."""

    word: ClassVar[str] = "enter time"
    fields: BlockFields = field(metadata=written(Kind.FIELDS, "fields", inline=True))


@final
@frozen(kw_only=True)
class EditTime(_PersonStep):
    """Changes an entry of the timesheet: ``entry`` picks it, the other keys are the changes."""

    word: ClassVar[str] = "edit time"
    entry: Selector = field(metadata=written(Kind.SELECTOR, "entry", "which entry"))
    changes: BlockFields = field(metadata=written(Kind.FIELDS, "changes", inline=True))


@frozen(kw_only=True)
class _EntryStep(_PersonStep):
    entry: Selector = field(metadata=written(Kind.SELECTOR, "entry", inline=True))


@final
@frozen(kw_only=True)
class DeleteTime(_EntryStep):
    """Deletes entries of the timesheet."""

    word: ClassVar[str] = "delete time"


@final
@frozen(kw_only=True)
class InvoiceTime(_EntryStep):
    """Invoices entries: they are billed from now on, and locked."""

    word: ClassVar[str] = "invoice time"


@final
@frozen(kw_only=True)
class PayTime(_EntryStep):
    """Pays entries by a paycheck: they are locked."""

    word: ClassVar[str] = "pay time"


@final
@frozen(kw_only=True)
class LockEntry(_EntryStep):
    """Opens an entry in QuickBooks' window: until it is released nobody else can change it."""

    word: ClassVar[str] = "lock entry"


@final
@frozen(kw_only=True)
class ReleaseEntry(_EntryStep):
    """Closes the window of an entry."""

    word: ClassVar[str] = "release entry"


@final
@frozen(kw_only=True)
class ImportIif(_PersonStep):
    """Imports time from an IIF file: its ``text``, or its ``rows``. Never a landing."""

    word: ClassVar[str] = "import iif"
    text: str = field(default="", metadata=written(Kind.TEXT, "text", "the file's text"))
    rows: tuple[BlockFields, ...] = field(default=(), metadata=written(Kind.ROWS, "rows"))


@frozen(kw_only=True)
class AddName(_PersonStep):
    """Adds a name to one of QuickBooks' lists; ``kind`` says which."""

    kind: ClassVar[ListKind] = "employee"
    bare: ClassVar[str] = "entry"
    entry: ListEntry = field(metadata=written(Kind.ENTRY, "entry", inline=True))


@final
@frozen(kw_only=True)
class AddEmployee(AddName):
    """Adds an employee."""

    word: ClassVar[str] = "add employee"


@final
@frozen(kw_only=True)
class AddVendor(AddName):
    """Adds a vendor."""

    word: ClassVar[str] = "add vendor"
    kind: ClassVar[ListKind] = "vendor"


@final
@frozen(kw_only=True)
class AddOtherName(AddName):
    """Adds a name to the list of other names."""

    word: ClassVar[str] = "add other name"
    kind: ClassVar[ListKind] = "other name"


@final
@frozen(kw_only=True)
class AddCustomer(AddName):
    """Adds a customer."""

    word: ClassVar[str] = "add customer"
    kind: ClassVar[ListKind] = "customer"


@final
@frozen(kw_only=True)
class AddJob(AddName):
    """Adds a job to a customer: ``Customer:Job``."""

    word: ClassVar[str] = "add job"
    kind: ClassVar[ListKind] = "job"


@final
@frozen(kw_only=True)
class AddItem(AddName):
    """Adds a service item."""

    word: ClassVar[str] = "add item"
    kind: ClassVar[ListKind] = "item"


@final
@frozen(kw_only=True)
class AddClass(AddName):
    """Adds a class."""

    word: ClassVar[str] = "add class"
    kind: ClassVar[ListKind] = "class"


@final
@frozen(kw_only=True)
class AddPayrollItem(AddName):
    """Adds a payroll item."""

    word: ClassVar[str] = "add payroll item"
    kind: ClassVar[ListKind] = "payroll item"


@frozen(kw_only=True)
class NamedStep(_PersonStep):
    """Does something to a name of a list; in a file the list is the key: ``{employee: Jane Doe}``."""

    kind: ListKind
    name: str


@final
@frozen(kw_only=True)
class Rename(NamedStep):
    """Renames it. ``to`` is the new name alone, for a job without its customer."""

    word: ClassVar[str] = "rename"
    to: str = field(metadata=written(Kind.NAME, "to", "the new name, without its parent"))


@final
@frozen(kw_only=True)
class Merge(NamedStep):
    """Merges it into another of the same list; its time goes along."""

    word: ClassVar[str] = "merge"
    into: str = field(metadata=written(Kind.NAME, "into", "the full name that stays"))


@final
@frozen(kw_only=True)
class MakeInactive(NamedStep):
    """Makes it inactive."""

    word: ClassVar[str] = "make inactive"


@final
@frozen(kw_only=True)
class MakeActive(NamedStep):
    """Makes it active again."""

    word: ClassVar[str] = "make active"


@final
@frozen(kw_only=True)
class DeleteName(NamedStep):
    """Deletes it from its list."""

    word: ClassVar[str] = "delete name"


@final
@frozen(kw_only=True)
class CloseBooks(_PersonStep):
    """Sets the closing date: what is dated on it or before can't be changed."""

    word: ClassVar[str] = "close books"
    bare: ClassVar[str] = "date"
    date: dt.date = field(metadata=written(Kind.DATE, "date", "the closing date"))


@final
@frozen(kw_only=True)
class SetPreference(_PersonStep):
    """Sets preferences of the company, by their qbXML names, such as IsUsingTimeTracking."""

    word: ClassVar[str] = "set preference"
    bare: ClassVar[str] = "values"
    values: Mapping[str, str] = field(
        converter=dict, hash=False, metadata=written(Kind.PREFERENCES, "values")
    )


@frozen(kw_only=True)
class _BackupStep(_PersonStep):
    bare: ClassVar[str] = "label"
    label: str = field(default="backup", metadata=written(Kind.LABEL, "label"))


@final
@frozen(kw_only=True)
class BackUp(_BackupStep):
    """Backs the company file up."""

    word: ClassVar[str] = "back up"


@final
@frozen(kw_only=True)
class RestoreBackup(_BackupStep):
    """Restores a backup of the company file: a new timeline begins."""

    word: ClassVar[str] = "restore backup"


@frozen(kw_only=True)
class _QuickBooksStep(_PersonStep):
    pc: str = field(default="pc1", metadata=written(Kind.LABEL, "pc"))


@final
@frozen(kw_only=True)
class OpenCompany(_QuickBooksStep):
    """Opens a company file by its name.

    A name that is not the scenario's company is another file, made now with the same lists and no
    time; it keeps what lands in it, and can be opened again.
    """

    word: ClassVar[str] = "open company"
    bare: ClassVar[str] = "name"
    name: str = field(metadata=written(Kind.NAME, "name", "the company's name"))


@final
@frozen(kw_only=True)
class CloseQuickBooks(_QuickBooksStep):
    """Closes QuickBooks on the PC."""

    word: ClassVar[str] = "close QuickBooks"


@final
@frozen(kw_only=True)
class OpenQuickBooks(_QuickBooksStep):
    """Opens QuickBooks on the PC, with the company file that it had."""

    word: ClassVar[str] = "open QuickBooks"


@final
@frozen(kw_only=True)
class ShowDialog(_QuickBooksStep):
    """Leaves a modal dialog open: applications can't get at QuickBooks."""

    word: ClassVar[str] = "show dialog"


@final
@frozen(kw_only=True)
class DismissDialog(_QuickBooksStep):
    """Dismisses the dialog."""

    word: ClassVar[str] = "dismiss dialog"


@final
@frozen(kw_only=True)
class SingleUser(_QuickBooksStep):
    """Switches the company file to single-user mode, for this PC."""

    word: ClassVar[str] = "single user"


@final
@frozen(kw_only=True)
class MultiUser(_QuickBooksStep):
    """Switches the company file to multi-user mode."""

    word: ClassVar[str] = "multi user"


# ── anyone, and the judge ───────────────────────────────────────────────────────────────────


@final
@frozen(kw_only=True)
class Wait(Step):
    """Moves the simulated clock."""

    word: ClassVar[str] = "wait"
    bare: ClassVar[str] = "duration"
    duration: Duration = field(metadata=written(Kind.DURATION, "duration"))


Order: TypeAlias = Literal["in turn", "by the seed"]


@final
@frozen(kw_only=True)
class Meanwhile(Step):
    """Several lists of steps at the same time, one action of one list after another.

    ``order``: ``in turn`` (one action of each list, round and round), ``by the seed``, or the
    numbers of the lists (from 1), one an action; when the numbers end it goes on in turn.
    """

    word: ClassVar[str] = "meanwhile"
    bare: ClassVar[str] = "lists"
    lists: tuple[tuple[Step, ...], ...] = field(metadata=written(Kind.STEP_LISTS, "lists"))
    order: Order | tuple[int, ...] = field(default="in turn", metadata=written(Kind.ORDER, "order"))


@final
@frozen(kw_only=True)
class Expect(Step):
    """Checks expectations at this point."""

    word: ClassVar[str] = "expect"
    who: ClassVar[Who] = "the judge"
    bare: ClassVar[str] = "expectations"
    expectations: tuple[Expectation, ...] = field(metadata=written(Kind.EXPECTATIONS, "expectations"))


STEPS: Final[dict[str, type[Step]]] = {
    cls.word: cls
    for cls in (
        UpdateSelected,
        AutoRun,
        AddApplication,
        RemoveApplication,
        AddBlock,
        EditBlock,
        DeleteBlock,
        SelectPeriod,
        MarkSent,
        MarkNotSent,
        RestartServer,
        KillServer,
        RestoreServerBackup,
        EnterTime,
        EditTime,
        DeleteTime,
        ImportIif,
        AddEmployee,
        AddVendor,
        AddOtherName,
        AddCustomer,
        AddJob,
        AddItem,
        AddClass,
        AddPayrollItem,
        Rename,
        MakeInactive,
        MakeActive,
        DeleteName,
        Merge,
        InvoiceTime,
        PayTime,
        CloseBooks,
        SetPreference,
        BackUp,
        RestoreBackup,
        OpenCompany,
        CloseQuickBooks,
        OpenQuickBooks,
        ShowDialog,
        DismissDialog,
        SingleUser,
        MultiUser,
        LockEntry,
        ReleaseEntry,
        Wait,
        Meanwhile,
        Expect,
    )
}
"""Word to class: all the steps there are, in the order of the manual."""
