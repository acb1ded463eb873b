"""``qbharness replay``: is a failure that was found once still there?"""

from __future__ import annotations

import click

from qbharness.cli.options import CONSENT


@click.command("replay")
@click.argument("name", metavar="FILE|ID")
@click.option(
    "--target", "target_name", default="exact", metavar="FILE|plain|exact", help="The server to judge."
)
@CONSENT
def command(name: str, target_name: str, consume_real_queue: bool) -> None:
    """Play a failure again: FIXED (exit 0), FAILED (1) or ERROR (6), with what happened step by step.

    FILE is a scenario file; ID the name of a failure that `qbharness explore` kept.
    """
    from qbharness.cli import exit_codes as codes  # noqa: PLC0415 - --help stays light
    from qbharness.explore.failures import find  # noqa: PLC0415
    from qbharness.history import StepTaken, UpdateEnded  # noqa: PLC0415
    from qbharness.outcome import Status  # noqa: PLC0415
    from qbharness.running import Plan, run  # noqa: PLC0415
    from qbharness.targets.guard import check_target  # noqa: PLC0415
    from qbharness.targets.reader import read_target  # noqa: PLC0415

    target = read_target(target_name)
    check_target(target, consume_real_queue=consume_real_queue)
    plan = Plan(tuple(find(name)), target, consume_real_queue=consume_real_queue)
    worst = codes.HELD
    for outcome in run(plan):
        for event in outcome.history:
            if isinstance(event, StepTaken):
                click.echo(f"  {event.at[11:19]}  {event.sentence}")
            elif isinstance(event, UpdateEnded):
                click.echo(f"  {event.at[11:19]}    the Web Connector shows: {event.shown or event.end}")
        word, code = {
            Status.HELD: ("FIXED", codes.HELD),
            Status.BROKEN: ("FAILED", codes.BROKEN),
            Status.KNOWN: ("FAILED", codes.BROKEN),
            Status.EXPOSED: ("EXPOSED", codes.HELD),
        }.get(outcome.status, ("ERROR", codes.UNDETERMINED))
        click.echo(f"{word}  {outcome.scenario.name}" + (f": {outcome.reason}" if outcome.reason else ""))
        worst = code if worst in {codes.HELD, codes.UNDETERMINED} and code else worst
    raise click.exceptions.Exit(worst)
