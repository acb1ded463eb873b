"""Drawn plans: valid by construction, long as the profile says, the same for the same seed anywhere."""

from __future__ import annotations

import subprocess
import sys
import types

import pytest
from explore_support import drawn_plans
from hypothesis import HealthCheck, given, settings

from qbharness.explore.drawing import COMPANY
from qbharness.explore.focus import check_focus, is_in_focus
from qbharness.explore.strategies import PROFILES, scenarios
from qbharness.scenario.faults import FAULTS
from qbharness.scenario.model import Scenario, walk
from qbharness.scenario.reader import read_text
from qbharness.scenario.steps import AddApplication, AutoRun, UpdateSelected
from qbharness.scenario.writer import write_yaml
from qbsim.errors import UsageProblem

LIGHT = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@LIGHT
@given(scenarios(PROFILES["quick"]))
def test_a_quick_plan_reads_back_from_its_own_file(plan: Scenario) -> None:
    assert read_text(write_yaml(plan), file="plan") == (plan,)


@LIGHT
@given(scenarios(PROFILES["deep"]))
def test_a_deep_plan_reads_back_from_its_own_file(plan: Scenario) -> None:
    assert read_text(write_yaml(plan), file="plan") == (plan,)


def test_a_block_that_may_never_come_to_be_is_named_by_no_later_step() -> None:
    for plan in drawn_plans("deep", 150):
        steps = list(walk(plan.steps))
        during = {
            inner.block  # type: ignore[attr-defined]
            for step in steps
            for moment in getattr(step, "during", ())
            for inner in moment.steps
            if inner.word == "add block"
        }
        named = [block for step in steps if (block := getattr(step, "block", None)) in during]
        assert len(named) == len(during), "named once: where it is added"


def test_deep_plans_begin_in_companies_of_their_own() -> None:
    companies = [plan.company for plan in drawn_plans("deep", 100)]
    jobs = [{entry.name.rpartition(":")[2] for entry in company.customers} for company in companies]
    assert any(len(names) < len(company.customers) for names, company in zip(jobs, companies, strict=True))
    assert any(len(entry.name) > 31 for company in companies for entry in company.employees)
    assert any(company.time for company in companies), "hours that somebody typed long ago"
    assert any(company == COMPANY for company in companies)
    assert {plan.company for plan in drawn_plans("quick", 20)} == {COMPANY}


def test_a_second_pc_has_the_application_before_it_updates() -> None:
    updates = 0
    for plan in drawn_plans("deep", 100):
        known = {"pc1"}
        for step in walk(plan.steps):
            if isinstance(step, AddApplication):
                known.add(step.pc)
            elif isinstance(step, UpdateSelected | AutoRun):
                assert step.pc in known
                updates += step.pc == "pc2"
    assert updates > 20


@pytest.mark.parametrize("name", PROFILES)
def test_plans_are_as_long_as_their_profile_says(name: str) -> None:
    least, most = PROFILES[name].acts
    lengths = [len(plan.steps) for plan in drawn_plans(name, 150)]
    assert min(lengths) >= least + 2
    assert max(lengths) >= most + 2, "Hypothesis' own lists would hardly ever be as long"
    assert sum(lengths) / len(lengths) > (least + most) / 2
    assert all(isinstance(plan.steps[-1], UpdateSelected) for plan in drawn_plans(name, 20))


def test_every_kind_of_fault_and_most_of_what_people_do_is_drawn() -> None:
    steps = [step for plan in drawn_plans("deep", 300) for step in walk(plan.steps)]
    faults = {fault.word for step in steps for fault in getattr(step, "faults", ())}
    assert faults == set(FAULTS)
    assert len({step.word for step in steps}) >= 28


def test_blocks_are_often_equal_and_names_are_hostile() -> None:
    plans = drawn_plans("quick", 200)
    equal = [plan for plan in plans if len({b.fields for b in plan.blocks}) < len(plan.blocks)]
    notes = {block.fields.notes for plan in plans for block in plan.blocks}
    assert len(equal) > 30
    assert {"two\nlines", "a & b < c > d", "x" * 500} <= notes


def test_the_same_seed_draws_the_same_plans_whatever_modules_are_loaded() -> None:
    before = drawn_plans("deep", 10, seed=7)
    stranger = types.ModuleType("stranger")
    stranger.__file__ = __file__
    sys.modules["stranger"] = stranger
    try:
        assert drawn_plans("deep", 10, seed=7) == before
    finally:
        del sys.modules["stranger"]
    assert drawn_plans("deep", 10, seed=8) != before


def test_the_profile_of_ci_explores_new_plans_too() -> None:
    before = settings.get_current_profile_name()
    plans = drawn_plans("quick", 5, seed=1)
    settings.load_profile("ci")
    try:
        assert drawn_plans("quick", 5, seed=1) == plans
        assert drawn_plans("quick", 5, seed=2) != plans
    finally:
        settings.load_profile(before)


def test_another_process_draws_the_same_plans() -> None:
    script = (
        "import sys; sys.path.insert(0, 'tests/support')\n"
        "from explore_support import drawn_plans\n"
        "print(hash(repr(drawn_plans('quick', 5, seed=3))))"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", first + script],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": "0", "PATH": "/usr/bin"},
        ).stdout
        for first in ("", "import qbharness.cli.explore, qbharness.reports.html\n")
    }
    assert len(hashes) == 1


@pytest.mark.parametrize("text", ["rename", "receiveResponseXML", "server killed", "restore backup"])
def test_focus_draws_plans_that_have_what_is_asked_for(text: str) -> None:
    plans = drawn_plans("deep", 20, focus=text)
    assert sum(is_in_focus(plan, text) for plan in plans) == len(plans)


def test_focus_on_what_no_plan_has_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageProblem, match="would leave none") as refused:
        check_focus("unicorn")
    assert "reply lost" in refused.value.cure
