"""What QuickBooks answers to a value that it cannot take: status codes and their texts.

The certainty is that of the text. Intuit's table gives the codes; for a few the wording follows its
neighbours, because the text itself was not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

from attrs import frozen

from qbsim.certainty import Certainty


@final
@frozen
class Status:
    """One status code; ``text`` takes ``value`` and ``field``."""

    code: int
    text: str
    source: str
    certainty: Certainty

    def message(self, value: str, field: str) -> str:
        return self.text.format(value=value, field=field)


_INTUIT: Final = "Intuit's table of status codes"
_PATTERN: Final = "the code is Intuit's; the text follows 3010, 3020 and 3045"


def _conversion(code: int, noun: str, source: str, certainty: Certainty) -> Status:
    return Status(
        code,
        f'There was an error when converting the {noun} "{{value}}" in the field "{{field}}"',
        source,
        certainty,
    )


REQUEST_ID: Final = Status(
    1060,
    'The request ID "{value}" is invalid, possibly too long, max 50 chars.',
    _INTUIT,
    Certainty.DOCUMENTED,
)
OBJECT_ID: Final = Status(
    3000,
    'The given object ID "{value}" in the field "{field}" is invalid. ',
    "a model of a live answer; the field's name in lower-case words, a blank at the end",
    Certainty.SEEN,
)
TOO_LONG: Final = Status(
    3070,
    'The string "{value}" in the field "{field}" is too long.',
    "help text of a time-tracking product",
    Certainty.SEEN,
)
ENUMERATION: Final = Status(
    3110,
    'There was an error when converting the enumerated value "{value}" in the field "{field}"',
    "the code from a developer's note on a live QuickBooks; the text follows 3010",
    Certainty.PLAUSIBLE,
)

BY_TYPE: Final[Mapping[str, Status]] = {
    "IDTYPE": OBJECT_ID,
    "MACROIDTYPE": OBJECT_ID,
    "BOOLTYPE": _conversion(3010, "boolean value", _INTUIT, Certainty.DOCUMENTED),
    "DATETYPE": _conversion(3020, "date value", _INTUIT, Certainty.DOCUMENTED),
    "DATETIMETYPE": _conversion(3020, "date value", _INTUIT, Certainty.DOCUMENTED),
    "TIMEINTERVALTYPE": _conversion(3035, "time interval", _PATTERN, Certainty.PLAUSIBLE),
    "AMTTYPE": _conversion(3040, "amount", _PATTERN, Certainty.PLAUSIBLE),
    "PRICETYPE": _conversion(3045, "price", "a developer quotes it", Certainty.SEEN),
    "PERCENTTYPE": _conversion(3050, "percentage", _PATTERN, Certainty.PLAUSIBLE),
    "QUANTYPE": _conversion(3060, "quantity", _PATTERN, Certainty.PLAUSIBLE),
    "GUIDTYPE": _conversion(3080, "string", _PATTERN, Certainty.PLAUSIBLE),
    "INTTYPE": _conversion(3085, "number", _PATTERN, Certainty.PLAUSIBLE),
    "FLOATTYPE": _conversion(3085, "number", _PATTERN, Certainty.PLAUSIBLE),
}
