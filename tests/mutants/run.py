"""Plays the campaign that convicts every mutant of exact, and must acquit exact; prints what convicts which.

python tests/mutants/run.py [MUTANT]...    the rows of these mutants (default: all), and of exact
    --lane LANE      only this lane: library, exhaustive, generated (may be given more than once)
    --deep           2,000 drawn plans instead of 300
    --write          pin the outcome: mutants.json, stories, docs/mutants.md (whole deep campaigns only)
    --page           write docs/mutants.md from what is pinned, and play nothing
    --jobs N         worker processes (default 2); 1: none

Ends with code 1 when a mutant survives, when a row is not as pinned, or when exact is accused.
"""

from __future__ import annotations

import argparse
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from mutants_campaign import DEEP, LANES, QUICK, Known, Row, rows
from mutants_page import PAGE, page
from mutants_support import catalogue
from mutants_table import acquittal, complaints, head, kept_story, line, pinned, write


def main(arguments: list[str]) -> int:
    asked = _arguments(arguments)
    if asked.page:
        PAGE.write_text(page(pinned()), encoding="utf-8")
        return 0
    depth = DEEP if asked.deep else QUICK
    lanes = tuple(lane for lane in LANES if not asked.lane or lane in asked.lane)
    names = asked.mutants or list(catalogue())
    pins = pinned().pins
    known = {name: _known(name, fresh=asked.write) for name in names}
    print(f"{depth}\n{head()}", flush=True)
    started = time.perf_counter()
    made: dict[str, Row] = {}
    wrong: dict[str, list[str]] = {}
    for row in rows({"exact": Known(), **known}, depth, lanes, jobs=asked.jobs):
        made[row.server] = row
        pin = pins.get(row.server)
        found = list(acquittal(row) if row.server == "exact" else complaints(row, pin, depth))
        wrong |= {row.server: found} if found else {}
        print("\n".join((line(row), *(f"    {row.server} {each}" for each in found))), flush=True)
    seconds = time.perf_counter() - started
    exact = made.pop("exact")
    if asked.write and not exact.kills and all(row.kills for row in made.values()):
        campaign = (
            f"{depth}; {seconds:.0f} s with {asked.jobs} workers; {_versions()}; exact: {_acquitted(exact)}."
        )
        PAGE.write_text(page(write(campaign, made)), encoding="utf-8")
        wrong = {}
    killed = sum(bool(row.kills) for row in made.values())
    if wrong:
        print(f"Not as it should be: {'; '.join(wrong)}.")
    print(f"mutants: {killed} of {len(made)} killed in {seconds:.0f} s")
    return 1 if wrong else 0


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("mutants", nargs="*", metavar="MUTANT")
    parser.add_argument("--lane", action="append", choices=LANES)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.mutants if name not in catalogue()]
    if unknown:
        parser.error(f"there is no mutant {unknown[0]!r}; there are: {', '.join(catalogue())}")
    if asked.write and (asked.mutants or asked.lane or not asked.deep):
        parser.error("--write needs the whole deep campaign: --deep, without names and lanes")
    return asked


def _known(name: str, *, fresh: bool) -> Known:
    """What is known of a mutant; a story is shrunk ``fresh`` where everything is written anew."""
    pin = pinned().pins.get(name)
    return Known(pin.story if pin else "", None if fresh else kept_story(name))


def _versions() -> str:
    return f"Python {platform.python_version()}, Hypothesis {version('hypothesis')}"


def _acquitted(exact: Row) -> str:
    return ", ".join(f"not accused in {exact.runs[lane]} runs of the {lane} lane" for lane in exact.lanes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
