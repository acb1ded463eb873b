"""A scenario told in plain English, and the commands that lint, list and show it."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from scenario_support import scenarios, story

from qbharness import Scenario
from qbharness.cli import cli
from qbharness.scenario import telling
from qbharness.scenario.expectations import EXPECTATIONS
from qbharness.scenario.faults import FAULTS
from qbharness.scenario.library import everything, load
from qbharness.scenario.problems import ScenarioProblems
from qbharness.scenario.steps import STEPS

TOLD = """\
QuickBooks dies after it committed
  QuickBooks crashes when the hours are written and before it could answer. The server gets an error
  although the hours are there; sending the block again doubles them.

What is there:
  - QuickBooks knows the employee Jane Doe.
  - QuickBooks knows the customers and jobs Acme and Acme:Roof.
  - The server has the block "roof": Jane Doe, 8:00 hours, on Monday, 2 November 2026, for
    Acme:Roof.
  - The server has the block "porch": Jane Doe, 3:30 hours, on Tuesday, 3 November 2026, for Acme,
    notes "sanding".
  - It is for servers that promise delivery: exactly once.

What happens:
  1. The user clicks Update Selected.
     - QuickBooks dies when it has written the hours and nothing else (block "roof").
  2. Somebody opens QuickBooks.
  3. The user clicks Update Selected.

What must be true at the end:
  - The timesheet has exactly: block "roof" once and block "porch" once.
  - The server says that block "roof" is sent.
  - The server says that block "porch" is sent.
  - No more than 2 updates were needed.
"""


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments), standalone_mode=False)


def test_every_word_can_be_told() -> None:
    assert set(telling._STEPS) == set(STEPS.values())
    assert set(telling._FAULTS) == set(FAULTS.values())
    assert set(telling._EXPECTATIONS) == set(EXPECTATIONS.values())


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios())
def test_whatever_a_file_can_hold_can_be_told(scenario: Scenario) -> None:
    told = telling.tell(scenario)
    assert len([depth for depth, _ in told.steps if depth == 0]) == len(scenario.steps)
    assert len(told.must) == len(scenario.expect)
    assert all(sentence for _, sentence in told.steps)


def test_the_library_is_told_without_words_of_the_protocol() -> None:
    protocol = re.compile(r"sendRequestXML|receiveResponseXML|authenticate|TimeTrackingAdd|None\b|\(\)")
    for scenario in load(everything()):
        if scenario.file.endswith(("name-calls-of-the-connector.yaml", "look-like-qbxml.yaml")):
            continue
        told = telling.tell(scenario)
        sentences = [sentence for _, sentence in told.steps] + list(told.must) + list(told.given)
        assert [s for s in sentences if protocol.search(s)] == [], scenario.file


def test_show_tells_a_story_step_by_step() -> None:
    assert invoke("show", "quickbooks-dies-after-it-committed").output == TOLD


def test_list_names_every_story_with_what_runs_it() -> None:
    shown = invoke("list", "work-blocks", "--only", "equal")
    assert shown.output == (
        "work-blocks\n  two-equal-blocks-are-both-sent\n      Two equal blocks are both sent\n1 scenario.\n"
    )


def test_list_says_why_when_asked() -> None:
    assert "it is two entries" not in invoke("list", "work-blocks").output
    assert "so they are two entries" in " ".join(invoke("list", "work-blocks", "--why").output.split())


def test_lint_finds_no_mistake_in_the_library() -> None:
    shown = invoke("lint")
    assert shown.exception is None
    assert re.fullmatch(r"\d+ files, \d+ scenarios: no mistake\.\n", shown.output)


def test_lint_tells_the_mistakes_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(story(rest="wy: x\n"))
    (tmp_path / "b.yaml").write_text(story("steps:\n  - update selcted\n"))
    shown = invoke("lint", str(tmp_path))
    assert isinstance(shown.exception, ScenarioProblems)
    assert str(shown.exception).count("Did you mean") == 2


def test_nothing_to_lint_or_to_list_is_not_taken_for_good(tmp_path: Path) -> None:
    for command in ("lint", "list"):
        assert CliRunner().invoke(cli, [command, str(tmp_path)]).exit_code == 5


def test_lint_remarks_that_a_story_does_not_say_why(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(story())
    assert "does not say `why`" in invoke("lint", str(path)).output
