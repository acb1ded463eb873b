"""The pytest plugin: scenario files are tests, and three fixtures bring the fake side into tests of yours.

pytest imports this module in every project of the environment, so nothing but pytest is imported here;
the rest comes when a scenario is collected or a fixture is asked for. The server extra is never needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from qbharness.outcome import Outcome
    from qbharness.pytest_session import Session
    from qbharness.scenario.model import Scenario
    from qbharness.targets.target import Target
    from qbsim.connector import WebConnector
    from qbsim.errors import Problem
    from qbsim.quickbooks import QuickBooks

_ENDINGS: Final = frozenset({".yaml", ".yml"})
_NOT_SCENARIOS: Final = frozenset({"targets"})

_SESSION: Final[pytest.StashKey[Session]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("qbharness", "QuickBooks sync servers")
    group.addoption(
        "--qb-target",
        metavar="FILE|plain|exact",
        help="The sync server under test: a target file, or a bundled server.",
    )
    group.addoption(
        "--qb-set", action="append", default=[], metavar="SWITCH=VALUE", help="Set a switch for this run."
    )
    group.addoption("--qb-strict", action="store_true", help="What is EXPOSED fails.")
    group.addoption(
        "--qb-consume-real-queue",
        action="store_true",
        help="Allow a server that is not on this machine, if its target file says disposable: true.",
    )
    parser.addini("qb_scenarios", "Folders whose scenario files are tests.", type="paths", default=[])
    parser.addini("qb_target", "The sync server under test, where --qb-target is not given.", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Collect the scenario folders too, unless the user said what to collect."""
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        return
    chosen = [Path(config.invocation_params.dir, argument).resolve() for argument in config.args]
    for folder in _folders(config):
        if folder.is_dir() and not any(folder.is_relative_to(path) for path in chosen):
            config.args.append(str(folder))


def pytest_unconfigure(config: pytest.Config) -> None:
    session = config.stash.get(_SESSION, None)
    if session is not None:
        session.close()


def _folders(config: pytest.Config) -> list[Path]:
    return [path.resolve() for path in config.getini("qb_scenarios")]


def _session(config: pytest.Config) -> Session:
    """What this process shares: the server under test, started when it is first needed."""
    if _SESSION not in config.stash:
        from qbharness.pytest_session import Session  # noqa: PLC0415 - only when used

        config.stash[_SESSION] = Session(
            where=config.getoption("qb_target") or config.getini("qb_target"),
            folder=config.rootpath,
            worker=str(getattr(config, "workerinput", {}).get("workerid", "gw0")),
            pins=tuple(config.getoption("qb_set")),
            consume_real_queue=bool(config.getoption("qb_consume_real_queue")),
        )
    return config.stash[_SESSION]


# --------------------------------------------------------------------------------- scenarios as tests


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix not in _ENDINGS:
        return None
    for folder in _folders(parent.config):
        if file_path.is_relative_to(folder):
            inside = file_path.relative_to(folder).parts[:-1]
            if not _NOT_SCENARIOS.intersection(inside):
                return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """One scenario file; a table of parameters makes several tests."""

    def collect(self) -> Iterable[pytest.Item]:
        from qbharness.reports.texts import title  # noqa: PLC0415 - only when used
        from qbharness.scenario.reader import read_file  # noqa: PLC0415
        from qbsim.errors import UsageProblem  # noqa: PLC0415

        try:
            scenarios = read_file(self.path)
        except UsageProblem as wrong:
            raise self.CollectError(str(wrong)) from wrong
        for scenario in scenarios:
            if scenario.kind == "story":
                name = title(scenario).replace("::", ": ")
                yield ScenarioItem.from_parent(self, name=name, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario, played against the server under test and judged."""

    def __init__(self, *, scenario: Scenario, **rest: Any) -> None:
        super().__init__(**rest)
        self.scenario = scenario

    def runtest(self) -> None:
        outcome = _session(self.config).play(self.scenario)
        verdict = outcome.status.name
        if verdict == "SKIPPED":
            pytest.skip(outcome.reason)
        if verdict == "KNOWN":
            pytest.xfail(outcome.reason)
        strict = self.config.getoption("qb_strict")
        if verdict in {"BROKEN", "UNDETERMINED"} or (verdict == "EXPOSED" and strict):
            raise NotHeld(outcome)
        if verdict == "EXPOSED":
            self.add_report_section("call", "qbharness", explained(outcome))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        from qbsim.errors import Problem  # noqa: PLC0415 - a failure may take its time

        if isinstance(excinfo.value, NotHeld):
            return explained(excinfo.value.outcome)
        if isinstance(excinfo.value, Problem):
            return _told(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        line = self.scenario.place.line - 1 if self.scenario.place else None
        return self.path, line, self.name


class NotHeld(Exception):
    """A scenario did not hold, or gave no verdict."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def _told(problem: Problem) -> str:
    """What is wrong, what to do, and the last lines that the other side printed."""
    return "\n".join([str(problem), *getattr(problem, "output", "").splitlines()[-20:]])


def explained(outcome: Outcome) -> str:
    """Why a scenario did not hold, as ``qbharness run`` tells it."""
    from qbharness.reports.failure import as_text, source_of, tell  # noqa: PLC0415 - only a failure needs it

    return as_text(tell(outcome, source_of(outcome.scenario)))


# ------------------------------------------------------------------------------------------ fixtures


@pytest.fixture
def sync_target(request: pytest.FixtureRequest) -> Target:
    """The server under test (:class:`qbharness.targets.target.Target`), running and emptied."""
    from qbsim.errors import Problem  # noqa: PLC0415 - only when used

    try:
        target = _session(request.config).target()
        if target.can("reset"):
            target.reset()
    except Problem as trouble:
        pytest.fail(_told(trouble), pytrace=False)
    return target


@pytest.fixture
def quickbooks(request: pytest.FixtureRequest) -> Iterator[QuickBooks]:
    """A fake QuickBooks (:class:`qbsim.quickbooks.QuickBooks`) with an empty company file open."""
    program = _session(request.config).quickbooks()
    yield program
    program.the_company().close()


@pytest.fixture
def web_connector(
    request: pytest.FixtureRequest, quickbooks: QuickBooks, sync_target: Target
) -> WebConnector:
    """A fake Web Connector on the PC of ``quickbooks``, with the server's application in its list."""
    return _session(request.config).web_connector(quickbooks, sync_target)
