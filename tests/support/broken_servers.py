"""Sync servers with one defect each, all of them ones that real servers have had or could well have.

Every one plays the plain match story correctly (``BASE``): a test suite that knows only that story
passes all of them. They are subclasses of the bundled policies, run in the process of the test by
``make``; a class may also replace calls of the service (``operations``).
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import defects_delivery
import defects_manners
import defects_texts
from attrs import evolve

from qbharness.scenario.reader import read_text
from qbharness.servers import create_app
from qbharness.servers.policies.base import Policy
from qbharness.targets.model import NOWHERE, TargetFile
from qbharness.targets.reader import read_target
from qbharness.targets.template import Template

_MODULES: Final = (defects_delivery, defects_manners, defects_texts)

DEFECTS: Final[Mapping[str, type[Policy]]] = MappingProxyType(
    {
        each.name: each
        for module in _MODULES
        for each in vars(module).values()
        if inspect.isclass(each) and each.__module__ == module.__name__ and not each.__name__.startswith("_")
    }
)
"""The name of every defect, and the server that has it."""

(BASE,) = read_text(
    """\
language: 1
scenario: The plain match story
why: Every broken server plays it correctly.
company:
  employees: [Jane Doe]
  customers: [Acme]
blocks:
  office: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00}
steps:
  - update selected
expect:
  - timesheet is:
      - {block: office, times: 1}
  - block is: {block: office, state: sent}
  - connector shows: {progress: 100}
  - updates needed: at most 1
"""
)


def make(defect: str, **options: Any) -> Any:
    """A server with this defect, as an application. What it keeps in memory goes with a reset."""
    policy = DEFECTS[defect]()
    app = create_app(policy=policy, **options)
    state = app.state.server
    reset = state.reset

    def reset_all() -> None:
        type(policy).__init__(policy)
        reset()

    state.reset = reset_all
    replaced = getattr(policy, "operations", None)
    if replaced is not None:
        calls = state.service._operations
        calls.update(replaced(state, dict(calls)))
    return app


def target_of(server: str) -> TargetFile:
    """The target file of ``exact``, ``plain`` or a defect, to be run in this process."""
    if server not in DEFECTS:
        return read_target(server)
    file = read_target("exact")
    assert file.app is not None
    kept = {name: value for name, value in file.app.arguments.items() if name != "policy"}
    arguments = {**kept, "defect": Template(server, NOWHERE)}
    return evolve(file, name=server, app=evolve(file.app, path="broken_servers:make", arguments=arguments))
