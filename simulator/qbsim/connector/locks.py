"""The lock of a company file (AppLock): the qbXML that reads and writes it, and what its value means.

A private data extension of the company, under the application's OwnerID, with the value
``LOCKED:<machine>:<.NET ticks>`` while an update runs (logs of 2.2). The value of a free lock is not in
any public text; ``UNLOCKED`` is a guess, and every value that does not start with ``LOCKED`` counts as
free.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, final
from xml.sax.saxutils import escape

from attrs import field, frozen

from qbsim.connector import markup

FILE_ID: Final = "FileID"
APP_LOCK: Final = "AppLock"
FREE: Final = "UNLOCKED"
_EPOCH: Final = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


def message_set(version: tuple[int, int], requests: str, *, on_error: str = "stopOnError") -> str:
    """One request as the Web Connector itself writes it: on one line, as its log shows."""
    return (
        f'<?xml version="1.0"?><?qbxml version="{version[0]}.{version[1]}"?><QBXML>'
        f'<QBXMLMsgsRq onError="{on_error}">{requests}</QBXMLMsgsRq></QBXML>'
    )


def host_query(version: tuple[int, int], owner_id: str) -> str:
    """The three queries of the first sendRequestXML; the company's with the application's own data."""
    return message_set(
        version,
        '<HostQueryRq requestID="0"></HostQueryRq>'
        f'<CompanyQueryRq requestID="1"><OwnerID>{escape(owner_id)}</OwnerID></CompanyQueryRq>'
        '<PreferencesQueryRq requestID="2"></PreferencesQueryRq>',
        on_error="continueOnError",
    )


def company_query(version: tuple[int, int], owner_id: str) -> str:
    """Asks for the company with the data extensions of one owner."""
    return message_set(
        version,
        f'<CompanyQueryRq requestID="1"><OwnerID>{escape(owner_id)}</OwnerID></CompanyQueryRq>',
    )


def write_data(version: tuple[int, int], owner_id: str, name: str, value: str, *, verb: str) -> str:
    """Sets one data extension of the company; ``verb`` is ``Add`` or ``Mod``."""
    return message_set(
        version,
        f'<DataExt{verb}Rq requestID="1"><DataExt{verb}><OwnerID>{escape(owner_id)}</OwnerID>'
        f"<DataExtName>{name}</DataExtName><OtherDataExtType>Company</OtherDataExtType>"
        f"<DataExtValue>{escape(value)}</DataExtValue></DataExt{verb}></DataExt{verb}Rq>",
    )


def define_data(version: tuple[int, int], owner_id: str, name: str) -> str:
    """Defines one data extension of the company, a text of up to 255 characters."""
    return message_set(
        version,
        f'<DataExtDefAddRq requestID="1"><DataExtDefAdd><OwnerID>{escape(owner_id)}</OwnerID>'
        f"<DataExtName>{name}</DataExtName><DataExtType>STR255TYPE</DataExtType>"
        "<AssignToObject>Company</AssignToObject></DataExtDefAdd></DataExtDefAddRq>",
    )


def delete_data(version: tuple[int, int], owner_id: str, name: str) -> str:
    """Takes one data extension of the company out."""
    return message_set(
        version,
        f'<DataExtDelRq requestID="1"><DataExtDel><OwnerID>{escape(owner_id)}</OwnerID>'
        f"<DataExtName>{name}</DataExtName><OtherDataExtType>Company</OtherDataExtType>"
        "</DataExtDel></DataExtDelRq>",
    )


def company_data(answer: str, owner_id: str) -> dict[str, str]:
    """The data extensions of one owner in an answer to :func:`company_query`, name to value."""
    blocks = [
        {markup.local(part): markup.text(part) for part in block}
        for block in markup.parse(answer.encode()).iter("DataExtRet")
    ]
    return {
        block.get("DataExtName", ""): block.get("DataExtValue", "")
        for block in blocks
        if block.get("OwnerID", "").casefold() == owner_id.casefold()
    }


def status(answer: str) -> tuple[int, str]:
    """The statusCode and statusMessage of the first response in an answer."""
    for element in markup.parse(answer.encode()).iter():
        if (code := element.get("statusCode")) is not None:
            return int(code), element.get("statusMessage", "")
    return -1, "QuickBooks' answer holds no status."


def ticks(moment: dt.datetime) -> int:
    """.NET ticks: 100 nanoseconds since the year 1."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 10_000_000 + since.microseconds * 10


@final
@frozen
class Liveness:
    """The values of the locks that running updates hold, over all PCs of a simulation.

    Whether the real Web Connector can tell a live lock from one that a dead update left behind is not
    known; here we know, and the switch ``stale_locks`` says what is made of a dead one.
    """

    held: set[str] = field(factory=set)


@final
@frozen
class CompanyLock:
    """One application's lock as one PC sees it."""

    owner_id: str
    machine: str
    liveness: Liveness

    def value(self, now: dt.datetime) -> str:
        """What this PC writes while it holds the lock."""
        return f"LOCKED:{self.machine.upper()}:{ticks(now)}"
