"""Ctrl-C ends a command wherever it hits."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")

IN_A_CALLBACK = """
import os, signal, time, weakref
class Held: pass
held = Held()
watch = weakref.ref(held, lambda _: os.kill(os.getpid(), signal.{signal}))
del held
time.sleep(20)
"""
IN_A_FINALIZER = """
import os, signal, time
class Held:
    def __del__(self): os.kill(os.getpid(), signal.{signal})
Held()
time.sleep(20)
"""
BY_THE_WAY = """
import os, signal, time
os.kill(os.getpid(), signal.{signal})
time.sleep(20)
"""


@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("program", [IN_A_CALLBACK, IN_A_FINALIZER, BY_THE_WAY])
def test_an_interrupt_is_never_lost(program: str, signal_name: str) -> None:
    code = (
        "from qbharness import interrupts\n"
        "interrupts.install()\n"
        "import sys\n"
        f"try:\n    exec({program.format(signal=signal_name)!r})\n"
        "except KeyboardInterrupt:\n    print('interrupted'); sys.exit(2)\n"
        "print('slept')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == ("interrupted\n", "", 2)


def deferring(*lines: str) -> subprocess.CompletedProcess[str]:
    code = "\n".join(
        [
            "from qbharness import interrupts",
            "import os, signal",
            "interrupts.install()",
            "def ask(): os.kill(os.getpid(), signal.SIGINT)",
            "try:",
            "    with interrupts.deferred():",
            *(f"        {line}" for line in lines),
            "except KeyboardInterrupt:",
            "    print('interrupted')",
        ]
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_a_deferred_interrupt_waits_for_a_safe_point() -> None:
    ended = deferring("ask()", "print('went on')", "interrupts.safe_point()", "print('not reached')")
    assert ended.stdout == "went on\ninterrupted\n"


def test_a_deferred_interrupt_comes_at_the_end_where_no_safe_point_did() -> None:
    assert deferring("ask()", "print('went on')").stdout == "went on\ninterrupted\n"


def test_whoever_asks_twice_does_not_wait() -> None:
    assert deferring("ask()", "ask()", "print('not reached')").stdout == "interrupted\n"


def test_nothing_is_raised_where_nobody_asked() -> None:
    assert deferring("interrupts.safe_point()", "print('went on')").stdout == "went on\n"


def test_any_other_exception_of_a_finalizer_is_still_told() -> None:
    code = (
        "from qbharness import interrupts\n"
        "interrupts.install()\n"
        "class Held:\n    def __del__(self): raise ValueError('told')\n"
        "Held()"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "ValueError: told" in ended.stderr
