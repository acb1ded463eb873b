"""What is stored fits into an answer, whoever brings it: a request, a person, or a file that is imported."""

from __future__ import annotations

import re
from typing import Final

from qbsim.certainty import Certainty, rule
from qbsim.qbxml.grammar import grammar
from qbsim.qbxml.model import SimpleType
from qbsim.qbxml.statuses import BY_TYPE, ENUMERATION, TOO_LONG
from qbsim.qbxml.value_gate import accepts
from qbsim.qbxml.versions import NEWEST
from qbsim.quickbooks.journal import Values
from qbsim.quickbooks.statuses import refuse

_NO_XML: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT: Final = BY_TYPE["GUIDTYPE"].code
"""3080, an invalid string."""
_SHOWN: Final = 60


@rule(
    "fields.fit",
    "A value that no answer could show is refused, also where a person types it or a file brings it: 3070 "
    "for a text that is too long, 3080 for a character that XML has not, else the status of its type.",
    source="the lengths and types of the schema; the window has them too (a customer's name: 41)",
    certainty=Certainty.PLAUSIBLE,
)
def check_fits(name: str, values: Values) -> None:
    """Refuse what the aggregate ``name`` (a ``…Ret`` or a part of one) cannot hold, at any depth."""
    language = grammar(NEWEST)
    for field, value in values.items():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                check_fits(field, one)
            elif (kind := language.type_of(name, field)) is not None:
                check_value(field, kind, one)


def check_value(field: str, kind: SimpleType, text: str) -> None:
    """Refuse a ``text`` that is no ``kind``."""
    if _NO_XML.search(text):
        code = _TEXT
    elif accepts(kind, text):
        return
    elif kind.longest is not None and len(text) > kind.longest:
        code = TOO_LONG.code
    else:
        code = (ENUMERATION if kind.values else BY_TYPE[kind.name]).code
    shown = _NO_XML.sub("?", text)
    raise refuse(code, value=shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}...", field=field)
