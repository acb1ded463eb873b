"""The table of switches: every row is named by a test, with each of its values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qbsim.certainty import Certainty
from qbsim.switches import SWITCHES

TESTS = Path(__file__).parent.parent
ROWS = [
    (name, value) for name, switch in SWITCHES.items() for value in switch.values if value != switch.default
]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py") if file != Path(__file__)]


@pytest.mark.parametrize(("name", "value"), ROWS)
def test_a_test_names_the_switch_and_the_value(texts: list[str], name: str, value: str) -> None:
    switch = re.compile(rf"[\"']{name}[\"']|\b{name}=")
    word = re.compile(rf"[\"'=]{re.escape(value)}\b")
    assert any(switch.search(text) and word.search(text) for text in texts)


@pytest.mark.parametrize("name", SWITCHES)
def test_a_switch_asks_a_question_and_its_default_is_no_adversary(name: str) -> None:
    switch = SWITCHES[name]
    assert switch.sentence.endswith(("?", "."))
    assert len(switch.values) > 1
    assert switch.values[switch.default].certainty is not Certainty.ADVERSARIAL
