from __future__ import annotations

import subprocess
import sys

import pytest

from qbharness.cli import COMMANDS


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qbharness", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_imports_none_of_them() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from qbharness.cli import cli; "
        "print(CliRunner().invoke(cli, ['--help']).output); "
        "heavy = {'lxml', 'httpx', 'attrs', 'ruamel', 'hypothesis', 'rich', 'xmlschema'}; "
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert all(name in shown for name in COMMANDS)
    assert "heavy: []" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_of_its_own(name: str) -> None:
    done = run(name, "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


def test_a_misspelt_command_is_a_usage_error() -> None:
    assert run("ruhn").returncode == 4
