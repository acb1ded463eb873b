# ruff: noqa: E501 - screens are as wide as they are
"""What ``qbharness run`` prints, screen by screen."""

from __future__ import annotations

import io
from pathlib import Path

import reports_support as runs
from inline_snapshot import snapshot
from rich.console import Console

from qbharness.outcome import Outcome, Status
from qbharness.reports.screen import Terminal, console_for


def screen(*outcomes: Outcome, seconds: float = 0.0, environment: dict[str, str] | None = None) -> str:
    """The whole output of a run into a file."""
    file = io.StringIO()
    runs.play(Terminal(console_for(file, environment=environment or {})), *outcomes, seconds=seconds)
    return file.getvalue()


def with_colours(*outcomes: Outcome, width: int = 80) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, color_system="standard", width=width, highlight=False)
    runs.play(Terminal(console), *outcomes)
    return file.getvalue()


def test_a_good_run_is_one_line_a_scenario_and_a_sum() -> None:
    good = runs.outcome_of(runs.delivered())
    assert screen(good, good, seconds=1.26) == snapshot("""\
HELD          The hours match
HELD          The hours match

2 scenarios against plain: 2 HELD (1.3 s)
""")


def test_a_broken_run_says_why_what_happened_where_it_is_written_and_how_to_see_it_again(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    broken = runs.with_source(Path(), runs.lost_answer())
    assert screen(runs.outcome_of(runs.delivered()), broken) == snapshot("""\
HELD          The hours match
BROKEN        The answer is lost after QuickBooks committed  duplicate: Block roof is in QuickBooks twice: TxnID 1-1793628000 and 2-1793628000.

BROKEN  The answer is lost after QuickBooks committed
  duplicate: Block roof is in QuickBooks twice: TxnID 1-1793628000 and 2-1793628000. Jane Doe is
    paid, and Acme:Roof is billed, 16:00 instead of 8:00. In between: request lost
    (receiveResponseXML, block roof).

  What happened
    14:00:00  server         block roof is added: Jane Doe, Acme:Roof, 2026-11-02, 8:00
    14:00:01  the user       updates the selected applications
    14:00:01  Web Connector  starts update 1 of Sync
    14:00:01  server         hands out roof (8:00)
    14:00:02  QuickBooks     writes roof (8:00): TxnID 1-1793628000
    14:00:02  fault          request lost (receiveResponseXML, block roof)
    14:00:02  Web Connector  shows: connection reset (0 %)
    14:00:03  the user       updates the selected applications
    14:00:03  server         hands out roof (8:00)
    14:00:04  QuickBooks     writes roof (8:00): TxnID 2-1793628000

  committed.yaml:14:11
    12 |   - update selected:
    13 |       faults:
    14 |         - request lost: {call: receiveResponseXML, block: roof}
       |           ^
    15 |   - update selected
    16 |

  The timesheet in QuickBooks
            Employee  Customer   Date        Hours  Notes    TxnID
    before  (empty)
    after   Jane Doe  Acme:Roof  2026-11-02  8:00   framing  1-1793628000
            Jane Doe  Acme:Roof  2026-11-02  8:00   framing  2-1793628000

  Reproduce with: qbharness run committed.yaml:2 --target plain

2 scenarios against plain: 1 HELD, 1 BROKEN
""")


def test_a_wrong_expectation_points_at_the_authors_line(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert screen(runs.with_source(Path(), runs.wrong_expectation())) == snapshot("""\
BROKEN        The hours match  expectation: The timesheet has Jane Doe, 8:00 once, expected twice. (line 18)

BROKEN  The hours match
  expectation: The timesheet has Jane Doe, 8:00 once, expected twice. (line 18)

  What happened
    14:00:00  server         block roof is added: Jane Doe, Acme:Roof, 2026-11-02, 8:00
    14:00:01  the user       updates the selected applications
    14:00:01  Web Connector  starts update 1 of Sync
    14:00:01  server         hands out roof (8:00)
    14:00:02  QuickBooks     writes roof (8:00): TxnID 1-1793628000
    14:00:02  QuickBooks     confirms 1-1793628000
    14:00:02  Web Connector  shows: OK (100 %)
    14:01:00  the judge      looks: timesheet has

  committed.yaml:18:5
    16 |
    17 | expect:
    18 |   - timesheet has: {block: roof, hours: 8:00, times: 1}
       |     ^

  The timesheet in QuickBooks
                     Employee  Customer   Date        Hours  Notes    TxnID
    before           (empty)
    after (at rest)  Jane Doe  Acme:Roof  2026-11-02  8:00   framing  1-1793628000

  Reproduce with: qbharness run committed.yaml:2 --target plain

1 scenario against plain: 1 BROKEN
""")


def test_a_run_without_a_verdict_shows_what_the_server_printed_last() -> None:
    assert screen(runs.undetermined()) == snapshot("""\
undetermined  The server hangs  The server did not answer sendRequestXML within 15 seconds.

undetermined  The server hangs
  The server did not answer sendRequestXML within 15 seconds.

  What happened
    14:00:00  server         block roof is added: Jane Doe, Acme:Roof, 2026-11-02, 8:00
    14:00:01  the user       updates the selected applications
    14:00:01  Web Connector  starts update 1 of Sync
    14:00:01  the judge      The server did not answer sendRequestXML within 15 seconds.

  The timesheet in QuickBooks
           Employee  Date  Hours  TxnID
    after  (empty)

  The last lines that the server printed
    INFO: started
    INFO: POST /qbwc
    Traceback (most recent call last):
    MemoryError

  Reproduce with: qbharness run scenarios/lost-answers/committed.yaml:2 --target plain

Not applicable to this target: flags. This target cannot list its blocks.

1 scenario against plain: 1 undetermined
""")


def test_an_exposed_server_is_told_with_the_switch_its_certainty_and_its_source() -> None:
    assert screen(runs.exposed()) == snapshot("""\
EXPOSED       The answer is lost after QuickBooks committed  with connector.repeats_lost_response = 1 (plausible): Block roof is in QuickBooks twice.

EXPOSED  The answer is lost after QuickBooks committed
  duplicate: Block roof is in QuickBooks twice: TxnID 1-1793628000 and 2-1793628000. Jane Doe is
    paid, and Acme:Roof is billed, 16:00 instead of 8:00. In between: request lost
    (receiveResponseXML, block roof).
  Only with connector.repeats_lost_response = 1, which is plausible (nobody has seen it).

  What happened
    14:00:00  server         block roof is added: Jane Doe, Acme:Roof, 2026-11-02, 8:00
    14:00:01  the user       updates the selected applications
    14:00:01  Web Connector  starts update 1 of Sync
    14:00:01  server         hands out roof (8:00)
    14:00:02  QuickBooks     writes roof (8:00): TxnID 1-1793628000
    14:00:02  fault          request lost (receiveResponseXML, block roof)
    14:00:02  Web Connector  shows: connection reset (0 %)
    14:00:03  the user       updates the selected applications
    14:00:03  server         hands out roof (8:00)
    14:00:04  QuickBooks     writes roof (8:00): TxnID 2-1793628000

  The timesheet in QuickBooks
            Employee  Customer   Date        Hours  Notes    TxnID
    before  (empty)
    after   Jane Doe  Acme:Roof  2026-11-02  8:00   framing  1-1793628000
            Jane Doe  Acme:Roof  2026-11-02  8:00   framing  2-1793628000

  Reproduce with: qbharness run scenarios/lost-answers/committed.yaml:2 --target plain

1 scenario against plain: 1 EXPOSED
""")


def test_what_is_known_to_be_broken_is_one_line_with_reason_and_day() -> None:
    assert screen(runs.known()) == snapshot("""\
known broken  The answer is lost after QuickBooks committed  duplicate: the old version, until it is replaced (accepted until 2027-03-31)

1 scenario against plain: 1 known broken
""")


def test_a_trouble_that_nobody_demands_to_survive_is_told_with_its_reason() -> None:
    assert screen(runs.not_demanded()) == snapshot("""\
EXPOSED       The answer is lost after QuickBooks committed  duplicate: Block roof is in QuickBooks twice: TxnID 1-1793628000 and 2-1793628000; the server was put back to a backup of its own, and what it knew since then is gone.

EXPOSED  The answer is lost after QuickBooks committed
  duplicate: Block roof is in QuickBooks twice: TxnID 1-1793628000 and 2-1793628000; the server was
    put back to a backup of its own, and what it knew since then is gone.

  What happened
    14:00:00  server         block roof is added: Jane Doe, Acme:Roof, 2026-11-02, 8:00
    14:00:01  the user       updates the selected applications
    14:00:01  Web Connector  starts update 1 of Sync
    14:00:01  server         hands out roof (8:00)
    14:00:02  QuickBooks     writes roof (8:00): TxnID 1-1793628000
    14:00:02  fault          request lost (receiveResponseXML, block roof)
    14:00:02  Web Connector  shows: connection reset (0 %)
    14:00:03  the user       updates the selected applications
    14:00:03  server         hands out roof (8:00)
    14:00:04  QuickBooks     writes roof (8:00): TxnID 2-1793628000

  The timesheet in QuickBooks
            Employee  Customer   Date        Hours  Notes    TxnID
    before  (empty)
    after   Jane Doe  Acme:Roof  2026-11-02  8:00   framing  1-1793628000
            Jane Doe  Acme:Roof  2026-11-02  8:00   framing  2-1793628000

  Reproduce with: qbharness run scenarios/lost-answers/committed.yaml:2 --target plain

1 scenario against plain: 1 EXPOSED
""")


def test_what_the_users_own_schemas_say_otherwise_is_told_once_at_the_end() -> None:
    judged = runs.judged_otherwise()
    assert screen(judged, judged) == snapshot("""\
HELD          The hours match
HELD          The hours match

Your schemas judge requests otherwise; the verdicts go by ours:
  TimeTrackingAddRq: we say: accepted; your schema: line 7: This element is not expected. (2 requests, the first in 'The hours match')
  TimeTrackingAddRq: we say: A duration cannot be negative; your schema: accepted. That is meant: our rule goes beyond what an XSD can say. (2 requests, the first in 'The hours match')

2 scenarios against plain: 2 HELD
""")


def test_a_skipped_scenario_says_why_on_its_line() -> None:
    assert screen(runs.skipped()) == snapshot("""\
skipped       A missing job stops the update  The target promises on_mismatch: skip, the scenario requires stop.

1 scenario against plain: 1 skipped
""")


def test_a_run_of_nothing_says_so() -> None:
    assert screen() == snapshot("""\

0 scenarios against plain: nothing was played
""")


def test_a_terminal_gets_colours_a_bar_and_lines_that_fit() -> None:
    shown = with_colours(runs.outcome_of(runs.delivered()), runs.outcome_of(runs.lost_answer()))
    assert "\x1b[32mHELD" in shown
    assert "\x1b[1;31mBROKEN" in shown
    assert "2/2" in shown
    assert "twice…" in shown or "…" in shown


def test_the_colours_of_a_failure() -> None:
    assert with_colours(runs.undetermined()) == snapshot("""\
\x1b[1;35mundetermined\x1b[0m  The server hangs\x1b[2m  The server did not answer sendRequestXML within…\x1b[0m

\x1b[1;35mundetermined\x1b[0m\x1b[1m  The server hangs\x1b[0m
\x1b[31m  The server did not answer sendRequestXML within 15 seconds.\x1b[0m

\x1b[1m  What happened\x1b[0m
    14:00:00  server         block roof is added: Jane Doe, Acme:Roof,
                             2026-11-02, 8:00
    14:00:01  the user       updates the selected applications
    14:00:01  Web Connector  starts update 1 of Sync
\x1b[33m    14:00:01  the judge      The server did not answer sendRequestXML within 15\x1b[0m
\x1b[33m                             seconds.\x1b[0m

\x1b[1m  The timesheet in QuickBooks\x1b[0m
           Employee  Date  Hours  TxnID
    after  (empty)

\x1b[1m  The last lines that the server printed\x1b[0m
\x1b[2m    INFO: started\x1b[0m
\x1b[2m    INFO: POST /qbwc\x1b[0m
\x1b[2m    Traceback (most recent call last):\x1b[0m
\x1b[2m    MemoryError\x1b[0m

\x1b[1;36m  Reproduce with: qbharness run scenarios/lost-answers/committed.yaml:2 --target\x1b[0m
\x1b[1;36mplain\x1b[0m

\x1b[2mNot applicable to this target: flags. This target cannot list its blocks.\x1b[0m

1 scenario against plain: \x1b[1;35m1 undetermined\x1b[0m
""")


def test_no_color_means_plain_lines_even_on_a_terminal() -> None:
    class Tty(io.StringIO):
        def isatty(self) -> bool:
            return True

    file = Tty()
    runs.play(Terminal(console_for(file, environment={"NO_COLOR": "1"})), *runs.every_kind())
    assert "\x1b" not in file.getvalue()
    assert "\r" not in file.getvalue()


def test_the_worst_is_told_last_where_people_look() -> None:
    shown = screen(*runs.every_kind())
    told = [line for line in shown.splitlines() if line.endswith(("committed", "hangs")) and "  " in line]
    assert [line.split()[0] for line in told[-3:]] == ["EXPOSED", "undetermined", "BROKEN"]


def test_every_status_is_counted_in_the_sum() -> None:
    last = screen(*runs.every_kind()).splitlines()[-1]
    assert all(f"1 {status.value}" in last for status in Status)


def test_a_check_that_does_not_apply_is_said_once_for_the_whole_run() -> None:
    history = runs.begun("No list")
    history.start()
    history.commit(history.hand_out(runs.JANE))
    history.call("receiveResponseXML", "100")
    history.end()
    outcome = runs.outcome_of(history.rest())
    assert screen(outcome, outcome, outcome).count("Not applicable to this target: flags.") == 1


def test_words_of_strangers_cannot_steer_the_terminal() -> None:
    name = "evil \x1b[2J\x1b]0;owned\x07 [red]name[/red]\u202e"
    outcome = runs.outcome_of(runs.begun(name).rest(), output="\x1b[31mred\x1b[0m")
    shown = screen(outcome)
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[red]name[/red]" in shown
