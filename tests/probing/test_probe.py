"""A probe gives a true first verdict on every server within ten seconds, and a file to start from."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner
from probe_support import KNOWN, probe
from registry_servers import install_quickbooks_js

from qbharness.cli import cli
from qbharness.probing.evidence import Evidence, Said
from qbharness.probing.findings import CHECKS, findings
from qbharness.probing.starter import starter
from qbharness.targets.model import OPERATIONS
from qbharness.targets.reader import parse_target, read_target
from qbharness.targets.target import Connection, Target
from qbsim.connector.update import Result
from qbsim.errors import SetUpProblem, UsageProblem

BLOCKS = [
    {"employee": "Jane Doe", "customer": "Acme:Roof", "date": "2026-11-02", "hours": "8:00"},
    {"employee": "Jim Miller", "customer": "Acme", "date": "2026-11-03", "hours": "3:30", "notes": "a & b"},
]


@contextmanager
def running(name: str, folder: Path, blocks: int = 2) -> Iterator[Connection]:
    with Target(read_target(name), folder=folder, environment=os.environ) as target:
        for block in BLOCKS[:blocks]:
            target.add_block(block)
        yield target.connection()


ALL_WELL = dict.fromkeys(CHECKS, "ok")


@pytest.mark.parametrize("name", ["exact", "simple"])
def test_a_server_that_keeps_the_promise_passes_every_check(tmp_path: Path, name: str) -> None:
    with running(name, tmp_path) as connection:
        assert probe(connection, tmp_path, *KNOWN) == (0, ALL_WELL)


@pytest.mark.parametrize("name", ["plain", "qbwc-kit"])
def test_hours_that_come_twice_after_a_lost_answer_are_a_suspicion(tmp_path: Path, name: str) -> None:
    with running(name, tmp_path) as connection:
        assert probe(connection, tmp_path, *KNOWN) == (0, {**ALL_WELL, "lost answer": "suspicion"})


@pytest.mark.servers
def test_quickbooks_js_is_seen_through(tmp_path: Path) -> None:
    install_quickbooks_js()
    with running("quickbooks-js", tmp_path) as connection:
        code, verdicts = probe(connection, tmp_path, *KNOWN)
    assert code == 1
    assert verdicts["session rules"] == "broken"


def test_an_address_alone_is_asked_what_a_stranger_may_ask(tmp_path: Path) -> None:
    with running("plain", tmp_path) as connection:
        code, verdicts = probe(connection, tmp_path)
    assert code == 0
    assert {check for check, verdict in verdicts.items() if verdict == "ok"} == {
        "certificate probe",
        "reply forms",
        "wrong password",
        "session rules",
    }


def test_a_server_without_work_is_not_judged_by_what_it_did_not_send(tmp_path: Path) -> None:
    with running("plain", tmp_path, blocks=0) as connection:
        code, verdicts = probe(connection, tmp_path, *KNOWN)
    assert code == 0
    assert verdicts["lost answer"] == verdicts["one block a request"] == "not tried"


def test_a_probe_writes_a_target_file_that_can_be_read_and_leaves_an_old_one_alone(tmp_path: Path) -> None:
    with running("plain", tmp_path) as connection:
        probe(connection, tmp_path, *KNOWN, by_qwc=False)
        written = (tmp_path / "start.yaml").read_text()
        assert parse_target(written).connector.password is not None
        (tmp_path / "start.yaml").write_text("mine")
        probe(connection, tmp_path, *KNOWN)
    assert (tmp_path / "start.yaml").read_text() == "mine"


def test_a_server_that_takes_calls_and_never_answers_gives_no_verdict(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        where = f"http://127.0.0.1:{deaf.getsockname()[1]}/qbwc"
        started = time.monotonic()
        result = CliRunner().invoke(cli, ["probe", where, "--write", str(tmp_path / "x.yaml")])
    assert time.monotonic() - started < 10
    assert isinstance(result.exception, SetUpProblem)
    assert "no answer to GET" in str(result.exception)
    assert not (tmp_path / "x.yaml").exists()


def test_a_folder_that_is_not_there_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    where = str(tmp_path / "nowhere" / "start.yaml")
    result = CliRunner().invoke(cli, ["probe", "http://127.0.0.1:9/qbwc", "--write", where])
    assert isinstance(result.exception, SystemExit)
    assert "There is no folder" in result.output


def test_a_password_in_the_address_is_refused(tmp_path: Path) -> None:
    where = "http://pat:hush-hush@127.0.0.1:9/qbwc"
    result = CliRunner().invoke(cli, ["probe", where, "--write", str(tmp_path / "x.yaml")])
    assert isinstance(result.exception, UsageProblem)
    said = f"{result.output} {result.exception} {result.exception.cure}"
    assert ("--password-env" in said, "hush-hush" in said) == (True, False)


def test_a_server_that_is_not_there_gives_no_verdict(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["probe", "http://127.0.0.1:9/qbwc", "--write", str(tmp_path / "x.yaml")]
    )
    assert "cannot be reached" in str(result.exception)
    assert not (tmp_path / "x.yaml").exists()


@pytest.mark.parametrize(
    "text",
    [
        "office",
        "a: b",
        "x # y",
        "null",
        "&a",
        "*a",
        "'q\"",
        "{{ port }}",
        "{% if",
        "<BASE>",
        "x\n  password: {environment: PATH}",
        "Zoë",
        "a:",
    ],
)
def test_a_starter_names_what_it_was_given_whatever_it_is(text: str) -> None:
    by_url = parse_target(starter(url="http://localhost:8000/qbwc", user=text)).connector
    by_qwc = parse_target(starter(url="http://localhost:8000/qbwc", user="", qwc=f"my {text}.qwc")).connector
    assert by_url.user is not None
    assert by_qwc.qwc is not None
    assert (by_url.user.render({}), by_qwc.qwc.render({})) == (text, f"my {text}.qwc")
    assert by_url.password is not None
    assert by_url.password.environment == "QB_PASSWORD"


def test_a_starter_in_another_folder_finds_the_qwc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with running("plain", tmp_path / "run") as connection:
        assert connection.qwc is not None
        Path("app.qwc").write_text(connection.qwc)
        where = Path("there", "start.yaml")
        result = CliRunner().invoke(cli, ["probe", "app.qwc", "--write", str(where)])
        assert result.exit_code == 0, result.output
        found = Target(read_target(where), folder=tmp_path / "x", environment={"QB_PASSWORD": "p"})
        assert found.connection().url == connection.url


def test_every_comment_of_the_starter_is_a_valid_key_when_it_is_uncommented() -> None:
    text = starter(url="http://localhost:8000/qbwc", user="pat")
    head, tail = text.split("# How to start it", 1)
    uncommented = "".join(
        line.removeprefix("# ").removeprefix("#") if line.startswith("#") else line
        for line in tail.splitlines(keepends=True)[1:]
        if not line.startswith(("# How", "# more"))
    )
    target = parse_target(head + uncommented)
    assert set(target.operations) == set(OPERATIONS)
    assert target.start is not None


# Negative controls: what a server would have to do for each check to say so. No server here does all of it.

GOOD = Evidence(
    get_status=200,
    answers={
        "wrong password": Said(("", "nvu")),
        "unknown user": Said(("", "nvu")),
        "foreign ticket": Said(""),
        "foreign answer": Said(-1),
    },
    why_no_updates="nothing was asked",
)
SILENT = Said(None, "The operation has timed out", silent=True)
RESULT = Result(outcome="completed", status="OK", progress=100, last_error="", codes=(), calls=5)


def said(**answers: Said) -> dict[str, Said]:
    return {**GOOD.answers, **{name.replace("_", " "): value for name, value in answers.items()}}


@pytest.mark.parametrize(
    ("check", "verdict", "evidence"),
    [
        ("certificate probe", "suspicion", evolve(GOOD, get_status=405)),
        (
            "reply forms",
            "broken",
            evolve(GOOD, answers=said(wrong_password=Said(None, "Index Out Of Range."))),
        ),
        ("reply forms", "broken", evolve(GOOD, answers=dict.fromkeys(GOOD.answers, SILENT))),
        ("wrong password", "not tried", evolve(GOOD, answers=dict.fromkeys(GOOD.answers, SILENT))),
        ("session rules", "not tried", evolve(GOOD, answers=dict.fromkeys(GOOD.answers, SILENT))),
        ("wrong password", "broken", evolve(GOOD, answers=said(wrong_password=Said(("ticket", ""))))),
        ("wrong password", "suspicion", evolve(GOOD, answers=said(wrong_password=Said(("", "none"))))),
        ("wrong password", "suspicion", evolve(GOOD, answers=said(unknown_user=Said(("", "none"))))),
        ("wrong password", "suspicion", evolve(GOOD, answers=said(wrong_password=Said(None, "HTTP 500")))),
        ("session rules", "broken", evolve(GOOD, answers=said(foreign_ticket=Said("<QBXML/>")))),
        ("session rules", "broken", evolve(GOOD, answers=said(dead_ticket=Said("<QBXML/>")))),
        ("session rules", "suspicion", evolve(GOOD, answers=said(foreign_answer=Said(100)))),
        ("session", "suspicion", evolve(GOOD, results=[evolve(RESULT, outcome="refused")])),
        (
            "session",
            "suspicion",
            evolve(GOOD, results=[evolve(RESULT, outcome="failed", last_error="No job")]),
        ),
        ("session", "broken", evolve(GOOD, results=[evolve(RESULT, outcome="failed", codes=("QBWC1042",))])),
        ("session", "broken", evolve(GOOD, results=[RESULT], out_of_time=True)),
        ("progress", "broken", evolve(GOOD, results=[evolve(RESULT, outcome="bounded")])),
    ],
)
def test_a_check_says_so_when_it_sees_it(check: str, verdict: str, evidence: Evidence) -> None:
    assert next(found.verdict for found in findings(evidence) if found.check == check) == verdict


def test_no_check_says_broken_of_good_answers() -> None:
    assert {found.verdict for found in findings(GOOD)} == {"ok", "not tried"}
