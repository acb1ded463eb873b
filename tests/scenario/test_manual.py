"""The manual shows every word, and every example in it can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qbharness import read_text
from qbharness.scenario.expectations import EXPECTATIONS
from qbharness.scenario.faults import CALLS, FAULTS, GARBLES
from qbharness.scenario.reader import COMPANY_LISTS, PROCEDURE_KEYS, STORY_KEYS
from qbharness.scenario.steps import STEPS

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)
PROGRAMS = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)

HEAD = """\
language: 1
scenario: An example of the manual
company:
  employees: [Jane Doe]
  customers: [Acme, "Acme:Roof"]
blocks:
  roof: {employee: Jane Doe, customer: "Acme:Roof", date: 2026-11-02, hours: 8:00}
"""


def whole(example: str) -> str:
    """The example as a file: those that are only a part of one get the rest."""
    if "language:" in example:
        return example
    return HEAD + example + ("" if example.startswith("steps:") else "steps:\n  - update selected\n")


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_of_the_manual_can_be_read(example: str) -> None:
    assert read_text(whole(example), file="docs/scenarios.md")


@pytest.mark.parametrize("table", [STEPS, FAULTS, EXPECTATIONS], ids=["steps", "faults", "expectations"])
def test_every_word_stands_in_an_example(table: dict[str, type]) -> None:
    text = "\n".join(EXAMPLES)
    missing = [w for w in table if not re.search(rf"^ *(- )?{re.escape(w)}(:|$)", text, re.MULTILINE)]
    assert missing == []


@pytest.mark.parametrize("words", [CALLS, GARBLES, tuple(COMPANY_LISTS), STORY_KEYS, PROCEDURE_KEYS])
def test_every_key_and_choice_stands_in_the_manual(words: tuple[str, ...]) -> None:
    assert [word for word in words if word not in MANUAL] == []


def test_the_program_of_the_manual_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for program in PROGRAMS:
        exec(compile(program, "docs/scenarios.md", "exec"), {})  # noqa: S102 - our own manual
    assert PROGRAMS
