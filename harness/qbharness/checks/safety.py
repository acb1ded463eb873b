"""What can't be declared away: requests that QuickBooks understands, the right company, kept secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from qbharness.checks.matching import Case
from qbharness.checks.registry import Sayings, broken, check
from qbharness.history import MASK, CallAnswered, HandedOut, Processed

_OVERLONG_SET_ID: Final = "9004"


@check(
    "qbXML valid",
    "Every request is qbXML of the version that it states.",
    breaks="A hand-out states no version, or a gate refuses it: structure (the whole set fails) or a value "
    "in it; or its message set id is too long (9004).",
)
def qbxml_valid(case: Case) -> Sayings:
    for handed in case.all(HandedOut):
        if handed.refusal:
            yield broken(
                "structure", f"Request {handed.call} is not valid qbXML: {handed.refusal}", events=[handed.n]
            )
        elif not handed.version:
            yield broken("no version", f"Request {handed.call} states no qbXML version.", events=[handed.n])
        else:
            for refusal in handed.value_refusals:
                yield broken(
                    f"value {refusal.partition(':')[0]}",
                    f"Request {handed.call} has a value that QuickBooks refuses: {refusal}",
                    events=[handed.n],
                )
    for done in case.all(Processed):
        if done.message_set_status == _OVERLONG_SET_ID:
            yield broken(
                "message set id",
                f"The message set id of request {done.call} is too long for QuickBooks (9004).",
                events=[done.n],
            )


@check(
    "wrong company",
    "Hours land only in the company file that they belong to.",
    breaks="A hand-out is committed in another company file than the server's.",
)
def wrong_company(case: Case) -> Sayings:
    for landing in case.all_landings:
        if landing.entry.company:
            yield broken(
                "landed elsewhere",
                f"{landing.hours.as_sentence()} landed in the company {landing.entry.company!r} "
                f"(TxnID {landing.txn_id}), which is not the one that it belongs to.",
                events=[landing.entry.n],
            )


_TICKET: Final = re.compile(r"ticket#\d+")
_SHOWS: Final = frozenset(
    {"serverVersion", "clientVersion", "connectionError", "getLastError", "closeConnection"}
)


@check(
    "secrets",
    "Neither the password nor a ticket is in what the server shows or sends to QuickBooks.",
    breaks="The password or a ticket stands in a reply of getLastError, closeConnection or another call that "
    "is shown, or in qbXML.",
)
def secrets(case: Case) -> Sayings:
    owners = _written_by_owners(case)
    for where, text, line in _texts(case):
        if MASK in text and MASK not in owners:
            yield broken(f"password in {where}", f"The password stands in {where}.", events=[line])
        if any(ticket not in owners for ticket in _TICKET.findall(text)):
            yield broken(f"ticket in {where}", f"The ticket stands in {where}.", events=[line])


def _texts(case: Case) -> Iterator[tuple[str, str, int]]:
    for reply in case.all(CallAnswered):
        if reply.operation in _SHOWS:
            yield f"the reply to {reply.operation}", " ".join(reply.value), reply.n
    for handed in case.all(HandedOut):
        yield "qbXML", handed.text, handed.n


def _written_by_owners(case: Case) -> str:
    """What people typed may look like a secret; it is none."""
    typed = (
        text
        for block in case.blocks.values()
        for version in block.versions
        for text in (version.hours.notes, version.hours.employee, version.hours.customer)
    )
    return "\n".join(typed)
