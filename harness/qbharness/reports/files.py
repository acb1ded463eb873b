"""What all reports that end up in a file share: they collect outcomes, and write once, completely."""

from __future__ import annotations

import difflib
import tempfile
from abc import abstractmethod
from collections.abc import Collection, Iterable
from pathlib import Path

from qbharness.history import Event
from qbharness.outcome import Outcome, Summary
from qbharness.scenario.model import Scenario
from qbsim.errors import UsageProblem


class Collected:
    """A report that is written when the run has ended; nobody ever sees half a file."""

    def __init__(self, path: Path, *, strict: bool = False) -> None:
        self.path = path
        self.strict = strict
        self.target = ""
        self.outcomes: list[Outcome] = []

    @abstractmethod
    def render(self, summary: Summary) -> str:
        """The whole file, of :attr:`outcomes`."""

    def run_started(self, scenarios: int, target: str) -> None:
        self.target = target

    def scenario_started(self, scenario: Scenario) -> None:
        """Nothing to do: the outcome has it all."""

    def event(self, event: Event) -> None:
        """Nothing to do: the outcome has the history."""

    def scenario_ended(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def run_ended(self, summary: Summary) -> None:
        write(self.path, self.render(summary))


def write(path: Path, text: str) -> None:
    """Put ``text`` into ``path`` at once: a file beside it takes its place when it is complete."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            beside = Path(file.name)
            file.write(text)
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as trouble:
        raise cannot_write(path, trouble) from trouble


def prepare(spec: str, kinds: Collection[str]) -> tuple[str, Path]:
    """The kind and the file of ``kind=FILE``, its folder made.

    Raises ``UsageProblem`` for what is no such spec or cannot be written: before anything has run.
    """
    kind, equals, name = (part.strip() for part in spec.partition("="))
    if kind not in kinds:
        raise UsageProblem(f"There is no report of the kind {kind!r}.", cure=_nearest(kind, kinds))
    if not equals or not name:
        raise UsageProblem(f"The report {kind!r} needs a file.", cure=f"Write {kind}=FILE.")
    path = Path(name)
    if path.is_dir():
        raise UsageProblem(f"{name} is a folder, not a file.", cure=f"Write {kind}={name}/FILE.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as trouble:
        raise cannot_write(path, trouble) from trouble
    return kind, path


def each_once(specs: Iterable[str]) -> tuple[str, ...]:
    """The specs of several ``--report`` options, which may have commas; no two may write into one file."""
    single = tuple(spec for given in specs for spec in given.split(","))
    seen: dict[Path, str] = {}
    for spec in single:
        name = spec.partition("=")[2].strip()
        other = seen.setdefault(Path(name).resolve(), spec) if name else spec
        if other is not spec:
            raise UsageProblem(f"{other} and {spec} are the same file.", cure="Give each report its own.")
    return single


def _nearest(kind: str, kinds: Collection[str]) -> str:
    close = difflib.get_close_matches(kind.lower(), kinds, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Known: {', '.join(kinds)}; write for example {next(iter(kinds))}=FILE."


def cannot_write(path: Path, trouble: OSError) -> UsageProblem:
    """The problem to raise when the operating system refuses ``path``."""
    return UsageProblem(
        f"The report {path} cannot be written: {trouble.strerror}.", cure="Name a file that can be."
    )
