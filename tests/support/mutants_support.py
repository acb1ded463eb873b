"""What mutants are made with: a catalogue, small hands for their defects, and a target file for each."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from attrs import evolve, field, frozen
from starlette.applications import Starlette

from qbharness.servers import create_app
from qbharness.servers.desk import Desk, period
from qbharness.servers.policies.base import Policy
from qbharness.servers.schema import QUEUE_DONE, QUEUE_WAITING, blocks
from qbharness.servers.soap import Result
from qbharness.servers.state import State
from qbharness.targets.model import NOWHERE, TargetFile
from qbharness.targets.reader import read_target
from qbharness.targets.template import Template

FOLDER: Final = Path(__file__).parents[1] / "mutants"
MODULES: Final = ("handing_out", "in_doubt", "booking", "writing", "owners_hands", "sessions")

_NO_SOCKET: Final = {"base": Template("http://127.0.0.1:8080", NOWHERE)}

Operation = Callable[[Mapping[str, str]], Result]
"""An operation of the Web Connector service."""


NO_PERIOD: Final = "No period is selected in its worlds."
NO_PEOPLE: Final = "Nobody but the connector does anything in its worlds."
NO_REFUSAL: Final = "Every name is known in its worlds, so nothing is refused."
PLAIN_BLOCKS: Final = "Its blocks have plain names, whole hours, ordinary days and no notes."
EQUAL_BLOCKS: Final = "Its two blocks are equal, so that one may stand for the other."
ONE_COMPANY: Final = "Only one company file is ever open."
ALL_SENT: Final = "Strangers call in when a run is over, and in its worlds nothing is left to send then."
SHORT_NAMES: Final = "No name in its plans is longer than 31 characters."
ONE_JOB_A_NAME: Final = "No two jobs of its plans have the same name."
ONE_FAULT: Final = "One fault strikes in each run; here it takes two."
"""What the plans of a lane lack, as mutants say it."""


@frozen
class Mutant:
    """One variant of ``exact``. ``defect`` is a policy, or changes a server that was made with exact's.

    ``ways``: which of the ways in which real servers lose or double work it stands for. ``lacks``: the
    lanes that can't convict it, each with what its plans lack. ``author``: why only what a story's author
    expects can convict it, where that is so.
    """

    name: str
    sentence: str
    defect: Any = field(repr=False)
    ways: tuple[int, ...] = ()
    lacks: Mapping[str, str] = field(factory=dict)
    author: str = ""


CATALOGUE: Final[dict[str, Mutant]] = {}


def mutant(
    sentence: str, *, ways: tuple[int, ...] = (), author: str = "", **lacks: str
) -> Callable[[Any], Any]:
    """Put a defect into the catalogue, under its own name in words."""

    def registered(defect: Any) -> Any:
        name = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in defect.__name__)
        name = name.replace("_", " ").strip()
        CATALOGUE[name] = Mutant(name, sentence, defect, ways, lacks, author)
        return defect

    return registered


def catalogue() -> Mapping[str, Mutant]:
    """Every mutant by name."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    for module in MODULES:
        importlib.import_module(module)
    return CATALOGUE


def make(mutant: str, **options: Any) -> Starlette:
    """The server of one mutant; the target file's application."""
    found = catalogue()[mutant]
    if isinstance(found.defect, type):
        return create_app(policy=found.defect(), **options)
    app = create_app(policy="exact", **options)
    found.defect(app.state.server)
    return app


def target_of(name: str) -> TargetFile:
    """The target file of a mutant, or of ``exact`` itself; always in our own process.

    Both are the same file but for the application, so that they are played and judged alike.
    """
    file = evolve(read_target("exact"), start=None, failpoints={}, backup=None, variables=_NO_SOCKET)
    if name == "exact":
        return file
    assert file.app is not None
    arguments = {key: value for key, value in file.app.arguments.items() if key != "policy"}
    app = evolve(file.app, path="mutants_support:make", arguments={**arguments, "mutant": name})
    return evolve(file, name=name, app=app)


# ------------------------------------------------------------------------------ hands for defects


def write_blocks(desk: Desk, where: Any, **changes: Any) -> None:
    """Change rows of blocks behind the policy's back."""
    desk.db.execute(sa.update(blocks).where(where).values(**changes))


def set_aside(desk: Desk, *ids: int | None) -> None:
    """Take blocks off the queue."""
    write_blocks(desk, blocks.c.id.in_(ids), queue=QUEUE_DONE)


def waiting(desk: Desk, *, everything: bool = False) -> list[int]:
    """The numbers of the blocks in the queue, those in doubt first; of the period, or of all days."""
    query = sa.select(blocks.c.id).where(
        blocks.c.company_id == desk.session.company_id, blocks.c.queue > QUEUE_DONE
    )
    if not everything:
        bounds = period(desk.session)
        inside = blocks.c.date.between(bounds["since"], bounds["until"])
        query = query.where(sa.or_(blocks.c.queue < QUEUE_WAITING, inside))
    return list(desk.db.execute(query.order_by(blocks.c.queue, blocks.c.date, blocks.c.id)).scalars())


class Remembering(Policy):
    """Keeps something in the memory of the process; a server that is reset has forgotten it."""

    _mark: str = ""
    _memory: dict[Any, Any] = {}  # noqa: RUF012 - replaced, never shared

    def memory(self, desk: Desk) -> dict[Any, Any]:
        """What was kept; the database's mark is drawn anew at each reset."""
        if self._mark != desk.session.mark:
            self._mark, self._memory = desk.session.mark, {}
        return self._memory

    def first_time(self, desk: Desk) -> bool:
        """Is it the first question in this session?"""
        seen = self.memory(desk).setdefault("sessions", set())
        if desk.session.id in seen:
            return False
        seen.add(desk.session.id)
        return True


def around(state: State, *names: str) -> Callable[[Callable[[Operation, Mapping[str, str]], Result]], None]:
    """Put a function around operations of the service; it is given the right one, and the arguments."""

    def wrap(function: Callable[[Operation, Mapping[str, str]], Result]) -> None:
        operations: Any = state.service._operations
        for name in names:
            right = operations[name]
            operations[name] = lambda given, right=right: function(right, given)

    return wrap


def cleared_at_reset(state: State, *memories: Any) -> None:
    """What a defect keeps in these lists and sets is gone when the server is reset."""
    reset = state.reset

    def reset_all() -> None:
        for memory in memories:
            memory.clear()
        reset()

    state.reset = reset_all  # type: ignore[method-assign]


def sql(state: State, statement: str, **values: str) -> str:
    """One statement on the server's database; the first value of what it found, or ``""``."""
    with state.store.transaction() as db:
        done = db.execute(sa.text(statement), values)
        return str(done.scalar() or "") if done.returns_rows else ""
