"""The verdicts that were probed on Intuit's own XSDs 12.0, 13.0 and 16.0, which agree on all of them."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import pytest
from lxml import etree
from qbxml_support import exported, hours

from qbsim.qbxml import Version, judge

VERSIONS = [Version(12, 0), Version(13, 0), Version(16, 0)]
DURATION = "PT8H0M0S"
NAME = "<EntityRef><FullName>Jane Doe</FullName></EntityRef>"
CUSTOMER = "<CustomerRef><FullName>Acme:Roof</FullName></CustomerRef>"
SERVICE = "<ItemServiceRef><FullName>Framing</FullName></ItemServiceRef>"
BODY = hours().partition("    <TimeTrackingAddRq")[2].partition("  </QBXMLMsgsRq>")[0]
BODY = "    <TimeTrackingAddRq" + BODY


def query(inside: str) -> str:
    return hours((BODY, f"<TimeTrackingQueryRq>{inside}</TimeTrackingQueryRq>"))


def mod(inside: str) -> str:
    return hours(
        (BODY, f"<TimeTrackingModRq><TimeTrackingMod>{inside}</TimeTrackingMod></TimeTrackingModRq>")
    )


MOD_HEAD = "<TxnID>1-1</TxnID><EditSequence>1</EditSequence>"
TAIL = "<Duration>PT1H</Duration>"

DATE = "2026-11-02"


def changed_since(moment: str) -> str:
    return query(
        f"<ModifiedDateRangeFilter><FromModifiedDate>{moment}</FromModifiedDate></ModifiedDateRangeFilter>"
    )


VALID = {
    "PT1H0M0S": hours((DURATION, "PT1H0M0S")),
    "PT90M": hours((DURATION, "PT90M")),
    "more than 24 hours": hours((DURATION, "PT100H58M0S")),
    "Rate": hours((SERVICE, f"{SERVICE}<Rate>95.00</Rate>")),
    "ListID and FullName together": hours(("<FullName>Jane", "<ListID>1-1</ListID><FullName>Jane")),
    "an empty CustomerRef": hours((CUSTOMER, "<CustomerRef/>")),
    "Notes of 4095": hours(("framing", "x" * 4095)),
    "an empty message set": hours((BODY, "")),
    "blanks around a date": hours((DATE, f"\n{DATE} ")),
    "blanks around a duration": hours((DURATION, f" {DURATION}\t")),
    "a leap day": changed_since("2024-02-29"),
    "the largest MaxReturned": query(f"<MaxReturned>{2**31 - 1}</MaxReturned>"),
    "rollbackOnError": hours(("stopOnError", "rollbackOnError")),
}

BEYOND = {
    "a negative duration": (hours((DURATION, "-PT1H")), "negative-duration", 3035),
    "an empty duration": (hours((DURATION, "")), "empty-duration", 3035),
    "a duration of ten digits": (hours((DURATION, "PT9999999999H")), "long-duration", 3035),
    "a duration of thousands of zeros": (hours((DURATION, f"PT{'0' * 5000}1H")), "long-duration", 3035),
    "an empty date": (hours((DATE, "")), "empty-date", 3020),
    "a date of the year 20026": (hours((DATE, "20026-11-02")), "date-range", 3020),
    "a date before 1901": (hours((DATE, "1900-12-31")), "date-range", 3020),
    "a thirteenth month": (changed_since("2026-13-01"), "datetime", 3020),
    "the 29th of February 2026": (changed_since("2026-02-29"), "datetime", 3020),
    "hour 24": (changed_since("2026-11-02T24:00:00"), "datetime", 3020),
    "an offset of 99 hours": (changed_since("2026-11-02T09:00:00+99:00"), "datetime", 3020),
    "more records than 32 bits count": (query(f"<MaxReturned>{2**31}</MaxReturned>"), "number", 3085),
    "a number of thousands of digits": (query(f"<MaxReturned>{'9' * 5000}</MaxReturned>"), "number", 3085),
}
"""Valid by the XSD; we go beyond it: by this rule, with this status."""

INVALID = {
    "PT1.5H": (hours((DURATION, "PT1.5H")), "value"),
    "P1DT1H": (hours((DURATION, "P1DT1H")), "value"),
    "PT": (hours((DURATION, "PT")), "value"),
    "1:30": (hours((DURATION, "1:30")), "value"),
    "no Duration": (hours((f"<Duration>{DURATION}</Duration>", "")), "structure"),
    "Duration before ItemServiceRef": (
        hours(
            (SERVICE, ""), (f"<Duration>{DURATION}</Duration>", f"<Duration>{DURATION}</Duration>{SERVICE}")
        ),
        "structure",
    ),
    "CustomerRef before EntityRef": (hours((CUSTOMER, ""), (NAME, CUSTOMER + NAME)), "structure"),
    "IsBillable": (
        hours(("<BillableStatus>Billable</BillableStatus>", "<IsBillable>1</IsBillable>")),
        "structure",
    ),
    "an unknown BillableStatus": (hours((">Billable<", ">Perhaps<")), "value"),
    "an empty BillableStatus": (hours((">Billable<", "><")), "value"),
    "Notes of 4096": (hours(("framing", "x" * 4096)), "value"),
    "FullName before ListID": (
        hours(("Jane Doe</FullName>", "Jane</FullName><ListID>1-1</ListID>")),
        "structure",
    ),
    "ListID of 37": (hours(("<FullName>Jane Doe</FullName>", f"<ListID>{'1' * 37}</ListID>")), "value"),
    "FullName of 210": (hours(("Acme:Roof", "x" * 210)), "value"),
    "a GUID without braces": (
        hours(
            (
                "Billable</BillableStatus>",
                "Billable</BillableStatus><ExternalGUID>0a1b2c3d-0000-1111-2222-0123456789ab</ExternalGUID>",
            )
        ),
        "value",
    ),
    "TxnDate 2026-9-1": (hours(("2026-11-02", "2026-9-1")), "value"),
    "no onError": (hours((' onError="stopOnError"', "")), "structure"),
    "a namespace on the root": (hours(("<QBXML>", '<QBXML xmlns="urn:qbxml">')), "structure"),
    "TxnID with MaxReturned": (query("<TxnID>1-1</TxnID><MaxReturned>5</MaxReturned>"), "structure"),
    "MaxReturned 0": (query("<MaxReturned>0</MaxReturned>"), "value"),
    "both date filters": (query("<ModifiedDateRangeFilter/><TxnDateRangeFilter/>"), "structure"),
    "ListID and FullName in the entity filter": (
        query(
            "<TimeTrackingEntityFilter><ListID>1</ListID><FullName>J</FullName></TimeTrackingEntityFilter>"
        ),
        "structure",
    ),
    "Mod without EntityRef": (mod(MOD_HEAD + TAIL), "structure"),
    "Mod without Duration": (mod(MOD_HEAD + NAME), "structure"),
    "EditSequence of 17": (
        mod(f"<TxnID>1-1</TxnID><EditSequence>{'1' * 17}</EditSequence>{NAME}{TAIL}"),
        "value",
    ),
}


@functools.cache
def xsd(version: Version) -> etree.XMLSchema:
    with tempfile.TemporaryDirectory() as folder:
        return etree.XMLSchema(etree.parse(str(exported(Path(folder), version))))


def valid_by_xsd(text: str, version: Version) -> bool:
    return xsd(version).validate(etree.fromstring(text.encode()))


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("probe", VALID)
def test_what_the_xsd_takes_is_taken(probe: str, version: Version) -> None:
    assert valid_by_xsd(VALID[probe], version)
    assert judge(VALID[probe], version) == ()


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("probe", BEYOND)
def test_what_only_the_xsd_takes_is_refused_by_value_and_says_so_in_its_rule(
    probe: str, version: Version
) -> None:
    text, rule, status = BEYOND[probe]
    assert valid_by_xsd(text, version)
    (refusal,) = judge(text, version)
    assert (refusal.gate, refusal.status_code) == ("value", status)
    assert refusal.rule == f"qbxml.beyond.{rule}"
    assert len(refusal.likely) < 300


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("probe", INVALID)
def test_what_the_xsd_refuses_is_refused_by_its_gate(probe: str, version: Version) -> None:
    text, gate = INVALID[probe]
    assert not valid_by_xsd(text, version)
    refusals = judge(text, version)
    assert [refusal.gate for refusal in refusals] == [gate]
    assert (refusals[0].status_code is None) == (gate == "structure")
