"""The web page: the report, its forms, and what protects them."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from bundled_servers_support import QuickBooks, Server, update
from lxml import etree, html

from qbharness.servers.direct import DirectReply, call


@pytest.fixture
def server() -> Server:
    server = Server()
    server.add(notes='<script>alert(1)</script> & "quoted"')
    return server


def get(server: Server, target: str = "/") -> str:
    reply = call(server.app, "GET", target)
    assert reply.status == 200, reply.body
    return reply.body.decode()


def token(server: Server) -> str:
    found = re.search('name="token" value="([0-9a-f]+)"', get(server))
    assert found is not None
    return found[1]


def post(server: Server, path: str, **fields: str) -> DirectReply:
    given = {"token": token(server), **fields}
    return call(
        server.app,
        "POST",
        path,
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode(given).encode(),
    )


def problem(reply: DirectReply) -> str:
    return unescape("".join(re.findall('role="alert">(.*?)</p>', reply.body.decode())))


def upload(server: Server, data: bytes) -> DirectReply:
    parts = [
        b'Content-Disposition: form-data; name="token"\r\n\r\n' + token(server).encode(),
        b'Content-Disposition: form-data; name="csv"\r\n\r\n',
        b'Content-Disposition: form-data; name="csv"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
        + data,
    ]
    body = b"".join(b"--edge\r\n" + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=edge"}
    return call(server.app, "POST", "/import", headers=kind, body=body)


def test_the_report_shows_every_state(server: Server) -> None:
    quickbooks = QuickBooks()
    update(server, quickbooks)
    server.api("PATCH", "/api/blocks/1", {"hours": "1:00"})
    server.add(date="2026-11-03")
    server.ask(server.login(), server.hcp())
    text = " ".join(html.fromstring(get(server)).text_content().split())
    assert "sent version 1, 1-1790000000" in text
    assert "edited since" in text
    assert "in doubt" in text


def test_a_refusal_shows_quickbooks_words_and_the_update_its_error(server: Server) -> None:
    update(server, QuickBooks(names={"jane doe"}))
    text = unescape(get(server))
    assert 'invalid reference to QuickBooks Customer "Acme:Roof"' in text
    assert 'QuickBooks has no customer or job "Acme:Roof"' in text


def test_what_people_typed_is_text_and_never_markup(server: Server) -> None:
    page = html.fromstring(get(server))
    assert page.findall(".//script") == []
    assert '<script>alert(1)</script> & "quoted"' in page.text_content()


def test_every_page_forbids_scripts_frames_and_foreign_forms(server: Server) -> None:
    for path in ("/", "/blocks/1", "/style.css"):
        headers = call(server.app, "GET", path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_every_field_has_a_label_and_nothing_needs_javascript(server: Server) -> None:
    for path in ("/", "/blocks/1"):
        page = html.fromstring(get(server, path))
        labelled = {label.get("for") for label in page.iter("label")}
        fields = [f for f in page.iter("input", "textarea") if f.get("type") != "hidden"]
        assert {field.get("id") for field in fields} <= labelled
        assert [e for e in page.iter() if any(n.startswith("on") for n in e.attrib)] == []
        assert etree.tostring(page).count(b"javascript:") == 0


@pytest.mark.parametrize(
    "path", ["/blocks", "/blocks/1", "/blocks/1/delete", "/period", "/reconcile", "/import"]
)
def test_a_form_without_the_right_token_changes_nothing(server: Server, path: str) -> None:
    before = server.blocks()
    for wrong in ("", "0" * 64, "\u00e9"):
        assert post(server, path, token=wrong).status == 403
    assert server.blocks() == before


def test_a_block_is_added_edited_marked_and_deleted(server: Server) -> None:
    fields = {"employee": "Jo", "customer": "Acme", "date": "2026-11-05", "hours": "2:30", "billable": "yes"}
    assert post(server, "/blocks", **fields).headers["location"] == "/"
    made = server.blocks()[1]
    assert (made["employee"], made["hours"], made["billable"]) == ("Jo", "2:30", True)
    post(server, "/blocks/2", **{**fields, "hours": "3:00"})
    assert (server.blocks()[1]["hours"], server.blocks()[1]["version"]) == ("3:00", 2)
    post(server, "/blocks/2/sent")
    assert server.blocks()[1]["state"] == "sent"
    post(server, "/blocks/2/not-sent")
    assert server.blocks()[1]["state"] == "not sent"
    post(server, "/blocks/2/delete")
    assert len(server.blocks()) == 1


@pytest.mark.parametrize("path", ["/blocks", "/blocks/1"])
def test_a_wrong_value_is_told_and_what_was_typed_stays(server: Server, path: str) -> None:
    fields = {"employee": "Jo", "customer": "Acme", "date": "2026-11-05", "hours": "7.5"}
    before = server.blocks()
    reply = post(server, path, **fields)
    assert (reply.status, problem(reply)) == (400, 'Hours are written as hours and minutes, "7:30".')
    assert b'value="7.5"' in reply.body
    assert server.blocks() == before


def test_the_period_is_selected_and_a_wrong_one_told(server: Server) -> None:
    post(server, "/period", **{"from": "2026-11-01", "to": ""})
    assert server.api("GET", "/api/period") == {"from": "2026-11-01", "to": None}
    assert "ends before it begins" in problem(
        post(server, "/period", **{"from": "2026-11-02", "to": "2026-11-01"})
    )


def test_a_comparison_is_asked_for(server: Server) -> None:
    post(server, "/reconcile")
    assert "The next update compares" in get(server)


def test_the_report_is_filtered(server: Server) -> None:
    server.add(employee="John", date="2026-12-01")
    assert "John" not in get(server, "/?until=2026-11-30")
    assert "Acme:Roof" in get(server, "/?employee=john")
    wrong = call(server.app, "GET", "/?since=soon", headers={"accept": "text/html"})
    assert (wrong.status, "is a date" in problem(wrong)) == (400, True)


@pytest.mark.parametrize("number", ["99", "99999999999999999999"])
def test_a_page_that_does_not_exist_says_so(server: Server, number: str) -> None:
    reply = call(server.app, "GET", f"/blocks/{number}", headers={"accept": "text/html"})
    assert (reply.status, problem(reply)) == (404, f"There is no Work Block {number}.")
    for act in ("", "/sent", "/not-sent", "/delete"):
        assert post(server, f"/blocks/{number}{act}").status == 404


def test_the_qwc_can_be_downloaded_from_the_page(server: Server) -> None:
    links = [a.get("href") for a in html.fromstring(get(server)).iter("a")]
    (first, *_) = [link for link in links if ".qwc" in link]
    assert call(server.app, "GET", first).status == 200


CSV = "Employee,Customer,Date,Hours,Service item,Billable\nJo,Acme,2026-11-05,2:30,Framing,yes\n"


def test_blocks_are_imported_from_typed_csv_and_from_a_file(server: Server) -> None:
    assert post(server, "/import", csv=CSV).status == 303
    assert upload(server, b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode()).status == 303
    rows = server.blocks()[1:]
    assert [(r["employee"], r["service_item"], r["billable"]) for r in rows] == [("Jo", "Framing", True)] * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names each field once"),
        ("employee,customer,date,hours\n", "no Work Block"),
        (CSV + "Jo,Acme,2026-11-05,2.5,,\n", "Line 3: Hours are written"),
        (CSV + "Jo,Acme,5/11/2026,2:30,,\n", "Line 3: The field 'date'"),
        (CSV + "Jo,Acme\n", "Line 3 has more or fewer values"),
        (CSV + "Jo,Acme,2026-11-05,2:30,,,,\n", "Line 3 has more or fewer values"),
        (CSV + "Jo,Acme,2026-11-05,2:30,,maybe\n", "Line 3: The field 'billable' is yes or no"),
        ("who,what\na,b\n", "has no field 'what'"),
        ("employee,employee\na,b\n", "names each field once"),
        (CSV + 'Jo,"Acme', "cannot be read"),
    ],
)
def test_a_wrong_line_of_csv_is_named_and_nothing_is_imported(server: Server, text: str, said: str) -> None:
    reply = post(server, "/import", csv=text)
    assert (reply.status, said in problem(reply)) == (400, True), problem(reply)
    assert len(server.blocks()) == 1


def test_a_file_that_is_not_utf8_is_told(server: Server) -> None:
    assert upload(server, CSV.encode() + "Jörg".encode("latin-1")).status == 400
    assert len(server.blocks()) == 1


def test_a_body_that_is_no_form_is_refused(server: Server) -> None:
    for kind in ("application/json", "multipart/form-data", "multipart/form-data; boundary=x"):
        reply = call(server.app, "POST", "/import", headers={"content-type": kind}, body=b"{}")
        assert reply.status in (400, 403, 415)


def test_with_several_companies_the_page_leads_from_one_to_the_other(server: Server) -> None:
    server.api("POST", "/api/users", {"company": "Other & Co", "user": "other", "password": "x"})
    links = [a.get("href") for a in html.fromstring(get(server)).iter("a")]
    assert "/?company=Other+%26+Co" in links
    assert "Work Blocks of Other &amp; Co" in get(server, "/?company=Other+%26+Co")
