"""The parts of one running server, and how a request finds them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast, final

from starlette.requests import Request

from qbharness.servers.clock import Clock
from qbharness.servers.failpoints import Failpoints
from qbharness.servers.ledger import Ledger
from qbharness.servers.policies import load
from qbharness.servers.problems import Conflict
from qbharness.servers.service import Service
from qbharness.servers.settings import Settings
from qbharness.servers.store import Store

if TYPE_CHECKING:
    from qbharness.servers.policies.base import Policy


@final
class State:
    """Everything that lives as long as the server does. Raises CannotStart."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.policy: Policy = load(settings.policy)
        if settings.proof != "message_set":
            self.policy = self.policy.with_proof(settings.proof)
        self.clock = Clock()
        self.store = Store(settings.database, durable=not settings.allow_reset)
        self.ledger = Ledger(self.store, self.clock, settings.password_cost)
        self.failpoints = Failpoints(settings.on_failpoint, settings.fail_at)
        self.service = Service(self.store, self.policy, self.clock, self.failpoints, settings)
        self.form_secret = secrets.token_bytes(32)
        self._make_accounts()

    def reset(self) -> None:
        """Forget everything, as if the server had been started on an empty database."""
        self.clock.set(None)
        self.failpoints.arm("")
        self.store.empty()
        self._make_accounts()

    def want_reconcile(self, company: int) -> None:
        """Let the next update compare. Raises Conflict where none ever would."""
        if not self.policy.compares:
            raise Conflict(f"The policy {self.policy.name!r} does not compare what was sent with QuickBooks.")
        self.ledger.want_reconcile(company)

    def _make_accounts(self) -> None:
        self.ledger.add_company(self.settings.company)
        for name, password in self.settings.users:
            self.ledger.add_user(self.settings.company, name, password)


def state_of(request: Request) -> State:
    """The server that the request came to."""
    return cast("State", request.app.state.server)
