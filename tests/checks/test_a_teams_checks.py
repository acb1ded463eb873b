"""A check of a team of its own, from a distribution that is really installed: it is found, and it judges."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from junitparser import JUnitXml

MATCH = "work-blocks/hours-arrive-when-every-name-matches"

MODULE = """
from qbharness.checks.registry import broken, check


@check("no long days", "Nobody is sent with more than seven hours a day.", breaks="A landing of eight hours.")
def no_long_days(case):
    for landing in case.landings:
        if landing.hours.seconds > 7 * 3600:
            yield broken("too long", f"{landing.hours.as_sentence()} was sent.", events=[landing.entry.n])
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with one installed distribution, as pip leaves it."""
    folder = tmp_path / "site"
    info = folder / "team_checks-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: team-checks\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[qbharness.checks]\nteam = team_checks\n")
    (folder / "team_checks.py").write_text(MODULE)
    return folder


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qbharness", "run", MATCH, "--target", "plain", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(site)},
    )


def test_the_check_of_an_installed_distribution_breaks_a_run(site: Path, tmp_path: Path) -> None:
    report = tmp_path / "out.xml"
    done = run(site, "--report", f"junit={report}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no long days: Jane Doe, Acme:Roof, 2026-11-02, 7:30 was sent." in done.stdout
    (suite,) = JUnitXml.fromfile(str(report))
    assert [result.type for case in suite for result in case.result] == ["no long days"]


def test_it_judges_in_worker_processes_too(site: Path) -> None:
    assert run(site, "--jobs", "2").returncode == 1


def test_a_distribution_that_cannot_be_loaded_is_named(site: Path) -> None:
    (site / "team_checks.py").write_text("import nothing_of_that_name\n")
    done = run(site)
    assert done.returncode == 6
    assert "The plug-in team (team_checks) cannot be loaded" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
