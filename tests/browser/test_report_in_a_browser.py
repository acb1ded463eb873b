"""The HTML report in a real browser: it renders, folds, prints, and keeps to itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import reports_support as runs
from browser_support import watched_page

from qbharness.reports import make

pytestmark = pytest.mark.browser


@pytest.fixture
def report(tmp_path: Path) -> str:
    """The address of a page with one scenario of every status."""
    path = tmp_path / "report.html"
    outcomes = (*runs.every_kind(), runs.with_source(tmp_path, runs.wrong_expectation()))
    runs.play(make(f"html={path}"), *outcomes)
    return path.as_uri()


def test_the_page_renders_without_a_complaint_and_without_asking_for_anything(report: str) -> None:
    with watched_page() as watched:
        watched.page.goto(report)
        assert watched.page.locator("h1").inner_text() == "7 scenarios against plain"
        assert watched.page.locator(".scenario.broken svg.diagram").first.is_visible()
        watched.page.wait_for_timeout(300)
    assert watched.complaints == []
    assert watched.requests == [report]


def test_the_style_sheet_is_in_force(report: str) -> None:
    """A wrong hash in the policy would leave a bare page."""
    with watched_page() as watched:
        watched.page.goto(report)
        radius = watched.page.locator(".scenario").first.evaluate(
            "each => getComputedStyle(each).borderRadius"
        )
    assert radius == "8px"


def test_what_held_is_folded_and_opens_at_a_click(report: str) -> None:
    with watched_page() as watched:
        watched.page.goto(report)
        inside = watched.page.locator(".scenario.held .body").first
        assert not inside.is_visible()
        watched.page.locator(".scenario.held > summary").first.click()
        assert inside.is_visible()


def test_a_request_opens_by_keyboard_alone(report: str) -> None:
    with watched_page() as watched:
        watched.page.goto(report)
        watched.page.locator(".scenario.broken .update > summary").first.focus()
        watched.page.keyboard.press("Enter")
        for _ in range(10):
            watched.page.keyboard.press("Tab")
            if "sendRequestXML" in watched.page.evaluate("document.activeElement.innerText"):
                break
        watched.page.keyboard.press("Space")
        request = watched.page.locator(".scenario.broken pre.qbxml").first
        assert request.is_visible()
        assert "<TimeTrackingAddRq requestID=" in request.inner_text()


def test_the_filter_leaves_one_kind_of_scenario(report: str) -> None:
    with watched_page() as watched:
        watched.page.goto(report)
        watched.page.locator("#show-skipped").check()
        assert watched.page.locator(".scenario:visible").count() == 1
        watched.page.locator("#show-all").check()
        assert watched.page.locator(".scenario:visible").count() == 7


@pytest.mark.parametrize("width", [320, 390, 768])
def test_a_small_screen_never_scrolls_sideways(report: str, width: int) -> None:
    with watched_page(width=width) as watched:
        watched.page.goto(report)
        watched.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_mode_is_dark_and_its_text_is_light(report: str) -> None:
    def colours(*, dark: bool) -> tuple[str, str]:
        with watched_page(dark=dark) as watched:
            watched.page.goto(report)
            script = "each => [getComputedStyle(each).backgroundColor, getComputedStyle(each).color]"
            ground, ink = watched.page.locator("body").evaluate(script)
        return ground, ink

    assert colours(dark=False) == ("rgb(244, 246, 248)", "rgb(27, 38, 49)")
    assert colours(dark=True) == ("rgb(18, 23, 29)", "rgb(228, 234, 240)")


CONTRASTS = """() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = each => {
    for (let at = each; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!colour.endsWith(', 0)')) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const hasText = each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  const bad = [];
  for (const each of document.querySelectorAll('body *:not(svg *)')) {
    if (!hasText(each) || !each.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(each).color), light(ground(each))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) bad.push(`${each.tagName}.${each.className} ${ratio.toFixed(2)}`);
  }
  return bad;
}"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_word_can_be_read(report: str, dark: bool) -> None:
    """WCAG AA: text against its ground, at least 4.5 to 1."""
    with watched_page(dark=dark) as watched:
        watched.page.goto(report)
        watched.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert watched.page.evaluate(CONTRASTS) == []


def test_on_paper_everything_is_unfolded(report: str) -> None:
    with watched_page() as watched:
        watched.page.goto(report)
        watched.page.emulate_media(media="print")
        height = "each => each.getBoundingClientRect().height"
        assert watched.page.locator(".scenario.held .story, .scenario.held .week").first.evaluate(height) > 20
        assert watched.page.locator("pre.qbxml").first.evaluate(height) > 20
        assert not watched.page.locator(".filter").is_visible()
        assert watched.page.pdf(format="A4").startswith(b"%PDF")


def test_every_box_of_the_diagram_holds_its_words(report: str) -> None:
    script = """svg => [...svg.querySelectorAll('g')].filter(g => g.querySelector('rect')).flatMap(g => {
      const box = g.querySelector('rect').getBBox();
      return [...g.querySelectorAll('text:not(.clock)')].filter(text => {
        const b = text.getBBox(); return b.x < box.x || b.x + b.width > box.x + box.width; })
        .map(text => text.textContent); })"""
    with watched_page() as watched:
        watched.page.goto(report)
        for diagram in watched.page.locator(".scenario[open] svg.diagram").all():
            assert diagram.evaluate(script) == []
