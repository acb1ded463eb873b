"""The language between an application and QuickBooks Desktop: qbXML 2.0 to 14.0 and 16.0.

No behaviour: what a request *means* is the business of ``qbsim.quickbooks``.

::

    schemas/qbxml/*.grammar   the facts, one a line
      notation -> grammar     what one version has
      xsd -> schemas          compiled for lxml, two gates
    text -> parser -> prolog -> gates -> MessageSet | refusal
            structure_gate, value_gate, misplaced, hints   say why, after a refusal
    documents, values         the way back
"""

from __future__ import annotations

from qbsim.qbxml.documents import write_answer, write_request
from qbsim.qbxml.grammar import Element, Grammar, grammar
from qbsim.qbxml.messages import MessageSet, Request, Verdict, examine, judge, judge_answer, read_message_set
from qbsim.qbxml.refusals import QbxmlRefused, Refusal, StructureRefused, VersionRefused
from qbsim.qbxml.versions import COVERED, NEWEST, Version

__all__ = [
    "COVERED",
    "NEWEST",
    "Element",
    "Grammar",
    "MessageSet",
    "QbxmlRefused",
    "Refusal",
    "Request",
    "StructureRefused",
    "Verdict",
    "Version",
    "VersionRefused",
    "examine",
    "grammar",
    "judge",
    "judge_answer",
    "read_message_set",
    "write_answer",
    "write_request",
]
