"""What a .qwc names beside the server is never asked on another machine."""

import pytest

from qbharness.targets.target import Connection
from qbharness.world.pcs import application_of

QWC = """<?xml version="1.0"?>
<QBWCXML><AppName>Time</AppName><AppID></AppID><AppURL>{service}</AppURL>{certificate}
<AppDescription>Time</AppDescription><AppSupport>{support}</AppSupport>
<UserName>pat</UserName><OwnerID>{{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}}</OwnerID>
<FileID>{{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}}</FileID><QBType>QBFS</QBType></QBWCXML>
"""
HERE = "http://localhost:8080/qbwc"
VENDOR = "https://time.example.com/help"
STAGING = "https://staging.example.com/qbwc"


@pytest.mark.parametrize(
    ("service", "support", "certificate", "asked"),
    [
        (HERE, "http://127.0.0.1:8080/help", "", ("http://127.0.0.1:8080/help", "")),
        (HERE, VENDOR, "", (HERE, "")),
        (HERE, VENDOR, VENDOR, (HERE, "")),
        (HERE, HERE, "https://[", (HERE, "")),
        (
            HERE,
            VENDOR,
            "http://localhost:8080/cert",
            ("http://localhost:8080/cert", "http://localhost:8080/cert"),
        ),
        (STAGING, "https://staging.example.com/help", "", ("https://staging.example.com/help", "")),
    ],
)
def test_the_pages_of_a_vendor_are_not_asked_when_its_server_is_added(
    service: str, support: str, certificate: str, asked: tuple[str, str]
) -> None:
    named = f"<CertURL>{certificate}</CertURL>" if certificate else ""
    text = QWC.format(service=service, support=support, certificate=named)
    application = application_of(Connection(url=service, user="pat", password="", qwc=text))
    assert (application.support_url, application.cert_url) == asked
    assert application.url == service
