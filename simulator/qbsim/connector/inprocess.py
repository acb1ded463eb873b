"""Servers without a socket: an ASGI or WSGI application called in this process.

The same seam, so the same faults and the same words; many times faster than TCP, which is what
exploration needs. What an application raises becomes HTTP 500, as its server would make it.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from types import TracebackType
from typing import Any, Final, Self, final
from urllib.parse import SplitResult, unquote, urlsplit

from qbsim.connector.wire import Exchange, Reply, TransportError

Message = MutableMapping[str, Any]
AsgiApplication = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_TEXT: Final = (("content-type", "text/plain; charset=utf-8"),)
_FAILED: Final = Reply(500, _TEXT, b"Internal Server Error")
_RAISED: Final = (Exception, SystemExit, asyncio.CancelledError)
"""What a server turns into a 500, whatever of it its application raises; an exit of the application is
none of ours."""


@final
class AsgiTransport:
    """Calls an ASGI application on an event loop of its own, starting and stopping its lifespan."""

    def __init__(self, application: AsgiApplication) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()
        self._lifespan = _Lifespan(application)
        self._loop.run_until_complete(self._lifespan.start())

    def send(self, exchange: Exchange) -> Reply:
        """Call the application once. A call that outlasts its timeout is cancelled."""
        try:
            return self._loop.run_until_complete(_call_asgi(self._application, exchange))
        except TimeoutError:
            raise TransportError("timeout") from None

    def close(self) -> None:
        """Tell the application that it is over, and close the loop."""
        self._loop.run_until_complete(self._lifespan.stop())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def abandon(self) -> None:
        """The application is gone in the middle of its life: nothing tells it, what it holds is dropped."""
        self._loop.run_until_complete(self._lifespan.abandon())
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


async def _call_asgi(application: AsgiApplication, exchange: Exchange) -> Reply:
    url = urlsplit(exchange.url)
    requests = [{"type": "http.request", "body": exchange.body, "more_body": False}]
    status, body = 0, bytearray()
    headers: tuple[tuple[str, str], ...] = ()

    async def receive() -> Message:
        return requests.pop() if requests else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = int(message["status"])
            headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in message.get("headers", ()))
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    timeout = asyncio.timeout(exchange.timeout)
    try:
        async with timeout:
            await application(_scope(exchange, url), receive, send)
    except _RAISED:
        if timeout.expired():
            raise TimeoutError from None
        return _FAILED
    if timeout.expired():  # the application took the cancelling for an error of its own
        raise TimeoutError
    return Reply(status, headers, bytes(body)) if status else _FAILED


def _scope(exchange: Exchange, url: SplitResult) -> Message:
    named = {**exchange.headers, "host": url.netloc, "content-length": str(len(exchange.body))}
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": exchange.method,
        "scheme": url.scheme,
        "path": unquote(url.path) or "/",
        "raw_path": (url.path or "/").encode("ascii", "ignore"),
        "query_string": url.query.encode("ascii", "ignore"),
        "root_path": "",
        "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in named.items()],
        "client": ("127.0.0.1", 50000),
        "server": (url.hostname or "localhost", url.port or 80),
    }


@final
class _Lifespan:
    """The start and end of an ASGI application; one that knows no lifespan has none."""

    def __init__(self, application: AsgiApplication) -> None:
        self._application = application
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._task = asyncio.ensure_future(self._run())
        await self._inbox.put({"type": "lifespan.startup"})
        await self._outbox.get()

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        try:
            await self._application(scope, self._inbox.get, self._outbox.put)
        except (Exception, SystemExit):  # noqa: BLE001 - how an application says that it knows no lifespan
            return
        finally:
            # one that returns without a word must not hold the start
            self._outbox.put_nowait({"type": "lifespan.over"})

    async def stop(self) -> None:
        if self._task is not None and not self._task.done():
            await self._inbox.put({"type": "lifespan.shutdown"})
            await asyncio.wait([self._task], timeout=5)
            self._task.cancel()

    async def abandon(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=5)


@final
class WsgiTransport:
    """Calls a WSGI application."""

    def __init__(self, application: WsgiApplication) -> None:
        self._application = application

    def send(self, exchange: Exchange) -> Reply:
        """Call the application once."""
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None
        ) -> Callable[[bytes], None]:
            started.append((status, headers))
            return written.append

        written: list[bytes] = []
        try:
            chunks = self._application(_environ(exchange), start_response)
            try:
                body = b"".join([*written, *chunks])
            finally:
                close = getattr(chunks, "close", None)
                if close is not None:
                    close()
            status, headers = started[-1]
            return Reply(int(status.split(" ", 1)[0]), tuple(headers), body)
        except _RAISED:
            return _FAILED


def _environ(exchange: Exchange) -> dict[str, Any]:
    url = urlsplit(exchange.url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": exchange.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path) or "/",
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname or "localhost",
        "SERVER_PORT": str(url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(exchange.body)),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(exchange.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in exchange.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ
