"""``qbharness connect``: the Web Connector's window on a terminal."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from qbharness.cli.exit_codes import BROKEN, HELD, UNDETERMINED

if TYPE_CHECKING:
    from qbharness.cli.connect_window import Window
    from qbsim.connector.events import Observer
    from qbsim.connector.qwc import Application
    from qbsim.connector.schedule import WebConnector
    from qbsim.connector.update import Result, User
    from qbsim.source import Source

_UPDATES: Final = 24
"""How many scheduled updates ``--every`` runs unless told otherwise."""
_LONGEST: Final = dt.timedelta(days=36_525)
"""The simulated clock ends with the year 9999."""


@click.command(short_help="Run one update of the fake Web Connector against a server.")
@click.argument("qwc", metavar="FILE.qwc", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--company",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The company file that is open in QuickBooks; made by `qbharness company new`.",
)
@click.option("--password-env", metavar="NAME", help="The environment variable that holds the password.")
@click.option("--every", metavar="MIN", type=click.IntRange(min=1), help="Update on a schedule, simulated.")
@click.option(
    "--updates",
    metavar="N",
    type=click.IntRange(min=1),
    help=f"With --every: for how many times MIN, else {_UPDATES}; a server may postpone updates.",
)
@click.option(
    "--log", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write a QWCLog.txt."
)
@click.option("--verbose", is_flag=True, help="Show every call, and write the log at VERBOSE.")
@click.option(
    "--lenient", is_flag=True, help="Take http and 127.0.0.1 in a .qwc for a server on this machine."
)
@click.option(
    "--ca",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificate authorities to trust (PEM).",
)
@click.option(
    "--target",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The server's target file; it may say `disposable: true`.",
)
@click.option("--consume-real-queue", is_flag=True, help="Also on a server elsewhere that is disposable.")
def command(
    qwc: Path,
    company: Path,
    password_env: str | None,
    every: int | None,
    updates: int | None,
    log: Path | None,
    verbose: bool,
    lenient: bool,
    ca: Path | None,
    target: Path | None,
    consume_real_queue: bool,
) -> None:
    """Run one update (or, with --every, a simulated day of them) and show what the real window shows.

    The server is real; QuickBooks is simulated, on a company file of ours. Ends with 0 when the update
    ended well, 1 when it did not, 6 when the server could not be reached or never answered.
    """
    from qbharness.targets.guard import (  # noqa: PLC0415 - --help stays quick
        consent_of,
        guard,
        refuse_a_login_in,
    )
    from qbsim.connector.qwc import read_qwc  # noqa: PLC0415
    from qbsim.source import Source  # noqa: PLC0415

    number = _number(every, updates)
    application = read_qwc(qwc.read_bytes(), file=str(qwc), lenient=lenient)
    refuse_a_login_in(application.url)
    guard(
        application.url,
        doing="take the waiting hours from",
        disposable=consent_of(target, application.url),
        consume_real_queue=consume_real_queue,
    )
    password = _password(password_env)
    source = Source()
    with _window(application, verbose=verbose) as window, ExitStack() as stack:
        observer = _observer(window, source, log, stack, verbose=verbose)
        connector = _connector(company, source, observer, ca, stack)
        connector.user = _clerk(window)
        connector.install(application, password)
        if every is None:
            connector.update_selected()
        else:
            interval = dt.timedelta(minutes=every)
            for _ in connector.auto_run(interval * number, every=interval):
                pass
        results = [result for _, result in connector.results]
        window.over(results)
    raise click.exceptions.Exit(_exit_code(results, unreachable=window.unreachable))


def _number(every: int | None, updates: int | None) -> int:
    """How many updates the schedule has; 1 without one."""
    if every is None:
        if updates is not None:
            raise click.UsageError("--updates counts the updates of a schedule: give --every as well.")
        return 1
    number = updates or _UPDATES
    if every * number > _LONGEST // dt.timedelta(minutes=1):
        raise click.UsageError(f"{number:,} updates {every:,} minutes apart take more than a hundred years.")
    return number


def _password(variable: str | None) -> str | None:
    """The password from the environment; typed without echo at a terminal; else none (QBWC1030)."""
    if variable is not None:
        if variable not in os.environ:
            raise click.UsageError(f"The environment has no variable {variable}.")
        return os.environ[variable]
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, default="", show_default=False))
    click.echo("No password was given: use --password-env NAME, or a terminal to type it on.", err=True)
    return None


@contextmanager
def _window(application: Application, *, verbose: bool) -> Iterator[Window]:
    from qbharness.cli.connect_window import Window  # noqa: PLC0415

    with Window(application, verbose=verbose) as window:
        yield window


def _clerk(window: Window) -> User:
    from qbharness.cli.connect_window import Clerk  # noqa: PLC0415

    return Clerk(window)


def _observer(
    window: Window, source: Source, log: Path | None, stack: ExitStack, *, verbose: bool
) -> Observer:
    from qbsim.connector.codes import CODES  # noqa: PLC0415
    from qbsim.connector.events import Observers  # noqa: PLC0415
    from qbsim.connector.log import QwcLog  # noqa: PLC0415
    from qbsim.errors import UsageProblem  # noqa: PLC0415

    if log is None:
        return window
    try:
        file = stack.enter_context(log.open("w", encoding="utf-8", newline=""))
    except OSError as trouble:
        raise UsageProblem(
            CODES["QBWC1033"].shown(), cure=f"The file is {log}: {trouble.strerror}."
        ) from trouble
    return Observers(QwcLog(file.write, source, level="VERBOSE" if verbose else "DEBUG"), window)


def _connector(
    company: Path, source: Source, observer: Observer, ca: Path | None, stack: ExitStack
) -> WebConnector:
    from qbsim.connector.schedule import WebConnector  # noqa: PLC0415
    from qbsim.connector.transport import HttpTransport  # noqa: PLC0415
    from qbsim.quickbooks import CompanyFile, QuickBooks  # noqa: PLC0415
    from qbsim.switches import Switches  # noqa: PLC0415

    switches = Switches()
    opened = CompanyFile.open(company, source=source, switches=switches)
    stack.callback(opened.close)
    quickbooks = QuickBooks(opened, source, switches)
    transport = stack.enter_context(HttpTransport(ca=ca))
    return WebConnector(quickbooks.request_processor, transport, source, switches, observer)


def _exit_code(results: list[Result], *, unreachable: bool) -> int:
    if results and all(result.ok for result in results):
        return HELD
    return UNDETERMINED if unreachable else BROKEN
