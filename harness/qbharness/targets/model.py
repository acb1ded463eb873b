"""A target file as frozen data: how to reach, start, steer and judge one sync server."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeAlias, final

from attrs import Factory, field, frozen

from qbharness.contract import Contract
from qbharness.targets.template import NAMES, Template, Tree
from qbsim.errors import Place

OPERATIONS: Final = tuple(NAMES)
"""The operations with which the owner of a server steers it."""

STATES: Final = ("not sent", "in doubt", "sent", "refused")

NOWHERE: Final = Place("", 0)


@final
@frozen(kw_only=True)
class Http:
    """One HTTP call. At most one of ``json``, ``form`` and ``body``; success is any 2xx unless said."""

    url: Template
    method: str = "POST"
    headers: Mapping[str, Template] = Factory(dict)
    json: Tree = None
    form: Mapping[str, Template] | None = None
    body: Template | None = None
    expect: tuple[int, ...] = ()

    def __attrs_post_init__(self) -> None:
        if sum(part is not None for part in (self.json, self.form, self.body)) > 1:
            raise ValueError("only one of json, form and body can be sent")


@final
@frozen(kw_only=True)
class Sql:
    """SQL statements in one transaction; ``:name`` is filled in by the driver, never by text."""

    url: Template
    statements: tuple[Template, ...]
    parameters: Mapping[str, Template] = Factory(dict)


@final
@frozen(kw_only=True)
class Shell:
    """One command as an argument list; no shell reads it. It answers on standard output."""

    command: tuple[Template, ...]
    input: Template | None = None
    folder: Template | None = None
    environment: Mapping[str, Template] = Factory(dict)


@final
@frozen(kw_only=True)
class Python:
    """One Python function (``package.module:function``) called with keyword arguments."""

    call: str
    arguments: Mapping[str, Tree] = Factory(dict)


Action: TypeAlias = Http | Sql | Shell | Python


@final
@frozen(kw_only=True)
class Operation:
    """What to do, and where in the answer a block's id, flag and entry stand.

    ``map`` values are JSONPaths for http, shell and python, and column names for sql; ``states``
    turns the server's own words into ours, ``*`` standing for anything else.
    """

    action: Action
    map: Mapping[str, str] = Factory(dict)
    states: Mapping[str, str] = Factory(dict)
    within: float = 10.0
    place: Place = field(default=NOWHERE, eq=False, repr=False)


@final
@frozen(kw_only=True)
class Failpoint:
    """A named place inside the server where it can be told to die."""

    operation: Operation | None = None
    start_with: tuple[Template, ...] = ()


@final
@frozen(kw_only=True)
class SecretSource:
    """Where a secret comes from: an environment variable, a file, or drawn for a server of our own."""

    environment: str = ""
    file: str = ""
    generated: bool = False


@final
@frozen(kw_only=True)
class Connector:
    """How the Web Connector reaches the server: a .qwc (file or address), or address and user."""

    qwc: Template | None = None
    url: Template | None = None
    user: Template | None = None
    password: SecretSource | None = None
    ca_file: Template | None = None
    application: str = ""
    owner_id: str = ""
    file_id: str = ""


@final
@frozen(kw_only=True)
class Ready:
    """How to see that the server answers; ``log`` is a pattern whose named groups become variables."""

    url: Template | None = None
    log: str = ""
    port: Template | None = None

    def __attrs_post_init__(self) -> None:
        try:
            re.compile(self.log)
        except re.error as wrong:
            raise ValueError(f"the pattern {self.log!r} does not parse ({wrong})") from None


@final
@frozen(kw_only=True)
class Start:
    """The server's own process."""

    command: tuple[Template, ...]
    ready: Ready
    environment: Mapping[str, Template] = Factory(dict)
    folder: Template | None = None
    within: float = 20.0


@final
@frozen(kw_only=True)
class Stop:
    """How to end it; after ``within`` seconds it is killed."""

    signal: str = "TERM"
    within: float = 5.0


@final
@frozen(kw_only=True)
class Marks:
    """How a request of this server names its block: patterns with a group called ``block``.

    The group holds the server's own id of the block. All that the pattern for the notes matches is the
    mark: it is no part of what people wrote.
    """

    request_id: str = ""
    external_guid: str = ""
    notes: str = ""

    def __attrs_post_init__(self) -> None:
        for pattern in (self.request_id, self.external_guid, self.notes):
            try:
                groups = re.compile(pattern).groupindex
            except re.error as wrong:
                raise ValueError(f"the pattern {pattern!r} does not parse ({wrong})") from None
            if pattern and "block" not in groups:
                raise ValueError(f"the pattern {pattern!r} has no group (?P<block>...)")

    def block_of(self, *, request_id: str = "", external_guid: str = "", notes: str = "") -> str | None:
        """The server's id of the block that a request names, or None if it names none."""
        given = ((self.request_id, request_id), (self.external_guid, external_guid), (self.notes, notes))
        for pattern, text in given:
            if pattern and (found := re.search(pattern, text)):
                return found["block"]
        return None

    def in_notes(self, notes: str) -> re.Match[str] | None:
        """The mark in the notes, or None."""
        return re.search(self.notes, notes) if self.notes else None


@final
@frozen(kw_only=True)
class ExpectedBreak:
    """A check that is known to fail on this server, why, and until when that is accepted.

    ``scenarios`` narrows it to names or folders of scenarios (shell patterns); empty means all.
    """

    check: str
    reason: str
    until: dt.date
    scenarios: tuple[str, ...] = ()


@final
@frozen(kw_only=True)
class App:
    """An application object that runs inside our own process, without sockets.

    ``factory``: the object is a function that makes one, called with ``arguments``. ``durable``: what it
    knows outlives it, so it can be killed (dropped without a word) and made anew.
    """

    path: str
    kind: str = ""
    factory: bool = False
    durable: bool = False
    arguments: Mapping[str, Tree] = Factory(dict)

    def __attrs_post_init__(self) -> None:
        if self.arguments and not self.factory:
            raise ValueError("only a factory takes arguments")
        if self.durable and not self.factory:
            raise ValueError("only what a factory makes can be killed and made anew")


@final
@frozen(kw_only=True)
class TargetFile:
    """All of one target file. ``path`` is where it was read from."""

    language: int
    name: str
    connector: Connector
    about: str = ""
    contract: Contract = Factory(Contract)
    disposable: bool = False
    secrets: Mapping[str, SecretSource] = Factory(dict)
    variables: Mapping[str, Template] = Factory(dict)
    start: Start | None = None
    stop: Stop = Factory(Stop)
    restart: Operation | None = None
    reset: Operation | str | None = None
    backup: str | None = None
    operations: Mapping[str, Operation] = Factory(dict)
    failpoints: Mapping[str, Failpoint] = Factory(dict)
    marks: Marks = Factory(Marks)
    expect_broken: tuple[ExpectedBreak, ...] = ()
    app: App | None = None
    path: Path | None = field(default=None, eq=False)

    def __attrs_post_init__(self) -> None:
        own = self.start or (self.app and self.app.factory)
        if self.reset == FRESH_START and not own:
            raise ValueError(
                "'reset: fresh start' needs a server that is started here (start, or app as a factory)"
            )
        if self.backup and not self.start:
            raise ValueError("'backup: folder' needs a server that is started here (start)")


FRESH_START: Final = "fresh start"
"""The value of ``reset`` that stops the server, empties its folder and starts it again."""
