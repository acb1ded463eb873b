"""qbwc-kit from PyPI, which nobody here wrote: a search finds its duplicate by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from explore_support import command_line

from qbharness.explore.shrinking import size
from qbharness.scenario.library import load
from qbharness.targets.reader import bundled

TARGET = str(bundled()["qbwc-kit"])


@pytest.mark.servers
def test_a_search_finds_the_duplicate_of_qbwc_kit_and_exact_holds_its_story(tmp_path: Path) -> None:
    with command_line(tmp_path) as run:
        code, said = run("explore", "--target", TARGET, "--examples", "2", "--seed", "1")
        assert code == 1, said
        assert "BROKEN  duplicate: sent again" in said
        path = Path(".qbharness/failures/qbwc-kit--duplicate-sent-again.yaml")
        (story,) = load([str(path)])
        assert size(story) <= 4
        code, said = run("replay", str(path), "--target", TARGET)
        assert code == 1, said
        assert "FAILED" in said
        code, said = run("replay", str(path), "--target", "exact")
        assert code == 0, said
        assert "FIXED" in said
