"""Reading a request's body without reading more of it than the server wants."""

from __future__ import annotations

from starlette.requests import Request

from qbharness.servers.problems import TooLarge
from qbharness.servers.xml import LARGEST


async def read_body(request: Request, largest: int = LARGEST) -> bytes:
    """The whole body; raises TooLarge as soon as it is known to be larger than ``largest`` bytes."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > largest:
        raise TooLarge(f"The body is larger than {largest} bytes.")
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > largest:
            raise TooLarge(f"The body is larger than {largest} bytes.")
    return bytes(read)
