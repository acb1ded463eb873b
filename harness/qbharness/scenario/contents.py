"""What a scenario starts with: the company's lists, the Work Blocks, hours typed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias, final

from attrs import evolve, field, fields, frozen

from qbharness.scenario.kinds import Kind, written
from qbsim.errors import Place

Duration: TypeAlias = dt.timedelta
"""Hours of a block (whole minutes), or simulated time that passes (whole seconds)."""

Which: TypeAlias = Literal["only", "earlier", "later", "all"]
ListKind: TypeAlias = Literal[
    "employee", "vendor", "other name", "customer", "job", "item", "class", "payroll item"
]
LIST_KINDS: Final[tuple[ListKind, ...]] = (
    "employee",
    "vendor",
    "other name",
    "customer",
    "job",
    "item",
    "class",
    "payroll item",
)


@frozen(kw_only=True)
class BlockFields:
    """The fields of a Work Block, or of an entry that a person types; ``None``: not given.

    In an edit ``None`` keeps the old value and ``""`` clears it. ``employee`` may name a vendor or
    an "other name" too; ``customer`` is a full name such as ``Acme:Roof``.
    """

    employee: str | None = field(default=None, metadata=written(Kind.NAME, "employee", "who worked"))
    customer: str | None = field(
        default=None, metadata=written(Kind.TEXT, "customer", "the customer, or Customer:Job")
    )
    date: dt.date | None = field(default=None, metadata=written(Kind.DATE, "date", "the day"))
    hours: Duration | None = field(default=None, metadata=written(Kind.HOURS, "hours", "hours and minutes"))
    service_item: str | None = field(
        default=None, metadata=written(Kind.TEXT, "service item", "the service item")
    )
    class_: str | None = field(default=None, metadata=written(Kind.TEXT, "class", "the class"))
    payroll_item: str | None = field(
        default=None, metadata=written(Kind.TEXT, "payroll item", "the payroll item")
    )
    notes: str | None = field(default=None, metadata=written(Kind.TEXT, "notes", "the notes"))
    billable: bool | None = field(
        default=None, metadata=written(Kind.FLAG, "billable", "whether it is billable")
    )

    def with_changes(self, changes: BlockFields) -> BlockFields:
        """These fields, with every field that ``changes`` gives."""
        return evolve(self, **changes.given())

    def given(self) -> dict[str, Any]:
        """The fields that are given, by attribute name, in the order of the class."""
        pairs = ((a.name, getattr(self, a.name)) for a in fields(BlockFields))
        return {name: value for name, value in pairs if value is not None}


NO_FIELDS: Final = BlockFields()


@final
@frozen
class Block:
    """A Work Block of the server, under the alias that the file gives it."""

    alias: str
    fields: BlockFields
    place: Place | None = field(default=None, eq=False, repr=False, kw_only=True)


@final
@frozen(kw_only=True)
class Selector:
    """Picks entries of the timesheet as a person would; it must match exactly what ``which`` says.

    ``block`` stands for that block's values as the file first gives them; further fields override
    them. ``earlier``/``later`` is by the time of creation, among exactly two or more matches.
    """

    employee: str | None = field(default=None, metadata=written(Kind.NAME, "employee"))
    customer: str | None = field(default=None, metadata=written(Kind.TEXT, "customer"))
    date: dt.date | None = field(default=None, metadata=written(Kind.DATE, "date"))
    hours: Duration | None = field(default=None, metadata=written(Kind.HOURS, "hours"))
    notes: str | None = field(default=None, metadata=written(Kind.TEXT, "notes"))
    block: str | None = field(default=None, metadata=written(Kind.BLOCK, "block"))
    which: Which = field(
        default="only",
        metadata=written(Kind.CHOICE, "which", choices=("only", "earlier", "later", "all")),
    )
    place: Place | None = field(default=None, eq=False, repr=False)


@final
@frozen
class ListEntry:
    """A name on one of QuickBooks' lists. Jobs are full names: ``Acme:Roof``."""

    name: str = field(metadata=written(Kind.NAME, "name", "the full name"))
    active: bool = field(default=True, metadata=written(Kind.FLAG, "active"), kw_only=True)
    uses_time_data: bool = field(
        default=False,
        metadata=written(Kind.FLAG, "uses time data", "time becomes paychecks (employees only)"),
        kw_only=True,
    )


@final
@frozen(kw_only=True)
class Company:
    """What the company file holds when the scenario begins."""

    name: str = "Test Company"
    employees: tuple[ListEntry, ...] = ()
    vendors: tuple[ListEntry, ...] = ()
    other_names: tuple[ListEntry, ...] = ()
    customers: tuple[ListEntry, ...] = ()
    """Customers and jobs; a job is written ``Customer:Job`` and stands after its customer."""
    items: tuple[ListEntry, ...] = ()
    classes: tuple[ListEntry, ...] = ()
    payroll_items: tuple[ListEntry, ...] = ()
    preferences: Mapping[str, str] = field(factory=dict, converter=dict, hash=False)
    closing_date: dt.date | None = None
    time: tuple[BlockFields, ...] = ()
    """Entries that people typed before the scenario begins."""
