"""Starting a server from a shell: options, the listening socket, the line that says where it is."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import Final

import click

from qbharness.servers.failpoints import NAMES
from qbharness.servers.problems import BadInput, CannotStart
from qbharness.servers.settings import Settings

_HOST: Final = "127.0.0.1"
_QUICK: Final = 16
"""scrypt's N on a disposable server: its passwords protect nothing."""


_EPILOG: Final = """\b
Example:
  export SECRET=...
  qbharness server exact --port 8080 --user office --password-env SECRET
"""


@click.command(context_settings={"help_option_names": ["-h", "--help"]}, epilog=_EPILOG)
@click.argument("policy", default="plain")
@click.option("--policy", "policy_option", metavar="MODULE:CLASS", help="A policy of your own.")
@click.option(
    "--database",
    default="sqlite:///work-blocks.db",
    show_default=True,
    metavar="URL",
    help="Where the blocks are kept: sqlite:///FILE or postgresql://USER@HOST/NAME, with PGPASSWORD.",
)
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port on 127.0.0.1; 0 takes a free one.",
)
@click.option(
    "--company", default="Acme Time", show_default=True, metavar="NAME", help="Whose Work Blocks these are."
)
@click.option(
    "--user",
    "users",
    multiple=True,
    metavar="NAME",
    help="A Web Connector's user; may be given several times.",
)
@click.option(
    "--password-env",
    "password_names",
    multiple=True,
    metavar="VARIABLE",
    help="The environment variable that holds the password of the --user at the same place.",
)
@click.option("--allow-reset", is_flag=True, help="Open the test API: the data is disposable.")
@click.option(
    "--proof",
    type=click.Choice(["message_set", "marker"]),
    default="message_set",
    show_default=True,
    help="What settles a doubt; a marker is written into the notes (exact only).",
)
@click.option(
    "--session-minutes",
    default=30,
    show_default=True,
    type=click.IntRange(1, 1440),
    help="A session that was silent for so long no longer makes another user wait.",
)
@click.option(
    "--fail-at",
    type=click.Choice(NAMES),
    metavar="NAME",
    help=f"Die at this place: {', '.join(NAMES)}. Needs --allow-reset.",
)
def command(
    policy: str,
    policy_option: str | None,
    database: str,
    port: int,
    company: str,
    users: tuple[str, ...],
    password_names: tuple[str, ...],
    allow_reset: bool,
    proof: str,
    session_minutes: int,
    fail_at: str | None,
) -> None:
    """Start a bundled sync server (plain or exact) on the loopback interface."""
    if fail_at and not allow_reset:
        raise click.UsageError("--fail-at kills the server; it needs --allow-reset.")
    settings = Settings(
        policy=policy_option or policy,
        database=database,
        company=company,
        users=_accounts(users, password_names),
        allow_reset=allow_reset,
        password_cost=_QUICK if allow_reset else Settings().password_cost,
        session_minutes=session_minutes,
        proof=proof,
        fail_at=fail_at or "",
    )
    try:
        serve(settings, port)
    except (CannotStart, BadInput) as problem:
        raise click.ClickException(str(problem)) from None


def _accounts(users: tuple[str, ...], password_names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if not users:
        raise click.UsageError("Give at least one --user, and a --password-env for each.")
    if len(users) != len(password_names):
        raise click.UsageError("Give one --password-env for each --user, in the same order.")
    for name in password_names:
        if not os.environ.get(name):
            raise click.UsageError(f"The environment variable {name} is empty or not set.")
    return tuple((user, os.environ[name]) for user, name in zip(users, password_names, strict=True))


def serve(settings: Settings, port: int) -> None:
    """Run the server until it is asked to stop (SIGTERM, SIGINT); port 0 takes a free one.

    Raises CannotStart, before anything listens.
    """
    import uvicorn  # noqa: PLC0415 - `--help` needs none of these

    from qbharness.servers import log  # noqa: PLC0415
    from qbharness.servers.app import build  # noqa: PLC0415

    log.start()
    for stop in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops gracefully, then raises the signal once more: that is a clean end here.
        signal.signal(stop, lambda *_: sys.exit(0))
    app = build(settings)
    listener = _listen(port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        ws="none",
    )
    with listener:
        click.echo(f"listening on http://{_HOST}:{listener.getsockname()[1]}")
        sys.stdout.flush()
        uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the socket says that it speaks TCP: else each answer to a
    # client that delays its acknowledgements waits for 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        raise CannotStart(f"Port {port} cannot be used: {problem.strerror}.") from None
    return listener
