"""Names for what a server invents, so that two runs of one plan read the same.

Tickets, message-set ids, request ids and block ids differ from run to run; in the history each stands
under its kind and the number of its first appearance: ``ticket#1``, ``set#3``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, final

from qbharness.history import MASK

_IN_TEXT: Final = 8
"""Shorter inventions are named only in their own fields: ``7`` inside a text is no ticket."""

_ATTRIBUTES: Final = (
    ("requestID", "request"),
    ("newMessageSetID", "set"),
    ("oldMessageSetID", "set"),
)


@final
class Naming:
    """The names given in one run."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self._in_text: dict[str, str] = {}
        self._secrets: list[str] = []

    def name(self, kind: str, raw: str) -> str:
        """The name of ``raw``, an invention of this kind; the empty text stays empty."""
        if not raw:
            return ""
        name = self._names.get((kind, raw))
        if name is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            name = self._names[kind, raw] = f"{kind}#{self._counts[kind]}"
            if len(raw) >= _IN_TEXT:
                self._in_text[raw] = name
        return name

    def hide(self, secret: str) -> None:
        """From now on ``secret`` appears in no text."""
        if secret:
            self._secrets.append(secret)

    def in_text(self, text: str) -> str:
        """``text`` with every long invention in it replaced by its name."""
        for raw, name in (*((secret, MASK) for secret in self._secrets), *self._in_text.items()):
            if raw in text:
                text = text.replace(raw, name)
        return text

    def _renamer(self, attribute: str, kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: f'{attribute}="{self.name(kind, found[2])}"'

    def in_qbxml(self, text: str) -> str:
        """A message set with the ids in its attributes replaced by their names."""
        for attribute, kind in _ATTRIBUTES:
            text = re.sub(rf"\b{attribute}=([\"'])(.*?)\1", self._renamer(attribute, kind), text)
        return self.in_text(text)
