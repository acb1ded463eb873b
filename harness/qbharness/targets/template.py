"""Texts of a target file that are filled in when they are used: Jinja2, sandboxed, nothing undefined.

A template knows where it stands in the file, and which names it may use: a misspelt name is found
when the file is read, not in the middle of a run.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, TypeAlias, final
from urllib.parse import quote
from xml.sax.saxutils import escape

from attrs import field, frozen
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, Undefined, meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from qbharness.yaml_text import nearest
from qbsim.errors import LocatedProblem, Place, UsageProblem

ALWAYS: Final = ("port", "worker", "folder", "here", "python", "user", "password", "secrets")
"""Names that every template may use (besides the file's own variables)."""
SECRET_NAMES: Final = frozenset({"password", "secrets"})

BLOCK_FIELDS: Final = (
    "employee",
    "customer",
    "date",
    "hours",
    "seconds",
    "minutes",
    "service_item",
    "class",
    "payroll_item",
    "notes",
    "billable",
)
"""What ``block`` has in a template; a field that was not given is none."""

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "add_block": ("block",),
    "edit_block": ("id", "block"),
    "delete_block": ("id",),
    "select_period": ("start", "end"),
    "list_blocks": (),
    "mark_sent": ("id",),
    "mark_not_sent": ("id",),
    "clock": ("now",),
}
"""The names that one operation adds."""

_EXPRESSION: Final = re.compile(r"\s*\{\{((?:(?!\{\{|\}\}).)+)\}\}\s*", re.DOTALL)
"""A text that is one expression and nothing else keeps the expression's own type."""

Context: TypeAlias = Mapping[str, object]


def _seconds(value: object) -> int | None:
    """Whole seconds from seconds, ``7:30``, ``7:30:00`` or ``7h30m``."""
    if value is None or isinstance(value, Undefined):
        return None
    text = str(value).strip()
    if re.fullmatch(r"\d+", text):
        return int(text)
    for form in (
        r"(?P<h>\d+):(?P<m>\d\d)(?::(?P<s>\d\d))?",
        r"(?=\d)(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+)s)?",
    ):
        if found := re.fullmatch(form, text):
            h, m, s = (int(found[part] or 0) for part in ("h", "m", "s"))
            return h * 3600 + m * 60 + s
    raise UsageProblem(f"{text!r} is not a length of time.", cure="Write 7:30, 7h30m or whole seconds.")


def _hours(value: object) -> str | None:
    if (seconds := _seconds(value)) is None:
        return None
    tail = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}{tail}"


def _minutes(value: object) -> int | float | None:
    if (seconds := _seconds(value)) is None:
        return None
    return seconds / 60 if seconds % 60 else seconds // 60


def _decimal_hours(value: object) -> float | None:
    return None if (seconds := _seconds(value)) is None else seconds / 3600


def _duration(value: object) -> str | None:
    if (seconds := _seconds(value)) is None:
        return None
    return f"PT{seconds // 3600}H{seconds % 3600 // 60}M{seconds % 60}S"


def _date(value: object, form: str = "%Y-%m-%d") -> str | None:
    return None if value is None else dt.datetime.fromisoformat(str(value)).strftime(form)


FILTERS: Final[Mapping[str, object]] = {
    "hours": _hours,
    "minutes": _minutes,
    "seconds": _seconds,
    "decimal_hours": _decimal_hours,
    "duration": _duration,
    "date": _date,
    "xml": lambda value: None if value is None else escape(str(value), {'"': "&quot;"}),
    "json": json.dumps,
    "url": lambda value: quote(str(value), safe=""),
}
"""Lengths of time take seconds or ``7:30``; ``date('%d.%m.%Y')`` takes an ISO date."""


def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        finalize=lambda value: "" if value is None else value,
    )
    environment.filters.update(FILTERS)
    return environment


_ENVIRONMENT: Final = _environment()


@lru_cache(maxsize=2000)
def _compiled_text(text: str) -> object:
    return _ENVIRONMENT.from_string(text)


@lru_cache(maxsize=2000)
def _compiled_expression(text: str) -> object:
    return _ENVIRONMENT.compile_expression(text, undefined_to_none=False)


@lru_cache(maxsize=2000)
def _used_names(text: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(text)))


@final
@frozen
class Template:
    """One text of a target file, and where it stands there."""

    text: str
    place: Place = field(eq=False, repr=False)

    @property
    def constant(self) -> bool:
        """True if there is nothing to fill in."""
        return "{{" not in self.text and "{%" not in self.text

    def check(self, names: tuple[str, ...]) -> None:
        """Refuse, at its place, a template that does not parse or uses a name outside ``names``."""
        try:
            tree = _ENVIRONMENT.parse(self.text)
            used = _used_names(self.text)
        except TemplateSyntaxError as wrong:
            why = (wrong.message or "").rstrip(".")
            raise LocatedProblem(f"The template does not parse: {why}.", self.place) from None
        for name in sorted(used):
            if name not in names:
                raise LocatedProblem(
                    f"The template uses {name!r}, which is not known here.",
                    self.place,
                    cure=nearest(name, names),
                )
        for part in tree.find_all(nodes.Getattr):
            of_block = isinstance(part.node, nodes.Name) and part.node.name == "block"
            if of_block and part.attr not in BLOCK_FIELDS:
                raise LocatedProblem(
                    f"A block has no field {part.attr!r}.", self.place, cure=nearest(part.attr, BLOCK_FIELDS)
                )

    def uses(self, names: frozenset[str]) -> bool:
        """True if it uses one of ``names``."""
        return not names.isdisjoint(_used_names(self.text))

    def render(self, context: Context) -> str:
        """The text, filled in."""
        if self.constant:
            return self.text
        try:
            return str(_compiled_text(self.text).render(context))  # type: ignore[attr-defined]
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as wrong:
            raise self.problem(wrong) from None

    def value(self, context: Context) -> object:
        """As :meth:`render`; but one lone expression keeps its type (number, truth value, none)."""
        lone = _EXPRESSION.fullmatch(self.text)
        if lone is None:
            return self.render(context)
        try:
            found = _compiled_expression(lone[1])(**context)  # type: ignore[operator]
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as wrong:
            raise self.problem(wrong) from None
        if isinstance(found, Undefined):
            raise self.problem(f"{lone[1].strip()} is not defined")
        return found

    def problem(self, why: object) -> LocatedProblem:
        return LocatedProblem(f"The template {self.text!r} cannot be filled in: {why}.", self.place)


Tree: TypeAlias = "Template | str | int | float | bool | tuple[Tree, ...] | Mapping[str, Tree] | None"
"""A JSON body with templates in it."""


def fill(tree: Tree, context: Context) -> object:
    """The JSON value of ``tree``; entries of mappings that come out as none are left out."""
    if isinstance(tree, Template):
        return tree.value(context)
    if isinstance(tree, Mapping):
        filled = {key: fill(value, context) for key, value in tree.items()}
        return {key: value for key, value in filled.items() if value is not None or tree[key] is None}
    if isinstance(tree, tuple):
        return [fill(item, context) for item in tree]
    return tree
