"""Every word of the language does what it says, in a run: those that no bundled story uses, here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from stories_support import play_on, running

from qbharness import read_text
from qbharness.outcome import Status
from qbharness.scenario.expectations import EXPECTATIONS
from qbharness.scenario.faults import FAULTS, GARBLES
from qbharness.scenario.library import everything, find
from qbharness.scenario.steps import STEPS
from qbharness.targets.reader import read_target
from qbharness.targets.target import Target

HEAD: Final = """\
language: 1
scenario: A word
company:
  employees: [Jane Doe]
  customers: [Acme, "Acme:Roof"]
blocks:
  roof: {employee: WHO, customer: "Acme:Roof", date: 2026-11-02, hours: 8:00}
"""

STORIES: Final = {
    "add vendor": "steps:\n  - add vendor: WHO\n  - update selected\n",
    "add other name": "steps:\n  - add other name: WHO\n  - update selected\n",
    "set preference": """\
steps:
  - add employee: WHO
  - set preference: {IsUsingTimeTracking: false}
  - update selected
  - expect:
      - quickbooks refused: {block: roof, status: 3250}
  - set preference: {IsUsingTimeTracking: true}
  - update selected
""",
    "lock entry": """\
steps:
  - add employee: WHO
  - update selected
  - lock entry: {block: roof}
  - release entry: {block: roof}
  - delete time: {block: roof}
expect:
  - timesheet is: []
""",
    "server said": """\
steps:
  - add employee: WHO
  - update selected
expect:
  - server said: {call: sendRequestXML, contains: <TimeTrackingAddRq}
  - server said: {call: receiveResponseXML, contains: "100"}
  - server said: {call: closeConnection, contains: OK}
""",
    "restore server backup": """\
steps:
  - add employee: WHO
  - mark sent: roof
  - expect:
      - block is: {block: roof, state: sent}
  - restore server backup
  - expect:
      - block is: {block: roof, state: not sent}
  - update selected
""",
    **{
        f"with: {how}": f"""\
steps:
  - add employee: WHO
  - update selected:
      faults:
        - garbled: {{call: sendRequestXML, block: roof, with: {how}}}
  - expect:
      - timesheet is: []
  - update selected
"""
        for how in GARBLES
    },
}
LANDS: Final = "expect:\n  - timesheet has: {block: roof, times: 1}\n"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with running(read_target("plain"), tmp_path_factory.mktemp("plain")) as target:
        yield target


def whole(word: str) -> str:
    steps = STORIES[word]
    return HEAD + steps + ("" if "\nexpect:" in steps else LANDS)


@pytest.mark.parametrize("word", STORIES)
def test_a_word_does_what_it_says(word: str, plain: Target) -> None:
    (scenario,) = read_text(whole(word), file="word.yaml")
    outcome = play_on(plain, scenario)
    undone = word == "restore server backup"  # what a server forgot with its backup is never demanded
    assert outcome.status is (Status.EXPOSED if undone else Status.HELD), outcome.reason


def test_the_library_and_these_stories_play_every_word() -> None:
    library = "\n".join(found.path.read_text("utf-8") for found in find(everything()))
    played = library + "\n".join(map(whole, STORIES))
    words = [*STEPS, *FAULTS, *EXPECTATIONS, *(f"with: {how}" for how in GARBLES)]
    assert [word for word in words if not re.search(rf"\b{word}\b", played)] == []


def test_what_the_server_did_not_say_is_told_with_what_it_said(plain: Target) -> None:
    text = whole("server said").replace("contains: OK", "contains: never")
    (scenario,) = read_text(text, file="word.yaml")
    outcome = play_on(plain, scenario)
    assert outcome.status is Status.BROKEN
    assert outcome.reason.startswith("No reply to closeConnection contains 'never'; the server said: ['OK")
