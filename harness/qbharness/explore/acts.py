"""What people do in drawn plans: owners of the server, persons in QuickBooks, users of a second PC.

An act is one step or a few that belong together. Every act is possible where it stands: it looks into
:class:`Drawn`, and notes there what it changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from attrs import evolve
from hypothesis import strategies as st

from qbharness.explore.drawing import DATES, HOURS, MISSING, PERIODS, Drawn, draw_fields
from qbharness.explore.mishaps import draw_doubt
from qbharness.scenario import steps
from qbharness.scenario.contents import ListEntry
from qbharness.scenario.model import BlockFields, Selector
from qbharness.scenario.steps import Step

Act = Callable[[st.DrawFn, Drawn], list[Step]]

_LABEL: Final = "backup"

# ── the owner of the server ─────────────────────────────────────────────────────────────────


def _add_block(draw: st.DrawFn, world: Drawn) -> list[Step]:
    fields, alias = draw_fields(draw, world), world.new_alias()
    world.blocks[alias] = fields
    return [steps.AddBlock(block=alias, fields=fields)]


def _edit_block(draw: st.DrawFn, world: Drawn) -> list[Step]:
    alive = world.alive()
    if not alive:
        return _add_block(draw, world)
    alias = draw(st.sampled_from(alive))
    changes = draw(st.sampled_from(_EDITS))(draw, world)
    world.blocks[alias] = world.blocks[alias].with_changes(changes)
    return [steps.EditBlock(block=alias, changes=changes)]


_EDITS: Final[tuple[Callable[[st.DrawFn, Drawn], BlockFields], ...]] = (
    lambda draw, _: BlockFields(hours=draw(st.sampled_from(HOURS))),
    lambda draw, _: BlockFields(hours=draw(st.sampled_from(HOURS))),
    lambda draw, _: BlockFields(date=draw(st.sampled_from(DATES))),
    lambda draw, _: BlockFields(notes=draw(st.sampled_from(("mended", "")))),
    lambda draw, world: BlockFields(employee=draw(st.sampled_from(list(world.people)))),
    lambda draw, world: BlockFields(customer=draw(st.sampled_from(world.customers))),
)


def _delete_block(draw: st.DrawFn, world: Drawn) -> list[Step]:
    alive = world.alive()
    if len(alive) < 2:
        return _add_block(draw, world)
    alias = draw(st.sampled_from(alive))
    world.deleted.add(alias)
    return [steps.DeleteBlock(block=alias)]


def _mark_sent(draw: st.DrawFn, world: Drawn) -> list[Step]:
    alive = world.alive()
    return [steps.MarkSent(block=draw(st.sampled_from(alive)))] if len(alive) > 1 else []


def _mark_not_sent(draw: st.DrawFn, world: Drawn) -> list[Step]:
    alive = world.alive()
    return [steps.MarkNotSent(block=draw(st.sampled_from(alive)))] if alive else []


def _select_period(draw: st.DrawFn, world: Drawn) -> list[Step]:
    if world.narrowed and draw(st.booleans()):
        world.narrowed = False
        return [steps.SelectPeriod()]
    first, last = draw(st.sampled_from(PERIODS))
    world.narrowed = True
    return [steps.SelectPeriod(from_=first, to=last)]


def _restart(draw: st.DrawFn, _world: Drawn) -> list[Step]:
    return [draw(st.sampled_from((steps.RestartServer(), steps.KillServer())))]


# ── a person in QuickBooks ──────────────────────────────────────────────────────────────────


def _typed_like_a_block(draw: st.DrawFn, world: Drawn) -> BlockFields:
    """The hours of a block, as far as its names are there."""
    fields = draw(st.sampled_from(list(world.blocks.values())))
    customer = fields.customer if fields.customer in world.customers else None
    employee = fields.employee if fields.employee in world.people else next(iter(world.people))
    known = evolve(fields, customer=customer, employee=employee, billable=False)
    return known if customer else evolve(known, service_item=None, class_=None)


def _enter_time(draw: st.DrawFn, world: Drawn) -> list[Step]:
    """Somebody types hours, often the very hours of a block."""
    return [steps.EnterTime(fields=_typed_like_a_block(draw, world))]


def _import_iif(draw: st.DrawFn, world: Drawn) -> list[Step]:
    fields = _typed_like_a_block(draw, world)
    return [steps.ImportIif(rows=(evolve(fields, notes="from a timer"),))]


def _type_and_change(draw: st.DrawFn, world: Drawn) -> list[Step]:
    """An entry of somebody's own, which is changed, deleted, invoiced or paid later."""
    if not world.typed:
        world.typed_ever += 1
        notes = f"typed {world.typed_ever}"
        world.typed.append(notes)
        return [steps.EnterTime(fields=evolve(_typed_like_a_block(draw, world), notes=notes))]
    entry = Selector(notes=world.typed.pop())
    change = draw(st.sampled_from(_CHANGES))
    return [change(entry)]


_CHANGES: Final[tuple[Callable[[Selector], Step], ...]] = (
    lambda entry: steps.DeleteTime(entry=entry),
    lambda entry: steps.EditTime(entry=entry, changes=BlockFields(hours=HOURS[1])),
    lambda entry: steps.PayTime(entry=entry),
)


def _rename(draw: st.DrawFn, world: Drawn) -> list[Step]:
    """A rename hits a name that a block uses."""
    used = [f.employee for f in world.blocks.values() if f.employee in world.people]
    name = str(draw(st.sampled_from(used or list(world.people))))
    world.renamed += 1
    to = f"Renamed {world.renamed}"
    kind = world.people.pop(name)
    world.people[to] = kind
    return [steps.Rename(kind=kind, name=name, to=to)]


def _rename_job(draw: st.DrawFn, world: Drawn) -> list[Step]:
    name = draw(st.sampled_from([one for one in world.customers if ":" in one]))
    world.renamed += 1
    to = f"Job {world.renamed}"
    world.customers[world.customers.index(name)] = f"{name.partition(':')[0]}:{to}"
    return [steps.Rename(kind="job", name=name, to=to)]


def _hide(draw: st.DrawFn, world: Drawn) -> list[Step]:
    """Somebody is made inactive, or active again; one stays who can have worked."""
    if world.inactive:
        name, kind = world.inactive.popitem()
        world.people[name] = kind
        return [steps.MakeActive(kind=kind, name=name)]
    if len(world.people) < 2:
        return []
    name = draw(st.sampled_from(list(world.people)))
    world.inactive[name] = kind = world.people.pop(name)
    return [steps.MakeInactive(kind=kind, name=name)]


def _add_missing(_draw: st.DrawFn, world: Drawn) -> list[Step]:
    if MISSING in world.customers or "Acme" not in world.customers:
        return []
    world.customers.append(MISSING)
    return [steps.AddJob(entry=ListEntry(MISSING))]


def _hire(draw: st.DrawFn, world: Drawn) -> list[Step]:
    """A new hand, and a block for it."""
    world.renamed += 1
    name = f"New hand {world.renamed}"
    fields = evolve(draw_fields(draw, world), employee=name)
    alias = world.new_alias()
    world.blocks[alias] = fields
    world.people[name] = "employee"
    new: list[Step] = [steps.AddBlock(block=alias, fields=fields)]
    return [*new, steps.AddEmployee(entry=ListEntry(name))][:: draw(st.sampled_from((1, -1)))]


def _back_up(_draw: st.DrawFn, world: Drawn) -> list[Step]:
    """A backup; the next time it is put back."""
    if _LABEL not in world.backups:
        world.remember(_LABEL)
        return [steps.BackUp(label=_LABEL)]
    world.go_back(_LABEL)
    return [steps.RestoreBackup(label=_LABEL)]


def _shut(draw: st.DrawFn, _world: Drawn) -> list[Step]:
    """QuickBooks can't be reached during an update."""
    shut, reopened = draw(
        st.sampled_from(
            (
                (steps.CloseQuickBooks(), steps.OpenQuickBooks()),
                (steps.ShowDialog(), steps.DismissDialog()),
            )
        )
    )
    return [shut, steps.UpdateSelected(), reopened]


# ── several of them ─────────────────────────────────────────────────────────────────────────


def second_pc(world: Drawn) -> list[Step]:
    """The steps after which pc2 can update too."""
    if world.second_pc:
        return []
    world.second_pc = True
    return [steps.MultiUser(), steps.AddApplication(pc="pc2")]


def _two_pcs(draw: st.DrawFn, world: Drawn) -> list[Step]:
    """Both PCs update at the same time."""
    first = draw_doubt(draw) if draw(st.booleans()) else steps.UpdateSelected()
    lists: tuple[tuple[Step, ...], ...] = ((first,), (steps.UpdateSelected(pc="pc2"),))
    return [*second_pc(world), steps.Meanwhile(lists=lists, order="by the seed")]


def _other_pc(_draw: st.DrawFn, world: Drawn) -> list[Step]:
    return [*second_pc(world), steps.UpdateSelected(pc="pc2")]


def _wait(draw: st.DrawFn, _world: Drawn) -> list[Step]:
    return [steps.Wait(duration=dt.timedelta(minutes=draw(st.sampled_from((1, 31, 24 * 60)))))]


def _auto_run(draw: st.DrawFn, world: Drawn) -> list[Step]:
    pc = "pc2" if world.second_pc and draw(st.booleans()) else "pc1"
    return [steps.AutoRun(pc=pc, for_=dt.timedelta(hours=2), every=dt.timedelta(hours=1))]


def _doubt(draw: st.DrawFn, world: Drawn) -> list[Step]:
    """An answer is lost, and then somebody acts before the server has asked again."""
    fresh = _add_block(draw, world) if draw(st.integers(0, 2)) else []
    return [*fresh, draw_doubt(draw), *draw(st.sampled_from(_ACTS_IN_DOUBT))(draw, world)]


def _doubt_undone(draw: st.DrawFn, world: Drawn) -> list[Step]:
    """A backup, an answer that is lost, and the backup put back: the hours of which nobody knows are gone."""
    world.remember(_LABEL)
    between = draw(st.sampled_from((_add_block, _add_block, _edit_block)))(draw, world)
    doubt = draw_doubt(draw)
    world.go_back(_LABEL)
    return [steps.BackUp(label=_LABEL), *between, doubt, steps.RestoreBackup(label=_LABEL)]


_ACTS_IN_DOUBT: Final[tuple[Act, ...]] = (
    _edit_block,
    _edit_block,
    _delete_block,
    _mark_sent,
    _mark_not_sent,
    _enter_time,
    _add_block,
    _rename,
    _other_pc,
    _restart,
    _wait,
)

ACTS: Final[tuple[Act, ...]] = (
    *[_doubt] * 4,
    *[_doubt_undone] * 2,
    _two_pcs,
    _two_pcs,
    _other_pc,
    *[_add_block] * 3,
    *[_edit_block] * 3,
    _delete_block,
    _mark_sent,
    _mark_not_sent,
    _mark_not_sent,
    _select_period,
    _enter_time,
    _import_iif,
    _type_and_change,
    _type_and_change,
    _rename,
    _rename_job,
    _hide,
    *[_add_missing] * 2,
    _hire,
    _back_up,
    _back_up,
    _shut,
    _wait,
    _auto_run,
)
"""One row a chance: what leads into doubt is drawn most."""


def put_right(world: Drawn) -> list[Step]:
    """The quiet phase begins with people who mend what keeps hours back."""
    mended: list[Step] = []
    if world.narrowed:
        mended.append(steps.SelectPeriod())
    while world.inactive:
        name, kind = world.inactive.popitem()
        world.people[name] = kind
        mended.append(steps.MakeActive(kind=kind, name=name))
    needed = {world.blocks[alias].customer for alias in world.alive()}
    if MISSING in needed and MISSING not in world.customers:
        mended.append(steps.AddJob(entry=ListEntry(MISSING)))
        world.customers.append(MISSING)
    for alias in world.alive():
        fields = world.blocks[alias]
        changes = BlockFields(
            employee=None if fields.employee in world.people else next(iter(world.people)),
            customer=None if fields.customer in {None, *world.customers} else world.customers[0],
        )
        if changes.given():
            mended.append(steps.EditBlock(block=alias, changes=changes))
    return mended
