"""``qbharness lint``: read scenario files and say everything that is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qbharness.cli.exit_codes import NOTHING_SELECTED

if TYPE_CHECKING:
    from qbharness.scenario.model import Scenario


@click.command()
@click.argument("paths", nargs=-1)
def command(paths: tuple[str, ...]) -> None:
    """Read scenario files and report every mistake in them; nothing is run.

    PATHS are files, folders or names of the bundled library; without any: the whole library. Leaves with 4
    when there is a mistake, with 5 when there is nothing to read.
    """
    from qbharness.scenario.library import everything, load  # noqa: PLC0415 - --help stays quick

    scenarios = load(paths or everything())
    if not scenarios:
        click.echo("There is no scenario there.", err=True)
        raise click.exceptions.Exit(NOTHING_SELECTED)
    files = {scenario.file for scenario in scenarios}
    for scenario in scenarios:
        for remark in _remarks(scenario):
            click.echo(f"{scenario.place}: {remark}")
    click.echo(f"{_count(files, 'file')}, {_count(scenarios, 'scenario')}: no mistake.")


def _count(things: set[str] | tuple[object, ...], word: str) -> str:
    return f"{len(things)} {word}{'s' if len(things) != 1 else ''}"


def _remarks(scenario: Scenario) -> list[str]:
    """What is allowed and still worth a word."""
    remarks: list[str] = []
    if not scenario.why:
        remarks.append("It does not say `why`; whoever sees it fail will ask.")
    if scenario.kind == "story" and not scenario.blocks and not scenario.first_values():
        remarks.append("It has no block, so nothing can be delivered.")
    return remarks
