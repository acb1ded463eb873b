"""No command opens a session, resets or steers on another machine without both consents."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from qbharness.cli import cli
from qbharness.cli.failures import report
from qbsim.errors import RefusedForSafety

LIVE = "https://time.example.com/qbwc"
QWC = f"""<?xml version="1.0"?>
<QBWCXML><AppName>Time</AppName><AppID></AppID><AppURL>{LIVE}</AppURL>
<AppDescription>Time</AppDescription><AppSupport>https://time.example.com/help</AppSupport>
<UserName>pat</UserName><OwnerID>{{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}}</OwnerID>
<FileID>{{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}}</FileID><QBType>QBFS</QBType></QBWCXML>
"""
STORY = "work-blocks/hours-arrive-when-every-name-matches"

COMMANDS: dict[str, Callable[[str, str], list[str]]] = {
    "connect": lambda target, qwc: ["connect", qwc, "--company", "c.qbsim", "--target", target],
    "probe": lambda target, _: ["probe", LIVE, "--target", target],
    "probe of a qwc": lambda target, qwc: ["probe", qwc, "--target", target],
    "run": lambda target, _: ["run", STORY, "--target", target],
    "explore": lambda target, _: ["explore", "--examples", "1", "--target", target],
    "rehearse": lambda target, _: ["rehearse", "PROCEDURE", "--on", "INCIDENT", "--target", target],
    "target check": lambda target, _: ["target", "check", target],
    "target verdicts": lambda target, _: ["target", "verdicts", target],
}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a byte would have been sent")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.qwc").write_text(QWC)
    CliRunner().invoke(cli, ["company", "new", "c.qbsim"])
    return tmp_path


def target(folder: Path, *, disposable: bool) -> str:
    path = folder / "live.yaml"
    path.write_text(
        f"language: 1\nname: live\ndisposable: {str(disposable).lower()}\n"
        f"connector: {{url: '{LIVE}', user: pat}}\n"
        f"reset: {{http: {{url: 'https://time.example.com/reset'}}}}\n"
    )
    return str(path)


def arguments(command: str, file: str, folder: Path) -> list[str]:
    from qbsim.resources import data_path

    procedure, incident = (
        str(next(data_path("scenarios", name).glob("*.yaml"))) for name in ("cleanup", "incidents")
    )
    known = {"PROCEDURE": procedure, "INCIDENT": incident}
    return [known.get(word, word) for word in COMMANDS[command](file, str(folder / "app.qwc"))]


@pytest.mark.parametrize(("disposable", "consent"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_live_server_is_refused_without_both_consents(
    workplace: Path, command: str, disposable: bool, consent: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    words = arguments(command, target(workplace, disposable=disposable), workplace)
    given = ["--consume-real-queue"] if consent and command != "target verdicts" else []  # knows no consent
    result = CliRunner().invoke(cli, [*words, *given])
    assert isinstance(result.exception, RefusedForSafety), result.output
    assert report(result.exception) == 4
    assert "believes that they are in QuickBooks" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["connect", "probe", "run", "target check"])
def test_with_both_consents_the_command_goes_on_to_the_server(workplace: Path, command: str) -> None:
    words = arguments(command, target(workplace, disposable=True), workplace)
    result = CliRunner().invoke(cli, [*words, "--consume-real-queue"])
    assert not isinstance(result.exception, RefusedForSafety)


@pytest.mark.parametrize("command", ["connect", "probe", "probe of a qwc"])
@pytest.mark.parametrize(
    "connector",
    [
        "{url: 'https://staging.example.com/qbwc', user: pat}",
        "{url: 'https://time.example.com:8443/qbwc', user: pat}",
        "{url: 'http://127.0.0.1:{{ port }}/time.example.com', user: pat}",
    ],
)
def test_the_word_of_a_file_about_another_server_is_no_consent(
    workplace: Path, command: str, connector: str
) -> None:
    other = workplace / "other.yaml"
    other.write_text(f"language: 1\nname: other\ndisposable: true\nconnector: {connector}\n")
    words = [*arguments(command, str(other), workplace), "--consume-real-queue"]
    result = CliRunner().invoke(cli, words)
    assert isinstance(result.exception, RefusedForSafety), result.output
    assert "other.yaml does not name https://time.example.com/qbwc" in str(result.exception)


@pytest.mark.parametrize("command", ["connect", "probe", "probe of a qwc"])
@pytest.mark.parametrize(
    "connector",
    [
        "{qwc: app.qwc}",
        "{qwc: 'https://time.example.com/acme.qwc'}",
        "{url: 'HTTPS://Time.Example.com:443/qbwc', user: pat}",
        "{url: '{{ base }}/qbwc', user: pat}\nvariables: {base: 'https://time.example.com'}",
    ],
)
def test_a_file_names_its_server_by_address_qwc_or_variable(
    workplace: Path, command: str, connector: str
) -> None:
    own = workplace / "own.yaml"
    own.write_text(f"language: 1\nname: own\ndisposable: true\nconnector: {connector}\n")
    words = [*arguments(command, str(own), workplace), "--consume-real-queue"]
    result = CliRunner().invoke(cli, words)
    assert not isinstance(result.exception, RefusedForSafety), result.exception
