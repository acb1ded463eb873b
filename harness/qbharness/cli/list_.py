"""``qbharness list``: the scenarios by theme, each with the name that runs it."""

from __future__ import annotations

import itertools
from pathlib import Path

import click

from qbharness.cli.exit_codes import NOTHING_SELECTED


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--only", default="", metavar="TEXT", help="Only those with TEXT in their name.")
@click.option("--why", is_flag=True, help="Also say why each of them exists.")
def command(paths: tuple[str, ...], only: str, why: bool) -> None:
    """List the bundled scenarios and procedures, or those of PATHS (files, folders, bundled names).

    Leaves with 5 when there is none.
    """
    from qbharness.scenario.library import everything, load, shown_path  # noqa: PLC0415 - as in lint

    scenarios = load(paths or everything(), only=only)
    if not scenarios:
        click.echo("There is no such scenario.", err=True)
        raise click.exceptions.Exit(NOTHING_SELECTED)
    for theme, members in itertools.groupby(scenarios, key=lambda s: str(Path(shown_path(s)).parent)):
        click.echo(theme)
        for scenario in members:
            click.echo(f"  {Path(shown_path(scenario)).name}")
            click.echo(f"      {scenario.name}")
            if why and scenario.why:
                click.echo(click.wrap_text(scenario.why, 100, "      ", "      "))
    click.echo(f"{len(scenarios)} scenario{'s' if len(scenarios) != 1 else ''}.")
