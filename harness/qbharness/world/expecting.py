"""Turns the author's expectations into plain facts that the history can hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from qbharness.history import Expected
from qbharness.scenario.expectations import (
    BlockIs,
    ConnectorShows,
    Expectation,
    QuickBooksRefused,
    ServerSaid,
    TimesheetHas,
    TimesheetIs,
    TimesheetRow,
    UpdatesNeeded,
)
from qbharness.scenario.model import Scenario, walk
from qbharness.scenario.steps import Expect
from qbharness.world.contents import pattern_of
from qbharness.world.world import World


def expect(world: World, expectations: tuple[Expectation, ...]) -> None:
    """Record what the author expects, below what there is to be seen."""
    world.record_journal()
    world.record_ledger("expected")
    world.record_server_list("expected")
    for expectation in expectations:
        world.recorder.add(
            Expected(
                word=expectation.word,
                arguments=arguments_of(expectation, world.scenario),
                line=expectation.place.line if expectation.place else None,
            )
        )


def arguments_of(expectation: Expectation, scenario: Scenario) -> dict[str, Any]:
    """The arguments of an expectation; blocks are replaced by the values that they stand for."""
    return _ARGUMENTS[type(expectation)](expectation, scenario)


def _row(row: TimesheetHas | TimesheetRow, scenario: Scenario) -> dict[str, Any]:
    fields = row.fields
    if row.block is not None:
        fields = scenario.first_values()[row.block].with_changes(fields)
    return {**pattern_of(fields), "times": row.times}


def _connector_shows(expectation: ConnectorShows, _: Scenario) -> dict[str, Any]:
    wanted = {
        "pc": expectation.pc,
        "progress": expectation.progress,
        "error_contains": expectation.error_contains,
        "result": expectation.result,
    }
    return {name: value for name, value in wanted.items() if value is not None}


_ARGUMENTS: Final[dict[type[Expectation], Callable[[Any, Scenario], dict[str, Any]]]] = {
    TimesheetHas: _row,
    TimesheetIs: lambda e, scenario: {"rows": [_row(row, scenario) for row in e.rows]},
    BlockIs: lambda e, _: {"block": e.block, "state": e.state},
    ConnectorShows: _connector_shows,
    ServerSaid: lambda e, _: {"call": e.call, "contains": e.contains},
    QuickBooksRefused: lambda e, _: {"block": e.block, "status": e.status},
    UpdatesNeeded: lambda e, _: {"at_most": e.at_most},
}


def decided_by(scenario: Scenario) -> str:
    """What must happen for the story to have come to its point: a landing, or a refusal.

    A story that expects QuickBooks to refuse something, and never expects anything on the timesheet, is
    about the refusal.
    """
    expectations = [
        *scenario.expect,
        *(e for step in walk(scenario.steps) if isinstance(step, Expect) for e in step.expectations),
    ]
    lands = any(isinstance(e, TimesheetHas) and e.times > 0 for e in expectations) or any(
        isinstance(e, TimesheetIs) and e.rows for e in expectations
    )
    refused = any(isinstance(e, QuickBooksRefused) for e in expectations)
    return "refusal" if refused and not lands else "landing"
