"""Which landing belongs to which block, and what is owed under which trouble."""

from __future__ import annotations

import pytest
from history_support import JANE, Story, shifted
from hypothesis import given
from hypothesis import strategies as st

from qbharness.checks.judging import judge
from qbharness.checks.registry import Finding, Verdict
from qbharness.history import History

SHORTER = shifted(JANE, seconds=7 * 3600 + 1800)


def broken(history: History) -> list[str]:
    return [finding.check for finding in judge(history).broken]


def only(history: History) -> Finding:
    (finding,) = judge(history).broken
    return finding


def test_a_block_that_landed_once_is_held() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE)
    story.listed(roof="sent")
    assert judge(story.rest()).verdict is Verdict.HELD


def test_a_block_that_never_landed_is_lost() -> None:
    story = Story()
    story.block("roof")
    story.block("gutter", shifted(JANE, notes="gutter"))
    story.deliver(JANE)
    finding = only(story.rest())
    assert (finding.check, finding.blocks) == ("lost", ("gutter",))
    assert "never handed out" in finding.sentence


def test_a_block_that_landed_again_is_a_duplicate_and_the_sentence_names_both_entries() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE, reached=False)
    story.deliver(JANE)
    finding = only(story.rest())
    assert finding.check == "duplicate"
    assert "twice: TxnID 1-1793628000 and 2-1793628000" in finding.sentence
    assert "16:00 instead of 8:00" in finding.sentence


def test_of_two_equal_blocks_each_is_owed_one_landing() -> None:
    story = Story()
    story.block("morning")
    story.block("evening")
    story.deliver(JANE)
    assert broken(story.history) == ["lost"]
    story.deliver(JANE)
    assert broken(story.rest()) == []


def test_a_third_landing_of_two_equal_blocks_is_a_duplicate() -> None:
    story = Story()
    story.block("morning")
    story.block("evening")
    for _ in range(3):
        story.deliver(JANE)
    assert broken(story.rest()) == ["duplicate"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seconds": 7 * 3600}, "duration is '7:00', should be '8:00'"),
        ({"customer": "Acme"}, "customer is 'Acme', should be 'Acme:Roof'"),
        ({"notes": "fram"}, "notes is 'fram', should be 'framing'"),
        ({"date": "2026-11-03"}, "date is '2026-11-03', should be '2026-11-02'"),
    ],
)
def test_other_contents_are_a_wrong_value_of_the_nearest_block(changes: dict[str, object], told: str) -> None:
    story = Story()
    story.block("roof")
    story.deliver(shifted(JANE, **changes))
    finding = only(story.rest())
    assert finding.check == "wrong value"
    assert told in finding.sentence


def test_names_differ_in_case_only_and_are_the_same_name() -> None:
    story = Story()
    story.block("roof")
    story.deliver(shifted(JANE, employee="JANE DOE"))
    assert broken(story.rest()) == []


def test_an_entry_beyond_all_blocks_is_a_phantom() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE)
    story.deliver(shifted(JANE, employee="Nobody"))
    assert broken(story.rest()) == ["phantom"]


def test_an_edit_while_the_block_is_in_flight_allows_either_version() -> None:
    story = Story()
    story.block("roof")
    story.start()
    story.edit("roof", SHORTER)
    call = story.hand_out(JANE)
    story.answer(call, story.commit(call, JANE))
    story.end()
    assert broken(story.rest()) == []


def test_a_version_that_was_replaced_before_the_login_is_a_wrong_value() -> None:
    story = Story()
    story.block("roof")
    story.edit("roof", SHORTER)
    story.deliver(JANE)
    assert broken(story.rest()) == ["wrong value"]


def test_the_same_bytes_sent_again_may_hold_the_version_of_the_first_session() -> None:
    story = Story()
    story.block("roof")
    story.start()
    story.hand_out(JANE, learned=False, text="same bytes")
    story.end("failed")
    story.edit("roof", SHORTER)
    story.start()
    call = story.hand_out(JANE, text="same bytes")
    story.answer(call, story.commit(call, JANE))
    story.end()
    assert broken(story.rest()) == []


def test_an_edited_block_that_is_sent_again_is_a_duplicate() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE)
    story.edit("roof", SHORTER)
    story.deliver(SHORTER)
    assert broken(story.rest()) == ["duplicate"]


def test_a_block_outside_the_period_is_owed_nothing() -> None:
    story = Story()
    story.block("roof")
    story.block("old", shifted(JANE, date="2026-10-30"))
    story.period("2026-11-01", "2026-11-30")
    story.deliver(JANE)
    assert broken(story.rest()) == []


def test_a_block_marked_as_not_sent_is_owed_one_more_landing() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE)
    story.mark("roof", "marked not sent")
    story.idle()
    assert broken(story.history) == ["lost"]
    story.deliver(JANE)
    assert broken(story.rest()) == []


def test_a_block_deleted_while_in_doubt_may_land_or_not() -> None:
    story = Story()
    story.block("roof")
    story.block("gutter", shifted(JANE, notes="gutter"))
    story.deliver(shifted(JANE, notes="gutter"))
    story.start()
    call = story.hand_out(JANE)
    story.mark("roof", "deleted")
    assert broken(story.history) == []
    story.answer(call, story.commit(call, JANE))
    story.end()
    assert broken(story.rest()) == []


def test_a_block_deleted_before_any_hand_out_must_not_land() -> None:
    story = Story()
    story.block("roof")
    story.block("gutter", shifted(JANE, notes="gutter"))
    story.deliver(shifted(JANE, notes="gutter"))
    story.mark("roof", "deleted")
    story.deliver(JANE)
    assert broken(story.rest()) == ["phantom"]


def test_a_standing_mismatch_makes_the_blocks_behind_it_wait() -> None:
    story = Story()
    story.block("first", shifted(JANE, notes="first"))
    story.block("roof")
    story.block("behind", shifted(JANE, notes="behind"))
    story.deliver(shifted(JANE, notes="first"))
    story.mismatch()
    assert broken(story.rest(idle=False)) == []


def test_a_mismatch_of_an_earlier_update_excuses_nobody() -> None:
    story = Story()
    story.block("roof")
    story.block("gutter", shifted(JANE, notes="gutter"))
    story.mismatch()
    story.deliver(shifted(JANE, notes="gutter"))
    assert broken(story.rest()) == ["lost", "tries again"]


def test_what_a_restored_backup_took_away_is_forgotten_and_not_lost() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE)
    story.restore(shares=0)
    story.idle()
    story.listed(roof="sent")
    assert broken(story.rest(idle=False)) == []


def test_sending_again_what_a_restored_backup_took_away_is_a_duplicate_unless_promised() -> None:
    for contract, expected in (("report", ["duplicate"]), ("resend", [])):
        story = Story(after_restore=contract)
        story.block("roof")
        story.deliver(JANE)
        story.restore(shares=0)
        story.deliver(JANE)
        assert broken(story.rest()) == expected


def test_a_block_in_doubt_over_a_restored_backup_is_owed_once_on_the_present_timeline() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE, reached=False)
    story.restore(shares=0)
    assert broken(story.history) == []
    story.idle()
    assert broken(story.history) == ["lost"]
    story.deliver(JANE)
    assert broken(story.rest()) == []


def test_an_entry_older_than_the_backup_is_still_there_after_the_restore() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE)
    story.restore(shares=1)
    story.deliver(JANE)
    assert broken(story.rest()) == ["duplicate"]


def test_an_operation_with_unknown_outcome_makes_a_missing_landing_unknown() -> None:
    story = Story()
    story.block("roof", certain=False)
    story.block("gutter", shifted(JANE, notes="gutter"))
    story.deliver(shifted(JANE, notes="gutter"))
    assert judge(story.rest()).verdict is Verdict.UNKNOWN


def test_a_flag_without_a_landing_is_told() -> None:
    story = Story()
    story.block("roof")
    story.block("gutter", shifted(JANE, notes="gutter"))
    story.deliver(shifted(JANE, notes="gutter"))
    story.mark("roof", "deleted")
    story.block("attic", shifted(JANE, notes="attic"))
    story.listed(gutter="sent", attic="sent")
    assert broken(story.rest()) == ["lost", "flags"]


def test_a_landing_without_a_flag_is_told() -> None:
    story = Story()
    story.block("roof")
    story.deliver(JANE)
    story.listed(roof="not_sent")
    finding = only(story.rest())
    assert finding.check == "flags"
    assert "TxnID 1-1793628000" in finding.sentence


def test_a_run_in_which_nothing_lands_is_never_green() -> None:
    story = Story()
    story.period("2027-01-01", None)
    story.block("roof")
    assert judge(story.rest()).verdict is Verdict.UNKNOWN


rows = st.builds(
    shifted,
    st.just(JANE),
    seconds=st.sampled_from([3600, 7200]),
    notes=st.sampled_from(["", "a"]),
    customer=st.sampled_from(["Acme", "Acme:Roof"]),
)


@given(st.lists(rows, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_whatever_the_blocks_are_each_landing_once_in_any_order_is_held(blocks, chance) -> None:  # type: ignore[no-untyped-def]
    story = Story()
    for number, row in enumerate(blocks):
        story.block(f"b{number}", row)
    for row in chance.sample(blocks, len(blocks)):
        story.deliver(row)
    assert broken(story.rest()) == []


@given(st.lists(rows, min_size=2, max_size=6), st.data())
def test_whatever_the_blocks_are_one_landing_too_few_is_lost_and_one_too_many_a_duplicate(
    blocks, data
) -> None:  # type: ignore[no-untyped-def]
    story = Story()
    for number, row in enumerate(blocks):
        story.block(f"b{number}", row)
    odd = data.draw(st.integers(0, len(blocks) - 1))
    for number, row in enumerate(blocks):
        if number != odd:
            story.deliver(row)
    assert broken(story.history) == ["lost"]
    story.deliver(blocks[odd])
    story.deliver(blocks[odd])
    assert broken(story.rest()) == ["duplicate"]
