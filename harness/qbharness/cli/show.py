"""``qbharness show``: a scenario told in plain English."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from qbharness.scenario.telling import Story

_WIDTH = 100


@click.command()
@click.argument("paths", nargs=-1, required=True)
def command(paths: tuple[str, ...]) -> None:
    """Tell scenarios in plain English, step by step.

    PATHS are files (FILE:LINE for one row of a table), folders or names of the bundled library.
    """
    from qbharness.scenario.library import load  # noqa: PLC0415 - --help stays quick
    from qbharness.scenario.telling import tell  # noqa: PLC0415

    for number, scenario in enumerate(load(paths)):
        if number:
            click.echo("")
        _print(tell(scenario))


def _print(story: Story) -> None:
    click.echo(story.title)
    if story.why:
        click.echo(click.wrap_text(story.why, _WIDTH, "  ", "  "))
    _section("What is there", [f"  - {sentence}" for sentence in story.given])
    lines: list[str] = []
    number = 0
    for depth, sentence in story.steps:
        if depth == 0:
            number += 1
            lines.append(f"  {number}. {sentence}")
        else:
            lines.append(f"  {'   ' * depth}- {sentence}")
    _section("What happens", lines)
    _section("What must be true at the end", [f"  - {sentence}" for sentence in story.must])


def _section(title: str, lines: list[str]) -> None:
    if not lines:
        return
    click.echo(f"\n{title}:")
    for line in lines:
        said = line.lstrip()
        before = " " * (len(line) - len(said))
        below = before + " " * (said.index(" ") + 1)
        click.echo(click.wrap_text(said, _WIDTH, before, below))
