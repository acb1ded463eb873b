"""``qbharness explore``: search for lost and doubled hours, and write each bug as its shortest story."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from qbharness.cli.options import CONSENT, JOBS, STRICT, TARGET

if TYPE_CHECKING:
    from qbharness.cli.explore_told import Rechecked
    from qbharness.explore.campaign import Tally
    from qbharness.explore.progress import Progress
    from qbharness.explore.search import Batch, Search
    from qbharness.running import Plan
    from qbharness.scenario.model import Scenario
    from qbharness.targets.model import TargetFile

_TIME = re.compile(r"(\d+)([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


def _duration(_ctx: click.Context, _param: click.Parameter, text: str) -> float | None:
    found = _TIME.fullmatch(text)
    if text and not found:
        raise click.BadParameter("write 30s, 10m or 1h.")
    return float(found[1]) * _SECONDS[found[2]] if found else None


def _part(_ctx: click.Context, _param: click.Parameter, text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise click.BadParameter("write 2/8 for the second of eight parts.")
    return int(found[1]), int(found[2])


def _range(_ctx: click.Context, _param: click.Parameter, text: str) -> range:
    found = re.fullmatch(r"([1-3])(?:\.\.([1-3]))?", text)
    if not found or (found[2] and found[1] > found[2]):
        raise click.BadParameter("write 2 or 1..3.")
    return range(int(found[1]), int(found[2] or found[1]) + 1)


def _faults(_ctx: click.Context, _param: click.Parameter, text: str) -> int:
    if text not in {"1", "2", "1..2"}:
        raise click.BadParameter("write 1 (singles) or 2 (singles, and pairs of effects too).")
    return int(text[-1])


@click.command("explore")
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@TARGET
@click.option("--examples", type=click.IntRange(1), default=None, help="Play so many drawn plans.")
@click.option(
    "--for", "seconds", default="", callback=_duration, metavar="10m", help="Begin no plan after so long."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Which plans are drawn.")
@JOBS
@click.option(
    "--profile", type=click.Choice(["quick", "deep"]), default="quick", help="How large the worlds are."
)
@click.option(
    "--focus", default="", metavar="TEXT", help="Only plans with a step, fault, call or switch TEXT."
)
@click.option(
    "--shard", default="1/1", callback=_part, metavar="K/N", help="Only the K-th of N parts, for CI matrices."
)
@click.option(
    "--exhaustive", is_flag=True, help="Place every fault in small worlds instead of drawing plans."
)
@click.option(
    "--blocks", default="1..3", callback=_range, metavar="A..B", help="Exhaustive: worlds of so many blocks."
)
@click.option(
    "--faults", default="1", callback=_faults, metavar="1..2", help="Exhaustive: singles, or pairs too."
)
@click.option("--sweep", is_flag=True, help="Exhaustive: under every value of every switch.")
@click.option("--resume", is_flag=True, help="Exhaustive: go on where the last search was cut short.")
@click.option("--show-reached", is_flag=True, help="Print which fault struck which call, how often.")
@click.option("--require-reached", is_flag=True, help="A state that was never visited is not green.")
@click.option("--restart-each", is_flag=True, help="Start the server afresh for each run, instead of reset.")
@STRICT
@CONSENT
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[str, ...], **options: Any) -> None:
    """Search for lost and doubled hours: drawn plans, or every placement of faults in small worlds.

    FILEs are scenarios that are played first. Each bug is written as its shortest story under
    .qbharness/failures, and played again before the next search.
    """
    from qbharness.explore import crashes  # noqa: PLC0415 - --help stays light

    try:
        code = _explore(paths, options, _how(ctx, paths, options))
    except crashes.Crashed as crash:
        path = crashes.save(crash, _how(ctx, paths, options))
        click.echo(f"The plan on which qbharness itself failed is kept: {path}", err=True)
        raise
    raise click.exceptions.Exit(code)


def _explore(paths: tuple[str, ...], options: dict[str, Any], how: str) -> int:
    from qbharness.cli import explore_told as told  # noqa: PLC0415 - --help stays light
    from qbharness.explore.campaign import Tally  # noqa: PLC0415

    search = _search(options)
    again = _recheck(search, strict=options["strict"])
    lane = ("sweep" if options["sweep"] else "exhaustive") if options["exhaustive"] else options["profile"]
    batches, planned = _plans(paths, options, search)
    if planned == 0:
        click.echo("This part has no plans: there are fewer batches than parts.")
        return told.exit_code_of(again)
    progress = _progress(options, paths, batches, search.plan.target) if options["exhaustive"] else None
    clock = told.Clock(options["seconds"], planned, click.echo)
    found = Tally() if progress is None else progress.before
    where = search.plan.target.name, options["target_name"], how
    try:
        complete = _played(search, clock, batches, progress, found)
    except Exception:
        _keep(found, *where, shrunk=False)  # what was found until then is not lost with what failed
        raise
    for line in (*told.summary(found, clock, planned=planned), *told.reached(found.reached, lane)):
        click.echo(line)
    if options["show_reached"]:
        click.echo("\n".join(told.table(found.reached)))
    _keep(found, *where, shrunk=not found.interrupted)
    return told.exit_code(
        found,
        lane,
        again,
        strict=options["strict"],
        require_reached=options["require_reached"],
        complete=complete,
    )


def _search(options: dict[str, Any]) -> Search:
    """How the plans are played, when everything that was given makes sense together."""
    from qbharness.explore.focus import check_focus  # noqa: PLC0415 - --help stays light
    from qbharness.explore.search import Search  # noqa: PLC0415
    from qbharness.running import Plan  # noqa: PLC0415
    from qbharness.targets.guard import check_target  # noqa: PLC0415
    from qbharness.targets.reader import read_target  # noqa: PLC0415
    from qbharness.today import read_today  # noqa: PLC0415

    check_focus(options["focus"])
    _check_given(options)
    target = read_target(options["target_name"])
    check_target(target, consume_real_queue=options["consume_real_queue"])
    plan = Plan(
        (),
        target,
        jobs=options["jobs"],
        consume_real_queue=options["consume_real_queue"],
        today=read_today(os.environ),
    )
    _check_together(options, plan)
    return Search(plan=plan, restart_each=options["restart_each"])


def _keep(found: Tally, target: str, given: str, how: str, *, shrunk: bool) -> None:
    """Write a file for each failure, and tell it; ``given`` is the target as it was named."""
    from qbharness.cli import explore_told as told  # noqa: PLC0415 - --help stays light
    from qbharness.explore import failures  # noqa: PLC0415

    for failure in found.failures.values():
        path = failures.write(failure, target, how, shrunk=shrunk)
        replay = shlex.join(["qbharness", "replay", str(path), "--target", given])
        lines = told.failure(failure, str(path), replay, shrunk=shrunk and not failure.flaky)
        click.echo("\n".join(lines))


def _played(
    search: Search, clock: Any, batches: Iterable[Batch], progress: Progress | None, found: Tally
) -> bool:
    """The search itself, on top of what one that was cut short had ``found``; whether nothing is left."""
    from attrs import evolve  # noqa: PLC0415 - --help stays light

    search = evolve(search, heard=clock.heard, go_on=clock.go_on)
    if progress is None:
        search.run(batches, found)
        return True
    if progress.done:
        clock.resumed(found.runs)
        click.echo(
            f"Resumed: {found.runs} runs were made before, with {len(found.failures)} distinct failures."
        )
    waiting = [batch for batch in batches if batch.number not in progress.done]
    left = {batch.number for batch in waiting}

    def finished(batch: Batch, part: Tally) -> None:
        progress.finished(batch, part)
        left.remove(batch.number)

    evolve(search, finished=finished).run(waiting, found)
    if left or found.interrupted:
        click.echo("Cut short; go on with --resume.")
    else:
        progress.forget()
    return not left


_DRAWN_ONLY = ("seed", "profile", "examples")
_PLACED_ONLY = ("blocks", "faults", "sweep", "resume")


def _check_given(options: dict[str, Any]) -> None:
    """An option of the other way to search would do nothing."""
    from qbsim.errors import UsageProblem  # noqa: PLC0415 - --help stays light

    context = click.get_current_context()
    for name in _DRAWN_ONLY if options["exhaustive"] else _PLACED_ONLY:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise UsageProblem(
                f"--{name} belongs to drawn plans; --exhaustive plays every placement."
                if options["exhaustive"]
                else f"--{name} belongs to --exhaustive."
            )


def _check_together(options: dict[str, Any], plan: Plan) -> None:
    """Options that exclude each other, and a server that several workers would share."""
    from qbsim.errors import UsageProblem  # noqa: PLC0415 - --help stays light

    if options["sweep"] and options["faults"] > 1:
        raise UsageProblem("--sweep places single faults; it can't be combined with --faults 2.")
    if plan.jobs > 1 and plan.target.start is None and plan.target.app is None:
        raise UsageProblem(
            f"The target {plan.target.name!r} is not started here, so --jobs would share one server.",
            cure="Use --jobs 1, or give the target file a start.",
        )


def _plans(
    paths: tuple[str, ...], options: dict[str, Any], search: Search
) -> tuple[Iterable[Batch], int | None]:
    """The batches of this part, and how many plans they hold; None: as many as there is time for."""
    from itertools import chain  # noqa: PLC0415 - --help stays light

    from attrs import evolve  # noqa: PLC0415

    from qbharness.explore import search as searching  # noqa: PLC0415
    from qbharness.explore.strategies import PROFILES  # noqa: PLC0415

    size = searching.BATCH if search.plan.target.app is not None else searching.SMALL_BATCH
    part, of = options["shard"]
    name = search.plan.target.name
    pinned = _pinned(paths)
    first = tuple(
        evolve(batch, number=-1 - batch.number) for batch in searching.listed(pinned if part == 1 else ())
    )
    if first:
        click.echo(f"Pinned: {len(pinned)} scenarios of your own are played first.")
    if options["exhaustive"]:
        plans = _worlds(options, search)
        mine = [*first, *searching.shard(searching.listed(plans, size=size), part, of)]
        planned = sum(batch.size for batch in mine)
        what = "effects under every switch" if options["sweep"] else _in_words(options["faults"])
        share = f" Part {part} of {of}: {planned} runs." if of > 1 else ""
        click.echo(f"Exploring {name}: {what}, {len(plans)} runs.{share}")
        return mine, planned
    many = options["examples"] or (None if options["seconds"] else PROFILES[options["profile"]].examples)
    drawn = searching.generated(options["profile"], many, options["seed"], size=size, focus=options["focus"])
    mine_drawn = searching.shard(drawn, part, of)
    counted = f"{many} drawn plans" if many else "drawn plans"
    share = f", part {part} of {of}" if of > 1 else ""
    click.echo(f"Exploring {name}: {counted} (profile {options['profile']}, seed {options['seed']}{share}).")
    if many is None:
        return chain(first, mine_drawn), None
    listed = [*first, *mine_drawn]
    return listed, sum(batch.size for batch in listed)


def _pinned(paths: tuple[str, ...]) -> tuple[Scenario, ...]:
    from qbharness.scenario.library import load  # noqa: PLC0415 - --help stays light
    from qbsim.errors import UsageProblem  # noqa: PLC0415

    found = load(paths) if paths else ()
    for scenario in found:
        if scenario.kind != "story":
            raise UsageProblem(
                f"{scenario.file}: {scenario.name!r} is a cleanup procedure, not a story.",
                cure="`qbharness rehearse` plays procedures.",
            )
    return tuple(found)


def _in_words(faults: int) -> str:
    return "every fault on every call" + (", and every pair of effects" if faults > 1 else "")


def _worlds(options: dict[str, Any], search: Search) -> tuple[Scenario, ...]:
    from qbharness.explore.focus import is_in_focus  # noqa: PLC0415 - --help stays light

    worlds = search.worlds(options["blocks"], options["faults"], sweep=options["sweep"])
    plans: tuple[Scenario, ...] = ()
    for name, world in worlds.items():
        mine = tuple(one for one in world if not options["focus"] or is_in_focus(one, options["focus"]))
        click.echo(f"  {name}: {len(mine)} runs")
        plans += mine
    return plans


def _progress(
    options: dict[str, Any], paths: tuple[str, ...], batches: Iterable[Batch], target: TargetFile
) -> Progress:
    from qbharness.explore.failures import FOLDER, id_of  # noqa: PLC0415 - --help stays light
    from qbharness.explore.progress import Progress  # noqa: PLC0415

    blocks, (part, of) = options["blocks"], options["shard"]
    lane = "sweep" if options["sweep"] else f"faults {options['faults']}"
    kind = f"{lane} blocks {min(blocks)} to {max(blocks)} part {part} of {of}"
    if options["focus"] or paths:
        kind = " ".join((kind, "focus", options["focus"], "with", *paths))
    path = FOLDER.parent / "progress" / f"{id_of(kind, target.name)}.ndjson"
    found = Progress(path, batches, target, resume=options["resume"])
    if options["resume"] and not found.done:
        click.echo("Nothing to resume: no search of these plans on this very target was cut short.")
    return found


_TIMES_OF_FLAKY = 3
"""How often a story is played that was once seen to differ."""


def _recheck(search: Search, *, strict: bool) -> Rechecked:
    """What earlier campaigns found on this target is played first; what is fixed is said."""
    import tempfile  # noqa: PLC0415 - only where something is kept
    from pathlib import Path  # noqa: PLC0415

    from qbharness.cli.explore_told import Rechecked  # noqa: PLC0415
    from qbharness.explore import failures  # noqa: PLC0415
    from qbharness.explore.campaign import forgiving  # noqa: PLC0415
    from qbharness.explore.players import Players  # noqa: PLC0415
    from qbharness.outcome import Status  # noqa: PLC0415

    kept = failures.kept(target=search.plan.target.name)
    if not kept:
        return Rechecked()
    accused = {Status.BROKEN, Status.EXPOSED} if strict else {Status.BROKEN}
    no_verdict = {Status.UNDETERMINED, Status.SKIPPED}
    words = {Status.HELD: "FIXED", Status.BROKEN: "STILL BROKEN", Status.EXPOSED: "STILL EXPOSED"}
    seen: set[Status] = set()
    click.echo("Failures of earlier searches, played again:")
    with (
        tempfile.TemporaryDirectory(prefix="qbharness-") as folder,
        Players(search.plan, Path(folder), restart_each=search.restart_each) as players,
    ):
        for name, scenario in kept:
            times = _TIMES_OF_FLAKY if failures.is_flaky(name) else 1
            outcomes = [players.excused(forgiving(players.play, scenario)) for _ in range(times)]
            worst = next((each for each in outcomes if each.status in accused), outcomes[-1])
            seen.add(worst.status)
            word = words.get(worst.status, worst.status.value)
            if times > 1 and worst.status is Status.HELD:
                word = f"NOT SEEN in {times} runs"
            why = f": {worst.reason}" if worst.status in no_verdict else ""
            click.echo(f"  {word}  {name}{why}")
    return Rechecked(broken=bool(seen & accused), unsure=bool(seen & no_verdict))


def _how(ctx: click.Context, paths: tuple[str, ...], options: dict[str, Any]) -> str:
    """The command that finds the same again, however many workers there were."""
    words = ["qbharness", "explore", *paths]
    for parameter in ctx.command.params:
        name = parameter.name or ""
        given = ctx.get_parameter_source(name)
        if not isinstance(parameter, click.Option) or name in {"jobs", "resume"}:
            continue
        if given is not click.core.ParameterSource.COMMANDLINE:
            continue
        words += [parameter.opts[-1]] if parameter.is_flag else [parameter.opts[-1], _written(options[name])]
    return shlex.join(words)


def _written(value: Any) -> str:
    match value:
        case range():
            return f"{value.start}..{value.stop - 1}"
        case tuple():
            return "/".join(map(str, value))
        case float():
            return f"{value:g}s"
        case _:
            return str(value)
