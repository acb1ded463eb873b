"""The years of QuickBooks Desktop: what each calls itself and which qbXML it speaks."""

from __future__ import annotations

from typing import Final, final

from attrs import frozen

from qbsim.certainty import Certainty, rule
from qbsim.errors import UsageProblem
from qbsim.qbxml import Version
from qbsim.quickbooks.journal import Values

_ALL: Final = (
    *("1.0", "1.1", "2.0", "2.1", "3.0", "4.0", "4.1", "5.0", "6.0", "7.0", "8.0", "9.0", "10.0"),
    *("11.0", "12.0", "13.0", "14.0", "15.0", "16.0"),
)
_NEWEST: Final = {
    **dict.fromkeys(range(2014, 2018), "13.0"),
    **dict.fromkeys(range(2018, 2022), "14.0"),
    2003: "2.0",
    2004: "3.0",
    2005: "4.1",
    2006: "5.0",
    2007: "6.0",
    2008: "7.0",
    2009: "8.0",
    2010: "9.0",
    2011: "10.0",
    2012: "11.0",
    2013: "12.0",
    2022: "15.0",
    2023: "16.0",
    2024: "16.0",
}
LATEST_YEAR: Final = 2024
_LAST_WITHOUT_COUNTRY: Final = 2006


@final
@frozen
class Product:
    """One QuickBooks: its year and edition."""

    year: int = LATEST_YEAR
    edition: str = "Pro"
    country: str = "US"

    def __attrs_post_init__(self) -> None:
        if self.year not in _NEWEST:
            raise UsageProblem(
                f"There is no QuickBooks {self.year} here.",
                cure=f"The years are {min(_NEWEST)} to {max(_NEWEST)}.",
            )

    @property
    def newest(self) -> Version:
        """The newest qbXML that it speaks. Source: a vendor's table."""
        return Version.parse(_NEWEST[self.year])

    @rule(
        "host",
        "MajorVersion is the year minus 1990; the qbXML versions come in ascending order. Up to 2006 there "
        "is no Country.",
        source="captures of Pro 2014, Premier 2012 and version 16",
        certainty=Certainty.SEEN,
    )
    def host(self, *, multi_user: bool, automatic_login: bool) -> Values:
        """The values of the HostRet."""
        spoken = [text for text in _ALL if Version.parse(text) <= self.newest]
        country = {} if self.year <= _LAST_WITHOUT_COUNTRY else {"Country": self.country}
        return {
            "ProductName": f"QuickBooks {self.edition} {self.year}",
            "MajorVersion": str(self.year - 1990),
            "MinorVersion": "0",
            **country,
            "SupportedQBXMLVersion": spoken,
            "IsAutomaticLogin": "true" if automatic_login else "false",
            "QBFileMode": "MultiUser" if multi_user else "SingleUser",
        }
