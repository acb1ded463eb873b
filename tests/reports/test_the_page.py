"""The HTML report, without a browser: what is in it, and what can never get into it."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
import reports_support as runs
from attrs import evolve
from history_support import JANE
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from qbharness.history import Entry, History
from qbharness.outcome import Outcome, Status
from qbharness.reports import make
from qbharness.reports.diagram import diagram_of
from qbharness.reports.highlight import highlighted
from qbharness.reports.weeks import weeks_of


def written(folder: Path, *outcomes: Outcome) -> str:
    path = folder / "report.html"
    runs.play(make(f"html={path}"), *outcomes)
    return path.read_text("utf-8")


# ------------------------------------------------------------------------------------ the whole page


def test_the_page_has_every_scenario_and_opens_those_that_did_not_hold(tmp_path: Path) -> None:
    page = html.fromstring(written(tmp_path, *runs.every_kind()))
    scenarios = page.xpath("//details[contains(@class, 'scenario ')]")
    opened = {each.get("class").split()[1]: each.get("open") is not None for each in scenarios}
    assert opened == {
        "held": False,
        "broken": True,
        "exposed": True,
        "undetermined": True,
        "known": False,
        "skipped": False,
    }


def test_a_broken_scenario_shows_sentence_story_lines_timesheet_and_command(tmp_path: Path) -> None:
    page = html.fromstring(written(tmp_path, runs.with_source(tmp_path, runs.lost_answer())))
    shown = " ".join(page.text_content().split())
    for words in (
        "duplicate: Block roof is in QuickBooks twice",
        "request lost (receiveResponseXML, block roof)",
        "- request lost: {call: receiveResponseXML, block: roof}",
        "Jane Doe, week of 2026-11-02",
        "qbharness run",
    ):
        assert words in shown
    assert len(page.xpath("//ol[@class='story']/li")) == 10


def test_every_request_and_every_answer_is_folded_and_coloured(tmp_path: Path) -> None:
    page = html.fromstring(written(tmp_path, runs.outcome_of(runs.lost_answer())))
    calls = page.xpath("//details[contains(@class, 'call')]")
    assert len(calls) == 7
    assert all(call.get("open") is None for call in calls)
    assert page.xpath("//pre[@class='qbxml']/span[@class='x-tag'][contains(., 'TimeTrackingAdd')]")
    assert page.xpath("//td[text()='1-1793628000']")


def test_every_check_is_shown_with_its_reasons(tmp_path: Path) -> None:
    page = html.fromstring(written(tmp_path, runs.outcome_of(runs.lost_answer())))
    verdicts = {each.findtext("b"): each.findtext("em") for each in page.xpath("//ul[@class='checks']/li")}
    assert verdicts == {"lost": "HELD", "duplicate": "BROKEN", "flags": "HELD", "expectation": "HELD"}
    assert page.xpath("//ul[@class='checks']/li[@class='broken']/p")


def test_the_page_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    text = written(tmp_path, *runs.every_kind())
    page = html.fromstring(text)
    assert not page.xpath(
        "//script | //img | //iframe | //object | //form | //*[@style] | //a[@href][@target]"
    )
    links = set(page.xpath("//@href | //@src | //@*[name()='xlink:href']"))
    assert links == {"data:,", "#scenarios"}
    assert "url(" not in text
    assert "@import" not in text


def test_the_policy_allows_the_pages_own_style_and_nothing_else(tmp_path: Path) -> None:
    text = written(tmp_path, runs.outcome_of(runs.delivered()))
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = html.fromstring(text).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    evil = "</pre><script>alert(1)</script>{{ 7*7 }}\"' onload=x \x00\x1b[2J"
    played = runs.begun(evil)
    played.block("roof", evolve(JANE, notes=evil, customer=evil))
    played.step(evil, evil)
    played.start()
    played.commit(played.hand_out(evolve(JANE, notes=evil), text=evil), evolve(JANE, notes=evil))
    played.call("receiveResponseXML", evil, error=evil)
    played.end(evil, error=evil)
    text = written(tmp_path, runs.outcome_of(played.rest(), output=evil, reason=evil, file=evil[:40]))
    assert "<script" not in text
    assert "49" not in re.findall(r"alert\(1\).{0,30}", text)[0]
    assert not html.fromstring(text).xpath("//@onload")
    assert "\x00" not in text
    assert "\x1b" not in text


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    slow = [evolve(outcome, seconds=3.0) for outcome in runs.every_kind()]
    assert written(tmp_path, *runs.every_kind()) == written(tmp_path, *slow)


def test_a_page_without_scenarios_says_so(tmp_path: Path) -> None:
    assert "There is nothing to show." in written(tmp_path)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_word_and_a_sign_and_not_only_a_colour(tmp_path: Path, status: Status) -> None:
    page = html.fromstring(written(tmp_path, runs.outcome_of(runs.delivered(), status=status)))
    (badge,) = page.xpath("//summary/span[contains(@class, 'badge')]")
    assert badge.text_content().split(maxsplit=1)[1] == status.value
    assert len(badge.text_content().split()[0]) == 1


# --------------------------------------------------------------------------------------- the diagram


def told(history: History) -> list[tuple[str, str]]:
    return [(row.shape, " ".join(row.words)) for row in diagram_of(history).rows]


def test_the_diagram_shows_the_way_of_a_block_and_the_answer_that_is_lost() -> None:
    rows = told(runs.lost_answer())
    assert ("arrow", "hands out roof (8:00)") in rows
    assert ("note", "writes roof (8:00): TxnID 1-1793628000") in rows
    assert ("lost", "receiveResponseXML: connection reset") in rows
    assert ("both", "receiveResponseXML: 100") in rows


def test_a_call_that_the_server_never_got_has_no_arrow_that_arrives() -> None:
    rows = diagram_of(runs.lost_answer()).rows
    (lost,) = [row for row in rows if row.shape == "lost"]
    server = next(column.x for column in diagram_of(runs.lost_answer()).columns if "server" in column.name)
    assert lost.to > server + 20


def test_people_stand_in_the_diagram_only_when_they_act() -> None:
    names = [column.name for column in diagram_of(runs.delivered()).columns]
    assert names == ["Sync server", "Web Connector", "QuickBooks"]
    played = runs.begun("An edit")
    played.step("the server's owner", "edits block roof")
    played.block("roof", evolve(JANE, seconds=3600), change="edited")
    assert diagram_of(played.history).columns[0].name == "Server's owner"


def test_two_pcs_have_a_lane_each() -> None:
    played = runs.begun("Two PCs")
    played.step("the user", "updates")
    played.start(pc="pc1")
    played.start(pc="pc2")
    names = [column.name for column in diagram_of(played.history).columns]
    assert names[1:3] == ["Web Connector · pc1", "Web Connector · pc2"]


def test_rows_never_overlap_and_stay_inside_the_picture() -> None:
    diagram = diagram_of(runs.lost_answer())
    for above, below in zip(diagram.rows, diagram.rows[1:], strict=False):
        assert above.y + above.height < below.y
    assert diagram.rows[-1].y + diagram.rows[-1].height <= diagram.height
    assert all(0 <= x <= diagram.width for row in diagram.rows for x in (row.x, row.to))


def test_a_history_without_an_end_is_cut_and_says_so() -> None:
    played = runs.begun("For ever")
    played.step("the user", "updates")
    for _ in range(450):
        played.start()
    assert diagram_of(played.history).left_out > 0


# ------------------------------------------------------------------------------- weeks and highlights


def test_hours_that_are_there_twice_are_two_lines_of_the_weekly_sheet() -> None:
    (week,) = weeks_of([Entry("1", JANE), Entry("2", JANE)])
    assert [row.days[0] for row in week.rows] == ["8:00", "8:00"]
    assert (week.totals[0], week.total) == ("16:00", "16:00")


def test_the_same_work_on_two_days_is_one_line() -> None:
    (week,) = weeks_of([Entry("1", JANE), Entry("2", evolve(JANE, date="2026-11-03"))])
    ((row),) = week.rows
    assert row.days[:3] == ("8:00", "8:00", "")
    assert row.total == "16:00"


def test_sunday_and_monday_are_in_two_weeks() -> None:
    weeks = weeks_of([Entry("1", JANE), Entry("2", evolve(JANE, date="2026-11-01"))])
    assert [week.begins for week in weeks] == ["2026-10-26", "2026-11-02"]


@given(st.text() | st.text(alphabet="<a/> \n").map("<a>".__add__))
def test_highlighting_keeps_every_letter_and_makes_nothing_active(text: str) -> None:
    text = "".join(char for char in text if char == "\n" or char.isprintable())
    shown = etree.fromstring(f"<pre>{highlighted(text)}</pre>")
    assert {element.tag for element in shown.iter()} <= {"pre", "span"}
    if text.startswith("<"):
        assert "".join("".join(shown.itertext()).split()) == "".join(text.split())
    else:
        assert "".join(shown.itertext()) == text


@pytest.mark.parametrize("between", ["", "\n"], ids=["on one line", "one tag a line"])
def test_a_document_without_indentation_is_laid_out(between: str) -> None:
    tags = '<?xml version="1.0"?>|<QBXML>|<A id="1">|<B>x</B>|<C/>|</A>|</QBXML>'
    one = tags.replace("|", between)
    shown = "".join(etree.fromstring(f"<pre>{highlighted(one)}</pre>").itertext())
    assert shown.split("\n") == [
        '<?xml version="1.0"?>',
        "<QBXML>",
        '  <A id="1">',
        "    <B>x</B>",
        "    <C/>",
        "  </A>",
        "</QBXML>",
    ]


def test_line_breaks_that_are_contents_stay() -> None:
    document = "<A><N>one\ntwo\n</N></A>"
    shown = "".join(etree.fromstring(f"<pre>{highlighted(document)}</pre>").itertext())
    assert "<N>one\ntwo\n</N>" in shown
