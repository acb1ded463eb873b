"""Real documents from public repositories, each with the verdict of Intuit's XSD 16.0."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qbsim.qbxml import NEWEST, judge

FOLDER = os.environ.get("QBHARNESS_SAMPLES", "")


def manifest() -> list[tuple[str, str]]:
    """File and verdict of every sample; nothing without the folder."""
    if not FOLDER:
        return []
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in (Path(FOLDER) / "MANIFEST.md").read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    return [(row[0], row[-1]) for row in rows if row[0].endswith(".xml")]


@pytest.mark.skipif(not FOLDER, reason="QBHARNESS_SAMPLES does not name the folder of samples")
def test_the_manifest_names_every_sample() -> None:
    there = {str(file.relative_to(FOLDER)) for file in Path(FOLDER).rglob("*.xml")}
    assert there == {file for file, _ in manifest()}


@pytest.mark.skipif(not FOLDER, reason="QBHARNESS_SAMPLES does not name the folder of samples")
@pytest.mark.parametrize(("file", "verdict"), manifest())
def test_a_sample_gets_the_verdict_of_its_manifest(file: str, verdict: str) -> None:
    refusals = judge((Path(FOLDER) / file).read_bytes(), NEWEST)
    assert ("invalid" if refusals else "valid") == verdict, refusals


@pytest.mark.skipif(not FOLDER, reason="QBHARNESS_SAMPLES does not name the folder of samples")
@pytest.mark.parametrize("file", [file for file, verdict in manifest() if verdict == "invalid"])
def test_a_refused_sample_is_told_where_it_is_wrong_and_what_to_do(file: str) -> None:
    refusal = judge((Path(FOLDER) / file).read_bytes(), NEWEST)[0]
    assert refusal.line > 0
    assert refusal.path.startswith("QBXML/")
    assert refusal.rule != "qbxml.schema", "the explanation found the break itself"
    assert len(refusal.likely) > 20
