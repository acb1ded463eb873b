"""``qbharness replay``: is a failure that was found once still there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from qbharness.cli import exit_codes as codes
from qbharness.cli.options import CONSENT

if TYPE_CHECKING:
    from qbharness.outcome import Outcome

_WORDS: Final = {
    "HELD": ("FIXED", codes.HELD),
    "BROKEN": ("FAILED", codes.BROKEN),
    "EXPOSED": ("EXPOSED", codes.HELD),
}
"""What is said of a status, and its exit code; whatever else it is, there is no verdict."""


@click.command("replay")
@click.argument("name", metavar="FILE|ID")
@click.option(
    "--target", "target_name", default="exact", metavar="FILE|plain|exact", help="The server to judge."
)
@CONSENT
def command(name: str, target_name: str, consume_real_queue: bool) -> None:
    """Play a failure again: FIXED (exit 0), FAILED (1) or ERROR (6: no verdict), step by step.

    FILE is a scenario file; ID the name of a failure that `qbharness explore` kept below
    .qbharness/failures. What is only EXPOSED leaves with 0, as everywhere.
    """
    from attrs import evolve  # noqa: PLC0415 - --help stays light

    from qbharness.explore.failures import find  # noqa: PLC0415
    from qbharness.running import Plan, run  # noqa: PLC0415
    from qbharness.targets.guard import check_target  # noqa: PLC0415
    from qbharness.targets.reader import read_target  # noqa: PLC0415

    target = evolve(read_target(target_name), expect_broken=())  # no excuses here
    check_target(target, consume_real_queue=consume_real_queue)
    plan = Plan(tuple(find(name)), target, consume_real_queue=consume_real_queue)
    found = [_told(outcome) for outcome in run(plan)]
    if codes.BROKEN in found:
        raise click.exceptions.Exit(codes.BROKEN)
    raise click.exceptions.Exit(max(found, default=codes.NOTHING_SELECTED))


def _told(outcome: Outcome) -> int:
    """Print one outcome; returns its exit code."""
    from qbharness.reports.failure import short_reason  # noqa: PLC0415 - --help stays light
    from qbharness.reports.step_table import as_table, steps_of  # noqa: PLC0415
    from qbharness.reports.texts import title  # noqa: PLC0415

    word, code = _WORDS.get(outcome.status.name, ("ERROR", codes.UNDETERMINED))
    click.echo(f"{word}  {title(outcome.scenario)}")
    if reason := short_reason(outcome):
        click.echo(click.wrap_text(reason, 100, "  ", "  "))
    rows = steps_of(outcome.history)
    if rows:
        click.echo("")
        for line in as_table(rows):
            click.echo(f"  {line}".rstrip())
    click.echo("")
    return code
