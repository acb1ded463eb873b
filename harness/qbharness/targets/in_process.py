"""A server that runs inside our own process: an ASGI or WSGI application, called without a socket."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from email.message import Message
from typing import TYPE_CHECKING, Any, Final, final

from qbharness.targets.actions import Rim, load
from qbharness.targets.caller import HttpAnswer
from qbharness.targets.model import App
from qbharness.targets.names import Names
from qbharness.targets.problems import OutcomeUnknown
from qbharness.targets.template import fill
from qbsim.errors import SetUpProblem, UsageProblem

if TYPE_CHECKING:
    from qbsim.connector.inprocess import AsgiTransport, WsgiTransport
    from qbsim.connector.wire import Exchange, Reply

_ASGI: Final = "asgi"
_WSGI: Final = "wsgi"
_ABILITIES: Final = {
    (False, False): ("start",),
    (True, False): ("start", "stop", "fresh start"),
    (True, True): ("start", "stop", "fresh start", "kill", "restart"),
}
"""By whether a factory makes it, and whether what it knows outlives it. A failpoint needs a process."""


@final
class InProcess:
    """The application, and the transport that calls it for the connector and for operations alike.

    It is killed by being dropped without a word, and made anew, if the target file says that what it knows
    is *durable*; else what it keeps in memory would be gone.
    """

    def __init__(self, app: App, names: Names, rim: Rim) -> None:
        self.abilities = frozenset(_ABILITIES[app.factory, app.durable])
        self._app = app
        self._names = names
        self._transport: AsgiTransport | WsgiTransport | None = None
        rim.send = self._send

    def start(self, arguments: tuple[str, ...] = ()) -> None:
        """Make the application; ``arguments`` are for processes only."""
        del arguments
        self._transport = _transport(self._application(), self._app.kind)

    def stop(self, *, kill: bool = False) -> None:
        """Tell the application that it is over, or (``kill``) drop it in the middle of its life."""
        transport, self._transport = self._transport, None
        abrupt = kill and self._app.durable
        close = getattr(transport, "abandon" if abrupt else "close", None)
        if close is not None:
            close()

    def running(self) -> bool:
        return self._transport is not None

    def output(self) -> str:
        return ""

    def send(self, exchange: Exchange) -> Reply:
        """Carry one exchange of the connector."""
        if self._transport is None:
            from qbsim.connector.wire import TransportError  # noqa: PLC0415 - only in process

            raise TransportError("refused", "the application is not started")
        return self._transport.send(exchange)

    def close(self) -> None:
        """The connector is done; the application goes on until :meth:`stop`."""

    def _application(self) -> Any:
        found = load(self._app.path)
        if not callable(found):
            raise UsageProblem(f"{self._app.path} is not an application.")
        if not self._app.factory:
            return found
        arguments = {name: fill(tree, self._names()) for name, tree in self._app.arguments.items()}
        try:
            return found(**arguments)
        except Exception as wrong:
            raise SetUpProblem(
                f"{self._app.path} did not make an application: {type(wrong).__name__}: {wrong}.",
                cure="Look at app in the target file.",
            ) from wrong

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, within: float
    ) -> HttpAnswer:
        from qbsim.connector.wire import Exchange, TransportError  # noqa: PLC0415 - only in process

        try:
            reply = self.send(
                Exchange(url, "", headers=headers, body=body or b"", method=method, timeout=within)
            )
        except TransportError as lost:
            if lost.kind == "refused":
                raise SetUpProblem(f"{method} {url}: {lost.detail}.") from None
            raise OutcomeUnknown(f"{method} {url}: no answer within {within:g} s.") from None
        return HttpAnswer(reply.status, {name.lower(): value for name, value in reply.headers}, _text(reply))


def _text(reply: Reply) -> str:
    kind = Message()
    kind["Content-Type"] = reply.header("content-type") or "text/plain"
    try:
        return reply.body.decode(kind.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        return reply.body.decode("utf-8", errors="replace")


def _transport(application: Any, kind: str) -> AsgiTransport | WsgiTransport:
    from qbsim.connector.inprocess import AsgiTransport, WsgiTransport  # noqa: PLC0415 - only in process

    if (kind or kind_of(application)) == _ASGI:
        return AsgiTransport(application)
    return WsgiTransport(application)


def kind_of(application: Any) -> str:
    """``asgi`` for what must be awaited, else ``wsgi``."""
    call = getattr(application, "__call__", application)  # noqa: B004 - its own method, to look at
    awaited = inspect.iscoroutinefunction(application) or inspect.iscoroutinefunction(call)
    return _ASGI if awaited else _WSGI
