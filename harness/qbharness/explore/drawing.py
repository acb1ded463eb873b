"""The small world of drawn plans: its names, its hours, and what a plan has made of them so far.

Names and hours come from short tables, so that they collide: equal blocks, edge dates, hostile texts.
A :class:`Drawn` is kept along while a plan is drawn; what it says is there can be used by the next step.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, final

from attrs import define, evolve, field
from hypothesis import strategies as st

from qbharness.scenario.contents import ListEntry, ListKind
from qbharness.scenario.model import BlockFields, Company

_EMPLOYEES: Final = ("Jane Doe", "Bob Stone", "Zoë O'Brien & Søn")
_VENDOR: Final = "Vic & Daughters"
_CUSTOMERS: Final = ("Acme", "Acme:Roof", "Beta & Co", 'Beta & Co:Porch "2"')
_ITEM: Final = "Carpentry"
_CLASS: Final = "North <1>"

COMPANY: Final = Company(
    employees=tuple(map(ListEntry, _EMPLOYEES)),
    vendors=(ListEntry(_VENDOR),),
    customers=tuple(map(ListEntry, _CUSTOMERS)),
    items=(ListEntry(_ITEM),),
    classes=(ListEntry(_CLASS),),
)
_MORE_EMPLOYEES: Final = ("Maximiliana Featherstone-Cholmondeley",)
_MORE_CUSTOMERS: Final = (
    "Beta & Co:Roof",  # a job that is called as one of another customer
    "Gamma Construction and Restoration Group",
    "Gamma Construction and Restoration Group:Roof",
)
"""Names as a server's columns cut them, or mix them up. Each job comes behind its customer."""
MISSING: Final = "Acme:Not there yet"
"""A job that blocks may name before anybody has added it to QuickBooks."""

NOTES: Final = (
    None,
    None,
    "framing",
    "a & b < c > d",
    "quoted \"8:00\" 'x'",
    "two\nlines",
    "{{ no template }} ]]> <!-- -->",
    "authenticate sendRequestXML",
    "ünïcødé – 8½ h",
    "x" * 500,
)
DATES: Final = (
    dt.date(2026, 11, 1),  # summer time ends in the United States
    dt.date(2026, 11, 2),
    dt.date(2026, 11, 3),
    dt.date(2026, 11, 30),
    dt.date(2026, 12, 31),
    dt.date(2028, 2, 29),
)
PERIODS: Final = ((DATES[1], DATES[3]), (DATES[0], DATES[4]), (DATES[0], DATES[-1]))
HOURS: Final = tuple(dt.timedelta(minutes=minutes) for minutes in (480, 450, 15, 1, 599, 1439))


@final
@define
class Drawn:
    """What the plan has made so far, so that what comes next is possible."""

    people: dict[str, ListKind]
    """Who can have worked, with the list that has the name."""
    customers: list[str]
    blocks: dict[str, BlockFields] = field(factory=dict)
    """Blocks that every later step can name, with their present contents."""
    aliases: int = 0
    deleted: set[str] = field(factory=set)
    inactive: dict[str, ListKind] = field(factory=dict)
    backups: dict[str, tuple[dict[str, ListKind], list[str], dict[str, ListKind]]] = field(factory=dict)
    typed: list[str] = field(factory=list)
    """The notes, each its own, of entries that people typed and that are still theirs to change."""
    typed_ever: int = 0
    renamed: int = 0
    narrowed: bool = False
    second_pc: bool = False

    @classmethod
    def anew(cls) -> Drawn:
        """The world before the first step."""
        people: dict[str, ListKind] = dict.fromkeys(_EMPLOYEES, "employee")
        return cls(people | {_VENDOR: "vendor"}, list(_CUSTOMERS))

    @classmethod
    def of(cls, company: Company) -> Drawn:
        """The world of another company than the usual one."""
        world = cls.anew()
        world.people |= {entry.name: "employee" for entry in company.employees}
        world.customers = [entry.name for entry in company.customers]
        return world

    def alive(self) -> list[str]:
        """The blocks that can be edited or deleted."""
        return [alias for alias in self.blocks if alias not in self.deleted]

    def new_alias(self) -> str:
        """An alias that the plan has not used."""
        self.aliases += 1
        return f"b{self.aliases}"

    def remember(self, label: str) -> None:
        """A backup of the company is made."""
        self.backups[label] = (dict(self.people), list(self.customers), dict(self.inactive))

    def go_back(self, label: str) -> None:
        """It is restored: the names are those of then, and nobody knows which typed entries there are."""
        people, customers, inactive = self.backups[label]
        self.people, self.customers, self.inactive = dict(people), list(customers), dict(inactive)
        self.typed.clear()


def draw_company(draw: st.DrawFn) -> Company:
    """The usual company, often with more names in it, and with hours that somebody typed long ago."""
    many = draw(st.integers(0, len(_MORE_CUSTOMERS)))
    company = evolve(
        COMPANY,
        employees=COMPANY.employees + tuple(map(ListEntry, _MORE_EMPLOYEES)) * draw(st.integers(0, 1)),
        customers=COMPANY.customers + tuple(map(ListEntry, _MORE_CUSTOMERS[:many])),
    )
    world = Drawn.of(company)
    typed = [draw_fields(draw, world) for _ in range(draw(st.integers(0, 2)))]
    return evolve(company, time=tuple(each for each in typed if each.customer != MISSING))


def draw_fields(draw: st.DrawFn, world: Drawn) -> BlockFields:
    """A new block's contents; often those of a block that is there already."""
    if world.blocks and draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from(list(world.blocks.values())))
    customer = MISSING if draw(st.integers(0, 9)) == 0 else draw(st.sampled_from(world.customers))
    rich = draw(st.integers(0, 3)) == 0
    return BlockFields(
        employee=draw(st.sampled_from(list(world.people))),
        customer=customer,
        date=draw(st.sampled_from(DATES)),
        hours=draw(st.sampled_from(HOURS)),
        notes=draw(st.sampled_from(NOTES)),
        service_item=_ITEM if rich else None,
        class_=_CLASS if rich and draw(st.booleans()) else None,
        billable=draw(st.sampled_from((None, False, True))) if rich else None,
    )
