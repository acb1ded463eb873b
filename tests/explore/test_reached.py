"""Reached marks: each is reached by a plan that goes there, and lanes say which they must reach."""

from __future__ import annotations

from pathlib import Path

import pytest
from explore_support import one_update, players

from qbharness.cli import explore_told as told
from qbharness.explore.campaign import forgiving
from qbharness.explore.reached import DEEP, EXHAUSTIVE, MARKS, QUICK, Reached
from qbharness.scenario.faults import FAULTS
from qbharness.scenario.reader import read_text

HEAD = """\
language: 1
scenario: A way to a mark
company: {employees: [Jane Doe], customers: [Acme]}
blocks:
  roof: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00}
steps:
"""
LOST = "  - update selected: {faults: [request lost: {call: receiveResponseXML}]}\n"
UPDATE = "  - update selected\n"

WAYS = {
    "answer lost after the commit": LOST + UPDATE,
    "asked again under the same id": LOST + UPDATE,
    "login while a session is open": (
        "  - update selected: {faults: [connector killed: {call: receiveResponseXML}]}\n" + UPDATE
    ),
    "block edited while in doubt": LOST + "  - edit block: {block: roof, hours: 7:30}\n" + UPDATE,
    "block deleted while in doubt": LOST + "  - delete block: roof\n" + UPDATE,
    "backup restored with a block in doubt": "  - back up\n" + LOST + "  - restore backup\n" + UPDATE,
    "backup restored after a landing": "  - back up\n" + UPDATE + "  - restore backup\n" + UPDATE,
    "two PCs interleaved": (
        "  - multi user\n  - add application: {pc: pc2}\n"
        "  - meanwhile: {lists: [[update selected], [update selected: {pc: pc2}]], order: in turn}\n"
    ),
    "refused, mended, landed": (
        "  - rename: {employee: Jane Doe, to: Jane}\n"
        + UPDATE
        + "  - rename: {employee: Jane, to: Jane Doe}\n"
        + UPDATE
    ),
    "answer about a refusal lost": "  - rename: {employee: Jane Doe, to: Jane}\n" + LOST + UPDATE,
    "stored refusal": "  - rename: {employee: Jane Doe, to: Jane}\n" + UPDATE + UPDATE,
    "equal blocks": (
        "  - add block: {block: twin, employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00}\n"
        + UPDATE
    ),
    "hours typed like a block": (
        "  - enter time: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00}\n" + UPDATE
    ),
    "block marked as not sent": UPDATE + "  - mark not sent: roof\n" + UPDATE,
    "quickbooks out of reach": "  - show dialog\n" + UPDATE + "  - dismiss dialog\n" + UPDATE,
    "quickbooks killed": (
        "  - update selected: {faults: [quickbooks killed: {at: after commit}]}\n" + UPDATE
    ),
    "connector killed": "  - update selected: {faults: [connector killed: {call: sendRequestXML}]}\n",
    "server killed": "  - update selected: {faults: [server killed: {call: sendRequestXML}]}\n",
    "call delivered twice": "  - update selected: {faults: [delivered twice: {call: sendRequestXML}]}\n",
    "call delivered late": (
        "  - update selected: {faults: [delivered late: {call: sendRequestXML}]}\n" + UPDATE
    ),
    "reply garbled": "  - update selected: {faults: [garbled: {call: sendRequestXML, with: html}]}\n",
}
PINNED = {
    "9002: no stored response": "switches: {recovery_store: loses_answer}\n",
    "9005: state not stored": "switches: {recovery_store: fails}\n",
}
BY_THE_SERVER_ALONE = {"9001: changed bytes under a known id"}


def _reached(text: str, folder: Path) -> Reached:
    reached = Reached()
    with players("exact", folder) as playing:
        for scenario in read_text(text, file="way"):
            reached.note(forgiving(playing.play, scenario).history)
    return reached


def test_there_is_a_way_to_every_mark() -> None:
    assert {*WAYS, *PINNED, *BY_THE_SERVER_ALONE} == set(MARKS)


@pytest.mark.parametrize("name", WAYS)
def test_the_way_leads_to_the_mark(name: str, tmp_path: Path) -> None:
    assert _reached(HEAD + WAYS[name], tmp_path).marks[name]


@pytest.mark.parametrize("name", PINNED)
def test_a_switch_leads_to_the_mark(name: str, tmp_path: Path) -> None:
    text = HEAD.replace("company:", PINNED[name] + "company:")
    assert _reached(text + LOST + UPDATE, tmp_path).marks[name]


def test_a_calm_story_reaches_nothing_dangerous(tmp_path: Path) -> None:
    reached = Reached()
    with players("exact", tmp_path) as playing:
        reached.note(playing.play(one_update()).history)
    assert reached.missing == tuple(MARKS)


def test_what_a_lane_cannot_reach_is_not_asked_of_it() -> None:
    nothing = Reached()
    assert "block edited while in doubt" not in nothing.lacking(EXHAUSTIVE)
    assert "block edited while in doubt" in nothing.lacking(QUICK)
    assert "answer lost after the commit" in nothing.lacking(EXHAUSTIVE)
    assert set(nothing.lacking(DEEP)) < set(MARKS)


def test_the_table_has_a_row_a_fault_and_a_column_a_call() -> None:
    reached = Reached()
    for word in FAULTS:
        reached.faults["sendRequestXML", word] += 3
    rows = list(told.table(reached))
    assert len(rows) == 2 + len(FAULTS)
    assert "".join(rows[0][row : row + 13].strip() for row in (17 + 39,)) == "send"
    assert all(row.split()[-1] == "-" and "3" in row.split() for row in rows[2:])
    assert max(map(len, rows)) <= 125
