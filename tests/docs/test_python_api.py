"""The page about the Python API: its programs run, its names are there, and importing costs nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve

import qbharness
from qbharness.cli.run import exit_code
from qbsim.errors import RefusedForSafety, UsageProblem

PAGE = Path(__file__).parents[2] / "docs" / "python-api.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_program_of_the_page_runs(program: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "-W", "error", "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_page_names_every_public_name() -> None:
    named = set(re.findall(r"`qbharness\.(\w+)", PAGE.read_text("utf-8")))
    assert set(qbharness.__all__) <= named
    assert all(getattr(qbharness, name) is not None for name in qbharness.__all__)
    assert set(qbharness.__all__) <= set(dir(qbharness))


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="ruhn"):
        _ = qbharness.ruhn


def test_importing_the_package_imports_nothing_of_it() -> None:
    code = (
        "import sys, qbharness; "
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'attrs', 'attr', 'lxml', 'httpx', 'ruamel', 'rich', 'hypothesis', 'qbsim', 'click'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_files_names_and_scenarios_can_be_mixed(tmp_path: Path) -> None:
    (match,) = qbharness.load("hours-arrive-when-every-name-matches")
    file = tmp_path / "own.yaml"
    file.write_text(qbharness.write_yaml(match))
    outcomes = qbharness.run([match, file, "two-equal-blocks-are-both-sent"], target="plain")
    assert [outcome.status for outcome in outcomes] == [qbharness.Status.HELD] * 3
    assert exit_code(outcomes, strict=True) == 0


def test_a_server_of_somebody_else_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "live.yaml"
    target.write_text(
        "language: 1\nname: live\nconnector: {url: 'https://example.org/qbwc', user: u, "
        "password: {environment: NOBODY}}\nreset: {http: {url: 'https://example.org/reset'}}\n"
    )
    with pytest.raises(RefusedForSafety):
        qbharness.run("work-blocks", target=target, environment={"NOBODY": "x"})


def test_the_environment_is_the_callers_own(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="SOURCE_DATE_EPOCH"):
        qbharness.run("work-blocks", target="plain", environment={**os.environ, "SOURCE_DATE_EPOCH": "x"})


def test_a_story_without_a_file_offers_no_command_that_could_not_work() -> None:
    (match,) = qbharness.load("hours-arrive-when-every-name-matches")
    (with_file,) = qbharness.run(match, target="plain")
    (without,) = qbharness.run(evolve(match, place=None), target="plain")
    assert with_file.reproduce.startswith("qbharness run work-blocks/hours-arrive")
    assert without.reproduce == ""
