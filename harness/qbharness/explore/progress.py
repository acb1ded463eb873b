"""Remembers on disk how far an exhaustive search has come and what it found, so that it can be resumed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, final

from qbharness.explore.campaign import Failure, Tally
from qbharness.explore.search import Batch
from qbharness.history import History
from qbharness.outcome import Outcome, Status
from qbharness.scenario.model import Scenario
from qbharness.scenario.reader import read_text
from qbharness.scenario.writer import write_yaml
from qbharness.targets.model import TargetFile


@final
class Progress:
    """One file: its first line says of which plans it speaks, each later one what a batch has found.

    A file that speaks of other plans, or of another ``target``, is begun anew.
    """

    def __init__(self, path: Path, batches: Iterable[Batch], target: TargetFile, *, resume: bool) -> None:
        self._path = path
        self._target = target.name
        plans = [repr(scenario) for batch in batches for scenario in batch.plans]
        self._head = hashlib.sha256("\n".join([*_identity(target), *plans]).encode()).hexdigest()
        self.done: frozenset[int] = frozenset()
        self.before = Tally()
        """What the batches that are done have found."""
        if resume and path.is_file():
            self._read(path.read_text(encoding="utf-8").splitlines())
        if not self.done:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"plans": self._head}) + "\n", encoding="utf-8")

    def finished(self, batch: Batch, part: Tally) -> None:
        """Note a batch down."""
        line = json.dumps({"batch": batch.number, **_plain(part)})
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def forget(self) -> None:
        """The search is complete."""
        self._path.unlink(missing_ok=True)

    def _read(self, lines: list[str]) -> None:
        if not lines or _object(lines[0]).get("plans") != self._head:
            return
        # a last line that was cut off counts for nothing: its batch is played again
        for plain in filter(None, map(_object, lines[1:])):
            self.done |= {plain["batch"]}
            self.before.merge(_tally(plain, self._target))


def _identity(target: TargetFile) -> tuple[str, str]:
    """Which server it is: the name, and what its target file says."""
    return target.name, target.path.read_text(encoding="utf-8") if target.path else ""


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _plain(tally: Tally) -> dict[str, Any]:
    return {
        "runs": tally.runs,
        "statuses": {status.name: times for status, times in tally.statuses.items()},
        "unset": dict(tally.unset),
        "skipped": dict(tally.skipped),
        "unsure": dict(tally.unsure),
        "marks": {name: times for name, times in tally.reached.marks.items() if times},
        "faults": [[*where, times] for where, times in tally.reached.faults.items()],
        "failures": [
            {
                "key": failure.key,
                "exposed": failure.exposed,
                "runs before": failure.runs_before,
                "flaky": failure.flaky,
                "reason": failure.outcome.reason,
                "plan": write_yaml(failure.scenario),
            }
            for failure in tally.failures.values()
        ],
    }


def _tally(plain: Mapping[str, Any], target: str) -> Tally:
    tally = Tally(plain["runs"], Counter({Status[name]: n for name, n in plain["statuses"].items()}))
    tally.unset.update(plain["unset"])
    tally.skipped.update(plain["skipped"])
    tally.unsure.update(plain["unsure"])
    tally.reached.marks.update(plain["marks"])
    tally.reached.faults.update({(call, word): times for call, word, times in plain["faults"]})
    for failure in plain["failures"]:
        tally.failures[failure["key"]] = _failure(failure, target)
    return tally


def _failure(plain: Mapping[str, Any], target: str) -> Failure:
    (scenario,) = read_text(plain["plan"], file="")
    return Failure(
        plain["key"],
        plain["exposed"],
        scenario,
        _unplayed(scenario, target, plain["reason"], exposed=plain["exposed"]),
        plain["runs before"],
        plain["flaky"],
    )


def _unplayed(scenario: Scenario, target: str, reason: str, *, exposed: bool) -> Outcome:
    """It is played again before it is shrunk; until then this is all that is known of it."""
    status = Status.EXPOSED if exposed else Status.BROKEN
    return Outcome(scenario, target, status, History(), None, reason=reason)
