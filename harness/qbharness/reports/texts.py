"""Small matters of text that every report shares: what is safe to print, and how names are written."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qbharness.scenario.model import Scenario

_NOT_FOR_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIRST_SENTENCE: Final = re.compile(r"(.+?[.!?])(?=\s+[A-Z])", re.DOTALL)


def printable(text: str) -> str:
    """``text`` without what a terminal would obey: escapes, controls, changes of the writing direction.

    Servers and scenario files are strangers, and their words are printed; the replacement
    character shows that something stood there.
    """
    return "".join(char if char in "\n\t" or not _obeyed(char) else "\ufffd" for char in text)


def _obeyed(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def one_line(text: str) -> str:
    """``text`` printable and on one line."""
    return " ".join(printable(text).split())


def for_xml(text: str) -> str:
    """``text`` with every character that XML 1.0 cannot hold replaced."""
    return _NOT_FOR_XML.sub("\ufffd", text)


def first_sentence(text: str) -> str:
    """The first sentence of several; the whole text if it is one."""
    found = _FIRST_SENTENCE.match(text)
    return found.group(1) if found else text


def cut(text: str, length: int) -> str:
    """``text`` in at most ``length`` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def plural(count: int, noun: str) -> str:
    """``1 scenario``, ``2 scenarios``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def title(scenario: Scenario) -> str:
    """The scenario's name; with its row of parameters where the file has a table of them."""
    row = ", ".join(f"{key}={value}" for key, value in scenario.parameters.items())
    return one_line(f"{scenario.name} [{row}]" if row else scenario.name)
