"""``qbharness run``: play scenarios against a sync server and judge it."""

from __future__ import annotations

import click

from qbharness.cli.options import CONSENT, JOBS, STEP_LIMIT, STRICT, TARGET, TIME_LIMIT


@click.command("run")
@click.argument("paths", nargs=-1, metavar="[PATH|PATH:LINE]...")
@click.option("--only", default="", metavar="TEXT", help="Only scenarios whose name or file contains TEXT.")
@TARGET
@click.option("--set", "pins", multiple=True, metavar="SWITCH=VALUE", help="Set a switch for this run.")
@click.option("--seed", type=int, default=None, help="Overrides the seed of every scenario.")
@STRICT
@JOBS
@click.option("--fail-fast", is_flag=True, help="Stop at the first scenario that is not held.")
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="KIND=FILE[,...]",
    help="junit=F, html=F, ndjson=F or md=F; several with commas between.",
)
@click.option(
    "--schema",
    "schemas",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Judge every request by the XSDs of your own QuickBooks SDK as well, and report each disagreement.",
)
@STEP_LIMIT
@TIME_LIMIT
@CONSENT
def command(
    paths: tuple[str, ...],
    only: str,
    target_name: str,
    pins: tuple[str, ...],
    seed: int | None,
    strict: bool,
    jobs: int,
    fail_fast: bool,
    reports: tuple[str, ...],
    schemas: str | None,
    step_limit: float,
    time_limit: float,
    consume_real_queue: bool,
) -> None:
    """Play scenarios against a sync server and judge it.

    PATH is a scenario file, a folder of them, or the name of a bundled one ("lost-answers"); without a
    path the whole bundled library is played.
    """
    import os  # noqa: PLC0415 - --help stays light
    from pathlib import Path  # noqa: PLC0415

    from qbharness.cli.exit_codes import NOTHING_SELECTED  # noqa: PLC0415
    from qbharness.reports import each_once, make, terminal  # noqa: PLC0415
    from qbharness.running import Plan, run  # noqa: PLC0415
    from qbharness.scenario.library import load  # noqa: PLC0415
    from qbharness.targets.guard import check_target  # noqa: PLC0415
    from qbharness.targets.reader import read_target  # noqa: PLC0415
    from qbharness.today import read_today  # noqa: PLC0415
    from qbharness.world.watchdog import Limits  # noqa: PLC0415
    from qbsim.switches import Switches, parse_pin  # noqa: PLC0415

    target = read_target(target_name)
    switches = Switches(dict(parse_pin(pin) for pin in pins))
    found = load(paths, only=only)
    scenarios = tuple(one for one in found if one.kind == "story")
    if not scenarios:
        nothing = f"No scenario matches {only!r}." if only else "There is no scenario there."
        procedures = "These are procedures; `qbharness rehearse` tries them."
        click.echo(procedures if found else nothing, err=True)
        raise click.exceptions.Exit(NOTHING_SELECTED)
    check_target(target, consume_real_queue=consume_real_queue)
    writers = [make(spec, strict=strict) for spec in each_once(reports)]
    plan = Plan(
        scenarios,
        target,
        switches,
        seed=seed,
        jobs=jobs,
        fail_fast=fail_fast,
        limits=Limits(step_limit, time_limit),
        schemas=Path(schemas) if schemas else None,
        today=read_today(os.environ),
        consume_real_queue=consume_real_queue,
    )
    outcomes = run(plan, [terminal(), *writers])
    raise click.exceptions.Exit(exit_code(outcomes, strict=strict))


def exit_code(outcomes: tuple[object, ...], *, strict: bool) -> int:
    """The worst of what was found, as the exit code that CI is promised."""
    from qbharness.cli import exit_codes as codes  # noqa: PLC0415
    from qbharness.outcome import Outcome, Status  # noqa: PLC0415

    found = {outcome.status for outcome in outcomes if isinstance(outcome, Outcome)}
    if Status.BROKEN in found or (strict and Status.EXPOSED in found):
        return codes.BROKEN
    if Status.UNDETERMINED in found:
        return codes.UNDETERMINED
    if found <= {Status.SKIPPED}:
        return codes.NOTHING_SELECTED
    return codes.HELD
