"""The server's own process: started from an argument list, watched, and never left behind."""

from __future__ import annotations

import atexit
import collections
import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final, cast, final

from qbharness.targets.model import Stop, TargetFile
from qbsim.errors import SetUpProblem

POLL: Final = 0.02
"""Seconds between two looks at whether the server is ready."""
KEPT_LINES: Final = 200

_ALIVE: Final[weakref.WeakSet[ServerProcess]] = weakref.WeakSet()


def _end_all() -> None:
    for process in list(_ALIVE):
        process.kill()


atexit.register(_end_all)


def log_names(target: TargetFile) -> tuple[str, ...]:
    """The variables that the start's log pattern finds."""
    return tuple(re.compile(target.start.ready.log).groupindex) if target.start else ()


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@final
class ServerProcess:
    """One started server and what it printed. It leads a process group of its own."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path, raw: Path
    ) -> None:
        self.command = tuple(command)
        self._lines: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)
        self._news = threading.Condition()
        self._ended = False
        self._raw = raw
        try:
            self._popen = subprocess.Popen(  # noqa: S603 - an argument list from the user's own target file
                self.command,
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as wrong:
            raise SetUpProblem(
                f"The server could not be started: {wrong}.", cure="Look at start.command in the target file."
            ) from None
        _ALIVE.add(self)
        pipe = cast("IO[bytes]", self._popen.stdout)
        self._reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._reader.start()

    def _read(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe, self._raw.open("ab", buffering=0) as raw:
            for line in pipe:
                raw.write(line)
                with self._news:
                    self._lines.append(line.decode("utf-8", errors="replace").rstrip("\r\n"))
                    self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def output(self) -> str:
        """The last lines that it printed, secrets and all: the caller masks them."""
        with self._news:
            return "\n".join(self._lines)

    def exit_text(self) -> str:
        """How it ended, in words."""
        code = self._popen.poll()
        if code is None:
            return "it is still running"
        return f"it ended with exit code {code}" if code >= 0 else f"it was ended by signal {-code}"

    def wait_for_line(self, pattern: re.Pattern[str], until: float) -> re.Match[str] | None:
        """The first line that ``pattern`` matches, or None when it ended or the time is over."""
        with self._news:
            while True:
                for line in self._lines:
                    if found := pattern.search(line):
                        return found
                left = until - time.monotonic()
                if self._ended or left <= 0:
                    break
                self._news.wait(min(left, 0.5))
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=0.5 if self._ended else 0)  # its output ends a moment before it does
        return None

    def wait_until(self, ready: Callable[[], bool], until: float) -> bool:
        """Ask ``ready`` every 20 ms; False when the process ended or the time is over."""
        while self.running and time.monotonic() < until:
            if ready():
                return True
            time.sleep(POLL)
        return False

    def stop(self, how: Stop) -> None:
        """End it as the target file says; then whatever is left of its group."""
        if self.running:
            self._signal(signal.Signals[f"SIG{how.signal}"])
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(timeout=how.within)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group."""
        self._signal(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=5)
        self._reader.join(timeout=2)
        _ALIVE.discard(self)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, number)
