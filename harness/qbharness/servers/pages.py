"""The web page for people: the Work Block report and what can be done with it, without JavaScript.

Every form carries a token that only pages of this server process hold, so that a foreign page cannot
post one. The page loads nothing but its own style sheet.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from qbharness.servers.bodies import read_body
from qbharness.servers.csv_import import read_csv
from qbharness.servers.forms import read_form
from qbharness.servers.problems import BadInput, NotFound
from qbharness.servers.state import State, state_of
from qbharness.servers.work_blocks import read_date

if TYPE_CHECKING:
    from jinja2 import Environment

_SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_FILTERS: Final = ("since", "until", "employee", "customer")
_TEXTS: Final = ("employee", "customer", "date", "hours", "service_item", "class", "payroll_item", "notes")


@functools.cache
def _templates() -> Environment:
    """Made at the first page: a server that only syncs does not need Jinja2."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=PackageLoader("qbharness.servers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(request: Request, name: str, status: int = 200, **values: Any) -> Response:
    state = state_of(request)
    text = (
        _templates()
        .get_template(name)
        .render(
            token=_token(state), company=_company(request).name, companies=state.ledger.companies(), **values
        )
    )
    return HTMLResponse(text, status_code=status, headers=_SECURITY)


def _company(request: Request) -> Any:
    return state_of(request).ledger.company(request.query_params.get("company", ""))


def _token(state: State) -> str:
    return hmac.new(state.form_secret, b"form", hashlib.sha256).hexdigest()


async def _form(request: Request) -> dict[str, str]:
    """The fields of a posted form; raises BadInput when it is not from one of our own pages."""
    fields = read_form(request.headers.get("content-type", ""), await read_body(request))
    if not hmac.compare_digest(fields.pop("token", "").encode(), _token(state_of(request)).encode()):
        raise Forbidden("The form is not from a page of this server; load the page again.")
    return fields


class Forbidden(BadInput):
    """A form without the right token."""

    status = 403


def _back(request: Request) -> Response:
    """After a form: the report of the same company, by GET, so that a reload posts nothing."""
    query = urlencode({n: v for n, v in request.query_params.items() if n in ("company", *_FILTERS)})
    return RedirectResponse(f"/?{query}" if query else "/", status_code=303, headers=_SECURITY)


async def _report(request: Request) -> Response:
    return _show_report(request)


def _show_report(request: Request, status: int = 200, problem: str = "", **typed: Any) -> Response:
    state, company = state_of(request), _company(request)
    filters = {name: request.query_params.get(name, "") for name in _FILTERS}
    for name in ("since", "until"):
        if filters[name]:
            read_date(filters[name], name)
    return _page(
        request,
        "report.html",
        status,
        problem=problem,
        typed=typed,
        filters=filters,
        blocks=state.ledger.blocks(company.id, **filters),
        updates=state.ledger.updates(company.id, 5),
        period={"from": company.period_from or "", "to": company.period_to or ""},
        reconcile=bool(company.reconcile),
        users=state.ledger.users(company.id),
        compares=state.policy.compares,
    )


async def _add(request: Request) -> Response:
    given = await _form(request)
    state, company = state_of(request), _company(request)
    try:
        state.ledger.add_block(company.id, _values(given))
    except BadInput as problem:
        return _show_report(request, problem.status, problem.sentence, **given)
    return _back(request)


async def _edit_page(request: Request) -> Response:
    state, company = state_of(request), _company(request)
    block = state.ledger.block(company.id, request.path_params["id"])
    versions = state.ledger.versions(company.id, block["id"])
    return _page(request, "edit.html", problem="", block=block, versions=versions)


async def _edit(request: Request) -> Response:
    given = await _form(request)
    state, company = state_of(request), _company(request)
    number = request.path_params["id"]
    try:
        state.ledger.edit_block(company.id, number, _values(given))
    except NotFound:
        raise
    except BadInput as problem:
        block = {**state.ledger.block(company.id, number), **_values(given)}
        versions = state.ledger.versions(company.id, number)
        values = {"problem": problem.sentence, "block": block, "versions": versions}
        return _page(request, "edit.html", problem.status, **values)
    return _back(request)


def _values(given: Mapping[str, str]) -> dict[str, Any]:
    """A form's fields as the JSON API has them: an unticked box is not in a form at all."""
    values: dict[str, Any] = {name: given[name] for name in _TEXTS if name in given}
    return {**values, "billable": "billable" in given}


async def _mark(request: Request) -> Response:
    """``sent``, ``not-sent`` or ``delete``: the last part of the path."""
    await _form(request)
    ledger = state_of(request).ledger
    acts = {"sent": ledger.mark_sent, "not-sent": ledger.mark_not_sent, "delete": ledger.delete_block}
    acts[request.url.path.rpartition("/")[2]](_company(request).id, request.path_params["id"])
    return _back(request)


async def _period(request: Request) -> Response:
    given = await _form(request)
    ledger = state_of(request).ledger
    try:
        ledger.set_period(_company(request).id, given.get("from") or None, given.get("to") or None)
    except BadInput as problem:
        return _show_report(request, problem.status, problem.sentence)
    return _back(request)


async def _reconcile(request: Request) -> Response:
    await _form(request)
    state_of(request).want_reconcile(_company(request).id)
    return _back(request)


async def _import(request: Request) -> Response:
    given = await _form(request)
    try:
        state_of(request).ledger.add_blocks(_company(request).id, read_csv(given.get("csv", "")))
    except BadInput as problem:
        return _show_report(request, problem.status, problem.sentence, csv=given.get("csv", ""))
    return _back(request)


def show_problem(request: Request, problem: BadInput) -> Response:
    """What went wrong, for a person whose browser asked."""
    return _page(request, "base.html", problem.status, problem=problem.sentence)


async def _style(_request: Request) -> Response:
    text = _templates().get_template("style.css").render()
    return PlainTextResponse(text, media_type="text/css", headers=_SECURITY)


def routes() -> list[Route]:
    """The pages; forms post to paths of their own."""
    return [
        Route("/", _report, methods=["GET"]),
        Route("/style.css", _style, methods=["GET"]),
        Route("/blocks", _add, methods=["POST"]),
        Route("/blocks/{id:int}", _edit_page, methods=["GET"]),
        Route("/blocks/{id:int}", _edit, methods=["POST"]),
        *(
            Route(f"/blocks/{{id:int}}/{act}", _mark, methods=["POST"])
            for act in ("sent", "not-sent", "delete")
        ),
        Route("/period", _period, methods=["POST"]),
        Route("/reconcile", _reconcile, methods=["POST"]),
        Route("/import", _import, methods=["POST"]),
    ]
