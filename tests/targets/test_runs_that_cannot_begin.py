"""A failed set-up is never a held scenario; and no secret gets out of a run."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from targets_support import BASE, SERVER, changed

from qbharness.cli import cli
from qbharness.cli.failures import report
from qbharness.targets.examples import copy_example
from qbsim.errors import LocatedProblem, Problem

STORY = "work-blocks/hours-arrive-when-every-name-matches"
COMMAND = ["{{ python }}", str(SERVER), "--port", "{{ port }}"]

CASES: dict[str, tuple[dict[str, object], int, str]] = {
    "unreachable": (
        {"start": None, "variables.base": "http://127.0.0.1:9"},
        6,
        "reset: http://127.0.0.1:9/reset cannot be reached",
    ),
    "a failing start": ({"start.command": [*COMMAND, "--fail"]}, 6, "there is no database"),
    "a failing reset": (
        {"reset": {"http": {"url": "{{ base }}/wrong/503"}}},
        6,
        "reset: the answer was HTTP 503",
    ),
    "an answer without the id": (
        {"operations.add_block.map": {"id": "$.nr"}},
        6,
        "add_block: the answer has no id at '$.nr'",
    ),
    "an undefined name": ({"reset": {"http": {"url": "{{ bsae }}/reset"}}}, 4, "Did you mean 'base'?"),
    "a secret that is not set": ({"connector.password": {"environment": "NOT_SET"}}, 4, "NOT_SET"),
    "a database that refuses": (
        {"reset": {"sql": {"url": "sqlite://", "statements": ["DELETE FROM no_table"]}}},
        6,
        "no such table: no_table",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_set_up_that_fails_is_told_and_never_held(
    tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    changes, code, sentence = CASES[case]
    file = tmp_path / "mine.yaml"
    file.write_text(changed(BASE, changes))
    result = CliRunner().invoke(cli, ["run", STORY, "--target", str(file)])
    ended = report(result.exception) if isinstance(result.exception, Problem) else result.exit_code
    said = " ".join((result.output + capsys.readouterr().err).split())
    assert (ended, "HELD" in said) == (code, False), said
    assert sentence in said


LEAKS: dict[str, dict[str, object]] = {
    "an address that is none": {"reset": {"http": {"url": "hidden://{{ password }}"}}},
    "a driver that does not exist": {
        "reset": {"sql": {"url": "oracle+{{ password }}://127.0.0.1/x", "statements": ["SELECT 1"]}}
    },
    "a .qwc that is not there": {
        "connector.url": None,
        "connector.qwc": "{{ base }}/no.qwc?key={{ password }}",
    },
    "a .qwc that is no file": {"connector.url": None, "connector.qwc": "/nowhere/{{ password }}.qwc"},
    "a port that is none": {"start.ready": {"port": "{{ password }}"}},
    "an address to wait for that is none": {"start.ready": {"url": "hidden://{{ password }}"}},
    "an address that answers, with a key": {"connector.url": "{{ base }}/soap?key={{ password }}"},
}


@pytest.mark.parametrize("case", LEAKS)
@pytest.mark.parametrize(
    "command", [["run", STORY, "--report", "junit=r.xml,html=r.html", "--target"], ["target", "check"]]
)
def test_no_failure_tells_a_secret(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: str,
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    changes = {**LEAKS[case], "connector.password": {"environment": "SYNC_SECRET"}}
    Path("mine.yaml").write_text(changed(BASE, changes))
    result = CliRunner().invoke(cli, [*command, "mine.yaml"], env={"SYNC_SECRET": "hush-hush"})
    if isinstance(result.exception, Problem):
        report(result.exception)
    else:
        assert isinstance(result.exception, SystemExit | None), result.exception
    written = [result.output, capsys.readouterr().err, *(path.read_text() for path in Path().glob("r.*"))]
    assert [text for text in written if "hush-hush" in text] == []


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "٣"])
def test_a_port_that_is_none_is_the_file_s_mistake(tmp_path: Path, port: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(changed(BASE, {"start.ready": {"port": port}}))
    result = CliRunner().invoke(cli, ["run", STORY, "--target", str(file)])
    assert isinstance(result.exception, LocatedProblem)
    assert "is not a port" in str(result.exception)


def test_a_secret_of_the_target_gets_into_no_report(tmp_path: Path) -> None:
    copy_example("simple", tmp_path)
    file = tmp_path / "simple.yaml"
    secret = "hush-hush-Ünïcode<&>"
    file.write_text(file.read_text().replace("{generated: true}", "{environment: SYNC_SECRET}"))
    reports = [f"{kind}={tmp_path / ('report.' + kind)}" for kind in ("junit", "ndjson", "html", "md")]
    lost = "lost-answers/the-answer-is-lost-after-quickbooks-committed"
    result = CliRunner().invoke(
        cli,
        ["run", STORY, lost, "--target", str(file), "--report", ",".join(reports)],
        env={"SYNC_SECRET": secret},
    )
    assert result.exit_code == 0, result.output
    written = [result.output, *(path.read_text() for path in tmp_path.glob("report.*"))]
    assert len(written) == 5
    assert [text for text in written if "hush-hush" in text] == []
