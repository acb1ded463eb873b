"""Templates in text fields: ``{{ name }}`` with the values of one row of ``parameters``.

Jinja2 in its sandbox, with undefined names refused; of its language only names and a few filters
are left. No loops, no conditions, no calls: who needs them writes a program.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

from qbharness.scenario.notation import Unreadable

FILTERS: Final = ("upper", "lower", "title", "trim")
LONGEST: Final = 100_000

_ALLOWED: Final = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Filter)


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True
    )
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.globals = {}
    return environment


def render(text: str, row: Mapping[str, str], used: set[str]) -> str:
    """``text`` with the values of ``row``; the names that it takes are added to ``used``."""
    if "{" not in text:
        return text
    try:
        tree = _environment().parse(text)
    except TemplateError as wrong:
        raise Unreadable(
            f"The template can't be read: {str(wrong).rstrip('.')}.", cure="Only {{ name }} is understood."
        ) from None
    for node in _all_nodes(tree):
        if not isinstance(node, _ALLOWED):
            raise Unreadable(
                "A template may only name parameters: {{ name }}.",
                cure="For anything else use the Python API.",
            )
        if isinstance(node, nodes.Name):
            if node.name not in row:
                raise Unreadable(
                    f"There is no parameter {node.name!r}.",
                    cure=f"The rows have: {', '.join(row)}.",
                )
            used.add(node.name)
    try:
        shown = _environment().from_string(text).render(row)
    except TemplateError as wrong:
        raise Unreadable(f"The template fails: {wrong}.") from None
    if len(shown) > LONGEST:
        raise Unreadable(f"The rendered text is longer than {LONGEST:,} characters.")
    return shown


def _all_nodes(tree: nodes.Template) -> list[nodes.Node]:
    return [tree, *tree.find_all(nodes.Node)]
