"""The rules by which a document is refused: what each says, where it is known from, how surely.

Two kinds. *Reasons* name why a text is not the qbXML of its version. *Narrowings* go beyond the
schema: they make the type of an element narrower than Intuit's XSD has it, because QuickBooks is
said, or supposed, to be stricter. A narrowing is compiled into the schema that judges, so it costs
nothing on the good path; exported schemas are without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, final

from attrs import evolve, frozen

from qbsim.certainty import RULES, Certainty, Rule
from qbsim.qbxml.model import Child, SimpleType

_SCHEMA: Final = "Intuit's XSDs 12.0, 13.0, 16.0 and annotated samples 2.0-14.0"
_PARSE: Final = "causes of 0x80040400 that developers report; Intuit's text names the code only"
_OURS: Final = "inferred: QuickBooks hands the text to an XML parser; its own limits are not known"
_BOUND: Final = "inferred: the XSD has no bound, and QuickBooks keeps numbers in machine words"
_SPLIT: Final = "inferred from the 30xx family of status codes; 3000, 3045 and 3070 were seen in the wild"

_TABLE: Final = (
    # the text as XML
    ("not-well-formed", "A document is well-formed XML.", _PARSE, Certainty.DOCUMENTED),
    ("truncated", "A document is complete.", _PARSE, Certainty.DOCUMENTED),
    ("second-root", "A document has one root element.", _PARSE, Certainty.DOCUMENTED),
    ("character", "A document holds only characters that XML allows.", _PARSE, Certainty.DOCUMENTED),
    ("encoding", "A document is in the encoding that it declares.", _PARSE, Certainty.PLAUSIBLE),
    (
        "byte-order-mark",
        "A document begins with `<?xml`, not with a byte-order mark.",
        _OURS,
        Certainty.PLAUSIBLE,
    ),
    ("dtd", "A document brings no DTD of its own.", _OURS, Certainty.PLAUSIBLE),
    ("entity", "A document uses only the five entities of XML.", _PARSE, Certainty.DOCUMENTED),
    ("size", "A document is not longer than 8 million characters.", _OURS, Certainty.PLAUSIBLE),
    ("depth", "A document does not nest deeper than 64 levels.", _OURS, Certainty.PLAUSIBLE),
    # the prolog
    ("prolog-missing", '`<?qbxml version="…"?>` stands before the root element.', _PARSE, Certainty.SEEN),
    (
        "prolog-late",
        "Nothing but blanks and comments stands before or between the two prologs.",
        _PARSE,
        Certainty.PLAUSIBLE,
    ),
    (
        "prolog-form",
        'The prolog states a version as in `<?qbxml version="13.0"?>`.',
        _PARSE,
        Certainty.PLAUSIBLE,
    ),
    (
        "version",
        "The version stated is one that this QuickBooks speaks.",
        "Intuit: 0x80040423",
        Certainty.DOCUMENTED,
    ),
    # structure
    ("namespace", "qbXML has no namespaces.", _SCHEMA, Certainty.DOCUMENTED),
    ("order", "Elements stand in the order of the schema.", _SCHEMA, Certainty.DOCUMENTED),
    ("missing", "What the schema requires is there.", _SCHEMA, Certainty.DOCUMENTED),
    ("too-many", "Nothing stands more often than the schema allows.", _SCHEMA, Certainty.DOCUMENTED),
    ("either-or", "Of alternatives, one stands.", _SCHEMA, Certainty.DOCUMENTED),
    ("newer", "An element exists in the version stated.", _SCHEMA, Certainty.DOCUMENTED),
    ("dropped", "An element has not been dropped before the version stated.", _SCHEMA, Certainty.DOCUMENTED),
    ("misspelt", "Names are spelt as in the schema, capitals included.", _SCHEMA, Certainty.DOCUMENTED),
    ("misplaced", "An element stands inside the one that it belongs to.", _SCHEMA, Certainty.DOCUMENTED),
    ("unknown", "Every element is one that the schema knows.", _SCHEMA, Certainty.DOCUMENTED),
    (
        "attribute",
        "Attributes are those of the schema, with one of its values.",
        _SCHEMA,
        Certainty.DOCUMENTED,
    ),
    (
        "text",
        "Text stands only where a value belongs, elements only where they belong.",
        _SCHEMA,
        Certainty.DOCUMENTED,
    ),
    ("schema", "A document is valid against the schema.", _SCHEMA, Certainty.DOCUMENTED),
    # values
    ("value.too-long", "A string is not longer than its field.", _SPLIT, Certainty.SEEN),
    ("value.id", "An id has at most 36 characters.", _SPLIT, Certainty.SEEN),
    ("value.enumeration", "An enumeration has one of its values.", _SPLIT, Certainty.PLAUSIBLE),
    ("value.boolean", "A boolean is true, false, 1, 0 or empty.", _SPLIT, Certainty.PLAUSIBLE),
    ("value.date", "A date is written YYYY-MM-DD and exists.", _SPLIT, Certainty.PLAUSIBLE),
    (
        "value.datetime",
        "A date-time is written YYYY-MM-DDThh:mm:ss, with an offset or none.",
        _SPLIT,
        Certainty.PLAUSIBLE,
    ),
    ("value.duration", "A time interval is written PTnHnMnS, in whole numbers.", _SPLIT, Certainty.PLAUSIBLE),
    ("value.amount", "An amount has up to 13 digits and none or two decimals.", _SPLIT, Certainty.PLAUSIBLE),
    ("value.price", "A price has up to 10 digits and up to five decimals.", _SPLIT, Certainty.SEEN),
    (
        "value.quantity",
        "A quantity has up to 10 digits and up to five decimals.",
        _SPLIT,
        Certainty.PLAUSIBLE,
    ),
    (
        "value.percent",
        "A percentage has up to 10 digits and up to five decimals.",
        _SPLIT,
        Certainty.PLAUSIBLE,
    ),
    ("value.number", "A number is a number, and within its bounds.", _SPLIT, Certainty.PLAUSIBLE),
    ("value.guid", "A GUID is 0 or stands in braces.", _SPLIT, Certainty.PLAUSIBLE),
    # beyond the schema
    (
        "beyond.negative-duration",
        "Hours that are entered are not negative.",
        "inferred: the XSD passes -PT1H, the timesheet has no negative hours",
        Certainty.PLAUSIBLE,
    ),
    (
        "beyond.empty-duration",
        "Hours that are entered are not empty.",
        "inferred: the XSD passes an empty Duration, the element is required",
        Certainty.PLAUSIBLE,
    ),
    (
        "beyond.empty-date",
        "A date is not empty where the schema requires it, nor is the date of a new transaction.",
        "inferred: the XSD passes an empty date, a transaction has one",
        Certainty.PLAUSIBLE,
    ),
    (
        "beyond.long-duration",
        "A time interval counts its hours, minutes and seconds in nine digits at most.",
        _BOUND,
        Certainty.PLAUSIBLE,
    ),
    (
        "beyond.date-range",
        "The date of a transaction lies between 1901-01-01 and 9999-12-31.",
        "Intuit's text on TxnDateRangeFilter has these bounds; that TxnDate has them too is inferred",
        Certainty.PLAUSIBLE,
    ),
    (
        "beyond.datetime",
        "A date-time exists: no thirteenth month, no hour 25.",
        "inferred: the XSD passes every two digits, 3020 is for what cannot be converted",
        Certainty.PLAUSIBLE,
    ),
    (
        "beyond.number",
        "A number fits into 32 bits.",
        _BOUND,
        Certainty.PLAUSIBLE,
    ),
    (
        "beyond.request-id",
        "A requestID has at most 50 characters.",
        "Intuit's text of status 1060",
        Certainty.DOCUMENTED,
    ),
)

for _name, _sentence, _source, _certainty in _TABLE:
    RULES[f"qbxml.{_name}"] = Rule(f"qbxml.{_name}", _sentence, _source, _certainty)


@final
@frozen
class Narrowing:
    """One rule beyond the schema, for leaves: where it holds, and what the type becomes there."""

    rule: str
    holds: Callable[[str, Child, SimpleType], bool]
    narrow: Callable[[SimpleType], SimpleType]


_HOURS: Final = frozenset(("TimeTrackingAdd", "TimeTrackingMod"))


def _is_duration(parent: str, _child: Child, kind: SimpleType) -> bool:
    return parent in _HOURS and kind.name == "TIMEINTERVALTYPE"


def _is_needed_date(parent: str, child: Child, kind: SimpleType) -> bool:
    if kind.name != "DATETYPE" or parent.endswith("Ret"):
        return False
    return child.least > 0 or (child.name == "TxnDate" and parent.endswith("Add"))


def _asked(parent: str) -> bool:
    """Is ``parent`` something that an application writes? What QuickBooks answers is its own business."""
    return not parent.endswith(("Ret", "Rs"))


def _is_any_duration(parent: str, _child: Child, kind: SimpleType) -> bool:
    return kind.name == "TIMEINTERVALTYPE" and _asked(parent)


def _is_date_of_a_transaction(parent: str, child: Child, kind: SimpleType) -> bool:
    return kind.name == "DATETYPE" and child.name in _TXN_DATES and _asked(parent)


def _is_datetime(parent: str, _child: Child, kind: SimpleType) -> bool:
    return kind.name == "DATETIMETYPE" and _asked(parent)


def _is_number(parent: str, _child: Child, kind: SimpleType) -> bool:
    return kind.name == "INTTYPE" and _asked(parent)


_TXN_DATES: Final = frozenset(("TxnDate", "FromTxnDate", "ToTxnDate"))
_ZONE: Final = r"(Z|[+\-][0-9]{2}:[0-9]{2})?"
_IN_RANGE: Final = r"(190[1-9]|19[1-9][0-9]|[2-9][0-9]{3})\-[0-9]{2}\-[0-9]{2}" + _ZONE

_YEAR: Final = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_LEAP_YEAR: Final = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)"
_DAY: Final = (
    rf"({_YEAR}\-((0?[13578]|10|12)\-(0?[1-9]|[12][0-9]|3[01])|(0?[469]|11)\-(0?[1-9]|[12][0-9]|30)"
    rf"|0?2\-(0?[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}\-0?2\-29)"
)
_HOUR: Final = "([01]?[0-9]|2[0-3])"
_SIXTIETH: Final = "[0-5]?[0-9]"
_MOMENT: Final = rf"({_DAY}(T{_HOUR}(:{_SIXTIETH}(:{_SIXTIETH}([+\-]{_HOUR}:{_SIXTIETH})?)?)?)?)?"
"""The form of DATETIMETYPE, with what the calendar and the clock have."""

_LARGEST: Final = 2**31 - 1


def _in_32_bits(kind: SimpleType) -> SimpleType:
    least = -_LARGEST - 1 if kind.least is None else kind.least
    return evolve(kind, least=least, most=_LARGEST if kind.most is None else kind.most)


NARROWINGS: Final = (
    Narrowing(
        "qbxml.beyond.negative-duration",
        _is_duration,
        lambda kind: evolve(kind, pattern=(kind.pattern or "").replace("[+\\-]?", "\\+?")),
    ),
    Narrowing("qbxml.beyond.empty-duration", _is_duration, lambda kind: evolve(kind, or_empty=False)),
    Narrowing("qbxml.beyond.empty-date", _is_needed_date, lambda kind: evolve(kind, or_empty=False)),
    Narrowing(
        "qbxml.beyond.long-duration",
        _is_any_duration,
        lambda kind: evolve(kind, pattern=(kind.pattern or "").replace("[0-9]+", "[0-9]{1,9}")),
    ),
    Narrowing(
        "qbxml.beyond.date-range", _is_date_of_a_transaction, lambda kind: evolve(kind, pattern=_IN_RANGE)
    ),
    Narrowing("qbxml.beyond.datetime", _is_datetime, lambda kind: evolve(kind, pattern=_MOMENT)),
    Narrowing("qbxml.beyond.number", _is_number, _in_32_bits),
)

LONGEST_REQUEST_ID: Final = 50


def narrowed(parent: str, child: Child, kind: SimpleType) -> SimpleType:
    """``kind`` with every rule beyond the schema that holds for ``child`` inside ``parent``."""
    for narrowing in NARROWINGS:
        if narrowing.holds(parent, child, kind):
            kind = narrowing.narrow(kind)
    return kind
