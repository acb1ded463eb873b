"""Since-marks: a name is taken from its version on, and in the one before it is called newer.

The marks are read from the grammar's files by this test itself, line by line, so that a mistake of the
loader cannot hide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from qbxml_support import Maker, around, hours, text_of

from qbsim.qbxml import COVERED, Version, grammar, judge
from qbsim.qbxml.model import children_of
from qbsim.resources import data_path

FILES = {
    "TimeTracking": "transactions/TimeTracking",
    "Employee": "lists/Employee",
    "Customer": "lists/Customer",
    "Invoice": "transactions/Invoice",
}
LINE = re.compile(r" +([A-Za-z]\w*)(?:[?*+]|\{\d+,\d+\})?(?: .*)? since (\S+)$")


def marks() -> Iterator[tuple[str, str, Version]]:
    """(parent, child, since) for every marked child in the four files."""
    for subject, file in FILES.items():
        parent = ""
        for line in data_path("schemas", "qbxml", f"{file}.grammar").read_text("utf-8").splitlines():
            if line and line[0] not in " #":
                words = line.split()
                parent = words[1] if words[0] in {"request", "response"} else words[0]
                parent = f"{subject}QueryRq" if parent == "group" else parent
            elif match := LINE.match(line):
                yield parent, match[1], Version.parse(match[2])


MARKS = sorted({mark for mark in marks() if mark[2] > COVERED[0]})


def way_to(parent: str, version: Version) -> tuple[str, list[str]] | None:
    """A message and the names from it down to ``parent``."""
    of = grammar(version)
    for kind in ("request", "response"):
        for message in of.messages(kind):
            waiting = [[message]]
            seen = {message}
            while waiting:
                path = waiting.pop(0)
                if path[-1] == parent:
                    return kind, path
                if path[-1].endswith("Ref") or len(path) > 4:
                    continue
                for child in children_of(of.content(path[-1]).particle):
                    if child.type is None and child.name not in seen:
                        seen.add(child.name)
                        waiting.append([*path, child.name])
    return None


def test_there_are_enough_marks_to_mean_something() -> None:
    assert len(MARKS) > 150
    assert {parent for parent, _, _ in MARKS} >= {
        "TimeTrackingAdd",
        "EmployeeAdd",
        "CustomerRet",
        "InvoiceMod",
    }


@pytest.mark.parametrize(("parent", "child", "since"), MARKS, ids=str)
def test_a_name_is_taken_since_its_version_and_not_before(parent: str, child: str, since: Version) -> None:
    present = next(version for version in COVERED if version >= since)
    while (way := way_to(parent, present)) is None:  # the parent may be younger than the mark
        present = COVERED[COVERED.index(present) + 1]
    kind, path = way
    edges = frozenset(zip(path, [*path[1:], child], strict=True))
    text = text_of(
        around(Maker(grammar(present), fullness=0.0, wanted=edges).element(path[0]), kind), present
    )
    assert f"<{child}" in text
    assert judge(text, present) == ()
    before = COVERED[COVERED.index(present) - 1]
    (refusal,) = judge(text, before)
    assert refusal.gate == "structure"
    assert refusal.rule == "qbxml.newer", refusal


def test_a_dropped_name_is_taken_up_to_its_last_version_and_then_names_its_successor() -> None:
    text = hours(("<BillableStatus>Billable</BillableStatus>", "<IsBillable>true</IsBillable>"))
    for version in COVERED:
        refusals = judge(text, version)
        assert [refusal.rule for refusal in refusals] == (
            [] if version <= Version(5, 0) else ["qbxml.dropped"]
        )
    assert "`IsBillable` was replaced by `BillableStatus` in 6.0" in judge(text, Version(6, 0))[0].likely


def test_a_document_is_judged_by_the_version_that_it_states() -> None:
    assert judge(hours(('version="13.0"', 'version="6.0"'))) == ()
    (refusal,) = judge(hours(('version="13.0"', 'version="5.0"')))
    assert (refusal.rule, refusal.line) == ("qbxml.newer", 15)


# --- attributes ---------------------------------------------------------------------------------

ATTRIBUTES = {"metaData": Version(4, 0), "iterator": Version(5, 0), "iteratorID": Version(5, 0)}
ANSWERED = {"retCount": Version(4, 0), "iteratorRemainingCount": Version(5, 0), "iteratorID": Version(5, 0)}
"""Of every query; ``EmployeeQuery`` has no iterator to this day. Source: Intuit's annotated samples."""


def with_attribute(message: str, attribute: str, version: Version) -> str:
    kind = "request" if message.endswith("Rq") else "response"
    element = Maker(grammar(version), fullness=0.0).element(message)
    element.set(attribute, {"metaData": "NoMetaData", "iterator": "Start"}.get(attribute, "1"))
    return text_of(around(element, kind), version)


@pytest.mark.parametrize("subject", ["TimeTracking", "Customer", "Invoice", "Employee"])
def test_an_attribute_of_a_query_is_taken_since_its_version_and_not_before(subject: str) -> None:
    names = [(f"{subject}QueryRq", *each) for each in ATTRIBUTES.items()]
    names += [(f"{subject}QueryRs", *each) for each in ANSWERED.items()]
    for message, attribute, since in names:
        if subject == "Employee" and attribute not in {"metaData", "retCount"}:
            continue
        for version in COVERED:
            refusals = judge(with_attribute(message, attribute, version), version)
            wanted = [] if version >= since else ["qbxml.newer"]
            assert [refusal.rule for refusal in refusals] == wanted, (message, attribute, version)


def test_an_attribute_that_is_newer_than_the_version_stated_is_told_with_its_cure() -> None:
    (refusal,) = judge(with_attribute("TimeTrackingQueryRq", "iterator", Version(4, 1)))
    assert refusal.found == "attribute `iterator`"
    assert "`iterator` exists since 5.0; the document says 4.1. State" in refusal.likely
