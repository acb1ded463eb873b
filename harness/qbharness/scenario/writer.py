"""Writes a scenario as YAML, the way a person would: ``read_text(write_yaml(s)) == (s,)``.

What has its default is left out. Names and notes are written as they are: a file without
``parameters`` has no templates.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from qbharness.scenario import notation
from qbharness.scenario.contents import Company, ListEntry
from qbharness.scenario.expectations import Expectation, TimesheetIs, UpdatesNeeded
from qbharness.scenario.faults import Anchor, Fault, QuickBooksKilled
from qbharness.scenario.kinds import Kind, written_fields
from qbharness.scenario.model import Scenario
from qbharness.scenario.reader import COMPANY_LISTS
from qbharness.scenario.steps import During, Meanwhile, NamedStep, Step

Plain = Any
"""Texts, numbers, dates, truth values, dicts and lists of them."""


def write_yaml(scenario: Scenario) -> str:
    """The text of a file that reads back as an equal scenario."""
    return _emit(plain_scenario(scenario))


def plain_scenario(scenario: Scenario) -> dict[str, Plain]:
    """The scenario as the plain data of its file."""
    story = scenario.kind == "story"
    document: dict[str, Plain] = {"language": scenario.language}
    if not story:
        document["kind"] = scenario.kind
    document["scenario" if story else "procedure"] = scenario.name
    parts: dict[str, Plain] = {
        "why": scenario.why,
        "requires": {k: _one_or_more(v) for k, v in scenario.requires.items()},
        "switches": dict(scenario.switches),
        "seed": scenario.seed,
        "clock": notation.write_moment(scenario.clock) if scenario.clock else None,
        "about": list(scenario.about),
        "company": _company(scenario.company),
        "blocks": {block.alias: _object(block.fields) for block in scenario.blocks},
    }
    document |= {key: value for key, value in parts.items() if value}
    document["steps"] = [plain_step(step) for step in scenario.steps]
    if scenario.expect:
        document["expect"] = [plain_expectation(e) for e in scenario.expect]
    return document


def _one_or_more(values: tuple[str, ...]) -> Plain:
    return values[0] if len(values) == 1 else list(values)


def _company(company: Company) -> dict[str, Plain]:
    document: dict[str, Plain] = {}
    if company.name != Company().name:
        document["name"] = company.name
    for key, attribute in COMPANY_LISTS.items():
        if entries := getattr(company, attribute):
            document[key] = [_list_entry(entry) for entry in entries]
    parts = {
        "preferences": dict(company.preferences),
        "closing date": company.closing_date,
        "time": [_object(row) for row in company.time],
    }
    return document | {key: value for key, value in parts.items() if value}


def _list_entry(entry: ListEntry) -> Plain:
    return entry.name if entry == ListEntry(entry.name) else _object(entry)


# ── objects by their fields ─────────────────────────────────────────────────────────────────────


def _object(thing: Any) -> dict[str, Plain]:
    document: dict[str, Plain] = {}
    for name, (attribute, how) in written_fields(type(thing)).items():
        value = getattr(thing, name)
        if how.inline:
            inner = _object(value)
            document |= {"name": inner["name"], **inner} if "name" in inner else inner
        elif value != _default(attribute):
            document[how.key] = _PLAIN.get(how.kind, _as_it_is)(value)
    return document


def _default(attribute: attrs.Attribute[Any]) -> Any:
    return attribute.default


def _as_it_is(value: Any) -> Plain:
    return value


def plain_fault(fault: Fault) -> Plain:
    """A fault as its file has it."""
    arguments = _object(fault)
    if not isinstance(fault, QuickBooksKilled):
        arguments = {"call": fault.anchor.call, **arguments}
    return {fault.word: arguments}


def _anchor(anchor: Anchor) -> Plain:
    return {"call": anchor.call, **_object(anchor)}


def plain_expectation(expectation: Expectation) -> Plain:
    """An expectation as its file has it."""
    match expectation:
        case TimesheetIs(rows=rows):
            return {expectation.word: [_object(row) for row in rows]}
        case UpdatesNeeded(at_most=number):
            return {expectation.word: f"at most {number}"}
        case _:
            return {expectation.word: _object(expectation)}


def _moment(moment: During) -> Plain:
    return {moment.when: _anchor(moment.anchor), "do": [plain_step(s) for s in moment.steps]}


def plain_step(step: Step) -> Plain:
    """A step as its file has it: its bare word, or a mapping."""
    arguments = _arguments(step)
    if not step.say:
        return {step.word: arguments} if arguments is not None else step.word
    return {"say": step.say, step.word: arguments}


def _arguments(step: Step) -> Plain:
    if isinstance(step, NamedStep):
        return {step.kind: step.name, **_object(step)}
    document = _object(step)
    if not document:
        return None
    if isinstance(step, Meanwhile):
        return document if len(document) > 1 else document["lists"]
    if not step.bare:
        return document
    how = written_fields(type(step))[step.bare][1]
    bare_key = "name" if how.kind is Kind.ENTRY else how.key
    return document[bare_key] if list(document) == [bare_key] else document


_PLAIN_TEXT: Final = re.compile(r"[^\W_](?:[\w .;()/'+-]*[\w.)])?|[0-9]+:[0-9]{2}")
"""What needs no quotes wherever it stands."""

_PLAIN: Final[Mapping[Kind, Callable[[Any], Plain]]] = {
    Kind.HOURS: notation.write_hours,
    Kind.DURATION: notation.write_duration,
    Kind.LABELS: list,
    Kind.ORDER: lambda order: order if isinstance(order, str) else list(order),
    Kind.SETTINGS: dict,
    Kind.PREFERENCES: dict,
    Kind.ENTRY: _list_entry,
    Kind.FIELDS: _object,
    Kind.ROWS: lambda rows: [_object(row) for row in rows],
    Kind.SELECTOR: _object,
    Kind.ANCHOR: _anchor,
    Kind.FAULTS: lambda faults: [plain_fault(fault) for fault in faults],
    Kind.DURING: lambda moments: [_moment(moment) for moment in moments],
    Kind.STEP_LISTS: lambda lists: [[plain_step(step) for step in steps] for steps in lists],
    Kind.EXPECTATIONS: lambda all_of: [plain_expectation(one) for one in all_of],
}


# ── from plain data to text ─────────────────────────────────────────────────────────────────────


def _emit(document: dict[str, Plain]) -> str:
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and reading needs it only later

    yaml = YAML(typ="rt", pure=True)
    yaml.width = 1_000_000
    yaml.representer.ignore_aliases = lambda _: True  # no anchors: a date that blocks share is written out
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(_laid_out(document, depth=0), out)
    return out.getvalue()


def _laid_out(value: Plain, depth: int) -> Plain:
    """Blocks on the outside, one line for what is small and inside."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq  # noqa: PLC0415
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString  # noqa: PLC0415

    if isinstance(value, dict):
        mapping = CommentedMap((_laid_out(k, 0), _laid_out(v, depth + 1)) for k, v in value.items())
        if depth and not _holds_structure(value):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(_laid_out(item, depth + 1) for item in value)
        for given, item in zip(value, sequence, strict=True):
            if isinstance(given, dict) and (len(given) == 1 or "say" in given):
                item.fa.set_block_style()
        if not _holds_structure(value):
            sequence.fa.set_flow_style()
        return sequence
    if isinstance(value, str) and not _PLAIN_TEXT.fullmatch(value):
        return DoubleQuotedScalarString(value)  # the only form in which every character survives
    return value


def _holds_structure(value: dict[str, Plain] | list[Plain]) -> bool:
    inner = value.values() if isinstance(value, dict) else value
    return any(isinstance(item, dict | list) and item for item in inner)
