"""Calling a server in the same process: no network, no event loop, no thread.

The handlers of the bundled servers never wait for anything, so their coroutines run to the end in one
go. A run of thousands of generated scenarios would spend most of its time in an event loop otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, final
from urllib.parse import unquote, urlsplit

from attrs import frozen
from starlette.types import ASGIApp, Message, Scope

_HOST: Final = "localhost"


@final
@frozen
class DirectReply:
    """Status, headers (names in lower case) and body of one answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def call(
    app: ASGIApp,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> DirectReply:
    """Make one HTTP request on ``app``; ``target`` is a path with an optional query, or a URL.

    Raises whatever the application lets out, and RuntimeError when it waits for something.
    """
    url = urlsplit(target)
    given = {"host": url.netloc or _HOST, "content-length": str(len(body)), **(headers or {})}
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": url.scheme or "http",
        "path": unquote(url.path),
        "raw_path": url.path.encode(),
        "query_string": url.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 0),
        "server": (url.hostname or _HOST, url.port or 80),
    }
    received = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Message] = []

    async def receive() -> Message:
        return received.pop() if received else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    _run(app(scope, receive, send))
    start = next(message for message in sent if message["type"] == "http.response.start")
    return DirectReply(
        status=start["status"],
        headers={name.decode().lower(): value.decode() for name, value in start["headers"]},
        body=b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body"),
    )


def _run(coroutine: Any) -> None:
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("the application waited for something; it needs an event loop")
