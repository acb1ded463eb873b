"""Answers that real QuickBooks gave come out of this one in the same shape.

The shapes are those of captures in qbwc/qbwc: QuickBooks Pro 2014 (Host, Company, Preferences) and
two customers. With the folder of samples (QBHARNESS_SAMPLES) the captures themselves are compared.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from quickbooks_support import Answer, Desk, desk, list_add

from qbsim.quickbooks import Product, people

FOLDER = os.environ.get("QBHARNESS_SAMPLES", "")
OWNER = "{512349B1-1111-2222-3333-000DE1813D20}"

CUSTOMER = (
    "<Name>mrjoecustomer</Name><IsActive>1</IsActive><CompanyName>Joes Garage</CompanyName>"
    "<Salutation>Mr</Salutation><FirstName>Joe</FirstName><LastName>Customer</LastName><BillAddress>"
    "<Addr1>123 Main St.</Addr1><City>Mountain View</City><State>CA</State><PostalCode>94566</PostalCode>"
    "</BillAddress><Email>joecustomer@gmail.com</Email><AccountNumber>89087</AccountNumber>"
    "<CreditLimit>2000.00</CreditLimit>"
)
CUSTOMER_SHAPE = [
    *("ListID", "TimeCreated", "TimeModified", "EditSequence", "Name", "FullName", "IsActive", "Sublevel"),
    *("CompanyName", "Salutation", "FirstName", "LastName", "BillAddress", "Email", "Balance"),
    *("TotalBalance", "AccountNumber", "CreditLimit", "JobStatus"),
]
FIRST_CALL = (
    '<HostQueryRq requestID="0"/><CompanyQueryRq requestID="1"><OwnerID>{owner}</OwnerID></CompanyQueryRq>'
    '<PreferencesQueryRq requestID="2"/>'
)


def stamped_desk() -> Desk:
    """QuickBooks Pro 2014 with a Web Connector's stamps on its company."""
    at = desk(product=Product(2014), filled=False)
    people.set_preference(at.qb, "IsUsingClassTracking", "false")
    for name in ("AppLock", "FileID"):
        at.one(
            f"<DataExtDefAddRq><DataExtDefAdd><OwnerID>{OWNER}</OwnerID><DataExtName>{name}</DataExtName>"
            "<DataExtType>STR255TYPE</DataExtType><AssignToObject>Company</AssignToObject></DataExtDefAdd>"
            "</DataExtDefAddRq>"
        )
        at.one(
            f"<DataExtAddRq><DataExtAdd><OwnerID>{OWNER}</OwnerID><DataExtName>{name}</DataExtName>"
            "<OtherDataExtType>Company</OtherDataExtType><DataExtValue>x</DataExtValue></DataExtAdd></DataExtAddRq>"
        )
    return at


def shape(element: etree._Element) -> Any:
    """Names, order and attributes of an element and all below it; no values."""
    return (element.tag, list(element.attrib), [shape(child) for child in element])


def first_answer(at: Desk) -> Answer:
    return at.ask(FIRST_CALL.format(owner=OWNER))


def test_a_customer_comes_back_as_in_the_capture() -> None:
    at = desk(product=Product(2014))
    reply = at.one(list_add("Customer", CUSTOMER), "7.0")
    assert reply.order() == CUSTOMER_SHAPE
    assert list(reply.element.attrib) == ["statusCode", "statusSeverity", "statusMessage"]
    assert reply.value("*/JobStatus") == "None"


def test_the_first_answers_of_a_session_come_as_in_the_capture() -> None:
    answer = first_answer(stamped_desk())
    assert [(reply.name, reply.attribute("requestID")) for reply in answer] == [
        *(("HostQueryRs", "0"), ("CompanyQueryRs", "1"), ("PreferencesQueryRs", "2")),
    ]
    assert answer[0].values("HostRet/SupportedQBXMLVersion")[-1] == "13.0"
    assert answer[0].value("HostRet/ProductName") == "QuickBooks Pro 2014"
    assert answer[1].values("CompanyRet/DataExtRet/DataExtName") == ["AppLock", "FileID"]


def test_every_element_stands_on_a_line_of_its_own() -> None:
    lines = first_answer(stamped_desk()).text.split("\n")
    assert lines[-1] == ""
    assert all(line.startswith("<") and line.count("<") in {1, 2} for line in lines[:-1])
    assert not any(line != line.strip() for line in lines)


def sample(name: str) -> etree._Element:
    return etree.parse(str(Path(FOLDER) / "qbwc+qbwc" / name), None).getroot()


@pytest.mark.skipif(not FOLDER, reason="QBHARNESS_SAMPLES does not name the folder of samples")
def test_the_capture_of_host_company_and_preferences_has_our_shape() -> None:
    ours = etree.fromstring(first_answer(stamped_desk()).text.encode())
    assert shape(ours) == shape(sample("test_test_helper.rb.L215.xml"))


@pytest.mark.skipif(not FOLDER, reason="QBHARNESS_SAMPLES does not name the folder of samples")
@pytest.mark.parametrize("name", ["test_test_helper.rb.L166.xml", "test_test_helper.rb.L223.xml"])
def test_the_capture_of_a_customer_has_our_shape(name: str) -> None:
    captured = sample(name)
    asked = ("CompanyName", "Salutation", "FirstName", "LastName", "BillAddress", "Email", "AccountNumber")
    ret = captured.find(".//CustomerRet")
    assert ret is not None
    given = [child for child in ret if child.tag in (*asked, "CreditLimit")]
    inner = "<Name>mrjoecustomer</Name>" + "".join(etree.tostring(one, encoding="unicode") for one in given)
    ours = etree.fromstring(desk(product=Product(2014)).ask(list_add("Customer", inner), "7.0").text.encode())
    assert shape(ours) == shape(captured)


@pytest.mark.skipif(not FOLDER, reason="QBHARNESS_SAMPLES does not name the folder of samples")
def test_the_captured_refusals_have_our_words() -> None:
    at = desk(switches={"query_of_unknown_id": "3120"})
    missing = at.ask("<CustomerQueryRq><FullName>bleech</FullName></CustomerQueryRq>")
    unknown = at.ask("<CustomerQueryRq><ListID>8000001B-1405768916</ListID></CustomerQueryRq>")
    for ours, name in ((missing, "test_test_helper.rb.L182.xml"), (unknown, "test_test_helper.rb.L186.xml")):
        captured = sample(name)[0][0]
        assert dict(ours[0].element.attrib) == dict(captured.attrib)
        assert ours[0].name == captured.tag
