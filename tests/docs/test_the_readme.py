"""What the README shows is what happens."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


def shown() -> str:
    """The text block that shows the lost answer."""
    blocks = re.findall(r"^```\n(.*?)^```$", README.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if block.startswith("BROKEN"))


def run(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program, *arguments = shlex.split(command)
    assert program == "qbharness"
    return subprocess.run(
        [sys.executable, "-m", "qbharness", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
    )


def test_the_story_of_the_lost_answer_is_told_as_the_readme_shows_it(tmp_path: Path) -> None:
    reproduce = re.search(r"Reproduce with: (.+)", shown())
    assert reproduce is not None
    done = run(reproduce[1], tmp_path)
    assert done.returncode == 1

    def story(text: str) -> str:
        # Where the file lies differs from machine to machine.
        return "\n".join(line.rstrip() for line in text.splitlines() if ".yaml:" not in line)

    assert story(shown()) in story(done.stdout)


def test_the_newcomers_path_goes_as_it_is_written(tmp_path: Path) -> None:
    text = README.read_text("utf-8")
    path = text[text.index("## Write a story") : text.index("## What else is in the box")]
    commands = re.findall(r"^\$ (.+)$", path, flags=re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["cp", "sed", "qbharness"]
    (tmp_path / "scenarios").symlink_to(README.parent / "scenarios")
    copy, change, play = commands
    for command in (copy, change):
        subprocess.run(shlex.split(command), cwd=tmp_path, check=True)
    done = run(play, tmp_path)
    assert done.returncode == 1
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", path, flags=re.MULTILINE | re.DOTALL)
    shown = [block for language, block in blocks if not language]
    assert len(shown) == 2
    assert [part for part in shown if part not in done.stdout] == []


@pytest.mark.parametrize("command", re.findall(r"`(qbharness [a-z]+)", README.read_text("utf-8")))
def test_every_command_that_the_readme_names_exists(command: str, tmp_path: Path) -> None:
    assert run(f"{command} --help", tmp_path).returncode == 0


def test_every_file_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#]+)\)", README.read_text("utf-8"))
    missing = [link for link in links if not (README.parent / link).exists()]
    assert links
    assert missing == []
