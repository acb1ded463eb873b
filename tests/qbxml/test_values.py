"""Values: what is written can be read back, and what is written passes the gates."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from qbxml_support import BAD_VALUES, VALUES

from qbsim.qbxml import NEWEST, grammar, values
from qbsim.qbxml.hints import hint
from qbsim.qbxml.model import children_of
from qbsim.qbxml.notation import notation, type_named
from qbsim.qbxml.rules import narrowed
from qbsim.qbxml.value_gate import RULE_OF, accepts
from qbsim.qbxml.xsd import simple_type_schema

SECONDS = st.integers(min_value=0, max_value=10**7).map(lambda seconds: dt.timedelta(seconds=seconds))
OFFSETS = st.integers(min_value=-14 * 4, max_value=14 * 4).map(
    lambda quarters: dt.timezone(dt.timedelta(minutes=15 * quarters))
)
MOMENTS = st.datetimes(timezones=st.one_of(st.none(), OFFSETS)).map(
    lambda moment: moment.replace(microsecond=0)
)
DECIMALS = st.decimals(-(10**10) + 1, 10**10 - 1, places=5)
TYPES = sorted(notation().types)


@given(SECONDS, st.booleans())
def test_an_interval_survives_the_way_there_and_back(interval: dt.timedelta, back: bool) -> None:
    signed = -interval if back else interval
    text = values.write_interval(signed)
    assert values.read_interval(text) == signed
    assert accepts(type_named("TIMEINTERVALTYPE"), text)


@given(SECONDS)
def test_an_interval_without_seconds_is_cut_to_the_minute(interval: dt.timedelta) -> None:
    read = values.read_interval(values.write_interval(interval, seconds=False))
    assert dt.timedelta(0) <= interval - read < dt.timedelta(minutes=1)


def test_hours_are_not_folded_into_days() -> None:
    assert values.write_interval(dt.timedelta(hours=100, minutes=58)) == "PT100H58M0S"
    assert values.write_interval(dt.timedelta(hours=8, minutes=30), seconds=False) == "PT8H30M"


def test_the_blanks_that_the_schema_drops_are_dropped() -> None:
    assert values.read_interval(" PT8H\n") == dt.timedelta(hours=8)
    assert values.read_date("\t2026-11-02Z ") == dt.date(2026, 11, 2)
    assert values.read_boolean(" true ") is True


@given(st.dates())
def test_a_date_survives_the_way_there_and_back(date: dt.date) -> None:
    assert values.read_date(values.write_date(date)) == date
    assert accepts(type_named("DATETYPE"), values.write_date(date))


@given(MOMENTS)
def test_a_moment_survives_the_way_there_and_back(moment: dt.datetime) -> None:
    text = values.write_moment(moment)
    assert values.read_moment(text) == moment
    assert values.read_moment(text).utcoffset() == moment.utcoffset()
    assert accepts(type_named("DATETIMETYPE"), text)


def test_a_moment_may_lack_parts_from_the_right() -> None:
    assert values.read_moment("2026-1-2") == dt.datetime(2026, 1, 2)  # noqa: DTZ001 - the PC's own time
    assert values.read_moment("2026-1-2T9") == dt.datetime(2026, 1, 2, 9)  # noqa: DTZ001


@given(DECIMALS)
def test_a_price_survives_the_way_there_and_back(price: Decimal) -> None:
    text = values.write_price(price)
    assert values.read_number(text) == price
    assert accepts(type_named("PRICETYPE"), text)


@given(DECIMALS)
def test_a_quantity_survives_the_way_there_and_back(quantity: Decimal) -> None:
    text = values.write_quantity(quantity)
    assert values.read_number(text) == quantity
    assert accepts(type_named("QUANTYPE"), text)


@given(st.decimals(-(10**13) + 1, 10**13 - 1, places=2))
def test_an_amount_survives_the_way_there_and_back(amount: Decimal) -> None:
    text = values.write_amount(amount)
    assert values.read_number(text) == amount
    assert accepts(type_named("AMTTYPE"), text)


def test_numbers_look_as_quickbooks_prints_them() -> None:
    assert values.write_amount(Decimal(1250)) == "1250.00"
    assert values.write_price(Decimal("95.5")) == "95.50"
    assert values.write_price(Decimal("0.12345")) == "0.12345"
    assert values.write_quantity(Decimal("8.000")) == "8"
    assert values.write_quantity(Decimal(100)) == "100"


@given(st.uuids())
def test_a_guid_is_read_in_lower_case_with_its_braces(guid: object) -> None:
    assert values.read_guid(f"{{{guid}}}".upper()) == f"{{{guid}}}"


@given(st.integers(1, 2**32), st.integers(0, 2**31 - 1))
def test_an_id_survives_the_way_there_and_back(counter: int, seconds: int) -> None:
    created = dt.datetime.fromtimestamp(seconds, dt.UTC)
    text = values.write_id(counter, created)
    assert values.read_id(text) == (counter, created)
    assert accepts(type_named("IDTYPE"), text)


@given(st.booleans())
def test_a_boolean_survives_the_way_there_and_back(value: bool) -> None:
    assert values.read_boolean(values.write_boolean(value)) is value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (values.read_interval, "8:30"),
        (values.read_interval, "PT"),
        (values.read_date, "2026-9-1"),
        (values.read_moment, "yesterday"),
        (values.read_number, "1,50"),
        (values.read_number, ""),
        (values.read_boolean, "yes"),
        (values.read_guid, "0a1b2c3d-0000-1111-2222-0123456789ab"),
        (values.read_id, "Jane"),
    ],
)
def test_what_is_no_value_cannot_be_read(read: object, text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        read(text)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["PT99999999999H", f"PT{'9' * 5000}H"])
def test_an_interval_beyond_all_counting_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time interval") as error:
        values.read_interval(text)
    assert len(str(error.value)) < 200


# --- the cure that a hint tells to write ---------------------------------------------------------

MEANT = {
    "TIMEINTERVALTYPE": {
        "8:30": "PT8H30M",
        "8.5": "PT8H30M",
        "8,5 h": "PT8H30M",
        "8h30m": "PT8H30M",
        "8 hours 30 minutes": "PT8H30M",
        "90 min": "PT1H30M",
        "pt8h30m": "PT8H30M",
        "PT8.5H0M": "PT8H30M",
        "P1DT2H": "PT26H0M",
        "+PT8H": "PT8H0M",
        "PT8H0M0.5S": "PT8H0M",
    },
    "DATETYPE": {"11/02/2026": "2026-11-02", "2026-9-1": "2026-09-01", "Nov 2, 2026": "2026-11-02"},
    "DATETIMETYPE": {
        "2026-11-02T09:00:00Z": "2026-11-02T09:00:00+00:00",
        "2026-11-02T09:00:00.123Z": "2026-11-02T09:00:00+00:00",
        "2026-11-02T09:00:00.5-05:00": "2026-11-02T09:00:00-05:00",
        "2026-11-02 09:00:00": "2026-11-02T09:00:00",
        "11/02/2026": "2026-11-02",
    },
    "AMTTYPE": {"1,250.00": "1250.00", "1.250,00": "1250.00", "1,50": "1.50", "$5": "5.00"},
    "PRICETYPE": {"0.1234567": "0.12346", "$95": "95.00", "123456789012": "95.50"},
    "QUANTYPE": {"1,5": "1.5", "1,000": "1000"},
    "PERCENTTYPE": {"8.25%": "8.25"},
    "INTTYPE": {"1,000": "1000", "5.0": "5"},
    "BOOLTYPE": {"Yes": "true", "FALSE": "false"},
    "GUIDTYPE": {"0a1b2c3d-0000-1111-2222-0123456789ab": "{0a1b2c3d-0000-1111-2222-0123456789ab}"},
}


@pytest.mark.parametrize(
    ("name", "text", "meant"), [(name, *pair) for name, pairs in MEANT.items() for pair in pairs.items()]
)
def test_a_hint_tells_to_write_what_is_probably_meant(name: str, text: str, meant: str) -> None:
    kind = type_named(name)
    assert not accepts(kind, text)
    assert f"`{meant}`" in hint(f"qbxml.value.{RULE_OF[name]}", "Field", text, kind)
    assert accepts(kind, meant)


@pytest.mark.parametrize("name", sorted(MEANT))
@given(text=st.one_of(st.text(max_size=12), st.text("0123456789-+:.,TZPHMSDhm $%", max_size=14)))
def test_a_hint_never_tells_to_write_what_is_refused(name: str, text: str) -> None:
    kind = type_named(name)
    sentence = hint(f"qbxml.value.{RULE_OF[name]}", "Field", text, kind)
    if (told := re.search(r"(?:write|Write)[^`]*`([^`]*)`\.", sentence)) and "`" not in text:
        assert accepts(kind, told[1]), sentence


# --- our judge of values beside lxml's ----------------------------------------------------------


def lxml_accepts(schema: etree.XMLSchema, text: str) -> bool:
    element = etree.Element("value")
    element.text = text
    return schema.validate(element)


NEAR = st.one_of(
    st.sampled_from([text for texts in (*VALUES.values(), *BAD_VALUES.values()) for text in texts]),
    st.text("0123456789-+:.TZPHMSDtruefals \t\n\u00a0{}aF", max_size=24),
    st.from_regex(r"\A-?[0-9]{4}-[0-9]{2}-[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})?\Z"),
    st.integers(0, 2**70).map(lambda number: f"PT{number}H"),
    st.integers(-(2**70), 2**70).map(lambda number: f"{number}-01-01"),
    st.integers(-(2**33), 2**33).map(str),
    st.from_regex(r"\A[+-]?PT([0-9]{1,2}H)?([0-9]{1,2}M)?([0-9]{1,2}S)?\Z"),
    st.from_regex(r"\A[ \n]*[+-]?[0-9]{1,14}(\.[0-9]{0,6})?[ \t]*\Z"),
)


NARROWED = (
    ("TimeTrackingAdd", "Duration"),
    ("TimeTrackingAdd", "TxnDate"),
    ("ModifiedDateRangeFilter", "FromModifiedDate"),
    ("TimeTrackingQueryRq", "MaxReturned"),
)
KINDS = {name: type_named(name) for name in TYPES}
for parent, name in NARROWED:
    content = grammar(NEWEST).content(parent)
    child = next(each for each in children_of(content.particle) if each.name == name)
    plain = grammar(NEWEST).type_of(parent, name)
    assert plain is not None
    KINDS[f"{name} of {parent}"] = narrowed(parent, child, plain)


@pytest.mark.parametrize("name", KINDS)
def test_our_judge_of_values_agrees_with_lxml(name: str) -> None:
    kind = KINDS[name]
    schema = etree.XMLSchema(etree.fromstring(simple_type_schema(kind)))

    @given(NEAR)
    def agree(text: str) -> None:
        assert accepts(kind, text) == lxml_accepts(schema, text), text

    agree()


@given(st.integers(0, 9999), st.integers(0, 14), st.integers(0, 33), st.booleans())
def test_a_date_time_is_taken_if_python_knows_the_day(year: int, month: int, day: int, padded: bool) -> None:
    text = f"{year:04}-{month:02}-{day:02}" if padded else f"{year:04}-{month}-{day}"
    try:
        values.read_moment(text)
    except ValueError:
        exists = False
    else:
        exists = True
    assert accepts(KINDS["FromModifiedDate of ModifiedDateRangeFilter"], text) == exists
