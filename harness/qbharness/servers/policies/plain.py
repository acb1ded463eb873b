"""``plain``: the sync server that customers have.

It hands out one block at a time, flags a block when QuickBooks confirms it, and stops when
QuickBooks refuses one. It has no memory of what it handed out: a block that is not flagged is sent
again. So when the confirmation is lost after QuickBooks has committed, the same hours are entered
twice. That is why ``exact`` exists.
"""

from __future__ import annotations

from qbharness.servers import qbxml
from qbharness.servers.desk import Block, Desk
from qbharness.servers.policies.base import Policy, Stop, Verdict


class Plain(Policy):
    """The seed's server, word for word."""

    name = "plain"

    def next_request(self, desk: Desk) -> str | Stop | None:
        block = desk.next_block()
        return None if block is None else self.hand_out(desk, block)

    def hand_out(self, desk: Desk, block: Block) -> str:
        """One block, one request."""
        attempt = block.attempt + 1
        request_id = self.request_id(block, attempt)
        request = self.write(desk, block, request_id)
        body = qbxml.message_set([request], desk.version)
        return desk.hand_out("add", body, request_id=request_id, block=block, attempt=attempt)

    def judge(self, response: qbxml.Response) -> Verdict:
        """Only statusCode 0 is a confirmation."""
        return Verdict.LANDED if response.code == 0 else Verdict.REFUSED
