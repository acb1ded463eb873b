"""The Web Connector's SOAP, as bytes in and bytes out: SOAP 1.1, document/literal, wrapped.

The operation is the first element in the Body, never a name found by searching the text: a customer
may well be called "authenticate".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, final
from xml.sax.saxutils import escape

from attrs import frozen

from qbharness.servers.problems import BadInput
from qbharness.servers.xml import name_of, parse, text_of

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
INTUIT: Final = "http://developer.intuit.com/"

Result = str | int | Sequence[str]

OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "serverVersion": (),
    "clientVersion": ("strVersion",),
    "authenticate": ("strUserName", "strPassword"),
    "sendRequestXML": (
        "ticket",
        "strHCPResponse",
        "strCompanyFileName",
        "qbXMLCountry",
        "qbXMLMajorVers",
        "qbXMLMinorVers",
    ),
    "receiveResponseXML": ("ticket", "response", "hresult", "message"),
    "connectionError": ("ticket", "hresult", "message"),
    "getLastError": ("ticket",),
    "closeConnection": ("ticket",),
    "getInteractiveURL": ("wcTicket", "sessionID"),
    "interactiveRejected": ("wcTicket", "reason"),
    "interactiveDone": ("wcTicket",),
}
"""Operation to its parameters, in the WSDL's order."""

INTEGERS: Final = frozenset({"qbXMLMajorVers", "qbXMLMinorVers"})


@final
@frozen
class Call:
    """One call: its name and every parameter; one that was left out is empty."""

    operation: str
    arguments: Mapping[str, str]


def read_call(body: bytes) -> Call:
    """Read a request envelope; raises BadInput with what is wrong with it."""
    root = parse(body)
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise BadInput("The body is not a SOAP 1.1 envelope.")
    inside = root.find(f"{{{ENVELOPE}}}Body")
    if inside is None or len(inside) != 1:
        raise BadInput("The SOAP envelope needs one Body with one call in it.")
    operation = name_of(inside[0])
    if operation not in OPERATIONS or inside[0].tag != f"{{{INTUIT}}}{operation}":
        raise BadInput(f"The Web Connector service has no operation {inside[0].tag}.")
    given = {name_of(child): text_of(child) for child in inside[0]}
    return Call(operation, {name: given.get(name, "") for name in OPERATIONS[operation]})


def write_reply(operation: str, result: Result) -> bytes:
    """The reply envelope of ``operation``."""
    if isinstance(result, str):
        inner = escape(result, {"\r": "&#13;"})
    elif isinstance(result, int):
        inner = str(result)
    else:
        inner = "".join(f"<string>{escape(item)}</string>" for item in result)
    return _envelope(
        f'<{operation}Response xmlns="{INTUIT}"><{operation}Result>{inner}</{operation}Result>'
        f"</{operation}Response>"
    )


def write_fault(sentence: str, *, ours: bool = False) -> bytes:
    """A SOAP fault; ``ours`` when the server, not the caller, is at fault."""
    code = "soap:Server" if ours else "soap:Client"
    text = escape(sentence)
    return _envelope(
        f"<soap:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></soap:Fault>"
    )


def _envelope(inside: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body>{inside}</soap:Body></soap:Envelope>'
    ).encode()
