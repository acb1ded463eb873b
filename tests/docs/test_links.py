"""Every page of ours: its links lead somewhere, and somebody leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```.*?^```$", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:")


@cache
def pages() -> tuple[Path, ...]:
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    return tuple(sorted(found))


@cache
def prose(page: Path) -> str:
    """The page without its examples."""
    return FENCE.sub("", page.read_text("utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors that a forge makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    words = (re.sub(r"[`*\[\]]|\(.*?\)", "", heading).lower() for heading in headings)
    return frozenset(re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in words)


def links(page: Path) -> Iterator[tuple[str, Path, str]]:
    """Every link into this repository: as written, the file, and the anchor."""
    for link in LINK.findall(prose(page)):
        if not link.startswith(ELSEWHERE):
            file, _, anchor = link.partition("#")
            yield link, (page.parent / file).resolve() if file else page, anchor


def test_there_are_pages_and_links() -> None:
    assert len(pages()) > 10
    assert sum(1 for page in pages() for _ in links(page)) > 10


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    astray = [
        link
        for link, file, anchor in links(page)
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file))
    ]
    assert astray == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_page_of_the_documentation_is_linked_from_another(page: Path) -> None:
    assert any(file == page for other in pages() if other != page for _, file, _ in links(other))
