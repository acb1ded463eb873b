"""The bundled stories over https, against a server process with a private certificate authority."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from stories_support import running, story

from qbharness.outcome import Status
from qbharness.scenario.library import load
from qbharness.targets.reader import bundled, parse_target
from qbharness.targets.target import Target
from qbharness.world.runner import run_scenario
from qbsim.connector.transport import HttpTransport

SERVE = Path(__file__).parents[1] / "support" / "serve_tls.py"
STORIES = [scenario.name for scenario in load(["work-blocks"])]


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Target, Path]]:
    folder = tmp_path_factory.mktemp("tls")
    authority, ca, pem = trustme.CA(), folder / "ca.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(str(ca))
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(pem))
    text = bundled()["plain"].read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:", "https://localhost:")
    text = text.replace("    - -m\n    - qbharness.servers\n", f"    - {SERVE}\n    - {pem}\n")
    text = text.replace("connector:\n", f"connector:\n  ca_file: {ca}\n", 1)
    with running(parse_target(text, "plain-over-tls.yaml"), folder) as target:
        yield target, ca


@pytest.mark.parametrize("name", STORIES)
def test_a_story_holds_over_https(secure: tuple[Target, Path], name: str) -> None:
    target, ca = secure
    assert target.connection().url.startswith("https://localhost:")
    (scenario,) = (one for one in load(["work-blocks"]) if one.name == name)
    with HttpTransport(ca=ca) as transport:
        outcome = run_scenario(scenario, target, transport)
    assert outcome.status is Status.HELD, outcome.reason + outcome.output


def test_without_the_authority_nothing_is_delivered(secure: tuple[Target, Path]) -> None:
    target, _ = secure
    with HttpTransport() as transport:
        outcome = run_scenario(story("hours-arrive-when-every-name-matches"), target, transport)
    assert outcome.status is not Status.HELD
