"""What ``qbharness lint`` and ``list`` print, as processes: all mistakes at once, place, caret and cure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from inline_snapshot import snapshot

BAD = """\
language: 1
scenario: Three mistakes
company:
  employes: [Jane Doe]
blocks:
  roof: {employee: Jane Doe, date: 2026-11-02, hours: 7.5}
steps:
  - update selcted
"""
GOOD = """\
language: 1
scenario: One block
why: It must arrive.
company: {employees: [Jane Doe]}
blocks:
  roof: {employee: Jane Doe, date: 2026-11-02, hours: 7:30}
steps:
  - update selected
"""


def qbharness(folder: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "qbharness", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=folder,
    )
    return done.returncode, done.stdout, done.stderr


def test_lint_of_good_files(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "quiet.yaml").write_text(GOOD.replace("why: It must arrive.\n", ""))
    assert qbharness(tmp_path, "lint", ".") == snapshot(
        (
            0,
            """\
quiet.yaml:1:1: It does not say `why`; whoever sees it fail will ask.
2 files, 2 scenarios: no mistake.
""",
            "",
        )
    )


def test_lint_of_a_bad_file_says_everything_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD)
    assert qbharness(tmp_path, "lint", "bad.yaml") == snapshot(
        (
            4,
            "",
            """\
error: bad.yaml:4:3: A company has no 'employes'. Did you mean 'employees'?
      employes: [Jane Doe]
      ^
bad.yaml:6:55: Decimal hours such as '7.5' are not taken. If you mean 7h30m, write 7:30.
      roof: {employee: Jane Doe, date: 2026-11-02, hours: 7.5}
                                                          ^
bad.yaml:8:5: There is no step 'update selcted'. Did you mean 'update selected'?
      - update selcted
        ^
""",
        )
    )


def test_list_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "good.yaml").write_text(GOOD)
    assert qbharness(tmp_path, "list", "mine", "--why") == snapshot(
        (
            0,
            """\
mine
  good.yaml
      One block
      It must arrive.
1 scenario.
""",
            "",
        )
    )


def test_progress_in_a_pipe_is_plain_lines(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(
        GOOD.replace("[Jane Doe]}", "[Jane Doe], customers: [Acme]}").replace(
            "Jane Doe, date", "Jane Doe, customer: Acme, date"
        )
    )
    code, said, complaint = qbharness(tmp_path, "run", "good.yaml", "good.yaml", "--target", "plain")
    assert (code, complaint) == (0, "")
    assert "\x1b" not in said
    assert "\r" not in said
    assert said.splitlines()[:2] == ["HELD          One block", ""]
