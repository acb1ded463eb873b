"""``qbharness probe``: a first verdict on any server from its address alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from qbharness.cli.exit_codes import BROKEN

if TYPE_CHECKING:
    from qbharness.probing.findings import Finding
    from qbsim.connector.qwc import Application

_COLOURS: Final = {"ok": "green", "broken": "red", "suspicion": "yellow", "not tried": "bright_black"}
_STARTER: Final = "qb-target.yaml"


@click.command(short_help="Say from its address alone what is wrong with a sync server.")
@click.argument("where", metavar="URL|FILE.qwc")
@click.option("--user", default="", metavar="NAME", help="The Web Connector's user (a .qwc names it).")
@click.option("--password-env", metavar="VARIABLE", help="The environment variable that holds the password.")
@click.option(
    "--ca",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificate authorities to trust (PEM).",
)
@click.option(
    "--write",
    "target_file",
    default=_STARTER,
    show_default=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write a target file to start from; an existing one is left alone.",
)
@click.option(
    "--target",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The server's target file; it may say `disposable: true`.",
)
@click.option("--consume-real-queue", is_flag=True, help="Also on a server elsewhere that is disposable.")
def command(
    where: str,
    user: str,
    password_env: str | None,
    ca: Path | None,
    target_file: Path,
    target: Path | None,
    consume_real_queue: bool,
) -> None:
    """Ask a sync server what a stranger may ask, and (with the password) make three updates.

    QuickBooks is simulated and has every name that the server asks for. Takes less than 10 seconds;
    ends with 0 if nothing is broken, 1 if something is, 6 if nobody answers.
    """
    from qbharness.probing.evidence import Probe  # noqa: PLC0415 - --help stays quick
    from qbharness.probing.findings import findings  # noqa: PLC0415
    from qbharness.targets.guard import consent_of, guard, refuse_a_login_in  # noqa: PLC0415
    from qbsim.connector.transport import HttpTransport  # noqa: PLC0415

    def allow(url: str) -> None:
        disposable = consent_of(target, url)
        guard(url, doing="probe", disposable=disposable, consume_real_queue=consume_real_queue)
        refuse_a_login_in(url)

    if not target_file.parent.is_dir():
        raise click.UsageError(
            f"There is no folder {str(target_file.parent)!r} to write {target_file.name} into."
        )
    if not _is_file(where):
        allow(where)
    with HttpTransport(ca=ca) as transport:
        application = _application(where, user, transport)
        allow(application.url)
        found = findings(Probe(application, _password(password_env), transport).run())
    click.echo(f"{application.url} as {application.user or '(no user known)'}")
    _tell(found)
    qwc = where if where.endswith(".qwc") else ""
    if qwc and _is_file(where):  # the file that is written looks for it beside itself
        qwc = os.path.relpath(where, target_file.parent)
    _write_starter(target_file, application, qwc=qwc, variable=password_env)
    if any(finding.verdict == "broken" for finding in found):
        raise click.exceptions.Exit(BROKEN)


def _is_file(where: str) -> bool:
    return "://" not in where


def _password(variable: str | None) -> str | None:
    if variable is None:
        return None
    if variable not in os.environ:
        raise click.UsageError(f"The environment has no variable {variable}.")
    return os.environ[variable]


def _application(where: str, user: str, transport: object) -> Application:
    from attrs import evolve  # noqa: PLC0415

    from qbsim.connector.qwc import Application, read_qwc  # noqa: PLC0415

    if _is_file(where):
        path = Path(where)
        if not path.is_file():
            raise click.UsageError(f"There is no file {where!r}; an address begins with http:// or https://.")
        application = read_qwc(path.read_bytes(), file=where, lenient=True)
    elif where.split("?", maxsplit=1)[0].lower().endswith(".qwc"):
        application = read_qwc(_fetch(where, transport), file=where, lenient=True)
    else:
        application = Application(
            name="qbharness probe",
            url=where,
            description="",
            support_url=where,
            user="",
            owner_id="{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}",
            file_id="{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}",
        )
    return evolve(application, user=user) if user else application


def _fetch(url: str, transport: object) -> bytes:
    from qbsim.connector.wire import Exchange, TransportError  # noqa: PLC0415
    from qbsim.errors import SetUpProblem  # noqa: PLC0415

    try:
        reply = transport.send(Exchange(url, "qwc", method="GET", timeout=5.0))  # type: ignore[attr-defined]
    except TransportError as lost:
        raise SetUpProblem(f"{url} cannot be reached: {lost.detail or lost.text}.") from None
    if reply.status != 200:
        raise SetUpProblem(f"There is no .qwc at {url}: HTTP {reply.status}.")
    body: bytes = reply.body
    return body


def _tell(found: tuple[Finding, ...]) -> None:
    width = max(len(finding.check) for finding in found)
    for finding in found:
        verdict = click.style(f"{finding.verdict.upper():9}", fg=_COLOURS[finding.verdict])
        click.echo(f"  {finding.check:{width}}  {verdict}  {finding.sentence}")


def _write_starter(path: Path, application: Application, *, qwc: str, variable: str | None) -> None:
    from qbharness.probing.starter import starter  # noqa: PLC0415

    if path.exists():
        click.echo(f"{path} is there already; it was left alone.")
        return
    text = starter(url=application.url, user=application.user, qwc=qwc, variable=variable or "QB_PASSWORD")
    path.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {path}: a target file to start from.")
