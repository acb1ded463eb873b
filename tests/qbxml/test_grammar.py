"""The grammar of a version, and the notation that it is written in."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from qbsim.errors import InternalProblem, SimulatorGap, UsageProblem
from qbsim.qbxml import COVERED, NEWEST, Version, grammar
from qbsim.qbxml.matching import allowed, may_end, required, step
from qbsim.qbxml.model import Aggregate, Child, Choice, Sequence, SimpleType
from qbsim.qbxml.notation import notation, read_folder, understand
from qbsim.resources import data_path


def test_the_children_of_a_record_come_in_their_order_with_their_type() -> None:
    children = grammar(Version(13, 0)).children("TimeTrackingRet")
    assert [child.name for child in children] == [
        "TxnID", "TimeCreated", "TimeModified", "EditSequence", "TxnNumber", "TxnDate", "EntityRef",
        "CustomerRef", "ItemServiceRef", "Rate", "Duration", "ClassRef", "PayrollItemWageRef", "Notes",
        "BillableStatus", "ExternalGUID",
    ]  # fmt: skip
    notes = next(child for child in children if child.name == "Notes")
    assert notes.type is not None
    assert (notes.least, notes.most, notes.type.longest) == (0, 1, 4095)
    assert next(child.type for child in children if child.name == "EntityRef") is None


def test_a_required_child_counts_from_one_and_a_repeated_one_without_end() -> None:
    children = {child.name: child for child in grammar(NEWEST).children("TimeTrackingQueryRq")}
    assert (children["TxnID"].least, children["TxnID"].most, children["TxnID"].repeats) == (0, None, True)
    assert grammar(NEWEST).children("TimeTrackingAddRq")[0].least == 1


def test_an_older_version_knows_less() -> None:
    old, new = grammar(Version(5, 0)), grammar(Version(6, 0))
    assert not old.knows("TimeTrackingModRq")
    assert new.knows("TimeTrackingModRq")
    assert "IsBillable" in [child.name for child in old.children("TimeTrackingAdd")]
    assert "IsBillable" not in [child.name for child in new.children("TimeTrackingAdd")]


def test_every_version_knows_at_least_what_the_one_before_requests() -> None:
    for older, newer in pairwise(COVERED):
        assert set(grammar(older).requests) <= set(grammar(newer).requests)


@pytest.mark.parametrize(
    ("request_name", "names"),
    [
        ("EmployeeQueryRq", {"metaData"}),
        ("TimeTrackingQueryRq", {"metaData", "iterator", "iteratorID"}),
        ("TimeTrackingAddRq", set()),
    ],
)
def test_only_some_queries_have_iterators(request_name: str, names: set[str]) -> None:
    found = {attribute.name for attribute in grammar(NEWEST).attributes(request_name)}
    assert found == names | {"requestID"}


def test_what_nobody_knows_is_a_usage_problem() -> None:
    assert not grammar(NEWEST).knows("WorkBlock")
    with pytest.raises(UsageProblem, match="has no 'WorkBlock'"):
        grammar(NEWEST).children("WorkBlock")


def test_versions_without_facts_are_said_to_be_so() -> None:
    with pytest.raises(SimulatorGap):
        grammar(Version(15, 0))
    with pytest.raises(UsageProblem):
        grammar(Version(17, 0))


@pytest.mark.parametrize("text", ["13", "13.", "v13.0", "", "13.0.1"])
def test_a_version_has_one_form(text: str) -> None:
    with pytest.raises(UsageProblem, match=r"Write it like 13\.0"):
        Version.parse(text)


# --- the files ----------------------------------------------------------------------------------


def files() -> list[Path]:
    return sorted(data_path("schemas", "qbxml").rglob("*.grammar"))


def test_no_file_of_the_grammar_is_too_long_to_read() -> None:
    assert len(files()) > 90
    assert max(file.stat().st_size for file in files()) < 30_000


def test_a_request_stands_in_the_file_that_bears_its_subject() -> None:
    block = notation().elements["TimeTrackingAddRq"]
    assert block.file.name == "TimeTracking.grammar"
    assert notation().elements["InvoiceModRq"].file.name == "Invoice.grammar"


def test_every_name_that_is_used_is_defined() -> None:
    known = notation()
    for block in (*known.elements.values(), *known.groups.values()):
        definition = understand(block)
        assert isinstance(definition, Aggregate | SimpleType)
    for version in COVERED:
        assert grammar(version).knows("QBXMLMsgsRq"), "walks every name from the root"


def test_what_is_defined_is_used_or_listed_as_unused() -> None:
    reached = set().union(
        *({name for name in notation().elements if grammar(v).knows(name)} for v in COVERED)
    )
    left = {name for name in notation().elements if name not in reached}
    idle = {
        name
        for name in left
        if notation().elements[name].file.name not in {"unused.grammar", "Events.grammar"}
    }
    assert idle == {"NewValue"}, "in 16.0 it may stand zero times; events have a root that is not covered"


def write(folder: Path, text: str) -> Path:
    (folder / "some.grammar").write_text(f"type STRTYPE string\n{text}", "utf-8")
    return folder


def test_a_name_defined_twice_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(InternalProblem, match=r"some\.grammar:3: Name is defined twice"):
        read_folder(write(tmp_path, "Name STRTYPE\nName STRTYPE\n"))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Name NOTYPE", "there is no type"),
        ("Name\n    -what", "not a name"),
        ("Name\n    A since 1.0 so it", "not understood"),
    ],
)
def test_a_line_that_is_not_understood_is_refused_with_its_place(
    tmp_path: Path, line: str, says: str
) -> None:
    block = read_folder(write(tmp_path, f"{line}\n")).elements["Name"]
    with pytest.raises(InternalProblem, match=says):
        understand(block)


# --- walking a content model --------------------------------------------------------------------

MODEL = (Sequence((Child("A", 0), Choice((Child("B", 1, 2), Child("C")), 1, 2), Child("D", 1, 1))),)


@pytest.mark.parametrize(
    ("names", "next_ones"),
    [("", "A B C"), ("A", "B C"), ("B", "B C D"), ("BB", "B C D"), ("BBBB", "D"), ("CC", "D"), ("CD", "")],
)
def test_what_may_come_next_follows_from_what_came(names: str, next_ones: str) -> None:
    state = MODEL
    for name in names:
        after = step(state, name)
        assert after is not None
        state = after
    assert list(allowed(state)) == next_ones.split()
    assert may_end(state) == (names.endswith("D"))
    assert bool(required(state)) == (not names.endswith("D"))


@pytest.mark.parametrize("names", ["D", "AA", "CCC", "BDD"])
def test_what_may_not_come_has_no_next_state(names: str) -> None:
    state = MODEL
    for name in names[:-1]:
        state = step(state, name) or ()
    assert step(state, names[-1]) is None
