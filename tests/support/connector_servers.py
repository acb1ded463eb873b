"""The scripted server of ``connector_support`` behind every kind of transport, and raw sockets."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connector_support import ScriptedServer

from qbsim.connector.inprocess import AsgiTransport, WsgiTransport
from qbsim.connector.transport import HttpTransport
from qbsim.connector.wire import Exchange, Reply, Transport

KINDS = ("asgi", "wsgi", "tcp")


def _exchange(path: str, headers: dict[str, str], body: bytes, method: str) -> Exchange:
    operation = headers.get("soapaction", "").strip('"').rpartition("/")[2]
    return Exchange(path, operation or method, headers, body, method)


def asgi(server: ScriptedServer) -> Any:
    """The scripted server as an ASGI application."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        reply = server.send(_exchange(scope["path"], headers, message["body"], scope["method"]))
        raw = [(name.encode(), value.encode()) for name, value in reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        await send({"type": "http.response.body", "body": reply.body})

    return application


def wsgi(server: ScriptedServer) -> Any:
    """The scripted server as a WSGI application."""

    def application(environ: Any, start_response: Any) -> list[bytes]:
        headers = {
            name[5:].lower().replace("_", "-"): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        body = environ["wsgi.input"].read()
        reply = server.send(_exchange(environ["PATH_INFO"], headers, body, environ["REQUEST_METHOD"]))
        start_response(f"{reply.status} -", list(reply.headers))
        return [reply.body]

    return application


@contextmanager
def tcp(server: Transport, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The scripted server on a loopback port; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(server.send(_exchange(self.path, headers, body, self.command)))

        do_GET = do_POST  # noqa: N815 - the name that the standard library looks for

        def _answer(self, reply: Reply) -> None:
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *args: object) -> None:
            return

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    if tls is not None:
        httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{httpd.server_port}/qbwc"
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


@contextmanager
def carried(server: ScriptedServer, kind: str) -> Iterator[tuple[Transport, str]]:
    """A transport of one kind to the scripted server, and the address to use."""
    if kind == "asgi":
        with AsgiTransport(asgi(server)) as transport:
            yield transport, "http://localhost:8000/qbwc"
    elif kind == "wsgi":
        yield WsgiTransport(wsgi(server)), "http://localhost:8000/qbwc"
    else:
        with tcp(server) as url, HttpTransport() as http:
            yield http, url


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A socket that does with each connection what ``talk`` says; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    over = threading.Event()

    def accept() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                try:
                    talk(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=accept)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/qbwc"
    finally:
        over.set()
        thread.join()
        listener.close()


def read_request(connection: socket.socket) -> bytes:
    """One HTTP request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            break
        body += chunk
    return head + b"\r\n\r\n" + body
