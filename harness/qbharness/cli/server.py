"""``qbharness server``: start one of the two bundled sync servers.

The servers need packages that a customer's test environment may not have (extra ``server``), so this
module says which one is missing before it hands over to theirs.
"""

from __future__ import annotations

import importlib.util
from typing import Final

import click

from qbsim.errors import SetUpProblem

_NEEDED: Final = ("starlette", "uvicorn", "sqlalchemy", "python_multipart")


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Start one of the two bundled sync servers (plain or exact)."""
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise SetUpProblem(
            f"The bundled servers need packages that are not installed: {', '.join(missing)}.",
            cure="Run `pip install 'qbharness[server]'`.",
        )
    from qbharness.servers.command import command as server  # noqa: PLC0415

    server.main(list(arguments), prog_name="qbharness server", standalone_mode=False)
