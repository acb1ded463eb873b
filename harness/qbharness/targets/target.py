"""The runtime of one target file: a server that is started, reached, steered and stopped.

Steering is definite or it says so: an operation that failed raises :class:`SetUpProblem`, one whose
outcome nobody knows raises :class:`OutcomeUnknown`; neither is ever taken for a held scenario.
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, final

from attrs import field, frozen

from qbharness.contract import Contract
from qbharness.targets.actions import DATABASE, Rim, prepare
from qbharness.targets.answers import Answer, ListedBlock, block_id, listed_blocks
from qbharness.targets.block_values import block_values
from qbharness.targets.caller import Caller
from qbharness.targets.guard import guard
from qbharness.targets.hosting import Elsewhere, Host, OwnProcess, copy_folder, empty_folder
from qbharness.targets.in_process import InProcess
from qbharness.targets.model import Operation, TargetFile
from qbharness.targets.names import Names
from qbharness.targets.problems import OutcomeUnknown
from qbharness.targets.secrecy import Mask
from qbharness.targets.template import Template
from qbsim.errors import SetUpProblem, UsageProblem

if TYPE_CHECKING:
    from qbsim.connector.transport import HttpTransport

_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_IN_WORDS: Final = {"clock": "set its clock", "backup": "back up its data"}
_HOSTED: Final = frozenset({"start", "stop", "kill"})


@final
@frozen(kw_only=True)
class Connection:
    """How the Web Connector reaches the server. ``qwc`` is the text of the .qwc, if there is one."""

    url: str
    user: str
    password: str = field(repr=False)
    qwc: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    application: str = "Work Blocks"
    owner_id: str = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
    file_id: str = "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"


@final
class Target:
    """One server. As a context manager it starts what it can start, and leaves nothing behind.

    ``folder`` is a folder of this run's own: the server's data, and its raw output in
    ``server-output.txt``. ``environment`` is where secrets are read from and what children inherit.
    ``in_process`` prefers ``app`` over ``start`` where a file has both. ``consume_real_queue`` is the
    caller's half of the consent that the guard asks for (the other half is ``disposable`` in the file).
    """

    def __init__(
        self,
        file: TargetFile,
        *,
        worker: str = "0",
        folder: Path,
        environment: Mapping[str, str],
        in_process: bool = False,
        consume_real_queue: bool = False,
    ) -> None:
        self.file = file
        self._consent = consume_real_queue
        self.mask = Mask()
        self._folder = folder
        self._data = folder / "data"
        self._data.mkdir(parents=True, exist_ok=True)
        self._on_disk = ""
        """Where a .qwc on disk leads, once it was read."""
        with self.mask.over_problems():
            self._names = Names(file, worker=worker, data=self._data, environment=environment, mask=self.mask)
            ca_file = file.connector.ca_file
            self._ca_file = self._names.here / ca_file.render(self._names()) if ca_file else None
            self._rim = Rim(Caller(self._ca_file), environment, self._names.here)
            self._host = self._home(in_process=in_process)

    # -- what it is

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def contract(self) -> Contract:
        return self.file.contract

    def can(self, operation: str) -> bool:
        """Whether it can be done: an operation of the file, a failpoint, or start, stop, kill,
        restart, reset, backup."""
        return self.cannot(operation) is None

    def cannot(self, operation: str) -> str | None:
        """Why it cannot be done, as a reason for a skipped scenario; None if it can."""
        file = self.file
        if operation in _HOSTED:
            able = operation in self._host.abilities
        elif operation in file.failpoints:
            able = "failpoints" in self._host.abilities
        elif operation == "restart":
            able = file.restart is not None or "restart" in self._host.abilities
        elif operation in ("reset", "backup"):
            able = getattr(file, operation) is not None
        else:
            able = operation in file.operations
        act = _IN_WORDS.get(operation, operation.replace("_", " "))
        return None if able else f"the target {file.name!r} does not say how to {act}"

    def output(self) -> str:
        """The last lines that the server printed, secrets masked."""
        return self._host.output()

    # -- its process

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._rim.close()
            self._host.stop(kill=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._rim.close()
        finally:
            self._host.stop(kill=kind is not None and not issubclass(kind, Exception))

    def running(self) -> bool:
        """Whether it runs; True for a server that runs elsewhere."""
        return self._host.running()

    def gone(self, *, within: float) -> bool:
        """Whether it does not run, or ends within so many real seconds."""
        until = time.monotonic() + within
        while self._host.running():
            if time.monotonic() >= until:
                return False
            time.sleep(0.01)
        return True

    def start(self) -> None:
        """Start the server and wait until it is ready; nothing to do if it runs."""
        if not self._host.running():
            self._launch()

    def stop(self) -> None:
        """End the process as the target file says (signal, then SIGKILL)."""
        self._need("stop")
        self._host.stop()

    def kill(self) -> None:
        """SIGKILL: the process has no chance to finish anything."""
        self._need("kill")
        self._host.stop(kill=True)

    def restart(self) -> None:
        """Stop and start again, or whatever ``restart`` in the target file says."""
        self._need("restart")
        if self.file.restart:
            self._perform("restart", self.file.restart)
            return
        self._host.stop()
        self._launch()

    def reset(self) -> None:
        """Empty the server: no blocks, no flags, everything selected."""
        self._need("reset")
        if isinstance(self.file.reset, Operation):
            self._perform("reset", self.file.reset)
            return
        self._host.stop(kill=True)
        empty_folder(self._data)
        self._launch()

    def save_backup(self, label: str) -> None:
        """Copy the server's folder aside while the server stands still."""
        self._need("backup")
        self._while_stopped(self._data, self._backup(label))

    def restore_backup(self, label: str) -> None:
        """Put the server back to what it was at :meth:`save_backup`."""
        self._need("backup")
        if not self._backup(label).is_dir():
            raise SetUpProblem(f"There is no backup {label!r} of the server {self.name!r}.")
        self._while_stopped(self._backup(label), self._data)

    def arm(self, failpoint: str) -> None:
        """Make the server die at the named place when it next comes by."""
        self._need(failpoint)
        point = self.file.failpoints[failpoint]
        if point.operation:
            self._perform(failpoint, point.operation)
            return
        self._host.stop()
        self._launch(tuple(part.render(self._names()) for part in point.start_with))

    # -- its owner's hands

    def add_block(self, fields: Mapping[str, str]) -> str:
        """Add a Work Block and return the server's id of it.

        ``fields``: employee, customer, date (ISO), hours (``7:30``) or seconds, service_item, class,
        payroll_item, notes, billable (``true``/``false``); a key that is absent is not given.
        """
        operation, answer = self._do("add_block", block=block_values(fields))
        return block_id(operation, answer)

    def edit_block(self, block: str, changes: Mapping[str, str]) -> None:
        """Change some fields of a block."""
        self._do("edit_block", id=block, block=block_values(changes))

    def delete_block(self, block: str) -> None:
        self._do("delete_block", id=block)

    def select_period(self, start: dt.date | None, end: dt.date | None) -> None:
        """Select what to send, both days included; None is open."""
        self._do("select_period", start=start and start.isoformat(), end=end and end.isoformat())

    def mark_sent(self, block: str) -> None:
        self._do("mark_sent", id=block)

    def mark_not_sent(self, block: str) -> None:
        self._do("mark_not_sent", id=block)

    def set_clock(self, now: dt.datetime) -> None:
        """Set the server's clock; ``now`` knows its zone, the template gets it in UTC."""
        self._do("clock", now=now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def list_blocks(self) -> tuple[ListedBlock, ...]:
        """The server's own list with its flags."""
        return listed_blocks(*self._do("list_blocks"))

    # -- how it is reached

    def transport(self) -> HttpTransport | InProcess:
        """What carries the connector's calls: the application itself, or HTTP. Close it after use."""
        if isinstance(self._host, InProcess):
            return self._host
        from qbsim.connector.transport import HttpTransport  # noqa: PLC0415 - slow, and not for checks

        return HttpTransport(ca=self._ca_file)

    def connection(self) -> Connection:
        """How the Web Connector reaches it; a .qwc at an address is fetched now."""
        with self.mask.over_problems():
            connection = self._connection()
            self._guard(connection.url, "open a session on")
        return connection

    def _connection(self) -> Connection:
        wired, names = self.file.connector, self._names()
        own = {name: getattr(wired, name) for name in ("application", "owner_id", "file_id")}
        given = {name: value for name, value in own.items() if value}
        user = wired.user.render(names) if wired.user else ""
        url, qwc = (wired.url.render(names), None) if wired.url else ("", None)
        if wired.qwc:
            from qbsim.connector.qwc import read_qwc  # noqa: PLC0415 - only where there is one

            qwc = self._qwc_text(wired.qwc)
            read = read_qwc(qwc, file=wired.qwc.text, lenient=True)
            url, user = read.url, user or read.user
            given = {
                "application": read.name,
                "owner_id": read.owner_id,
                "file_id": read.file_id,
                **given,
            }
        self.mask.add_login(user, self._names.password)
        return Connection(
            url=url, user=user, password=self._names.password, qwc=qwc, ca_file=self._ca_file, **given
        )

    def _qwc_text(self, qwc: Template) -> str:
        where = qwc.render(self._names())
        if not _WEB.match(where):
            path = self._names.here / where
            try:
                return path.read_text(encoding="utf-8-sig")
            except (OSError, UnicodeDecodeError) as wrong:
                raise UsageProblem(f"The .qwc {path} cannot be read: {wrong}.") from None
        self._guard(where, "open a session on")
        answer = self._rim.send("GET", where, {}, None, 10.0)
        if answer.status != 200:
            raise SetUpProblem(f"There is no .qwc at {where}: HTTP {answer.status}.", output=self.output())
        return answer.text

    # -- inside

    def _need(self, operation: str) -> None:
        if why := self.cannot(operation):
            raise SetUpProblem(f"{why[0].upper()}{why[1:]}.", cure=f"Add {operation} to the target file.")

    def _launch(self, arguments: tuple[str, ...] = ()) -> None:
        with self.mask.over_problems():
            self._host.start(arguments)

    def _do(self, name: str, **values: object) -> tuple[Operation, Answer]:
        self._need(name)
        operation = self.file.operations[name]
        return operation, self._perform(name, operation, **values)

    def _perform(self, name: str, operation: Operation, **values: object) -> Answer:
        """Render, act, and tell a failure with the operation, what it was, and the answer's beginning."""
        with self.mask.over_problems():
            prepared = prepare(operation.action, self._names(**values), self._rim, operation.within)
            for address in (*self._addresses(), *prepared.addresses):
                self._guard(address, f"{name.replace('_', ' ')} on")
            try:
                return prepared.act()
            except SetUpProblem as failed:
                raise type(failed)(
                    f"{name}: {failed.sentence}\n{prepared.shown}",
                    cure=failed.cure,
                    output=failed.output or (self.output() if prepared.addresses else ""),
                ) from None

    def _home(self, *, in_process: bool) -> Host:
        file = self.file
        if file.app and (in_process or not file.start):
            return InProcess(file.app, self._names, self._rim)
        if file.start:
            return OwnProcess(file, file.start, self._names, self._rim, self.mask, self._guard)
        return Elsewhere()

    def _addresses(self) -> tuple[str, ...]:
        """Where the connector goes, as far as it is known without asking anybody."""
        where = self.file.connector.url or self.file.connector.qwc
        if where is None or where.uses(self._names.unknown):
            return ()
        address = where.render(self._names())
        if not _WEB.match(address):
            self._on_disk = self._on_disk or self._connection().url
            address = self._on_disk
        return (address,)

    def _guard(self, address: str, doing: str) -> None:
        """Refuse what is not this machine, unless both consents are there. An application inside
        this process is never anywhere else, but its database may be."""
        if not isinstance(self._host, InProcess) or address.startswith(DATABASE):
            guard(
                address,
                doing=doing,
                disposable=self.file.disposable,
                consume_real_queue=self._consent,
            )

    def _backup(self, label: str) -> Path:
        return self._folder / f"backup-{re.sub('[^A-Za-z0-9-]', '_', label)}"

    def _while_stopped(self, source: Path, target: Path) -> None:
        was_running = self.running()
        self._host.stop()
        copy_folder(source, target)
        if was_running:
            self._launch()


__all__ = ["Connection", "OutcomeUnknown", "Target"]
