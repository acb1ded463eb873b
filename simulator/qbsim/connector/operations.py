"""The eleven calls that a Web Connector makes on a sync server, as a table.

Source: Web Connector guide ch. 10 and the canonical WSDL. The order of the parameters is the order in
the WSDL; the names matter to servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, final

from attrs import frozen

NAMESPACE: Final = "http://developer.intuit.com/"
"""With the trailing slash: "you must keep the namespace" (guide p41)."""

Kind = Literal["string", "int", "strings"]
Argument = str | int
Value = str | int | tuple[str | None, ...]
"""What a reply holds. Inside an array ``None`` stands for an element marked as null."""


@final
@frozen
class Operation:
    """One call: its parameters in order with their kind, the kind of its result, the code of its failure."""

    name: str
    parameters: tuple[tuple[str, Kind], ...]
    result: Kind
    failure: str | None
    """The QBWC code shown when the call fails; None where no public source names one."""

    @property
    def action(self) -> str:
        """The value of the SOAPAction header, quotes included."""
        return f'"{NAMESPACE}{self.name}"'


def _strings(*names: str) -> tuple[tuple[str, Kind], ...]:
    return tuple((name, "string") for name in names)


_TABLE: Final = (
    Operation("serverVersion", (), "string", None),
    Operation("clientVersion", _strings("strVersion"), "string", "QBWC1036"),
    Operation("authenticate", _strings("strUserName", "strPassword"), "strings", "QBWC1012"),
    Operation(
        "sendRequestXML",
        (
            *_strings("ticket", "strHCPResponse", "strCompanyFileName", "qbXMLCountry"),
            ("qbXMLMajorVers", "int"),
            ("qbXMLMinorVers", "int"),
        ),
        "string",
        "QBWC1041",
    ),
    Operation("receiveResponseXML", _strings("ticket", "response", "hresult", "message"), "int", "QBWC1042"),
    Operation("connectionError", _strings("ticket", "hresult", "message"), "string", "QBWC1045"),
    Operation("getLastError", _strings("ticket"), "string", "QBWC1043"),
    Operation("closeConnection", _strings("ticket"), "string", "QBWC1044"),
    Operation("getInteractiveURL", _strings("wcTicket", "sessionID"), "string", None),
    Operation("interactiveRejected", _strings("wcTicket", "reason"), "string", None),
    Operation("interactiveDone", _strings("wcTicket"), "string", None),
)

OPERATIONS: Final[Mapping[str, Operation]] = MappingProxyType({row.name: row for row in _TABLE})
