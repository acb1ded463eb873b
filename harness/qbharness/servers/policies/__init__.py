"""Delivery policies: what is handed out, what an answer means, and what happens in doubt."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from qbharness.servers.problems import CannotStart

if TYPE_CHECKING:
    from qbharness.servers.policies.base import Policy

BUNDLED: Final = {
    "plain": "qbharness.servers.policies.plain:Plain",
    "exact": "qbharness.servers.policies.exact:Exact",
}


def load(name: str | Policy, **options: Any) -> Policy:
    """The policy ``plain``, ``exact`` or ``package.module:Class``; an object is given back as it is."""
    if not isinstance(name, str):
        return name
    module_name, _, class_name = BUNDLED.get(name, name).partition(":")
    try:
        made = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError):
        raise CannotStart(
            f"There is no policy {name!r}; there are {', '.join(BUNDLED)} and package.module:Class."
        ) from None
    policy: Policy = made(**options)
    return policy
