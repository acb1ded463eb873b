"""What an author sees when a file is wrong: place, sentence, caret and cure, everything at once."""

from __future__ import annotations

import pytest
from scenario_support import story, with_step

from qbharness import read_text
from qbharness.scenario.problems import ScenarioProblems

MANY_MISTAKES = """\
language: 1
scenario: A block arrives
wy: Because
company:
  employes: [Jane Doe]
  customers: ["Acme:Roof"]
blocks:
  roof: {employee: Jane Doe, date: 11/02/2026, hours: 7.5, note: framing}
steps:
  - update selcted
  - edit block: {block: rof, hours: 8}
  - update selected:
      faults:
        - replied lost: {call: authenticate}
        - reply lost: {call: recieveResponseXML, block: roof}
        - garbled: {call: authenticate, number: 1}
  - wait: 5
expect:
  - timesheet has: {block: root, times: 1}
  - updates needed: 2
"""


def complaints(text: str) -> list[str]:
    with pytest.raises(ScenarioProblems) as caught:
        read_text(text, file="a.yaml")
    return [f"{p.place} {p.sentence} {p.cure}".rstrip() for p in caught.value.problems]


def test_every_mistake_of_a_file_is_told_at_once_in_its_order() -> None:
    assert complaints(MANY_MISTAKES) == [
        "a.yaml:3:1 A scenario has no 'wy'. Did you mean 'why'?",
        "a.yaml:5:3 A company has no 'employes'. Did you mean 'employees'?",
        "a.yaml:6:15 'Acme:Roof' needs 'Acme', which it belongs to, before it. Add 'Acme' to the list.",
        "a.yaml:8:36 '11/02/2026' is not a date. Write year-month-day with two digits each: 2026-11-02.",
        "a.yaml:8:55 Decimal hours such as '7.5' are not taken. If you mean 7h30m, write 7:30.",
        "a.yaml:8:60 A block has no 'note'. Did you mean 'notes'?",
        "a.yaml:10:5 There is no step 'update selcted'. Did you mean 'update selected'?",
        "a.yaml:11:25 There is no block 'rof' at this point. Did you mean 'roof'?",
        "a.yaml:11:37 '8' does not say whether it is hours or minutes. If you mean 8h00m, write 8:00.",
        "a.yaml:14:11 There is no fault 'replied lost'. Did you mean 'reply lost'?",
        "a.yaml:15:30 'call' has no value 'recieveResponseXML'. Did you mean 'receiveResponseXML'?",
        "a.yaml:16:20 The fault 'garbled' needs 'with'.",
        "a.yaml:17:11 '5' is not a duration. Say the unit: 5m, 5h or 5d.",
        "a.yaml:19:28 There is no block 'root' at this point. Did you mean 'roof'?",
        "a.yaml:20:21 '2' is not a bound. Write `at most 2`.",
    ]


def test_a_mistake_is_shown_with_its_line_and_a_caret() -> None:
    with pytest.raises(ScenarioProblems) as caught:
        read_text(with_step("edit block: {block: rof, hours: 7:30}"), file="a.yaml")
    assert str(caught.value) == (
        "a.yaml:9:25: There is no block 'rof' at this point. Did you mean 'roof'?\n"
        "      - edit block: {block: rof, hours: 7:30}\n"
        "                            ^"
    )


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ("delete block", "The step 'delete block' needs 'block'."),
        ("update selected: soon", "It takes: pc, applications, faults, during."),
        ("add block: {block: roof, employee: Jane Doe, date: 2026-11-02, hours: 1:00}", "taken already"),
        ("add block: {block: new, employee: Jane Doe}", "A new block needs 'date' and 'hours'."),
        ("edit block: {block: roof}", "The edit changes nothing."),
        ("edit block: {block: roof, hours: 7:75}", "Write 8:15."),
        ("edit block: {block: roof, hours: 7:5}", "Write 7:05 or 7:50."),
        ("edit block: {block: roof, hours: -1:00}", "'-1:00' is not a number of hours."),
        ("edit block: {block: roof, notes: ~}", 'write "" to clear it'),
        ("edit block: {block: roof, billable: yes}", "'billable' takes true or false, not 'yes'."),
        ("select period: {from: 2026-11-02}", "A period needs both 'from' and 'to'."),
        ("select period: {from: 2026-11-03, to: 2026-11-02}", "The period ends before it begins."),
        ("close books: 2026-02-30", "There is no day '2026-02-30'."),
        ("restore backup: monday", "Put a `back up` before it."),
        ("rename: {employe: Jane Doe, to: Jane}", "Did you mean 'employee'?"),
        ("rename: {employee: Jane Doe}", "The step 'rename' needs 'to'."),
        ("add job: Roof", "A job is written Customer:Job."),
        ("import iif: {}", "takes either 'text' or 'rows'"),
        ("meanwhile: [[update selected]]", "two or more lists"),
        ("update selected: {pc: pc2}", "Put `add application: {pc: pc2}` before it."),
        ("meanwhile: {lists: [[wait: 1m], [wait: 1m]], order: [1, 3]}", "names list 3, and there are 2"),
        ("auto-run: {for: 1h, every: 30s}", "a minute apart or more. Write every: 1m."),
        ("set preference: {time tracking: false}", "Did you mean 'IsUsingTimeTracking'?"),
        ("set preference: {colour: blue}", "There is no preference 'colour'. There are: "),
        ("set preference: {IsUsingTimeTracking: off}", "It takes: true, false."),
        ("wait: 0m", "A duration of '0m' is not possible."),
        ("update selected:\n  faults: [request lost]", "The fault 'request lost' needs arguments."),
        ("update selected:\n  faults: [request lost: {block: roof}]", "An anchor needs 'call'."),
        (
            "update selected:\n  faults: [reply lost: {call: authenticate, block: roof}]",
            "The call 'authenticate' is not about a block.",
        ),
        (
            "update selected:\n  faults: [reply lost: {call: sendRequestXML, block: roof, number: 2}]",
            "one of 'block' and 'number', not both",
        ),
        (
            "update selected:\n  faults: [quickbooks killed: {call: authenticate, at: after commit}]",
            "Leave `call` out here.",
        ),
        (
            "update selected:\n  during: [{befor: {call: authenticate}, do: [update selected]}]",
            "Did you mean 'before'?",
        ),
        ("expect: [timesheet has: {times: 2}]", "'timesheet has' says nothing to compare."),
        ("expect: [block is: {block: roof, state: send}]", "Did you mean 'sent'?"),
        ("expect: [updates needed: 3]", "Write `at most 3`."),
        ("expect: [connector shows: {progress: 101}]", "'101' is too much for 'progress'. At most 100."),
        ("say: hello", "A step is one word with its arguments."),
        ("[update selected]", "a step as a mapping, not a list"),
    ],
)
def test_a_wrong_step_is_refused_with_its_cure(step: str, complaint: str) -> None:
    assert any(complaint in told for told in complaints(with_step(step))), complaints(with_step(step))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "The file is empty."),
        ("- a\n", "a scenario as a mapping, not a list"),
        ("scenario: x\nsteps: []\n", "Begin the file with `language: 1`."),
        ("language: 2\nscenario: x\nsteps: []\n", "There is no language '2'."),
        ("language: 1\n", "The file has no 'scenario'."),
        (story(rest="switches: {cookie: kept}\n"), "There is no switch 'cookie'."),
        (story(rest="switches: {cookies: eaten}\n"), "The switch 'cookies' has no value 'eaten'."),
        (story(rest="requires: {delivry: exactly_once}\n"), "Did you mean 'delivery'?"),
        (story(rest="requires: {delivery: twice}\n"), "'delivery' has no value 'twice'."),
        (story(rest="clock: 2026-11-01T05:30:00\n"), "does not say its offset"),
        (story(rest="clock: 0001-01-01T00:00:00Z\n"), "Take a moment between 1970 and 2199."),
        (story(rest="clock: 9999-12-31T23:59:59Z\n"), "Take a moment between 1970 and 2199."),
        (story(rest="clock: 0001-01-01T00:00:00+14:00\n"), "Take a moment between 1970 and 2199."),
        (story(rest="seed: -1\n"), "'-1' is not a whole number. Take one from 0 on."),
        (story(rest=f"seed: {'9' * 5000}\n"), "is too much for 'seed'. At most 999,999,999."),
        (story(rest="why: a\nwhy: b\n"), "stands here twice"),
        (story(rest="why: !!python/object:os.system x\n"), "is not allowed here"),
        (story(rest="\tx: 1\n"), "This is not YAML"),
    ],
)
def test_a_wrong_file_is_refused_with_its_cure(text: str, complaint: str) -> None:
    assert any(complaint in told for told in complaints(text)), complaints(text)


def test_a_file_without_its_language_hears_of_its_other_mistakes_too() -> None:
    told = complaints("langage: 1\nscenario: x\nsteps:\n  - updat selected\n")
    assert [each.partition(" ")[2] for each in told] == [
        "The file does not say its language. Begin the file with `language: 1`.",
        "A scenario has no 'langage'. Did you mean 'language'?",
        "There is no step 'updat selected'. Did you mean 'update selected'?",
    ]


def test_a_key_without_a_value_is_told_where_the_key_stands() -> None:
    (told, *_) = complaints("language: 1\nscenario:\nsteps:\n  - update selected\n")
    assert told.startswith("a.yaml:2:1 'scenario' has no value.")


def test_of_an_endless_value_only_the_ends_are_quoted() -> None:
    (told,) = complaints(story(rest=f"seed: {'9' * 5000}\n"))
    assert len(told) < 500


def test_a_block_may_not_be_used_before_it_is_added() -> None:
    text = story(
        "steps:\n  - mark sent: late\n"
        "  - add block: {block: late, employee: Jane Doe, date: 2026-11-02, hours: 1:00}\n"
    )
    assert complaints(text) == ["a.yaml:9:16 There is no block 'late' at this point. Known: roof."]


def test_a_step_of_a_procedure_needs_a_sentence() -> None:
    text = "language: 1\nkind: procedure\nprocedure: x\nsteps:\n  - update selected\n"
    assert complaints(text) == [
        "a.yaml:5:5 Each step of a procedure needs a sentence. Add `say: …` beside it."
    ]


def test_a_procedure_names_the_blocks_that_it_speaks_of() -> None:
    steps = "steps:\n  - say: Mark it.\n    mark sent: roof\n"
    head = "language: 1\nkind: procedure\nprocedure: x\n"
    assert complaints(head + steps)
    (procedure,) = read_text(f"{head}about: [roof]\n{steps}")
    assert procedure.about == ("roof",)
    assert procedure.steps[0].say == "Mark it."
