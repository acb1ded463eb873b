"""The ``.qwc`` file with which a person adds the application to the Web Connector."""

from __future__ import annotations

from typing import Final

from qbharness.servers.xml import quote

OWNER_ID: Final = "{7b0a3f7e-52f5-4d5e-9a61-6f4f2f0c51a7}"
"""One per application, the same for every company. Source: Web Connector guide, table 4-1."""


def write_qwc(company: str, file_id: str, user: str, base_url: str) -> str:
    """The file for one company. ``base_url`` has no slash at its end.

    The Web Connector refuses http for every host but ``localhost``, and refuses IP addresses.
    """
    base = base_url.replace("//127.0.0.1", "//localhost")
    elements = {
        "AppName": f"Work Blocks of {company}",
        "AppID": "",
        "AppURL": f"{base}/qbwc",
        "AppDescription": "Sends Work Blocks to the timesheets of QuickBooks.",
        "AppSupport": f"{base}/support",
        "UserName": user,
        "OwnerID": OWNER_ID,
        "FileID": file_id,
        "QBType": "QBFS",
        "IsReadOnly": "false",
    }
    lines = [f"  <{name}>{quote(value)}</{name}>" for name, value in elements.items()]
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', "<QBWCXML>", *lines, "</QBWCXML>", ""])
