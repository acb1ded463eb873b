"""How long a user waits for the whole library."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable

from benchmarks import Line


def bench_the_library_on_exact() -> Iterable[Line]:
    """``qbharness run --jobs 2``: every bundled story on ``exact``; the bar is a minute."""
    command = [sys.executable, "-m", "qbharness", "run", "--jobs", "2"]
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    spent = time.perf_counter() - began
    yield Line("run: the whole library on exact", spent, 60, "s", "below 1: 60 s on 2 cores")
