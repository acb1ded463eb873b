"""How updates end: with progress that tells the truth, and, at rest, with nothing left to say."""

from __future__ import annotations

from qbharness.checks.blocks import BlockStory
from qbharness.checks.grading import is_evidence_destroyed, is_recovery_lost
from qbharness.checks.matching import Case
from qbharness.checks.owed import ONCE, Owed
from qbharness.checks.places import Places
from qbharness.checks.registry import Sayings, broken, check
from qbharness.checks.updates import ENDLESS, Update
from qbharness.history import CallAnswered

_WELL = frozenset({"completed", "no work", "closed", "postponed"})


@check(
    "drains",
    "Updates come to an end, and when nothing is left the last one says so.",
    breaks="An update never ends by itself; or the last one still shows an error although nothing is left "
    "and QuickBooks refused nothing.",
)
def drains(case: Case) -> Sayings:
    for update in case.updates:
        if update.ended is not None and update.loops:
            yield broken(
                "never ends",
                f"Update {update.started.update} does not come to an end: it was cut off after "
                f"{update.ended.calls} calls.",
                events=[update.ended.n],
            )
    last = case.deciding
    if last is None or last.ended is None or not _is_settled(case, last):
        return
    if last.ended.end not in _WELL and last.ended.end != ENDLESS:
        text = last.ended.last_error.strip() or last.ended.shown
        yield broken(
            "ends in an error",
            f'Nothing is left to do and QuickBooks refused nothing, but the last update ends with "{text}".',
            events=[last.ended.n],
        )


def _is_settled(case: Case, last: Update) -> bool:
    """Is there really nothing that the server could still be unhappy about?"""
    return (
        last is case.updates[-1]
        and last.mismatch is None
        and not last.refused
        and not case.assignment.missing
        and all(block.certain and block.can_be_delivered for block in case.blocks.values())
        and all(_has_what_it_may(case, name) for name in case.blocks)
        and not any(not landing.present for landing in case.all_landings)
        and not any(landing.entry.company for landing in case.all_landings)
        and case.restored_server is None
        and not is_evidence_destroyed(case)
        and not is_recovery_lost(case)
    )


def _has_what_it_may(case: Case, name: str) -> bool:
    """A block that may be missing at rest is one of which the server may still say something."""
    limit = case.limits[name]
    return limit.least == limit.most or len(case.assignment.landed[name]) >= limit.most


@check(
    "progress",
    "Progress is 0 to 100, and 100 only when nothing is left; below 0 there is an error to read.",
    breaks="receiveResponseXML is no number up to 100, or 100 while work is left, or negative with an empty "
    "getLastError.",
)
def progress(case: Case) -> Sayings:
    for update in case.updates:
        for reply in update.replies:
            if reply.operation == "receiveResponseXML" and reply.learned and not reply.cause and reply.value:
                yield from _one(case, update, reply)


def _one(case: Case, update: Update, reply: CallAnswered) -> Sayings:
    text = reply.value[0].strip()
    try:
        percent = int(text)
    except ValueError:
        yield broken(
            "no number", f"receiveResponseXML returned {text!r}, which is no number.", events=[reply.n]
        )
        return
    if percent > 100:
        yield broken("above 100", f"receiveResponseXML returned {percent}, more than 100.", events=[reply.n])
    elif percent == 100:
        left = work_left(case, update, reply.n)
        if left:
            yield broken(
                "100 while work is left",
                f"The server says 100 % in update {update.started.update}, but block {left[0]} is not sent.",
                blocks=left,
                events=[reply.n],
            )
    elif percent < 0 and not any(refusal.n < reply.n for refusal in update.refused):
        said = update.last_error_after(reply.n)
        if said is not None and not "".join(said.value).strip():
            yield broken(
                "negative without a word",
                f"receiveResponseXML returned {percent}, but getLastError is empty: nobody knows why.",
                events=[reply.n],
            )


def work_left(case: Case, update: Update, line: int) -> list[str]:
    """The blocks that were surely still to be sent at a line of an update; what is not sure is left out."""
    if (
        not update.clean
        or case.restored_server is not None
        or is_recovery_lost(case)
        or _overlaps(case, update)
    ):
        return []
    due = [name for name, block in case.blocks.items() if _is_due(case, block, update, line)]
    limits = {name: ONCE if name in due else Owed(0, 1) for name in case.blocks}
    places = Places(limits)
    places.fill(dict(enumerate(_done(case, line))))
    wrong = {name for name, _, _ in case.assignment.wrong}
    return [name for name in places.unfilled() if name not in wrong]


def _done(case: Case, line: int) -> list[tuple[str, ...]]:
    """For every entry that was there by a line, or was said to be there, the blocks whose it may be."""
    calls = {landing.entry.call for landing in case.all_landings if landing.entry.n < line}
    said = [call for call, n in case.answered_well.items() if n < line and call not in calls]
    there = [names for n, names in case.fitting.items() if n < line]
    return there + [case.handed_out_by[call] for call in said]


def _overlaps(case: Case, update: Update) -> bool:
    return any(
        other is not update and other.started.n < update.last_line and other.last_line > update.started.n
        for other in case.updates
    )


def _is_due(case: Case, block: BlockStory, update: Update, line: int) -> bool:
    """Was it to be sent in this update: there before the login, and nothing done to it or refused since?"""
    since = update.authenticated_at
    touched = any(
        change.change.startswith(("marked", "deleted")) or since <= change.n <= line
        for change in block.changes[1:]
        if change.n <= line
    )
    refused = any(case.is_about(refusal, block) for refusal in (*update.refused, *update.unmet))
    given_up = case.contract["delivery"] == "at_most_once" and any(
        handed.n < since for handed in case.hand_outs_of(block)
    )
    version = next((v for v in reversed(block.versions) if v.since <= line), None)
    return (
        version is not None
        and block.added < since
        and block.certain
        and block.can_be_delivered
        and not touched
        and not refused
        and not given_up
        and case.periods.always(version.hours.date, since, line)
    )
