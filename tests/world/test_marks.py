"""Where the target declares how its requests name their block, the mark decides which block landed."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked_servers import GUID, NOTES, SERVERS, serving

from qbharness.history import Committed, HandedOut, Hours, Ledger, OfferedEntry, to_line
from qbharness.outcome import Outcome, Status
from qbharness.scenario.library import load
from qbharness.scenario.model import BlockFields
from qbharness.scenario.reader import read_text
from qbharness.targets.model import Marks
from qbharness.world.blocks import BlockBook
from qbharness.world.marking import Marking
from qbharness.world.naming import Naming

HEAD = """\
language: 1
scenario: Blocks that name themselves
company: {employees: [Jane Doe], customers: [Acme, Bolt]}
"""
EQUAL = """\
blocks:
  roof: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00, notes: framing}
  attic: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00, notes: framing}
steps:
  - update selected
"""
DIFFERENT = """\
blocks:
  roof: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00, notes: framing}
  attic: {employee: Jane Doe, customer: Bolt, date: 2026-11-03, hours: 2:00}
steps:
  - update selected
"""
PICKED = """\
blocks:
  roof: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00, notes: framing}
  attic: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00, notes: painting}
steps:
  - update selected:
      faults:
        - reply lost: {call: receiveResponseXML, block: attic}
  - delete time: {block: attic}
  - update selected
expect:
  - timesheet is:
      - {block: roof, times: 1}
"""


def played(server: str, story: str, folder: Path) -> Outcome:
    (scenario,) = read_text(HEAD + story)
    with serving(server, folder) as players:
        return players.play(scenario)


def broken(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    """Broken checks, and the blocks that they name."""
    assert outcome.judgement is not None, outcome.reason
    return {finding.check: finding.blocks for finding in outcome.judgement.broken}


@pytest.mark.parametrize("story", [EQUAL, DIFFERENT], ids=["equal", "different"])
@pytest.mark.parametrize("server", [name for name in SERVERS if "first" not in name])
def test_blocks_that_carry_their_own_mark_are_held(server: str, story: str, tmp_path: Path) -> None:
    outcome = played(server, story, tmp_path)
    assert outcome.status is Status.HELD, outcome.reason
    handed = [entry for event in outcome.history if isinstance(event, HandedOut) for entry in event.entries]
    assert [entry.block for entry in handed] == ["roof", "attic"]


def test_two_equal_blocks_are_told_apart_by_their_marks(tmp_path: Path) -> None:
    assert broken(played("first again unmarked", EQUAL, tmp_path / "unmarked")) == {}
    found = broken(played("first again", EQUAL, tmp_path / "marked"))
    assert found.pop("duplicate") == ("roof",)
    assert found == dict.fromkeys(("lost", "flags", "progress"), ("attic",))


@pytest.mark.parametrize("server", ["notes of the first", "guid of the first", "request id of the first"])
def test_the_mark_of_one_block_on_the_contents_of_another_is_a_wrong_value(
    server: str, tmp_path: Path
) -> None:
    outcome = played(server, DIFFERENT, tmp_path)
    assert outcome.status is Status.BROKEN, outcome.reason
    assert broken(outcome)["wrong value"] == ("roof",)


def test_a_mark_in_the_notes_is_no_part_of_what_people_wrote(tmp_path: Path) -> None:
    """Faults find the block, people pick the entry by its own notes, and the timesheet is as expected."""
    outcome = played("notes", PICKED, tmp_path)
    assert broken(outcome) == {}, outcome.reason
    *_, ledger = [event for event in outcome.history if isinstance(event, Ledger)]
    assert [(entry.hours.notes, entry.hours.mark) for entry in ledger.entries] == [("framing", "mark#1")]


@pytest.mark.parametrize("server", ["notes", "guid"])
def test_what_a_server_invents_for_its_marks_is_named_in_the_history(server: str, tmp_path: Path) -> None:
    first, second = (
        [to_line(event) for event in played(server, EQUAL, tmp_path / run).history] for run in "12"
    )
    assert first == second
    marks = "mark#2" if server == "notes" else "guid#2"
    assert sum(marks in line for line in first) >= 1
    assert not any("0000-" in line for line in first)


@pytest.mark.matrix
def test_every_bundled_story_holds_on_a_server_that_marks_its_entries(tmp_path: Path) -> None:
    with serving("notes", tmp_path) as players:
        found = {str(story.place): players.play(story) for story in load(())}
    # A query instead of the same bytes: what strikes the second hand-out of one block never comes about.
    played = {name: each for name, each in found.items() if "did not strike" not in each.reason}
    assert {name: each.reason for name, each in played.items() if each.status is not Status.HELD} == {}
    assert len(played) > len(found) - 3
    marked = [
        event.after.mark
        for each in played.values()
        for event in each.history
        if isinstance(event, Committed) and event.call and event.action == "add" and event.after
    ]
    assert len(marked) > 80
    assert all(marked)


# ------------------------------------------------------------------------------------- reading marks


def marking(marks: Marks, *ids: str) -> Marking:
    book = BlockBook()
    for number, block_id in enumerate(ids):
        book.add(f"block {number}", block_id, BlockFields(employee="Jane Doe"))
    return Marking(marks, book, Naming())


def entry(notes: str = "", guid: str = "") -> OfferedEntry:
    return OfferedEntry("r-1", Hours("Jane Doe", "2026-11-02", 60, notes=notes), external_guid=guid)


def test_a_mark_that_names_no_block_is_what_people_wrote() -> None:
    read = marking(NOTES, "7").read(entry("see [ABCDEF-8-1]"))
    assert (read.block, read.hours.notes, read.hours.mark) == (None, "see [ABCDEF-8-1]", "")


def test_a_mark_is_taken_off_the_notes_and_named() -> None:
    read = marking(NOTES, "7").read(entry("framing [ABCDEF-7-1]"))
    assert (read.block, read.hours.notes, read.hours.mark) == ("block 0", "framing", "mark#1")


def test_an_external_guid_names_its_block() -> None:
    read = marking(GUID, "1", "2").read(entry(guid="{00000000-0000-0000-0000-000000000002}"))
    assert (read.block, read.external_guid) == ("block 1", "guid#1")


def test_where_no_mark_is_declared_the_contents_decide() -> None:
    read = marking(Marks(), "1").read(entry("framing [ABCDEF-1-1]", "{1}"))
    assert (read.block, read.hours.notes, read.hours.mark) == (None, "framing [ABCDEF-1-1]", "")
