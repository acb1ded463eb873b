"""The seam between the connector and the network: one exchange in, one reply or one error out.

Everything below this line (``transport``, ``inprocess``, ``faults``) implements :class:`Transport`;
everything above knows only these names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, Protocol, final

from attrs import field, frozen

TransportErrorKind = Literal["reset", "timeout", "refused", "tls"]

ERROR_TEXTS: Final[Mapping[str, str]] = {
    "reset": "The underlying connection was closed: The connection was closed unexpectedly.",
    "timeout": "The operation has timed out",
    "refused": "Unable to connect to the remote server",
    "tls": (
        "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS "
        "secure channel."
    ),
}
"""What .NET says for each kind (``reset`` and ``timeout`` appear in public logs, the rest inferred)."""


class TransportError(Exception):
    """The exchange brought no reply. ``kind`` says how it looked to the connector."""

    def __init__(self, kind: TransportErrorKind, detail: str = "") -> None:
        self.kind = kind
        self.detail = detail
        self.text = ERROR_TEXTS[kind]
        super().__init__(self.text)


@final
@frozen
class Exchange:
    """One HTTP request.

    ``number`` counts the calls of a run as its caller counts them, ``nth`` the calls of this operation
    inside one update (both from 1; 0 for what is no call, as the certificate probe). ``timeout`` is in
    seconds, for the whole exchange.
    """

    url: str
    operation: str
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = field(default=b"", repr=False)
    method: str = "POST"
    timeout: float = 100.0
    number: int = 0
    nth: int = 0
    pc: str = "pc1"
    application: str = ""


@final
@frozen
class Reply:
    """One HTTP reply. ``headers`` are as they came, in order, names in any case."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str:
        """The first header of that name (lower case), or ``""``."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Transport(Protocol):
    """Carries one exchange to a server."""

    def send(self, exchange: Exchange) -> Reply:
        """Return the reply, or raise :class:`TransportError`. Never repeats, never follows a redirect."""
