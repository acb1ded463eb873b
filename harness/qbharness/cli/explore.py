"""``qbharness explore``: search for lost and doubled hours, and write each bug as its shortest story."""

from __future__ import annotations

import re
import shlex
import sys
from typing import TYPE_CHECKING

import click

from qbharness.cli.options import CONSENT, JOBS, STRICT

if TYPE_CHECKING:
    from qbharness.explore.campaign import Tally
    from qbharness.explore.search import Batch
    from qbharness.running import Plan

_TIME = re.compile(r"(\d+)([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


@click.command("explore")
@click.option(
    "--target", "target_name", default="exact", metavar="FILE|plain|exact", help="The server to judge."
)
@click.option("--examples", type=click.IntRange(1), default=None, help="Play so many drawn plans.")
@click.option("--for", "duration", default="", metavar="10m", help="Play drawn plans for so long.")
@click.option("--seed", type=int, default=0, help="Which plans are drawn.  [default: 0]")
@JOBS
@click.option(
    "--profile", type=click.Choice(["quick", "deep"]), default="quick", help="How large the worlds are."
)
@click.option("--focus", default="", metavar="TEXT", help="Keep only failures whose check contains TEXT.")
@click.option(
    "--shard", "shard_text", default="1/1", metavar="K/N", help="Only the K-th of N parts, for CI matrices."
)
@click.option(
    "--exhaustive", is_flag=True, help="Place every fault in small worlds instead of drawing plans."
)
@click.option("--blocks", default="1..3", metavar="A..B", help="Exhaustive: worlds of so many blocks.")
@click.option("--faults", type=click.IntRange(1, 2), default=1, help="Exhaustive: singles, or pairs too.")
@click.option("--resume", is_flag=True, help="Exhaustive: go on where the last search was cut short.")
@click.option("--show-reached", is_flag=True, help="Print which fault struck which call, how often.")
@click.option("--require-reached", is_flag=True, help="A state that was never visited is not green.")
@STRICT
@CONSENT
def command(
    target_name: str,
    examples: int | None,
    duration: str,
    seed: int,
    jobs: int,
    profile: str,
    focus: str,
    shard_text: str,
    exhaustive: bool,
    blocks: str,
    faults: int,
    resume: bool,
    show_reached: bool,
    require_reached: bool,
    strict: bool,
    consume_real_queue: bool,
) -> None:
    """Search for lost and doubled hours: drawn plans, or every placement of faults in small worlds."""
    from qbharness.explore import failures, search  # noqa: PLC0415 - --help stays light
    from qbharness.explore.strategies import PROFILES  # noqa: PLC0415
    from qbharness.running import Plan  # noqa: PLC0415
    from qbharness.targets.guard import check_target  # noqa: PLC0415
    from qbharness.targets.reader import read_target  # noqa: PLC0415

    target = read_target(target_name)
    check_target(target, consume_real_queue=consume_real_queue)
    plan = Plan((), target, jobs=jobs, consume_real_queue=consume_real_queue)
    part, of = _shard(shard_text)
    seconds = _seconds(duration)
    if exhaustive:
        batches = search.exhaustive(_range(blocks), faults)
        title = (
            f"every {'single fault' if faults == 1 else 'single fault and pair of effects'}, {blocks} blocks"
        )
    else:
        many = examples or (None if seconds else PROFILES[profile].examples)
        batches = search.generated(profile, many, seed)
        title = f"drawn plans ({profile}, seed {seed})"
    click.echo(f"Exploring {target.name}: {title}.")
    _recheck(plan)
    progress = search.Progress(
        failures.FOLDER.parent / f"exhaustive-{target.name}-{blocks}-{faults}-{part}of{of}.ndjson",
        fresh=not resume,
    )
    clock = _Clock(seconds)
    found = search.Search(
        plan,
        heard=clock.told,
        go_on=clock.go_on,
        done=progress.done if exhaustive else frozenset(),
        finished=progress.finished if exhaustive else _nothing,
    ).run(search.shard(batches, part, of))
    progress.forget()
    how = "qbharness " + shlex.join(sys.argv[1:])
    for key in [key for key in found.failures if focus.casefold() not in key.casefold()]:
        del found.failures[key]
    _tell(found, clock, show_reached=show_reached)
    for failure in found.failures.values():
        path = failures.write(failure, target.name, how)
        word = "EXPOSED" if failure.exposed else ("FLAKY" if failure.flaky else "BROKEN")
        click.echo(f"\n{word}  {failure.key} (after {failure.runs_before} runs): {failure.sentence}")
        click.echo(f"  the shortest story: {path}")
        click.echo(f"  Reproduce with: qbharness replay {path} --target {shlex.quote(target_name)}")
    raise click.exceptions.Exit(_code(found, strict=strict, require_reached=require_reached))


def _nothing(_: Batch) -> None:
    """Drawn plans need no memory: the seed is enough."""


class _Clock:
    """Real time: for the rate that people see, and for ``--for``."""

    def __init__(self, limit: float | None) -> None:
        from time import monotonic  # noqa: PLC0415 - the one clock of this command

        self._now = monotonic
        self._limit = limit
        self._start = self._said = monotonic()

    @property
    def seconds(self) -> float:
        return self._now() - self._start

    def go_on(self) -> bool:
        return self._limit is None or self.seconds < self._limit

    def told(self, tally: Tally) -> None:
        """A line every ten seconds."""
        if self._now() - self._said >= 10:
            self._said = self._now()
            click.echo(f"  {_counted(tally)}, {tally.runs / max(self.seconds, 0.001):.0f} runs a second")


def _counted(tally: Tally) -> str:
    shown = ", ".join(f"{times} {status.value}" for status, times in sorted(tally.statuses.items(), key=str))
    return f"{tally.runs} runs ({shown}), {len(tally.failures)} distinct failures"


def _tell(tally: Tally, clock: _Clock, *, show_reached: bool) -> None:
    click.echo(f"{_counted(tally)} in {clock.seconds:.0f} s.")
    for why, times in tally.unset.most_common(3):
        click.echo(f"  {times} could not be played: {why}")
    marks = tally.reached.marks
    click.echo("Reached: " + ", ".join(f"{name} ({times})" for name, times in marks.items() if times) + ".")
    if tally.reached.missing:
        click.echo("Never reached: " + ", ".join(tally.reached.missing) + ".")
    if show_reached:
        calls = sorted({call for call, _ in tally.reached.faults})
        for call in calls:
            struck = {word: n for (c, word), n in sorted(tally.reached.faults.items()) if c == call}
            click.echo(f"  {call:20} " + ", ".join(f"{word} {n}" for word, n in struck.items()))


def _recheck(plan: Plan) -> None:
    """What earlier campaigns found on this target is played first; what is fixed is said."""
    import tempfile  # noqa: PLC0415 - only where something is kept
    from pathlib import Path  # noqa: PLC0415

    from qbharness.explore import failures  # noqa: PLC0415
    from qbharness.explore.players import Players  # noqa: PLC0415
    from qbharness.outcome import Status  # noqa: PLC0415

    kept = failures.kept(target=plan.target.name)
    if not kept:
        return
    with tempfile.TemporaryDirectory(prefix="qbharness-") as folder, Players(plan, Path(folder)) as players:
        for name, scenario in kept:
            outcome = players.play(scenario)
            word = "FIXED" if outcome.status is Status.HELD else outcome.status.value
            click.echo(f"  {word}  {name}")


def _code(tally: Tally, *, strict: bool, require_reached: bool) -> int:
    from qbharness.cli import exit_codes as codes  # noqa: PLC0415 - --help stays light

    if any(strict or not failure.exposed for failure in tally.failures.values()):
        return codes.BROKEN
    if not tally.runs or (require_reached and tally.reached.missing):
        return codes.UNDETERMINED
    return codes.HELD


def _shard(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise click.BadParameter("write --shard 2/8 for the second of eight parts.", param_hint="--shard")
    return int(found[1]), int(found[2])


def _range(text: str) -> range:
    found = re.fullmatch(r"([1-3])(?:\.\.([1-3]))?", text)
    if not found:
        raise click.BadParameter("write --blocks 2 or --blocks 1..3.", param_hint="--blocks")
    return range(int(found[1]), int(found[2] or found[1]) + 1)


def _seconds(text: str) -> float | None:
    if not text:
        return None
    found = _TIME.fullmatch(text)
    if not found:
        raise click.BadParameter("write --for 30s, --for 10m or --for 1h.", param_hint="--for")
    return float(found[1]) * _SECONDS[found[2]]
