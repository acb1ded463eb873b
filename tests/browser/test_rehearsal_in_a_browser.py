"""The page of a rehearsal in a real browser: both timesheets beside each other, and it keeps to itself."""

from __future__ import annotations

import pytest
from browser_support import watched_page
from click.testing import CliRunner

from qbharness.cli.rehearse import command

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a page with one procedure on all incidents."""
    file = tmp_path_factory.mktemp("page") / "rehearsal.html"
    CliRunner().invoke(command, ["delete-the-later-entry", "--on", "incidents", "--report", f"html={file}"])
    return file.as_uri()


def test_it_renders_without_a_complaint_and_asks_for_nothing(rehearsal: str) -> None:
    with watched_page() as watched:
        watched.page.goto(rehearsal)
        assert watched.page.locator("section").count() == 5
        watched.page.wait_for_timeout(200)
    assert watched.complaints == []
    assert watched.requests == [rehearsal]


def test_both_sheets_stand_beside_each_other(rehearsal: str) -> None:
    with watched_page(width=1280) as watched:
        watched.page.goto(rehearsal)
        tables = watched.page.locator("section.safe .sheets").first.locator("table")
        before, after = (tables.nth(number).bounding_box() for number in range(2))
        assert before is not None
        assert after is not None
        assert before["y"] == after["y"]
        assert before["x"] + before["width"] <= after["x"]


@pytest.mark.parametrize("width", [320, 768])
def test_a_small_screen_never_scrolls_sideways(rehearsal: str, width: int) -> None:
    with watched_page(width=width) as watched:
        watched.page.goto(rehearsal)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
