# ruff: noqa: E501 - screens are as wide as they are
"""A rehearsal as support people read it: on the terminal, in a ticket, and as a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from inline_snapshot import snapshot
from lxml import html

from qbharness.cli.rehearse import command
from qbharness.scenario.library import PROCEDURES, load
from qbsim.errors import UsageProblem

TWICE = "the-same-hours-are-there-twice"
BILLED = "the-same-hours-are-there-twice-and-one-is-billed"
BROKE_OFF = "nobody-knows-whether-the-hours-arrived"


def rehearse(*arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_safe_procedure_on_the_terminal() -> None:
    result = rehearse("delete-the-later-entry", "--on", BILLED)
    assert result.exit_code == 0
    assert result.output == snapshot("""\
SAFE  Delete the later of the two entries
  on: Incident: the same hours are there twice, and one of them is billed (server: plain)
  Every Work Block is in the books once.

    1. In QuickBooks, open the timesheet and delete the later of the two equal entries.

  Timesheet before                                                 |   Timesheet after, and two more updates
  Employee  Customer   Date        Hours  Service item  Billing    |   Employee  Customer   Date        Hours  Service item  Billing
  Jane Doe  Acme:Roof  2026-11-02  8:00   Framing       billed     |   Jane Doe  Acme:Roof  2026-11-02  8:00   Framing       billed
  Jane Doe  Acme:Roof  2026-11-02  8:00   Framing       billable   |   (gone)
  Jane Doe  Acme       2026-11-03  2:00                            |   Jane Doe  Acme       2026-11-03  2:00

""")


def test_an_unsafe_procedure_on_the_terminal() -> None:
    result = rehearse("mark-everything-as-sent", "--on", BROKE_OFF)
    assert result.exit_code == 1
    assert result.output == snapshot("""\
UNSAFE  Mark everything as sent
  on: Incident: nobody knows whether the hours arrived (server: plain)
  It is step 2 that does it ("On the server, mark the rest of the period as sent too, so that the
  error goes away."). Block behind (Jane Doe, Acme, 2026-11-03, 2:00) is missing: it never arrived
  in QuickBooks. The server has noted block behind as sent, and does not send it again.

    1. On the server, mark the block with the error as sent.
  > 2. On the server, mark the rest of the period as sent too, so that the error goes away.

  Timesheet before                         |   Timesheet after, and two more updates
  Employee  Customer   Date        Hours   |   Employee  Customer   Date        Hours
  Jane Doe  Acme:Roof  2026-11-02  8:00    |   Jane Doe  Acme:Roof  2026-11-02  8:00

""")


def test_a_procedure_that_is_not_for_this_incident_on_the_terminal() -> None:
    result = rehearse("delete-both-entries-and-sync-again", "--on", BILLED)
    assert result.exit_code == 6
    assert result.output == snapshot("""\
STOPS  Delete both entries and sync again
  on: Incident: the same hours are there twice, and one of them is billed (server: plain)
  Step 1 ("In QuickBooks, delete all the equal entries.") cannot be taken here. QuickBooks says:
  Other transactions use this transaction. Do it as QuickBooks asks.

  > 1. In QuickBooks, delete all the equal entries.
    2. In the Web Connector, click Update Selected.

  Timesheet before                                                 |   Timesheet if one stops there, and two more updates
  Employee  Customer   Date        Hours  Service item  Billing    |   Employee  Customer   Date        Hours  Service item  Billing
  Jane Doe  Acme:Roof  2026-11-02  8:00   Framing       billed     |   Jane Doe  Acme:Roof  2026-11-02  8:00   Framing       billed
  Jane Doe  Acme:Roof  2026-11-02  8:00   Framing       billable   |   Jane Doe  Acme:Roof  2026-11-02  8:00   Framing       billable
  Jane Doe  Acme       2026-11-03  2:00                            |   Jane Doe  Acme       2026-11-03  2:00

""")


def test_several_incidents_and_the_worst_decides() -> None:
    result = rehearse("delete-the-later-entry", "--on", TWICE, BILLED, "--on", BROKE_OFF)
    advised = [line.split()[0] for line in result.output.splitlines() if line and line[0] != " "]
    assert sorted(advised) == ["SAFE", "SAFE", "STOPS"]
    assert result.exit_code == 6


def test_a_ticket(tmp_path: Path) -> None:
    ticket = tmp_path / "new" / "ticket.md"
    rehearse("restore-last-nights-backup-and-sync-again", "--on", TWICE, "--report", f"md={ticket}")
    assert ticket.read_text("utf-8") == snapshot("""\
# Rehearsal

## Do not advise this: Restore last night's backup and sync again

Tried on: Incident: the customer sees the same hours twice (server: plain)

It is step 1 that does it ("In QuickBooks, restore the backup of last night."). Block roof (Jane Doe, Acme:Roof, 2026-11-02, 8:00) is missing: forgotten by QuickBooks when the backup was restored. Block behind (Jane Doe, Acme, 2026-11-03, 2:00) is missing: forgotten by QuickBooks when the backup was restored. The server has noted blocks roof and behind as sent, and does not send them again.

1. In QuickBooks, restore the backup of last night.
2. In the Web Connector, click Update Selected.

| Timesheet before | Timesheet after, and two more updates |
| --- | --- |
| Jane Doe, Acme:Roof, 2026-11-02, 8:00 | (gone) |
| Jane Doe, Acme:Roof, 2026-11-02, 8:00 | (gone) |
| Jane Doe, Acme, 2026-11-03, 2:00 | (gone) |
""")


def test_a_page_has_both_sheets_side_by_side_and_asks_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    rehearse("delete-both-entries-and-sync-again", "--on", TWICE, "--report", f"html={file}")
    page = html.fromstring(file.read_text("utf-8"))
    (section,) = page.xpath("//section")
    assert section.get("class") == "unsafe"
    assert section.xpath("h2/text()") == ["Do not advise this: Delete both entries and sync again"]
    assert section.xpath("ol/li[@class='harm']/text()") == ["In QuickBooks, delete all the equal entries."]
    before, after = section.xpath("div[@class='sheets']/table")
    assert [" ".join(row.text_content().split()) for row in before.xpath("tbody/tr")] == snapshot(
        ["Jane DoeAcme:Roof2026-11-028:00", "Jane DoeAcme:Roof2026-11-028:00", "Jane DoeAcme2026-11-032:00"]
    )
    assert [" ".join(row.text_content().split()) for row in after.xpath("tbody/tr")] == snapshot(
        ["(gone)", "(gone)", "Jane DoeAcme2026-11-032:00"]
    )
    assert page.xpath("//script | //link[@rel='stylesheet'] | //img") == []
    assert [each.get("href") for each in page.xpath("//link")] == ["data:,"]


@pytest.mark.parametrize("procedure", [Path(each.file).stem for each in load([PROCEDURES])])
def test_nobody_has_to_know_tags_codes_or_ids(procedure: str, tmp_path: Path) -> None:
    ticket = tmp_path / "ticket.md"
    result = rehearse(procedure, "--on", "incidents", "--report", f"md={ticket}")
    for told in (result.output, ticket.read_text("utf-8")):
        assert not re.search(
            r"TxnID|<\w+>|RqXML|ResponseXML|requestID|statusCode|0x8|\b3\d{3}\b|\.yaml", told
        )
        assert not re.search(r"\b[0-9A-F]+-1793\d+", told)


@pytest.mark.parametrize("spec", ["pdf=a.pdf", "md", "md=", "md=/dev/null/a.md", "md=a.md,html=./a.md"])
def test_a_report_that_is_none_is_refused_before_anything_is_tried(
    spec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbharness.rehearsal.rehearse.rehearse", None)
    with pytest.raises(
        UsageProblem, match=r"no report of the kind|needs a file|cannot be written|the same file"
    ):
        rehearse("delete-the-later-entry", "--on", TWICE, "--report", spec)
