"""``qbharness rehearse``: is this cleanup procedure safe to advise?"""

from __future__ import annotations

import click

from qbharness.cli.options import CONSENT


@click.command("rehearse")
@click.argument("procedure_name", metavar="PROCEDURE")
@click.option(
    "--on", "incidents", multiple=True, required=True, metavar="INCIDENT...", help="Tried on these."
)
@click.argument("further", nargs=-1, metavar="")
@click.option(
    "--target",
    "target_name",
    default="plain",
    show_default=True,
    metavar="FILE|plain|exact",
    help="The server that the customer has.",
)
@click.option("--report", "reports", multiple=True, metavar="KIND=FILE[,...]", help="md=F or html=F.")
@CONSENT
def command(
    procedure_name: str,
    incidents: tuple[str, ...],
    further: tuple[str, ...],
    target_name: str,
    reports: tuple[str, ...],
    consume_real_queue: bool,
) -> None:
    """Try a cleanup procedure on a copy of an incident: SAFE (exit 0), UNSAFE (1), or no verdict (6).

    PROCEDURE and INCIDENT are files, folders or bundled names (`--on incidents`: on all of them).

    The incident is played to its bad state, then the procedure's steps, then two more updates; then the
    books are judged: is every Work Block's time in QuickBooks once?
    """
    import tempfile  # noqa: PLC0415 - --help stays light
    from pathlib import Path  # noqa: PLC0415

    from attrs import evolve  # noqa: PLC0415

    from qbharness.cli import exit_codes as codes  # noqa: PLC0415
    from qbharness.explore.players import Players  # noqa: PLC0415
    from qbharness.rehearsal import told  # noqa: PLC0415
    from qbharness.rehearsal.rehearse import Advice, rehearse  # noqa: PLC0415
    from qbharness.reports import each_once  # noqa: PLC0415
    from qbharness.running import Plan  # noqa: PLC0415
    from qbharness.scenario.library import load  # noqa: PLC0415
    from qbharness.targets.guard import check_target  # noqa: PLC0415
    from qbharness.targets.reader import read_target  # noqa: PLC0415

    target = evolve(read_target(target_name), expect_broken=())  # no excuses here
    check_target(target, consume_real_queue=consume_real_queue)
    plan = Plan((), target, consume_real_queue=consume_real_queue)
    files = [told.prepare(spec) for spec in each_once(reports)]
    pairs = [(p, i) for p in load([procedure_name]) for i in load([*incidents, *further])]
    with tempfile.TemporaryDirectory(prefix="qbharness-") as folder, Players(plan, Path(folder)) as players:
        rehearsals = tuple(rehearse(p, i, players.play, target=target.name) for p, i in pairs)
    for rehearsal in rehearsals:
        click.echo("\n".join(told.lines(rehearsal)))
        click.echo()
    for kind, path in files:
        told.write(rehearsals, kind, path)
    advice = {rehearsal.advice for rehearsal in rehearsals}
    if Advice.UNSAFE in advice:
        raise click.exceptions.Exit(codes.BROKEN)
    raise click.exceptions.Exit(codes.HELD if advice == {Advice.SAFE} else codes.UNDETERMINED)
