"""Every error that this project raises on purpose, and whose fault each one is.

::

    Problem                     root; knows a sentence and a cure
    ├── UsageProblem            the caller's input is wrong: a file, an option, a value
    │   └── LocatedProblem      ... and we know the file, the line and the column
    ├── SetUpProblem            what we drive could not be reached, started, reset or steered
    ├── RefusedForSafety        the guard: a live queue would be consumed
    ├── SimulatorGap            real QuickBooks would answer, but that is not modelled here
    └── InternalProblem         our own mistake

What a *server under test* does wrong is never an exception: it is recorded and judged.
"""

from __future__ import annotations

from typing import Final, final

from attrs import field, frozen


class Problem(Exception):
    """Something that a person has to act on.

    ``sentence`` says what is wrong, ``cure`` what to do next (may be empty).
    """

    def __init__(self, sentence: str, *, cure: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.sentence} {self.cure}".rstrip()

    def __reduce__(self) -> tuple[object, ...]:
        """How it comes back from a worker process, whatever a subclass takes to be made."""
        return _revived, (type(self), self.args, self.__dict__)


def _revived(kind: type[Problem], arguments: tuple[object, ...], facts: dict[str, object]) -> Problem:
    problem = kind.__new__(kind, *arguments)
    problem.__dict__.update(facts)
    return problem


class UsageProblem(Problem):
    """The caller's input is wrong; nothing was done."""


@final
@frozen
class Place:
    """Where in a text something stands; lines and columns count from 1."""

    file: str
    line: int
    column: int = 1
    text: str = field(default="", repr=False)
    """The whole line, for the caret."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class LocatedProblem(UsageProblem):
    """The caller's input is wrong at a known place: printed as ``file:line:column`` with a caret."""

    def __init__(self, sentence: str, place: Place, *, cure: str = "") -> None:
        super().__init__(_cut(sentence), cure=_cut(cure))
        self.place = place

    def __str__(self) -> str:
        shown = f"{self.place}: {super().__str__()}"
        if self.place.text:
            text, column = _excerpt(self.place.text, self.place.column)
            shown += f"\n    {text}\n    {' ' * (column - 1)}^"
        return shown


_LONGEST_LINE: Final = 140
_LONGEST_SENTENCE: Final = 1200
"""Longer than any sentence of ours, lists of words included; longer is only what it quotes."""


def _cut(sentence: str) -> str:
    """Without the middle of what a stranger's file makes too long: both ends are ours, or the quote's."""
    if len(sentence) <= _LONGEST_SENTENCE:
        return sentence
    return f"{sentence[:200]} … {sentence[-100:]}"


def _excerpt(text: str, column: int) -> tuple[str, int]:
    """The part of a long line around its column, and the column in it: files of others have such lines."""
    if len(text) <= _LONGEST_LINE:
        return text, column
    start = max(0, min(column - 61, len(text) - _LONGEST_LINE))
    before, after = "…" if start else "", "…" if start + _LONGEST_LINE < len(text) else ""
    return f"{before}{text[start : start + _LONGEST_LINE]}{after}", column - start + len(before)


class SetUpProblem(Problem):
    """What we drive could not be reached, started, reset or steered; no verdict is possible.

    ``output`` holds the last lines that the other side printed, secrets masked.
    """

    def __init__(self, sentence: str, *, cure: str = "", output: str = "") -> None:
        super().__init__(sentence, cure=cure)
        self.output = output


class RefusedForSafety(Problem):
    """The guard refused: going on could make a live server believe that its hours are delivered."""


class SimulatorGap(Problem):
    """Real QuickBooks (or the real Web Connector) would answer; that is not modelled here."""


class InternalProblem(Problem):
    """Our own mistake."""
