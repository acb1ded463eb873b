"""``qbharness run`` plays the whole library on both bundled servers, as processes, and ends as pinned.

The pins are those of the matrix: ``python tests/matrix/run.py --write`` writes them again.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from junitparser import Failure, JUnitXml
from matrix_support import checks_of, pinned


@pytest.mark.parametrize(("target", "code"), [("exact", 0), ("plain", 1)])
def test_every_story_ends_as_pinned(target: str, code: int, tmp_path: Path) -> None:
    report = tmp_path / "out.xml"
    command = ["run", "--target", target, "--jobs", "2", "--report", f"junit={report}"]
    done = subprocess.run(
        [sys.executable, "-m", "qbharness", *command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == code, done.stdout[-2000:] + done.stderr
    (suite,) = JUnitXml.fromfile(str(report))
    assert (suite.errors, suite.skipped) == (0, 0)
    broken = {
        f"{case.classname.rpartition('.')[2]}/{Path(case._elem.get('file')).stem}"
        for case in suite
        if any(isinstance(result, Failure) for result in case.result)
    }
    row = pinned()[target]
    assert broken == {story.removesuffix(".yaml") for story, cell in row.items() if checks_of(cell)}
    assert suite.tests == len(row)
