# ruff: noqa: E501 - screens are as wide as they are
"""``qbharness validate``: ten typical mistakes, each told with its cure, and the command around them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from inline_snapshot import snapshot
from qbxml_support import exported, hours

from qbharness.cli.schema import command as schema
from qbharness.cli.validate import command as validate
from qbsim.errors import UsageProblem
from qbsim.qbxml import Version

SERVICE = "<ItemServiceRef><FullName>Framing</FullName></ItemServiceRef>"
DURATION = "<Duration>PT8H0M0S</Duration>"


def run(*arguments: str, text: str | bytes = "") -> Result:
    result = CliRunner().invoke(validate, ["-", *arguments], input=text)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def screen(text: str, *arguments: str) -> str:
    result = run(*arguments, text=text)
    assert result.exit_code == 1
    return result.output


def test_wrong_order() -> None:
    text = hours((f"        {SERVICE}\n", ""), (DURATION, f"{DURATION}\n        {SERVICE}"))
    assert screen(text) == snapshot("""\
standard input:11:9: refused by structure; QuickBooks fails the whole message set with 0x80040400
    <ItemServiceRef><FullName>Framing</FullName></ItemServiceRef>
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/ItemServiceRef
    found    `ItemServiceRef`
    allowed  ClassRef, PayrollItemWageRef, Notes, BillableStatus, ExternalGUID
    likely   `ItemServiceRef` belongs before `Duration`. Move it there.
""")


def test_newer_than_the_version_stated() -> None:
    assert screen(hours(("13.0", "5.0"))) == snapshot("""\
standard input:15:9: refused by structure; QuickBooks fails the whole message set with 0x80040400
    <BillableStatus>Billable</BillableStatus>
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/BillableStatus
    found    `BillableStatus`
    allowed  IsBillable
    likely   `BillableStatus` exists since 6.0; the document says 5.0. State `<?qbxml version="6.0"?>` or newer, or leave it out.
""")


def test_dropped() -> None:
    text = hours(("<BillableStatus>Billable</BillableStatus>", "<IsBillable>true</IsBillable>"))
    assert screen(text) == snapshot("""\
standard input:15:9: refused by structure; QuickBooks fails the whole message set with 0x80040400
    <IsBillable>true</IsBillable>
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/IsBillable
    found    `IsBillable`
    allowed  BillableStatus, ExternalGUID
    likely   `IsBillable` was replaced by `BillableStatus` in 6.0; the document says 13.0. Use `BillableStatus`.
""")


def test_misspelt() -> None:
    assert screen(hours(("<Notes>", "<Note>"), ("</Notes>", "</Note>"))) == snapshot("""\
standard input:14:9: refused by structure; QuickBooks fails the whole message set with 0x80040400
    <Note>framing</Note>
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/Note
    found    `Note`
    allowed  Notes, BillableStatus, ExternalGUID
    likely   `TimeTrackingAdd` has no `Note`. Did you mean `Notes`?
""")


def test_missing() -> None:
    assert screen(hours((f"        {DURATION}\n", ""))) == snapshot("""\
standard input:11:9: refused by structure; QuickBooks fails the whole message set with 0x80040400
    <ClassRef><FullName>North</FullName></ClassRef>
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/ClassRef
    found    `ClassRef`
    allowed  Rate, Duration
    likely   `Duration` is missing; add it before `ClassRef`.
""")


def test_too_many() -> None:
    assert screen(hours((DURATION, f"{DURATION}\n        {DURATION}"))) == snapshot("""\
standard input:12:9: refused by structure; QuickBooks fails the whole message set with 0x80040400
    <Duration>PT8H0M0S</Duration>
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/Duration[2]
    found    `Duration`
    allowed  ClassRef, PayrollItemWageRef, Notes, BillableStatus, ExternalGUID
    likely   `Duration` may stand once inside `TimeTrackingAdd`. Remove this one.
""")


def test_too_long() -> None:
    assert screen(hours(("framing", "x" * 4096))) == snapshot("""\
standard input:14:9: refused by value; QuickBooks answers this request with status 3070
    <Notes>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/Notes
    found    `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...`
    likely   `Notes` has 4096 characters and may have 4095. Shorten it.
    status   3070 The string "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx … the field "Notes" is too long.
""")


def test_wrong_form() -> None:
    assert screen(hours(("PT8H0M0S", "8:30"))) == snapshot("""\
standard input:11:9: refused by value; QuickBooks answers this request with status 3035
    <Duration>8:30</Duration>
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/Duration
    found    `8:30`
    likely   `8:30` is not a time interval; write `PT8H30M`.
    status   3035 There was an error when converting the time interval "8:30" in the field "Duration"
""")


def test_a_name_without_the_element_around_it() -> None:
    text = hours(("<EntityRef><FullName>Jane Doe</FullName></EntityRef>", "<FullName>Jane Doe</FullName>"))
    assert screen(text) == snapshot("""\
standard input:8:9: refused by structure; QuickBooks fails the whole message set with 0x80040400
    <FullName>Jane Doe</FullName>
    ^
    where    QBXML/QBXMLMsgsRq/TimeTrackingAddRq/TimeTrackingAdd/FullName
    found    `FullName`
    allowed  EntityRef
    likely   `FullName` belongs inside `EntityRef`. Put that element around it.
""")


def test_no_prolog() -> None:
    assert screen(hours(('<?qbxml version="13.0"?>\n', ""))) == snapshot("""\
standard input:2:1: refused by structure; QuickBooks fails the whole message set with 0x80040400
    <QBXML>
    ^
    where    QBXML
    found    `<QBXML>` without a qbxml prolog
    allowed  <?qbxml version="13.0"?>
    likely   The document does not state its version. Write `<?qbxml version="13.0"?>` between `<?xml …?>` and `<QBXML>`.
""")


# --- the command --------------------------------------------------------------------------------


def test_what_is_accepted_is_said_in_a_line() -> None:
    result = run(text=hours())
    assert (result.exit_code, result.output) == (0, "standard input: accepted (qbXML 13.0, 1 message)\n")


def test_several_files_are_judged_and_one_refusal_decides(tmp_path: Path) -> None:
    (tmp_path / "good.xml").write_text(hours(), "utf-8")
    (tmp_path / "bad.xml").write_text(hours(("PT8H0M0S", "8")), "utf-8")
    result = CliRunner().invoke(validate, [str(tmp_path / "good.xml"), str(tmp_path / "bad.xml")])
    assert result.exit_code == 1
    assert "good.xml: accepted" in result.output
    assert "bad.xml:11:9: refused by value" in result.output


def test_json_says_the_same_to_a_machine() -> None:
    said = json.loads(run("--json", text=hours(("PT8H0M0S", "8:30"))).output)
    assert (said["accepted"], said["version"], said["messages"]) == (False, "13.0", ["TimeTrackingAddRq"])
    (refusal,) = said["refusals"]
    assert (refusal["gate"], refusal["status_code"], refusal["line"]) == ("value", 3035, 11)


def test_the_version_of_the_option_goes_before_the_one_stated() -> None:
    assert run("--version", "5.0", text=hours()).exit_code == 1
    assert run("--version", "6.0", text=hours(("13.0", "5.0"))).exit_code == 0


def test_an_explanation_brings_the_second_validators_words() -> None:
    output = run("--explain", text=hours(("PT8H0M0S", "8:30"))).output
    assert "xmlschema, on our schema, refuses it: /QBXML/" in output
    for text in (hours(), hours(("framing", "fra<?m?>ming"))):
        assert "xmlschema, on our schema, accepts it" in run("--explain", text=text).output


def test_an_answer_is_judged_without_a_prolog() -> None:
    answer = '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><HostQueryRs statusCode="0" statusSeverity="Info" />'
    assert run(text=f"{answer}</QBXMLMsgsRs></QBXML>").exit_code == 0


def test_an_answer_that_is_refused_is_not_called_a_request() -> None:
    hours_back = "<TimeTrackingRet><Duration>8:00</Duration></TimeTrackingRet>"
    start = '<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n'
    middle = '<TimeTrackingAddRs statusCode="0" statusSeverity="Info">\n'
    text = f"{start}{middle}{hours_back}\n</TimeTrackingAddRs>\n</QBXMLMsgsRs>\n</QBXML>\n"
    assert screen(text) == snapshot("""\
standard input:5:18: refused by value; no QuickBooks writes such an answer
    <TimeTrackingRet><Duration>8:00</Duration></TimeTrackingRet>
                     ^
    where    QBXML/QBXMLMsgsRs/TimeTrackingAddRs/TimeTrackingRet/Duration
    found    `8:00`
    likely   `8:00` is not a time interval; write `PT8H0M`.
""")


def test_a_file_that_is_not_there_is_a_usage_problem(tmp_path: Path) -> None:
    result = CliRunner().invoke(validate, [str(tmp_path / "none.xml")])
    assert isinstance(result.exception, UsageProblem)


def test_a_version_of_which_nothing_is_known_is_a_gap_that_says_so() -> None:
    result = run(text=hours(("13.0", "15.0")))
    assert result.exit_code == 6
    assert "standard input: not judged: qbXML 15.0 exists, but no schema of it was found" in result.output
    said = json.loads(run("--json", text=hours(("13.0", "CA3.0"))).output)
    assert (said["accepted"], said["refusals"]) == (None, [])
    assert "CA3.0 is a regional edition" in said["not_judged"]


def test_a_file_that_cannot_be_judged_does_not_keep_the_others_from_it(tmp_path: Path) -> None:
    for name, change in (("gap", ("13.0", "15.0")), ("good", ("13.0", "14.0")), ("bad", (DURATION, ""))):
        (tmp_path / name).write_text(hours(change), "utf-8")
    gap, good, bad = (str(tmp_path / name) for name in ("gap", "good", "bad"))
    result = CliRunner().invoke(validate, [gap, good])
    assert (result.exit_code, f"{good}: accepted" in result.output) == (6, True)
    assert CliRunner().invoke(validate, [gap, bad]).exit_code == 1


@pytest.mark.parametrize("version", ["13.1", "99.0", "thirteen"])
def test_a_version_that_never_was_is_a_mistake_of_the_one_who_asks(version: str) -> None:
    with pytest.raises(UsageProblem):
        run("--version", version, text=hours())


def test_a_document_of_a_version_that_never_was_is_refused_where_it_says_so(tmp_path: Path) -> None:
    exported(tmp_path, Version(13, 0))
    for options in ((), ("--explain",), ("--schema", str(tmp_path))):
        result = run(*options, text=hours(("13.0", "13.1")))
        assert result.exit_code == 1
        assert result.output.startswith("standard input:2:1: refused by structure")
        assert "with 0x80040423\n    <?qbxml" in result.output
        assert "There is no qbXML 13.1. State a version" in result.output


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_the_line_that_is_shown_is_the_line_that_is_meant(end: str) -> None:
    text = hours(("Jane Doe", "Jane\u2028D\u0085oe"), ("PT8H0M0S", "8:30"), ("\n", end))
    assert "standard input:11:9" in (output := run(text=text.encode()).output)
    assert "    <Duration>8:30</Duration>\n    ^" in output


def test_binary_rubbish_is_refused_like_everything_else() -> None:
    assert run(text=bytes(range(256))).exit_code == 1


@pytest.mark.parametrize("folder", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_is_a_usage_problem(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = CliRunner().invoke(schema, ["export", "--output", str(tmp_path / folder)])
    assert isinstance(result.exception, UsageProblem) or result.exit_code == 2


def test_letters_that_the_output_lacks_are_escaped(tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_text(hours(("Notes>", "N\u0236tes>")), "utf-8")
    for options, says in (((), r"`N\u0236tes`"), (("--json",), r'"found": "`N\u0236tes`"')):
        done = subprocess.run(
            [sys.executable, "-m", "qbharness", "validate", str(tmp_path / "bad.xml"), *options],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "cp1252"},
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, b"")
        assert says in done.stdout.decode("ascii" if options else "cp1252")


# --- the user's own schemas ---------------------------------------------------------------------


def test_an_exported_schema_agrees_with_us(tmp_path: Path) -> None:
    result = CliRunner().invoke(schema, ["export", "--version", "13.0", "--output", str(tmp_path)])
    assert sorted(Path(line).name for line in result.output.split()) == [
        "qbxml130.xsd",
        "qbxmlops130.xsd",
        "qbxmlso130.xsd",
        "qbxmltypes130.xsd",
    ]
    for text in (hours(), hours(("PT8H0M0S", "8:30"))):
        assert "DISAGREEMENT" not in run("--schema", str(tmp_path), text=text).output


def test_a_schema_that_takes_less_is_reported(tmp_path: Path) -> None:
    exported(tmp_path, Version(13, 0))
    file = tmp_path / "qbxml130.xsd"
    file.write_text(
        file.read_text("utf-8").replace('<xs:element ref="ClassRef" minOccurs="0"/>', ""), "utf-8"
    )
    output = run("--schema", str(tmp_path), text=hours()).output
    assert "DISAGREEMENT: we say: accepted; your schema: line 12" in output


def test_a_rule_beyond_the_schema_is_a_disagreement_that_is_meant(tmp_path: Path) -> None:
    exported(tmp_path, Version(13, 0))
    output = run("--schema", str(tmp_path), text=hours(("PT8H0M0S", "-PT1H"))).output
    assert "DISAGREEMENT (meant: the rule goes beyond what an XSD can say)" in output
    said = json.loads(run("--json", "--schema", str(tmp_path), text=hours(("PT8H0M0S", "-PT1H"))).output)
    assert said["disagreement"]["meant"] is True


def test_a_rule_that_is_meant_does_not_hide_a_disagreement_that_is_not(tmp_path: Path) -> None:
    exported(tmp_path, Version(13, 0))
    file = tmp_path / "qbxmltypes130.xsd"
    wider = file.read_text("utf-8").replace('value="HasBeenBilled"', 'value="Perhaps"')
    file.write_text(wider, "utf-8")
    text = hours(("PT8H0M0S", "-PT1H"), (">Billable<", ">Perhaps<"))
    output = run("--schema", str(tmp_path), text=text).output
    assert "DISAGREEMENT: we say: line 15" in output
    assert "your schema: accepted" in output


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ((), "There is no .xsd file"),
        (("qbxmlops160.xsd",), "has no qbxmlops130.xsd"),
        (("qbxmlops130.xsd",), "does not load"),
    ],
)
def test_a_folder_without_the_right_schemas_says_what_is_missing(
    tmp_path: Path, files: tuple[str, ...], says: str
) -> None:
    for name in files:
        (tmp_path / name).write_text("<nothing/>", "utf-8")
    with pytest.raises(UsageProblem, match=says):
        run("--schema", str(tmp_path), text=hours())


def test_the_good_path_does_not_import_xmlschema() -> None:
    code = (
        "import sys; from qbsim.qbxml import read_message_set, judge; "
        "judge(sys.stdin.read()); print('xmlschema' in sys.modules)"
    )
    for text in (hours(), hours(("PT8H0M0S", "8:30"))):
        done = subprocess.run(
            [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "False"
