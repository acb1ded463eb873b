"""Reports of a run that really took place: a server in a process, SOAP over HTTP, a company file."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from junitparser import JUnitXml

from qbharness.reports import make
from qbharness.running import Plan, run
from qbharness.scenario.library import load
from qbharness.targets.reader import read_target
from qbsim.resources import data_path

STORIES = (
    "work-blocks/a-missing-job-is-added-and-tried-again",
    "lost-answers/the-answer-is-lost-after-quickbooks-committed",
    "two-pcs/the-second-pc-takes-over-after-a-crash",
)


def played(folder: Path) -> Path:
    folder.mkdir()
    reporters = [make(f"{kind}={folder}/out.{kind}") for kind in ("ndjson", "junit", "md", "html")]
    run(Plan(load(STORIES), read_target("plain")), reporters)
    return folder


def test_a_run_fits_the_schema_tells_its_story_and_is_the_same_twice(tmp_path: Path) -> None:
    one, other = played(tmp_path / "one"), played(tmp_path / "other")

    schema = json.loads(data_path("schemas", "history.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    lines = (one / "out.ndjson").read_text("utf-8").split("\n")[:-1]
    assert len(lines) > 100
    for line in lines:
        validator.validate(json.loads(line))

    (suite,) = JUnitXml.fromfile(str(one / "out.junit"))
    assert [case.classname for case in suite] == [f"scenarios.{name.split('/')[0]}" for name in STORIES]
    assert (suite.tests, suite.failures, suite.errors) == (3, 2, 0)
    assert "Block roof is in QuickBooks twice" in (one / "out.md").read_text("utf-8")

    for kind in ("ndjson", "md", "html"):
        assert (one / f"out.{kind}").read_bytes() == (other / f"out.{kind}").read_bytes(), kind
