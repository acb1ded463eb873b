"""The Work Block page in a real browser, without JavaScript, with the keyboard alone (tox -e browser)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bundled_servers_support import ProcessServer, QuickBooks, block, update

pytestmark = pytest.mark.browser

_MOST_TABS = 120


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ProcessServer]:
    server = ProcessServer(database=f"sqlite:///{tmp_path / 'work.db'}")
    yield server
    server.stop()


@pytest.fixture
def page() -> Iterator[Any]:
    """A page of Debian's Chromium, scripts switched off; what its security policy forbids fails a test."""
    playwright = pytest.importorskip("playwright.sync_api", reason="tox -e browser installs it")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    complaints: list[str] = []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(java_script_enabled=False, accept_downloads=True)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        yield page
        browser.close()
    assert [text for text in complaints if "Security" in text or "script" in text] == []


def tab_to(page: Any, name: str) -> None:
    """Press Tab until the control of that accessible name has the focus."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if not focused.count():
            continue
        known = focused.get_attribute("id")
        label = page.locator(f"label[for='{known}']") if known else None
        text = label.inner_text() if label is not None and label.count() else focused.inner_text()
        if text.strip().startswith(name):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")


def enter(page: Any) -> None:
    """Press Enter and wait for the page that comes."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Any, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.type(text)


def test_a_block_is_added_sent_edited_and_marked_with_the_keyboard_alone(
    page: Any, server: ProcessServer
) -> None:
    page.goto(server.url)
    for name, text in (
        ("Employee (required)", "Jane Doe"),
        ("Customer:Job", "Acme:Roof"),
        ("Date", "2026-11-02"),
        ("Hours", "8:00"),
        ("Notes", "<b>framing</b>"),
    ):
        type_into(page, name, text)
    tab_to(page, "Add")
    enter(page)
    row = page.locator("tbody tr")
    assert "<b>framing</b>" in row.inner_text()
    assert "not sent" in row.inner_text()

    update(server, QuickBooks())
    page.reload()
    assert "sent\nversion 1" in row.inner_text().replace(" version", "\nversion")

    tab_to(page, "1")
    enter(page)
    tab_to(page, "Hours")
    page.keyboard.press("Control+A")
    page.keyboard.type("7:30")
    enter(page)
    assert "edited since" in row.inner_text()

    tab_to(page, "Mark as not sent")
    enter(page)
    assert "not sent" in row.inner_text()
    assert server.blocks()[0]["state"] == "not sent"


def test_a_wrong_value_is_announced_and_what_was_typed_stays(page: Any, server: ProcessServer) -> None:
    page.goto(server.url)
    for name, text in (
        ("Employee (required)", "Jane Doe"),
        ("Customer:Job", "Acme"),
        ("Date", "2026-11-02"),
        ("Hours", "7.5"),
    ):
        type_into(page, name, text)
    enter(page)
    assert "hours and minutes" in page.get_by_role("alert").inner_text()
    assert page.locator("#hours").input_value() == "7.5"
    assert server.blocks() == []


def test_period_filter_csv_and_reconcile_work(page: Any, server: ProcessServer) -> None:
    server.api("POST", "/api/blocks", block())
    page.goto(server.url)
    type_into(page, "First day", "2026-11-01")
    enter(page)
    assert server.api("GET", "/api/period") == {"from": "2026-11-01", "to": None}
    type_into(page, "Lines:", "employee,customer,date,hours\nJo,Acme,2026-12-05,1:00")
    tab_to(page, "Import")
    enter(page)
    assert page.locator("tbody tr").count() == 2
    type_into(page, "To", "2026-11-30")
    enter(page)
    assert page.locator("tbody tr").count() == 1
    tab_to(page, "Compare with QuickBooks")
    enter(page)
    assert "The next update compares" in page.inner_text("main")


def test_the_qwc_is_downloaded(page: Any, server: ProcessServer) -> None:
    page.goto(server.url)
    tab_to(page, "Download the .qwc of qbharness")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert "<QBWCXML>" in Path(download.value.path()).read_text()
    assert download.value.suggested_filename == "Acme Time.qwc"
