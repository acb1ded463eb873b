"""Small HTTP calls that steer a server: standard library, one kept connection a host, no surprises.

The Web Connector's own traffic does not come through here. What matters here is speed (hundreds of
operations a second) and to know, when a call fails, whether it can have taken effect.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final, final
from urllib.parse import urlsplit

from attrs import field, frozen

from qbharness.targets.problems import OutcomeUnknown
from qbsim.errors import SetUpProblem, UsageProblem

LARGEST: Final = 50_000_000


@final
@frozen
class HttpAnswer:
    """Status, headers (names in lower case) and the body as text."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    text: str


@final
class Caller:
    """Keeps one connection open for each scheme, host and port. Never follows a redirect."""

    def __init__(self, ca_file: Path | None = None) -> None:
        self.ca_file = ca_file
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        within: float = 10.0,
    ) -> HttpAnswer:
        """One call. :class:`SetUpProblem` if it surely did not arrive, else :class:`OutcomeUnknown`."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageProblem(f"{url!r} is not an http or https address.")
        key = (parts.scheme, parts.netloc.rpartition("@")[2])
        connection = self._connected(key, url, within)
        path = parts.path or "/"
        if parts.query:
            path += "?" + parts.query
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
        except (http.client.InvalidURL, ValueError) as wrong:  # nothing has left yet
            self._forget(key)
            raise UsageProblem(
                f"{method} {url} cannot be written as HTTP: {wrong}.",
                cure="Use the filter `url` in addresses, and plain text in headers.",
            ) from None
        except OSError as lost:
            raise self._lost(key, method, url, lost, within) from None
        try:
            _acknowledge_at_once(connection)
            response = connection.getresponse()
            content = response.read(LARGEST + 1)
        except (OSError, http.client.HTTPException) as lost:
            raise self._lost(key, method, url, lost, within) from None
        if len(content) > LARGEST:
            self._forget(key)
            raise SetUpProblem(f"The answer to {method} {url} is longer than {LARGEST:,} bytes.")
        if response.will_close:
            self._forget(key)
        charset = response.headers.get_content_charset("utf-8")
        named = {name.lower(): value for name, value in response.headers.items()}
        return HttpAnswer(response.status, named, _decode(content, charset))

    def _lost(
        self, key: tuple[str, str], method: str, url: str, lost: Exception, within: float
    ) -> OutcomeUnknown:
        self._forget(key)
        why = f"no answer within {within:g} s" if isinstance(lost, TimeoutError) else _reason(lost)
        return OutcomeUnknown(f"{method} {url} was sent and its answer did not come: {why}.")

    def close(self) -> None:
        """Close every kept connection (a server that stops gracefully waits for them)."""
        for key in list(self._connections):
            self._forget(key)

    def _forget(self, key: tuple[str, str]) -> None:
        if connection := self._connections.pop(key, None):
            connection.close()

    def _connected(self, key: tuple[str, str], url: str, within: float) -> http.client.HTTPConnection:
        kept = self._connections.get(key)
        if kept is not None and kept.sock is not None and not _readable(kept):
            kept.sock.settimeout(within)
            return kept
        self._forget(key)
        scheme, host = key
        connection = (
            http.client.HTTPSConnection(host, timeout=within, context=self._trust())
            if scheme == "https"
            else http.client.HTTPConnection(host, timeout=within)
        )
        try:
            connection.connect()
        except OSError as refused:
            raise SetUpProblem(
                f"{url} cannot be reached: {_reason(refused)}.",
                cure="Is the server running, and is the address right?",
            ) from None
        self._connections[key] = connection
        return connection

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except OSError as wrong:
            raise UsageProblem(
                f"{self.ca_file} is not a PEM file with certificates: {wrong}.",
                cure="Mend connector.ca_file in the target file.",
            ) from None


def _acknowledge_at_once(connection: http.client.HTTPConnection) -> None:
    """A server that sends head and body apart waits 40 ms for our delayed ACK unless we hurry."""
    if connection.sock is not None and hasattr(socket, "TCP_QUICKACK"):
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _readable(connection: http.client.HTTPConnection) -> bool:
    """True if the other side closed a kept connection (or sent what nobody asked for)."""
    return bool(select.select([connection.sock], [], [], 0)[0])


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _decode(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
