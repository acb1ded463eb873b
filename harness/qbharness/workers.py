"""Worker processes: each begins with a player of its own, and plays what it is given.

Ctrl-C reaches every process of a terminal at once. A worker leaves it to the parent: it plays what it is at
to the end and closes its player, so that it dies with no traceback and leaves no server behind. Only when it
is asked again does it break off.
"""

from __future__ import annotations

import atexit
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from multiprocessing import get_context
from typing import Any, Final, TypeVar, final

from attrs import define, field, frozen

from qbsim.errors import Problem

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_CAN_BLOCK: Final = hasattr(signal, "pthread_sigmask")
"""Not on Windows."""


@final
@frozen
class Workers:
    """Takes tasks for as long as :func:`workers` is open."""

    _pool: ProcessPoolExecutor

    def submit(self, play: Callable[[Any, _Task], _Result], task: _Task) -> Future[_Result]:
        """Have a worker call ``play(player, task)``; both must be importable by another process.

        Where the worker's player could not begin, the future raises that :class:`Problem`.
        """
        with _children_deaf_to_ctrl_c():
            return self._pool.submit(_play, play, task)


@contextmanager
def workers(
    jobs: int, begin: Callable[..., AbstractContextManager[Any]], *arguments: object
) -> Iterator[Workers]:
    """``jobs`` processes, each with the player that ``begin(*arguments)`` opens; closed where it ends."""
    with ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_begin, initargs=(begin, arguments)
    ) as pool:
        try:
            yield Workers(pool)
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _children_deaf_to_ctrl_c() -> Iterator[None]:
    """What is started meanwhile does not hear Ctrl-C until it asks to: its imports take a while.

    Blocked and not ignored: to start a child takes as long as its imports, and the parent's own Ctrl-C may
    come late, but never be lost.
    """
    if not _CAN_BLOCK:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- inside a worker -------------------------------------------------------------------------------


@final
@define
class _Here:
    """What this worker process is made of."""

    player: Any = None
    trouble: Problem | None = None
    at_work: bool = False
    interruptions: int = 0
    stack: ExitStack = field(factory=ExitStack)


_HERE: Final = _Here()


def _begin(begin: Callable[..., AbstractContextManager[Any]], arguments: tuple[object, ...]) -> None:
    signal.signal(signal.SIGINT, _interrupted)
    if _CAN_BLOCK:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    atexit.register(_HERE.stack.close)
    try:
        _HERE.player = _HERE.stack.enter_context(begin(*arguments))
    except Problem as trouble:
        _HERE.trouble = trouble  # raised by the first task: an initializer that fails breaks the whole pool


def _interrupted(*_: object) -> None:
    _HERE.interruptions += 1
    if _HERE.at_work and _HERE.interruptions > 1:
        raise KeyboardInterrupt


def _play(play: Callable[[Any, _Task], _Result], task: _Task) -> _Result:
    if _HERE.trouble is not None:
        raise _HERE.trouble
    _HERE.at_work = True
    try:
        return play(_HERE.player, task)
    finally:
        _HERE.at_work = False
