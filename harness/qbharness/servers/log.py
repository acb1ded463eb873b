"""The structured log: one JSON object a line on standard error. No passwords, no tickets, no contents."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
from typing import Final

_LOGGER: Final = logging.getLogger("qbharness.servers")


def event(what: str, **facts: object) -> None:
    """Log that something happened; ``facts`` are numbers and sentences, never secrets."""
    if _LOGGER.isEnabledFor(logging.INFO):
        _LOGGER.info(what, extra={"facts": facts})


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = {"at": at, "level": record.levelname.lower(), "event": record.getMessage()}
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def start() -> None:
    """Write the log to standard error from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.getLogger().handlers = [handler]  # what libraries say is a JSON line too
    logging.getLogger().setLevel(logging.WARNING)
    _LOGGER.setLevel(logging.INFO)
    # It quotes the forms that it cannot read; the person who sent one is told by the answer.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
