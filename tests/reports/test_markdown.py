"""The Markdown report: what a job's summary page shows."""

from __future__ import annotations

from pathlib import Path

import reports_support as runs
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from qbharness.outcome import Outcome
from qbharness.reports import make
from qbharness.reports.markdown import code, escaped, fenced, grid


def written(folder: Path, *outcomes: Outcome) -> str:
    path = folder / "report.md"
    runs.play(make(f"md={path}"), *outcomes)
    return path.read_text("utf-8")


def test_a_run_is_a_table_and_a_section_for_each_that_did_not_hold(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    held = runs.outcome_of(runs.delivered())
    assert written(tmp_path, held, runs.with_source(Path(), runs.lost_answer())) == snapshot("""\
# 2 scenarios against plain

**1 BROKEN, 1 HELD.**

|  | scenario | why |
| --- | --- | --- |
| ✅ HELD | The hours match |  |
| ❌ BROKEN | The answer is lost after QuickBooks committed | duplicate: Block roof is in QuickBooks twice: TxnID 1-1793628000 and 2-1793628000. |

## ❌ BROKEN: The answer is lost after QuickBooks committed

> **duplicate:** Block roof is in QuickBooks twice: TxnID 1-1793628000 and 2-1793628000. Jane Doe is paid, and Acme:Roof is billed, 16:00 instead of 8:00. In between: request lost (receiveResponseXML, block roof).

**What happened**

| time | who | what |
| --- | --- | --- |
| 14:00:00 | server | block roof is added: Jane Doe, Acme:Roof, 2026-11-02, 8:00 |
| 14:00:01 | the user | updates the selected applications |
| 14:00:01 | Web Connector | starts update 1 of Sync |
| 14:00:01 | server | hands out roof (8:00) |
| 14:00:02 | QuickBooks | writes roof (8:00): TxnID 1-1793628000 |
| 14:00:02 | fault | request lost (receiveResponseXML, block roof) |
| 14:00:02 | Web Connector | shows: connection reset (0 %) |
| 14:00:03 | the user | updates the selected applications |
| 14:00:03 | server | hands out roof (8:00) |
| 14:00:04 | QuickBooks | writes roof (8:00): TxnID 2-1793628000 |

**committed.yaml, line 14**

```
12 |   - update selected:
13 |       faults:
14 |         - request lost: {call: receiveResponseXML, block: roof}
   |           ^
15 |   - update selected
16 |
```

**The timesheet in QuickBooks**

|  | Employee | Customer | Date | Hours | Notes | TxnID |
| --- | --- | --- | --- | --- | --- | --- |
| before | (empty) |  |  |  |  |  |
| after | Jane Doe | Acme:Roof | 2026-11-02 | 8:00 | framing | 1-1793628000 |
| after | Jane Doe | Acme:Roof | 2026-11-02 | 8:00 | framing | 2-1793628000 |

Reproduce with: `qbharness run committed.yaml:2 --target plain`
""")  # noqa: E501 - a page


def test_a_run_without_a_verdict_shows_the_servers_last_words(tmp_path: Path) -> None:
    assert "MemoryError\n```" in written(tmp_path, runs.undetermined())


def test_what_is_exposed_names_the_switch(tmp_path: Path) -> None:
    shown = written(tmp_path, runs.exposed())
    assert "Only with connector.repeats&#95;lost&#95;response = 1, which is plausible" in shown


def test_an_empty_run_says_that_nothing_was_played(tmp_path: Path) -> None:
    assert written(tmp_path) == snapshot("""\
# 0 scenarios against plain

**Nothing was played.**
""")


def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    name = "</td><script>alert(1)</script> | [x](javascript:1) @everyone `"
    shown = written(tmp_path, runs.outcome_of(runs.begun(name).rest()))
    assert "<script" not in shown
    assert "](" not in shown
    assert "@everyone" not in shown


@given(st.text())
def test_an_escaped_text_has_no_markup_left(text: str) -> None:
    shown = escaped(text)
    assert not set(shown.replace("&#", "")) & set("<>|*_`[]\\@")
    assert "\n" not in shown


@given(st.text())
def test_no_text_can_leave_its_block_of_code(text: str) -> None:
    first, *inside, last = fenced(text).split("\n")
    assert first == last
    assert not any(line.startswith(first) for line in inside)


@given(st.text(alphabet="`a "))
def test_inline_code_is_closed_by_what_opened_it(text: str) -> None:
    shown = code(text)
    fence = shown[: len(shown) - len(shown.lstrip("`"))]
    assert shown.endswith(fence)
    assert fence not in shown[len(fence) : -len(fence)]


def test_a_table_has_as_many_cells_in_every_row() -> None:
    assert grid(("a", "b"), [("1|2", "3")]) == "| a | b |\n| --- | --- |\n| 1&#124;2 | 3 |"
