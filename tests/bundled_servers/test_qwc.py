"""The .qwc file that a person adds to the Web Connector."""

from __future__ import annotations

from bundled_servers_support import Server
from lxml import etree

from qbharness.servers.direct import call


def qwc(server: Server, target: str) -> dict[str, str]:
    reply = call(server.app, "GET", target)
    assert reply.status == 200, reply.body
    return {element.tag: element.text or "" for element in etree.fromstring(reply.body)}


def test_it_names_the_service_the_user_and_the_company() -> None:
    server = Server({"company": "Brown & Söhne"})
    found = qwc(server, "http://127.0.0.1:8123/Brown%20%26%20S%C3%B6hne.qwc")
    assert found["AppURL"] == "http://localhost:8123/qbwc", "the Web Connector takes no IP address"
    assert found["AppSupport"].startswith("http://localhost:8123/")
    assert (found["UserName"], found["QBType"]) == ("qbharness", "QBFS")
    assert found["FileID"] == server.state.ledger.company("").file_id
    assert "Brown & Söhne" in found["AppName"]
    assert "password" not in {name.lower() for name in found}


def test_its_support_page_is_one_that_needs_no_login() -> None:
    server = Server()
    reply = call(server.app, "GET", qwc(server, "/Acme%20Time.qwc")["AppSupport"])
    assert (reply.status, b"/api/openapi.json" in reply.body) == (200, True)


def test_each_user_has_one_and_each_company_its_own_file_id() -> None:
    server = Server()
    first = qwc(server, "/Acme%20Time.qwc")
    second = qwc(server, "/Acme%20Time.qwc?user=second")
    server.api("POST", "/api/users", {"company": "Other", "user": "other", "password": "x"})
    other = qwc(server, "/Other.qwc")
    assert second["UserName"] == "second"
    assert first["FileID"] == second["FileID"] != other["FileID"]
    assert first["OwnerID"] == other["OwnerID"]
    assert first["AppName"] == second["AppName"], "QuickBooks keeps its memory by application name"


def test_unknown_companies_and_users_have_none() -> None:
    server = Server()
    assert call(server.app, "GET", "/Nobody.qwc").status == 404
    assert call(server.app, "GET", "/Acme%20Time.qwc?user=nobody").status == 404
