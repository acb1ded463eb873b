"""Installs what the servers from public registries need, once, beside their adapters."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

QUICKBOOKS_JS = Path(__file__).parents[1] / "servers" / "quickbooks_js"


def install_quickbooks_js() -> None:
    """``npm install`` in the adapter's folder, unless that was done before."""
    if (QUICKBOOKS_JS / "node_modules" / "quickbooks-js").is_dir():
        return
    npm = shutil.which("npm")
    assert npm is not None, "tox -e servers needs Node and npm"
    subprocess.run(
        [npm, "install", "--no-audit", "--no-fund", "--no-package-lock"],
        cwd=QUICKBOOKS_JS,
        check=True,
        timeout=300,
    )
