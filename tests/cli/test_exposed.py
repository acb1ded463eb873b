"""What needs an undocumented fact, or a trouble that nobody must survive, is EXPOSED: listed, not red."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from junitparser import Failure, JUnitXml

DIES = "lost-answers/quickbooks-dies-after-it-committed"
NOT_ATOMIC = ("--set", "recovery_atomic=no")

RESTORED = """\
language: 1
scenario: The server is put back to its backup
why: What it knew since then is gone; no server can know better.
company:
  employees: [Jane Doe]
  customers: [Acme]
blocks:
  roof: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00}
steps:
  - update selected
  - restore server backup
  - update selected
"""


def run(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "qbharness", "run", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_without_strict_it_is_green_and_names_switch_value_certainty_and_source() -> None:
    code, said = run(DIES, *NOT_ATOMIC)
    assert code == 0, said
    assert "EXPOSED QuickBooks dies after it committed with recovery_atomic = no (adversarial)" in said
    assert "Only with recovery_atomic = no, which is adversarial (a second commit after that of" in said
    assert "1 scenario against exact: 1 EXPOSED" in said
    assert f"Reproduce with: qbharness run {DIES} --target exact --set recovery_atomic=no" in said


def test_with_strict_it_is_red_in_the_exit_code_and_in_junit(tmp_path: Path) -> None:
    report = tmp_path / "out.xml"
    code, said = run(DIES, *NOT_ATOMIC, "--strict", "--report", f"junit={report}")
    assert code == 1, said
    assert "EXPOSED" in said
    (suite,) = JUnitXml.fromfile(str(report))
    ((result,),) = [case.result for case in suite]
    assert isinstance(result, Failure)
    assert "recovery_atomic = no (adversarial)" in result.message


def test_what_is_broken_without_the_switch_too_is_broken() -> None:
    code, said = run(DIES, *NOT_ATOMIC, "--target", "plain")
    assert code == 1, said
    assert "1 scenario against plain: 1 BROKEN" in said


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 1)])
def test_a_trouble_that_nobody_demands_to_survive_is_told_with_its_reason(
    options: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    story = tmp_path / "restored.yaml"
    story.write_text(RESTORED)
    found, said = run(str(story), "--target", "plain", *options)
    assert found == code, said
    assert "1 EXPOSED" in said
    assert "Block roof is in QuickBooks twice" in said
    assert "the server was put back to a backup of its own" in said
