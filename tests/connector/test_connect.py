"""``qbharness connect``: a real server process or none, a company file, exit codes, and the guard."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from connector_servers import raw, read_request, tcp
from connector_support import OWNER, REQUEST, ScriptedServer, qwc_text, result, server

from qbharness.cli.connect import command
from qbsim.connector.logreader import calls, read_log
from qbsim.errors import RefusedForSafety, UsageProblem
from qbsim.quickbooks import CompanyFile
from qbsim.source import Source


@pytest.fixture
def company(tmp_path: Path) -> Path:
    path = tmp_path / "books.qbsim"
    CompanyFile.create(path, source=Source()).close()
    return path


def qwc(tmp_path: Path, url: str) -> Path:
    path = tmp_path / "hours.qwc"
    path.write_text(qwc_text(AppURL=url, AppSupport=url), encoding="utf-8")
    return path


def connect(tmp_path: Path, company: Path, sync: ScriptedServer, *options: str) -> Result:
    with tcp(sync) as url:
        return CliRunner(env={"HOURS": "secret"}).invoke(
            command,
            [str(qwc(tmp_path, url)), "--company", str(company), "--password-env", "HOURS", *options],
        )


def test_an_update_that_ends_well_is_zero(tmp_path: Path, company: Path) -> None:
    sync = server()
    done = connect(tmp_path, company, sync)
    assert done.exit_code == 0, done.output
    assert "Last result: completed, 100 %, 6 calls" in done.output
    assert "Status: OK" in done.output
    assert sync.arguments("authenticate") == {"strUserName": "jane", "strPassword": "secret"}
    assert "CompanyRet" in sync.arguments("sendRequestXML")["strHCPResponse"]


def test_an_error_of_the_server_is_shown_and_is_one(tmp_path: Path, company: Path) -> None:
    done = connect(tmp_path, company, server(receiveResponseXML=-1, getLastError="Add the job Roof to Acme."))
    assert done.exit_code == 1
    assert "Status: Add the job Roof to Acme." in done.output
    assert "The server says: Add the job Roof to Acme." in done.output


def test_a_server_that_is_not_there_is_six(tmp_path: Path, company: Path) -> None:
    file = qwc(tmp_path, "http://localhost:9/qbwc")
    done = CliRunner(env={"HOURS": "secret"}).invoke(
        command, [str(file), "--company", str(company), "--password-env", "HOURS"]
    )
    assert done.exit_code == 6
    assert "Unable to connect to the remote server" in done.output


def test_a_login_in_the_address_is_refused_and_not_shown(tmp_path: Path, company: Path) -> None:
    file, log = qwc(tmp_path, "http://pat:hush-hush@localhost:9/qbwc"), tmp_path / "QWCLog.txt"
    done = CliRunner(env={"HOURS": "secret"}).invoke(
        command, [str(file), "--company", str(company), "--password-env", "HOURS", "--log", str(log)]
    )
    assert isinstance(done.exception, UsageProblem)
    assert "hush-hush" not in f"{done.output} {done.exception} {done.exception.cure}"
    assert not log.exists()


@pytest.mark.parametrize("answers", [0, 1])
def test_a_server_that_never_answers_is_six_and_one_that_stops_answering_is_one(
    tmp_path: Path, company: Path, answers: int
) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        if len(heard) <= answers:
            body = result("serverVersion", "1.0")
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n"
            connection.sendall(head + body)

    with raw(talk) as url:
        file = qwc(tmp_path, url.replace("127.0.0.1", "localhost"))
        done = CliRunner(env={"HOURS": "secret"}).invoke(
            command, [str(file), "--company", str(company), "--password-env", "HOURS"]
        )
    assert done.exit_code == (1 if answers else 6)
    assert "QBWC1012" in done.output


def test_each_change_of_the_progress_is_a_line_where_there_is_no_terminal(
    tmp_path: Path, company: Path
) -> None:
    done = connect(tmp_path, company, server(sendRequestXML=[REQUEST] * 3, receiveResponseXML=[33, 33, 100]))
    assert [line for line in done.output.splitlines() if line.startswith("Application Progress")] == [
        "Application Progress: 33 %",
        "Application Progress: 100 %",
    ]


def test_what_the_user_is_asked_is_told(tmp_path: Path, company: Path) -> None:
    sync = server(
        clientVersion="W:Your Web Connector is old.",
        sendRequestXML="",
        getLastError="Interactive mode",
        getInteractiveURL="http://localhost/pick?week=44",
        interactiveDone="Done",
    )
    done = connect(tmp_path, company, sync)
    assert "The user is asked: Your Web Connector is old. The answer is yes." in done.output
    assert "The user is asked: The application asks for an interactive session." in done.output
    assert "The browser opens http://localhost/pick?week=44" in done.output


def test_a_log_that_cannot_be_written_is_said_before_any_call(tmp_path: Path, company: Path) -> None:
    sync = server()
    done = connect(tmp_path, company, sync, "--log", str(tmp_path / "nowhere" / "QWCLog.txt"))
    assert isinstance(done.exception, UsageProblem)
    assert "QBWC1033" in str(done.exception)
    assert "nowhere" in str(done.exception)
    assert sync.seen == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--every", "60", "--updates", "99999999"], "more than a hundred years"),
        (["--every", "9" * 40], "more than a hundred years"),
        (["--updates", "3"], "give --every as well"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_a_mistake_of_use(
    tmp_path: Path, company: Path, options: list[str], said: str
) -> None:
    sync = server()
    done = connect(tmp_path, company, sync, *options)
    assert done.exit_code == 2  # click's own; the program's entry makes it 4
    assert said in done.output
    assert sync.seen == []


def test_no_password_makes_no_call(tmp_path: Path, company: Path) -> None:
    sync = server()
    with tcp(sync) as url:
        done = CliRunner().invoke(command, [str(qwc(tmp_path, url)), "--company", str(company)])
    assert done.exit_code == 1
    assert "QBWC1030" in done.output
    assert "use --password-env NAME" in done.output
    assert sync.seen == []


def test_a_variable_that_is_not_set_is_a_mistake_of_use(tmp_path: Path, company: Path) -> None:
    file = qwc(tmp_path, "http://localhost:9/qbwc")
    done = CliRunner().invoke(command, [str(file), "--company", str(company), "--password-env", "NOPE"])
    assert done.exit_code == 2  # click's own; the program's entry makes it 4
    assert "no variable NOPE" in done.output


def test_a_schedule_is_run_on_the_simulated_clock(tmp_path: Path, company: Path) -> None:
    sync = server(sendRequestXML=REQUEST)
    done = connect(tmp_path, company, sync, "--every", "60", "--updates", "5")
    assert done.exit_code == 0, done.output
    assert sync.operations.count("authenticate") == 5
    assert done.output.count("Scheduled update of Hours") == 5


@pytest.mark.parametrize("verbose", [False, True])
def test_the_log_is_written_and_can_be_read(tmp_path: Path, company: Path, verbose: bool) -> None:
    log = tmp_path / "QWCLog.txt"
    options = ["--log", str(log), *(["--verbose"] if verbose else [])]
    done = connect(tmp_path, company, server(), *options)
    text = log.read_text(encoding="utf-8")
    assert [call.operation for call in calls(read_log(text))] == [
        "serverVersion",
        "clientVersion",
        "authenticate",
        "sendRequestXML",
        "receiveResponseXML",
        "closeConnection",
    ]
    assert (REQUEST in text) is verbose
    assert ("QuickBooks: process request (the server's)" in done.output) is verbose
    assert "secret" not in text + done.output


def test_a_live_server_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    file = qwc(tmp_path, "https://hours.example/qbwc")
    missing = tmp_path / "nothing.qbsim"
    done = CliRunner().invoke(command, [str(file), "--company", str(missing)])
    assert isinstance(done.exception, RefusedForSafety)


@pytest.mark.parametrize(
    ("disposable", "option", "passes"), [("true", True, True), ("true", False, False), ("false", True, False)]
)
def test_a_live_server_takes_both_consents(
    tmp_path: Path, disposable: str, option: bool, passes: bool
) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(
        "language: 1\nname: shop\nconnector: {url: 'https://hours.example/qbwc', user: jane}\n"
        f"disposable: {disposable}\n",
        encoding="utf-8",
    )
    more = ["--consume-real-queue"] if option else []
    done = CliRunner().invoke(
        command,
        [
            str(qwc(tmp_path, "https://hours.example/qbwc")),
            *("--company", str(tmp_path / "nothing.qbsim"), "--target", str(target), *more),
        ],
    )
    # past the guard, the company file that is not there is what stops it
    assert isinstance(done.exception, RefusedForSafety) is not passes


def test_a_file_that_is_no_qwc_is_four_and_names_the_element(tmp_path: Path, company: Path) -> None:
    file = tmp_path / "hours.qwc"
    file.write_text(qwc_text(OwnerID=None), encoding="utf-8")
    assert OWNER not in file.read_text(encoding="utf-8")
    program = [sys.executable, "-m", "qbharness", "connect", str(file), "--company", str(company)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4
    assert "The element OwnerID is missing" in done.stderr
    assert f"{file}:2:" in done.stderr
