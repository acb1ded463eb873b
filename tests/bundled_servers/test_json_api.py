"""The owner's JSON API: what it takes, what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bundled_servers_support import QuickBooks, Server, block, update


@pytest.fixture
def server() -> Server:
    return Server()


def test_a_block_comes_back_as_it_was_given(server: Server) -> None:
    given = block(service_item="Framing", payroll_item="Hourly", notes="x", billable=True, **{"class": "N"})
    made = server.api("POST", "/api/blocks", given)
    assert {name: made[name] for name in given} == given
    assert (made["id"], made["version"], made["state"], made["txn_id"]) == (1, 1, "not sent", None)
    assert server.api("GET", "/api/blocks/1") == made


def test_a_created_block_is_answered_with_201_and_a_deleted_one_with_204(server: Server) -> None:
    assert server.request("POST", "/api/blocks", block()).status == 201
    assert server.request("DELETE", "/api/blocks/1").status == 204
    assert server.request("GET", "/api/blocks/1").status == 404
    assert server.blocks() == []


def test_the_number_of_a_deleted_block_is_never_used_again(server: Server) -> None:
    server.add()
    server.api("DELETE", "/api/blocks/1")
    assert server.add() == 2


def test_an_edit_changes_what_it_names_and_makes_a_version(server: Server) -> None:
    server.add(notes="first", service_item="Framing")
    edited = server.api("PATCH", "/api/blocks/1", {"notes": "second", "service_item": None})
    assert (edited["version"], edited["notes"], edited["service_item"]) == (2, "second", "")
    assert edited["employee"] == "Jane Doe"
    versions = server.api("GET", "/api/blocks/1/versions")
    assert [(v["version"], v["notes"]) for v in versions] == [(1, "first"), (2, "second")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"hours": "7.5"}, "hours"),
        ({"hours": "7:60"}, "hours"),
        ({"hours": "0:00"}, "hours"),
        ({"hours": "-1:00"}, "hours"),
        ({"hours": 8}, "hours"),
        ({"hours": "\u0661:00"}, "hours"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "02.11.2026"}, "date"),
        ({"date": "20261102"}, "date"),
        ({"employee": ""}, "employee"),
        ({"employee": "  "}, "employee"),
        ({"employee": None}, "employee"),
        ({"employee": "a\nb"}, "employee"),
        ({"employee": "x" * 210}, "employee"),
        ({"customer": ["Acme"]}, "customer"),
        ({"notes": "\x00"}, "notes"),
        ({"notes": "\ud800"}, "notes"),
        ({"notes": "x" * 4096}, "notes"),
        ({"billable": "yes"}, "billable"),
        ({"minutes": 5}, "minutes"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_changed(
    server: Server, change: dict[str, Any], field: str
) -> None:
    server.add()
    before = server.blocks()
    for method, path, data in (
        ("POST", "/api/blocks", {**block(), **change}),
        ("PATCH", "/api/blocks/1", change),
    ):
        reply = server.request(method, path, data)
        answer = json.loads(reply.body)
        assert (reply.status, answer["field"]) == (400, field)
        assert answer["error"].endswith(".")
    assert server.blocks() == before


@pytest.mark.parametrize("missing", ["employee", "customer", "date", "hours"])
def test_a_block_needs_its_four_fields(server: Server, missing: str) -> None:
    given = block()
    del given[missing]
    assert json.loads(server.request("POST", "/api/blocks", given).body)["field"] == missing


def test_a_body_that_is_no_json_object_is_refused(server: Server) -> None:
    from qbharness.servers.direct import call

    kind = {"content-type": "application/json"}
    for body in (b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'"x"'):
        assert call(server.app, "POST", "/api/blocks", headers=kind, body=body).status == 400
    plain = {"content-type": "text/plain"}
    assert call(server.app, "POST", "/api/blocks", headers=plain, body=b"{}").status == 415
    large = b" " * (10 * 1024 * 1024 + 1)
    assert call(server.app, "POST", "/api/blocks", headers=kind, body=large).status == 413


def test_the_report_is_filtered_by_period_employee_and_customer(server: Server) -> None:
    server.add(date="2026-11-01", employee="Jane Doe", customer="Acme:Roof")
    server.add(date="2026-11-02", employee="John", customer="Acme:Porch")
    server.add(date="2026-11-03", employee="Jane Roe", customer="100%_Sure")

    def found(query: str) -> list[int]:
        return [row["id"] for row in server.api("GET", f"/api/blocks?{query}")]

    assert found("from=2026-11-02&to=2026-11-02") == [2]
    assert found("employee=jane") == [1, 3]
    assert found("customer=acme") == [1, 2]
    assert found("customer=%25_") == [3]
    assert found("employee=jane&to=2026-11-01") == [1]
    assert found("from=&to=&employee=") == [1, 2, 3]


@pytest.mark.parametrize(
    ("query", "field"), [("from=soon", "from"), ("to=2026-02-30", "to"), ("employee=%00", "employee")]
)
def test_a_filter_that_cannot_be_meant_is_named_and_not_taken_for_no_hit(
    server: Server, query: str, field: str
) -> None:
    reply = server.request("GET", f"/api/blocks?{query}")
    assert (reply.status, json.loads(reply.body)["field"]) == (400, field)


def test_a_company_whose_name_no_database_takes_does_not_exist(server: Server) -> None:
    assert server.request("GET", "/api/blocks?company=%00").status == 404


def test_a_period_is_selected_and_opened_again(server: Server) -> None:
    period = {"from": "2026-11-01", "to": "2026-11-30"}
    assert server.api("PUT", "/api/period", period) == period
    assert server.api("GET", "/api/period") == period
    backwards = {"from": "2026-11-30", "to": "2026-11-01"}
    assert server.request("PUT", "/api/period", backwards).status == 400
    assert server.api("GET", "/api/period") == period
    assert server.api("PUT", "/api/period", {"from": None, "to": None}) == {"from": None, "to": None}


def test_a_reset_leaves_nothing_but_the_accounts(server: Server) -> None:
    server.add()
    update(server, QuickBooks())
    server.api("PUT", "/api/clock", {"now": "2030-01-01T00:00:00Z"})
    server.api("PUT", "/api/failpoint", {"name": "after_handout_commit"})
    qwc = server.request("GET", "/Acme%20Time.qwc").body
    server.api("POST", "/api/reset")
    assert (server.blocks(), server.api("GET", "/api/updates")) == ([], [])
    assert server.add() == 1
    assert server.request("GET", "/Acme%20Time.qwc").body == qwc
    update(server, QuickBooks())
    assert server.states() == ["sent"]
    assert not server.blocks()[0]["sent_at"].startswith("2030")


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("POST", "/api/reset", None),
        ("PUT", "/api/clock", {"now": None}),
        ("PUT", "/api/failpoint", {"name": ""}),
        ("POST", "/api/users", {"company": "a", "user": "b", "password": "c"}),
    ],
)
def test_the_test_api_is_closed_unless_the_data_is_disposable(
    method: str, path: str, data: dict[str, Any] | None
) -> None:
    server = Server({"allow_reset": False})
    server.add()
    reply = server.request(method, path, data)
    assert (reply.status, b"--allow-reset" in reply.body) == (404, True)
    assert len(server.blocks()) == 1


def test_an_account_whose_name_cannot_be_typed_is_refused(server: Server) -> None:
    for name in ("", "\ud800", "a\nb", "a\x00"):
        account = {"company": "Acme Time", "user": name, "password": "c"}
        assert server.request("POST", "/api/users", account).status == 400


def test_updates_run_at_the_beginning_of_time_too(server: Server) -> None:
    server.api("PUT", "/api/clock", {"now": "0001-01-01T00:00:00Z"})
    server.add()
    update(server, QuickBooks())
    assert server.states() == ["sent"]


def test_the_clock_stands_where_it_was_set(server: Server) -> None:
    assert server.api("PUT", "/api/clock", {"now": "2026-11-02T09:00:00-05:00"}) == {
        "now": "2026-11-02T14:00:00Z"
    }
    for wrong in ("yesterday", 5, "2026-11-02T25:00:00Z"):
        assert server.request("PUT", "/api/clock", {"now": wrong}).status == 400


def test_a_failpoint_that_does_not_exist_is_refused(server: Server) -> None:
    reply = server.request("PUT", "/api/failpoint", {"name": "somewhere"})
    assert (reply.status, b"after_handout_commit" in reply.body) == (400, True)


@pytest.mark.parametrize("number", ["0", "99", "2147483648", "99999999999999999999"])
def test_a_block_that_does_not_exist_is_404(server: Server, number: str) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/sent"), ("POST", "/not-sent")):
        assert server.request(method, f"/api/blocks/{number}{path}").status == 404


def test_a_request_of_a_foreign_page_is_refused(server: Server) -> None:
    assert server.request("POST", "/api/reset", origin="https://evil.example").status == 403
    assert server.request("GET", "/api/blocks", host="evil.example").status == 403
    assert server.request("POST", "/api/reset", origin="http://localhost").status == 200


def test_every_operation_is_described_in_openapi(server: Server) -> None:
    described = {
        (method, path)
        for path, methods in server.api("GET", "/api/openapi.json")["paths"].items()
        for method in methods
    }
    served = {
        (method.lower(), route.path.replace(":int", ""))
        for route in server.app.routes
        if route.path.startswith("/api/")
        for method in route.methods - {"HEAD"}
    }
    assert described == served - {("get", "/api/openapi.json")}
    report = server.api("GET", "/api/openapi.json")["paths"]["/api/blocks"]["get"]
    assert [each["name"] for each in report["parameters"]] == [
        "company",
        "from",
        "to",
        "employee",
        "customer",
    ]
    closed = Server({"allow_reset": False}).api("GET", "/api/openapi.json")["paths"]
    assert "/api/reset" not in closed


def test_health_names_the_policy_and_its_proof(server: Server) -> None:
    assert server.api("GET", "/api/health") == {"ok": True, "policy": "exact", "proof": "message_set"}
