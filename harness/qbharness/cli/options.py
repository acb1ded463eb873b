"""Options that several commands share, so that they read the same everywhere."""

from __future__ import annotations

from typing import Final

import click


def _seconds(ctx: click.Context, param: click.Parameter, text: str) -> float:
    """A duration as scenarios write it (``90s``, ``2m``), as real seconds."""
    from qbharness.scenario.notation import Unreadable, read_duration  # noqa: PLC0415 - --help stays light

    try:
        return read_duration(text).total_seconds()
    except Unreadable as wrong:
        raise click.BadParameter(str(wrong), ctx, param) from None


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

STEP_LIMIT: Final = click.option(
    "--step-limit",
    callback=_seconds,
    default="1m",
    show_default=True,
    metavar="DURATION",
    help="Real time that one step may take; then there is no verdict.",
)

TIME_LIMIT: Final = click.option(
    "--time-limit",
    callback=_seconds,
    default="5m",
    show_default=True,
    metavar="DURATION",
    help="Real time that one scenario may take; then there is no verdict.",
)
