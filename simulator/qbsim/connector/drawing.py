"""The table of moves as text: a diagram and tables in Markdown, for the docs.

``python -m qbsim.connector.drawing docs/web-connector.md`` writes the generated part of a document
anew, between its two markers; a test fails when the document and the table differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from qbsim.connector.codes import CODES
from qbsim.connector.operations import OPERATIONS
from qbsim.connector.session import FINAL, MOVES, VARIATIONS, Event, State
from qbsim.errors import UsageProblem

BEGIN: Final = "<!-- moves: generated from the table by python -m qbsim.connector.drawing -->"
END: Final = "<!-- end of moves -->"
_ALWAYS: Final = frozenset({Event.STOPPED, Event.CRASHED})
"""Events that are possible everywhere; a diagram with them is a hedgehog."""


def diagram() -> str:
    """The moves as a Mermaid state diagram, without those that are possible everywhere."""
    return "\n".join(["```mermaid", "stateDiagram-v2", *_arrows(), "```"])


def _arrows() -> Iterator[str]:
    yield "    [*] --> IDLE"
    for state, row in MOVES.items():
        arrows: dict[State, list[str]] = {}
        for event, target in row.items():
            if event not in _ALWAYS:
                arrows.setdefault(target, []).append(event.name)
        for target, events in arrows.items():
            yield f"    {state.name} --> {target.name}: {', '.join(events)}"
    for state in State:
        if state in FINAL:
            yield f"    {state.name} --> [*]"


def moves() -> str:
    """Every move under the default switches, one row each."""
    lines = ["| in | what came of it | next |", "| --- | --- | --- |"]
    for state, row in MOVES.items():
        lines += [f"| {state.value} | {event.value} | {target.value} |" for event, target in row.items()]
    return "\n".join(lines)


def variations() -> str:
    """What the switches change in the table, one row a move."""
    lines = ["| switch | value | in | what came of it | next |", "| --- | --- | --- | --- | --- |"]
    for (name, value), changes in VARIATIONS.items():
        lines += [
            f"| `{name}` | `{value}` | {state.value} | {event.value} | {target.value} |"
            for (state, event), target in changes.items()
        ]
    return "\n".join(lines)


def operations() -> str:
    """The eleven calls."""
    lines = ["| call | parameters | result | failure |", "| --- | --- | --- | --- |"]
    for row in OPERATIONS.values():
        names = ", ".join(f"`{name}`" + (": int" if kind == "int" else "") for name, kind in row.parameters)
        lines.append(f"| `{row.name}` | {names} | {row.result} | {row.failure or ''} |")
    return "\n".join(lines)


def codes() -> str:
    """The QBWC codes with their texts."""
    lines = ["| code | text |", "| --- | --- |"]
    for row in CODES.values():
        doubt = " (second-hand)" if row.second_hand else ""
        text = " ".join(row.text.split()).replace("{}", "…")
        lines.append(f"| {row.code} | {text}{doubt} |")
    return "\n".join(lines)


def generated() -> str:
    """The whole generated part, markers included."""
    parts = (
        BEGIN,
        "### The calls",
        operations(),
        "### The moves as a picture",
        "Without the two events that are possible everywhere: *the user stops the update* and *the "
        "connector dies*.",
        diagram(),
        "### The moves as a table",
        moves(),
        "### What switches change",
        variations(),
        "### The codes",
        codes(),
        END,
    )
    return "\n\n".join(parts)


def renewed(document: str) -> str:
    """``document`` with its generated part made anew."""
    head, begin, rest = document.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise UsageProblem("The document has no place for the moves.", cure=f"Add {BEGIN} and {END}.")
    return head + generated() + tail


def _main(paths: list[str]) -> None:
    for path in map(Path, paths):
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    _main(sys.argv[1:])
