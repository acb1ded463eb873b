"""What one server is started with."""

from __future__ import annotations

import signal
from collections.abc import Callable
from os import getpid, kill
from typing import TYPE_CHECKING, NoReturn

from attrs import field, frozen

if TYPE_CHECKING:
    from qbharness.servers.policies.base import Policy


def die(_name: str) -> NoReturn:
    """Kill this process as a power cut would: no handler runs, nothing is flushed."""
    kill(getpid(), signal.SIGKILL)
    raise AssertionError("a killed process goes on")


@frozen(kw_only=True)
class Settings:
    """The options of one server; every one has a default that is safe on a developer's machine."""

    policy: str | Policy = "plain"
    """``plain``, ``exact``, ``package.module:Class``, or a ready object (for tests)."""

    database: str = "sqlite://"
    """An SQLAlchemy URL; ``sqlite://`` lives in memory and dies with the process."""

    company: str = "Acme Time"
    users: tuple[tuple[str, str], ...] = (("qbharness", "qbharness"),)
    """Pairs of user name and password; all belong to ``company``."""

    allow_reset: bool = False
    """Whether the test API (reset, clock, failpoints, more companies) is open."""

    password_cost: int = 2**14
    """scrypt's N; tests take a small one."""

    session_minutes: int = 30
    """A session that has said nothing for so long no longer makes another user wait."""

    qbxml_version: tuple[int, int] = (13, 0)
    """The newest qbXML that is sent; an older QuickBooks gets what it speaks."""

    proof: str = "message_set"
    """``message_set`` or ``marker``: what settles a doubt (``exact`` only)."""

    fail_at: str = ""
    """The failpoint at which the process dies; empty: none."""

    on_failpoint: Callable[[str], None] = field(default=die, repr=False)
    """What a reached failpoint does; in-process tests raise instead of dying."""
