"""Documents as QuickBooks writes them, and as applications write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from qbxml_support import Maker, around, every_message

from qbsim.qbxml import NEWEST, Version, grammar, judge, judge_answer, write_answer, write_request
from qbsim.qbxml.parser import parse

WRITABLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40
)


def answer() -> etree._Element:
    root = etree.Element("QBXML")
    messages = etree.SubElement(root, "QBXMLMsgsRs")
    response = etree.SubElement(messages, "TimeTrackingAddRs")
    for name, value in (
        ("statusMessage", 'There is an invalid reference to QuickBooks Employee "J & J"'),
        ("statusSeverity", "Error"),
        ("statusCode", "3140"),
        ("requestID", "1"),
    ):
        response.set(name, value)
    hours = etree.SubElement(etree.SubElement(messages, "TimeTrackingAddRs"), "TimeTrackingRet")
    etree.SubElement(hours, "Notes").text = '<b> & "c"\''
    return root


def test_an_answer_looks_as_quickbooks_prints_it() -> None:
    assert write_answer(answer()) == (
        '<?xml version="1.0" ?>\n'
        "<QBXML>\n"
        "<QBXMLMsgsRs>\n"
        '<TimeTrackingAddRs requestID="1" statusCode="3140" statusSeverity="Error" '
        'statusMessage="There is an invalid reference to QuickBooks Employee &quot;J &amp; J&quot;" />\n'
        "<TimeTrackingAddRs>\n"
        "<TimeTrackingRet>\n"
        '<Notes>&lt;b&gt; &amp; "c"\'</Notes>\n'
        "</TimeTrackingRet>\n"
        "</TimeTrackingAddRs>\n"
        "</QBXMLMsgsRs>\n"
        "</QBXML>\n"
    )


def test_the_attributes_of_a_query_stand_in_quickbooks_order() -> None:
    root = etree.Element("QBXML")
    names = ("iteratorID", "retCount", "statusMessage", "iteratorRemainingCount", "statusCode", "requestID")
    etree.SubElement(root, "TimeTrackingQueryRs", dict.fromkeys(names, "1"))
    line = write_answer(root).splitlines()[2]
    assert [part.partition("=")[0] for part in line.split()[1:-1]] == [
        "requestID", "statusCode", "statusMessage", "retCount", "iteratorRemainingCount", "iteratorID",
    ]  # fmt: skip


def test_a_request_has_both_prologs() -> None:
    root = around(etree.Element("HostQueryRq"), "request")
    assert write_request(root, Version(13, 0)) == (
        '<?xml version="1.0" encoding="utf-8"?>\n<?qbxml version="13.0"?>\n<QBXML>\n'
        '<QBXMLMsgsRq onError="stopOnError">\n<HostQueryRq />\n</QBXMLMsgsRq>\n</QBXML>\n'
    )


@given(text=WRITABLE, attribute=WRITABLE)
def test_what_is_written_can_be_read_back(text: str, attribute: str) -> None:
    root = etree.Element("QBXML", note=attribute)
    etree.SubElement(root, "Notes").text = text
    back = parse(write_answer(root))
    assert (back.get("note"), back.findtext("Notes")) == (attribute, text)


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "\ta"])
def test_line_ends_survive_in_values_and_attributes(text: str) -> None:
    root = etree.Element("QBXML", note=text)
    etree.SubElement(root, "Notes").text = text
    back = parse(write_answer(root))
    assert (back.get("note"), back.findtext("Notes")) == (text, text)


def test_whatever_the_grammar_makes_is_written_so_that_the_gates_take_it() -> None:
    for at, (kind, name) in enumerate(every_message()):
        if at % 9 == 0:
            root = around(Maker(grammar(NEWEST), seed=at, fullness=0.6).element(name), kind)
            if kind.endswith("request"):
                assert judge(write_request(root, NEWEST)) == (), name
            else:
                assert judge_answer(write_answer(root), NEWEST) == (), name
