"""The status table: what QuickBooks answers to one request, and where each text is known from.

``status(3140, noun="Customer", value="Joe", record="TimeTracking")`` fills the slots of a row.
Spelling, double spaces and trailing spaces are QuickBooks' own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, final

from attrs import frozen

from qbsim.certainty import Certainty
from qbsim.qbxml.statuses import BY_TYPE, ENUMERATION, OBJECT_ID, REQUEST_ID, TOO_LONG

DOCUMENTED, SEEN, PLAUSIBLE, _ADVERSARIAL = Certainty

_SEVERITIES: Final = ((500, "Info"), (1000, "Warn"))


@final
@frozen
class StatusRow:
    """One row of the table; ``text`` has its slots in braces (``str.format``)."""

    code: int
    text: str
    source: str
    certainty: Certainty

    @property
    def severity(self) -> str:
        """``Info`` up to 499, ``Warn`` up to 999, ``Error`` above. Source: Intuit's table of ranges."""
        return next((word for limit, word in _SEVERITIES if self.code < limit), "Error")


@final
@frozen
class Status:
    """A filled row: the three attributes of an answer."""

    code: int
    severity: str
    message: str


class Refused(Exception):
    """A request fails with ``status``; nothing that it asked for was done."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"{status.code} {status.message}")
        self.status = status


_NO_RECORD: Final = (
    "QuickBooks error message: Invalid argument.  The specified record does not exist in the list."
)
_RANGE: Final = "Intuit's text on status codes"

_ROWS: Final = (
    StatusRow(0, "Status OK", "every capture", SEEN),
    StatusRow(
        1,
        "A query request did not find a matching object in QuickBooks",
        "captures of flowlink and consolibyte",
        SEEN,
    ),
    StatusRow(
        500,
        "The query request has not been fully completed. There was a required element "
        '("{value}") that could not be found in QuickBooks.',
        "capture in qbwc/qbwc",
        SEEN,
    ),
    StatusRow(
        501,
        'Unable to represent {record} "{value}" in this version of the qbXML spec.',
        _RANGE,
        DOCUMENTED,
    ),
    StatusRow(510, "Unable to return object.", _RANGE, DOCUMENTED),
    StatusRow(530, 'The field "{field}" is not supported by this implementation.', _RANGE, DOCUMENTED),
    StatusRow(
        531,
        'The enum value "{value}" in the field "{field}" is not supported by this implementation.',
        _RANGE,
        DOCUMENTED,
    ),
    StatusRow(
        550,
        "The {record} object was saved successfully, but its corresponding Notes record could not be saved.",
        _RANGE,
        DOCUMENTED,
    ),
    StatusRow(
        570,
        'Unable to link to transaction "{value}" because it has already been closed.',
        _RANGE,
        DOCUMENTED,
    ),
    StatusRow(600, "", "Intuit's sample InvoiceAdd; a message-set status", DOCUMENTED),
    StatusRow(
        1000,
        "There has been an internal error when processing the request.",
        _RANGE,
        DOCUMENTED,
    ),
    StatusRow(1010, "System not available", _RANGE, DOCUMENTED),
    StatusRow(1030, "This request is not supported by this implementation.", _RANGE, DOCUMENTED),
    StatusRow(
        3030,
        "Invalid date range: From date is greater than To date.",
        _RANGE,
        DOCUMENTED,
    ),
    StatusRow(3031, 'The "From" or "To" values in the provided {field} are invalid.', _RANGE, DOCUMENTED),
    StatusRow(
        3090,
        'There was an error when storing "{value}" in the "{field}" field.  QuickBooks error '
        "message: Names in this list cannot contain a colon. The colon is a special character used "
        "to indicate a parent/child relationship.",
        "a test of jsgoupil/quickbooks-sync",
        SEEN,
    ),
    StatusRow(
        3100,
        'The name "{value}" of the list element is already in use.',
        "captures of consolibyte, flowlink, hotgluexyz",
        SEEN,
    ),
    StatusRow(
        3120,
        'Object "{value}" specified in the request cannot be found.  ' + _NO_RECORD,
        "capture in qbwc/qbwc",
        SEEN,
    ),
    StatusRow(
        3130,
        'There is an invalid reference to a parent "{value}" in the {list} list.  ' + _NO_RECORD,
        "capture of hotgluexyz",
        SEEN,
    ),
    StatusRow(
        3140,
        'There is an invalid reference to QuickBooks {noun} "{value}" in the {record}.  ' + _NO_RECORD,
        "two captures of flowlink, on a sales order",
        SEEN,
    ),
    StatusRow(3150, 'There is a missing element: "{field}"', "two developers", PLAUSIBLE),
    StatusRow(
        3160,
        'Cannot delete the object specified by the id = "{value}".  QuickBooks error message: {reason}',
        "by analogy with the text for void",
        PLAUSIBLE,
    ),
    StatusRow(
        3170,
        'There was an error when modifying {record} "{value}".  QuickBooks error message: This '
        "list has been modified by another user.",
        "incident notes on a data extension",
        SEEN,
    ),
    StatusRow(
        3171,
        "An attempt was made to modify a {record} with a date that is on or before the closing "
        "date of the company.  If you are sure you really want to do this, please ask a user with "
        "Admin privileges to remove the password for editing transactions on or before to closing "
        "date (this setting is in the Accounting Company Preferences), then try again.",
        "a guide of ayssoftware.com, on an invoice",
        SEEN,
    ),
    StatusRow(
        3175,
        'Cannot use the object specified by the id = "{value}" because it is already in use.  '
        "QuickBooks error message: {reason}",
        "a fragment; the beginning is a guess",
        PLAUSIBLE,
    ),
    StatusRow(
        3176,
        'The object related to "{value}" failed to acquire the lock.',
        "consolibyte quotes a fragment; the beginning is a guess",
        PLAUSIBLE,
    ),
    StatusRow(
        3180,
        "There was an error when saving a {record}.  QuickBooks error message: {reason}",
        "captures of consolibyte and ayssoftware.com, on a customer and an invoice",
        SEEN,
    ),
    StatusRow(3190, "Cannot clear the element in the {field} field. ", "capture of flowlink", SEEN),
    StatusRow(
        3200,
        'The provided edit sequence "{value}" is out-of-date. ',
        "capture of flowlink",
        SEEN,
    ),
    StatusRow(
        3210,
        'The "{field}" field has an invalid value "{value}".  QuickBooks error message: {reason}',
        "captures of consolibyte and PK4",
        SEEN,
    ),
    StatusRow(3230, "The request has been rolled back.", "recalled; the text is a guess", PLAUSIBLE),
    StatusRow(3231, "The request has not been processed.", "captures of jsgoupil and flowlink", SEEN),
    StatusRow(
        3250,
        "This feature is not enabled or not available in this version of QuickBooks.",
        "captures of hotgluexyz and consolibyte",
        SEEN,
    ),
    StatusRow(
        3260,
        "Insufficient permission level to perform this action.",
        "capture of consolibyte",
        SEEN,
    ),
    StatusRow(
        3261,
        "The integrated application has no permission to access personal data.",
        "a capture that breaks off after 'to ac'; the rest is a guess",
        PLAUSIBLE,
    ),
    StatusRow(
        3263,
        "This company file is open in read-only access.",
        "QuBe Sync's list; the text is a guess",
        PLAUSIBLE,
    ),
    StatusRow(
        9001,
        "Invalid checksum. The newMessageSetID specified, matches the currently stored ID, but "
        "checksum fails.",
        "Intuit's sample InvoiceAdd; a message-set status",
        DOCUMENTED,
    ),
    StatusRow(9002, "No stored response was found.", "Intuit's sample InvoiceAdd", DOCUMENTED),
    StatusRow(
        9004,
        "Invalid MessageSetID, greater than 24 character was given.",
        "Intuit's sample InvoiceAdd",
        DOCUMENTED,
    ),
    StatusRow(9005, "Unable to store response.", "Intuit's sample InvoiceAdd", DOCUMENTED),
)

_VALUE_ROWS: Final = tuple(
    StatusRow(one.code, one.text, one.source, one.certainty)
    for one in (REQUEST_ID, OBJECT_ID, TOO_LONG, ENUMERATION, *BY_TYPE.values())
)
"""What the language answers to a value that is not one of its type."""

STATUSES: Final[Mapping[int, StatusRow]] = {
    row.code: row for row in sorted((*_ROWS, *_VALUE_ROWS), key=lambda row: row.code)
}


def status(code: int, **slots: str) -> Status:
    """The row ``code`` with its slots filled."""
    row = STATUSES[code]
    return Status(code, row.severity, row.text.format(**slots) if slots else row.text)


OK: Final = status(0)
NOT_FOUND: Final = status(1)


def refuse(code: int, **slots: str) -> Refused:
    """The exception for ``raise refuse(3140, noun=..., ...)``."""
    return Refused(status(code, **slots))
