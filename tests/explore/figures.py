"""The figures of ``docs/exploration.md``.

python tests/explore/figures.py --write            measure, and write them into the page
python tests/explore/figures.py --record FOLDER    add up a long search's parts (``shard-*.txt``)
"""

from __future__ import annotations

import argparse
import ast
import os
import platform
import re
import resource
import sys
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from explore_support import drawn_plans, players  # noqa: E402 - the path is set above

from qbharness.explore.campaign import Campaign, Play, forgiving  # noqa: E402
from qbharness.explore.search import Search, generated, listed  # noqa: E402
from qbharness.explore.shrinking import size  # noqa: E402
from qbharness.explore.strategies import PROFILES  # noqa: E402
from qbharness.outcome import Status  # noqa: E402
from qbharness.running import Plan  # noqa: E402
from qbharness.scenario.model import Scenario  # noqa: E402
from qbharness.targets.reader import read_target  # noqa: E402

PAGE = ROOT / "docs" / "exploration.md"
PACKAGES = ("qbharness", "hypothesis", "sqlalchemy", "lxml")


def machine() -> str:
    """Where it was measured."""
    cores = len(os.sched_getaffinity(0))
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = f"load {os.getloadavg()[0]:.0f}"
    return f"Python {platform.python_version()}, {packages}, {platform.system()}, {cores} cores, {load}"


def yardstick() -> float:
    """Milliseconds of processor time for something fixed: machines differ, one from hour to hour too."""
    source = Path(argparse.__file__).read_text(encoding="utf-8")
    began = time.process_time()
    for _ in range(10):
        ast.unparse(ast.parse(source))
    return (time.process_time() - began) * 100


def measured() -> Iterator[tuple[str, str]]:
    """Name and figure, one after the other; the yardstick before and after all others."""
    before = yardstick()
    yield from _measured()
    yield (
        "for comparison, before and after all of this: `ast.unparse(ast.parse(...))` of Python's argparse.py",
        f"{before:.0f} ms and {yardstick():.0f} ms of processor time",
    )


def _measured() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder, players("exact", Path(folder)) as playing:
        for profile, many in (("quick", 200), ("deep", 100)):
            plans = drawn_plans(profile, many, seed=1)
            forgiving(playing.play, plans[0])  # what is made once is made here
            mean = sum(_best_of_three(playing.play, plan) for plan in plans) / many
            yield (
                f"one drawn plan against `exact` in process, {profile} (mean of {many}, best of three)",
                f"{mean * 1000:.0f} ms of processor time",
            )
    plan = Plan((), read_target("exact"), jobs=2)
    with _Stopwatch() as watch:
        played = Search(plan=plan).run(generated("quick", 1000, 1))
    yield "1,000 drawn plans with `--jobs 2`", watch.told(played.runs)
    with _Stopwatch() as watch:
        worlds = Search(plan=plan).worlds([1, 2, 3], 2, sweep=False)
        plans = [scenario for world in worlds.values() for scenario in world]
        tally = Search(plan=plan).run(listed(plans))
    yield (
        "`--exhaustive --faults 2 --jobs 2`: singles and pairs, 1 to 3 blocks",
        f"{tally.runs:,} runs, {tally.statuses[Status.HELD]:,} of them held; {watch.told(tally.runs)}",
    )
    yield from _stories()


def _best_of_three(play: Play, plan: Scenario) -> float:
    """Seconds of processor time; on a shared machine others only ever slow down what is measured."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        forgiving(play, plan)
        spent.append(time.process_time() - began)
    return min(spent)


class _Stopwatch:
    """Time on the clock, and processor time of this process and of the workers that it has ended."""

    def __enter__(self) -> _Stopwatch:
        self._clock, self._spent = time.perf_counter(), self._processor()
        return self

    def __exit__(self, *_: object) -> None:
        self.clock = time.perf_counter() - self._clock
        self.spent = self._processor() - self._spent

    @staticmethod
    def _processor() -> float:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in usages)

    def told(self, runs: int) -> str:
        free = runs / self.spent * 2
        return (
            f"{self.spent:.0f} s of processor time ({free:.0f} runs a second if two cores are free), "
            f"{self.clock:.0f} s on the clock"
        )


def _stories() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder, players("plain", Path(folder)) as playing:
        campaign = Campaign(playing.play)
        campaign.generated(PROFILES["quick"], 60, at=3)
        steps = sorted(size(failure.scenario) for failure in campaign.tally.failures.values())
    yield (
        f"the {len(steps)} distinct failures of `plain` in 60 drawn plans, shrunk",
        f"at most {steps[-1]} steps, half of them at most {steps[len(steps) // 2]}",
    )


def recorded(folder: Path) -> Iterator[str]:
    """The long search, added up from what its parts printed."""
    runs, seconds, parts = 0, 0, 0
    statuses: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    failures: set[str] = set()
    for path in sorted(folder.glob("shard-*.txt")):
        text = path.read_text(encoding="utf-8")
        found = re.search(r"^(\d+) of \d+ runs \((.*?)\) in (\d+) s", text, flags=re.MULTILINE)
        if found is None:
            continue
        parts, runs, seconds = parts + 1, runs + int(found[1]), seconds + int(found[3])
        statuses.update({word: int(times) for times, word in re.findall(r"(\d+) (\w+)", found[2])})
        reached = re.search(r"^Reached: (.*)\.$", text, flags=re.MULTILINE)
        marks.update(
            {name: int(times) for name, times in re.findall(r"([^,(][^(]*?) \((\d+)\)", reached[1])}
            if reached
            else {}
        )
        failures |= set(re.findall(r"^(?:BROKEN|EXPOSED|FLAKY)  (.*?) \(met", text, flags=re.MULTILINE))
    commit = (folder / "commit").read_text(encoding="utf-8").strip()
    counted = ", ".join(f"{times:,} {word}" for word, times in statuses.most_common())
    yield f"- {runs:,} runs: {counted}; {seconds / 60:.0f} minutes of one worker"
    command = "qbharness explore --examples 100000 --seed 1 --shard K/200"
    said = f"- `{command}`, {parts} of the 200 parts, at commit {commit}"
    yield from textwrap.wrap(said, 120, subsequent_indent="  ")
    yield f"- {machine()}"
    yield f"- accused: {', '.join(sorted(failures)) or 'never'}"
    shown = ", ".join(f"{name.strip(' ,')} {times:,}" for name, times in marks.most_common())
    yield from textwrap.wrap(f"- reached: {shown}", 120, subsequent_indent="  ")


def put(name: str, lines: list[str]) -> None:
    """Replace what stands between two comments of the page."""
    text = PAGE.read_text(encoding="utf-8")
    body = "\n".join(lines)
    text = re.sub(
        rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)",
        lambda found: f"{found[1]}\n{body}\n\n{found[2]}",
        text,
        flags=re.DOTALL,
    )
    PAGE.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--record"]:
        lines = list(recorded(Path(arguments[1])))
        put("long search", lines)
        sys.stdout.write("\n".join(lines) + "\n")
        return
    lines = ["| what | figure |", "| --- | --- |"]
    for name, figure in measured():
        lines.append(f"| {name} | {figure} |")
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
        if "--write" in arguments:
            # as they come: the last ones take minutes, and what is measured is not to be lost
            put("figures", [*lines, "", f"{machine()}."])


if __name__ == "__main__":
    main(sys.argv[1:])
