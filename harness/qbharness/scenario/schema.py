"""The JSON schema of scenario files, made from the model; it gives completion in editors.

``python -m qbharness.scenario.schema`` prints it; a test holds the shipped copy,
``schemas/scenario.schema.json``, equal to it. The reader is stricter: a schema can't know whether
an alias exists.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from qbharness.contract import PROMISES, Promise
from qbharness.scenario.contents import LIST_KINDS, BlockFields, ListEntry, Selector
from qbharness.scenario.expectations import EXPECTATIONS, TimesheetIs, TimesheetRow, UpdatesNeeded
from qbharness.scenario.faults import CALLS, FAULTS, Anchor, QuickBooksKilled
from qbharness.scenario.kinds import Kind, Written, written_fields
from qbharness.scenario.model import LANGUAGE
from qbharness.scenario.reader import COMPANY_LISTS
from qbharness.scenario.reading import INLINE, keys_of
from qbharness.scenario.steps import STEPS, NamedStep, Step
from qbsim.quickbooks.preferences import preference_names

Schema = dict[str, Any]

_WIDTH: Final = 200
_HOURS: Final = r"^([0-9]{1,4}:[0-5][0-9]|([0-9]{1,4}h)?\s?([0-9]{1,3}m)?)$"
_DURATION: Final = r"^([0-9]+d)?\s?([0-9]+h)?\s?([0-9]+m)?\s?([0-9]+s)?$"
_DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def scenario_schema() -> Schema:
    """The whole schema, as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "qbharness scenario",
        "description": "A story (or a cleanup procedure) that is played against a sync server.",
        "type": "object",
        "properties": _top_level(),
        "required": ["language", "steps"],
        "oneOf": [{"required": ["scenario"]}, {"required": ["procedure", "kind"]}],
        "additionalProperties": False,
        "$defs": {
            "text": {"type": ["string", "number", "boolean"]},
            "date": {"type": "string", "pattern": _DATE, "examples": ["2026-11-02"]},
            "hours": {"type": "string", "pattern": _HOURS, "examples": ["7:30"]},
            "duration": {"type": "string", "pattern": _DURATION, "examples": ["60m", "2d"]},
            "call": {"description": "A call of the Web Connector.", "enum": list(CALLS)},
            "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
            "step": _step(),
            "fault": _one_word(FAULTS, _fault),
            "expectation": _one_word(EXPECTATIONS, _expectation),
            "anchor": _object(Anchor, required=("call",)),
            "fields": _object(BlockFields),
            "block": _object(BlockFields, required=("employee", "date", "hours")),
            "selector": _object(Selector),
            "entry": {"anyOf": [{"$ref": "#/$defs/text"}, _object(ListEntry)]},
            "row": _object(TimesheetRow),
        },
    }


def _top_level() -> Schema:
    text = {"$ref": "#/$defs/text"}
    return {
        "language": {"const": LANGUAGE, "description": "The version of the language."},
        "kind": {"enum": ["story", "procedure"]},
        "scenario": {**text, "description": "The story in one sentence."},
        "procedure": {**text, "description": "The procedure in one sentence."},
        "why": {**text, "description": "Why anybody should care."},
        "parameters": {
            "description": "A table: the scenario is played once a row. {{ name }} in texts.",
            "type": "array",
            "items": {"type": "object", "additionalProperties": text},
        },
        "requires": {
            "description": "What the target must promise, else the scenario is skipped.",
            "type": "object",
            "properties": {name: _promise(promise) for name, promise in PROMISES.items()},
            "additionalProperties": False,
        },
        "switches": {
            "description": "Facts that are not known for sure; `qbharness facts` lists them.",
            "type": "object",
            "additionalProperties": text,
        },
        "seed": {"type": "integer", "minimum": 0},
        "clock": {"type": "string", "description": "When the simulated clock starts, with offset."},
        "about": {
            "description": "The blocks of the incident that a procedure speaks of.",
            "anyOf": [text, {"type": "array", "items": text}],
        },
        "company": _company(),
        "blocks": {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}},
        "steps": {"$ref": "#/$defs/steps"},
        "expect": _expectations(),
    }


def _promise(promise: Promise) -> Schema:
    # Either spelling of a flag: as YAML's own true, or as a text.
    one: Schema = {"enum": [*promise.words, *(promise.values if promise.is_flag else ())]}
    return {"description": promise.says, "anyOf": [one, {"type": "array", "items": one}]}


def _preferences() -> Schema:
    text: Schema = {"$ref": "#/$defs/text"}
    return {
        "type": "object",
        "properties": dict.fromkeys(preference_names(), text),
        "additionalProperties": text,  # the reader takes a name in any case
    }


def _company() -> Schema:
    lists = {key: {"type": "array", "items": {"$ref": "#/$defs/entry"}} for key in COMPANY_LISTS}
    return {
        "description": "What QuickBooks' company file holds at the beginning.",
        "type": "object",
        "properties": {
            "name": {"$ref": "#/$defs/text"},
            **lists,
            "preferences": _preferences(),
            "closing date": {"$ref": "#/$defs/date"},
            "time": {"type": "array", "items": {"$ref": "#/$defs/block"}},
        },
        "additionalProperties": False,
    }


# ── classes ─────────────────────────────────────────────────────────────────────────────────────


def _doc(cls: type) -> str:
    return " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split())


def _object(cls: type, *, required: tuple[str, ...] = (), extra: Schema | None = None) -> Schema:
    properties = {key: _field(how) for key, (_, how) in keys_of(cls).items()} | (extra or {})
    needed = [*required, *(key for key in _needed(cls) if key not in required)]
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if needed:
        schema["required"] = needed
    return schema


def _needed(cls: type) -> list[str]:
    keys: list[str] = []
    for attribute, how in written_fields(cls).values():
        if how.inline:
            keys += _needed(INLINE[how.kind])
        elif attribute.default is attrs.NOTHING:
            keys.append(how.key)
    return keys


def _field(how: Written) -> Schema:
    return _KINDS[how.kind](how)


def _choice(how: Written) -> Schema:
    if how.choices == CALLS:
        return {"$ref": "#/$defs/call"}
    if how.open_ended:
        return {"anyOf": [{"enum": list(how.choices)}, {"type": "string"}]}
    return {"enum": list(how.choices)}


def _ref(name: str) -> Callable[[Written], Schema]:
    return lambda _: {"$ref": f"#/$defs/{name}"}


def _list_of(name: str) -> Callable[[Written], Schema]:
    return lambda _: {"type": "array", "items": {"$ref": f"#/$defs/{name}"}}


def _expectations(_: Written | None = None) -> Schema:
    one = {"$ref": "#/$defs/expectation"}
    return {"anyOf": [one, {"type": "array", "items": one}]}


def _during(_: Written) -> Schema:
    anchor = {"$ref": "#/$defs/anchor"}
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "before": anchor,
                "after": anchor,
                "do": {"anyOf": [{"$ref": "#/$defs/steps"}, {"$ref": "#/$defs/step"}]},
            },
            "required": ["do"],
            "oneOf": [{"required": ["before"]}, {"required": ["after"]}],
            "additionalProperties": False,
        },
    }


_KINDS: Final[Mapping[Kind, Callable[[Written], Schema]]] = {
    Kind.TEXT: _ref("text"),
    Kind.NAME: _ref("text"),
    Kind.BLOCK: _ref("text"),
    Kind.NEW_BLOCK: _ref("text"),
    Kind.LABEL: _ref("text"),
    Kind.DATE: _ref("date"),
    Kind.HOURS: _ref("hours"),
    Kind.DURATION: _ref("duration"),
    Kind.NUMBER: lambda how: {"type": "integer", "minimum": how.least, "maximum": how.most},
    Kind.FLAG: lambda _: {"type": "boolean"},
    Kind.CHOICE: _choice,
    Kind.LABELS: lambda _: {
        "anyOf": [{"$ref": "#/$defs/text"}, {"type": "array", "items": {"$ref": "#/$defs/text"}}]
    },
    Kind.ORDER: lambda _: {
        "anyOf": [
            {"enum": ["in turn", "by the seed"]},
            {"type": "array", "items": {"type": "integer", "minimum": 1}},
        ]
    },
    Kind.PREFERENCES: lambda _: _preferences(),
    Kind.SETTINGS: lambda _: {"type": "object", "additionalProperties": {"$ref": "#/$defs/text"}},
    Kind.ENTRY: _ref("entry"),
    Kind.FIELDS: _ref("fields"),
    Kind.ROWS: _list_of("block"),
    Kind.SELECTOR: _ref("selector"),
    Kind.ANCHOR: _ref("anchor"),
    Kind.FAULTS: _list_of("fault"),
    Kind.DURING: _during,
    Kind.STEP_LISTS: lambda _: {
        "type": "array",
        "minItems": 2,
        "items": {"$ref": "#/$defs/steps"},
    },
    Kind.EXPECTATIONS: _expectations,
    Kind.TIMESHEET_ROWS: _list_of("row"),
}


# ── words ───────────────────────────────────────────────────────────────────────────────────────


def _one_word(words: Mapping[str, type], of: Callable[[type], Schema]) -> Schema:
    """A mapping with exactly one of the words as its key."""
    return {
        "type": "object",
        "properties": {word: {"description": _doc(cls), **of(cls)} for word, cls in words.items()},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }


def _fault(cls: type) -> Schema:
    return _object(cls, required=() if cls is QuickBooksKilled else ("call",))


def _expectation(cls: type) -> Schema:
    if cls is UpdatesNeeded:
        return {"type": "string", "pattern": "^at most [0-9]+$"}
    if cls is TimesheetIs:
        return _KINDS[Kind.TIMESHEET_ROWS](Written(Kind.TIMESHEET_ROWS, "rows"))
    return _object(cls)


def _step() -> Schema:
    without_arguments = [word for word, cls in STEPS.items() if not _needed_by_step(cls)]
    words = {word: {"description": _doc(cls), **_arguments(cls)} for word, cls in STEPS.items()}
    say = {"$ref": "#/$defs/text", "description": "The step as a sentence for people."}
    return {
        "anyOf": [
            {"enum": without_arguments},
            {
                "type": "object",
                "properties": {"say": say, **words},
                "minProperties": 1,
                "maxProperties": 2,
                "additionalProperties": False,
            },
        ]
    }


def _needed_by_step(cls: type[Step]) -> bool:
    return issubclass(cls, NamedStep) or bool(_needed(cls))


def _arguments(cls: type[Step]) -> Schema:
    if issubclass(cls, NamedStep):
        lists: Schema = {kind: {"$ref": "#/$defs/text"} for kind in LIST_KINDS}
        return _object(cls, extra=lists)
    forms: list[Schema] = []
    if cls.bare:
        forms.append(_field(written_fields(cls)[cls.bare][1]))
    if (only := _only_part(cls)) is not None:
        forms += [] if only in forms else [only]
    elif not cls.bare or not _is_mapping(cls):
        forms.append(_object(cls))
    if not _needed_by_step(cls):
        forms.append({"type": "null"})
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _only_part(cls: type[Step]) -> Schema | None:
    """The definition of a step whose arguments are one part of the language and nothing else."""
    fields = list(written_fields(cls).values())
    return _field(fields[0][1]) if len(fields) == 1 and fields[0][1].inline else None


def _is_mapping(cls: type[Step]) -> bool:
    kind = written_fields(cls)[cls.bare][1].kind
    return kind in (Kind.PREFERENCES, Kind.EXPECTATIONS)


def schema_text() -> str:
    """The schema as the text of its file: what fits on a line stands on one."""
    return _laid_out(scenario_schema(), "") + "\n"


def _laid_out(value: Any, indent: str) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return line
    inner = indent + " "
    if isinstance(value, list):
        parts = [_laid_out(item, inner) for item in value]
        return "[\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}]"
    parts = [f"{json.dumps(key)}: {_laid_out(item, inner)}" for key, item in value.items()]
    return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
