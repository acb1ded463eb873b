"""``qbharness run --schema DIR``: the user's own XSDs beside ours, reported and never a verdict."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from junitparser import JUnitXml
from lxml import html

from qbharness.cli.schema import command as schema

MATCH = "work-blocks/hours-arrive-when-every-name-matches"


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    """A folder of schemas under Intuit's names, here made from ours."""
    folder = tmp_path / "schemas"
    for version in ("13.0", "16.0"):
        done = CliRunner().invoke(schema, ["export", "--version", version, "--output", str(folder)])
        assert done.exit_code == 0, done.output
    return folder


def run(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "qbharness", "run", MATCH, "--target", "plain", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def narrowed(folder: Path) -> None:
    """Their schemas know no customer of a time entry any more."""
    optional = '<xs:element ref="CustomerRef" minOccurs="0"/>'
    files = [file for file in folder.glob("*.xsd") if optional in file.read_text("utf-8")]
    assert files
    for file in files:
        file.write_text(file.read_text("utf-8").replace(optional, ""), "utf-8")


def test_schemas_that_agree_say_nothing(schemas: Path) -> None:
    code, said = run("--schema", str(schemas))
    assert code == 0, said
    assert "Your schemas" not in said


def test_a_disagreement_is_in_every_report_and_changes_no_verdict(schemas: Path, tmp_path: Path) -> None:
    narrowed(schemas)
    files = {kind: tmp_path / f"out.{kind}" for kind in ("junit", "md", "html")}
    reports = ",".join(f"{kind}={file}" for kind, file in files.items())
    code, said = run("--schema", str(schemas), "--report", reports)
    assert code == 0, said
    assert "1 scenario against plain: 1 HELD" in said
    assert "Your schemas judge requests otherwise; the verdicts go by ours:" in said
    assert "TimeTrackingAddRq: we say: accepted; your schema: line" in said
    assert "the first in 'Hours arrive when every name matches')" in said
    (suite,) = JUnitXml.fromfile(str(files["junit"]))
    (case,) = suite
    assert case.result == []
    assert "your schema: line" in case.system_err
    assert "## Your schemas judge requests otherwise" in files["md"].read_text("utf-8")
    page = html.fromstring(files["html"].read_text("utf-8"))
    (opinions,) = page.xpath("//ul[@class='opinions']")
    assert "TimeTrackingAddRq: we say: accepted" in opinions.text_content()


def test_a_version_that_the_folder_does_not_have_is_told_and_stops_nothing(
    schemas: Path, tmp_path: Path
) -> None:
    for file in schemas.glob("*130*"):
        file.unlink()
    code, said = run("--schema", str(schemas))
    assert code == 0, said
    assert "no verdict: " in said
    assert "1 HELD" in said


def test_a_folder_without_schemas_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, said = run("--schema", str(tmp_path / "empty"))
    assert code == 4
    assert "There is no .xsd file in" in said
    assert "HELD" not in said
