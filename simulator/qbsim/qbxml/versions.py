"""The versions of qbXML: which there are, which are covered here, how a document states its own."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from qbsim.errors import UsageProblem

_FORM: Final = re.compile(r"([0-9]{1,2})\.([0-9])")


class Version(NamedTuple):
    """One version of qbXML; ordered. ``Version.parse("13.0")``, ``str()`` gives ``13.0``.

    A named tuple, because versions are compared and looked up on the hot path.
    """

    major: int
    minor: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """``text`` as a version; raises :class:`UsageProblem` if it has not the form ``13.0``."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise UsageProblem(
                f"{text!r} is not a version of qbXML.",
                cure="Write it like 13.0, with one digit after the dot.",
            )
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @property
    def digits(self) -> str:
        """As in the names of Intuit's files: ``130``."""
        return f"{self.major}{self.minor}"


COVERED: Final = tuple(
    map(
        Version.parse,
        (
            "2.0",
            "2.1",
            "3.0",
            "4.0",
            "4.1",
            "5.0",
            "6.0",
            "7.0",
            "8.0",
            "9.0",
            "10.0",
            "11.0",
            "12.0",
            "13.0",
            "14.0",
            "16.0",
        ),
    )
)
"""The versions that documents can be judged by, ascending. 9.0 comes from the marks of its
neighbours; no material of its own was found."""

NOT_COVERED: Final = tuple(map(Version.parse, ("1.0", "1.1", "15.0")))
"""Versions that QuickBooks speaks and of which no schema was found: refused as a gap of ours."""

NEWEST: Final = COVERED[-1]
OLDEST: Final = COVERED[0]
