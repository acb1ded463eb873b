"""``expect_broken`` as a CI job meets it: a process, a target file, an exit code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qbharness.scenario.library import library

LOST = "lost-answers/the-answer-is-lost-after-quickbooks-committed"
MATCH = "work-blocks/hours-arrive-when-every-name-matches"
MARCH, APRIL = "1806364800", "1806624000"
"""2027-03-29 and 2027-04-01, in seconds since 1970."""


@pytest.fixture
def target(tmp_path: Path) -> Path:
    text = (library() / "targets" / "plain.yaml").read_text("utf-8")
    path = tmp_path / "old.yaml"
    path.write_text(re.sub(r"^name: plain$", "name: old", text, flags=re.MULTILINE))
    return path


def run(target: Path, expect_broken: str, *names: str, today: str = MARCH) -> tuple[int, str]:
    target.write_text(target.read_text() + f"\nexpect_broken:\n{expect_broken}\n")
    done = subprocess.run(
        [sys.executable, "-m", "qbharness", "run", *names, "--target", str(target)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": today},
    )
    return done.returncode, done.stdout + done.stderr


KNOWN = f"""\
  duplicate: The version of 2019 knows no recovery
  expectation: as duplicate
  until: 2027-03-31
  scenarios: [{LOST.partition("/")[2]}]"""


def test_a_known_failure_is_green_and_told(target: Path) -> None:
    code, said = run(target, KNOWN, LOST, MATCH)
    assert code == 0, said
    assert "known broken  The answer is lost after QuickBooks committed" in said
    assert "The version of 2019 knows no recovery" in said
    assert "1 HELD, 1 known broken" in said


def test_a_known_failure_that_is_repaired_makes_the_run_red(target: Path) -> None:
    code, said = run(target, KNOWN.replace(LOST.partition("/")[2], MATCH.partition("/")[2]), MATCH)
    assert code == 1, said
    assert "but it holds. Take that out of the target file." in " ".join(said.split())


def test_a_known_failure_whose_day_is_over_makes_the_run_red(target: Path) -> None:
    code, said = run(target, KNOWN, LOST, today=APRIL)
    assert code == 1, said
    assert "until 2027-03-31" in said
    assert "that day is over" in " ".join(said.split())
