"""docs/rehearsals.md shows what happens, and its own procedure works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from qbharness.cli.rehearse import command

PAGE = (Path(__file__).parents[2] / "docs" / "rehearsals.md").read_text("utf-8")
TWICE = "the-same-hours-are-there-twice"


def advised(procedure: str, incident: str) -> str:
    return CliRunner().invoke(command, [procedure, "--on", incident]).output


def test_the_page_shows_what_the_command_prints() -> None:
    (shown,) = re.findall(r"^```\n(UNSAFE.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert advised("delete-both-entries-and-sync-again", TWICE) == shown


@pytest.mark.parametrize(
    ("procedure", "incident", "advice"),
    [
        (row[0], incident or TWICE, advice)
        for row in re.findall(r"^\| `([a-z-]+)` \| \w+ \| (.+?) \|$", PAGE, flags=re.MULTILINE)
        for advice, incident in [
            (row[1].split(":")[0].split()[0], TWICE),
            *re.findall(r"(SAFE) on `([a-z-]+)`", row[1]),
        ]
    ],
)
def test_every_row_of_the_table_is_so(procedure: str, incident: str, advice: str) -> None:
    assert advised(procedure, incident).split()[0] == advice


def test_the_procedure_of_the_page_is_safe(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    file = tmp_path / "own.yaml"
    file.write_text(text)
    assert advised(str(file), TWICE).startswith("SAFE")
    assert advised(str(file), "nobody-knows-whether-the-hours-arrived").startswith("STOPS")
