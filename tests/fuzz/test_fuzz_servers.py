"""The bundled servers under hostile input: 50,000 mangled envelopes, and their own OpenAPI turned on them.

What must hold: an answer of the protocol (a result, a fault, a 4xx), never a failure of ours; no block is
ever flagged without QuickBooks' own confirmation; nothing of the machine leaks.
"""

from __future__ import annotations

import random

import pytest
from bundled_servers_support import PASSWORD, USER, QuickBooks, Server, envelope
from lxml import etree

from qbharness.servers.direct import call

pytestmark = pytest.mark.fuzz

PARTS = 5
ENVELOPES = 10_000
"""Each times PARTS: 50,000 envelopes."""

WORDS = (
    b"<", b">", b"&", b"&amp;", b"&#0;", b"]]>", b"<![CDATA[", b"<!--", b"<!DOCTYPE a>", b"\0", b"\xff",
    b"authenticate", b"receiveResponseXML", b"ticket", b"</soap:Body>", b' xmlns="u"', b'requestID="1.1.1"',
    b'statusCode="0"', b"0x80040400", b"&lt;QBXML&gt;", b"messageSetStatusCode", b"9001",
)  # fmt: skip


def mangled(body: bytes, chance: random.Random) -> bytes:
    """One to four cuts, copies, insertions or flips."""
    data = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data) + 1)
        end = min(len(data), place + chance.randint(1, 40))
        match chance.randrange(4):
            case 0:
                del data[place:end]
            case 1:
                data[place:place] = data[place:end]
            case 2:
                data[place:place] = chance.choice(WORDS)
            case _:
                data[place:end] = bytes(chance.randrange(256) for _ in data[place:end])
    return bytes(data)


@pytest.mark.parametrize("policy", ["plain", "exact"])
@pytest.mark.parametrize("part", range(PARTS))
def test_a_mangled_envelope_is_answered_and_confirms_nothing_by_itself(part: int, policy: str) -> None:
    chance = random.Random(f"{policy}{part}")  # noqa: S311 - reproducible, not secret
    server = Server({"policy": policy})
    for number in range(ENVELOPES // 2):
        if number % 100 == 0:
            server.api("POST", "/api/reset")
            server.add()
            ticket = server.login()
            refused = QuickBooks(names=set()).process(server.ask(ticket, server.hcp()))
            templates = [
                envelope("authenticate", strUserName=USER, strPassword=PASSWORD),
                envelope("sendRequestXML", ticket=ticket, strHCPResponse=server.hcp()),
                envelope("receiveResponseXML", ticket=ticket, response=refused, hresult="", message=""),
                envelope("connectionError", ticket=ticket, hresult="0x80040408", message="x"),
                envelope("getLastError", ticket=ticket),
                envelope("closeConnection", ticket=ticket),
            ]
        reply = server.post(mangled(chance.choice(templates), chance))
        assert reply.status in (200, 413, 500), reply.body
        answer = etree.fromstring(reply.body)
        fault = answer.find(".//faultcode")
        assert (reply.status == 200) == (fault is None), reply.body
        assert fault is None or fault.text == "soap:Client", reply.body
        assert b"Traceback" not in reply.body
        assert b"root:" not in reply.body
    assert all(row["txn_id"] is None for row in server.blocks())


def test_the_json_api_is_as_its_openapi_says() -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="tox -e fuzz installs it")
    from hypothesis import HealthCheck, given, settings

    server = Server()
    described = schemathesis.openapi.from_dict(server.api("GET", "/api/openapi.json"))
    seen = 0
    for operation in described.get_all_operations():
        found = operation.ok()

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=found.as_strategy())
        def play(case: object) -> None:
            request = case.as_transport_kwargs(base_url="http://localhost")  # type: ignore[attr-defined]
            _play(server, request)

        play()
        seen += 1
    assert seen >= 15


def _play(server: Server, request: dict[str, object]) -> None:
    import json

    data = request.get("json")
    body = b"" if data is None else json.dumps(data).encode()
    query = "&".join(f"{name}={value}" for name, value in dict(request.get("params") or {}).items())
    query = "".join(c for c in query if c.isascii() and c.isprintable() and c not in " #")
    target = f"{request['url']}?{query}" if query else str(request["url"])
    reply = call(
        server.app,
        str(request["method"]),
        target,
        headers={"content-type": "application/json"},
        body=body,
    )
    assert reply.status < 500, (request, reply.body)
    if reply.status >= 400 and reply.headers.get("content-type") == "application/json":
        assert set(json.loads(reply.body)) == {"error", "field"}, reply.body
