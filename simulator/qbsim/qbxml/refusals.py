"""What is wrong with a document, told so that it can be mended.

::

    QbxmlRefused           carries a Refusal
    ├── StructureRefused   the whole message set fails: HRESULT 0x80040400, no response
    └── VersionRefused     the version stated is not spoken here: HRESULT 0x80040423
"""

from __future__ import annotations

from typing import Final, Literal, final

from attrs import field, frozen

from qbsim.errors import Problem

Gate = Literal["structure", "value"]

_LONGEST: Final = 600


def _bounded(text: str) -> str:
    """Names and values of a hostile document may have any length; a sentence has not."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


@final
@frozen
class Refusal:
    """One reason why QuickBooks would not take a document.

    ``line`` and ``column`` count from 1 (0: not known); ``path`` leads from the root to the element.
    ``rule`` is a key of ``qbsim.certainty.RULES``. A value refusal has the status that QuickBooks
    answers with; a structure refusal has none, because there is no response at all.
    """

    gate: Gate
    rule: str
    found: str = field(converter=_bounded)
    likely: str = field(converter=_bounded)
    """The likely mistake and its cure: one or two sentences."""
    line: int = 0
    column: int = 0
    path: str = field(default="", converter=_bounded)
    allowed: tuple[str, ...] = ()
    status_code: int | None = None
    status_message: str | None = None

    @property
    def place(self) -> str:
        """``line:column`` as far as it is known."""
        return f"{self.line}:{self.column}" if self.line else ""

    def __str__(self) -> str:
        where = [f"line {self.line}", f"column {self.column}"] if self.line else []
        where += [self.path] if self.path else []
        return f"{', '.join(where)}: {self.likely}" if where else self.likely


class QbxmlRefused(Problem):
    """QuickBooks would refuse this document as a whole; :attr:`refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@final
class StructureRefused(QbxmlRefused):
    """The text is not the qbXML of its version: HRESULT 0x80040400."""


@final
class VersionRefused(QbxmlRefused):
    """The version is not supported or unknown: HRESULT 0x80040423."""
