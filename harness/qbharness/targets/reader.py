"""Reads a target file: YAML in, a frozen :class:`TargetFile` out, every mistake with its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from qbharness.targets.layout import TARGET
from qbharness.targets.model import Action, Http, Operation, Shell, TargetFile
from qbharness.targets.template import ALWAYS, NAMES, SECRET_NAMES, Template
from qbharness.yaml_text import nearest, read_yaml
from qbsim.errors import LocatedProblem, UsageProblem
from qbsim.resources import data_path

SUFFIX: Final = ".yaml"


def bundled() -> dict[str, Path]:
    """The target files that ship with the project, by name."""
    return {path.stem: path for path in sorted(data_path("scenarios", "targets").glob(f"*{SUFFIX}"))}


def read_target(where: str | Path) -> TargetFile:
    """The target file at a path, or a bundled one by its name (``plain``, ``exact``, ...).

    Raises :class:`UsageProblem`, located if the mistake is inside the file.
    """
    path = Path(where)
    if not path.is_file():
        known = bundled()
        if str(where) not in known:
            raise UsageProblem(f"There is no target {str(where)!r}.", cure=nearest(str(where), known))
        path = known[str(where)]
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise UsageProblem(f"The target file {path} cannot be read: {wrong}.") from None
    return parse_target(text, str(path), path=path)


def parse_target(text: str, file: str = "target.yaml", *, path: Path | None = None) -> TargetFile:
    """The same from a text; ``file`` is the name for messages."""
    target: TargetFile = TARGET.read(read_yaml(text, file))
    _check_templates(target)
    return attrs.evolve(target, path=path)


def _check_templates(target: TargetFile) -> None:
    from qbharness.targets.process import log_names  # noqa: PLC0415 - only needed with a log pattern

    names = (*ALWAYS, *target.variables, *log_names(target))
    for place, more in (
        (target.connector, ()),
        (target.start, ()),
        (target.restart, ()),
        (target.reset, ()),
        (target.app, ()),
        (tuple(target.variables.values()), ()),
        (tuple(target.failpoints.values()), ()),
        *((operation, NAMES[name]) for name, operation in target.operations.items()),
    ):
        for template in _templates(place):
            template.check((*names, *more))
    for name, variable in target.variables.items():
        if name in ALWAYS:
            raise LocatedProblem(
                f"The name {name!r} has a meaning of its own: {', '.join(ALWAYS)} are always known.",
                variable.place,
                cure="Choose another name for the variable.",
            )
    secret = _secret_names(target)
    for command in _commands(target):
        for template in command:
            if template.uses(secret):
                raise LocatedProblem(
                    "A secret must not stand in a command line, where every user of the machine can read it.",
                    template.place,
                    cure="Give it in the environment, or on standard input.",
                )


def _secret_names(target: TargetFile) -> frozenset[str]:
    """Every name that a secret can hide behind: variables are made of one another, in their order."""
    secret = set(SECRET_NAMES)
    user = target.connector.user
    for name, template in (*target.variables.items(), *((("user", user),) if user else ())):
        if template.uses(frozenset(secret)):
            secret.add(name)
    return frozenset(secret)


def _commands(target: TargetFile) -> Iterator[tuple[Template, ...]]:
    if target.start:
        yield target.start.command
    yield from (failpoint.start_with for failpoint in target.failpoints.values())
    for action in actions(target):
        if isinstance(action, Shell):
            yield action.command


def actions(target: TargetFile) -> Iterator[Action]:
    """Every action of the file, wherever it stands."""
    rest = (target.restart, target.reset, *(each.operation for each in target.failpoints.values()))
    for operation in (*target.operations.values(), *rest):
        if isinstance(operation, Operation):
            yield operation.action


def http_addresses(target: TargetFile) -> Iterator[Template]:
    """Every address that an operation of this file calls."""
    yield from (action.url for action in actions(target) if isinstance(action, Http))


def _templates(value: Any) -> Iterator[Template]:
    """Every template inside a value of the model."""
    if isinstance(value, Template):
        yield value
    elif attrs.has(type(value)):
        for each in attrs.fields(type(value)):
            yield from _templates(getattr(value, each.name))
    elif hasattr(value, "values"):
        for each in value.values():
            yield from _templates(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from _templates(each)
