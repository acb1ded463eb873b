"""The JSON API, described in OpenAPI 3.1."""

from __future__ import annotations

from typing import Any, Final

_HOURS: Final = "^[0-9]{1,3}:[0-5][0-9]$"

_FIELDS: Final[dict[str, Any]] = {
    "employee": {"type": "string", "minLength": 1, "maxLength": 209},
    "customer": {"type": "string", "minLength": 1, "maxLength": 209},
    "date": {"type": "string", "format": "date"},
    "hours": {"type": "string", "pattern": _HOURS},
    "service_item": {"type": ["string", "null"], "maxLength": 209},
    "class": {"type": ["string", "null"], "maxLength": 209},
    "payroll_item": {"type": ["string", "null"], "maxLength": 209},
    "notes": {"type": ["string", "null"], "maxLength": 4095},
    "billable": {"type": ["boolean", "null"]},
}
_REQUIRED: Final = ["employee", "customer", "date", "hours"]

_SCHEMAS: Final[dict[str, Any]] = {
    "Problem": {
        "type": "object",
        "required": ["error", "field"],
        "properties": {"error": {"type": "string"}, "field": {"type": ["string", "null"]}},
    },
    "NewBlock": {
        "type": "object",
        "required": _REQUIRED,
        "properties": _FIELDS,
        "additionalProperties": False,
    },
    "Edit": {"type": "object", "properties": _FIELDS, "additionalProperties": False},
    "Block": {
        "type": "object",
        "required": ["id", "version", "state", "txn_id", "sent_version", *_REQUIRED],
        "properties": {
            "id": {"type": "integer"},
            "version": {"type": "integer", "minimum": 1},
            "state": {"enum": ["not sent", "in doubt", "sent", "refused"]},
            "sent_version": {"type": ["integer", "null"]},
            "edited_since": {"type": "boolean"},
            "txn_id": {"type": ["string", "null"]},
            "sent_at": {"type": ["string", "null"]},
            "words": {"type": "string", "description": "QuickBooks' words about a refusal."},
            "missing": {"enum": ["", "forgotten", "deleted"]},
            "needs_a_person": {"type": "boolean"},
            **_FIELDS,
        },
    },
    "Period": {
        "type": "object",
        "properties": {
            "from": {"type": ["string", "null"], "format": "date"},
            "to": {"type": ["string", "null"], "format": "date"},
        },
        "additionalProperties": False,
    },
}

_ID: Final = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
_COMPANY: Final = {"name": "company", "in": "query", "schema": {"type": "string"}}
_DAY: Final = {"type": "string", "format": "date"}
_TEXT: Final = {"type": "string"}
_FILTERS: Final[dict[tuple[str, str], list[dict[str, Any]]]] = {
    ("get", "/api/blocks"): [
        {"name": name, "in": "query", "schema": schema}
        for name, schema in (("from", _DAY), ("to", _DAY), ("employee", _TEXT), ("customer", _TEXT))
    ]
}
"""Method and path to the query that narrows the answer."""
_BAD: Final = ("400", "404", "409", "413", "415")


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _many(name: str) -> dict[str, Any]:
    return {"type": "array", "items": _ref(name)}


_ANY: Final[dict[str, Any]] = {"type": "object"}
_NOTHING: Final[dict[str, Any]] = {}

_Row = tuple[str, str, str, str, dict[str, Any] | None, dict[str, Any]]

_OPERATIONS: Final[tuple[_Row, ...]] = (
    # path, method, summary, success status, body schema, answer schema
    ("/api/health", "get", "Is the server up, and with which policy?", "200", None, _ANY),
    ("/api/blocks", "post", "Add a Work Block.", "201", _ref("NewBlock"), _ref("Block")),
    ("/api/blocks", "get", "The Work Block report.", "200", None, _many("Block")),
    ("/api/blocks/{id}", "get", "One Work Block.", "200", None, _ref("Block")),
    ("/api/blocks/{id}", "patch", "Make a new version.", "200", _ref("Edit"), _ref("Block")),
    ("/api/blocks/{id}", "delete", "Take it off the list.", "204", None, _NOTHING),
    ("/api/blocks/{id}/versions", "get", "Every version.", "200", None, {"type": "array"}),
    ("/api/blocks/{id}/sent", "post", "A person saw it in QuickBooks.", "200", None, _ref("Block")),
    ("/api/blocks/{id}/not-sent", "post", "Send it (again).", "200", None, _ref("Block")),
    ("/api/period", "get", "The selected period.", "200", None, _ref("Period")),
    ("/api/period", "put", "Select a period; null: open.", "200", _ref("Period"), _ref("Period")),
    ("/api/updates", "get", "The last updates.", "200", None, {"type": "array"}),
    ("/api/reconcile", "post", "Let the next update compare.", "202", None, _ANY),
)
_FOR_TESTS: Final[tuple[_Row, ...]] = (
    ("/api/reset", "post", "Forget everything.", "200", None, _ANY),
    (
        "/api/clock",
        "put",
        "Stop the clock at a moment; null: let it run.",
        "200",
        {
            "type": "object",
            "properties": {"now": {"type": ["string", "null"], "format": "date-time"}},
            "additionalProperties": False,
        },
        _ANY,
    ),
    (
        "/api/failpoint",
        "put",
        "Die at a named place; empty: nowhere.",
        "200",
        {
            "type": "object",
            "properties": {
                "name": {"type": ["string", "null"]},
                "skip": {"type": ["integer", "null"], "minimum": 0},
            },
            "additionalProperties": False,
        },
        _ANY,
    ),
    (
        "/api/users",
        "post",
        "Add a user, and the company if it is new.",
        "201",
        {
            "type": "object",
            "required": ["company", "user", "password"],
            "properties": {n: {"type": "string"} for n in ("company", "user", "password")},
            "additionalProperties": False,
        },
        _ANY,
    ),
)


def document(*, disposable: bool) -> dict[str, Any]:
    """The description; the test API is in it only where it is open."""
    paths: dict[str, dict[str, Any]] = {}
    for row in _OPERATIONS + (_FOR_TESTS if disposable else ()):
        path, method, *_ = row
        paths.setdefault(path, {})[method] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {"title": "A bundled qbharness sync server", "version": "1"},
        "paths": paths,
        "components": {"schemas": _SCHEMAS},
    }


def _operation(row: _Row) -> dict[str, Any]:
    path, method, summary, status, body, answer = row
    good: dict[str, Any] = {"description": "Done."}
    if answer:
        good["content"] = {"application/json": {"schema": answer}}
    problem = {"application/json": {"schema": _ref("Problem")}}
    operation: dict[str, Any] = {
        "summary": summary,
        "parameters": [*([_ID] if "{id}" in path else ()), _COMPANY, *_FILTERS.get((method, path), ())],
        "responses": {
            status: good,
            **{code: {"description": "Nothing was changed.", "content": problem} for code in _BAD},
        },
    }
    if body is not None:
        operation["requestBody"] = _body(body)
    return operation
