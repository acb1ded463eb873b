"""The examples that a newcomer begins with: copied, checked, followed to the letter."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qbharness.contract import PROMISES
from qbharness.targets.examples import copy_example
from qbharness.targets.layout import ABOUT, TARGET
from qbharness.targets.reader import bundled, read_target
from qbharness.targets.template import BLOCK_FIELDS, FILTERS
from qbsim.errors import UsageProblem

ROOT = Path(__file__).parents[2]


def test_an_example_is_copied_with_the_server_that_it_starts(tmp_path: Path) -> None:
    copies = copy_example("simple", tmp_path)
    assert [path.name for path in copies] == ["simple.yaml", "simple_server.py"]
    assert read_target(tmp_path / "simple.yaml") == read_target("simple")


def test_a_copy_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "simple_server.py").write_text("mine")
    with pytest.raises(UsageProblem, match="is there already"):
        copy_example("simple", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["simple_server.py"]


def test_an_example_that_does_not_exist_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageProblem, match="Did you mean 'simple'"):
        copy_example("simpel", Path())


def followed(block: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """One block of commands of the README, as a person would type them."""
    commands = re.findall(r"^\$ (.+)$", block, re.MULTILINE)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        cwd=folder,
        env={**os.environ, "PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_your_own_server_in_ten_minutes_goes_as_the_readme_says(tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text().split("## Your own server in ten minutes")[1].split("\n## ")[0]
    held, broken = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    first = followed(held, tmp_path)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "BROKEN" not in first.stdout
    second = followed(broken, tmp_path)
    assert second.returncode == 1, second.stdout + second.stderr
    assert "is in QuickBooks twice" in second.stdout


def test_the_page_on_targets_names_every_key_promise_operation_field_and_filter() -> None:
    page = (ROOT / "docs" / "targets.md").read_text()
    words = [*TARGET.keys, *ABOUT, *BLOCK_FIELDS, *bundled()]
    assert [each for each in words if f"`{each}`" not in page] == []
    assert [each for each in FILTERS if f"`{each}" not in page] == []
    rows = [
        f"| `{name}` | {promise.says} | {', '.join(f'`{each}`' for each in promise.words)} |"
        for name, promise in PROMISES.items()
    ]
    assert [row for row in rows if row not in page] == []
