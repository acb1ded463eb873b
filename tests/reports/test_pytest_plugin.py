"""The pytest plugin, in projects of its own: each test is a whole pytest run in another process."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from qbsim.resources import data_path

pytest_plugins = ["pytester"]

GOOD = "work-blocks/hours-arrive-when-every-name-matches.yaml"
BAD = "lost-answers/the-answer-is-lost-after-quickbooks-committed.yaml"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project that keeps its scenarios in ``stories``."""
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makeini("[pytest]\nqb_scenarios = stories\n")
    pytester.mkdir("stories")
    return pytester


def with_stories(project: pytest.Pytester, *names: str) -> pytest.Pytester:
    for name in names:
        shutil.copy(data_path("scenarios", name), project.path / "stories")
    return project


def run(project: pytest.Pytester, *arguments: str, everything: bool = False) -> pytest.RunResult:
    """``python -m pytest`` in the project, with our plugin alone or with ``everything`` that is installed."""
    with pytest.MonkeyPatch.context() as environment:
        plugins = ["no:randomly", "no:cacheprovider"]
        if not everything:
            environment.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            plugins = ["qbharness.pytest_plugin", "no:cacheprovider"]
        chosen = [word for name in plugins for word in ("-p", name)]
        return project.run(sys.executable, "-m", "pytest", *chosen, *arguments, timeout=120)


def test_pytest_finds_the_plugin_by_itself() -> None:
    assert [each.value for each in entry_points(group="pytest11", name="qbharness")] == [
        "qbharness.pytest_plugin"
    ]


def test_the_plugin_costs_a_project_that_does_not_use_it_nothing() -> None:
    script = (
        "import pytest, sys; before = set(sys.modules); import qbharness.pytest_plugin; "
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["qbharness"]


def test_a_scenario_that_holds_is_a_test_that_passes(project: pytest.Pytester) -> None:
    result = run(with_stories(project, GOOD), "--qb-target", "plain", "-v", everything=True)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["stories/hours-arrive*.yaml::Hours arrive when every name matches PASSED*"])


def test_a_broken_scenario_fails_as_the_terminal_would_tell_it(project: pytest.Pytester) -> None:
    result = run(with_stories(project, BAD), "--qb-target", "plain")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*duplicate: Block roof is in QuickBooks twice: TxnID *",
            "*What happened*",
            "*fault *request lost (receiveResponseXML, block roof)*",
            "*stories/the-answer-is-lost-after-quickbooks-committed.yaml:20:11*",
            "*- request lost: {call: receiveResponseXML, block: roof}*",
            "*| *^*",
            "*after *Jane Doe *Acme:Roof *",
            "*Reproduce with: qbharness run *",
            "*1 failed*",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_xdist_gives_every_worker_a_server_of_its_own(project: pytest.Pytester) -> None:
    with_stories(project, GOOD, BAD, "work-blocks/two-equal-blocks-are-both-sent.yaml")
    run(project, "--qb-target", "plain", "-p", "xdist", "-n", "2").assert_outcomes(passed=2, failed=1)


def test_a_project_with_folders_of_our_names_is_not_disturbed(project: pytest.Pytester) -> None:
    for name in ("harness", "simulator", "schemas", "scenarios"):
        folder = project.mkdir(name)
        (folder / "__init__.py").write_text("WHOSE = 'the project'\n")
    project.makepyfile(
        test_own="""
        def test_own_folders_are_the_projects():
            import harness, simulator, schemas, scenarios
            assert {m.WHOSE for m in (harness, simulator, schemas, scenarios)} == {"the project"}
        """
    )
    run(with_stories(project, GOOD), "--qb-target", "plain").assert_outcomes(passed=2)


def test_the_server_extra_is_never_imported(project: pytest.Pytester) -> None:
    project.makeconftest(
        """
        import sys

        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {"starlette", "uvicorn", "sqlalchemy", "multipart"}:
                    raise ImportError(f"{name} is not installed here")

        sys.meta_path.insert(0, Refuse())
        """
    )
    run(with_stories(project, GOOD), "--qb-target", "plain").assert_outcomes(passed=1)


def test_the_fixtures_bring_quickbooks_a_connector_and_the_server(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_sync="""
        from qbsim.quickbooks import people

        BLOCK = {"employee": "Jane Doe", "customer": "Acme", "date": "2026-11-02", "hours": "8:00"}

        def test_the_hours_arrive(quickbooks, web_connector, sync_target):
            people.add_name(quickbooks, "employee", "Jane Doe")
            people.add_name(quickbooks, "customer", "Acme")
            sync_target.add_block(BLOCK)
            ((_, result),) = web_connector.update_selected()
            assert result.ok
            assert [row.employee for row in quickbooks.the_company().timesheet()] == ["Jane Doe"]

        def test_the_next_test_begins_anew(quickbooks, sync_target):
            assert sync_target.list_blocks() == ()
            assert list(quickbooks.the_company().timesheet()) == []

        def test_quickbooks_alone_needs_no_server(quickbooks):
            assert quickbooks.running
        """
    )
    run(project, "--qb-target", "plain").assert_outcomes(passed=3)
    alone = run(project, "-k", "alone or anew")
    alone.assert_outcomes(passed=1, errors=1)
    alone.stdout.fnmatch_lines(["No sync server is given. Use --qb-target FILE*"])


def test_a_scenario_without_a_server_fails_in_one_line_and_is_never_green(project: pytest.Pytester) -> None:
    result = run(with_stories(project, GOOD))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["No sync server is given. Use --qb-target FILE, or qb_target in *"])


def test_a_mistake_in_a_scenario_file_is_told_with_its_place(project: pytest.Pytester) -> None:
    (project.path / "stories" / "typo.yaml").write_text("language: 1\nscenario: x\nstepps: []\n")
    result = run(project, "--qb-target", "plain")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*typo.yaml:3:1: *", "*stepps: []*", "*^*"])


def test_procedures_targets_and_other_yaml_are_no_tests(project: pytest.Pytester) -> None:
    with_stories(project, "cleanup/delete-the-later-entry.yaml")
    (project.path / "stories" / "targets").mkdir()
    shutil.copy(data_path("scenarios", "targets", "plain.yaml"), project.path / "stories" / "targets")
    (project.path / "docker-compose.yaml").write_text("services: {}\n")
    assert run(project, "--qb-target", "plain").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_scenarios_are_collected_beside_testpaths(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nqb_scenarios = stories\ntestpaths = unit\nqb_target = plain\n")
    unit = project.mkdir("unit")
    (unit / "test_one.py").write_text("def test_one(): pass\n")
    with_stories(project, GOOD)
    run(project).assert_outcomes(passed=2)
    run(project, "unit").assert_outcomes(passed=1)


def test_what_the_target_does_not_promise_is_skipped_with_the_reason(project: pytest.Pytester) -> None:
    text = data_path("scenarios", GOOD).read_text("utf-8")
    (project.path / "stories" / "skips.yaml").write_text(
        text.replace("company:", "requires: {on_mismatch: [skip]}\n\ncompany:", 1), encoding="utf-8"
    )
    result = run(project, "--qb-target", "plain", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*needs on_mismatch: skip; the target promises stop*"])


def test_a_projects_own_folder_of_tests_and_its_conftest_use_the_fixtures(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nqb_scenarios = stories\nqb_target = plain\ntestpaths = tests\n")
    tests = project.mkdir("tests")
    (tests / "conftest.py").write_text(
        "import pytest\n"
        "from qbsim.quickbooks import people\n\n\n"
        "@pytest.fixture\n"
        "def office(quickbooks):\n"
        "    people.add_name(quickbooks, 'employee', 'Jane Doe')\n"
        "    people.add_name(quickbooks, 'customer', 'Acme')\n"
        "    return quickbooks\n"
    )
    (tests / "test_sync.py").write_text(
        "def test_hours(office, web_connector, sync_target):\n"
        "    sync_target.add_block(\n"
        "        {'employee': 'Jane Doe', 'customer': 'Acme', 'date': '2026-11-02', 'hours': '8:00'}\n"
        "    )\n"
        "    ((_, result),) = web_connector.update_selected()\n"
        "    assert result.ok\n"
        "    assert len(office.the_company().timesheet()) == 1\n\n\n"
        "def test_the_next_one_begins_with_nothing(office, web_connector, sync_target):\n"
        "    web_connector.update_selected()\n"
        "    assert office.the_company().timesheet() == ()\n"
    )
    run(with_stories(project, GOOD)).assert_outcomes(passed=3)
    run(project, "-p", "xdist", "-n", "2").assert_outcomes(passed=3)


def test_what_is_known_to_be_broken_is_an_expected_failure(project: pytest.Pytester) -> None:
    target = data_path("scenarios", "targets", "plain.yaml").read_text("utf-8")
    (project.path / "known.yaml").write_text(
        f"{target}\nexpect_broken: {{duplicate: no recovery, expectation: same, until: 2999-12-31, "
        "scenarios: [the-answer-is-lost*]}\n"
    )
    result = run(with_stories(project, GOOD, BAD), "--qb-target", "known.yaml", "-rx")
    result.assert_outcomes(passed=1, xfailed=1)
    result.stdout.fnmatch_lines(["*duplicate: no recovery*accepted until 2999-12-31*"])
