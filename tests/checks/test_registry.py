"""Checks by name: ours, those of plug-ins, and the table of them in the documentation."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from history_support import JANE, Story

from qbharness.checks import registry
from qbharness.checks.judging import judge
from qbharness.checks.matching import Case
from qbharness.checks.registry import Finding, Verdict, all_checks, broken, check, load_plug_ins
from qbsim.errors import SetUpProblem

TABLE = Path(__file__).parents[2] / "docs" / "checks.md"


@pytest.fixture(autouse=True)
def _checks_as_they_were() -> Iterator[None]:
    """A check that a test registers is gone after it."""
    all_checks()
    before = dict(registry._CHECKS)
    yield
    registry._CHECKS.clear()
    registry._CHECKS.update(before)


def plug_in(monkeypatch: pytest.MonkeyPatch, source: str, name: str = "a_teams_checks") -> EntryPoint:
    """An installed distribution's entry point whose module does what ``source`` says when imported."""

    class Finder:
        @staticmethod
        def find_spec(fullname: str, *_: object) -> object:
            if fullname != name:
                return None
            from importlib.machinery import ModuleSpec

            return ModuleSpec(name, Finder)  # type: ignore[arg-type]

        @staticmethod
        def create_module(_: object) -> None:
            return None

        @staticmethod
        def exec_module(module: types.ModuleType) -> None:
            exec(source, vars(module))  # noqa: S102 - the test's own text

    monkeypatch.setattr(sys, "meta_path", [Finder, *sys.meta_path])
    monkeypatch.delitem(sys.modules, name, raising=False)
    return EntryPoint(name="a-team", value=name, group=registry.GROUP)


NO_OVERTIME = """
from qbharness.checks.registry import broken, check

@check("no overtime", "Nobody is sent with more than seven hours a day.")
def no_overtime(case):
    for landing in case.landings:
        if landing.hours.seconds > 7 * 3600:
            yield broken("too long", landing.hours.as_sentence(), events=[landing.entry.n])
"""


def test_a_check_of_a_plug_in_judges_with_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    load_plug_ins([plug_in(monkeypatch, NO_OVERTIME)])
    story = Story()
    story.block("roof")
    story.deliver(JANE)
    (finding,) = judge(story.rest()).broken
    assert finding.key == ("no overtime", "too long")
    assert list(judge(story.history).by_check)[-1] == "no overtime"


def test_plug_ins_are_found_through_the_entry_point_group(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = plug_in(monkeypatch, NO_OVERTIME)
    monkeypatch.setattr(registry, "entry_points", lambda *, group: [entry] if group == registry.GROUP else [])
    registry.all_checks.cache_clear()
    try:
        assert "no overtime" in all_checks()
    finally:
        registry.all_checks.cache_clear()


def test_a_plug_in_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetUpProblem, match=r"a-team \(a_teams_checks\).*no such thing"):
        load_plug_ins([plug_in(monkeypatch, "raise RuntimeError('no such thing')")])


def test_a_plug_in_cannot_take_the_name_of_another_check(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetUpProblem, match="'no overtime' is registered twice"):
        load_plug_ins([plug_in(monkeypatch, NO_OVERTIME + NO_OVERTIME)])


def test_every_check_has_a_promise_in_words_and_says_what_breaks_it() -> None:
    for each in all_checks().values():
        assert each.promise.endswith(".")
        assert each.breaks.endswith(".")


def test_a_promise_that_the_target_does_not_make_is_said_once_and_judged_no_more() -> None:
    @check("never", "Nothing.", unless={"proof": ("none", "This target proves nothing.")})
    def never(_case: Case) -> Iterator[registry.Said]:
        yield broken("always", "It is always broken.")

    def findings(proof: str) -> list[Finding]:
        return list(all_checks()["never"].judge(Case(Story(proof=proof).history)))

    assert [f.verdict for f in findings("none")] == [Verdict.NOT_APPLICABLE]
    assert [f.verdict for f in findings("marker")] == [Verdict.BROKEN]


def rows_of_the_table() -> dict[str, list[str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    cells = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| `")
    ]
    return {row[0].strip("| `"): row[1:] for row in cells}


def test_the_documentation_has_every_check_with_its_own_words() -> None:
    rows = rows_of_the_table()
    assert list(rows) == list(all_checks())
    for name, (promise, breaks, declared) in rows.items():
        each = all_checks()[name]
        assert (promise, breaks) == (each.promise, each.breaks)
        for key, (value, _) in each.unless.items():
            assert f"`{key}: {value}`" in declared
