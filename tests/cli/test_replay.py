"""``qbharness replay``: is a failure that was found once still there?"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from inline_snapshot import snapshot

from qbharness.cli.replay import command
from qbharness.scenario.library import library, load
from qbharness.scenario.problems import ScenarioProblems
from qbharness.scenario.writer import write_yaml
from qbsim.errors import UsageProblem

LOST = "the-answer-is-lost-after-quickbooks-committed"


def replay(*arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A failure that an earlier campaign left in the current folder; its id."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".qbharness" / "failures"
    folder.mkdir(parents=True)
    (story,) = load([LOST])
    (folder / "plain-duplicate.yaml").write_text(f"# Block roof is there twice.\n{write_yaml(story)}")
    return "plain-duplicate"


def test_a_failure_that_is_still_there_is_failed_with_its_steps(kept: str) -> None:
    result = replay(kept, "--target", "plain")
    assert result.exit_code == 1
    assert result.output == snapshot("""\
FAILED  The answer is lost after QuickBooks committed
  duplicate, expectation: Block roof is in QuickBooks twice: TxnID 1-1793628009 and 2-1793628012.
  Jane Doe is paid, and Acme:Roof is billed, 16:00 instead of 8:00. In between: request lost
  (receiveResponseXML, block roof).

   step  time      who            what
      1  14:00:07  the user       clicks Update Selected
         14:00:09  QuickBooks     writes roof (8:00): TxnID 1-1793628009
         14:00:09  fault          request lost (receiveResponseXML, block roof)
         14:00:10  Web Connector  shows: QBWC1042: ReceiveResponseXML failed due to error message: The unde…
      2  14:00:10  the user       clicks Update Selected
         14:00:12  QuickBooks     writes roof (8:00): TxnID 2-1793628012
         14:00:13  QuickBooks     writes porch (3:30): TxnID 3-1793628013
         14:00:14  Web Connector  shows: OK: 2 Work Blocks sent (100 %)
  quiet  15:00:14  Web Connector  shows: No Data Exchange (0 %)
         16:00:14  Web Connector  shows: No Data Exchange (0 %)

""")


def test_a_failure_that_is_gone_is_fixed(kept: str) -> None:
    result = replay(kept)
    assert result.exit_code == 0
    assert result.output == snapshot("""\
FIXED  The answer is lost after QuickBooks committed

   step  time      who            what
      1  14:00:07  the user       clicks Update Selected
         14:00:09  QuickBooks     writes roof (8:00): TxnID 1-1793628009
         14:00:09  fault          request lost (receiveResponseXML, block roof)
         14:00:10  Web Connector  shows: QBWC1042: ReceiveResponseXML failed due to error message: The unde…
      2  14:00:10  the user       clicks Update Selected
         14:00:12  QuickBooks     writes porch (3:30): TxnID 2-1793628012
         14:00:13  Web Connector  shows: OK: 2 Work Blocks sent (100 %)
  quiet  15:00:13  Web Connector  shows: No Data Exchange (0 %)
         16:00:13  Web Connector  shows: No Data Exchange (0 %)

""")


def test_a_failure_that_cannot_be_judged_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("story.yaml").write_text(
        "language: 1\nscenario: Nobody is there\ncompany: {employees: [Jane Doe]}\n"
        "steps:\n  - delete time: {employee: Jane Doe}\n  - update selected\n"
    )
    result = replay("story.yaml", "--target", "plain")
    assert result.exit_code == 6
    assert result.output == snapshot("""\
ERROR  Nobody is there
  story.yaml:5: The step 'delete time' could not be taken: No entry of the timesheet matches, and
  exactly one must. It is empty.

  step  time      who        what
     1  14:00:05  a person   deletes the entry with Jane Doe
        14:00:05  the judge  story.yaml:5: The step 'delete time' could not be taken: No entry of the times…

""")


def test_a_file_can_be_replayed_too_and_any_failed_row_fails(tmp_path: Path, kept: str) -> None:
    file = next(tmp_path.glob(".qbharness/failures/*.yaml"))
    assert replay(str(file)).exit_code == 0
    assert replay(str(file), "--target", "plain").exit_code == 1
    assert replay("lost-answers", "--target", "plain").exit_code == 1


def test_an_id_that_nobody_kept_is_refused_with_those_that_are(kept: str) -> None:
    with pytest.raises(UsageProblem, match=r"Kept failures: plain-duplicate"):
        replay("plain-lost")


def test_a_file_with_mistakes_is_told_with_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text("language: 1\nscenario: x\nsteps:\n  - updat selected\n  - wait: 60\n")
    with pytest.raises(ScenarioProblems) as caught:
        replay(str(path))
    assert [problem.place.line for problem in caught.value.problems] == [4, 5]


def test_a_procedure_cannot_be_replayed() -> None:
    with pytest.raises(UsageProblem, match="`qbharness rehearse` tries it"):
        replay("cleanup/delete-the-later-entry", "--target", "plain")


def test_what_a_target_file_excuses_is_no_excuse_here(kept: str, tmp_path: Path) -> None:
    excuse = "expect_broken: {duplicate: old, expectation: old, until: 2999-12-31, scenarios: ['*']}\n"
    for name, code in (("plain", 1), ("exact", 0)):
        target = tmp_path / f"{name}.yaml"
        target.write_text((library() / "targets" / f"{name}.yaml").read_text("utf-8") + excuse)
        assert replay(kept, "--target", str(target)).exit_code == code
