"""Which .qwc files the Web Connector takes, and with which code it refuses the others."""

from __future__ import annotations

import datetime as dt

import pytest
from connector_support import OWNER, qwc_text
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from qbsim.connector.qwc import ELEMENTS, QwcRefused, Scheduler, read_qwc
from qbsim.resources import data_path


def test_a_good_file_is_read() -> None:
    app = read_qwc(qwc_text(AppDisplayName="The hours", Notify="true", AuthFlags="0xF", Style="RPC"))
    assert (app.name, app.user, app.owner_id, app.app_id) == ("Hours", "jane", OWNER, "")
    assert (app.display_name, app.notify, app.auth_flags, app.style) == ("The hours", True, 15, "RPC")
    assert app.scheduler is None
    assert not app.read_only


@pytest.mark.parametrize("name", [row.name for row in ELEMENTS.values() if row.required])
def test_a_missing_element_is_named(name: str) -> None:
    with pytest.raises(QwcRefused, match=f"The element {name} is missing") as refused:
        read_qwc(qwc_text(**{name: None}))
    assert refused.value.code == "QBWC1039"


@pytest.mark.parametrize(
    "name", [row.name for row in ELEMENTS.values() if row.required and not row.may_be_empty]
)
def test_an_empty_element_is_named_with_its_line(name: str) -> None:
    with pytest.raises(QwcRefused, match=f"The element {name} is empty") as refused:
        read_qwc(qwc_text(**{name: ""}), file="hours.qwc")
    assert f"<{name}>" in refused.value.place.text
    assert str(refused.value).startswith(f"hours.qwc:{refused.value.place.line}:3: QBWC1039")


@pytest.mark.parametrize("name", ["AppID", "AppDescription"])
def test_some_elements_may_be_empty(name: str) -> None:
    read_qwc(qwc_text(**{name: ""}))


REFUSED = [
    ("QBWC1000", {"AppSupport": "https://other.example/"}),
    ("QBWC1001", {"AppURL": "https://192.168.1.4/qbwc"}),
    ("QBWC1001", {"AppURL": "https://[fe80::1]/qbwc"}),
    ("QBWC1001", {"AppURL": "https://2130706433/qbwc"}),
    ("QBWC1001", {"AppURL": "https://127.0x1/qbwc"}),
    ("QBWC1002", {"AppSupport": "https://192.168.1.4/"}),
    ("QBWC1010", {"AppURL": "http://hours.example/qbwc"}),
    ("QBWC1034", {"AuthFlags": "pro"}),
    ("QBWC1039", {"OwnerID": "57F3B9B1-86F1-4FCC-B1EE-566DE1813D20"}),
    ("QBWC1039", {"FileID": "{57F3B9B1-86F1-4FCC-B1EE}"}),
    ("QBWC1039", {"AppURL": "hours.example/qbwc"}),
    ("QBWC1039", {"AppURL": "https://[::1/"}),
    ("QBWC1039", {"AppURL": "https://hours .example/"}),
    ("QBWC1039", {"AppURL": "https://hours\n.example/"}),
    ("QBWC1039", {"AppURL": "https://other.example\\@hours.example/"}),
    ("QBWC1039", {"AppURL": "file:///etc/passwd"}),
    ("QBWC1039", {"Style": "REST"}),
    ("QBWC1039", {"IsReadOnly": "maybe"}),
    ("QBWC1039", {"PersonalDataPref": "all"}),
    ("QBWC1039", {"UnattendedModePref": "always"}),
    ("QBWC1039", {"Scheduler": "<RunEveryNMinutes>often</RunEveryNMinutes>"}),
    ("QBWC1039", {"Scheduler": "<RunEveryNSeconds>0</RunEveryNSeconds>"}),
    ("QBWC1065", {"QBType": "QBOE"}),
]


@pytest.mark.parametrize(("code", "changes"), REFUSED)
def test_a_rule_is_refused_with_its_code(code: str, changes: dict[str, str]) -> None:
    with pytest.raises(QwcRefused) as refused:
        read_qwc(qwc_text(**changes))
    assert refused.value.code == code
    assert code in str(refused.value)


def test_the_name_of_the_application_stands_in_the_refusal() -> None:
    with pytest.raises(
        QwcRefused, match=r"Application Hours cannot be loaded\. For security reasons only SSL"
    ):
        read_qwc(qwc_text(AppURL="http://hours.example/qbwc"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"AuthFlags": "pro"}, "QBWC1034: Error setting AuthFlags - pro. AuthFlags is 'pro', not a number"),
        ({"QBType": "QBOE"}, "QBWC1065: QBType is not valid: QBOE"),
        ({"Style": "REST"}, "Check QWCLog.txt for details. Style is 'REST'. It takes: Document,"),
        ({"Scheduler": "<RunEveryNMinutes>9999999</RunEveryNMinutes>"}, "'9999999', not a whole number from"),
    ],
)
def test_a_bad_value_stands_in_the_refusal(changes: dict[str, str], said: str) -> None:
    with pytest.raises(QwcRefused) as refused:
        read_qwc(qwc_text(**changes))
    assert said in str(refused.value)


def test_plain_http_is_for_localhost() -> None:
    app = read_qwc(qwc_text(AppURL="http://localhost:8000/qbwc", AppSupport="http://localhost/help"))
    assert app.url == "http://localhost:8000/qbwc"


LOCAL = {"AppURL": "http://127.0.0.1:8000/qbwc", "AppSupport": "https://hours.example/"}


def test_lenient_takes_a_server_on_this_machine() -> None:
    assert read_qwc(qwc_text(**LOCAL), lenient=True).url == LOCAL["AppURL"]
    with pytest.raises(QwcRefused, match="--lenient"):
        read_qwc(qwc_text(**LOCAL))


@pytest.mark.parametrize("changes", [c for _, c in REFUSED if "AppURL" not in c])
def test_lenient_takes_nothing_else(changes: dict[str, str]) -> None:
    if changes.keys() != {"AppSupport"}:
        with pytest.raises(QwcRefused):
            read_qwc(qwc_text(**{**LOCAL, **changes}), lenient=True)
    with pytest.raises(QwcRefused):
        read_qwc(qwc_text(AppURL="http://192.168.1.4/", AppSupport="http://192.168.1.4/"), lenient=True)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("<RunEveryNMinutes>30</RunEveryNMinutes>", Scheduler(dt.timedelta(minutes=30))),
        ("<RunEveryNSeconds>15</RunEveryNSeconds>", Scheduler(dt.timedelta(seconds=15), real_time=True)),
        (
            "<RunEveryNSeconds>15</RunEveryNSeconds><RunEveryNMinutes>30</RunEveryNMinutes>",
            Scheduler(dt.timedelta(seconds=15), real_time=True),
        ),
        ("", None),
    ],
)
def test_of_two_intervals_the_first_counts(block: str, expected: Scheduler | None) -> None:
    assert read_qwc(qwc_text(Scheduler=block)).scheduler == expected


@given(st.permutations([row.name for row in ELEMENTS.values() if row.required]))
def test_the_order_of_the_elements_is_free(order: list[str]) -> None:
    root = etree.fromstring(qwc_text().encode())
    root[:] = sorted(root, key=lambda element: order.index(str(element.tag)))
    assert read_qwc(etree.tostring(root)) == read_qwc(qwc_text())


def test_a_misspelt_element_is_recognised() -> None:
    text = qwc_text().replace("AppURL>", "AppUrl>")
    with pytest.raises(QwcRefused, match="Is AppUrl meant"):
        read_qwc(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not well-formed"),
        ("<html></html>", "outermost element is html"),
        ("<QBWCXML>", "not well-formed"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><QBWCXML>&b;</QBWCXML>', "document type"),
        ("\x00", "not well-formed"),
    ],
)
def test_what_is_no_qwc_says_so_with_its_place(text: str, said: str) -> None:
    with pytest.raises(QwcRefused, match=said) as refused:
        read_qwc(text, file="x.qwc")
    assert refused.value.place.file == "x.qwc"


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_input_is_read_or_refused(raw: bytes | str) -> None:
    with pytest.raises(QwcRefused):
        read_qwc(raw)


# -- the schema that ships for editors agrees with the rules


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(data_path("schemas", "qwc.xsd")))


def test_the_schema_takes_a_good_file(schema: etree.XMLSchema) -> None:
    assert schema.validate(etree.fromstring(qwc_text(Style="RPC", IsReadOnly="false").encode()))


def test_the_schema_knows_the_same_elements(schema: etree.XMLSchema) -> None:
    tree = etree.parse(data_path("schemas", "qwc.xsd"))
    found = {
        element.get("name"): element.get("minOccurs") != "0"
        for element in tree.iterfind(".//{*}all/{*}element")
    }
    assert found == {row.name: row.required for row in ELEMENTS.values()}


OUTSIDE_A_SCHEMA = {"QBWC1000", "QBWC1001", "QBWC1002", "QBWC1010"}


@pytest.mark.parametrize(
    "changes", [c for code, c in REFUSED if code not in OUTSIDE_A_SCHEMA and "AppURL" not in c]
)
def test_the_schema_refuses_the_same_values(schema: etree.XMLSchema, changes: dict[str, str]) -> None:
    assert not schema.validate(etree.fromstring(qwc_text(**changes).encode()))
