"""Hypothesis strategies that draw whole plans: a company, blocks, what people do, and what goes wrong.

What is drawn is data (:class:`Scenario`), valid by construction, and correlated where bugs live: blocks are
often equal, a rename hits a name that a block uses, a fault hits a call that hands hours out or answers
for them. Plans are as long as the profile says: the length is drawn first, because lists of Hypothesis'
own stay short. Every plan is followed by quiet updates, so what is lost at the end is lost for good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final, final

from attrs import define, evolve, field, frozen
from hypothesis import strategies as st

from qbharness.scenario import faults, steps
from qbharness.scenario.contents import ListEntry
from qbharness.scenario.faults import Anchor, Fault
from qbharness.scenario.model import Block, BlockFields, Company, Scenario
from qbharness.scenario.steps import Step
from qbsim.certainty import Certainty
from qbsim.switches import SWITCHES


@final
@frozen
class Profile:
    """How large the generated worlds are. ``examples`` is what a campaign plays unless told otherwise."""

    name: str
    examples: int
    most_blocks: int
    steps: tuple[int, int]
    most_faults: int
    switches: tuple[Certainty, ...] = ()


PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile("quick", 500, 3, (1, 5), 2, (Certainty.PLAUSIBLE,)),
        Profile("deep", 20_000, 5, (3, 14), 3, (Certainty.PLAUSIBLE, Certainty.ADVERSARIAL)),
    )
}

_EMPLOYEES: Final = ("Jane Doe", "Bob Stone", "Zoë O'Brien & Søn")
_CUSTOMERS: Final = ("Acme", "Acme:Roof", "Beta & Co", 'Beta & Co:Porch "2"')
_MISSING: Final = "Acme:Not there yet"
_NOTES: Final = (
    None,
    "framing",
    "a & b < c > d",
    "quoted \"8:00\" 'x'",
    "two\nlines",
    "{{ no template }} ]]> <!-- -->",
    "authenticate sendRequestXML",
    "x" * 500,
)
_DATES: Final = (
    dt.date(2026, 11, 1),
    dt.date(2026, 11, 2),
    dt.date(2026, 11, 3),
    dt.date(2026, 11, 30),
    dt.date(2028, 2, 29),
)
_HOURS: Final = tuple(dt.timedelta(minutes=minutes) for minutes in (15, 450, 480, 1, 599))

_CALLS: Final = (
    "receiveResponseXML",
    "receiveResponseXML",
    "receiveResponseXML",
    "sendRequestXML",
    "sendRequestXML",
    "authenticate",
    "closeConnection",
    "getLastError",
)


@define
class _World:
    """What the plan has made so far, so that what comes next is possible."""

    employees: list[str]
    customers: list[str]
    blocks: dict[str, BlockFields] = field(factory=dict)
    deleted: set[str] = field(factory=set)
    backup: tuple[list[str], list[str]] | None = None
    renamed: int = 0
    second_pc: bool = False

    def alive(self) -> list[str]:
        return [alias for alias in self.blocks if alias not in self.deleted]


@st.composite
def scenarios(draw: st.DrawFn, profile: Profile) -> Scenario:
    """A whole plan."""
    world = _World(list(_EMPLOYEES), list(_CUSTOMERS))
    many = draw(st.integers(1, profile.most_blocks))
    for number in range(many):
        world.blocks[f"b{number + 1}"] = draw(_fields(world))
    first = tuple(Block(alias, fields) for alias, fields in world.blocks.items())
    length = draw(st.integers(*profile.steps))
    plan: list[Step] = [_update(draw, world, profile)]
    plan += [_step(draw, world, profile) for _ in range(length)]
    plan.append(_update(draw, world, profile))
    pins: Any = draw(_switches(profile))
    return Scenario(
        name="generated",
        company=Company(
            employees=tuple(map(ListEntry, _EMPLOYEES)), customers=tuple(map(ListEntry, _CUSTOMERS))
        ),
        blocks=first,
        steps=tuple(plan),
        switches=pins,
        seed=draw(st.integers(0, 2**16)),
    )


@st.composite
def _fields(draw: st.DrawFn, world: _World) -> BlockFields:
    """A block's contents; often those of a block that is there already."""
    if world.blocks and draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(list(world.blocks.values())))
    missing = draw(st.integers(0, 9)) == 0
    return BlockFields(
        employee=draw(st.sampled_from(world.employees)),
        customer=_MISSING if missing else draw(st.sampled_from(world.customers)),
        date=draw(st.sampled_from(_DATES)),
        hours=draw(st.sampled_from(_HOURS)),
        notes=draw(st.sampled_from(_NOTES)),
    )


@st.composite
def _switches(draw: st.DrawFn, profile: Profile) -> dict[str, str]:
    """Mostly none; now and then one value that is not the default."""
    if draw(st.integers(0, 9)) != 0:
        return {}
    choices = [
        (switch.name, value)
        for switch in SWITCHES.values()
        for value, known in switch.values.items()
        if value != switch.default
        and (known.certainty in profile.switches or known.certainty in {Certainty.DOCUMENTED, Certainty.SEEN})
    ]
    return dict([draw(st.sampled_from(choices))]) if choices else {}


# ---------------------------------------------------------------------------------------- updates


def _update(draw: st.DrawFn, world: _World, profile: Profile) -> Step:
    pc = "pc2" if world.second_pc and draw(st.booleans()) else "pc1"
    many = draw(st.integers(0, profile.most_faults))
    struck = tuple(_fault(draw) for _ in range(many))
    during: tuple[steps.During, ...] = ()
    alive = world.alive()
    if alive and draw(st.integers(0, 4)) == 0:
        during = (_during(draw, world),)
    return steps.UpdateSelected(pc=pc, faults=struck, during=during)


def _anchor(draw: st.DrawFn, calls: tuple[str, ...] = _CALLS) -> Anchor:
    return Anchor(call=draw(st.sampled_from(calls)), number=draw(st.sampled_from((1, 1, 2, 3))))


_KINDS: Final[tuple[Callable[[Anchor], Fault], ...]] = (
    lambda anchor: faults.RequestLost(anchor=anchor),
    lambda anchor: faults.ReplyLost(anchor=anchor),
    lambda anchor: faults.DeliveredTwice(anchor=anchor),
    lambda anchor: faults.DeliveredLate(anchor=anchor),
    lambda anchor: faults.Garbled(anchor=anchor, with_="http 500"),
    lambda anchor: faults.Garbled(anchor=anchor, with_="soap fault"),
    lambda anchor: faults.Garbled(anchor=anchor, with_="not xml"),
    lambda anchor: faults.Delayed(anchor=anchor, by=dt.timedelta(minutes=10)),
    lambda anchor: faults.ConnectorKilled(anchor=anchor, at="before call"),
    lambda anchor: faults.ConnectorKilled(anchor=anchor, at="after call"),
    lambda anchor: faults.UserStops(anchor=anchor, at="before call"),
)
_DEATHS: Final = ("before commit", "after commit", "before answer")


def _fault(draw: st.DrawFn) -> Fault:
    if draw(st.integers(0, 4)) == 0:
        anchor = _anchor(draw, ("sendRequestXML",))
        return faults.QuickBooksKilled(anchor=anchor, at=draw(st.sampled_from(_DEATHS)))
    return draw(st.sampled_from(_KINDS))(_anchor(draw))


def _during(draw: st.DrawFn, world: _World) -> steps.During:
    anchor = _anchor(draw, ("sendRequestXML", "receiveResponseXML"))
    act = draw(st.sampled_from((_edit_block, _delete_block, _add_block, _enter_time)))
    return steps.During(
        when=draw(st.sampled_from(("before", "after"))),
        anchor=anchor,
        steps=(act(draw, world),),
    )


# ---------------------------------------------------------------------------------- what people do


def _add_block(draw: st.DrawFn, world: _World) -> Step:
    alias = f"b{len(world.blocks) + 1}"
    fields = draw(_fields(world))
    world.blocks[alias] = fields
    return steps.AddBlock(block=alias, fields=fields)


def _edit_block(draw: st.DrawFn, world: _World) -> Step:
    alive = world.alive()
    if not alive:
        return _add_block(draw, world)
    alias = draw(st.sampled_from(alive))
    changes = BlockFields(hours=draw(st.sampled_from(_HOURS)))
    world.blocks[alias] = world.blocks[alias].with_changes(changes)
    return steps.EditBlock(block=alias, changes=changes)


def _delete_block(draw: st.DrawFn, world: _World) -> Step:
    alive = world.alive()
    if not alive:
        return _add_block(draw, world)
    alias = draw(st.sampled_from(alive))
    world.deleted.add(alias)
    return steps.DeleteBlock(block=alias)


def _enter_time(draw: st.DrawFn, world: _World) -> Step:
    """Somebody types hours, often the very hours of a block."""
    fields = draw(st.sampled_from(list(world.blocks.values())))
    customer = fields.customer if fields.customer in world.customers else None
    employee = fields.employee if fields.employee in world.employees else world.employees[0]
    return steps.EnterTime(fields=evolve(fields, customer=customer, employee=employee, billable=False))


def _rename(draw: st.DrawFn, world: _World) -> Step:
    """A rename hits a name that a block uses."""
    used = [f.employee for f in world.blocks.values() if f.employee in world.employees]
    name = draw(st.sampled_from(used or world.employees))
    world.renamed += 1
    to = f"Renamed {world.renamed}"
    world.employees[world.employees.index(str(name))] = to
    return steps.Rename(kind="employee", name=str(name), to=to)


def _add_missing(draw: st.DrawFn, world: _World) -> Step:
    if _MISSING in world.customers:
        return _wait(draw, world)
    world.customers.append(_MISSING)
    return steps.AddJob(entry=ListEntry(_MISSING))


def _wait(draw: st.DrawFn, _world: _World) -> Step:
    return steps.Wait(duration=dt.timedelta(minutes=draw(st.sampled_from((1, 31, 24 * 60)))))


def _back_up(_draw: st.DrawFn, world: _World) -> Step:
    """A backup; the next time it is put back, and with it the names that there were."""
    if world.backup is None:
        world.backup = (list(world.employees), list(world.customers))
        return steps.BackUp()
    employees, customers = world.backup
    world.employees, world.customers, world.backup = employees, customers, None
    return steps.RestoreBackup()


def _select_period(draw: st.DrawFn, _world: _World) -> Step:
    return draw(
        st.sampled_from(
            (
                steps.SelectPeriod(),
                steps.SelectPeriod(from_=_DATES[1], to=_DATES[3]),
                steps.SelectPeriod(from_=_DATES[0]),
            )
        )
    )


def _meanwhile(_draw: st.DrawFn, world: _World) -> Step:
    world.second_pc = True
    return steps.Meanwhile(
        lists=((steps.UpdateSelected(),), (steps.UpdateSelected(pc="pc2"),)), order="by the seed"
    )


def _multi_user(_draw: st.DrawFn, world: _World) -> Step:
    world.second_pc = True
    return steps.MultiUser()


_PEOPLE: Final = (
    _add_block,
    _add_block,
    _edit_block,
    _edit_block,
    _delete_block,
    _enter_time,
    _rename,
    _add_missing,
    _add_missing,
    _wait,
    _back_up,
    _back_up,
    _select_period,
    _meanwhile,
    _multi_user,
)


def _step(draw: st.DrawFn, world: _World, profile: Profile) -> Step:
    """A step of anybody; every second one is an update, for that is where things happen."""
    if draw(st.booleans()):
        return _update(draw, world, profile)
    return draw(st.sampled_from(_PEOPLE))(draw, world)
