"""One cookie jar a session, as .NET's CookieContainer keeps one: servers hold their state in it.

Inferred from Intuit's own sample service, which would loop for ever without it.
"""

from __future__ import annotations

import re
from typing import Final, final
from urllib.parse import urlsplit

from qbsim.connector.wire import Reply

_DEAD: Final = re.compile(r"max-age=(0|-\d+)|expires=[^;]*\b19[0-9]{2}\b", re.IGNORECASE)
_LIMIT: Final = 50
"""Cookies kept; a server that sends more loses its oldest."""


@final
class CookieJar:
    """Cookies of one URL: by name, in the order of their first appearance."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._path = parts.path or "/"
        self._values: dict[str, str] = {}

    def read(self, reply: Reply) -> None:
        """Take what a reply sets; a cookie for another path, or for https only, is not ours."""
        for name, value in reply.headers:
            if name.lower() == "set-cookie":
                self._set(value)

    def _set(self, header: str) -> None:
        pair, _, attributes = header.partition(";")
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name:
            return
        if _DEAD.search(attributes):
            self._values.pop(name, None)
        elif self._is_ours(attributes):
            self._values[name] = value
            if len(self._values) > _LIMIT:
                del self._values[next(iter(self._values))]

    def _is_ours(self, attributes: str) -> bool:
        for attribute in attributes.split(";"):
            name, _, value = attribute.strip().partition("=")
            if name.lower() == "secure" and not self._secure:
                return False
            if name.lower() == "path" and value and not self._covers(value):
                return False
        return True

    def _covers(self, path: str) -> bool:
        return self._path == path or self._path.startswith(path.rstrip("/") + "/")

    @property
    def header(self) -> str:
        """The value of the Cookie header; ``""`` for an empty jar."""
        return "; ".join(f"{name}={value}" for name, value in self._values.items())
