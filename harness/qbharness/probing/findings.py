"""Says what a probe's evidence means. Pure: evidence in, one finding a check out.

A probe sees a server from outside only, so it says BROKEN only of what the Web Connector or QuickBooks
themselves would refuse, or of work given to somebody who may not have it. Hours that come twice are a
*suspicion*: two blocks may well be equal. Verdicts need a target file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final, Literal, final

from attrs import frozen

from qbharness.history import HandedOut
from qbharness.probing.evidence import Evidence, Said
from qbsim.connector.readings import word
from qbsim.qbxml import judge

Verdict = Literal["ok", "broken", "suspicion", "not tried"]
_OPTIONAL: Final = frozenset({"serverVersion", "clientVersion"})
"""Calls whose failure the Web Connector tolerates."""


@final
@frozen
class Finding:
    """What one check says, as a sentence."""

    check: str
    verdict: Verdict
    sentence: str


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """Every check, in the order of :data:`CHECKS`."""
    return tuple(Finding(name, *check(evidence)) for name, check in CHECKS.items())


_Said = tuple[Verdict, str]


def _no_updates(evidence: Evidence) -> _Said:
    return "not tried", f"No update was made: {evidence.why_no_updates}."


def _certificate(evidence: Evidence) -> _Said:
    status = evidence.get_status
    if status == 200:
        return "ok", "GET is answered 200, so the application can be added."
    said = f"HTTP {status}" if status else "nothing"
    return "suspicion", f"GET is answered by {said}; the Web Connector wants 200 to add it (QBWC1048)."


def _reply_forms(evidence: Evidence) -> _Said:
    for call in evidence.calls:
        failed = call.failure
        if failed is not None and failed.kind == "reply" and call.started.operation not in _OPTIONAL:
            return (
                "broken",
                f"The Web Connector refuses the answer to {call.started.operation}: {failed.text}",
            )
    if not evidence.calls:
        return _stranger_forms(evidence)
    silent = [call for call in evidence.calls if call.failure is not None and call.failure.kind != "reply"]
    lost = 1 if evidence.lost_answer else 0
    if len(silent) > lost:
        return (
            "broken",
            f"{silent[-1].started.operation} brought no answer: {_failure_text(silent[-1].failure)}",
        )
    operations = sorted({call.started.operation for call in evidence.calls})
    return "ok", f"{len(evidence.calls)} answers to {len(operations)} calls could be read."


def _failure_text(failure: object) -> str:
    return str(getattr(failure, "text", failure))


def _stranger_forms(evidence: Evidence) -> _Said:
    said = evidence.answers["wrong password"]
    if said.silent:
        return "broken", f"authenticate brought no answer: {said.failure}"
    if said.value is None:
        return "broken", f"The Web Connector refuses the answer to authenticate: {said.failure}"
    return "ok", "The answer to authenticate could be read."


def _login_word(said: Said) -> str:
    return word(said.value[1] or "") if isinstance(said.value, tuple) and len(said.value) > 1 else ""


def _wrong_password(evidence: Evidence) -> _Said:
    wrong, nobody = evidence.answers["wrong password"], evidence.answers["unknown user"]
    if wrong.silent or nobody.silent:
        return "not tried", "A wrong password brought no answer at all."
    if wrong.value is None:
        return "suspicion", f"A wrong password is answered by a failure instead of nvu: {wrong.failure}"
    said = _login_word(wrong)
    if said == "nvu":
        if _login_word(nobody) == "nvu":
            return "ok", "A wrong password and an unknown user are both told nvu."
        return "suspicion", "An unknown user is told something else than a wrong password."
    if said in ("none", "busy"):
        return "suspicion", f"A wrong password is told {said!r}, not nvu: was it looked at?"
    return "broken", "A wrong password opens a session."


def _gives_work(said: Said | None) -> bool:
    return said is not None and isinstance(said.value, str) and "<" in said.value


def _session_rules(evidence: Evidence) -> _Said:
    if _gives_work(evidence.answers.get("foreign ticket")):
        return "broken", "A ticket that the server never gave out gets work."
    if _gives_work(evidence.answers.get("dead ticket")):
        return "broken", "A ticket whose session was closed still gets work."
    if evidence.answers["foreign ticket"].silent:
        return "not tried", "A made-up ticket brought no answer at all."
    answer = evidence.answers["foreign answer"].value
    if isinstance(answer, int) and 0 <= answer <= 100:
        return "suspicion", f"An answer under a made-up ticket is taken, with progress {answer}."
    tried = "made-up and closed tickets" if "dead ticket" in evidence.answers else "a made-up ticket"
    return "ok", f"Nothing is given to {tried}."


def _session(evidence: Evidence) -> _Said:
    if not evidence.results:
        return _no_updates(evidence)
    if evidence.out_of_time:
        return "broken", "The server was too slow: the time for a probe was over before its updates were."
    last = evidence.results[-1]
    if last.outcome in ("completed", "no work", "postponed"):
        return "ok", f"The last update ended well: {last.status or last.outcome}."
    if last.outcome == "refused":
        return "suspicion", f"The user and password that were given open no session: {last.status}"
    if last.outcome == "failed" and not last.codes:
        return (
            "suspicion",
            f"The last update ended with the server's own error: {last.last_error or '(no text)'}",
        )
    return "broken", f"The last update did not end: {last.outcome}. {last.status}"


def _valid(evidence: Evidence) -> _Said:
    if not evidence.results:
        return _no_updates(evidence)
    for _, handed in evidence.handed_out:
        for refusal in judge(handed.text):
            return "broken", f"QuickBooks refuses a request: {refusal.likely or refusal.found}"
    if not evidence.handed_out:
        return "not tried", "The server handed out no request: it has nothing waiting."
    return "ok", f"{len(evidence.handed_out)} requests are valid for the version that they state."


def _with_hours(evidence: Evidence) -> list[tuple[int, HandedOut]]:
    return [(number, handed) for number, handed in evidence.handed_out if handed.entries]


def _one_block(evidence: Evidence) -> _Said:
    with_hours = _with_hours(evidence)
    if not evidence.results:
        return _no_updates(evidence)
    if not with_hours:
        return "not tried", "The server handed out no hours: add Work Blocks and probe again."
    most = max(len(handed.entries) for _, handed in with_hours)
    if most > 1:
        return "broken", f"One request holds {most} blocks: one lost answer puts all of them in doubt."
    return "ok", f"{len(with_hours)} requests with hours hold one block each."


def _progress(evidence: Evidence) -> _Said:
    if not evidence.results:
        return _no_updates(evidence)
    said = [c for c in evidence.calls if c.started.operation == "receiveResponseXML" and c.value is not None]
    if any(result.outcome == "bounded" for result in evidence.results):
        return "broken", "An update never comes to an end: the server always asks for one more call."
    if not said:
        return "not tried", "No answer of QuickBooks was reported, so there was no progress."
    values = [value for call in said if isinstance(value := call.value, int)]
    if all(value < 0 for value in values):
        return "ok", "Every answer of QuickBooks stopped the update, as after a mismatch."
    if strange := [value for value in values if value > 100]:
        return "broken", f"Progress of {strange[0]} % was reported."
    return "ok", f"Progress went {', '.join(str(value) for value in values[:8] if value >= 0)}."


def _sends_again(evidence: Evidence) -> _Said:
    lost = evidence.lost_answer
    if not evidence.results:
        return _no_updates(evidence)
    if lost is None:
        return "not tried", "The server handed out no hours: add Work Blocks and probe again."
    hours = lost.entries[0].hours
    offers = sum(entry.hours == hours for _, handed in evidence.handed_out for entry in handed.entries)
    landed = Counter(
        (row.employee, row.customer, row.date, row.duration, row.notes) for row in evidence.timesheet
    )
    most = max(landed.values(), default=0)
    if most > 1:
        return "suspicion", (
            f"After one lost answer the same hours stand in QuickBooks {most} times: a duplicate, unless the "
            "server has that many equal blocks. A target file decides."
        )
    if offers > 1:
        return "ok", "After a lost answer the request came again and QuickBooks knew it: stored once."
    return (
        "suspicion",
        "After a lost answer the hours never came again: does the server know that they arrived?",
    )


CHECKS: Final[dict[str, Callable[[Evidence], _Said]]] = {
    "certificate probe": _certificate,
    "reply forms": _reply_forms,
    "wrong password": _wrong_password,
    "session rules": _session_rules,
    "session": _session,
    "qbXML valid": _valid,
    "one block a request": _one_block,
    "progress": _progress,
    "lost answer": _sends_again,
}
