"""The judge: plays scenarios against a real sync server and says whether every hour landed once.

``run`` plays, ``load`` finds scenarios, ``Scenario`` is one; docs/python-api.md shows them. The public
names are imported when they are first used, so that ``qbharness --help`` and the pytest plugin cost nothing
to those who do not need the rest.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from qbharness.api import load as load
    from qbharness.api import run as run
    from qbharness.outcome import Outcome as Outcome
    from qbharness.outcome import Status as Status
    from qbharness.scenario.model import Scenario as Scenario
    from qbharness.scenario.reader import read_file as read_file
    from qbharness.scenario.reader import read_text as read_text
    from qbharness.scenario.writer import write_yaml as write_yaml
    from qbharness.world.watchdog import Limits as Limits

_HOMES: Final = {
    "Limits": "qbharness.world.watchdog",
    "Outcome": "qbharness.outcome",
    "Scenario": "qbharness.scenario.model",
    "Status": "qbharness.outcome",
    "load": "qbharness.api",
    "read_file": "qbharness.scenario.reader",
    "read_text": "qbharness.scenario.reader",
    "run": "qbharness.api",
    "write_yaml": "qbharness.scenario.writer",
}
"""Public name to the module that defines it."""

__all__ = [
    "Limits",
    "Outcome",
    "Scenario",
    "Status",
    "load",
    "read_file",
    "read_text",
    "run",
    "write_yaml",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'qbharness' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
