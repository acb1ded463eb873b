"""Named places at which a test may kill the server: before and after each commit of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

from qbharness.servers.problems import BadInput

NAMES: Final = (
    "before_authenticate_commit",
    "after_authenticate_commit",
    "before_handout_commit",
    "after_handout_commit",
    "before_answer_commit",
    "after_answer_commit",
    "before_close_commit",
    "after_close_commit",
)


@final
class Failpoints:
    """At most one name is armed; reaching it fires once, after ``skip`` quiet passes."""

    def __init__(self, fire: Callable[[str], None], name: str = "") -> None:
        self._fire = fire
        self._name = ""
        self._skip = 0
        self.arm(name)

    def arm(self, name: str, skip: int = 0) -> None:
        """Arm ``name``; empty disarms. Raises BadInput for a name that does not exist."""
        if name and name not in NAMES:
            raise BadInput(f"There is no failpoint {name!r}; there are: {', '.join(NAMES)}.")
        self._name, self._skip = name, skip

    def __call__(self, name: str) -> None:
        """The code is at ``name`` now."""
        if name != self._name:
            return
        if self._skip:
            self._skip -= 1
            return
        self._name = ""
        self._fire(name)
