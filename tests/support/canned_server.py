"""A sync server of canned answers as an ASGI application, for benchmarks.

Run as a program it serves on a free loopback port under uvicorn and prints the address. ``/qbwc/N`` says
100 % to every N-th receiveResponseXML.
"""

from __future__ import annotations

import sys
from typing import Any

from connector_support import DEFAULTS, REQUEST, result

ANSWERS = {
    **{name: result(name, value) for name, value in DEFAULTS.items()},
    "sendRequestXML": result("sendRequestXML", REQUEST),
}
MORE, DONE = (result("receiveResponseXML", percent) for percent in (50, 100))
HEADERS = [(b"content-type", b"text/xml; charset=utf-8")]


class Canned:
    """The application; counts the answers that it received."""

    def __init__(self) -> None:
        self.received = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise NotImplementedError
        await receive()
        action = next((value for name, value in scope["headers"] if name == b"soapaction"), b"")
        operation = action.decode().strip('"').rpartition("/")[2]
        body = ANSWERS.get(operation)
        if body is None:
            self.received += 1
            every = int(scope["path"].rpartition("/")[2])
            body = MORE if self.received % every else DONE
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, length]})
        await send({"type": "http.response.body", "body": body})


def main() -> None:
    import socket

    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    # the reference client must not pay 40 ms for delayed acknowledgements
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(Canned(), log_level="error", lifespan="off", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
