"""One server as an ASGI application: the Web Connector service, the JSON API, the pages.

Handlers run one after the other on the event loop: a call is booked before the next one is read,
and calls are short. Two processes on one PostgreSQL database are kept apart by row locks instead.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from qbharness.servers import api, pages
from qbharness.servers.bodies import read_body
from qbharness.servers.problems import BadInput, NotFound, TooLarge
from qbharness.servers.qwc import write_qwc
from qbharness.servers.settings import Settings
from qbharness.servers.soap import read_call, write_fault, write_reply
from qbharness.servers.state import State, state_of

_XML: Final = "text/xml; charset=utf-8"
_OUR_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})
"""Names under which a loopback server can be meant; the last one is that of in-process tests."""


def build(settings: Settings) -> Starlette:
    """The application; its parts are at ``app.state.server`` (a :class:`State`)."""
    state = State(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        state.store.close()

    app = Starlette(
        routes=[
            Route("/qbwc", _soap, methods=["POST"]),
            Route("/qbwc", _probe, methods=["GET"]),
            *api.routes(),
            Route("/support", _support, methods=["GET"]),
            Route("/{company}.qwc", _qwc, methods=["GET"]),
            *pages.routes(),
        ],
        exception_handlers={BadInput: _bad_input, Exception: _our_fault},
        lifespan=lifespan,
    )
    app.add_middleware(_OnlyLocal)
    app.state.server = state
    return app


async def _soap(request: Request) -> Response:
    """One call of the Web Connector. What is wrong with it is said in a SOAP fault."""
    state = state_of(request)
    try:
        call = read_call(await read_body(request))
    except TooLarge as problem:
        return Response(write_fault(problem.sentence), status_code=413, media_type=_XML)
    except BadInput as problem:
        return Response(write_fault(problem.sentence), status_code=500, media_type=_XML)
    result = state.service.call(call)
    return Response(write_reply(call.operation, result), media_type=_XML)


async def _probe(request: Request) -> Response:
    """The Web Connector asks once by GET, for the certificate; ``?wsdl`` gives the description."""
    if "wsdl" in request.query_params:
        from qbharness.servers.wsdl import write_wsdl  # noqa: PLC0415 - rarely asked for

        return Response(write_wsdl(str(request.url.replace(query=""))), media_type=_XML)
    return PlainTextResponse("This is the Web Connector service of a bundled qbharness server.\n")


async def _support(_request: Request) -> Response:
    """Where the Web Connector's *Support* link leads; it looks here too when it adds the application."""
    return PlainTextResponse(
        "This is a bundled qbharness server.\n\n"
        "/                  the Work Blocks, and what became of each\n"
        "/api/openapi.json  the JSON API\n"
    )


async def _qwc(request: Request) -> Response:
    state = state_of(request)
    company = state.ledger.company(request.path_params["company"])
    users = state.ledger.users(company.id)
    if not users:
        raise NotFound("The company has no user who could run updates.", name="company")
    user = request.query_params.get("user", users[0])
    if user not in users:
        raise NotFound(f"The company has no user {user!r}.", name="user")
    base = str(request.base_url).rstrip("/")
    return Response(
        write_qwc(company.name, company.file_id, user, base),
        media_type="application/xml",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(company.name)}.qwc"},
    )


async def _bad_input(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, BadInput)  # noqa: S101 - the table above says so
    if "text/html" in request.headers.get("accept", "") and problem.name != "company":
        return pages.show_problem(request, problem)
    answer = {"error": problem.sentence, "field": problem.name or None}
    return JSONResponse(answer, status_code=problem.status)


async def _our_fault(request: Request, _problem: Exception) -> Response:
    """Nothing of the error leaves the server; uvicorn writes it into the log."""
    if request.url.path == "/qbwc":
        fault = write_fault("The server failed; its log says why.", ours=True)
        return Response(fault, status_code=500, media_type=_XML)
    return JSONResponse({"error": "The server failed; its log says why."}, status_code=500)


class _OnlyLocal:
    """Refuses a request that a foreign web page made in the browser of somebody on this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host = headers.get(b"host", b"localhost").decode("latin-1")
            origin = headers.get(b"origin", b"").decode("latin-1")
            if not _is_ours(host) or (origin and urlsplit(origin).netloc != host):
                answer = JSONResponse({"error": "This server answers its own pages only."}, 403)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _is_ours(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _OUR_NAMES
    except ValueError:
        return False
