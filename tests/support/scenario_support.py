"""Factories and Hypothesis strategies for scenarios: any plan that a file can hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
from hypothesis import strategies as st

from qbharness.contract import PROMISES
from qbharness.scenario.contents import (
    LIST_KINDS,
    Block,
    BlockFields,
    Company,
    ListEntry,
    Selector,
)
from qbharness.scenario.expectations import EXPECTATIONS, STATES, Expectation, TimesheetRow
from qbharness.scenario.faults import CALLS, CALLS_ABOUT_A_BLOCK, FAULTS, Anchor, Fault
from qbharness.scenario.kinds import Kind, written_fields
from qbharness.scenario.model import Scenario
from qbharness.scenario.steps import (
    STEPS,
    AddApplication,
    AddBlock,
    AddName,
    BackUp,
    During,
    Meanwhile,
    NamedStep,
    RestoreBackup,
    SelectPeriod,
    Step,
)
from qbharness.yaml_text import Fields, read_yaml
from qbsim.switches import SWITCHES

STORY = """\
language: 1
scenario: A block arrives
company:
  employees: [Jane Doe]
  customers: [Acme, "Acme:Roof"]
blocks:
  roof: {employee: Jane Doe, customer: "Acme:Roof", date: 2026-11-02, hours: 8:00}
"""


def story(steps: str = "steps:\n  - update selected\n", rest: str = "") -> str:
    """The text of a small story with these steps."""
    return f"{STORY}{steps}{rest}"


def with_step(step: str) -> str:
    """The text of a small story with one step, written as it stands after its dash."""
    lines = step.splitlines()
    return story("steps:\n  - " + "\n    ".join(lines) + "\n")


def mapping_of(text: str) -> Fields:
    """The tree of a YAML mapping."""
    node = read_yaml(text, "test")
    assert isinstance(node, Fields)
    return node


# ── strategies ──────────────────────────────────────────────────────────────────────────────────

ALIASES = ("roof", "porch", "second half", "2", "true", "a: b", "{x}", "null")
PCS = ("pc1", "pc2")
LABELS = ("last night", "backup", "007")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
names = texts.filter(lambda text: bool(text.strip()))
dates = st.dates(dt.date(1970, 1, 1), dt.date(2099, 12, 31))
hours = st.integers(0, 9999 * 60).map(lambda minutes: dt.timedelta(minutes=minutes))
durations = st.integers(1, 10 * 86400).map(lambda seconds: dt.timedelta(seconds=seconds))
gaps = st.integers(60, 10 * 86400).map(lambda seconds: dt.timedelta(seconds=seconds))
blocks = st.sampled_from(ALIASES)


def entries(parent: str = "") -> st.SearchStrategy[ListEntry]:
    """Names on a list; with ``parent`` jobs of it."""
    plain = names.filter(lambda name: ":" not in name).map(lambda name: parent + name)
    return st.builds(ListEntry, plain, active=st.booleans(), uses_time_data=st.booleans())


def lists() -> st.SearchStrategy[tuple[ListEntry, ...]]:
    """A list of QuickBooks, no name twice."""
    unique = st.lists(entries(), max_size=3, unique_by=lambda entry: entry.name.casefold())
    return unique.map(tuple)


fields = st.builds(
    BlockFields,
    employee=st.none() | names,
    customer=st.none() | texts,
    date=st.none() | dates,
    hours=st.none() | hours,
    service_item=st.none() | texts,
    class_=st.none() | texts,
    payroll_item=st.none() | texts,
    notes=st.none() | texts,
    billable=st.none() | st.booleans(),
)
whole_fields = st.builds(
    BlockFields,
    employee=names,
    customer=st.none() | texts,
    date=dates,
    hours=hours,
    notes=st.none() | texts,
    billable=st.none() | st.booleans(),
)
selectors = st.builds(
    Selector,
    employee=st.none() | names,
    date=st.none() | dates,
    notes=st.none() | texts,
    block=st.none() | blocks,
    which=st.sampled_from(("only", "earlier", "later", "all")),
)
preferences = st.fixed_dictionaries(
    {}, optional={"IsUsingTimeTracking": st.sampled_from(("true", "false")), "FirstDayOfWeek": texts}
)
companies = st.builds(
    Company,
    name=names,
    employees=lists(),
    customers=lists(),
    payroll_items=lists(),
    preferences=preferences,
    closing_date=st.none() | dates,
    time=st.lists(whole_fields, max_size=2).map(tuple),
)
anchors = st.one_of(
    st.builds(Anchor, call=st.sampled_from(CALLS)),
    st.builds(Anchor, call=st.sampled_from(CALLS_ABOUT_A_BLOCK), block=blocks),
    st.builds(Anchor, call=st.sampled_from(CALLS), number=st.integers(1, 9)),
    st.builds(Anchor, call=st.sampled_from(CALLS), every=st.just(True)),
)
rows = st.builds(TimesheetRow, block=blocks, fields=fields, times=st.integers(0, 5))

_BY_KIND: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: texts,
    Kind.NAME: names,
    Kind.BLOCK: blocks,
    Kind.DATE: dates,
    Kind.HOURS: hours,
    Kind.DURATION: durations,
    Kind.FLAG: st.booleans(),
    Kind.LABELS: st.lists(names, min_size=1, max_size=2).map(tuple),
    Kind.PREFERENCES: preferences,
    Kind.FIELDS: whole_fields,
    Kind.ROWS: st.lists(whole_fields, min_size=1, max_size=2).map(tuple),
    Kind.SELECTOR: selectors,
    Kind.TIMESHEET_ROWS: st.lists(rows, max_size=2).map(tuple),
}


def _of(cls: type[Any], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects of a model class, each field by its kind."""
    strategies = dict(given)
    for name, (_, how) in written_fields(cls).items():
        if name in strategies:
            continue
        if how.kind is Kind.CHOICE:
            strategies[name] = st.sampled_from(how.choices)
        elif how.kind is Kind.NUMBER:
            strategies[name] = st.integers(1, min(how.most, 5000))
        elif how.kind is Kind.LABEL:
            strategies[name] = st.sampled_from(PCS if how.key == "pc" else LABELS)
        else:
            strategies[name] = _BY_KIND[how.kind]
    return st.builds(cls, **strategies)


def faults() -> st.SearchStrategy[Fault]:
    """Any fault with an anchor that fits it."""
    handed_out = st.builds(Anchor, block=blocks)
    return st.one_of(
        [
            _of(cls, anchor=handed_out if word == "quickbooks killed" else anchors)
            for word, cls in FAULTS.items()
        ]
    )


def expectations() -> st.SearchStrategy[Expectation]:
    """Any expectation."""
    special: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "block is": {"state": st.sampled_from(STATES)},
    }
    return st.one_of([_of(cls, **special.get(word, {})) for word, cls in EXPECTATIONS.items()])


def _simple_steps() -> st.SearchStrategy[Step]:
    """Steps that hold no others; those that make new names are added by :func:`scenarios`."""
    fault_lists = st.lists(faults(), max_size=2).map(tuple)
    said = st.lists(expectations(), min_size=1, max_size=2).map(tuple)
    special: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "update selected": {"faults": fault_lists, "during": st.just(())},
        "auto-run": {"faults": fault_lists, "every": gaps},
        "expect": {"expectations": said},
    }
    made: list[st.SearchStrategy[Step]] = []
    for word, cls in STEPS.items():
        if cls in (AddBlock, Meanwhile, SelectPeriod, RestoreBackup):
            continue
        if word == "import iif":
            made += [_of(cls, text=names, rows=st.just(())), _of(cls, text=st.just(""))]
        elif issubclass(cls, AddName):
            made.append(_of(cls, entry=entries("Acme:" if word == "add job" else "")))
        elif issubclass(cls, NamedStep):
            made.append(_of(cls, kind=st.sampled_from(LIST_KINDS), name=names))
        elif word in ("edit block", "edit time"):
            made.append(_of(cls, changes=fields.filter(lambda f: bool(f.given()))))
        else:
            made.append(_of(cls, **special.get(word, {})))
    periods = st.lists(dates, min_size=2, max_size=2).map(sorted)
    made.append(periods.map(lambda two: SelectPeriod(from_=two[0], to=two[1])))
    made.append(st.just(SelectPeriod()))
    made.append(st.sampled_from(LABELS).map(lambda label: RestoreBackup(label=label)))
    return st.one_of(made)


@st.composite
def scenarios(draw: Callable[..., Any]) -> Scenario:
    """Any story that a file can hold: whatever it refers to is there."""
    simple = _simple_steps()
    moments = st.builds(
        During,
        when=st.sampled_from(("before", "after")),
        anchor=anchors,
        steps=st.lists(simple, min_size=1, max_size=2).map(tuple),
    )
    updates = _of(
        STEPS["update selected"],
        faults=st.just(()),
        during=st.lists(moments, max_size=2).map(tuple),
    )
    some = st.lists(simple, max_size=2).map(tuple)
    together = st.builds(
        Meanwhile,
        lists=st.lists(some, min_size=2, max_size=3).map(tuple),
        order=st.sampled_from(("in turn", "by the seed"))
        | st.lists(st.integers(1, 2), min_size=1, max_size=4).map(tuple),
    )
    added = draw(st.lists(whole_fields, max_size=2))
    story_steps = (
        *(AddApplication(pc=pc) for pc in PCS),
        *(BackUp(label=label) for label in LABELS),
        *(AddBlock(block=f"added {n}", fields=f) for n, f in enumerate(added)),
        *draw(st.lists(simple | updates | together, max_size=5)),
    )
    spoken = draw(st.dictionaries(st.integers(0, max(len(story_steps) - 1, 0)), names, max_size=2))
    switch = draw(st.sampled_from(sorted(SWITCHES)))
    value = draw(st.sampled_from(sorted(SWITCHES[switch].values)))
    promise = draw(st.sampled_from(sorted(PROMISES)))
    return Scenario(
        name=draw(names),
        why=draw(texts),
        company=draw(companies),
        blocks=tuple(Block(alias, draw(whole_fields)) for alias in ALIASES),
        steps=tuple(
            attrs.evolve(step, say=spoken[n]) if n in spoken else step for n, step in enumerate(story_steps)
        ),
        expect=draw(st.lists(expectations(), max_size=2).map(tuple)),
        switches=draw(st.sampled_from(({}, {switch: value}))),
        requires=draw(st.sampled_from(({}, {promise: PROMISES[promise].words[:2]}))),
        seed=draw(st.integers(0, 999)),
        clock=draw(
            st.none()
            | st.integers(0, 3_000_000_000).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))
        ),
    )
