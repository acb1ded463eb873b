"""What is demanded under which trouble: the law's table, a row a test, from histories."""

from __future__ import annotations

import pytest
from history_support import JANE, Story, shifted

from qbharness.checks.judging import Judgement, judge
from qbharness.checks.registry import Verdict
from qbharness.history import History

GUTTER = shifted(JANE, notes="gutter")
SHORTER = shifted(JANE, seconds=7 * 3600 + 1800)
RENAMED = shifted(JANE, customer="Acme:New Roof")


def roof(**contract: str) -> Story:
    story = Story(**contract)
    story.block("roof")
    return story


def told(history: History) -> list[tuple[Verdict, str]]:
    """Everything that is said of a run, except what does not apply."""
    return [
        (finding.verdict, finding.check)
        for finding in judge(history).findings
        if finding.verdict is not Verdict.NOT_APPLICABLE
    ]


def lose_answer(story: Story, *, application: str = "Sync", set_id: str = "") -> str:
    """QuickBooks commits the block, and the server never hears of it."""
    story.start(application=application)
    call = story.hand_out(JANE, set_id=set_id)
    txn_id = story.commit(call, JANE, application=application)
    story.answer(call, txn_id, reached=False)
    story.end("failed")
    return txn_id


def recover(story: Story, txn_id: str, *, set_id: str = "set#1") -> None:
    """The server asks by the message set, and QuickBooks answers what it has done already."""
    story.start()
    call = story.hand_out(JANE, set_id=set_id)
    story.answer(call, txn_id)
    story.end()


DUPLICATE = [(Verdict.BROKEN, "duplicate")]
LOST = [(Verdict.BROKEN, "lost")]

# -------------------------------------------------- any message lost; somebody killed; exactly once


def test_a_lost_answer_is_no_excuse_to_send_again_and_none_to_forget() -> None:
    story = roof()
    recover(story, lose_answer(story, set_id="set#1"))
    assert told(story.rest()) == []
    story = roof()
    lose_answer(story)
    story.deliver(JANE)
    assert told(story.rest()) == DUPLICATE


def test_a_lost_request_is_no_excuse_either() -> None:
    story = roof()
    story.start()
    story.hand_out(JANE, learned=False)
    story.end("failed")
    assert told(story.rest())[:1] == LOST


def test_an_answer_that_the_server_gets_twice_books_it_once() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    story.start()
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE), word="delivered twice")
    story.end()
    assert told(story.rest())[:1] == LOST


@pytest.mark.parametrize("died", ["server killed", "quickbooks killed", "connector killed"])
def test_whoever_is_killed_the_block_is_owed_once(died: str) -> None:
    for times in (0, 1, 2):
        story = roof()
        story.start()
        call = story.hand_out(JANE)
        story.fault(died)
        if times:
            story.commit(call, JANE)
        story.end("killed")
        if times == 2:
            story.deliver(JANE)
        expected = {0: LOST, 1: [], 2: DUPLICATE}[times]
        assert [each for each in told(story.rest()) if each[1] in {"lost", "duplicate"}] == expected


# ----------------------------------------------------------------------------- edit while in doubt


def test_edited_while_in_doubt_any_version_that_was_offered_is_right() -> None:
    for landed in (JANE, SHORTER):
        story = roof()
        story.start()
        call = story.hand_out(landed if landed == JANE else JANE, learned=landed == JANE)
        story.edit("roof", SHORTER)
        if landed == JANE:
            story.commit(call, JANE)
        story.end("failed")
        if landed == SHORTER:
            story.deliver(SHORTER)
        assert told(story.rest()) == []


def test_edited_while_in_doubt_it_is_still_owed_only_once() -> None:
    story = roof()
    lose_answer(story)
    story.edit("roof", SHORTER)
    story.deliver(SHORTER)
    assert told(story.rest()) == DUPLICATE


def test_a_request_that_was_settled_is_no_excuse_for_old_contents() -> None:
    story = roof()
    story.start()
    story.refuse(story.hand_out(JANE, text="same bytes"))
    story.stop()
    story.edit("roof", SHORTER)
    story.deliver(JANE, text="same bytes")
    assert told(story.rest()) == [(Verdict.BROKEN, "wrong value")]


# -------------------------------------------------------------------- block deleted while in doubt


@pytest.mark.parametrize("lands", ["never", "before", "after"])
def test_deleted_while_in_doubt_none_or_one_is_right(lands: str) -> None:
    story = roof()
    story.block("gutter", GUTTER)
    story.start()
    call = story.hand_out(JANE, text="roof")
    if lands == "before":
        story.commit(call, JANE)
    story.end("killed")
    story.mark("roof", "deleted")
    if lands == "after":
        story.deliver(JANE, text="roof")
    story.deliver(GUTTER)
    assert told(story.rest()) == []


def test_deleted_while_in_doubt_two_is_not_right() -> None:
    story = roof()
    lose_answer(story)
    story.mark("roof", "deleted")
    story.start()
    call = story.hand_out(JANE, text="request 1")
    story.answer(call, story.commit(call, JANE))
    story.end()
    assert told(story.rest()) == DUPLICATE


def test_deleted_while_the_answer_about_a_refusal_was_lost_it_may_still_land_once() -> None:
    story = roof()
    story.start()
    story.refuse(story.hand_out(JANE, text="roof"), reached=False)
    story.end("failed")
    story.mark("roof", "deleted")
    story.deliver(JANE, text="roof")
    assert told(story.rest()) == []


def test_a_block_deleted_after_a_refusal_is_not_sent_any_more() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    story.mismatch()
    story.mark("roof", "deleted")
    story.deliver(JANE)
    story.deliver(GUTTER)
    assert told(story.rest()) == [(Verdict.BROKEN, "phantom")]


# -------------------------------------------------------------- the answer about a refusal is lost


def test_a_stale_refusal_may_be_shown_once_and_the_block_comes_an_update_later() -> None:
    story = roof()
    story.start()
    story.refuse(story.hand_out(JANE, set_id="set#1"), reached=False)
    story.end("failed")
    story.start()
    story.refuse(story.hand_out(old="set#1"), replayed=True)
    story.stop()
    story.deliver(JANE)
    assert told(story.rest()) == []


def refused_twice_under_one_id(*rows: tuple[str, str]) -> Story:
    """The second time from QuickBooks' memory; ``rows`` of the lists (action, name) come in between."""
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(GUTTER)
    story.start()
    story.refuse(story.hand_out(JANE, set_id="set#1"))
    story.stop()
    for action, name in rows:
        story.journal(action, f"id of {name}", record="Customer", name=name)
    story.start()
    story.refuse(story.hand_out(JANE, set_id="set#1"), replayed=True)
    story.stop()
    return story


def test_a_remembered_refusal_stands_no_more_when_the_missing_name_was_added() -> None:
    story = refused_twice_under_one_id(("add", "Acme:Roof"))
    assert told(story.rest(idle=False)) == [(Verdict.BROKEN, "lost")]


def test_a_remembered_refusal_that_the_server_never_heard_may_be_shown_in_the_last_update() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(GUTTER)
    story.start()
    story.refuse(story.hand_out(JANE, set_id="set#1"), reached=False)
    story.end("failed")
    story.journal("add", "id of Acme:Roof", record="Customer", name="Acme:Roof")
    story.start()
    story.refuse(story.hand_out(JANE, set_id="set#1"), replayed=True)
    story.stop()
    assert told(story.rest(idle=False)) == []


@pytest.mark.parametrize(
    "rows",
    [(), (("add", "Somebody else"),), (("add", "Acme:Roof"), ("delete", "Acme:Roof"))],
    ids=["nothing was added", "another name was added", "it was deleted again"],
)
def test_a_remembered_refusal_stands_while_the_name_is_missing(rows: tuple[tuple[str, str], ...]) -> None:
    assert told(refused_twice_under_one_id(*rows).rest(idle=False)) == []


# ------------------------------------------------------------------------------- standing mismatch


def test_blocks_behind_a_standing_mismatch_wait() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(GUTTER)
    story.block("attic", shifted(JANE, notes="attic"))
    story.mismatch()
    assert told(story.rest(idle=False)) == []


def test_behind_a_standing_mismatch_two_is_still_too_many() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(GUTTER)
    story.deliver(GUTTER)
    story.mismatch()
    assert told(story.rest(idle=False)) == DUPLICATE


def test_where_mismatches_are_skipped_only_the_refused_block_waits() -> None:
    story = roof(on_mismatch="skip")
    story.block("gutter", GUTTER)
    story.block("attic", shifted(JANE, notes="attic"))
    story.start()
    story.refuse(story.hand_out(JANE), progress=50)
    call = story.hand_out(GUTTER)
    story.answer(call, story.commit(call, GUTTER))
    story.end()
    assert [(f.check, f.blocks) for f in judge(story.rest(idle=False)).broken] == [("lost", ("attic",))]


def test_a_mismatch_that_an_unlucky_last_update_did_not_get_to_still_stands() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(GUTTER)
    story.mismatch()
    story.start()
    story.call("sendRequestXML", reached=False, learned=False)
    story.end("failed")
    assert told(story.rest(idle=False)) == []


# ------------------------------------------------------ a person deletes, edits or pays the entry


@pytest.mark.parametrize("action", ["delete", "mod", "use"])
def test_what_a_person_does_to_the_entry_is_not_the_servers_business(action: str) -> None:
    for again in (False, True):
        story = roof()
        story.journal(action, story.deliver(JANE), before=JANE, after=GUTTER)
        if again:
            story.deliver(JANE)
        assert told(story.rest()) == (DUPLICATE if again else [])


def test_nobody_knows_when_a_person_deleted_it_in_doubt_and_the_server_asked_before_it_sent() -> None:
    for asked, expected in (
        (True, [(Verdict.UNKNOWN, "duplicate")]),
        (False, DUPLICATE),
    ):
        story = roof(proof="marker")
        txn_id = lose_answer(story)
        story.journal("delete", txn_id, before=JANE)
        story.start()
        if asked:
            story.query("TimeTrackingQuery")
        call = story.hand_out(JANE)
        story.answer(call, story.commit(call, JANE))
        story.end()
        assert told(story.rest()) == expected


def test_a_question_before_the_person_acted_is_no_excuse() -> None:
    story = roof(proof="marker")
    txn_id = lose_answer(story)
    story.start()
    story.query("TimeTrackingQuery")
    story.journal("delete", txn_id, before=JANE)
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE))
    story.end()
    assert told(story.rest()) == DUPLICATE


# ------------------------------------------------------------------------------- backup restored


def test_after_a_restore_an_acknowledged_block_is_forgotten_and_not_sent_unless_told() -> None:
    for act, expected in (
        ("nothing", []),
        ("resend", DUPLICATE),
        ("told", []),
    ):
        story = roof()
        story.deliver(JANE)
        story.restore(shares=0)
        if act == "told":
            story.mark("roof", "marked not sent")
        if act != "nothing":
            story.deliver(JANE)
        assert told(story.rest()) == expected


def test_after_a_restore_a_told_server_that_does_not_send_loses() -> None:
    story = roof()
    story.deliver(JANE)
    story.restore(shares=0)
    story.mark("roof", "marked not sent")
    assert told(story.rest()) == LOST


def test_after_a_restore_a_block_in_doubt_is_owed_once_and_two_commits_are_right() -> None:
    story = roof()
    lose_answer(story)
    story.restore(shares=0)
    story.deliver(JANE)
    assert told(story.rest()) == []
    story.deliver(JANE)
    assert told(story.rest(idle=False))[:1] == DUPLICATE


def test_of_two_equal_blocks_of_which_one_was_forgotten_sending_one_again_is_too_much() -> None:
    story = roof()
    story.block("attic")
    story.deliver(JANE)
    story.deliver(JANE)
    story.restore(shares=1)
    assert told(story.rest()) == []
    story.deliver(JANE)
    assert told(story.rest(idle=False)) == DUPLICATE


def test_a_restore_of_a_restore_reaches_back_to_the_first_time() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    story.deliver(JANE)
    story.restore(shares=1)
    story.deliver(GUTTER, reached=False)
    story.timeline += 1
    story.journal("restore", "", record="Company", restored=0, shares=1)
    story.deliver(GUTTER)
    assert told(story.rest()) == []


# ------------------------------------------------------------- recovery state that is not to be had


@pytest.mark.parametrize("status", ["9005", "9002"])
def test_recovery_state_that_quickbooks_lost_exposes_unless_a_marker_is_promised(status: str) -> None:
    for proof, verdict in (("message_set", Verdict.EXPOSED), ("marker", Verdict.BROKEN)):
        story = roof(proof=proof)
        txn_id = lose_answer(story, set_id="set#1")
        del txn_id
        story.start()
        call = story.hand_out(JANE, set_id="set#1")
        story.answer(call, story.commit(call, JANE), status=status)
        story.end()
        assert told(story.rest()) == [(verdict, "duplicate")]


# -------------------------------------------------------------------------------- not demanded


def test_a_second_application_name_exposes_a_block_in_doubt() -> None:
    story = roof()
    lose_answer(story)
    story.deliver(JANE, application="Sync (2)")
    judgement = judge(story.rest())
    assert judgement.verdict is Verdict.EXPOSED
    assert "another application name" in judgement.exposed[0].sentence


def test_a_second_application_name_is_no_excuse_once_the_server_knows() -> None:
    story = roof()
    story.deliver(JANE)
    story.deliver(JANE, application="Sync (2)")
    assert told(story.rest()) == DUPLICATE


def test_a_server_that_is_put_back_to_its_own_backup_is_exposed_not_broken() -> None:
    story = roof()
    story.deliver(JANE)
    story.server("restored from its own backup")
    story.deliver(JANE)
    judgement = judge(story.rest())
    assert told(story.history) == [(Verdict.EXPOSED, "duplicate")]
    assert "backup of its own" in judgement.exposed[0].sentence


def test_two_entries_after_the_servers_backup_was_put_back_are_its_own_fault() -> None:
    story = roof()
    story.server("restored from its own backup")
    story.deliver(JANE)
    story.deliver(JANE)
    assert told(story.rest()) == DUPLICATE


# --------------------------------------------------------------------------- link dead for ever


def dead_link(*landings: bool) -> Judgement:
    story = roof()
    for lands in landings:
        story.start()
        call = story.hand_out(JANE)
        if lands:
            story.commit(call, JANE)
        story.answer(call, reached=False)
        story.end("failed")
    return judge(story.rest(idle=False))


def test_with_a_link_that_is_dead_for_ever_at_most_one_is_right() -> None:
    assert dead_link(False, False).broken == ()
    assert dead_link(True, False).broken == ()
    assert [f.check for f in dead_link(True, True).broken] == ["duplicate"]


# ---------------------------------------------------------------------------------- other contracts


def test_at_most_once_may_lose_what_was_in_trouble_but_not_what_was_not() -> None:
    story = roof(delivery="at_most_once")
    story.start()
    story.hand_out(JANE, learned=False)
    story.end("failed")
    assert "lost" not in {check for _, check in told(story.rest())}
    story = roof(delivery="at_most_once")
    assert "lost" in {check for _, check in told(story.rest())}


def test_at_most_once_is_never_twice() -> None:
    story = roof(delivery="at_most_once")
    lose_answer(story)
    story.deliver(JANE)
    assert told(story.rest()) == DUPLICATE


def test_at_least_once_may_repeat_what_is_in_doubt_but_not_what_it_knows() -> None:
    story = roof(delivery="at_least_once")
    lose_answer(story)
    story.deliver(JANE)
    assert told(story.rest()) == []
    story = roof(delivery="at_least_once")
    story.deliver(JANE)
    story.deliver(JANE)
    assert told(story.rest()) == DUPLICATE


def test_at_least_once_is_never_never() -> None:
    story = roof(delivery="at_least_once")
    story.start()
    story.hand_out(JANE, learned=False)
    story.end("failed")
    assert told(story.rest())[:1] == LOST


# --------------------------------------------------------------------------------- obligations


def test_marking_a_block_as_not_sent_that_was_not_sent_asks_for_nothing_more() -> None:
    story = roof()
    story.mark("roof", "marked not sent")
    story.deliver(JANE)
    assert told(story.rest()) == []


def test_marking_it_as_not_sent_twice_in_a_row_asks_for_one_more_only() -> None:
    story = roof()
    story.deliver(JANE)
    story.mark("roof", "marked not sent")
    story.mark("roof", "marked not sent")
    story.deliver(JANE)
    assert told(story.rest()) == []


def test_a_block_that_was_marked_as_sent_and_back_is_owed_once() -> None:
    story = roof()
    story.mark("roof", "marked sent")
    story.mark("roof", "marked not sent")
    story.deliver(JANE)
    assert told(story.rest()) == []
    story = roof()
    story.block("gutter", GUTTER)
    story.mark("roof", "marked sent")
    story.deliver(GUTTER)
    assert told(story.rest()) == []


def test_sending_what_was_marked_as_sent_is_too_much() -> None:
    story = roof()
    story.mark("roof", "marked sent")
    story.deliver(JANE)
    assert told(story.rest()) == DUPLICATE


def test_a_period_that_changes_midway_is_judged_as_it_stands_at_rest() -> None:
    story = roof()
    story.block("old", shifted(JANE, date="2026-10-30"))
    story.period("2026-10-01", "2026-10-31")
    story.deliver(shifted(JANE, date="2026-10-30"))
    story.period("2026-11-01", "2026-11-30")
    story.deliver(JANE)
    assert told(story.rest()) == []


def test_a_block_edited_out_of_the_period_is_not_owed_and_one_edited_into_it_is() -> None:
    for first, then, expected in (
        ("2026-11-02", "2026-10-02", []),
        ("2026-10-02", "2026-11-02", LOST),
    ):
        story = Story()
        story.block("gutter", GUTTER)
        story.block("roof", shifted(JANE, date=first))
        story.period("2026-11-01", None)
        story.edit("roof", shifted(JANE, date=then))
        story.deliver(GUTTER)
        assert told(story.rest()) == expected


def test_contents_that_no_gate_lets_in_are_nobodys_loss() -> None:
    story = roof()
    story.block("long", shifted(JANE, seconds=30 * 3600))
    story.deliver(JANE)
    story.start()
    story.call("sendRequestXML", "")
    story.stop("A day has 24 hours.")
    assert told(story.rest(idle=False)) == []


# --------------------------------------------------------------------------------- what is unknown


def test_a_step_of_unknown_outcome_leaves_the_block_unknown() -> None:
    story = Story()
    story.block("gutter", GUTTER)
    story.block("roof", certain=False)
    story.deliver(GUTTER)
    assert told(story.rest()) == [(Verdict.UNKNOWN, "lost")]


def test_after_an_edit_of_unknown_outcome_either_version_is_right() -> None:
    for landed in (JANE, SHORTER):
        story = roof()
        story.block("roof", SHORTER, change="edited", certain=False)
        story.deliver(landed)
        assert told(story.rest()) == []


def test_a_fault_that_did_not_strike_and_a_reason_given_leave_the_run_unknown() -> None:
    story = roof()
    story.deliver(JANE)
    story.fault("reply lost", fired=False)
    (finding,) = judge(story.rest()).unknown
    assert finding.key == ("undetermined", "fault did not strike")


# ------------------------------------------------------------------------- marks, names, companies


def test_a_mark_decides_whose_entry_it_is_even_among_equals() -> None:
    story = roof()
    story.block("attic")
    for _ in range(2):
        story.start()
        call = story.hand_out(JANE, marks=("roof",))
        story.answer(call, story.commit(call, JANE))
        story.end()
    assert {check for _, check in told(story.rest())} >= {"lost", "duplicate"}


def test_a_mark_that_contradicts_the_contents_is_a_wrong_value() -> None:
    story = roof()
    story.block("gutter", GUTTER)
    for contents, mark in ((GUTTER, "roof"), (GUTTER, "gutter")):
        story.start()
        call = story.hand_out(contents, marks=(mark,))
        story.answer(call, story.commit(call, contents))
        story.end()
    (finding,) = judge(story.rest()).broken
    assert (finding.check, finding.blocks) == ("wrong value", ("roof",))


def test_a_renamed_job_is_the_same_job_for_a_server_that_keeps_ids() -> None:
    story = roof()
    story.journal("add", "C-1", record="Customer", name="Acme:Roof")
    story.journal("mod", "C-1", record="Customer", name="Acme:New Roof")
    story.deliver(RENAMED)
    assert told(story.rest()) == []
    other = roof()
    other.deliver(RENAMED)
    assert told(other.rest()) == [(Verdict.BROKEN, "wrong value")]


def test_jobs_of_a_renamed_customer_follow_it() -> None:
    story = roof()
    story.journal("add", "C-1", record="Customer", name="Acme")
    story.journal("mod", "C-1", record="Customer", name="Acme Inc")
    story.deliver(shifted(JANE, customer="Acme Inc:Roof"))
    assert told(story.rest()) == []


def test_what_landed_in_another_company_is_not_called_lost_as_well() -> None:
    story = roof()
    story.start(company="Beta Limited")
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE, company="Beta Limited"))
    story.end()
    assert told(story.rest()) == [(Verdict.BROKEN, "wrong company")]


def test_while_another_company_is_open_the_server_has_no_chance() -> None:
    story = roof()
    for _ in range(2):
        story.start(company="Beta Limited")
        story.call("sendRequestXML", "")
        story.stop("Another company is open.")
    assert judge(story.rest(idle=False)).broken == ()


def test_while_quickbooks_cannot_be_opened_the_server_has_no_chance() -> None:
    story = roof()
    story.start()
    story.call("connectionError", "done")
    story.end("failed")
    assert judge(story.rest(idle=False)).broken == ()


def test_what_quickbooks_makes_of_the_contents_is_not_the_servers_fault() -> None:
    odd = shifted(JANE, seconds=JANE.seconds + 20)
    story = Story()
    story.block("roof", odd)
    story.start()
    call = story.hand_out(odd)
    story.answer(call, story.commit(call, JANE))
    story.end()
    assert told(story.rest()) == []


def test_two_pcs_of_which_the_second_supersedes_the_first_deliver_once() -> None:
    story = roof()
    old = story.start()
    call = story.hand_out(JANE, set_id="set#1")
    txn_id = story.commit(call, JANE)
    story.start(pc="pc2")
    again = story.hand_out(JANE, set_id="set#1")
    story.answer(again, txn_id)
    story.end()
    story.answer(call, txn_id, value="-1", update=1, ticket=old)
    story.listed(roof="sent")
    assert told(story.rest()) == []


def test_an_update_that_another_login_ended_was_no_chance() -> None:
    story = roof()
    story.mismatch()
    old = story.start(pc="pc2")
    story.start()
    story.refuse(story.hand_out(JANE))
    story.stop()
    story.call("sendRequestXML", "", update=2, arguments={"ticket": old})
    story.updates = 2
    story.end("failed", error="This update is over.")
    story.updates = 3
    story.deliver(JANE)
    assert told(story.rest()) == []


def test_a_late_copy_of_an_old_login_ends_the_session_that_it_meets() -> None:
    story = roof()
    story.start()
    story.fault("delivered late", call=1)
    story.refuse(story.hand_out(JANE))
    story.stop()
    story.start()
    story.call("sendRequestXML", "")
    story.stop("This update is over.")
    story.deliver(JANE)
    assert told(story.rest()) == []


def test_old_news_of_a_block_that_is_given_up_stops_nothing() -> None:
    for given_up, expected in ((True, []), (False, [(Verdict.BROKEN, "stops at a mismatch")])):
        story = roof()
        story.block("gutter", GUTTER)
        story.deliver(GUTTER)
        story.start()
        story.refuse(story.hand_out(JANE, set_id="set#9"), reached=False)
        story.end("failed")
        if given_up:
            story.mark("roof", "deleted")
        story.start()
        story.refuse(story.hand_out(old="set#9"), progress=100)
        story.end()
        assert told(story.rest(idle=False)) == expected


def test_a_connector_that_a_lock_kept_from_asking_gave_no_chance() -> None:
    story = roof()
    lose_answer(story)
    for _ in range(2):
        story.start()
        story.end("failed", shown="The company file is locked by another update.")
    story.listed(roof="in_doubt")
    assert told(story.rest(idle=False)) == []


def test_a_server_that_lets_nobody_in_had_its_chance() -> None:
    story = roof()
    story.idle("nvu")
    assert told(story.rest(idle=False))[:1] == LOST


def put_back(*steps: str) -> Story:
    """One block, what its owner did with it since the server's backup was made, and the backup put back."""
    story = roof()
    story.step()
    for step in steps:
        {
            "edit": lambda: story.edit("roof", SHORTER),
            "mark": lambda: story.mark("roof", "marked sent"),
            "add": lambda: story.block("late", GUTTER),
            "period": lambda: story.period("2026-01-01", "2026-01-02"),
        }[step]()
    story.server("restored from its own backup")
    return story


@pytest.mark.parametrize(
    ("step", "check"),
    [("edit", "wrong value"), ("mark", "duplicate"), ("add", "lost"), ("period", "period respected")],
)
def test_what_the_owner_did_since_the_servers_backup_is_not_demanded(step: str, check: str) -> None:
    story = put_back(step)
    story.deliver(JANE)
    judgement = judge(story.rest())
    assert (Verdict.EXPOSED, check) in told(story.history)
    assert judgement.broken == ()
    assert "backup of its own" in judgement.exposed[0].sentence


def test_after_the_servers_backup_was_put_back_twice_is_still_too_often() -> None:
    story = put_back("mark")
    story.deliver(JANE)
    story.deliver(JANE)
    assert "duplicate" in {finding.check for finding in judge(story.rest()).broken}


def test_what_was_there_when_the_servers_backup_was_made_is_still_owed() -> None:
    story = put_back()
    story.block("gutter", GUTTER)
    story.deliver(GUTTER)
    assert told(story.rest()) == LOST
