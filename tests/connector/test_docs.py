"""The document of the moves is the table of the moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from qbsim.connector import drawing
from qbsim.connector.session import MOVES, VARIATIONS
from qbsim.connector.walk import Bounds
from qbsim.errors import UsageProblem

DOCUMENT = Path(__file__).parents[2] / "docs" / "web-connector.md"


def test_the_document_shows_the_table_as_it_is() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert drawing.renewed(text) == text, "python -m qbsim.connector.drawing docs/web-connector.md"


def test_a_changed_table_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    changed = {state: dict(row) for state, row in MOVES.items()}
    state, event = next((state, event) for state, row in changed.items() for event in row)
    del changed[state][event]
    monkeypatch.setattr(drawing, "MOVES", changed)
    assert drawing.renewed(text) != text


def test_every_move_is_one_row_and_every_variation_too() -> None:
    assert drawing.moves().count("\n") == 1 + sum(map(len, MOVES.values()))
    assert drawing.variations().count("\n") == 1 + sum(map(len, VARIATIONS.values()))


def test_a_document_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(UsageProblem, match="no place"):
        drawing.renewed("# Something else")


def test_the_bounds_in_the_document_are_those_of_the_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").replace(",", "")
    bounds = Bounds()
    for number in (
        f"{bounds.requests} requests",
        f"{bounds.no_ops} in a row",
        f"{bounds.connection_errors} times",
        f"{bounds.interactive_polls} questions",
        f"{bounds.lock_polls} looks",
    ):
        assert number in text
