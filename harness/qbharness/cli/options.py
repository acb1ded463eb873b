"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from typing import Final

import click

TARGET: Final = click.option(
    "--target",
    "target_name",
    default="exact",
    show_default=True,
    metavar="FILE|plain|exact",
    help="The server to judge.",
)

CONSENT: Final = click.option(
    "--consume-real-queue",
    is_flag=True,
    help="Allow a server that is not on this machine, if its target file says disposable: true.",
)

JOBS: Final = click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Play on this many servers at once.",
)

STRICT: Final = click.option("--strict", is_flag=True, help="EXPOSED counts as broken.")
