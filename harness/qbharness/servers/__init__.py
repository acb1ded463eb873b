"""Two bundled sync servers, ``plain`` and ``exact``, on one shared core; they import nothing else of ours.

A server is three layers: the rim (``app``, ``api``, ``pages``, ``soap``) speaks HTTP; the middle
(``service``, ``desk``, ``ledger``) keeps sessions and Work Blocks in a database; a *delivery policy*
(``policies``) decides what is handed out, what an answer means and what happens in doubt. The two
servers differ in nothing but their policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.applications import Starlette

__all__ = ["create_app"]


def create_app(**options: Any) -> Starlette:
    """Build one server as an ASGI application; takes the fields of ``settings.Settings`` by name."""
    from qbharness.servers.app import build  # noqa: PLC0415 - keeps this package light
    from qbharness.servers.settings import Settings  # noqa: PLC0415

    return build(Settings(**options))
