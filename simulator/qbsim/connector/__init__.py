"""The Web Connector: reads a .qwc, talks SOAP to a sync server and qbXML to QuickBooks.

``qwc`` (the file), ``operations`` and ``codes`` (tables), ``soap`` (envelopes), ``session`` (the state
table, no I/O), ``update`` (one update, one action a step; its actions are in ``server_actions`` and
``quickbooks_actions``), ``events`` (what an observer sees), ``wire`` (the seam to the network),
``transport`` (HTTP), ``inprocess`` (ASGI and WSGI without a socket), ``faults`` (messages lost, doubled,
late, spoiled), ``registration`` and ``locks`` (what is written into the company file), ``schedule`` (one
PC's Web Connector window), ``log`` and ``logreader`` (QWCLog.txt).

The names below are the ones that a user of the connector needs; each is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from qbsim.connector.events import ConnectorKilled, Observer, UserStopped
    from qbsim.connector.faults import Effect, FaultPlan, FaultyTransport
    from qbsim.connector.qwc import Application, QwcRefused, read_qwc
    from qbsim.connector.schedule import WebConnector
    from qbsim.connector.transport import HttpTransport
    from qbsim.connector.update import Bounds, Result, Update, User
    from qbsim.connector.wire import Exchange, Reply, Transport, TransportError

__all__ = [
    "Application",
    "Bounds",
    "ConnectorKilled",
    "Effect",
    "Exchange",
    "FaultPlan",
    "FaultyTransport",
    "HttpTransport",
    "Observer",
    "QwcRefused",
    "Reply",
    "Result",
    "Transport",
    "TransportError",
    "Update",
    "User",
    "UserStopped",
    "WebConnector",
    "read_qwc",
]

_HOMES: Final = {
    "events": ("ConnectorKilled", "Observer", "UserStopped"),
    "faults": ("Effect", "FaultPlan", "FaultyTransport"),
    "qwc": ("Application", "QwcRefused", "read_qwc"),
    "schedule": ("WebConnector",),
    "transport": ("HttpTransport",),
    "update": ("Bounds", "Result", "Update", "User"),
    "wire": ("Exchange", "Reply", "Transport", "TransportError"),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)
