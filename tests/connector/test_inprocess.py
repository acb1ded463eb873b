"""Applications called without a socket."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from connector_servers import asgi, carried, wsgi
from connector_support import application, server, update

from qbsim.connector.inprocess import AsgiTransport, WsgiTransport
from qbsim.connector.wire import Exchange, TransportError

POST = Exchange("http://localhost:8000/a%20b?c=d", "serverVersion", {"X-Test": "1"}, b"<a/>", timeout=2)


@pytest.mark.parametrize("kind", ["asgi", "wsgi", "tcp"])
def test_the_same_session_over_every_transport(kind: str) -> None:
    sync = server()
    with carried(sync, kind) as (transport, url):
        assert update(transport, app=application(url=url)).run().outcome == "completed"
    assert sync.operations[-1] == "closeConnection"
    assert sync.seen[2].headers["soapaction"] == '"http://developer.intuit.com/authenticate"'


def test_an_asgi_application_sees_a_whole_request() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope, message=await receive())
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    async def without_lifespan(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await app(scope, receive, send)

    with AsgiTransport(without_lifespan) as transport:
        assert transport.send(POST).status == 204
    assert (seen["path"], seen["query_string"], seen["method"]) == ("/a b", b"c=d", "POST")
    assert seen["message"]["body"] == b"<a/>"
    assert (b"x-test", b"1") in seen["headers"]
    assert (b"content-length", b"4") in seen["headers"]


def test_the_lifespan_of_an_asgi_application_is_lived() -> None:
    lived: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "lifespan"
        for word in ("startup", "shutdown"):
            lived.append((await receive())["type"])
            await send({"type": f"lifespan.{word}.complete"})

    with AsgiTransport(app):
        assert lived == ["lifespan.startup"]
    assert lived == ["lifespan.startup", "lifespan.shutdown"]


def test_an_application_that_raises_is_a_server_error() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("our database is gone")

    with AsgiTransport(broken) as transport:
        assert transport.send(POST).status == 500

    def broken_wsgi(environ: Any, start_response: Any) -> Any:
        raise ValueError("our database is gone")

    assert WsgiTransport(broken_wsgi).send(POST).status == 500


@pytest.mark.parametrize("raised", [SystemExit(0), asyncio.CancelledError()])
def test_an_application_that_ends_itself_does_not_end_us(raised: BaseException) -> None:
    async def ending(scope: Any, receive: Any, send: Any) -> None:
        raise raised

    def ending_wsgi(environ: Any, start_response: Any) -> Any:
        raise raised

    with AsgiTransport(ending) as transport:
        assert transport.send(POST).status == 500
    assert WsgiTransport(ending_wsgi).send(POST).status == 500


@pytest.mark.parametrize("status", ["OK", "", 200])
def test_a_status_that_is_none_is_a_server_error(status: Any) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response(status, [])
        return [b""]

    assert WsgiTransport(app).send(POST).status == 500


def test_an_application_that_swallows_its_cancelling_times_out_all_the_same() -> None:
    async def stubborn(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)

    with AsgiTransport(stubborn) as transport, pytest.raises(TransportError) as lost:
        transport.send(Exchange("http://localhost/", "serverVersion", timeout=0.05))
    assert lost.value.kind == "timeout"


def test_an_application_that_hangs_times_out() -> None:
    async def hanging(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await asyncio.sleep(60)

    with AsgiTransport(hanging) as transport, pytest.raises(TransportError) as lost:
        transport.send(Exchange("http://localhost/", "serverVersion", timeout=0.05))
    assert lost.value.kind == "timeout"


def test_an_application_that_says_nothing_is_a_server_error() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None:
        return

    # a lifespan that ends without a word must not hold the start
    with AsgiTransport(silent) as transport:
        assert transport.send(POST).status == 500
    assert WsgiTransport(lambda _environ, _start: [b"x"]).send(POST).status == 500


def test_a_wsgi_application_may_write_and_must_be_closed() -> None:
    closed: list[bool] = []

    class Chunks(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(environ: Any, start_response: Any) -> Any:
        write = start_response("200 OK", [("Content-Type", "text/xml")])
        write(environ["wsgi.input"].read())
        return Chunks([b"<b/>"])

    assert WsgiTransport(app).send(POST).body == b"<a/><b/>"
    assert closed == [True]


def test_starlette_is_such_an_application() -> None:
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    app = Starlette(routes=[Route("/a b", lambda _: PlainTextResponse("yes"), methods=["POST"])])
    with AsgiTransport(app) as transport:
        assert transport.send(POST).body == b"yes"


def test_both_scripted_forms_answer_alike() -> None:
    with AsgiTransport(asgi(server())) as transport:
        one = transport.send(Exchange("http://localhost/", "x", {"SOAPAction": '"h/serverVersion"'}))
    other = WsgiTransport(wsgi(server())).send(
        Exchange("http://localhost/", "x", {"SOAPAction": '"h/serverVersion"'})
    )
    assert (one.status, one.body) == (other.status, other.body)
