"""Faults: what goes wrong, and where. One class a word; the executor gives them their effect."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, TypeAlias, final

from attrs import field, frozen

from qbharness.scenario.contents import Duration
from qbharness.scenario.kinds import Kind, written
from qbsim.errors import Place

CALLS: Final = (
    "serverVersion",
    "clientVersion",
    "authenticate",
    "sendRequestXML",
    "receiveResponseXML",
    "connectionError",
    "getLastError",
    "closeConnection",
)
"""The Web Connector's calls, by the names of its WSDL."""

CALLS_ABOUT_A_BLOCK: Final = ("sendRequestXML", "receiveResponseXML")
"""The calls that can be anchored on a block: its hand-out, and QuickBooks' answer about it."""

Border: TypeAlias = Literal["before call", "after call"]


@final
@frozen(kw_only=True)
class Anchor:
    """Where in an update: a call, and which of them.

    ``block``: the hand-out (``sendRequestXML``) or the answer (``receiveResponseXML``) of that
    block. Before the call, a hand-out can only be predicted: it is the next one in date order.
    ``number``: the Nth of these calls in the update, from 1. ``every``: all of them.
    None of the three: the first.
    """

    call: str = field(
        default="sendRequestXML", metadata=written(Kind.CHOICE, "call", "the call", choices=CALLS)
    )
    block: str | None = field(default=None, metadata=written(Kind.BLOCK, "block"))
    number: int | None = field(default=None, metadata=written(Kind.NUMBER, "number", least=1))
    every: bool = field(default=False, metadata=written(Kind.FLAG, "every"))
    place: Place | None = field(default=None, eq=False, repr=False)


@frozen(kw_only=True)
class Fault:
    """Something that goes wrong at ``anchor``; it fires once unless the anchor says ``every``."""

    word: ClassVar[str] = ""
    anchor: Anchor = field(metadata=written(Kind.ANCHOR, "anchor", inline=True))
    place: Place | None = field(default=None, eq=False, repr=False)


@final
@frozen(kw_only=True)
class RequestLost(Fault):
    """The server never sees the call; the connector sees a broken connection or a timeout."""

    word: ClassVar[str] = "request lost"
    as_: Literal["reset", "timeout", "refused"] = field(
        default="reset",
        metadata=written(Kind.CHOICE, "as", choices=("reset", "timeout", "refused")),
    )


@final
@frozen(kw_only=True)
class ReplyLost(Fault):
    """The server handled the call; the connector never learns the answer."""

    word: ClassVar[str] = "reply lost"


@final
@frozen(kw_only=True)
class DeliveredTwice(Fault):
    """The server gets the call again at once."""

    word: ClassVar[str] = "delivered twice"


@final
@frozen(kw_only=True)
class DeliveredLate(Fault):
    """The call is made as usual; a copy of it reaches the server after a later login."""

    word: ClassVar[str] = "delivered late"


@final
@frozen(kw_only=True)
class Delayed(Fault):
    """The reply comes after ``by``; past the connector's timeout that is a lost reply."""

    word: ClassVar[str] = "delayed"
    by: Duration = field(metadata=written(Kind.DURATION, "by", "how long"))


@final
@frozen(kw_only=True)
class Dripped(Fault):
    """The reply trickles in over ``by``; past the connector's timeout that is a lost reply."""

    word: ClassVar[str] = "dripped"
    by: Duration = field(metadata=written(Kind.DURATION, "by", "how long"))


GARBLES: Final = (
    "truncated",
    "html",
    "wrong type",
    "wrong namespace",
    "http 500",
    "http 503",
    "soap fault",
    "not xml",
)


@final
@frozen(kw_only=True)
class Garbled(Fault):
    """The server handled the call; its reply arrives as something else."""

    word: ClassVar[str] = "garbled"
    with_: str = field(metadata=written(Kind.CHOICE, "with", choices=GARBLES))


@final
@frozen(kw_only=True)
class TlsFailure(Fault):
    """The TLS handshake fails; the server never sees the call."""

    word: ClassVar[str] = "tls failure"


_BORDERS: Final = ("before call", "after call")


@final
@frozen(kw_only=True)
class ConnectorKilled(Fault):
    """The Web Connector dies at this point and forgets the update."""

    word: ClassVar[str] = "connector killed"
    at: Border = field(default="before call", metadata=written(Kind.CHOICE, "at", choices=_BORDERS))


@final
@frozen(kw_only=True)
class UserStops(Fault):
    """The user stops the update at this point; the connector still says goodbye if it can."""

    word: ClassVar[str] = "user stops"
    at: Border = field(default="before call", metadata=written(Kind.CHOICE, "at", choices=_BORDERS))


@final
@frozen(kw_only=True)
class QuickBooksKilled(Fault):
    """QuickBooks dies while it works on the request that this ``sendRequestXML`` handed out.

    It stays closed until a step opens it.
    """

    word: ClassVar[str] = "quickbooks killed"
    at: Literal["before commit", "after commit", "before answer"] = field(
        metadata=written(Kind.CHOICE, "at", choices=("before commit", "after commit", "before answer"))
    )


@final
@frozen(kw_only=True)
class ServerKilled(Fault):
    """The server dies at a border of this call, or at a failpoint that the target names.

    It is started again when the update has ended.
    """

    word: ClassVar[str] = "server killed"
    at: str = field(
        default="before call",
        metadata=written(
            Kind.CHOICE,
            "at",
            "a border of the call, or a failpoint of the target",
            choices=_BORDERS,
            open_ended=True,
        ),
    )


FAULTS: Final[dict[str, type[Fault]]] = {
    cls.word: cls
    for cls in (
        RequestLost,
        ReplyLost,
        DeliveredTwice,
        DeliveredLate,
        Delayed,
        Dripped,
        Garbled,
        TlsFailure,
        ConnectorKilled,
        UserStops,
        QuickBooksKilled,
        ServerKilled,
    )
}
"""Word to class: all the faults there are."""
