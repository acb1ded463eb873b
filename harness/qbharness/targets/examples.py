"""Copies a bundled target file, with the server that it starts, for somebody to make their own of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from qbharness.targets.reader import bundled
from qbharness.yaml_text import nearest
from qbsim.errors import UsageProblem

_BESIDE: Final = re.compile(r"\{\{ here \}\}/([\w-]+\.\w+)")
_EDITOR_LINE: Final = re.compile(r"\A# yaml-language-server:.*\n")
"""Leads to the schema of this project's folders; a copy stands elsewhere."""


def copy_example(name: str, folder: Path) -> tuple[Path, ...]:
    """Write copies into ``folder`` and return their paths.

    Raises :class:`UsageProblem` for a name that is not bundled, and before anything is overwritten.
    """
    known = bundled()
    if name not in known:
        raise UsageProblem(f"There is no bundled target {name!r}.", cure=nearest(name, known))
    source = known[name]
    text = _EDITOR_LINE.sub("", source.read_text(encoding="utf-8"))
    copies = {folder / source.name: text}
    for other in _BESIDE.findall(text):
        copies[folder / other] = (source.parent / other).read_text(encoding="utf-8")
    if there := [path for path in copies if path.exists()]:
        raise UsageProblem(f"{there[0]} is there already.", cure="Move it away, or use --into.")
    for path, content in copies.items():
        path.write_text(content, encoding="utf-8")
    return tuple(copies)
