"""HTTP as servers really speak it, and the ways in which a connection fails."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest
import trustme
from attrs import define, evolve
from connector_servers import raw, read_request, tcp
from connector_support import Keeper, ScriptedServer, application, result, server, update

from qbsim.connector.transport import HttpTransport
from qbsim.connector.wire import Exchange, Reply, TransportError
from qbsim.errors import UsageProblem

BODY = result("serverVersion", "1.0")
TYPE = b"Content-Type: text/xml; charset=utf-8\r\n"


def send(url: str, *, timeout: float = 5, ca: Path | None = None) -> object:
    with HttpTransport(ca=ca) as transport:
        return transport.send(Exchange(url, "serverVersion", body=b"<a/>", timeout=timeout))


FORMS = {
    "Content-Length": TYPE + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    "lower case": TYPE.lower() + b"content-length: %d\r\n\r\n" % len(BODY) + BODY,
    "chunked": TYPE + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n",
    "until closed": TYPE + b"Connection: close\r\n\r\n" + BODY,
    "continue first": b"",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_body_is_read_however_its_length_is_told(form: str) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        if form == "continue first":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + FORMS["chunked"])
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + FORMS[form])

    with raw(talk) as url:
        reply = send(url)
    assert reply.status == 200
    assert reply.body == BODY
    assert reply.header("content-type").startswith("text/xml")


@define
class Headed:
    """The scripted server with one header more."""

    inner: ScriptedServer
    header: tuple[str, str]

    def send(self, exchange: Exchange) -> Reply:
        reply = self.inner.send(exchange)
        return evolve(reply, headers=(*reply.headers, self.header))


@pytest.mark.parametrize("connection", ["keep-alive", "close"])
def test_keep_alive_and_close_both_carry_a_session(connection: str) -> None:
    sync = server()
    with tcp(Headed(sync, ("Connection", connection))) as url, HttpTransport() as transport:
        assert update(transport, app=application(url=url)).run().outcome == "completed"
    assert sync.operations[-1] == "closeConnection"


@pytest.mark.parametrize("value", ["Jos\xe9", "\xc3\xa9", "\xff", "a b", "é" * 40])
def test_a_cookie_goes_back_as_the_bytes_that_it_came_as(value: str) -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        for _ in range(2):
            seen.append(read_request(connection))
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n"
                b"Set-Cookie: sid=" + value.encode("latin-1") + b"; Path=/\r\n\r\n"
            )

    with raw(talk) as url, HttpTransport() as transport:
        update(transport, app=application(url=url)).run()
    assert b"\r\nCookie: sid=" + value.encode("latin-1") + b"\r\n" in seen[1]


def test_a_redirect_is_not_followed() -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n"
        )

    with raw(talk) as url:
        assert send(url).status == 302


def test_a_lost_request_is_not_posted_again() -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(read_request(connection))

    with raw(talk) as url, pytest.raises(TransportError) as lost:
        send(url)
    assert lost.value.kind == "reset"
    assert len(seen) == 1


def test_a_port_where_nobody_listens_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TransportError) as lost:
        send(f"http://127.0.0.1:{port}/")
    assert lost.value.kind == "refused"


@pytest.mark.parametrize("url", ["ftp://localhost/", "http://", "http://[::1", "http://localhost:99999/"])
def test_an_address_that_is_none_refuses(url: str) -> None:
    with pytest.raises(TransportError) as lost:
        send(url)
    assert lost.value.kind == "refused"


@pytest.mark.parametrize("silence", ["at once", "after the head", "drops of head", "drops of body"])
def test_a_server_that_never_finishes_is_cut_at_the_timeout(silence: str) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        if silence == "at once":
            connection.recv(1)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 9999\r\n"
        if silence == "after the head":
            connection.sendall(head + b"\r\n")
            connection.recv(1)
        drops = b"X-Drop: 1\r\n" if silence == "drops of head" else b"<"
        connection.sendall(head + (b"" if silence == "drops of head" else b"\r\n"))
        for _ in range(60):
            connection.sendall(drops)
            time.sleep(0.05)

    began = time.monotonic()
    with raw(talk) as url, pytest.raises(TransportError) as lost:
        send(url, timeout=0.5)
    assert lost.value.kind == "timeout"
    assert time.monotonic() - began < 5


def test_a_body_without_end_is_cut_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbsim.connector.transport.BODY_LIMIT", 100_000)

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
        for _ in range(10_000):
            connection.sendall(b"<a>" * 10_000)

    with raw(talk) as url:
        reply = send(url)
    assert 100_000 < len(reply.body) < 1_000_000


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def _tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def test_a_private_authority_is_trusted_when_it_is_given(authority: trustme.CA, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    sync = server()
    with tcp(sync, tls=_tls(authority)) as url, HttpTransport(ca=ca) as transport:
        assert url.startswith("https://")
        assert update(transport, app=application(url=url)).run().outcome == "completed"


def test_an_unknown_authority_is_a_failed_handshake_with_its_words(authority: trustme.CA) -> None:
    keeper = Keeper()
    with tcp(server(), tls=_tls(authority)) as url, HttpTransport() as transport:
        done = update(transport, app=application(url=url), observer=keeper).run()
    assert done.codes == ("QBWC1012",)
    assert "SSL/TLS secure channel" in done.status


def test_a_file_that_holds_no_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate", encoding="utf-8")
    with pytest.raises(UsageProblem, match=r"ca\.pem"):
        HttpTransport(ca=tmp_path / "ca.pem")
