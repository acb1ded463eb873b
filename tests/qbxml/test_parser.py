"""Bad input: refused with a reason, in bounded time, without a look at any file or network."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qbxml_support import HOURS, hours

from qbsim.certainty import RULES
from qbsim.qbxml import NEWEST, QbxmlRefused, StructureRefused, judge, read_message_set
from qbsim.qbxml.messages import MOST_REFUSALS
from qbsim.qbxml.parser import MAX_CHARACTERS, MAX_DEPTH, parse

HEAD = '<?xml version="1.0"?>\n<?qbxml version="13.0"?>\n'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(30))

BAD = {
    "a DTD": ('<?xml version="1.0"?><!DOCTYPE QBXML [<!ELEMENT QBXML ANY>]><QBXML/>', "qbxml.dtd"),
    "an entity": ('<!DOCTYPE Q [<!ENTITY x "y">]><QBXML>&x;</QBXML>', "qbxml.dtd"),
    "an external entity": (
        '<!DOCTYPE Q [<!ENTITY x SYSTEM "file:///etc/passwd">]><QBXML>&x;</QBXML>',
        "qbxml.dtd",
    ),
    "an external DTD": ('<!DOCTYPE Q SYSTEM "http://127.0.0.1:1/q.dtd"><QBXML/>', "qbxml.dtd"),
    "a parameter entity": ('<!DOCTYPE Q [<!ENTITY % x SYSTEM "file:///x"> %x;]><QBXML/>', "qbxml.dtd"),
    "billion laughs": (f"<!DOCTYPE l [{LAUGHS}]><QBXML>&l29;</QBXML>", "qbxml.dtd"),
    "a DTD whose name only lxml can read": (
        hours(("<QBXML>", '<!DOCTYPE \u0236 [<!ENTITY x "PT8H">]><QBXML>'), ("PT8H0M0S", "&x;")),
        "qbxml.dtd",
    ),
    "a default attribute from such a DTD": (
        hours(("<QBXML>", '<!DOCTYPE \u0236 [<!ATTLIST QBXML note CDATA "x">]><QBXML>')),
        "qbxml.dtd",
    ),
    "an unknown entity": (HEAD + "<QBXML>&nbsp;</QBXML>", "qbxml.entity"),
    "100,000 levels": ("<a>" * 100_000 + "</a>" * 100_000, "qbxml.depth"),
    "100,000 levels without an end": ("<a>" * 100_000, "qbxml.depth"),
    "levels that the parser takes": ("<QBXML>" * 200 + "</QBXML>" * 200, "qbxml.prolog-missing"),
    "50 MB of text": (HEAD + "<QBXML>" + "x" * 50_000_000 + "</QBXML>", "qbxml.size"),
    "9 MB in one element": (HEAD + "<QBXML>" + "x" * 9_000_000 + "</QBXML>", "qbxml.size"),
    "a cut in a tag": (HOURS[:500], "qbxml.truncated"),
    "a cut in an attribute": (HOURS[: HOURS.index("stopOn")], "qbxml.truncated"),
    "a cut between tags": (HOURS[: HOURS.index("</TimeTrackingAddRq")], "qbxml.truncated"),
    "a bare ampersand": (hours(("framing", "nuts & bolts")), "qbxml.not-well-formed"),
    "a bare less-than": (hours(("framing", "5 < 6")), "qbxml.not-well-formed"),
    "an attribute without quotes": (hours(('"1"', "1")), "qbxml.not-well-formed"),
    "an attribute twice": (hours(('="1"', '="1" requestID="2"')), "qbxml.not-well-formed"),
    "a name of 60,000 letters": (HEAD + f"<{'Q' * 60_000}/>", "qbxml.depth"),
    "escaped once too often": (HOURS.replace("<", "&lt;").replace(">", "&gt;"), "qbxml.not-well-formed"),
    "two documents": (HOURS + HOURS, "qbxml.prolog-late"),
    "crossed tags": (HEAD + "<QBXML><a></QBXML></a>", "qbxml.not-well-formed"),
    "two roots": (HOURS + "<QBXML/>", "qbxml.second-root"),
    "text behind the root": (HOURS + "done", "qbxml.second-root"),
    "a NUL": (hours(("framing", "fra\0ming")), "qbxml.character"),
    "a NUL by number": (hours(("framing", "fra&#0;ming")), "qbxml.character"),
    "a control character": (hours(("framing", "fra\x0bming")), "qbxml.character"),
    "half a character": (hours(("framing", "\ud83d")), "qbxml.encoding"),
    "a byte-order mark in a string": ("\ufeff" + HOURS, "qbxml.byte-order-mark"),
    "a byte-order mark in bytes": (b"\xef\xbb\xbf" + HOURS.encode(), "qbxml.byte-order-mark"),
    "UTF-16": (HOURS.encode("utf-16"), "qbxml.byte-order-mark"),
    "UTF-16 without a mark": (HOURS.encode("utf-16-le"), "qbxml.character"),
    "Latin-1 that says UTF-8": (hours(("Jane", "Zoë")).encode("latin-1"), "qbxml.encoding"),
    "an encoding nobody has": (hours(("utf-8", "x-klingon")).encode(), "qbxml.encoding"),
    "an encoding that is not text": (hours(("utf-8", "cp037")).encode(), "qbxml.encoding"),
    "nothing": ("", "qbxml.not-well-formed"),
    "blanks": (" \n ", "qbxml.not-well-formed"),
    "JSON": ('{"hours": 8}', "qbxml.not-well-formed"),
    "a blank before the declaration": ("\n" + HOURS, "qbxml.prolog-late"),
    "a prefix without a namespace": (HEAD + "<q:QBXML/>", "qbxml.namespace"),
    "no qbxml prolog": (hours(('<?qbxml version="13.0"?>\n', "")), "qbxml.prolog-missing"),
    "a prolog inside the root": (
        hours(('<?qbxml version="13.0"?>\n', ""), ("<QBXML>", '<QBXML><?qbxml version="13.0"?>')),
        "qbxml.prolog-late",
    ),
    "a prolog behind the root": (
        hours(('<?qbxml version="13.0"?>\n', "")) + '<?qbxml version="13.0"?>',
        "qbxml.prolog-late",
    ),
    "two prologs": (hours(("<QBXML>", '<?qbxml version="13.0"?><QBXML>')), "qbxml.prolog-late"),
    "another instruction before the prolog": (
        hours(("<?qbxml", '<?xsl a="b"?><?qbxml')),
        "qbxml.prolog-late",
    ),
    "a prolog without a version": (hours(('<?qbxml version="13.0"?>', "<?qbxml?>")), "qbxml.prolog-form"),
    "a version that is none": (hours(("13.0", "thirteen")), "qbxml.prolog-form"),
}


@pytest.mark.parametrize("bad", BAD)
def test_bad_input_is_refused_with_its_reason(bad: str) -> None:
    text, rule = BAD[bad]
    with pytest.raises(StructureRefused) as refused:
        read_message_set(text)
    refusal = refused.value.refusal
    assert refusal.rule == rule, refusal
    assert rule in RULES
    assert refusal.gate == "structure"
    assert len(refusal.likely) > 20
    assert len(refusal.found) < 200


@pytest.mark.parametrize("bad", BAD)
def test_an_answer_is_read_by_the_same_safe_parser(bad: str) -> None:
    text, rule = BAD[bad]
    assert [refusal.rule for refusal in judge(text)] == [rule]


def test_a_document_type_in_a_cdata_section_is_only_text() -> None:
    assert judge(hours(("framing", "<![CDATA[<!DOCTYPE x>]]>"))) == ()


@pytest.mark.parametrize(
    ("bad", "cure"),
    [
        ("a bare ampersand", "Write it as `&amp;`"),
        ("a bare less-than", "write `<` as `&lt;`"),
        ("an attribute without quotes", "with quotes"),
        ("an attribute twice", "Remove one of them"),
        ("escaped once too often", "Send it with `<` and `>`"),
        ("two documents", "or the second one"),
    ],
)
def test_what_is_not_xml_is_told_with_its_cure(bad: str, cure: str) -> None:
    assert cure in judge(BAD[bad][0])[0].likely


def test_every_refusal_before_the_gates_says_where_it_broke() -> None:
    refusal = judge(hours(("framing", "nuts & bolts")))[0]
    assert (refusal.line, refusal.column > 1) == (14, True)


def test_no_file_and_no_network_is_touched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    opened: list[object] = []
    watching = True

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in {"open", "socket.connect", "socket.getaddrinfo"}:
            opened.append(arguments)

    judge(HOURS)  # the grammar is loaded once
    sys.addaudithook(watch)
    for text in (
        f'<!DOCTYPE Q [<!ENTITY x SYSTEM "{secret.as_uri()}">]><QBXML>&x;</QBXML>',
        hours(
            ("<QBXML>", f'<QBXML xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret}"/>')
        ),
        hours(
            (
                "<QBXML>",
                '<QBXML xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                f'xsi:noNamespaceSchemaLocation="{secret.as_uri()}">',
            )
        ),
    ):
        assert judge(text)[0].rule in {"qbxml.dtd", "qbxml.namespace"}
    watching = False
    assert opened == []


def test_a_type_of_xml_schema_cannot_be_smuggled_in() -> None:
    text = hours(
        (
            "<Duration>PT8H0M0S",
            '<Duration xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">PT8H0M0S',
        )
    )
    assert judge(text)[0].rule == "qbxml.namespace"


def test_an_unused_namespace_is_one_too() -> None:
    assert judge(hours(("<QBXML>", '<QBXML xmlns:x="urn:x">')))[0].rule == "qbxml.namespace"


def test_the_word_xmlns_in_a_note_is_only_text() -> None:
    assert judge(hours(("framing", "xmlns"))) == ()


def test_nesting_that_the_parser_takes_is_bounded_in_the_explanation() -> None:
    deep = "<TimeTrackingAdd>" * (MAX_DEPTH + 10) + "</TimeTrackingAdd>" * (MAX_DEPTH + 10)
    assert judge(hours(("<TxnDate>", f"{deep}<TxnDate>")))[0].rule == "qbxml.depth"


BAD_HOURS = (
    "<TimeTrackingAddRq><TimeTrackingAdd><EntityRef/><Duration>8</Duration></TimeTrackingAdd>"
    "</TimeTrackingAddRq>"
)
LONG = {
    "many elements that nobody knows": "<a/>" * 1_000_000,
    "many bad values": BAD_HOURS * 50_000,
    "many siblings before a stranger": "<TimeTrackingQueryRq>"
    + "<IncludeRetElement>x</IncludeRetElement>" * 100_000
    + "<MaxReturned>1</MaxReturned></TimeTrackingQueryRq>",
    "many character references": BAD_HOURS.replace(">8<", f">{'&#56;' * 1_000_000}<"),
    "many attributes": "<HostQueryRq " + " ".join(f'a{number}="1"' for number in range(200_000)) + "/>",
}


@pytest.mark.parametrize("long", LONG)
def test_a_long_and_bad_document_is_refused_in_bounded_time(long: str) -> None:
    text = f'{HEAD}<QBXML><QBXMLMsgsRq onError="stopOnError">{LONG[long]}</QBXMLMsgsRq></QBXML>'
    begun = time.perf_counter()
    refusals = judge(text)
    assert 1 <= len(refusals) <= MOST_REFUSALS
    assert all(refusal.rule != "qbxml.schema" for refusal in refusals)
    assert time.perf_counter() - begun < 20, "a bound against explosions, not a benchmark"


def test_a_long_and_good_document_is_accepted() -> None:
    good = BAD_HOURS.replace(">8<", ">PT8H<") * 5_000
    assert judge(f'{HEAD}<QBXML><QBXMLMsgsRq onError="stopOnError">{good}</QBXMLMsgsRq></QBXML>') == ()


def test_a_long_document_below_the_limit_is_read() -> None:
    assert len(hours(("framing", "x" * 4_000))) < MAX_CHARACTERS
    notes = hours(("framing", "x" * 4_000))
    assert parse(notes).tag == "QBXML"


def test_comments_do_not_cut_a_text_in_two() -> None:
    (request,) = read_message_set(hours(("framing", "fra<!-- m -->ming"))).requests
    assert request.element.findtext("TimeTrackingAdd/Notes") == "framing"


@pytest.mark.parametrize("instruction", ["<?m?>", '<?qbxml version="13.0"?>'])
def test_instructions_inside_the_set_do_not_cut_a_text_in_two(instruction: str) -> None:
    (request,) = read_message_set(hours(("framing", f"fra{instruction}ming"))).requests
    assert request.element.findtext("TimeTrackingAdd/Notes") == "framing"


def test_comments_may_stand_around_the_prolog() -> None:
    text = hours(("<?qbxml", "<!-- a -->\n<?qbxml"), ("<QBXML>", "<!-- b --><QBXML>"))
    assert judge(text) == ()


def test_a_string_is_taken_as_it_is_whatever_it_declares() -> None:
    (request,) = read_message_set(hours(("utf-8", "ISO-8859-1"), ("Jane", "Zoë"))).requests
    assert request.element.findtext("TimeTrackingAdd/EntityRef/FullName") == "Zoë Doe"


def test_bytes_are_read_in_the_encoding_that_they_declare() -> None:
    text = hours(("utf-8", "ISO-8859-1"), ("Jane", "Zoë"))
    (request,) = read_message_set(text.encode("latin-1")).requests
    assert request.element.findtext("TimeTrackingAdd/EntityRef/FullName") == "Zoë Doe"


def reason_for(text: str | bytes) -> str | None:
    """Why the parser refuses ``text``; None if it takes it."""
    try:
        parse(text)
    except QbxmlRefused as refused:
        return refused.refusal.likely
    return None


@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_anything_is_read_or_refused_with_a_reason(text: str | bytes) -> None:
    assert reason_for(text) != ""


@given(st.integers(0, len(HOURS) - 1), st.characters())
def test_one_wrong_character_never_breaks_the_reader(place: int, character: str) -> None:
    for refusal in judge(HOURS[:place] + character + HOURS[place + 1 :], NEWEST):
        assert refusal.likely
