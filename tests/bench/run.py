"""Runs every benchmark and prints one line each: name, our figure, the reference, the ratio.

python tests/bench/run.py [WORD]     only the benchmarks whose name has WORD in it
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from benchmarks import Line  # noqa: E402 - the path is set above


def benchmarks() -> Iterator[Callable[[], Iterable[Line]]]:
    for path in sorted(HERE.glob("bench_*.py")):
        module = importlib.import_module(path.stem)
        for name, value in vars(module).items():
            if name.startswith("bench_") and callable(value):
                yield value


def main() -> None:
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    print(f"{'benchmark':58} {'ours':>14} {'reference':>14} {'ratio':>7}  bar")
    for bench in benchmarks():
        if word and word not in bench.__name__:
            continue
        for line in bench():
            figure, reference = (
                f"{line.figure:,.4g} {line.unit}",
                f"{line.reference:,.4g} {line.unit}",
            )
            print(
                f"{line.name:58} {figure:>14} {reference:>14} {line.ratio:7.2f}  {line.bar}",
                flush=True,
            )


if __name__ == "__main__":
    main()
