"""Where a server lives: in a process that we start, or elsewhere.

(The third way, inside our own process, is :mod:`qbharness.targets.in_process`.)
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol, final

from qbharness.targets.actions import Rim
from qbharness.targets.model import Start, TargetFile
from qbharness.targets.names import Names
from qbharness.targets.process import ServerProcess
from qbharness.targets.secrecy import Mask
from qbsim.errors import LocatedProblem, SetUpProblem

RAW_OUTPUT: Final = "server-output.txt"
_PORT_TAKEN: Final = re.compile(r"address already in use|EADDRINUSE|Errno 98", re.IGNORECASE)
_TRIES: Final = 3


class Host(Protocol):
    """What a :class:`~qbharness.targets.target.Target` asks of the place where its server lives."""

    abilities: frozenset[str]
    """Of start, stop, kill, restart, fresh start, backup, failpoints."""

    def start(self, arguments: tuple[str, ...] = ()) -> None: ...

    def stop(self, *, kill: bool = False) -> None: ...

    def running(self) -> bool: ...

    def output(self) -> str: ...


@final
class Elsewhere:
    """Somebody else runs the server; it is taken to be there."""

    abilities: frozenset[str] = frozenset()

    def start(self, arguments: tuple[str, ...] = ()) -> None:
        """Nothing to do."""

    def stop(self, *, kill: bool = False) -> None:
        """Nothing to do: what was not started here is not stopped here."""

    def running(self) -> bool:
        return True

    def output(self) -> str:
        return ""


@final
class OwnProcess:
    """The server's process is a child of ours."""

    abilities: frozenset[str] = frozenset(
        {"start", "stop", "kill", "restart", "fresh start", "backup", "arguments", "failpoints"}
    )

    def __init__(
        self,
        file: TargetFile,
        start: Start,
        names: Names,
        rim: Rim,
        mask: Mask,
        permit: Callable[[str, str], None],
    ) -> None:
        """``permit`` is the guard: an address, and what is to be done there."""
        self._name = file.name
        self._start = start
        self._stop = file.stop
        self._names = names
        self._rim = rim
        self._mask = mask
        self._permit = permit
        self._process: ServerProcess | None = None
        self._last_output = ""
        self._settled = False

    def running(self) -> bool:
        return self._process is not None and self._process.running

    def output(self) -> str:
        return self._mask(self._process.output if self._process else self._last_output)

    def start(self, arguments: tuple[str, ...] = ()) -> None:
        """Start it and wait until it is ready; again on another port if the first one was taken.

        Once it has run, the port stays: a connector that knows the address must find it again.
        """
        why = None
        for _ in range(1 if self._settled else _TRIES):
            # somebody else's server on our port would look like our own one being ready
            taken = port_takes_connections(self._names.port)
            why = f"port {self._names.port} is taken" if taken else self._launch(arguments)
            if why is None:
                self._settled = True
                return
            if not taken and not _PORT_TAKEN.search(self._last_output):
                break
            if not self._settled:
                self._names.another_port()
        raise SetUpProblem(
            f"The server {self._name!r} did not start: {why}.",
            cure="Its command was: " + self._mask(" ".join(self._command(arguments))),
            output=self.output(),
        )

    def stop(self, *, kill: bool = False) -> None:
        # a server that stops gracefully waits for kept connections, and its database may be replaced
        self._rim.close()
        process, self._process = self._process, None
        if process is None:
            return
        if kill:
            process.kill()
        else:
            process.stop(self._stop)
        self._last_output = process.output

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [*(part.render(self._names()) for part in self._start.command), *arguments]

    def _launch(self, arguments: tuple[str, ...]) -> str | None:
        """None if the server is ready, else why it is not; then nothing of it is left."""
        start, names = self._start, self._names()
        question = None if start.ready.log else self._question()
        environment = {
            **self._rim.environment,
            "PYTHONUNBUFFERED": "1",
            **{name: value.render(names) for name, value in start.environment.items()},
        }
        folder = self._names.here / start.folder.render(names) if start.folder else self._names.data
        raw = self._names.data.parent / RAW_OUTPUT
        process = self._process = ServerProcess(self._command(arguments), environment, folder, raw)
        try:
            if self._ready(process, question, time.monotonic() + start.within):
                return None
            late = f"it was not ready within {start.within:g} s"
            why = late if process.running else process.exit_text()
        except BaseException:
            self.stop(kill=True)
            raise
        self.stop(kill=True)
        return why

    def _ready(self, process: ServerProcess, question: Callable[[], bool] | None, until: float) -> bool:
        if question is not None:
            return process.wait_until(question, until)
        found = process.wait_for_line(re.compile(self._start.ready.log), until)
        if found is not None:
            self._names.found_in_log(found.groupdict())
        return found is not None and process.running

    def _question(self) -> Callable[[], bool]:
        """What is asked until it is ready; made before anything runs, so that a mistake is told first."""
        ready, names = self._start.ready, self._names()
        if ready.url:
            url = ready.url.render(names)
            self._permit(url, "wait for")
            return lambda: self._answers(url)
        port = self._names.port
        if ready.port:
            text = ready.port.render(names).strip()
            port = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
            if not 0 < port < 65536:
                raise LocatedProblem(f"{text!r} is not a port, 1 to 65535.", ready.port.place)
        return lambda: port_takes_connections(port)

    def _answers(self, url: str) -> bool:
        with contextlib.suppress(SetUpProblem):
            return self._rim.caller.call("GET", url, within=2.0).status < 500
        return False


def port_takes_connections(port: int) -> bool:
    """Whether somebody listens on a port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def empty_folder(folder: Path) -> None:
    """Leave the folder, remove all that is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)


def copy_folder(source: Path, target: Path) -> None:
    """Make ``target`` an exact copy of ``source``."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
