"""One test a row of what a faithful Web Connector accepts, and of what .NET refuses."""

from __future__ import annotations

import pytest
from connector_support import (
    REQUEST,
    XML_TYPE,
    envelope,
    reply,
    result,
    server,
    update,
)

from qbsim.connector import soap
from qbsim.connector.operations import NAMESPACE, OPERATIONS
from qbsim.connector.wire import Reply

ENV = soap.ENVELOPE


def read(operation: str, body: bytes, *, status: int = 200, content_type: str = "text/xml") -> object:
    return soap.read_reply(OPERATIONS[operation], status, {"content-type": content_type}, body)


@pytest.mark.parametrize("prefix", ["soap", "SOAP-ENV", "soap11env", "S", "env"])
def test_the_envelope_is_known_by_its_namespace_not_by_its_prefix(prefix: str) -> None:
    body = result("serverVersion", "1.0").decode().replace("soap:", f"{prefix}:")
    assert read("serverVersion", body.replace("xmlns:soap", f"xmlns:{prefix}").encode()) == "1.0"


@pytest.mark.parametrize("prefix", ["ns1", "tns"])
def test_the_result_may_have_a_prefix(prefix: str) -> None:
    body = envelope(
        f'<{prefix}:serverVersionResponse xmlns:{prefix}="{NAMESPACE}">'
        f"<{prefix}:serverVersionResult>1.0</{prefix}:serverVersionResult>"
        f"</{prefix}:serverVersionResponse>"
    )
    assert read("serverVersion", body) == "1.0"


def test_types_of_the_encoded_style_are_ignored() -> None:
    body = envelope(
        f'<authenticateResponse xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        '<authenticateResult xsi:type="xsd:anyType"><string xsi:type="xsd:string">t</string>'
        '<string xsi:type="xsd:string">none</string></authenticateResult></authenticateResponse>'
    )
    assert read("authenticate", body) == ("t", "none")


@pytest.mark.parametrize("count", [2, 3, 4])
def test_authenticate_has_two_to_four_strings(count: int) -> None:
    strings = ["t", "", "60", "300"][:count]
    assert read("authenticate", result("authenticate", strings)) == tuple(strings)


@pytest.mark.parametrize("strings", [["t"], []])
def test_one_string_fails_the_authentication(strings: list[str]) -> None:
    with pytest.raises(soap.ReplyRefused, match="Index Out Of Range"):
        read("authenticate", result("authenticate", strings))


EMPTY = {
    "open and close": "<sendRequestXMLResult></sendRequestXMLResult>",
    "self-closing": "<sendRequestXMLResult/>",
    "null": '<sendRequestXMLResult xsi:nil="true"/>',
    "absent": "",
}


@pytest.mark.parametrize("form", EMPTY)
def test_an_empty_string_has_four_spellings(form: str) -> None:
    body = envelope(
        f'<sendRequestXMLResponse xmlns="{NAMESPACE}" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{EMPTY[form]}</sendRequestXMLResponse>'
    )
    assert read("sendRequestXML", body) == ""


@pytest.mark.parametrize(
    ("operation", "wrapped", "value"),
    [
        ("sendRequestXML", "<string>&lt;a/&gt;</string>", "<a/>"),
        ("sendRequestXML", "<string/>", ""),
        ("receiveResponseXML", "<int>50</int>", 50),
    ],
)
def test_a_wrapped_scalar_is_read_as_the_plain_one(operation: str, wrapped: str, value: object) -> None:
    body = envelope(
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result>{wrapped}</{operation}Result>'
        f"</{operation}Response>"
    )
    assert read(operation, body) == value


def test_a_pretty_printed_body_is_read() -> None:
    body = (
        f'\ufeff<?xml version="1.0" encoding="utf-8"?>\n\t<S:Envelope xmlns:S="{ENV}">\n\t <S:Header/>\n'
        f'\t<S:Body>\n\t\t<receiveResponseXMLResponse xmlns="{NAMESPACE}">\n'
        "\t\t\t<receiveResponseXMLResult>\n 42 \n</receiveResponseXMLResult>\n"
        "\t\t</receiveResponseXMLResponse>\n\t</S:Body>\n</S:Envelope>\n"
    )
    assert read("receiveResponseXML", body.encode()) == 42


@pytest.mark.parametrize(
    "request_text",
    [
        "\n\n" + REQUEST,
        "\t" + REQUEST,
        REQUEST.replace("<?qbxml", "  <?qbxml"),
        REQUEST.partition("?>")[2],
        REQUEST.replace("<QBXML>", "<!-- ours --><QBXML>"),
        REQUEST.replace("/></QBXMLMsgsRq>", "></TimeTrackingAddRq ></QBXMLMsgsRq>"),
        REQUEST.replace("?><?qbxml", ' encoding="ISO-8859-1"?><?qbxml').replace('1.0"?', '1.0" ?'),
        "<a>&quot;it&apos;s&quot; Jane </a>",
    ],
    ids=["newlines", "tab", "blanks", "no declaration", "comment", "close tag", "latin-1", "entities"],
)
def test_a_request_reaches_quickbooks_character_for_character(request_text: str) -> None:
    from connector_support import ScriptedQuickBooks

    quickbooks = ScriptedQuickBooks()
    update(server(sendRequestXML=[request_text, ""]), quickbooks=quickbooks).run()
    assert quickbooks.processed == [request_text]


@pytest.mark.parametrize("operation", ["serverVersion", "clientVersion"])
def test_a_fault_from_a_version_call_does_not_stop_the_session(operation: str) -> None:
    fault = envelope(
        "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>no such method</faultstring></soap:Fault>"
    )
    sync = server(**{operation: Reply(500, XML_TYPE, fault)})
    assert update(sync).run().outcome == "completed"


HTML = Reply(500, (("Content-Type", "text/html; charset=utf-8"),), b"<html>Oops</html>")


@pytest.mark.parametrize(
    ("operation", "code"),
    [("authenticate", "QBWC1012"), ("sendRequestXML", "QBWC1041"), ("receiveResponseXML", "QBWC1042")],
)
def test_an_html_500_from_a_later_call_ends_the_session(operation: str, code: str) -> None:
    done = update(server(**{operation: HTML})).run()
    assert done.outcome == "failed"
    assert done.codes == (code,)


def test_a_fault_gives_its_text() -> None:
    fault = envelope("<soap:Fault><faultstring>no such ticket</faultstring></soap:Fault>")
    with pytest.raises(soap.ReplyRefused, match="no such ticket"):
        read("sendRequestXML", fault, status=500)


@pytest.mark.parametrize(
    "content_type",
    ["text/xml", "text/xml; charset=utf-8", 'text/xml;charset="UTF-8"', "TEXT/XML; charset=iso-8859-1"],
)
def test_every_spelling_of_text_xml_is_accepted(content_type: str) -> None:
    assert read("serverVersion", result("serverVersion", "1"), content_type=content_type) == "1"


@pytest.mark.parametrize(
    ("charset", "declared", "encoded"),
    [
        ("utf-8", "utf-8", "utf-8"),
        ('"UTF-8"', "iso-8859-1", "utf-8"),
        ("iso-8859-1", "iso-8859-1", "latin-1"),
        ("ISO-8859-1", "utf-8", "latin-1"),
        ("windows-1252", None, "cp1252"),
        ("utf-8", "utf-16", "utf-16"),
        ("no-such-charset", "utf-8", "utf-8"),
        *((name, "utf-8", "utf-8") for name in ("rot13", "punycode", "idna", "undefined", "zlib")),
        ("", "iso-8859-1", "latin-1"),
    ],
)
def test_a_reply_is_read_in_the_charset_of_its_content_type(
    charset: str, declared: str | None, encoded: str
) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = declaration + result("sendRequestXML", "Zoë Müller").decode().partition("?>")[2]
    content_type = f"text/xml; charset={charset}" if charset else "text/xml"
    assert read("sendRequestXML", text.encode(encoded), content_type=content_type) == "Zoë Müller"


def test_a_byte_that_is_none_of_the_charset_is_replaced() -> None:
    body = result("sendRequestXML", "Zoë").decode().encode("latin-1")
    assert read("sendRequestXML", body, content_type="text/xml; charset=utf-8") == "Zo\ufffd"
    with pytest.raises(soap.ReplyRefused, match="not well-formed"):
        read("sendRequestXML", body)


@pytest.mark.parametrize("content_type", ["text/html", "application/xml", "application/soap+xml", ""])
def test_every_other_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(soap.ReplyRefused, match="but expected 'text/xml'"):
        read("serverVersion", result("serverVersion", "1"), content_type=content_type)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, "HTTP status 404: Not Found"),
        (405, "405: Method Not Allowed"),
        (503, "503"),
        (302, "302: Found"),
    ],
)
def test_a_status_that_is_no_answer_is_refused(status: int, text: str) -> None:
    with pytest.raises(soap.ReplyRefused, match=text):
        read("serverVersion", result("serverVersion", "1"), status=status)


WORDS = {
    "no work": [("", "none"), ("t", "none"), ("none", "none"), ("t", "NONE"), ("t", " None ")],
    "refused": [("", "nvu"), ("nvu", "nvu"), ("t", "NVU")],
    "busy": [("none", "busy"), ("busy", "busy"), ("t", "Busy")],
}


@pytest.mark.parametrize(
    ("outcome", "strings"), [(outcome, row) for outcome, rows in WORDS.items() for row in rows]
)
def test_no_work_refused_and_busy_are_words_without_case(outcome: str, strings: tuple[str, str]) -> None:
    sync = server(authenticate=strings)
    assert update(sync).run().outcome == outcome
    assert "sendRequestXML" not in sync.operations


def test_zero_percent_is_normal() -> None:
    sync = server(sendRequestXML=[REQUEST, REQUEST, ""], receiveResponseXML=[0, 100])
    assert update(sync).run().outcome == "completed"


def test_ninety_nine_and_then_nothing_asks_for_the_last_error() -> None:
    sync = server(receiveResponseXML=[99], getLastError="")
    done = update(sync).run()
    assert sync.operations[-2:] == ["getLastError", "closeConnection"]
    assert done.progress == 99


def test_a_negative_number_asks_for_the_last_error_and_closes() -> None:
    sync = server(receiveResponseXML=[-7], getLastError="Add the job Roof to Acme.")
    done = update(sync).run()
    assert sync.operations[-3:] == ["receiveResponseXML", "getLastError", "closeConnection"]
    assert (done.outcome, done.last_error, done.status) == (
        "failed",
        "Add the job Roof to Acme.",
        "Add the job Roof to Acme.",
    )


def test_no_op_where_it_should_not_be_pauses_and_asks_again() -> None:
    sync = server(
        sendRequestXML=["NoOp", REQUEST, ""],
        receiveResponseXML=[-1],
        getLastError=["noop", "NOOP", "enough"],
    )
    done = update(sync).run()
    assert sync.operations[3:] == [
        *("sendRequestXML", "getLastError", "sendRequestXML", "receiveResponseXML", "getLastError"),
        *("sendRequestXML", "getLastError", "closeConnection"),
    ]
    assert done.last_error == "enough"


@pytest.mark.parametrize(
    "body",
    [
        result("authenticate", ["t", ""]).replace(
            b"http://developer.intuit.com/", b"http://localhost:8000//"
        ),
        envelope(
            f'<authenticateResponse xmlns="{NAMESPACE}"><authenticateResult xmlns:a="http://schemas.microsoft.'
            'com/2003/10/Serialization/Arrays"><a:string>t</a:string><a:string></a:string>'
            "</authenticateResult></authenticateResponse>"
        ),
    ],
    ids=["of the result", "of the array"],
)
def test_a_wrong_namespace_is_refused_as_dotnet_does(body: bytes) -> None:
    done = update(server(authenticate=Reply(200, XML_TYPE, body))).run()
    assert done.codes == ("QBWC1012",)
    assert "Index Out Of Range." in done.status


def test_a_null_string_in_the_array_is_refused_as_dotnet_does() -> None:
    body = envelope(
        f'<authenticateResponse xmlns="{NAMESPACE}" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        '<authenticateResult><string i:nil="true"/><string/></authenticateResult></authenticateResponse>'
    )
    done = update(server(authenticate=Reply(200, XML_TYPE, body))).run()
    assert done.codes == ("QBWC1012",)
    assert "Object reference not set" in done.status


@pytest.mark.parametrize("text", ["", "fifty", "5.0", "99999999999"])
def test_a_percentage_that_is_no_number_fails_the_call(text: str) -> None:
    done = update(server(receiveResponseXML=text)).run()
    assert done.codes == ("QBWC1042",)


def test_the_cookie_jar_of_a_session_is_sent_back_and_dies_with_it() -> None:
    cookie = (("Content-Type", "text/xml"), ("Set-Cookie", "sid=42; Path=/; HttpOnly"))
    sync = server(authenticate=Reply(200, cookie, result("authenticate", ["t", ""])))
    update(sync).run()
    sent = [exchange.headers.get("Cookie", "") for exchange in sync.seen]
    assert sent[:3] == ["", "", ""]
    assert set(sent[3:]) == {"sid=42"}
    update(sync).run()
    assert sync.seen[len(sent)].headers.get("Cookie", "") == ""


def test_cookies_can_be_switched_off() -> None:
    cookie = (("Content-Type", "text/xml"), ("Set-Cookie", "sid=42"))
    sync = server(serverVersion=Reply(200, cookie, result("serverVersion", "1")))
    update(sync, pins={"cookies": "ignored"}).run()
    assert not any("Cookie" in exchange.headers for exchange in sync.seen)


def test_an_error_page_inside_a_good_envelope_is_just_a_text() -> None:
    assert reply("serverVersion", "<html>").body.count(b"&lt;html>") == 1
    assert read("serverVersion", result("serverVersion", "<html>")) == "<html>"
