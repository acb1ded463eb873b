"""HTTP over TCP and TLS. The only module that imports the HTTP client.

No retries, no redirects, no proxies of the environment, no cookies (the session keeps its own jar), no
decompression: what .NET's proxy class does not do by itself is not done here.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self, final

import httpx

from qbsim.connector.wire import Exchange, Reply, Transport, TransportError
from qbsim.errors import UsageProblem

__all__ = ["Exchange", "HttpTransport", "Reply", "Transport", "TransportError"]

_QUICK_ACK: Final = getattr(socket, "TCP_QUICKACK", None)
_HEADERS: Final = "latin-1"
"""Every byte has a character in it: a cookie goes back as the bytes that it came as."""
BODY_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of a reply that are read; a longer one is cut (and then refused as XML)."""


@final
class HttpTransport:
    """One keep-alive connection pool to a server.

    ``ca`` is a PEM file with the certificate authorities to trust instead of the system's.
    Timeouts here are real seconds: the other side is a real process.
    """

    def __init__(self, *, ca: Path | None = None) -> None:
        limits = httpx.Limits(max_connections=4, max_keepalive_connections=4, keepalive_expiry=4.0)
        self._pool = httpx.HTTPTransport(verify=_trust(ca), retries=0, limits=limits, trust_env=False)
        self._deadline = _Deadline()

    def send(self, exchange: Exchange) -> Reply:
        """Carry one exchange; the whole of it takes at most ``exchange.timeout`` real seconds."""
        with self._deadline.set(exchange.timeout) as deadline:
            try:
                return self._exchange(exchange, deadline)
            except (httpx.TransportError, httpx.InvalidURL, OSError) as problem:
                raise _error(problem, expired=deadline.expired) from problem

    def _exchange(self, exchange: Exchange, deadline: _Deadline) -> Reply:
        request = httpx.Request(
            exchange.method,
            exchange.url,
            headers=[(n.encode(_HEADERS), v.encode(_HEADERS)) for n, v in exchange.headers.items()],
            content=exchange.body if exchange.method == "POST" else None,
            extensions={
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), exchange.timeout),
                "trace": deadline.watch,
            },
        )
        response = self._pool.handle_request(request)
        try:
            stream = response.stream
            assert isinstance(stream, httpx.SyncByteStream)  # noqa: S101 - the pool is a sync one
            body, size = [], 0
            for chunk in stream:
                body.append(chunk)
                size += len(chunk)
                if size > BODY_LIMIT:
                    break
        finally:
            response.close()
        if deadline.expired:
            raise TransportError("timeout")
        headers = tuple((n.decode(_HEADERS), v.decode(_HEADERS)) for n, v in response.headers.raw)
        return Reply(response.status_code, headers, b"".join(body))

    def close(self) -> None:
        """Close the connections."""
        self._deadline.close()
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _trust(ca: Path | None) -> ssl.SSLContext | bool:
    if ca is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca))
    except (OSError, ssl.SSLError) as problem:
        raise UsageProblem(
            f"{ca} is not a PEM file with certificates.", cure="Give the CA's certificate as PEM."
        ) from problem


def _error(problem: Exception, *, expired: bool) -> TransportError:
    if expired or isinstance(problem, (httpx.TimeoutException, TimeoutError)):
        return TransportError("timeout", str(problem))
    text = str(problem)
    if isinstance(problem, httpx.ConnectError):
        chain = problem.__cause__ or problem.__context__
        tls = "SSL" in text or "certificate" in text.lower() or isinstance(chain, ssl.SSLError)
        return TransportError("tls" if tls else "refused", text)
    if isinstance(problem, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return TransportError("refused", text)
    return TransportError("reset", text)


@final
class _Deadline:
    """Cuts a connection whose exchange takes too long as a whole.

    The client's own timeouts are per read: a server that drips one byte a minute would hold a session
    for ever. One sleeping thread a transport, started with the first exchange.
    """

    def __init__(self) -> None:
        self.expired = False
        self._at: float | None = None
        self._sockets: list[socket.socket] = []
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def set(self, seconds: float) -> Self:
        with self._wake:
            self.expired = False
            self._at = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._guard, daemon=True)
                self._thread.start()
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._at = None

    def watch(self, name: str, info: Mapping[str, object]) -> None:
        """The client's trace hook: remembers the sockets that it opens, and has them acknowledge at once.

        A server that sends head and body apart waits 40 ms for a delayed acknowledgement otherwise.
        """
        if name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            stream = info["return_value"]
            opened = stream.get_extra_info("socket")  # type: ignore[attr-defined]
            self._sockets = [s for s in self._sockets if s.fileno() != -1]
            self._sockets.append(opened)
        elif name == "http11.send_request_body.complete" and _QUICK_ACK is not None:
            for opened in self._sockets:
                with contextlib.suppress(OSError):
                    opened.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    def close(self) -> None:
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()

    def _guard(self) -> None:
        with self._wake:
            while not self._closed:
                due = self._at  # read once: the exchange may end, and empty it, at any moment
                if due is not None and time.monotonic() >= due:
                    self._at, self.expired = None, True
                    for opened in self._sockets:
                        _cut(opened)
                self._wake.wait(0.25)


def _cut(opened: socket.socket) -> None:
    try:
        # the plain method: a TLS socket's own would pull the session from under the reading thread
        socket.socket.shutdown(opened, socket.SHUT_RDWR)
    except OSError:
        return
