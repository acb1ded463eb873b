"""The JSON API: the owner's Work Blocks, the period, and what only a disposable server offers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qbharness.servers.bodies import read_body
from qbharness.servers.problems import BadInput, NotFound, Unsupported
from qbharness.servers.state import State, state_of
from qbharness.servers.work_blocks import read_date

Handler = Callable[[Request], Awaitable[Response]]

_FILTERS: Final = {"from": "since", "to": "until", "employee": "employee", "customer": "customer"}


async def _health(request: Request) -> Response:
    state = state_of(request)
    return JSONResponse({"ok": True, "policy": state.policy.name, "proof": state.policy.proof})


async def _add_block(request: Request) -> Response:
    state, company = _counter(request)
    return JSONResponse(state.ledger.add_block(company, await _json(request)), status_code=201)


async def _list_blocks(request: Request) -> Response:
    state, company = _counter(request)
    given = {n: v for n, v in request.query_params.items() if n in _FILTERS and v}
    for name in given.keys() & {"from", "to"}:
        read_date(given[name], name)
    filters = {_FILTERS[name]: value for name, value in given.items()}
    return JSONResponse(state.ledger.blocks(company, **filters))


async def _show_block(request: Request) -> Response:
    state, company = _counter(request)
    return JSONResponse(state.ledger.block(company, _id(request)))


async def _versions(request: Request) -> Response:
    state, company = _counter(request)
    return JSONResponse(state.ledger.versions(company, _id(request)))


async def _edit_block(request: Request) -> Response:
    state, company = _counter(request)
    return JSONResponse(state.ledger.edit_block(company, _id(request), await _json(request)))


async def _delete_block(request: Request) -> Response:
    state, company = _counter(request)
    state.ledger.delete_block(company, _id(request))
    return Response(status_code=204)


async def _mark_sent(request: Request) -> Response:
    state, company = _counter(request)
    return JSONResponse(state.ledger.mark_sent(company, _id(request)))


async def _mark_not_sent(request: Request) -> Response:
    state, company = _counter(request)
    return JSONResponse(state.ledger.mark_not_sent(company, _id(request)))


async def _get_period(request: Request) -> Response:
    company = state_of(request).ledger.company(request.query_params.get("company", ""))
    return JSONResponse({"from": company.period_from, "to": company.period_to})


async def _set_period(request: Request) -> Response:
    state, company = _counter(request)
    given = await _json(request, "from", "to")
    return JSONResponse(state.ledger.set_period(company, given.get("from"), given.get("to")))


async def _updates(request: Request) -> Response:
    state, company = _counter(request)
    return JSONResponse(state.ledger.updates(company))


async def _reconcile(request: Request) -> Response:
    state, company = _counter(request)
    state.want_reconcile(company)
    return JSONResponse({"reconcile": "wanted"}, status_code=202)


async def _reset(request: Request) -> Response:
    state = _disposable(request)
    state.reset()
    return JSONResponse({"ok": True})


async def _set_clock(request: Request) -> Response:
    state = _disposable(request)
    now = (await _json(request, "now")).get("now")
    state.clock.set(None if now is None else _moment(now))
    return JSONResponse({"now": state.clock.stamp()})


async def _set_failpoint(request: Request) -> Response:
    state = _disposable(request)
    given = await _json(request, "name", "skip")
    name, skip = given.get("name") or "", given.get("skip") or 0
    if not isinstance(name, str) or not isinstance(skip, int) or skip < 0:
        raise BadInput("A failpoint has a name and a number of passes to skip.", name="name")
    state.failpoints.arm(name, skip)
    return JSONResponse({"name": name, "skip": skip})


async def _add_user(request: Request) -> Response:
    state = _disposable(request)
    given = await _json(request, "company", "user", "password")
    if not all(isinstance(given.get(n), str) and given[n] for n in ("company", "user", "password")):
        raise BadInput("A user has a company, a name and a password.", name="user")
    state.ledger.add_user(given["company"], given["user"], given["password"])
    return JSONResponse({"company": given["company"], "user": given["user"]}, status_code=201)


async def _openapi(request: Request) -> Response:
    from qbharness.servers.openapi import document  # noqa: PLC0415 - rarely asked for

    return JSONResponse(document(disposable=state_of(request).settings.allow_reset))


def _counter(request: Request) -> tuple[State, int]:
    """The server's parts and the number of the company that the request is about."""
    state = state_of(request)
    return state, state.ledger.company(request.query_params.get("company", "")).id


def _disposable(request: Request) -> State:
    state = state_of(request)
    if not state.settings.allow_reset:
        raise NotFound("This server was not started with --allow-reset.")
    return state


def _id(request: Request) -> int:
    return int(request.path_params["id"])


async def _json(request: Request, *names: str) -> dict[str, Any]:
    """The body as an object; with ``names``, no other keys are taken."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Unsupported("The body is JSON; send it with Content-Type: application/json.")
    try:
        given = json.loads(await read_body(request))
    except (ValueError, RecursionError):
        raise BadInput("The body is not JSON.") from None
    if not isinstance(given, dict):
        raise BadInput("The body is a JSON object.")
    unknown = sorted(set(given) - set(names)) if names else []
    if unknown:
        raise BadInput(f"There is no key {unknown[0]!r}; there are: {', '.join(names)}.", name=unknown[0])
    return given


def _moment(text: object) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) else None
        if moment is not None:
            return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        pass
    raise BadInput('A moment looks like "2026-11-02T14:00:00Z".', name="now")


def routes() -> list[Route]:
    """Method, path and handler of every operation."""
    table: tuple[tuple[str, str, Handler], ...] = (
        ("GET", "/api/health", _health),
        ("POST", "/api/blocks", _add_block),
        ("GET", "/api/blocks", _list_blocks),
        ("GET", "/api/blocks/{id:int}", _show_block),
        ("GET", "/api/blocks/{id:int}/versions", _versions),
        ("PATCH", "/api/blocks/{id:int}", _edit_block),
        ("DELETE", "/api/blocks/{id:int}", _delete_block),
        ("POST", "/api/blocks/{id:int}/sent", _mark_sent),
        ("POST", "/api/blocks/{id:int}/not-sent", _mark_not_sent),
        ("GET", "/api/period", _get_period),
        ("PUT", "/api/period", _set_period),
        ("GET", "/api/updates", _updates),
        ("POST", "/api/reconcile", _reconcile),
        ("POST", "/api/reset", _reset),
        ("PUT", "/api/clock", _set_clock),
        ("PUT", "/api/failpoint", _set_failpoint),
        ("POST", "/api/users", _add_user),
        ("GET", "/api/openapi.json", _openapi),
    )
    return [Route(path, handler, methods=[method]) for method, path, handler in table]
