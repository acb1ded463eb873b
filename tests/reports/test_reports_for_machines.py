"""JUnit and NDJSON: what other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import reports_support as runs
from attrs import evolve
from inline_snapshot import snapshot
from junitparser import Error, Failure, JUnitXml, Skipped

from qbharness.history import ScenarioStarted, from_line
from qbharness.outcome import Outcome, Summary
from qbharness.reports import make
from qbharness.reports.junit import folder_of
from qbsim.errors import UsageProblem


def written(folder: Path, kind: str, *outcomes: Outcome, strict: bool = False) -> Path:
    path = folder / f"report.{kind}"
    runs.play(make(f"{kind}={path}", strict=strict), *outcomes)
    return path


# ----------------------------------------------------------------------------------------- junit


def test_junit_survives_a_round_trip_through_junitparser(tmp_path: Path) -> None:
    path = written(tmp_path, "junit", *runs.every_kind())
    parsed = JUnitXml.fromfile(str(path))
    again = tmp_path / "again.xml"
    parsed.write(str(again))

    def facts(file: Path) -> list[object]:
        return [
            (case.classname, case.name, [(type(r), r.message, r.type, r.text) for r in case.result])
            for suite in JUnitXml.fromfile(str(file))
            for case in suite
        ]

    assert facts(again) == facts(path)
    assert len(facts(path)) == 6


def test_each_status_is_the_junit_result_that_ci_expects(tmp_path: Path) -> None:
    (suite,) = JUnitXml.fromfile(str(written(tmp_path, "junit", *runs.every_kind())))
    results = [[type(result) for result in case.result] for case in suite]
    assert results == [[], [Failure], [], [Error], [Skipped], [Skipped]]
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (6, 1, 1, 2)


def test_strict_makes_what_is_exposed_a_failure(tmp_path: Path) -> None:
    (suite,) = JUnitXml.fromfile(str(written(tmp_path, "junit", runs.exposed(), strict=True)))
    ((result,),) = [case.result for case in suite]
    assert isinstance(result, Failure)
    assert result.type == "exposed"


def test_a_junit_failure_says_what_the_terminal_says(tmp_path: Path) -> None:
    (suite,) = JUnitXml.fromfile(str(written(tmp_path, "junit", runs.outcome_of(runs.lost_answer()))))
    (case,) = suite
    assert (case.classname, case.name) == snapshot(
        ("scenarios.lost-answers", "The answer is lost after QuickBooks committed")
    )
    assert case.result[0].type == "duplicate"
    assert case.result[0].message.startswith("duplicate: Block roof is in QuickBooks twice: TxnID 1-")
    assert "Reproduce with: qbharness run" in case.result[0].text


def test_junit_is_grouped_by_folder_and_not_by_machine() -> None:
    assert folder_of("scenarios/lost-answers/a.yaml") == "scenarios.lost-answers"
    assert folder_of("/home/jane/scenarios/lost-answers/a.yaml") == "lost-answers"
    assert folder_of("a.yaml") == "scenario"
    assert folder_of("../up/a.yaml") == "up"
    assert folder_of("") == "scenario"


def test_two_scenarios_of_one_name_stay_two_cases(tmp_path: Path) -> None:
    one = runs.outcome_of(runs.delivered())
    (suite,) = JUnitXml.fromfile(str(written(tmp_path, "junit", one, one)))
    assert [case.name for case in suite] == ["The hours match", "The hours match (2)"]


def test_junit_holds_what_xml_cannot(tmp_path: Path) -> None:
    hostile = runs.outcome_of(runs.begun("a \x00\x0b<b>&\ufffe\ud800 name").rest(), reason="\x08<!-- ]]>")
    (suite,) = JUnitXml.fromfile(str(written(tmp_path, "junit", hostile)))
    (case,) = suite
    assert "<b>&" in case.name


# ---------------------------------------------------------------------------------------- ndjson


def test_ndjson_is_every_event_of_every_scenario_and_each_begins_with_its_start(tmp_path: Path) -> None:
    outcomes = runs.every_kind()
    lines = written(tmp_path, "ndjson", *outcomes).read_text("utf-8").split("\n")[:-1]
    events = [from_line(line) for line in lines]
    assert events == [event for outcome in outcomes for event in outcome.history]
    assert [event.n == 1 for event in events] == [isinstance(event, ScenarioStarted) for event in events]


def test_ndjson_holds_neither_verdicts_nor_real_time(tmp_path: Path) -> None:
    outcome = runs.outcome_of(runs.lost_answer(), seconds=1.0)
    other = evolve(outcome, seconds=99.0, output="pid 4711")
    one = written(tmp_path, "ndjson", outcome).read_bytes()
    assert written(tmp_path, "ndjson", other).read_bytes() == one


def test_ndjson_is_on_disk_before_the_run_is_over(tmp_path: Path) -> None:
    path = tmp_path / "out.ndjson"
    reporter = make(f"ndjson={path}")
    reporter.run_started(1, "plain")
    first = next(iter(runs.delivered()))
    reporter.event(first)
    assert json.loads(path.read_text("utf-8"))["event"] == "scenario started"
    reporter.run_ended(Summary.of(()))


# ------------------------------------------------------------------------------------------ make


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("junti=out.xml", "Did you mean 'junit'?"),
        ("pdf=out.pdf", "Known: junit, html, ndjson, md"),
        ("junit", "Write junit=FILE."),
        ("junit=", "Write junit=FILE."),
        ("out.xml", "There is no report of the kind 'out.xml'."),
    ],
)
def test_a_report_that_is_none_is_refused_with_the_cure(spec: str, said: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        make(spec)
    assert said in str(refused.value)


def test_a_folder_is_no_report_file(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="is a folder"):
        make(f"junit={tmp_path}")


def test_the_folder_of_a_report_is_made(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "out.xml"
    runs.play(make(f"junit={path}"), runs.skipped())
    assert path.is_file()


def test_a_file_that_cannot_be_a_folder_is_told_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageProblem, match="cannot be written"):
        make(f"junit={tmp_path}/file/out.xml")
