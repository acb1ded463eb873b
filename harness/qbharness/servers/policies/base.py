"""What a delivery policy is: a handful of small decisions, each one a method of its own.

The service calls ``next_request`` in sendRequestXML and ``book`` in receiveResponseXML, both inside
one transaction, and does what they say. Everything else is a piece that a policy may replace; tests
replace pieces by wrong ones on purpose.
"""

from __future__ import annotations

import enum
from typing import final

from attrs import frozen

from qbharness.servers import qbxml
from qbharness.servers.desk import Block, Desk, Handout
from qbharness.servers.explain import mismatch
from qbharness.servers.problems import CannotStart


@final
@frozen
class Stop:
    """End the update; the Web Connector shows ``error``."""

    error: str


@final
class Booking(enum.Enum):
    """What became of an answer, when it does not stop the update."""

    DONE = "booked"
    IGNORED = "not the answer that is awaited; nothing was changed"


@final
class Verdict(enum.Enum):
    """What one response says about its block."""

    LANDED = "the entry is in QuickBooks"
    REFUSED = "QuickBooks has refused it, nothing was written"
    UNCLEAR = "nobody can tell"


@final
@frozen
class Reply:
    """What receiveResponseXML brought: an answer, or an HRESULT, or something unreadable."""

    answer: qbxml.Answer | None
    hresult: str
    message: str
    text: str


class Policy:
    """The shared part: one block a request, in date order, and a stop at every trouble."""

    name = ""
    proof = "none"
    compares = False
    """Whether an update can compare what was sent with what QuickBooks still has."""

    def with_proof(self, proof: str) -> Policy:
        """This policy with another proof of delivery; most offer none."""
        raise CannotStart(f"The policy {self.name!r} has no proof {proof!r}.")

    # Login

    def supersedes(self, *, same_user: bool, fresh: bool) -> bool:
        """Whether a login may end another session of the same company; else the answer is busy."""
        return same_user or not fresh

    def is_work_wanted(self, reconcile: str) -> bool:
        """Whether an update has something to do although no block waits."""
        return False

    # sendRequestXML

    def meet_company(self, desk: Desk, hcp: str) -> Stop | None:
        """Look at the company that the session's first call describes (Host, Company, Preferences)."""
        return None

    def next_request(self, desk: Desk) -> str | Stop | None:
        """The next request's text; None when nothing is left to do."""
        raise NotImplementedError

    def repeat(self, desk: Desk, pending: Handout) -> str:
        """The request again whose answer this very session still awaits."""
        return pending.body

    def request_id(self, block: Block, attempt: int) -> str:
        """Unique for every new request: block, version and attempt."""
        return f"{block.id}.{block.version}.{attempt}"

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        """The request for one block, without its message set."""
        return qbxml.time_tracking_add(block.values, request_id, desk.version)

    # receiveResponseXML

    def book(self, desk: Desk, pending: Handout, reply: Reply) -> Booking | Stop:
        """Book an answer on the request that awaits one."""
        if reply.hresult:
            return self.failed(desk, pending, reply)
        if reply.answer is None:
            return self.unreadable(desk, pending, reply)
        response = self.response_to(pending, reply.answer)
        if response is None:
            return Booking.IGNORED
        return self.answered(desk, pending, reply.answer, response)

    def response_to(self, pending: Handout, answer: qbxml.Answer) -> qbxml.Response | None:
        """The part of the answer that belongs to the request: by its requestID, never by position."""
        return answer.to(pending.request_id)

    def answered(
        self, desk: Desk, pending: Handout, _answer: qbxml.Answer, response: qbxml.Response
    ) -> Booking | Stop:
        """An answer that belongs to a block's request."""
        verdict = self.judge(response)
        if verdict is Verdict.LANDED:
            return self.landed(desk, pending, response)
        if verdict is Verdict.REFUSED:
            return self.refused(desk, pending, response)
        return self.unclear(desk, pending, response)

    def judge(self, response: qbxml.Response) -> Verdict:
        """What a response says. Source: Intuit's status code ranges."""
        raise NotImplementedError

    def landed(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        """QuickBooks confirms the entry: the block is flagged as sent."""
        desk.forget_pending()
        desk.land(pending, response.txn_id)
        return Booking.DONE

    def refused(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        """QuickBooks refuses: the update stops, the block stays unsent."""
        desk.forget_pending()
        block = desk.block(pending.block_id or 0)
        error = mismatch(block, response.code, response.message)
        desk.refuse(pending, f"{response.message} ({response.code})")
        return Stop(error)

    def unclear(self, desk: Desk, pending: Handout, response: qbxml.Response) -> Booking | Stop:
        """A response that neither confirms nor refuses."""
        desk.forget_pending()
        block = desk.block(pending.block_id or 0)
        return Stop(
            f"QuickBooks' answer for Work Block {block} is not clear: {response.message}"
            f" ({response.code}). The next update asks again."
        )

    def failed(self, desk: Desk, _pending: Handout, reply: Reply) -> Booking | Stop:
        """QuickBooks could not process the request at all: an HRESULT."""
        desk.forget_pending()
        return Stop(
            f"QuickBooks could not process the request: {reply.message} ({reply.hresult})."
            " The next update tries again."
        )

    def unreadable(self, desk: Desk, _pending: Handout, _reply: Reply) -> Booking | Stop:
        """The answer is no qbXML."""
        desk.forget_pending()
        return Stop("QuickBooks' answer cannot be read. The next update tries again.")

    def is_finished(self, desk: Desk) -> bool:
        """Whether the Web Connector is told that this update is complete."""
        return not desk.is_work_left()

    def progress(self, desk: Desk) -> int:
        """Percent of this update, 1 to 99; the service says 100 when nothing is left."""
        done, total = int(desk.changed("done")), max(1, int(desk.session.total))
        return max(1, min(99, 100 * done // total))
