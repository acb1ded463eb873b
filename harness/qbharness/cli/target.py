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
