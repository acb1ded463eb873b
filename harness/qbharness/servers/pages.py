"""The web page for people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def _home(_request: Request) -> Response:
    return PlainTextResponse("Work Blocks\n")


def routes() -> list[Route]:
    """The pages."""
    return [Route("/", _home, methods=["GET"])]
