"""Debian's Chromium, driven by Playwright, with everything noted that a self-contained page must not do."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import define, field

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
"""``--no-sandbox``: in CI the tests run as root; the pages are our own."""


@define
class Watched:
    """A page, and what happened on it."""

    page: object
    requests: list[str] = field(factory=list)
    complaints: list[str] = field(factory=list)


def chromium() -> str:
    """The path of the browser; skips the test where there is none."""
    path = os.environ.get("QBHARNESS_CHROMIUM") or shutil.which("chromium")
    if not path or not Path(path).exists():
        pytest.skip("there is no chromium here (apt-get install chromium)")
    return path


@contextlib.contextmanager
def watched_page(*, width: int = 1200, height: int = 900, dark: bool = False) -> Iterator[Watched]:
    """A fresh page; console messages, errors and requests are collected."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        try:
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
            )
            watched = Watched(context.new_page())
            watched.page.on("request", lambda request: watched.requests.append(request.url))
            watched.page.on("console", lambda message: watched.complaints.append(message.text))
            watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
            yield watched
        finally:
            browser.close()
