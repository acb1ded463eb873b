"""A policy is small pieces; a wrong piece breaks the promise. So the tests of the promise can fail."""

from __future__ import annotations

from typing import Any

import pytest
from bundled_servers_support import QuickBooks, Server, Update, update

from qbharness.servers.desk import Block, Desk, Handout
from qbharness.servers.policies.base import Booking, Stop, Verdict
from qbharness.servers.policies.exact import Exact
from qbharness.servers.policies.plain import Plain


class FreshIdAtEveryRetry(Exact):
    """A new id for what is in doubt: QuickBooks cannot know it again."""

    def in_doubt(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return self.hand_out(desk, block)


class NoIds(Exact):
    def message_set_id(self, desk: Desk, block: Block, attempt: int) -> str:
        return ""


class FlagsAtHandOut(Plain):
    def hand_out(self, desk: Desk, block: Block) -> str:
        body = super().hand_out(desk, block)
        desk._write_block(block.id, {"state": "sent", "queue": 0})
        return body


class BelievesEveryAnswer(Plain):
    def judge(self, response: Any) -> Verdict:
        return Verdict.LANDED


class GoesOnAfterARefusal(Plain):
    def refused(self, desk: Desk, pending: Handout, response: Any) -> Booking | Stop:
        super().refused(desk, pending, response)
        desk._write_block(pending.block_id, {"queue": 0})
        return Booking.DONE


class BooksByPosition(Plain):
    def response_to(self, pending: Handout, answer: Any) -> Any:
        return answer.responses[0] if answer.responses else None


class RetriesARefusalUnderItsOldId(Exact):
    """Never makes a new attempt: QuickBooks repeats the stored refusal for ever."""

    def ask_stored(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return desk.hand_out_again(last)


class NewAttemptWithoutAsking(Exact):
    """Takes every refusal for stored: a slow connector can still bring the old request in."""

    def ask_stored(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return self.hand_out(desk, block)


class NewIdForAnEdit(Exact):
    """Gives the edited version an id of its own: QuickBooks may execute the refused one as well."""

    def once_more(self, desk: Desk, block: Block, last: Handout) -> str | Stop:
        return self.hand_out(desk, block)


def lost_answer(policy: object) -> int:
    server, quickbooks = Server({"policy": policy}), QuickBooks()
    server.add()
    steps = Update(server, quickbooks).steps()
    assert [next(steps) for _ in range(3)][-1] == "process"
    update(server, quickbooks)
    return len(quickbooks.entries)


def lost_request(policy: object) -> int:
    server, quickbooks = Server({"policy": policy}), QuickBooks()
    server.add()
    steps = Update(server, quickbooks).steps()
    assert [next(steps) for _ in range(2)][-1] == "sendRequestXML"
    update(server, quickbooks)
    return len(quickbooks.entries)


def added_job(policy: object) -> int:
    server, quickbooks = Server({"policy": policy}), QuickBooks(names={"jane doe"})
    server.add()
    update(server, quickbooks)
    quickbooks.names.add("acme:roof")
    update(server, quickbooks)
    return len(quickbooks.entries)


def slow_connector_with_a_refused_request(policy: object) -> int:
    server, quickbooks = Server({"policy": policy}), QuickBooks(names={"jane doe"}, keeps_failures=False)
    server.add()
    slow = Update(server, quickbooks).steps()
    assert [next(slow) for _ in range(2)][-1] == "sendRequestXML"
    update(server, quickbooks)
    quickbooks.names.add("acme:roof")
    update(server, quickbooks)
    list(slow)
    update(server, quickbooks)
    return len(quickbooks.entries)


def slow_connector_with_a_refused_version(policy: object) -> int:
    server, quickbooks = Server({"policy": policy}), QuickBooks(keeps_failures=False)
    server.add(customer="Acme:Porch")
    slow = Update(server, quickbooks).steps()
    assert [next(slow) for _ in range(2)][-1] == "sendRequestXML"
    update(server, quickbooks)
    server.api("PATCH", "/api/blocks/1", {"customer": "Acme:Roof"})
    quickbooks.names.add("acme:porch")
    update(server, quickbooks)
    list(slow)
    update(server, quickbooks)
    return len(quickbooks.entries)


def late_answer(policy: object) -> int:
    """Counts the blocks flagged after the answer to the first one came a second time, late."""
    server, quickbooks = Server({"policy": policy}), QuickBooks()
    for day in (1, 2):
        server.add(date=f"2026-11-0{day}")
    ticket = server.login()
    answer = quickbooks.process(server.ask(ticket, server.hcp()))
    server.answer(ticket, answer)
    server.ask(ticket)
    server.answer(ticket, answer)
    return server.states().count("sent")


STORIES = (
    lost_answer,
    lost_request,
    added_job,
    slow_connector_with_a_refused_request,
    slow_connector_with_a_refused_version,
    late_answer,
)


@pytest.mark.parametrize("story", STORIES)
def test_exact_is_right_in_every_story(story: Any) -> None:
    assert story("exact") == 1


@pytest.mark.parametrize(
    ("policy", "story", "count"),
    [
        (Plain, lost_answer, 2),
        (FreshIdAtEveryRetry, lost_answer, 2),
        (NoIds, lost_answer, 2),
        (FlagsAtHandOut, lost_request, 0),
        (BelievesEveryAnswer, added_job, 0),
        (GoesOnAfterARefusal, added_job, 0),
        (BooksByPosition, late_answer, 2),
        (RetriesARefusalUnderItsOldId, added_job, 0),
        (NewAttemptWithoutAsking, slow_connector_with_a_refused_request, 2),
        (NewIdForAnEdit, slow_connector_with_a_refused_version, 2),
    ],
)
def test_one_wrong_piece_breaks_one_story(policy: Any, story: Any, count: int) -> None:
    assert story(policy()) == count


def test_a_policy_is_loaded_by_its_path() -> None:
    server = Server({"policy": "qbharness.servers.policies.marker:ExactWithMarker"})
    assert server.api("GET", "/api/health")["proof"] == "marker"
