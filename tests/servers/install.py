"""Installs the sync servers of the `servers` lane, each where it can be thrown away with the folder.

    QBHARNESS_SERVERS=.tox/servers/installed python tests/servers/install.py

Debian's packages (Redis, and Node where there is none) are installed as root only; quickbooks-js and
qbws come by npm, qwc by pip into a virtual environment of its own. A server that cannot be had here is
noted in `missing.json` with the reason: its tests are skipped with that reason, all others run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Final

NODE_PACKAGES: Final = ("quickbooks-js@1.0.0", "qbws@0.2.1")
QWC: Final = "qwc==0.0.1"
IMPORTS_OF_QWC: Final = "import spyne.application, spyne.protocol.soap, waitress, walrus, qwc.client"
MINUTE: Final = 60


class CannotHave(Exception):
    """Why a server cannot be had on this machine, in a sentence."""


def run(*command: str | Path, where: Path | None = None) -> None:
    """Run one step of an installation; five minutes are the most that it gets."""
    words = [str(word) for word in command]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            words,
            cwd=where,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=5 * MINUTE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotHave(f"{words[0]} {words[1]} took longer than five minutes.") from None
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise CannotHave(f"{' '.join(words[:4])} ended with {done.returncode}: {last}")


def debian(*packages: str, program: str) -> None:
    """See to it that ``program`` is there, by Debian's packages if need be."""
    if shutil.which(program):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotHave(f"{program} is not installed: apt-get install {' '.join(packages)}")
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def node(folder: Path) -> None:
    """Both npm packages, in ``folder``/node, without a lock file and without running their scripts."""
    home = folder / "node"
    if all((home / "node_modules" / package.partition("@")[0]).is_dir() for package in NODE_PACKAGES):
        return
    debian("nodejs", "npm", program="npm")
    home.mkdir(exist_ok=True)
    (home / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    run("npm", "install", *quiet, *NODE_PACKAGES, where=home)


def qwc(folder: Path) -> None:
    """Redis, and qwc in a virtual environment: what it needs is older than what we need."""
    debian("redis-server", program="redis-server")
    home = folder / "qwc"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", QWC)
    try:
        run(python, "-c", IMPORTS_OF_QWC)
    except CannotHave as wrong:
        version = ".".join(str(part) for part in sys.version_info[:2])
        raise CannotHave(f"{QWC} does not run on Python {version}: {wrong}") from None


SERVERS: Final[dict[str, Callable[[Path], None]]] = {"node": node, "qwc": qwc}


def main() -> int:
    folder = Path(os.environ["QBHARNESS_SERVERS"]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    missing: dict[str, str] = {}
    for name, install in SERVERS.items():
        try:
            install(folder)
        except CannotHave as reason:
            missing[name] = str(reason)
    (folder / "missing.json").write_text(json.dumps(missing, indent=1) + "\n", encoding="utf-8")
    for name in SERVERS:
        sys.stdout.write(f"{name}: {missing.get(name, 'installed')}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
