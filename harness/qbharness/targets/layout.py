"""What a target file looks like: every key, with its kind and the sentence that an editor shows.

Both :mod:`qbharness.targets.reader` and ``schemas/target.schema.json`` come from this table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from qbharness.contract import PROMISES, Contract, Promise
from qbharness.targets.model import (
    FRESH_START,
    OPERATIONS,
    STATES,
    App,
    Connector,
    ExpectedBreak,
    Failpoint,
    Http,
    Marks,
    Operation,
    Python,
    Ready,
    SecretSource,
    Shell,
    Sql,
    Start,
    Stop,
    TargetFile,
)
from qbharness.targets.shape import (
    Body,
    Day,
    Defined,
    Either,
    Filled,
    Flag,
    Key,
    Kind,
    ListOf,
    MapOf,
    Record,
    Schema,
    Span,
    Text,
    Whole,
    is_text,
)
from qbharness.yaml_text import Fields, Items, Node, refuse

_TEMPLATE: Final = Filled()
_PYTHON_PATH: Final = r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*"

_HTTP: Final = Record(
    "http",
    Http,
    {
        "method": Key(Text("an HTTP method", pattern="[A-Z]+"), "The HTTP method; POST unless said."),
        "url": Key(_TEMPLATE, "The address (a template).", required=True),
        "headers": Key(MapOf(_TEMPLATE), "Headers (templates)."),
        "json": Key(
            Body(), "A JSON body; its texts are templates, entries that come out as none are left out."
        ),
        "form": Key(MapOf(_TEMPLATE), "A body as an HTML form sends it."),
        "body": Key(_TEMPLATE, "A body as text."),
        "expect": Key(
            ListOf(Whole(100, 599), least=1), "The statuses that mean success; any 2xx unless said."
        ),
    },
)

_SQL: Final = Record(
    "sql",
    Sql,
    {
        "url": Key(_TEMPLATE, "The database, as an SQLAlchemy address.", required=True),
        "statements": Key(
            ListOf(_TEMPLATE, least=1),
            "Statements of one transaction; the last one that returns rows answers. :name is bound.",
            required=True,
        ),
        "parameters": Key(MapOf(_TEMPLATE), "Values for :name beside the operation's own (templates)."),
    },
)

_SHELL: Final = Record(
    "shell",
    Shell,
    {
        "command": Key(
            ListOf(_TEMPLATE, least=1), "The command as an argument list; no shell reads it.", required=True
        ),
        "input": Key(_TEMPLATE, "What it reads on standard input."),
        "folder": Key(_TEMPLATE, "Its working folder."),
        "environment": Key(MapOf(_TEMPLATE), "Environment variables beside our own."),
    },
)

_PYTHON: Final = Record(
    "python",
    Python,
    {
        "call": Key(
            Text("a function as package.module:function", pattern=_PYTHON_PATH),
            "The function, as package.module:function.",
            required=True,
        ),
        "arguments": Key(MapOf(Body()), "Its keyword arguments; texts are templates."),
    },
)

_DEFINED: Final = tuple(Defined(kind.what, kind) for kind in (_HTTP, _SQL, _SHELL, _PYTHON))
_ACTIONS: Final[Mapping[str, Key]] = {
    each.name: Key(each, about)
    for each, about in zip(
        _DEFINED, ("An HTTP call.", "SQL statements.", "A command.", "A Python function."), strict=True
    )
}

_MAPPED: Final[Mapping[str, tuple[str, ...]]] = {
    "add_block": ("id",),
    "list_blocks": ("blocks", "id", "state", "txn_id", "version", "sent_version"),
}
"""What the answer of an operation can be asked for."""


def _operation(**given: Any) -> Operation:
    action = next(given.pop(kind) for kind in _ACTIONS if kind in given)
    return Operation(action=action, **given)


@frozen
class _States:
    """The server's words for a state, to ours."""

    def read(self, node: Node) -> Mapping[str, str]:
        return MapOf(Text("a state", choices=STATES)).read(node)

    def schema(self) -> Schema:
        return MapOf(Text("a state", choices=STATES)).schema()


def _operation_shape(name: str, mapped: tuple[str, ...] = ()) -> Record:
    keys = dict(_ACTIONS)
    if mapped:
        keys["map"] = Key(
            MapOf(Text("a JSONPath or a column"), keys=mapped),
            "Where the answer holds it: a JSONPath (http, shell, python) or a column (sql).",
        )
    if "state" in mapped:
        keys["states"] = Key(_States(), "The server's words for a state, to ours; '*' is anything else.")
    keys["within"] = Key(Span(), "How long it may take (10s unless said).")
    return Record(name, _operation, keys, one_of=tuple(_ACTIONS), with_place=True)


_FAILPOINT: Final = Record(
    "A failpoint",
    lambda **given: (
        Failpoint(start_with=given["start_with"])
        if "start_with" in given
        else Failpoint(operation=_operation(**given))
    ),
    {
        **_ACTIONS,
        "start_with": Key(
            ListOf(_TEMPLATE, least=1), "The server is started again with these arguments added, once."
        ),
    },
    one_of=(*_ACTIONS, "start_with"),
)


def _promise(promise: Promise) -> Kind:
    return Flag() if promise.is_flag else Text(" or ".join(promise.words), choices=promise.words)


_CONTRACT: Final = Record(
    "The contract",
    Contract,
    {name: Key(_promise(promise), promise.says) for name, promise in PROMISES.items()},
)

_SECRET: Final = Record(
    "A secret",
    SecretSource,
    {
        "environment": Key(
            Text("the name of an environment variable", pattern=r"[A-Za-z_]\w*"),
            "The environment variable that holds it.",
        ),
        "file": Key(Text("a file"), "The file that holds it (beside the target file)."),
        "generated": Key(Flag(), "Drawn anew for a server that is started here."),
    },
    one_of=("environment", "file", "generated"),
)

_CONNECTOR: Final = Record(
    "connector",
    Connector,
    {
        "qwc": Key(_TEMPLATE, "The .qwc: a file beside the target file, or an address."),
        "url": Key(_TEMPLATE, "The SOAP address, if there is no .qwc."),
        "user": Key(_TEMPLATE, "The user's name (overrides the .qwc)."),
        "password": Key(_SECRET, "Where the password comes from; never the password itself."),
        "ca_file": Key(_TEMPLATE, "A private certificate authority, as a PEM file."),
        "application": Key(Text(), "The application's name in the Web Connector."),
        "owner_id": Key(Text("a GUID in braces", pattern=r"\{[0-9A-Fa-f-]{36}\}"), "OwnerID, as in a .qwc."),
        "file_id": Key(Text("a GUID in braces", pattern=r"\{[0-9A-Fa-f-]{36}\}"), "FileID, as in a .qwc."),
    },
    one_of=("qwc", "url"),
)

_READY: Final = Record(
    "ready",
    Ready,
    {
        "url": Key(_TEMPLATE, "An address that answers (any status below 500)."),
        "log": Key(
            Text("a pattern"), "A pattern that a line of its output matches; named groups become variables."
        ),
        "port": Key(_TEMPLATE, "A port on 127.0.0.1 that takes connections."),
    },
    one_of=("url", "log", "port"),
)

_START: Final = Record(
    "start",
    Start,
    {
        "command": Key(
            ListOf(_TEMPLATE, least=1), "The command as an argument list; no secrets in it.", required=True
        ),
        "environment": Key(MapOf(_TEMPLATE), "Environment variables beside our own; secrets go here."),
        "folder": Key(_TEMPLATE, "Its working folder; {{ folder }} unless said."),
        "ready": Key(_READY, "How to see that it answers.", required=True),
        "within": Key(Span(), "How long that may take (20s unless said)."),
    },
)

_STOP: Final = Record(
    "stop",
    Stop,
    {
        "signal": Key(
            Text("TERM, INT or KILL", choices=("TERM", "INT", "KILL")), "The signal; TERM unless said."
        ),
        "within": Key(Span(), "After this it is killed (5s unless said)."),
    },
)

_PATTERN: Final = Text("a pattern with a group (?P<block>...)")
_MARKS: Final = Record(
    "marks",
    Marks,
    {
        "request_id": Key(_PATTERN, "How requestID names the block."),
        "external_guid": Key(_PATTERN, "How ExternalGUID names the block."),
        "notes": Key(_PATTERN, "How the notes name the block; what it matches is no part of the contents."),
    },
)

_APP: Final = Record(
    "app",
    App,
    {
        "path": Key(
            Text("an object as package.module:app", pattern=_PYTHON_PATH), "package.module:app", required=True
        ),
        "kind": Key(Text("asgi or wsgi", choices=("asgi", "wsgi")), "asgi or wsgi; found out unless said."),
        "factory": Key(Flag(), "Whether the object is a function that makes the application."),
        "arguments": Key(MapOf(Body()), "The factory's keyword arguments; texts are templates."),
        "durable": Key(
            Flag(),
            "Whether all it knows is in a database or file, so that it can be killed and made anew.",
        ),
    },
)


@frozen
class _AppKind:
    """``package.module:app``, or the same with details."""

    def read(self, node: Node) -> App:
        return App(path=_APP.keys["path"].kind.read(node)) if is_text(node) else _APP.read(node)

    def schema(self) -> Schema:
        return {"anyOf": [_APP.keys["path"].kind.schema(), _APP.schema()]}


@frozen
class _ExpectBroken:
    """``{check: reason, until: date}``, or a list of such; ``scenarios`` narrows one."""

    def read(self, node: Node) -> tuple[ExpectedBreak, ...]:
        if isinstance(node, Items):
            return tuple(one for item in node for one in self.one(item))
        return self.one(node)

    def one(self, node: Node) -> tuple[ExpectedBreak, ...]:
        if not isinstance(node, Fields) or "until" not in node:
            refuse(
                "expect_broken needs a check with its reason, and until when that is accepted.",
                node,
                cure="Write {duplicate: why it is so, until: 2027-03-31}.",
            )
        until: dt.date = Day().read(node.by_key["until"])
        scenarios: tuple[str, ...] = ()
        if narrowed := node.get("scenarios"):
            scenarios = ListOf(Text("the name of a scenario"), least=1).read(narrowed)
        checks = [(key, value) for key, value in node.entries if key.text not in ("until", "scenarios")]
        if not checks:
            refuse("expect_broken names no check.", node)
        return tuple(
            ExpectedBreak(check=key.text, reason=Text().read(value), until=until, scenarios=scenarios)
            for key, value in checks
        )

    def schema(self) -> Schema:
        one: Schema = {
            "type": "object",
            "properties": {
                "until": Day().schema(),
                "scenarios": ListOf(Text(), least=1).schema(),
            },
            "required": ["until"],
            "minProperties": 2,
            "additionalProperties": {"type": "string"},
        }
        return {"anyOf": [one, {"type": "array", "items": one}]}


@frozen
class _Language:
    """The version of the language of target files: 1."""

    def read(self, node: Node) -> int:
        if getattr(node, "value", None) != 1:
            refuse("The only language of target files is 1.", node, cure="Write language: 1.")
        return 1

    def schema(self) -> Schema:
        return {"const": 1}


def _operations() -> Record:
    shapes = {name: _operation_shape(name, _MAPPED.get(name, ())) for name in OPERATIONS}
    return Record("operations", dict, {name: Key(shape, ABOUT[name]) for name, shape in shapes.items()})


ABOUT: Final[Mapping[str, str]] = {
    "add_block": "Adds a Work Block; map.id says where the answer holds its id.",
    "edit_block": "Changes a Work Block; fields that do not change are none.",
    "delete_block": "Deletes a Work Block.",
    "select_period": "Selects the period to send; start and end are dates or none.",
    "list_blocks": "Lists all Work Blocks with the server's own flags.",
    "mark_sent": "A person marks a block as sent.",
    "mark_not_sent": "A person marks a block as not sent.",
    "clock": "Sets the server's clock.",
}

TARGET: Final = Record(
    "A target file",
    TargetFile,
    {
        "language": Key(_Language(), "The version of this language: 1.", required=True),
        "name": Key(Text("a short name", pattern=r"[\w.-]+"), "The target's name in reports.", required=True),
        "about": Key(Text(), "One sentence about the server."),
        "connector": Key(_CONNECTOR, "How the Web Connector reaches the server.", required=True),
        "contract": Key(_CONTRACT, "What the server promises; the defaults are the strictest."),
        "disposable": Key(
            Flag(), "True only if nothing is lost when this server believes that its hours are delivered."
        ),
        "secrets": Key(MapOf(_SECRET), "Further secrets, as {{ secrets.name }}."),
        "variables": Key(MapOf(_TEMPLATE), "Short names for texts that come up often."),
        "start": Key(_START, "How to start the server; absent: it runs already."),
        "stop": Key(_STOP, "How to end what was started."),
        "restart": Key(_operation_shape("restart"), "Restarts a server that runs elsewhere."),
        "reset": Key(
            Either(is_text, Text(f"'{FRESH_START}'", choices=(FRESH_START,)), _operation_shape("reset")),
            "Empties the server: an operation, or 'fresh start'.",
        ),
        "backup": Key(
            Text("'folder'", choices=("folder",)),
            "'folder': the server's own backup is a copy of {{ folder }} while it stands still.",
        ),
        "operations": Key(_operations(), "What the server's owner can steer; less is fine."),
        "failpoints": Key(MapOf(_FAILPOINT), "Named places inside the server where it can be told to die."),
        "marks": Key(_MARKS, "How requests name their block by its id; without it contents decide."),
        "expect_broken": Key(_ExpectBroken(), "Checks that are known to fail, why, and until when."),
        "app": Key(_AppKind(), "An ASGI or WSGI application for runs without sockets."),
    },
)


def target_schema() -> Schema:
    """The JSON schema of target files (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A target file of qbharness",
        "description": "How to reach, start, steer and judge one sync server.",
        **TARGET.schema(),
        "$defs": {each.name: each.kind.schema() for each in _DEFINED},
    }
