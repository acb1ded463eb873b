"""Reads QuickBooks' answers into the statuses that the history keeps."""

from __future__ import annotations

from qbharness.history import Answer
from qbsim.qbxml.parser import parse


def read_answers(text: str) -> tuple[str, tuple[Answer, ...]]:
    """The message set's own status ("" where it has none), and one answer a request, in order."""
    if not text:
        return "", ()
    responses = parse(text).find("QBXMLMsgsRs")
    if responses is None:
        return "", ()
    return (
        responses.get("messageSetStatusCode", ""),
        tuple(
            Answer(
                request=str(response.tag).removesuffix("Rs"),
                request_id=response.get("requestID"),
                status_code=int(response.get("statusCode", "0")),
                severity=response.get("statusSeverity", ""),
                message=response.get("statusMessage", ""),
                txn_id=response.findtext(".//TxnID"),
            )
            for response in responses
        ),
    )
