"""Writes the envelopes that Intuit's proxy sends, and reads what servers answer. No I/O.

Written: SOAP 1.1, document/literal wrapped, prefix ``soap``, everything on one line, empty strings as
``<hresult />`` (captures of 2.2.0.71). RPC follows its one public capture (2.3.0.215). ``DocWrapped``
is sent as ``Document``: how the two differ on the wire is not known (guess).

Read: by namespace, never by prefix. What is refused, and with which words, follows .NET's
``SoapHttpClientProtocol``, the class that the Web Connector is built on (inferred, except where a log
or an issue shows it).
"""

from __future__ import annotations

import codecs
import http
import re
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from qbsim.certainty import Certainty, rule
from qbsim.connector import markup
from qbsim.connector.operations import NAMESPACE, Argument, Operation, Value

ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_XSD: Final = "http://www.w3.org/2001/XMLSchema"
_OPENING: Final = (
    f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{ENVELOPE}" '
    f'xmlns:xsi="{_XSI}" xmlns:xsd="{_XSD}">'
)
_RPC_OPENING: Final = (
    f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{ENVELOPE}" '
    'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" '
    'xmlns:tns="http://developer.intuit.com" xmlns:types="http://developer.intuit.com/encodedTypes" '
    f'xmlns:xsi="{_XSI}" xmlns:xsd="{_XSD}">'
    '<soap:Body soap:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
)
AGENT: Final = "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)"

NOT_WELL_FORMED: Final = (
    "Response is not well-formed XML. See QWCLog for more details. Remember to turn logging on."
)
NULL_REFERENCE: Final = "Object reference not set to an instance of an object."
INDEX_OUT_OF_RANGE: Final = "Index Out Of Range."
BAD_NUMBER: Final = "Input string was not in a correct format."
NUMBER_TOO_LARGE: Final = "Value was either too large or too small for an Int32."

_CHARSET: Final = re.compile(r""";\s*charset\s*=\s*["']?([\w.:+-]+)""", re.IGNORECASE | re.ASCII)
_CHARSETS: Final = ("ascii", "big5", "cp", "euc", "gb", "iso", "koi8", "mac-", "shift", "utf")
_BYTE_ORDER_MARKS: Final = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,20}")


class ReplyRefused(Exception):
    """The server's reply is one that .NET turns into an exception; ``text`` is the exception's message."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def headers(operation: Operation) -> dict[str, str]:
    """The HTTP headers that travel with a call (cookies apart)."""
    return {
        "User-Agent": AGENT,
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": operation.action,
        "Expect": "100-continue",
    }


@rule(
    "connector.envelope",
    "Calls travel as document/literal with the prefix soap on one line; an empty string is an empty element.",
    source="captures of Web Connector 2.2.0.71 and 2.3.0.215",
    certainty=Certainty.SEEN,
)
def write_call(operation: Operation, arguments: Mapping[str, Argument], *, style: str = "Document") -> bytes:
    """The envelope of one call, UTF-8, in the form of ``style`` (``Document``, ``DocWrapped``, ``RPC``).

    A parameter that ``arguments`` lacks travels as an empty element.
    """
    if style == "RPC":
        return _write_rpc(operation, arguments)
    parts = "".join(_element(name, _text(arguments.get(name, ""))) for name, _ in operation.parameters)
    name = operation.name
    call = f'<{name} xmlns="{NAMESPACE}"'
    call += f">{parts}</{name}>" if parts else " />"
    return _bytes(f"{_OPENING}<soap:Body>{call}</soap:Body></soap:Envelope>")


def _write_rpc(operation: Operation, arguments: Mapping[str, Argument]) -> bytes:
    parts = "".join(
        f'<{name} xsi:type="xsd:{kind}">{_text(arguments.get(name, ""))}</{name}>'
        for name, kind in operation.parameters
    )
    call = f'q1:{operation.name} xmlns:q1="{NAMESPACE}"'
    close = f"</q1:{operation.name}></soap:Body></soap:Envelope>"
    return _bytes(f"{_RPC_OPENING}<{call}>{parts}{close}")


def _text(value: Argument) -> str:
    return escape(str(value), {"\r": "&#xD;"})


def _element(name: str, text: str) -> str:
    return f"<{name}>{text}</{name}>" if text else f"<{name} />"


_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _bytes(text: str) -> bytes:
    return _UNWRITABLE.sub("\ufffd", text).encode("utf-8")


def read_reply(
    operation: Operation,
    status: int,
    reply_headers: Mapping[str, str],
    body: bytes,
    *,
    style: str = "Document",
) -> Value:
    """The value that a reply holds: a string, an int, or the strings of an array.

    ``reply_headers`` has lower-case names. Raises :class:`ReplyRefused`.
    """
    content_type = reply_headers.get("content-type", "")
    _check_http(status, content_type)
    message = _body(_parse(body, content_type))
    if message.tag == f"{{{ENVELOPE}}}Fault":
        raise ReplyRefused(_fault(message))
    rpc = style == "RPC"
    result = _result(operation, message, rpc=rpc)
    if operation.result == "strings":
        return _read_strings(result, rpc=rpc)
    return _read_int(result) if operation.result == "int" else _read_string(result)


@rule(
    "connector.http-status",
    "A reply that is not text/xml, or has a status other than 2xx, 400 and 500, is refused.",
    source="Microsoft's reference source of the SOAP client",
    certainty=Certainty.PLAUSIBLE,
)
def _check_http(status: int, content_type: str) -> None:
    media = content_type.split(";", maxsplit=1)[0].strip().lower()
    if (status >= 300 and status not in (400, 500)) or (status == 400 and media != "text/xml"):
        raise ReplyRefused(http_status_text(status))
    if media != "text/xml":
        raise ReplyRefused(
            f"Client found response content type of '{content_type}', but expected 'text/xml'."
        )


def http_status_text(status: int) -> str:
    """What .NET says about a status that is not an answer: ``... HTTP status 404: Not Found.``"""
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return f"The request failed with HTTP status {status}: {phrase}."


@rule(
    "connector.reply-encoding",
    "A reply is read in the charset of its Content-Type, whatever its XML declares; "
    "bytes that are none of it become U+FFFD.",
    source="Microsoft's reference source of the SOAP client",
    certainty=Certainty.PLAUSIBLE,
)
def _parse(body: bytes, content_type: str) -> etree._Element:
    """A byte-order mark counts more than the charset. Without a charset .NET's source reads ASCII, with a
    question mark for every other byte; no log shows that, so here the XML's own declaration counts then.
    """
    charset = _charset(content_type)
    if charset is None or body.startswith(_BYTE_ORDER_MARKS):
        return _parse_as(body, None)
    return _parse_as(body.decode(charset, "replace").encode("utf-8", "replace"), "utf-8")


def _charset(content_type: str) -> str | None:
    """The charset by Python's name; None for an unknown one, and for Python's codecs that are no charsets."""
    named = _CHARSET.search(content_type)
    try:
        charset = codecs.lookup(named[1]).name if named else ""
    except LookupError:
        return None
    return charset if charset.startswith(_CHARSETS) else None


def _parse_as(body: bytes, encoding: str | None) -> etree._Element:
    try:
        return markup.parse(body, encoding=encoding)
    except markup.BadMarkup as problem:
        raise ReplyRefused(NOT_WELL_FORMED) from problem


def _body(envelope: etree._Element) -> etree._Element:
    body = envelope.find(f"{{{ENVELOPE}}}Body") if envelope.tag == f"{{{ENVELOPE}}}Envelope" else None
    if body is None:
        raise ReplyRefused(NOT_WELL_FORMED)
    if not len(body):
        raise ReplyRefused(NULL_REFERENCE)
    return body[0]


def _fault(fault: etree._Element) -> str:
    text = next((markup.text(part) for part in fault if markup.local(part) == "faultstring"), "")
    return text.strip() or "The server sent a SOAP fault without a text."


def _result(operation: Operation, message: etree._Element, *, rpc: bool) -> etree._Element | None:
    if message.tag != f"{{{NAMESPACE}}}{operation.name}Response":
        raise ReplyRefused(INDEX_OUT_OF_RANGE if operation.result == "strings" else NULL_REFERENCE)
    if rpc:
        return message[0] if len(message) else None
    return message.find(f"{{{NAMESPACE}}}{operation.name}Result")


@rule(
    "connector.empty-string",
    "An absent, empty or null result is an empty string.",
    source="ten public servers that work with the real one",
    certainty=Certainty.SEEN,
)
def _read_string(result: etree._Element | None) -> str:
    """Absent, empty and null all mean ``""``; node-soap wraps the value in ``<string>``."""
    return "" if result is None else markup.text(result[0] if _is_wrapped(result) else result)


def _read_int(result: etree._Element | None) -> int:
    if result is None:
        raise ReplyRefused(BAD_NUMBER)
    text = markup.text(result[0] if _is_wrapped(result) else result).strip()
    if not _INTEGER.fullmatch(text):
        raise ReplyRefused(BAD_NUMBER)
    number = int(text)
    if not -(2**31) <= number < 2**31:
        raise ReplyRefused(NUMBER_TOO_LARGE)
    return number


@rule(
    "connector.array",
    "authenticate needs two strings in Intuit's own namespace; else Index Out Of Range.",
    source="logs of WCF servers, Web Connector 2.1.0.30",
    certainty=Certainty.SEEN,
)
def _read_strings(result: etree._Element | None, *, rpc: bool) -> tuple[str | None, ...]:
    """The strings of authenticate. A serialiser sees only ``<string>`` of Intuit's namespace."""
    if result is None:
        raise ReplyRefused(NULL_REFERENCE)
    items = [item for item in result if rpc or item.tag == f"{{{NAMESPACE}}}string"]
    if len(items) < 2:
        raise ReplyRefused(INDEX_OUT_OF_RANGE)
    return tuple(None if _is_nil(item) else markup.text(item) for item in items)


def _is_wrapped(result: etree._Element) -> bool:
    return (
        len(result) == 1 and markup.local(result[0]) in ("string", "int") and not (result.text or "").strip()
    )


def _is_nil(element: etree._Element) -> bool:
    return element.get(f"{{{_XSI}}}nil") in ("true", "1")
