"""Performs one action of a target file: an HTTP call, SQL, a command or a Python function.

A table from the kind of action to the function that performs it. Each one renders first (a mistake
in the file is told before anything was sent), then acts, and says what it did in a form that may be
shown once the secrets in it are masked.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, final
from urllib.parse import urlencode, urlsplit

from attrs import field, frozen

from qbharness.targets.answers import Answer, from_text
from qbharness.targets.caller import Caller, HttpAnswer
from qbharness.targets.model import Action, Http, Python, Shell, Sql
from qbharness.targets.problems import OutcomeUnknown, first_lines
from qbharness.targets.template import Context, fill
from qbsim.errors import SetUpProblem, UsageProblem

Send: TypeAlias = Callable[[str, str, Mapping[str, str], "bytes | None", float], HttpAnswer]
"""method, url, headers, body, seconds."""


@final
class Rim:
    """What actions need from outside: HTTP, databases, the environment, the current folder."""

    def __init__(self, caller: Caller, environment: Mapping[str, str], folder: Path) -> None:
        self.caller = caller
        self.environment = environment
        self.folder = folder
        self.send: Send = self._over_sockets
        self._engines: dict[str, Any] = {}

    def _over_sockets(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, within: float
    ) -> HttpAnswer:
        return self.caller.call(method, url, headers=headers, body=body, within=within)

    def engine(self, url: str) -> Any:
        """The SQLAlchemy engine for an address; one each, its pool kept open."""
        if url not in self._engines:
            try:
                from sqlalchemy import create_engine  # noqa: PLC0415 - only targets with sql need it
                from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415
            except ImportError:
                raise UsageProblem(
                    "sql in a target file needs SQLAlchemy, which is not installed.",
                    cure="python -m pip install 'qbharness[server]'",
                ) from None
            try:
                self._engines[url] = create_engine(url)
            except (SQLAlchemyError, ImportError, ValueError) as wrong:
                raise UsageProblem(f"The database address cannot be used: {wrong}.") from None
        return self._engines[url]

    def close(self) -> None:
        """Let go of all connections."""
        self.caller.close()
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()


@final
@frozen
class Prepared:
    """A rendered action: what to show (secrets still inside), and the act itself."""

    shown: str
    act: Callable[[], Answer] = field(repr=False)
    addresses: tuple[str, ...] = ()
    """Where it goes, for the guard."""


def prepare(action: Action, context: Context, rim: Rim, within: float) -> Prepared:
    """Render ``action``; nothing is sent before :attr:`Prepared.act` is called."""
    return _PREPARE[type(action)](action, context, rim, within)


def _texts(templates: Mapping[str, Any], context: Context) -> dict[str, str]:
    return {name: template.render(context) for name, template in templates.items()}


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as wrong:
        raise UsageProblem(f"A text cannot be sent in UTF-8: {wrong}.") from None


def _prepare_http(action: Http, context: Context, rim: Rim, within: float) -> Prepared:
    url, headers = action.url.render(context), _texts(action.headers, context)
    if urlsplit(url).scheme not in ("http", "https"):
        raise UsageProblem(f"{url!r} ({action.url.place}) is not an http or https address.")
    body: str | None = None
    usual_type = ""
    if action.json is not None:
        body, usual_type = json.dumps(fill(action.json, context), ensure_ascii=False), "application/json"
    elif action.form is not None:
        body, usual_type = urlencode(_texts(action.form, context)), "application/x-www-form-urlencoded"
    elif action.body is not None:
        body, usual_type = action.body.render(context), "text/plain; charset=utf-8"
    if usual_type and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = usual_type
    shown = f"{action.method} {url}" + (f"\n{body}" if body else "")
    sent = None if body is None else _bytes(body)

    def act() -> Answer:
        answer = rim.send(action.method, url, headers, sent, within)
        text = f"{answer.status}\n{answer.text}"
        fits = answer.status in action.expect if action.expect else 200 <= answer.status < 300
        if not fits:
            raise SetUpProblem(f"the answer was HTTP {answer.status}.", output=first_lines(answer.text))
        found = from_text(answer.text)
        return Answer(found.value, text)

    return Prepared(shown, act, (url,))


def _prepare_sql(action: Sql, context: Context, rim: Rim, within: float) -> Prepared:
    url = action.url.render(context)
    statements = [statement.render(context) for statement in action.statements]
    values = {**_flat(context), **{k: t.value(context) for k, t in action.parameters.items()}}

    def act() -> Answer:
        from sqlalchemy import text  # noqa: PLC0415
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        rows: tuple[Mapping[str, object], ...] = ()
        try:
            engine = rim.engine(url)
            with engine.begin() as connection:
                if limit := _SQL_LIMITS.get(engine.dialect.name):
                    connection.execute(text(limit.format(int(within * 1000))))
                for statement in statements:
                    clause = text(statement)
                    bound = _bound(statement, tuple(clause.compile().params), values)
                    result = connection.execute(clause, bound)
                    if result.returns_rows:
                        rows = tuple(dict(row) for row in result.mappings())
        except SQLAlchemyError as wrong:
            why = f"the database said: {getattr(wrong, 'orig', None) or wrong}."
            if getattr(wrong, "connection_invalidated", False):
                raise OutcomeUnknown(why) from None
            raise SetUpProblem(why) from None
        return Answer(None, "\n".join(str(row) for row in rows[:5]) or "no rows", rows)

    addresses = _database_hosts(url, rim.environment)
    return Prepared("; ".join(s.strip() for s in statements), act, addresses)


DATABASE: Final = "database://"
"""How the address of a database begins, for the guard."""


def _database_hosts(url: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The machines on which a database lives, as addresses; none for a file or a local socket.

    Read by the library that will open it, so that both find the same host. An address that it cannot
    read is told when the statements are to run.
    """
    try:
        from sqlalchemy import make_url  # noqa: PLC0415 - only targets with sql need it
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415
    except ImportError:
        return ()
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return ()
    query = address.normalized_query
    named = [address.host or "", *(host for key in _HOST_KEYS for host in query.get(key, ()))]
    named += [f"what-{key}-says" for key in _BLIND_KEYS if key in query]
    if address.get_backend_name() == "postgresql":
        asked = _LIBPQ if any(named) else ("PGHOST", *_LIBPQ)
        named += [environment.get(variable, "") for variable in asked]
    return tuple(f"{DATABASE}{host}" for host in named if host and not host.startswith("/"))


_HOST_KEYS: Final = ("host", "hostaddr", "service", "unix_socket")
"""Words behind the ? of a database's address that can lead to another machine."""
_BLIND_KEYS: Final = ("odbc_connect", "dsn", "read_default_file", "read_default_group")
"""Those that hide a machine in a text or a file of a driver's own: never taken for this machine."""
_LIBPQ: Final = ("PGHOSTADDR", "PGSERVICE")
"""Variables that lead PostgreSQL's library elsewhere although the address names a host."""


_SQL_LIMITS: Final[Mapping[str, str]] = {
    "sqlite": "PRAGMA busy_timeout = {}",
    "postgresql": "SET LOCAL statement_timeout = {}",
}
"""How a database is told, in milliseconds, to give up; others use their own default."""


def _bound(statement: str, needed: tuple[str, ...], values: Mapping[str, object]) -> Mapping[str, object]:
    for name in needed:
        if name not in values:
            raise UsageProblem(
                f"sql: nothing is known for :{name} in {statement.strip()!r}.",
                cure=f"Known: {', '.join(f':{known}' for known in values)}; or add it to parameters.",
            )
    return {name: values[name] for name in needed}


def _flat(context: Context) -> dict[str, object]:
    """The operation's own values by simple names, for ``:name``."""
    block = context.get("block")
    own = {name: context[name] for name in ("id", "start", "end", "now") if name in context}
    return {**(block if isinstance(block, Mapping) else {}), **own}


def _prepare_shell(action: Shell, context: Context, rim: Rim, within: float) -> Prepared:
    command = [part.render(context) for part in action.command]
    given = _bytes(action.input.render(context)) if action.input else b""
    folder = Path(action.folder.render(context)) if action.folder else rim.folder
    environment = {**rim.environment, **_texts(action.environment, context)}

    def act() -> Answer:
        try:
            child = subprocess.Popen(  # noqa: S603 - an argument list from the user's own target file
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as wrong:
            raise SetUpProblem(f"the command could not be started: {wrong}.") from None
        try:
            out, err = child.communicate(given, timeout=within)
        except BaseException as cut:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            if isinstance(cut, subprocess.TimeoutExpired):
                raise OutcomeUnknown(f"the command did not end within {within:g} s.") from None
            raise
        said = out.decode("utf-8", errors="replace")
        if child.returncode:
            complaint = err.decode("utf-8", errors="replace") or said
            raise SetUpProblem(
                f"the command ended with exit code {child.returncode}.", output=first_lines(complaint)
            )
        return from_text(said)

    return Prepared(" ".join(command), act)


def _prepare_python(action: Python, context: Context, _: Rim, __: float) -> Prepared:
    arguments = {name: fill(tree, context) for name, tree in action.arguments.items()}
    function = load(action.call)
    if not callable(function):
        raise UsageProblem(f"{action.call} is not a function.")

    def act() -> Answer:
        try:
            value = function(**arguments)
        except Exception as wrong:
            raise SetUpProblem(f"the function raised {type(wrong).__name__}: {wrong}.") from wrong
        return Answer(value, repr(value))

    shown = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return Prepared(f"{action.call}({shown})", act)


def load(path: str) -> object:
    """The object at ``package.module:name``. Raises :class:`UsageProblem`."""
    module, _, name = path.partition(":")
    try:
        found: object = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as wrong:
        raise UsageProblem(
            f"{path} cannot be imported: {wrong}.", cure="Is it installed in this Python, or on PYTHONPATH?"
        ) from None
    return found


_PREPARE: Final[Mapping[type, Callable[[Any, Context, Rim, float], Prepared]]] = {
    Http: _prepare_http,
    Sql: _prepare_sql,
    Shell: _prepare_shell,
    Python: _prepare_python,
}
