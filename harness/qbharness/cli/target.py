"""``qbharness target``: check a target file, print its schema, list the bundled ones."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

import click

from qbharness.cli.exit_codes import UNDETERMINED

_COLOURS: Final = {"works": "green", "fails": "red", "not said": "bright_black"}


@click.group(short_help="Check target files: how to reach, start and steer your own server.")
def command() -> None:
    """A target file says how to reach, start, steer and judge one sync server."""


@command.command("check")
@click.argument("target_name", metavar="FILE|NAME")
@click.option(
    "--consume-real-queue",
    is_flag=True,
    help="Allow a server that is not on this machine, if its target file says disposable: true.",
)
def check(target_name: str, consume_real_queue: bool) -> None:
    """Try each operation of a target once, on a scratch block, and say what works and why not.

    Ends with 0 if everything that the file says works, 6 if something does not.
    """
    from qbharness.targets.checking import check_target_by_trying  # noqa: PLC0415 - --help stays quick
    from qbharness.targets.guard import check_target  # noqa: PLC0415
    from qbharness.targets.reader import read_target  # noqa: PLC0415
    from qbharness.targets.target import Target  # noqa: PLC0415

    file = read_target(target_name)
    check_target(file, consume_real_queue=consume_real_queue)
    failed = False
    with tempfile.TemporaryDirectory(prefix="qbharness-") as folder:
        target = Target(
            file, folder=Path(folder), environment=os.environ, consume_real_queue=consume_real_queue
        )
        with target:
            if file.start or file.app:
                _tell("start", "works", "")
            for tried in check_target_by_trying(target):
                _tell(tried.operation, tried.outcome, tried.why)
                failed = failed or tried.outcome == "fails"
    if failed:
        raise click.exceptions.Exit(UNDETERMINED)


def _tell(operation: str, outcome: str, why: str) -> None:
    first, *rest = why.splitlines() or [""]
    shown = click.style(f"{outcome:8}", fg=_COLOURS[outcome])
    click.echo(f"  {operation:26}  {shown}  {first}".rstrip())
    for line in rest:
        click.echo(f"{'':40}{line}")


@command.command("schema")
def schema() -> None:
    """Print the JSON schema of target files, for editors."""
    from qbharness.targets.schema import schema_text  # noqa: PLC0415

    click.echo(schema_text(), nl=False)


@command.command("list")
def list_() -> None:
    """List the bundled target files."""
    from qbharness.targets.reader import bundled, read_target  # noqa: PLC0415

    for name, path in bundled().items():
        click.echo(f"{name:14}  {read_target(path).about}")


@command.command("example")
@click.argument("name", metavar="NAME")
@click.option(
    "--into",
    "folder",
    default=".",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where to put the copies; the current folder unless said.",
)
def example(name: str, folder: Path) -> None:
    """Copy a bundled target file, and the server that it starts, to begin your own with.

    A file that is there already is left alone (exit 4).
    """
    from qbharness.targets.examples import copy_example  # noqa: PLC0415 - --help stays quick

    for path in copy_example(name, folder):
        click.echo(f"Wrote {path}")


@command.command("verdicts")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--write",
    "page",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page there instead of printing it.",
)
def verdicts(names: tuple[str, ...], page: Path | None) -> None:
    """Play the bundled library against the bundled targets and make one table of the verdicts."""
    from qbharness.running import Plan, run  # noqa: PLC0415 - --help stays quick
    from qbharness.scenario.library import load  # noqa: PLC0415
    from qbharness.targets.guard import check_target  # noqa: PLC0415
    from qbharness.targets.reader import bundled, read_target  # noqa: PLC0415
    from qbharness.verdict_table import verdict_page  # noqa: PLC0415

    stories = tuple(one for one in load(()) if one.kind == "story")
    columns = []
    for name in names or tuple(bundled()):
        file = read_target(name)
        check_target(file, consume_real_queue=False)
        click.echo(f"{len(stories)} stories against {name} ...", err=True)
        columns.append((file, run(Plan(stories, file))))
    text = verdict_page(columns)
    if page is None:
        click.echo(text, nl=False)
    else:
        page.write_text(text, encoding="utf-8")
