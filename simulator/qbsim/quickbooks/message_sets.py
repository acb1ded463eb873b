"""Executes one message set: onError, commits, and the recovery of sets whose answer was lost.

=============  =============  ==================================================================
newMessageSetID oldMessageSetID  what happens (guide, table 31-2)
=============  =============  ==================================================================
unknown        --             executed; the answer is stored under the id
known          --             not executed; the stored answer (9001 if the requests differ)
X              X              status check: the stored answer, or 9002; never executed
--             X              what is stored under X is forgotten (600 if nothing is)
--             the clear word everything of this application is forgotten
X              another        the other is forgotten (by a switch), then as in the first rows
--             --             executed; nothing is stored
=============  =============  ==================================================================
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Final, final

from attrs import evolve, field, frozen
from lxml import etree

from qbsim.certainty import Certainty, rule
from qbsim.errors import SimulatorGap
from qbsim.processor import HResultError
from qbsim.qbxml import MessageSet, Request, Version, write_answer
from qbsim.quickbooks.log import SimulatorLog
from qbsim.quickbooks.recovery import StoredSet
from qbsim.quickbooks.requests import HANDLERS, Call
from qbsim.quickbooks.statuses import Refused, Status, status

_STATUS_ONLY: Final = ("requestID", "statusCode", "statusSeverity", "statusMessage")
_KEPT: Final = {"all": None, "1": 1, "until_restart": None}
_BODY: Final = re.compile(r"<QBXMLMsgsRq\b[^>]*>")
_LONGEST_REQUEST_ID: Final = 50
_RECOVERY: Final = Version(11, 0)


@final
@frozen
class Execution:
    """What executing a set needs beside the set. ``crash`` is called at the crash points."""

    call: Call
    owner: str
    log: SimulatorLog
    crash: Callable[[str], None] = field(repr=False)


def answer(run: Execution, given: MessageSet) -> str:
    """QuickBooks' answer to a message set; what it changed is durable by then."""
    new, old = given.new_message_set_id, given.old_message_set_id
    if not new and not old:
        text = write_answer(_execute(run, given, None)[0])
        run.crash("before answer")
        return text
    text = _recovering(run, given, new, old)
    run.crash("before answer")
    return text


@rule(
    "recovery.too_long",
    "A message set id beyond the limit gives 9004.",
    source="Intuit's sample InvoiceAdd",
    certainty=Certainty.DOCUMENTED,
)
def _recovering(run: Execution, given: MessageSet, new: str | None, old: str | None) -> str:
    switches = run.call.company.switches
    limit = int(switches["message_set_id_limit"])
    if max(len(new or ""), len(old or "")) > limit:
        if switches["overlong_message_set_id"] == "refused":
            return _empty(new, 9004)
        return write_answer(_execute(run, given, None, code=9004)[0])
    if new:
        return _new(run, given, new, old)
    return _clear(run, given, old or "")


@rule(
    "recovery.clear",
    "An oldMessageSetID alone forgets what is stored under it, 600 if nothing is; one word forgets all.",
    source="ErrRecovery3.xml; Intuit's sample InvoiceAdd",
    certainty=Certainty.DOCUMENTED,
)
def _clear(run: Execution, given: MessageSet, old: str) -> str:
    company = run.call.company
    if old == company.switches["clear_all_word"]:
        company.recovery.clear_all(run.owner)
        code = 0
    else:
        code = 0 if company.recovery.clear(run.owner, old) else 600
    company.commit()
    return write_answer(_execute(run, given, None, code=code)[0])


@rule(
    "recovery.repeat",
    "A newMessageSetID that is stored is not executed again: the stored answer comes back.",
    source="ErrRecovery1.xml; guide, table 31-2",
    certainty=Certainty.DOCUMENTED,
)
@rule(
    "recovery.checksum",
    "A stored id with other requests gives 9001, and nothing is executed.",
    source="Intuit's sample InvoiceAdd",
    certainty=Certainty.DOCUMENTED,
)
@rule(
    "recovery.status_check",
    "Equal ids ask for the status: the stored answer, or 9002 if there is none.",
    source="ErrRecovery2.xml; Intuit's sample InvoiceAdd",
    certainty=Certainty.DOCUMENTED,
)
def _new(run: Execution, given: MessageSet, new: str, old: str | None) -> str:
    company = run.call.company
    stored = company.recovery.find(run.owner, new)
    if stored is not None:
        if given.requests and _checksum(given) != stored.checksum:
            return _empty(new, 9001)
        if stored.answer is None:
            return _empty(new, 9002)
        if company.switches["replay_form"] == "statuses":
            return _statuses_of(stored.answer, given.version)
        return stored.answer
    if old == new:
        return _empty(new, 9002)
    if old and company.switches["recovery_chained"] == "clears_old":
        company.recovery.clear(run.owner, old)
    return _execute_and_store(run, given, new)


@rule(
    "recovery.atomic",
    "Entries and recovery state are one commit, unless switched.",
    source="the state lives in the company file; nothing read says more",
    certainty=Certainty.PLAUSIBLE,
)
def _execute_and_store(run: Execution, given: MessageSet, new: str) -> str:
    company = run.call.company
    switches = company.switches
    unstorable = switches["recovery_store"] == "fails"
    atomic = switches["recovery_atomic"] == "yes" and not unstorable
    root, failed = _execute(run, given, new, code=9005 if unstorable else 0, hold=atomic)
    text = write_answer(root)
    if not unstorable and not (failed and switches["recovery_keeps_failures"] == "no"):
        kept = None if switches["recovery_store"] == "loses_answer" else text
        company.recovery.store(
            run.owner,
            StoredSet(new, _checksum(given), kept),
            limit=_KEPT[switches["recovery_ids_kept"]],
        )
    if atomic:
        _commit(run)
    else:
        company.commit()
    return text


def _commit(run: Execution) -> None:
    if run.call.company.core.dirty:
        run.crash("before commit")
        run.call.company.commit()
        run.crash("after commit")


def _checksum(given: MessageSet) -> str:
    """Of the requests as they were written, whatever the ids in the tag around them say."""
    text = given.text if isinstance(given.text, str) else given.text.decode("utf-8", "replace")
    start = _BODY.search(text)
    body = text[start.end() :] if start else text
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


def _frame(new: str | None, code: int | None) -> tuple[etree._Element, etree._Element]:
    root = etree.Element("QBXML")
    messages = etree.SubElement(root, "QBXMLMsgsRs")
    if new is not None:
        messages.set("newMessageSetID", new)
    if code is not None:
        messages.set("messageSetStatusCode", str(code))
    return root, messages


def _empty(new: str | None, code: int) -> str:
    return write_answer(_frame(new, code)[0])


@rule(
    "recovery.replay_form",
    "What comes back for a stored set is the full answer, or (by a switch) the statuses only; those "
    "carry an ErrorRecovery from qbXML 11.0 on.",
    source="ErrorRecovery is in the schema since 11.0; when it comes is a guess",
    certainty=Certainty.PLAUSIBLE,
)
def _statuses_of(stored: str, version: Version) -> str:
    root = etree.fromstring(stored.encode())
    for one in root[0]:
        _keep_status(one, version)
    return write_answer(root)


def _keep_status(one: etree._Element, version: Version) -> None:
    ret = next(iter(one), None)
    for name in set(one.attrib) - set(_STATUS_ONLY):
        del one.attrib[name]
    writes = str(one.tag).endswith(("AddRs", "ModRs"))
    wanted = ("ListID", "TxnID", "TxnNumber", "EditSequence", "ExternalGUID")
    facts = [] if ret is None else [child for child in ret if child.tag in wanted]
    for child in list(one):
        one.remove(child)
    if writes and facts and version >= _RECOVERY:
        recovery = etree.SubElement(one, "ErrorRecovery")
        for child in sorted(facts, key=lambda child: wanted.index(str(child.tag))):
            etree.SubElement(recovery, str(child.tag)).text = child.text


# Execution


def _execute(
    run: Execution,
    given: MessageSet,
    new: str | None,
    *,
    code: int | None = None,
    hold: bool = False,
) -> tuple[etree._Element, bool]:
    """The tree of answers, and whether one failed. ``hold``: the caller commits."""
    root, messages = _frame(new, code)
    if given.on_error == "rollbackOnError":
        failed = _all_or_nothing(run, given, messages)
    else:
        failed = _one_by_one(run, given, messages, hold=hold)
    if not hold:
        _commit(run)
    if given.response_data == "includeNone":
        for one in messages:
            _keep_status(one, Version(2, 0))
    return root, failed


@rule(
    "on_error.continue",
    "Under continueOnError every request stands alone.",
    source="a captured batch: 0, 3100, 3250, 3130, 0",
    certainty=Certainty.SEEN,
)
@rule(
    "on_error.stop",
    "Under stopOnError everything behind a failure is 3231; what came before stays. Info and warnings "
    "do not stop.",
    source="captures of jsgoupil and flowlink; that warnings do not stop follows from Intuit's ranges",
    certainty=Certainty.SEEN,
)
def _one_by_one(run: Execution, given: MessageSet, messages: etree._Element, *, hold: bool) -> bool:
    failed = stopped = False
    for request in given.requests:
        done = status(3231) if stopped else None
        result = _one(run, given, request, messages, done)
        failed = failed or result.severity == "Error"
        stopped = failed and given.on_error == "stopOnError"
        if not hold:
            _commit(run)
    return failed


@rule(
    "on_error.rollback",
    "rollbackOnError is refused as a whole (0x80040400); by a switch it undoes everything: 3230.",
    source="is2qb: not valid; Intuit's samples name the other two only",
    certainty=Certainty.PLAUSIBLE,
)
def _all_or_nothing(run: Execution, given: MessageSet, messages: etree._Element) -> bool:
    core = run.call.company.core
    if run.call.company.switches["rollback_on_error"] == "refused":
        raise HResultError(0x80040400)
    core.write()
    failed = False
    for request in given.requests:
        result = _one(run, given, request, messages, status(3231) if failed else None)
        if result.severity == "Error" and not failed:
            failed = True
            core.rollback()
            for earlier in list(messages)[:-1]:
                _keep_status(earlier, Version(2, 0))
                _set_status(earlier, status(3230))
    return failed


@rule(
    "request_id",
    "A requestID is echoed; one of more than 50 characters is 1060 and not echoed.",
    source="Intuit's table of status codes; that it is not echoed follows from the schema of answers",
    certainty=Certainty.DOCUMENTED,
)
def _one(
    run: Execution,
    given: MessageSet,
    request: Request,
    messages: etree._Element,
    done: Status | None,
) -> Status:
    """Answer one request; ``done`` is a status that needs no execution."""
    reply = etree.SubElement(messages, f"{request.name.removesuffix('Rq')}Rs")
    if request.request_id is not None and len(request.request_id) <= _LONGEST_REQUEST_ID:
        reply.set("requestID", request.request_id)
    result = done or _executed(run, given, request, reply)
    _set_status(reply, result)
    return result


def _executed(run: Execution, given: MessageSet, request: Request, reply: etree._Element) -> Status:
    refusal = request.refusal
    if refusal is not None:
        run.log.note("refused", str(refusal))
        return Status(refusal.status_code or 1000, "Error", refusal.status_message or "")
    handler = HANDLERS.get(request.name)
    if handler is None:
        run.log.note("not modelled", request.name)
        return status(1030)
    asker = evolve(run.call.asker, version=given.version, warnings=[])
    if asker.rights.read_only and not request.name.endswith("QueryRq"):
        return _read_only()
    try:
        with run.call.company.core.part():
            return handler(evolve(run.call, asker=asker), request.element, reply)
    except Refused as refused:
        result = refused.status
    except SimulatorGap as gap:
        run.log.note("not modelled", str(gap))
        result = status(1030)
    for child in list(reply):
        reply.remove(child)
    return result


@rule(
    "permissions.read_only",
    "An application that is registered read-only can ask and not write: 3263.",
    source="a bridge's notes on the Web Connector's IsReadOnly; the text is a guess",
    certainty=Certainty.PLAUSIBLE,
)
def _read_only() -> Status:
    return status(3263)


def _set_status(reply: etree._Element, result: Status) -> None:
    reply.set("statusCode", str(result.code))
    reply.set("statusSeverity", result.severity)
    reply.set("statusMessage", result.message)
