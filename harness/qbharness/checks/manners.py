"""Manners: how a server behaves towards the Web Connector and its user, update by update."""

from __future__ import annotations

import html

from qbharness.checks.blocks import BlockStory
from qbharness.checks.matching import Case
from qbharness.checks.registry import Sayings, broken, check
from qbharness.checks.updates import Refusal, Update
from qbharness.history import HandedOut

_SKIPS = {"on_mismatch": ("skip", "This target promises to skip what QuickBooks refuses.")}

VALUE_ERRORS = range(3000, 3100)
"""Statuses of a value that can never be right: only an edit mends it. Source: Intuit's status code table."""


@check(
    "one block a request",
    "A request carries at most one Work Block.",
    breaks="A reply to sendRequestXML holds two TimeTrackingAdd or more; queries and clears do not count.",
    unless={"one_block_per_request": ("false", "This target promises no such thing.")},
)
def one_block_a_request(case: Case) -> Sayings:
    for handed in case.all(HandedOut):
        if len(handed.entries) > 1:
            yield broken(
                "several at once",
                f"Request {handed.call} carries {len(handed.entries)} Work Blocks at once; when its answer "
                "is lost, all of them are in doubt.",
                events=[handed.n],
            )


@check(
    "stops at a mismatch",
    "When QuickBooks refuses a block, the update stops and shows an error.",
    breaks="After a refusal of which the server learned, it hands out more hours in that update, or says OK.",
    unless=_SKIPS,
)
def stops_at_a_mismatch(case: Case) -> Sayings:
    for update in case.updates:
        for refusal in update.refused:
            told = update.told(refusal)
            if told is None or update.ended is None or not _is_wanted(case, refusal, told.n):
                continue
            later = [each for each in update.handed_out if each.n > told.n and each.entries]
            if later and not _is_wanted(case, refusal, later[0].n):
                continue
            if later and not _tries_the_same(case, refusal, later[0]):
                yield broken(
                    "went on",
                    f'QuickBooks refused a block ("{refusal.words}"), but the update went on with '
                    f"{later[0].entries[0].hours.as_sentence()}.",
                    events=[refusal.n, later[0].n],
                )
                break
            if not later and not _cut_short(update, told.n) and not update.asks_after(told.n):
                yield broken(
                    "reported success",
                    f'QuickBooks refused a block ("{refusal.words}"), but the Web Connector shows no error: '
                    f'"{update.ended.shown}", {update.ended.progress} %.',
                    events=[refusal.n, update.ended.n],
                )


def _is_wanted(case: Case, refusal: Refusal, line: int) -> bool:
    """Does the refused block still wait at a line?  Nobody needs to hear of one that is given up."""
    blocks = {name: block for name, block in case.blocks.items() if case.is_about(refusal, block)}
    waiting = [
        block
        for block in blocks.values()
        if case.periods.ever(block.hours.date, line, line)
        and not any(n < line for what in ("deleted", "marked sent") for n in block.lines_of(what))
    ]
    asked_again = sum(n < line for block in waiting for n in block.lines_of("marked not sent"))
    landed = sum(n < line and bool(blocks.keys() & names) for n, names in case.fitting.items())
    return not blocks or len(waiting) + asked_again > landed


def _tries_the_same(case: Case, refusal: Refusal, handed: HandedOut) -> bool:
    """Is it the refused block itself, tried anew after old news of its refusal?"""
    if not refusal.stale:
        return False
    return any(
        handed.call in {each.call for each in case.hand_outs_of(block)}
        for block in case.blocks.values()
        if case.is_about(refusal, block)
    )


def _cut_short(update: Update, line: int) -> bool:
    """Did something outside of the server end the update after a line?"""
    ended_early = update.ended is not None and update.ended.end in {"killed", "stopped"}
    return ended_early or any(event.n > line for event in (*update.faults, *update.crashes))


@check(
    "says what to fix",
    "After a mismatch the Web Connector shows what is missing.",
    breaks="getLastError is empty after a refusal, or does not name what QuickBooks does not know.",
    unless=_SKIPS,
)
def says_what_to_fix(case: Case) -> Sayings:
    for update in case.updates:
        mismatch = update.mismatch
        told = update.told(mismatch) if mismatch else None
        said = update.last_error_after(told.n) if told else None
        if mismatch is None or said is None or update.disturbed:
            continue  # another login has ended the session: its ticket is all that there is to say
        if not _is_wanted(case, mismatch, said.n):
            continue
        text = "".join(said.value)
        if not text.strip():
            yield broken(
                "says nothing",
                f'QuickBooks refused a block ("{mismatch.words}"), and getLastError is empty: '
                "the user cannot know what to fix.",
                events=[mismatch.n],
            )
        elif not _names_it(text, mismatch):
            missing = " or ".join(f'"{name}"' for name in mismatch.names)
            yield broken(
                "does not name it",
                f'QuickBooks does not know {missing}, but getLastError does not name it: "{text.strip()}".',
                events=[mismatch.n],
            )


def _names_it(text: str, mismatch: Refusal) -> bool:
    """Is one of the missing names in the text?  The last part of a full name is enough."""
    shown = html.unescape(text).casefold()
    names = [part.casefold() for name in mismatch.names for part in (name, name.rpartition(":")[2])]
    return not names or any(name in shown for name in names)


@check(
    "tries again",
    "A block that QuickBooks refused is tried again in the next update.",
    breaks="The next update in which the server has its chance neither hands the refused block out nor stops "
    "at another mismatch.",
)
def tries_again(case: Case) -> Sayings:
    for number, update in enumerate(case.updates):
        for refusal in update.refused:
            chance = next((later for later in case.updates[number + 1 :] if later.clean), None)
            if chance is None or update.told(refusal) is None or chance.mismatch is not None:
                continue
            blocks = [b for b in case.blocks.values() if _is_still_due(case, b, refusal, update, chance)]
            tried = {handed.call for block in blocks for handed in case.hand_outs_of(block)}
            if not blocks or any(handed.call in tried for handed in chance.handed_out):
                continue
            yield broken(
                "not tried again",
                f'QuickBooks refused block {blocks[0].block} ("{refusal.words}"); in the next update '
                "the server did not try it again.",
                blocks=[blocks[0].block],
                events=[refusal.n, chance.started.n],
            )


def _is_still_due(case: Case, block: BlockStory, refusal: Refusal, update: Update, chance: Update) -> bool:
    """Is the block the refused one, and would a server that tries again send it in ``chance``?"""
    if refusal.offered is None or not case.is_about(refusal, block) or not block.certain:
        return False
    since, until = update.started.n, chance.last_line
    edited = any(refusal.n < line < chance.authenticated_at for line in block.lines_of("edited"))
    hopeless = refusal.answer.status_code in VALUE_ERRORS and not edited
    given_up = any(line < until for change in ("deleted", "marked sent") for line in block.lines_of(change))
    date = block.hours.date
    landed = any(landing.is_of(block) and landing.entry.n < until for landing in case.all_landings)
    return not hopeless and not given_up and not landed and case.periods.always(date, since, until)
