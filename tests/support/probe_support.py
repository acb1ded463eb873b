"""Plays `qbharness probe` against a running server, within the ten seconds that it may take."""

import re
import time
from pathlib import Path

from click.testing import CliRunner

from qbharness.cli import cli
from qbharness.probing.findings import CHECKS
from qbharness.targets.target import Connection

KNOWN = ("--password-env", "PW")
"""The password is known to the probe."""


def probe(
    connection: Connection, folder: Path, *more: str, by_qwc: bool = True
) -> tuple[int, dict[str, str]]:
    """The exit code, and verdict by check."""
    where = connection.url
    if by_qwc and connection.qwc:
        (folder / "server.qwc").write_text(connection.qwc)
        where = str(folder / "server.qwc")
    words = ["probe", where, "--user", connection.user, "--write", str(folder / "start.yaml"), *more]
    started = time.monotonic()
    result = CliRunner().invoke(cli, words, env={"PW": connection.password})
    assert time.monotonic() - started < 10
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    lines = re.findall(r"^  (\S.*?)  +(OK|BROKEN|SUSPICION|NOT TRIED)  ", result.output, re.MULTILINE)
    verdicts = {check: verdict.lower() for check, verdict in lines}
    assert set(verdicts) == set(CHECKS)
    return result.exit_code, verdicts
