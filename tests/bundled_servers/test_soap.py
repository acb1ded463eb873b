"""The Web Connector service as others see it: WSDL, envelopes, faults."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
import zeep
from bundled_servers_support import PASSWORD, USER, QuickBooks, Server, envelope, result_of, update
from lxml import etree

from qbharness.servers.direct import call


@pytest.fixture
def server() -> Server:
    server = Server()
    server.add()
    return server


def test_the_certificate_probe_gets_a_200(server: Server) -> None:
    assert call(server.app, "GET", "/qbwc").status == 200


class _Direct(zeep.Transport):  # type: ignore[misc]
    """zeep's transport into a server in this process."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.server = server

    def load(self, url: str) -> bytes:
        return call(self.server.app, "GET", url).body

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> Any:
        body = etree.tostring(envelope)
        reply = call(self.server.app, "POST", address, headers=headers, body=body)

        class Answer:
            status_code, content = reply.status, reply.body
            headers = MappingProxyType({"Content-Type": reply.headers["content-type"]})
            encoding = "utf-8"

        return Answer


def test_an_independent_client_made_from_the_wsdl_syncs_a_block(server: Server) -> None:
    client = zeep.Client("http://localhost/qbwc?wsdl", transport=_Direct(server))
    service = client.service
    assert service.serverVersion().startswith("qbharness exact")
    assert service.clientVersion(strVersion="34.0") in ("", None)
    ticket, file = service.authenticate(strUserName=USER, strPassword=PASSWORD)
    assert file in ("", None)
    request = service.sendRequestXML(
        ticket=ticket,
        strHCPResponse=server.hcp(),
        strCompanyFileName="",
        qbXMLCountry="US",
        qbXMLMajorVers=16,
        qbXMLMinorVers=0,
    )
    response = QuickBooks().process(request)
    given = {"ticket": ticket, "response": response, "hresult": "", "message": ""}
    assert service.receiveResponseXML(**given) == 100
    assert service.closeConnection(ticket=ticket) == "OK: 1 Work Block sent"
    assert server.states() == ["sent"]


def test_a_name_in_the_text_is_no_operation(server: Server) -> None:
    """Real servers look for the operation's name in the whole body."""
    server.api("PATCH", "/api/blocks/1", {"customer": "authenticate"})
    quickbooks = QuickBooks(names={"jane doe", "authenticate"})
    update(server, quickbooks)
    assert server.states() == ["sent"]


@pytest.mark.parametrize("prefix", ["s", "SOAP-ENV", "soapenv"])
def test_any_prefix_will_do(server: Server, prefix: str) -> None:
    body = envelope("serverVersion").replace(b"soap:", prefix.encode() + b":")
    body = body.replace(b"xmlns:soap", b"xmlns:" + prefix.encode())
    assert result_of(server.post(body).body).startswith("qbharness")


def test_parameters_that_are_left_out_are_empty(server: Server) -> None:
    body = envelope("authenticate")
    assert result_of(server.post(body).body) == ["", "nvu"]


def test_interactive_calls_are_answered(server: Server) -> None:
    assert server.soap("interactiveDone", wcTicket="x") == "Done"
    assert server.soap("getInteractiveURL", wcTicket="x", sessionID="y") == ""
    assert server.soap("interactiveRejected", wcTicket="x", reason="y") == ""


_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'
)
_FILE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not XML",
        b"<x/>",
        _BOMB,
        _FILE,
        envelope("dropTables"),
        envelope("authenticate").replace(b"http://developer.intuit.com/", b"http://elsewhere/"),
        envelope("authenticate").replace(b"schemas.xmlsoap.org", b"example.org"),
        b"<a>" * 5000,
        envelope("authenticate")[:-20],
        b"\x00\xff\xfe",
    ],
)
def test_a_broken_call_gets_a_fault_and_changes_nothing(server: Server, body: bytes) -> None:
    before = server.blocks()
    reply = server.post(body)
    assert reply.status == 500
    fault = etree.fromstring(reply.body).find(".//faultstring")
    assert fault is not None
    assert "root:" not in (fault.text or "")
    assert server.blocks() == before


def test_a_body_of_fifty_megabytes_is_not_read(server: Server) -> None:
    assert server.post(b" " * 50_000_000).status == 413


@pytest.mark.parametrize(
    "response",
    [
        "",
        "<html>502</html>",
        _BOMB.decode(),
        _FILE.decode(),
        "<QBXML/>",
        "<QBXML><QBXMLMsgsRs/><QBXMLMsgsRs/></QBXML>",
        '<QBXML><QBXMLMsgsRs><TimeTrackingAddRs requestID="1.1.1"/></QBXMLMsgsRs></QBXML>',
        '<QBXML><QBXMLMsgsRs messageSetStatusCode="many"/></QBXML>',
        '<QBXML><QBXMLMsgsRs><TimeTrackingAddRs requestID="1.1.1" statusCode="9e9"/></QBXMLMsgsRs></QBXML>',
    ],
)
@pytest.mark.parametrize("policy", ["plain", "exact"])
def test_a_hostile_answer_confirms_nothing(policy: str, response: str) -> None:
    server = Server({"policy": policy})
    server.add()
    ticket = server.login()
    server.ask(ticket, server.hcp())
    assert server.answer(ticket, response) == -1
    assert server.states() == ["not sent" if policy == "plain" else "in doubt"]
    assert "passwd" not in server.error(ticket)


@pytest.mark.parametrize("policy", ["plain", "exact"])
def test_an_answer_to_something_else_confirms_nothing(policy: str) -> None:
    server = Server({"policy": policy})
    server.add()
    ticket = server.login()
    request = server.ask(ticket, server.hcp())
    answer = QuickBooks().process(request)
    assert 0 < server.answer(ticket, answer.replace('requestID="1.1.1"', 'requestID="7.7.7"')) < 100
    assert "sent" not in server.states()
    assert server.answer(ticket, answer) == 100


def test_our_own_mistake_tells_nothing_of_itself(server: Server) -> None:
    class Secret(Exception):
        pass

    def broken(*_: object) -> None:
        raise Secret("the database password is x")

    server.state.service._operations = {"serverVersion": broken}
    with pytest.raises(Secret):
        server.post(envelope("serverVersion"))
