"""Manners: how a server behaves towards the Web Connector, update by update."""

from __future__ import annotations

from qbharness.checks.matching import Case
from qbharness.checks.reading import Update
from qbharness.checks.registry import Said, Verdict, check
from qbharness.history import HandedOut


@check("one block a request", "A request carries at most one Work Block.")
def one_block_a_request(case: Case) -> Said:
    if case.contract["one_block_per_request"] != "true":
        yield Verdict.NOT_APPLICABLE, "This target promises no such thing.", (), ()
        return
    for handed in case.history.all(HandedOut):
        if len(handed.entries) > 1:
            yield (
                Verdict.BROKEN,
                f"Request {handed.call} carries {len(handed.entries)} Work Blocks at once; when its answer "
                "is lost, all of them are in doubt.",
                (),
                (handed.n,),
            )


@check("stops at a mismatch", "When QuickBooks refuses a block, the update stops and shows an error.")
def stops_at_a_mismatch(case: Case) -> Said:
    if case.contract["on_mismatch"] != "stop":
        yield Verdict.NOT_APPLICABLE, "This target promises to skip what QuickBooks refuses.", (), ()
        return
    for update in case.updates:
        for handed, words in update.refused[:1]:
            later = [other for other in update.handed_out if other.n > handed.n and other.entries]
            if later:
                yield (
                    Verdict.BROKEN,
                    f'QuickBooks refused a block ("{words.strip()}"), but the update went on with '
                    f"{later[0].entries[0].hours.as_sentence()}.",
                    (),
                    (handed.n, later[0].n),
                )
            elif _learned(update, handed) and update.ended and not _shows_an_error(update):
                yield (
                    Verdict.BROKEN,
                    f'QuickBooks refused a block ("{words.strip()}"), but the Web Connector shows no error: '
                    f'"{update.ended.shown}", {update.ended.progress} %.',
                    (),
                    (handed.n, update.ended.n),
                )


def _learned(update: Update, handed: HandedOut) -> bool:
    """Did the server get QuickBooks' refusal, and the connector the server's reaction?"""
    return any(
        reply.operation == "receiveResponseXML" and reply.n > handed.n and reply.reached and reply.learned
        for reply in update.replies
    )


def _shows_an_error(update: Update) -> bool:
    return bool(update.ended and update.ended.last_error.strip())
