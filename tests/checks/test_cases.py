"""Every check: one history that breaks it and only it, and one beside it that keeps the promise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from history_support import HOME, JANE, Story, shifted

from qbharness.checks.judging import judge
from qbharness.checks.registry import Verdict, all_checks
from qbharness.history import MASK, History, ListedBlock

GUTTER = shifted(JANE, notes="gutter")
SHORTER = shifted(JANE, seconds=7 * 3600 + 1800)
SMITH = shifted(JANE, employee="Jane Smith")

Case = Callable[[], History]


def roof(**contract: str) -> Story:
    """A story with one block."""
    story = Story(**contract)
    story.block("roof")
    return story


def lost() -> History:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(JANE)
    return story.rest()


def lost_kept() -> History:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(JANE)
    story.deliver(GUTTER)
    return story.rest()


def duplicate() -> History:
    story = roof()
    story.deliver(JANE, reached=False)
    story.deliver(JANE)
    return story.rest()


def duplicate_kept() -> History:
    story = roof()
    story.start()
    story.hand_out(JANE, learned=False)
    story.end("failed")
    story.deliver(JANE)
    return story.rest()


def wrong_value() -> History:
    story = roof()
    story.deliver(SHORTER)
    return story.rest()


def wrong_value_kept() -> History:
    story = roof()
    story.start()
    story.edit("roof", SHORTER)
    call = story.hand_out(SHORTER)
    story.answer(call, story.commit(call, SHORTER))
    story.end()
    return story.rest()


def phantom() -> History:
    story = roof()
    story.deliver(JANE)
    story.deliver(shifted(JANE, employee="Nobody"))
    return story.rest()


def flags() -> History:
    story = roof()
    story.deliver(JANE)
    story.listed(roof="not_sent")
    return story.rest()


def flags_kept() -> History:
    story = roof()
    story.deliver(JANE)
    story.listed(roof="sent")
    return story.rest()


def edited(action: str = "mod", **contract: str) -> History:
    story = roof(**contract)
    txn_id = story.deliver(JANE)
    story.edit("roof", SHORTER)
    story.start()
    call = story.hand_out(requests=("TimeTrackingModRq",))
    if action == "mod":
        story.journal("mod", txn_id, before=JANE, after=SHORTER, actor="connector", call=call)
    story.answer(call)
    story.end()
    return story.rest()


def edited_kept() -> History:
    return edited(action="none")


def manual() -> History:
    story = roof()
    story.journal("add", "M-1", after=JANE)
    story.start()
    call = story.hand_out(JANE)
    txn_id = story.commit(call, JANE)
    story.journal("delete", "M-1", before=JANE, actor="connector", call=call)
    story.answer(call, txn_id)
    story.end()
    return story.rest()


def manual_kept() -> History:
    story = roof()
    story.journal("add", "M-1", after=JANE)
    story.deliver(JANE)
    story.journal("delete", "M-1", before=JANE)
    return story.rest()


def several() -> History:
    story = roof()
    story.block("gutter", GUTTER)
    story.start()
    call = story.hand_out(JANE, GUTTER)
    story.answer(call, story.commit(call, JANE), story.commit(call, GUTTER))
    story.end()
    return story.rest()


def went_on() -> History:
    story = roof()
    story.block("gutter", GUTTER)
    story.start()
    story.refuse(story.hand_out(JANE), progress=50)
    call = story.hand_out(GUTTER)
    story.answer(call, story.commit(call, GUTTER))
    story.stop()
    story.mismatch()
    return story.rest(idle=False)


def mismatch(error: str) -> History:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(GUTTER)
    story.mismatch(error=error)
    return story.rest(idle=False)


def says_nothing() -> History:
    return mismatch("Something went wrong, ask your administrator.")


def stops() -> History:
    return mismatch('There is no job "acme:roof" in QuickBooks.')


def tries_again_late() -> History:
    story = roof()
    story.mismatch()
    story.start()
    story.call("sendRequestXML", "")
    story.stop('Still no job "Acme:Roof".')
    story.deliver(JANE)
    return story.rest()


def tries_again() -> History:
    story = roof()
    story.mismatch()
    story.mismatch()
    story.deliver(JANE)
    return story.rest()


def outside_the_period() -> History:
    story = roof()
    story.period("2026-11-03", "2026-11-30")
    story.deliver(JANE)
    return story.rest()


def on_the_first_day() -> History:
    story = roof()
    story.period("2026-11-02", "2026-11-02")
    story.deliver(JANE)
    return story.rest()


def never_at_rest() -> History:
    story = roof()
    story.deliver(JANE)
    story.start()
    story.call("sendRequestXML", "")
    story.stop("Something is wrong.")
    return story.rest(idle=False)


def a_hundred_too_early() -> History:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(JANE, progress=100)
    story.deliver(GUTTER, progress=100)
    return story.rest()


def a_hundred_at_the_end() -> History:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(JANE, progress=50)
    story.deliver(GUTTER, progress=100)
    return story.rest()


def probed(operation: str, *value: str, probe: str) -> History:
    story = roof()
    story.deliver(JANE)
    story.call(operation, *value, probe=probe, update=0, arguments={"ticket": "ticket#9"})
    return story.rest()


def wrong_password() -> History:
    return probed("authenticate", "ticket#9", "", probe="wrong password")


def wrong_password_refused() -> History:
    return probed("authenticate", "", "nvu", probe="wrong password")


def not_qbxml() -> History:
    story = roof()
    story.start()
    story.hand_out(refusal="TxnDate stands behind Duration.", version="")
    story.end()
    story.deliver(JANE)
    return story.rest()


def elsewhere() -> History:
    story = roof()
    story.start(company="Beta Limited")
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE, company="Beta Limited"))
    story.end()
    return story.rest()


def elsewhere_refused() -> History:
    story = roof()
    story.start(company="Beta Limited")
    story.call("sendRequestXML", "")
    story.stop(f"Another company is open; open {HOME}.")
    story.deliver(JANE)
    return story.rest()


def tells_its_password() -> History:
    story = roof()
    story.deliver(JANE)
    story.start()
    story.call("getLastError", f"user/{MASK} has no work")
    story.end()
    return story.rest()


def expects(times: int) -> History:
    story = roof()
    story.deliver(JANE)
    story.ledger(JANE)
    story.expect("timesheet has", notes="framing", times=times)
    return story.rest()


BREAKS: dict[str, Case] = {
    "lost": lost,
    "duplicate": duplicate,
    "wrong value": wrong_value,
    "phantom": phantom,
    "edited after sync": edited,
    "manual entries untouched": manual,
    "flags": flags,
    "one block a request": several,
    "stops at a mismatch": went_on,
    "says what to fix": says_nothing,
    "tries again": tries_again_late,
    "period respected": outside_the_period,
    "drains": never_at_rest,
    "progress": a_hundred_too_early,
    "session rules": wrong_password,
    "qbXML valid": not_qbxml,
    "wrong company": elsewhere,
    "secrets": tells_its_password,
    "expectation": lambda: expects(2),
}

KEEPS: dict[str, Case] = {
    "lost": lost_kept,
    "duplicate": duplicate_kept,
    "wrong value": wrong_value_kept,
    "phantom": lost_kept,
    "edited after sync": edited_kept,
    "manual entries untouched": manual_kept,
    "flags": flags_kept,
    "one block a request": lost_kept,
    "stops at a mismatch": stops,
    "says what to fix": stops,
    "tries again": tries_again,
    "period respected": on_the_first_day,
    "drains": flags_kept,
    "progress": a_hundred_at_the_end,
    "session rules": wrong_password_refused,
    "qbXML valid": lost_kept,
    "wrong company": elsewhere_refused,
    "secrets": wrong_password_refused,
    "expectation": lambda: expects(1),
}


@pytest.mark.parametrize("name", BREAKS)
def test_each_check_has_a_history_that_breaks_it_and_only_it(name: str) -> None:
    assert [(f.check, f.sentence) for f in judge(BREAKS[name]()).broken if f.check != name] == []
    assert [f.check for f in judge(BREAKS[name]()).broken] == [name]


@pytest.mark.parametrize("name", KEEPS)
def test_each_check_has_a_history_that_keeps_every_promise(name: str) -> None:
    assert [(f.check, f.sentence) for f in judge(KEEPS[name]()).findings if f.kind] == []


def test_no_check_is_without_a_case() -> None:
    assert set(BREAKS) == set(KEEPS) == set(all_checks())


@pytest.mark.parametrize("name", BREAKS)
def test_a_finding_says_how_and_where_and_two_runs_have_the_same_key(name: str) -> None:
    (first,), (again,) = judge(BREAKS[name]()).broken, judge(BREAKS[name]()).broken
    assert first.kind
    assert first.events
    assert first.key == again.key


def test_keys_tell_apart_what_is_not_the_same_bug() -> None:
    keys = [finding.key for case in BREAKS.values() for finding in judge(case()).broken]
    assert len(set(keys)) == len(keys)


# ------------------------------------------------------------------------ what can be declared away

DECLARED: dict[str, tuple[Case, dict[str, str]]] = {
    "one block a request": (several, {"one_block_per_request": "false"}),
    "stops at a mismatch": (went_on, {"on_mismatch": "skip"}),
    "says what to fix": (says_nothing, {"on_mismatch": "skip"}),
}


def declared(history: History, contract: dict[str, str]) -> History:
    """The same run of a target that promises something else."""
    from attrs import evolve

    first, *others = history
    return History([evolve(first, contract=contract), *others])


@pytest.mark.parametrize("name", DECLARED)
def test_what_a_target_does_not_promise_is_not_applicable(name: str) -> None:
    case, contract = DECLARED[name]
    assert judge(declared(case(), contract)).by_check[name] is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    "name", ["qbXML valid", "session rules", "wrong company", "secrets", "manual entries untouched"]
)
def test_some_promises_cannot_be_declared_away(name: str) -> None:
    anything = {
        "delivery": "at_least_once",
        "after_edit": "update",
        "on_mismatch": "skip",
        "one_block_per_request": "false",
        "after_restore": "resend",
        "proof": "none",
    }
    assert judge(declared(BREAKS[name](), anything)).by_check[name] is Verdict.BROKEN


# --------------------------------------------------------------------------------- one more way each


def test_an_entry_that_is_replaced_after_an_edit_is_no_duplicate_but_was_not_left_as_it_was() -> None:
    story = roof()
    txn_id = story.deliver(JANE)
    story.edit("roof", SHORTER)
    story.start()
    call = story.hand_out(requests=("TxnDelRq",))
    story.journal("delete", txn_id, before=JANE, actor="connector", call=call)
    story.answer(call)
    call = story.hand_out(SHORTER)
    story.answer(call, story.commit(call, SHORTER))
    story.end()
    (finding,) = judge(story.rest()).broken
    assert finding.key == ("edited after sync", "replaced in QuickBooks")


def test_a_target_that_promises_updates_may_change_its_entry_and_must() -> None:
    assert judge(edited(after_edit="update")).broken == ()
    (finding,) = judge(edited(action="none", after_edit="update")).broken
    assert finding.key == ("edited after sync", "not updated")


def test_an_entry_that_a_person_changed_since_is_not_measured_by_the_latest_version() -> None:
    story = roof(after_edit="update")
    txn_id = story.deliver(JANE)
    story.journal("mod", txn_id, before=JANE, after=GUTTER)
    story.edit("roof", SHORTER)
    assert judge(story.rest()).broken == ()


def test_the_server_may_name_the_entry_but_not_that_of_another_block() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    first, second = story.deliver(JANE), story.deliver(GUTTER)
    story.list_rows(ListedBlock("roof", "sent", second), ListedBlock("gutter", "sent", first))
    assert {f.key for f in judge(story.rest()).broken} == {("flags", "names another entry")}


def test_the_server_shows_which_version_is_in_quickbooks() -> None:
    for shown, expected in ((1, []), (2, [("flags", "names another version")])):
        story = roof()
        story.start()
        call = story.hand_out(JANE)
        story.edit("roof", SHORTER)
        story.answer(call, story.commit(call, JANE))
        story.end()
        story.list_rows(ListedBlock("roof", "sent", sent_version=shown))
        assert [f.key for f in judge(story.rest()).broken] == expected


def test_a_block_that_a_person_calls_sent_may_be_called_sent_in_any_version() -> None:
    story = roof()
    story.start()
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE), reached=False)
    story.end("failed")
    story.edit("roof", SHORTER)
    story.mark("roof", "marked sent")
    story.list_rows(ListedBlock("roof", "sent", sent_version=2))
    assert judge(story.rest()).broken == ()


def test_of_two_equal_blocks_it_does_not_matter_which_one_is_called_sent() -> None:
    for names in (("roof", "attic"), ("attic", "roof")):
        story = roof()
        story.block("attic")
        story.deliver(JANE)
        story.listed(**{names[0]: "sent", names[1]: "not_sent"})
        (finding,) = judge(story.rest()).broken
        assert (finding.check, finding.blocks) == ("lost", (names[1],))


def test_both_of_two_equal_blocks_called_sent_with_one_entry_is_a_wrong_flag() -> None:
    story = roof()
    story.block("attic")
    story.deliver(JANE)
    story.listed(roof="sent", attic="sent")
    assert [f.check for f in judge(story.rest()).broken] == ["lost", "flags"]


def test_an_entry_of_which_the_server_could_not_hear_may_be_called_not_sent() -> None:
    story = roof()
    story.deliver(JANE, reached=False)
    story.listed(roof="in_doubt")
    assert judge(story.rest(idle=False)).broken == ()


def test_a_doubt_that_a_good_update_did_not_settle_is_told() -> None:
    story = roof()
    story.deliver(JANE, reached=False)
    story.idle()
    story.listed(roof="in_doubt")
    assert [f.key for f in judge(story.rest(idle=False)).broken] == [("flags", "there, not called sent")]


def test_success_after_a_refusal_is_told_and_empty_words_are_another_bug() -> None:
    story = Story("refusal")
    story.block("roof")
    story.start()
    story.refuse(story.hand_out(JANE), progress=100)
    story.end()
    keys = [f.key for f in judge(story.rest(idle=False)).broken]
    assert keys == [("stops at a mismatch", "reported success")]
    story = Story("refusal")
    story.block("roof")
    story.mismatch(error="")
    assert [f.key for f in judge(story.rest(idle=False)).broken] == [("says what to fix", "says nothing")]


def test_an_empty_request_and_then_the_error_is_a_good_way_to_stop() -> None:
    story = Story("refusal")
    story.block("roof")
    story.start()
    story.refuse(story.hand_out(JANE), progress=50)
    story.call("sendRequestXML", "")
    story.stop()
    assert judge(story.rest(idle=False)).verdict is Verdict.HELD


def test_a_server_that_asks_for_the_names_first_stops_at_a_mismatch_too() -> None:
    for error, expected in (('No "Roof" here.', []), ("No.", [("says what to fix", "does not name it")])):
        story = Story("refusal")
        story.block("roof")
        story.start()
        story.query("CustomerQuery", "Acme:Roof", found=False, error=error)
        story.stop(error)
        judgement = judge(story.rest(idle=False))
        assert [f.key for f in judgement.broken] == expected


def test_a_value_that_can_never_be_right_need_not_be_tried_again_until_it_is_edited() -> None:
    def story(*, edited: bool) -> History:
        one = Story(on_mismatch="skip")
        one.block("roof")
        one.block("gutter", GUTTER)
        one.start()
        one.refuse(one.hand_out(JANE), code=3070, message='The string "…" in the field "Notes" is too long.')
        one.stop()
        if edited:
            one.edit("roof", SHORTER)
        one.deliver(GUTTER)
        return one.rest()

    assert "tries again" not in {f.check for f in judge(story(edited=False)).broken}
    assert "tries again" in {f.check for f in judge(story(edited=True)).broken}


def test_a_block_in_doubt_may_be_settled_although_its_day_is_no_longer_selected() -> None:
    for doubt, expected in ((True, []), (False, ["period respected"])):
        story = roof()
        story.period("2026-11-01", "2026-11-30")
        if doubt:
            story.start()
            story.hand_out(JANE, learned=False)
            story.end("failed")
        story.period("2026-12-01", None)
        story.deliver(JANE)
        assert [f.check for f in judge(story.rest()).broken] == expected


def test_an_update_that_has_to_be_cut_off_does_not_drain() -> None:
    story = roof()
    story.deliver(JANE)
    story.start()
    story.call("getLastError", "NoOp")
    story.end("bounded")
    assert [f.key for f in judge(story.rest()).broken] == [("drains", "never ends")]


def test_an_update_that_waited_for_the_other_pc_is_not_the_servers_loop_and_not_its_chance() -> None:
    story = roof()
    story.start()
    story.end("bounded")
    assert judge(story.rest(idle=False)).broken == ()


def test_after_old_news_of_a_refusal_the_same_block_may_be_tried_and_no_other() -> None:
    for hours, expected in ((JANE, []), (GUTTER, ["stops at a mismatch"])):
        story = roof()
        story.block("gutter", GUTTER)
        story.deliver(GUTTER if hours == JANE else JANE)
        story.start()
        refused = JANE if hours == JANE else shifted(JANE, notes="attic")
        if refused != JANE:
            story.block("attic", refused)
        story.refuse(story.hand_out(refused, set_id="set#9"), reached=False)
        story.end("failed")
        story.start()
        story.refuse(story.hand_out(old="set#9"), progress=10)
        call = story.hand_out(hours)
        story.answer(call, story.commit(call, hours))
        story.end()
        if refused != JANE:
            story.deliver(refused)
        assert [f.check for f in judge(story.rest()).broken] == expected


@pytest.mark.parametrize(
    ("value", "kind"), [("101", "above 100"), ("fifty", "no number"), ("50", None), ("0", None)]
)
def test_progress_is_a_number_up_to_a_hundred(value: str, kind: str | None) -> None:
    story = roof()
    story.start()
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE), value=value)
    story.end()
    assert [f.kind for f in judge(story.rest()).broken] == [kind] * bool(kind)


def test_a_negative_number_without_a_word_is_told_where_quickbooks_refused_nothing() -> None:
    story = roof()
    story.start()
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE), progress=-1)
    story.stop("")
    assert [f.key for f in judge(story.rest()).broken] == [("progress", "negative without a word")]


@pytest.mark.parametrize("probe", ["dead ticket", "made-up ticket", "foreign ticket"])
def test_a_ticket_that_is_not_alive_gets_no_work(probe: str) -> None:
    assert [f.kind for f in judge(probed("sendRequestXML", "<request>", probe=probe)).broken] == [
        "work for a dead ticket"
    ]
    assert judge(probed("sendRequestXML", "", probe=probe)).broken == ()


def test_an_answer_with_the_ticket_of_a_superseded_session_is_refused() -> None:
    for value, expected in (("100", [("session rules", "answer of a dead ticket")]), ("-1", [])):
        story = roof()
        old = story.start()
        call = story.hand_out(JANE)
        txn_id = story.commit(call, JANE)
        story.start(pc="pc2")
        story.answer(call, txn_id, value=value, update=1, ticket=old)
        story.updates = 2
        story.end()
        assert [f.key for f in judge(story.rest()).broken] == expected


def test_a_ticket_is_given_once() -> None:
    story = roof()
    story.deliver(JANE)
    story.call("authenticate", "ticket#1", "", arguments={"strUserName": "user"})
    assert [f.key for f in judge(story.rest()).broken] == [("session rules", "ticket given twice")]


def test_late_work_for_a_session_that_is_over_is_told() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    call = story.calls + 2
    story.deliver(JANE)
    story.deliver(GUTTER)
    from attrs import evolve

    first = next(event for event in story.history if getattr(event, "entries", None))
    assert first.call == call
    story.history.append(evolve(first, delivery=2))
    assert [f.key for f in judge(story.rest()).broken] == [("session rules", "work for a dead ticket")]


def test_a_request_states_its_version_and_holds_no_value_that_is_refused() -> None:
    for changes, kind in (
        ({"version": ""}, "no version"),
        ({"value_refusals": ("3070: The notes are too long.",)}, "value 3070"),
    ):
        story = roof()
        story.start()
        call = story.hand_out(JANE, **changes)
        story.answer(call, story.commit(call, JANE))
        story.end()
        assert [f.key for f in judge(story.rest()).broken] == [("qbXML valid", kind)]


def test_a_message_set_id_that_is_too_long_is_told() -> None:
    story = roof()
    story.start()
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE), status="9004")
    story.end()
    assert [f.key for f in judge(story.rest()).broken] == [("qbXML valid", "message set id")]


def test_what_people_typed_may_look_like_a_ticket() -> None:
    odd = shifted(JANE, notes="ticket#1")
    story = Story()
    story.block("roof", odd)
    story.start()
    call = story.hand_out(odd, text="<Notes>ticket#1</Notes>")
    story.answer(call, story.commit(call, odd))
    story.end()
    assert judge(story.rest()).broken == ()
    other = roof()
    other.deliver(JANE, text="<Notes>ticket#1</Notes>")
    assert [f.key for f in judge(other.rest()).broken] == [("secrets", "ticket in qbXML")]


# ------------------------------------------------------------------------------ exactly these rows


def rows_are(*rows: dict[str, object]) -> list[str]:
    story = roof()
    story.deliver(JANE)
    story.ledger(SHORTER, JANE)
    story.expect("timesheet is", rows=[{"times": 1, **row} for row in rows])
    return [finding.sentence for finding in judge(story.rest()).broken if finding.check == "expectation"]


def test_an_entry_that_fits_several_rows_is_given_to_the_one_that_needs_it() -> None:
    anything, short = {"employee": "Jane Doe"}, {"employee": "Jane Doe", "seconds": SHORTER.seconds}
    assert rows_are(anything, short) == rows_are(short, anything) == []
    assert rows_are(short, short, anything) != []
    assert "nobody expects" in rows_are(short)[0]


def test_two_rows_for_one_entry_are_one_too_many_and_both_are_told() -> None:
    short = {"employee": "Jane Doe", "seconds": SHORTER.seconds}
    (told,) = rows_are(short, short)
    assert "is wanted by another row too" in told
