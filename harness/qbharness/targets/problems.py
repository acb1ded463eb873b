"""What can go wrong with a server that we start, reach and steer.

::

    SetUpProblem            definite: it did not happen, or not as the target file says
    └── OutcomeUnknown      the order went out and no answer came: it may have happened
"""

from __future__ import annotations

from typing import final

from qbsim.errors import SetUpProblem


@final
class OutcomeUnknown(SetUpProblem):
    """An operation was sent and its answer did not come: nobody knows whether it took effect.

    A run in which this happened is *unknown*, never held or broken.
    """


def first_lines(text: str, most: int = 5) -> str:
    """The beginning of an answer, as a message quotes it."""
    lines = [line[:300] for line in text.strip().splitlines()[:most]]
    return "\n".join(lines)
