"""Ctrl-C, and the end of a cancelled job, as an exception that cannot get lost and breaks nothing half-way.

Python raises ``KeyboardInterrupt`` wherever the program happens to be. Inside a finalizer or a weak
reference's callback that exception is printed and dropped, and a search of an hour would go on for an hour:
what was dropped there is asked again a moment later, from outside of that callback. And in the middle of a
server that runs in our own process it would tear the server's event loop: whoever plays many short runs
takes it between two of them (:func:`deferred`, :func:`safe_point`).
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, final

_AGAIN_AFTER: Final = 0.01
"""Seconds until a dropped interrupt is raised again; callbacks are shorter."""


@final
class _Asked:
    """Whether somebody asked to stop, and whether that may wait for a safe point."""

    deferring = False
    waiting = False


def install() -> None:
    """Turn SIGINT and SIGTERM into ``KeyboardInterrupt`` in the main thread, wherever they hit it."""
    signal.signal(signal.SIGINT, _interrupted)
    signal.signal(signal.SIGTERM, _interrupted)
    told = sys.unraisablehook

    def unless_interrupted(dropped: sys.UnraisableHookArgs) -> None:
        if not issubclass(dropped.exc_type, KeyboardInterrupt):
            told(dropped)
            return
        again = threading.Timer(_AGAIN_AFTER, _ask_the_main_thread)
        again.daemon = True
        again.start()

    sys.unraisablehook = unless_interrupted


@contextmanager
def deferred() -> Iterator[None]:
    """Let the first interrupt wait for the next :func:`safe_point`, or the end; the second waits for nothing.

    Without :func:`install` nothing is deferred.
    """
    _Asked.deferring, _Asked.waiting = True, False
    try:
        yield
        safe_point()
    finally:
        _Asked.deferring = _Asked.waiting = False


def safe_point() -> None:
    """Raise the ``KeyboardInterrupt`` that is waiting, if there is one."""
    if _Asked.waiting:
        _Asked.waiting = False
        raise KeyboardInterrupt


def _ask_the_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):  # ends a sleep and a wait too
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _interrupted(*_: object) -> None:
    if _Asked.deferring and not _Asked.waiting:
        _Asked.waiting = True
        return
    raise KeyboardInterrupt
