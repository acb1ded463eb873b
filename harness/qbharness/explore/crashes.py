"""What to do when our own code crashes in a campaign: the plan is kept, and nothing is ever called green."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, final

from qbharness.scenario.model import Scenario
from qbharness.scenario.writer import write_yaml
from qbsim.errors import InternalProblem, Problem

FOLDER: Final = Path(".qbharness") / "crashes"


@final
class Crashed(InternalProblem):
    """A strategy, a check or the executor failed; ``plan`` is the plan as far as it was drawn."""

    def __init__(self, sentence: str, *, plan: str = "", cure: str = "") -> None:
        super().__init__(sentence, cure=cure)
        self.plan = plan


@contextmanager
def keeping(plan: Callable[[], str], doing: str) -> Iterator[None]:
    """What fails in here for no reason of the target's becomes :class:`Crashed`, with the plan in it."""
    try:
        yield
    except InternalProblem as ours:
        if isinstance(ours, Crashed):
            raise
        raise Crashed(f"{ours} ({doing})", plan=plan()) from ours
    except Problem:
        raise
    except Exception as wrong:
        raise Crashed(f"{type(wrong).__name__} while {doing}: {wrong}", plan=plan()) from wrong


def text_of(scenario: Scenario) -> str:
    """The plan as its file, or, if just that fails, as Python shows it."""
    try:
        return write_yaml(scenario)
    except Exception as wrong:  # noqa: BLE001 - a crash must not hide behind another one
        return (
            f"# It can't even be written ({type(wrong).__name__}: {wrong}); this is what Python shows:\n"
            + ("".join(f"# {line}\n" for line in repr(scenario).splitlines()))
        )


def save(crash: Crashed, how: str, folder: Path = FOLDER) -> Path:
    """Write the plan of a crash; its name is made from its text."""
    folder.mkdir(parents=True, exist_ok=True)
    head = [f"qbharness itself failed: {crash.sentence}", f"Found by: {how}"]
    text = "".join(f"# {line}\n" for part in head for line in part.splitlines()) + "\n" + crash.plan
    path = folder / f"{hashlib.sha256(crash.plan.encode()).hexdigest()[:12]}.yaml"
    path.write_text(text, encoding="utf-8")
    return path
