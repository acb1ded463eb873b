"""Runs a command beside a PostgreSQL server on loopback, made of Debian's package and thrown away.

    python tests/support/run_with_postgres.py pytest -m postgres

The command finds the server's URL in QBHARNESS_POSTGRES. As root the package is installed first if it
is missing, and the server runs as the user ``postgres`` (PostgreSQL refuses root).
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PROGRAMS = Path("/usr/lib/postgresql")


def programs() -> Path:
    """The folder of the newest installed PostgreSQL; installs Debian's package where it may."""
    found = _newest()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"]
        subprocess.run(install, check=True, env=environment)
        found = _newest()
    if found is None:
        sys.exit("PostgreSQL is not installed: apt-get install postgresql")
    return found


def _newest() -> Path | None:
    folders = [f for f in _PROGRAMS.glob("*/bin") if (f / "initdb").exists()]
    return max(folders, key=lambda f: int(f.parent.name.split(".")[0]), default=None)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A server with an empty cluster in ``folder``; gives its URL without a database name."""
    bin_folder, data, password = programs(), folder / "data", secrets.token_hex(16)
    port = _free_port()
    as_user: list[str] = []
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    secret = folder / "password"
    secret.write_text(password)
    if as_user:
        shutil.chown(secret, "postgres")
    secret.chmod(0o600)

    def run(*command: str) -> None:
        done = subprocess.run([*as_user, *command], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{command[0]} failed: {done.stdout}{done.stderr}")

    initdb = [str(bin_folder / "initdb"), "-D", str(data), "-U", "qbharness", "-A", "scram-sha-256"]
    run(*initdb, "--pwfile", str(secret), "-E", "UTF8", "--no-sync")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c fsync=off"
    control = [str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    run(*control, "-o", options, "start")
    try:
        yield f"postgresql://qbharness:{password}@127.0.0.1:{port}"
    finally:
        run(*control, "-m", "immediate", "stop")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="qbharness-postgres-") as name, postgres(Path(name)) as url:
        return subprocess.run(
            sys.argv[1:], env={**os.environ, "QBHARNESS_POSTGRES": url}, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
