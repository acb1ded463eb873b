"""Mutants of ``exact`` that draw the wrong conclusion from what the owner of the hours does."""

from __future__ import annotations

from typing import Any

from mutants_support import NO_PEOPLE, NO_PERIOD, mutant, sql

from qbharness.servers.state import State


@mutant("A block that is edited after the sync counts as new.", ways=(17,), exhaustive=NO_PEOPLE)
def sends_edits_again(state: State) -> None:
    edit = state.ledger.edit_block

    def edit_block(company: int, block_id: int, given: Any) -> dict[str, Any]:
        sql(
            state, f"UPDATE blocks SET queue = 2, state = 'not sent' WHERE id = {block_id} AND state = 'sent'"
        )
        return edit(company, block_id, given)

    state.ledger.edit_block = edit_block  # type: ignore[method-assign]


@mutant(
    "Selecting a period puts its blocks back into the queue, sent or not.",
    ways=(17, 24),
    exhaustive=NO_PERIOD,
)
def forgets_its_flags_with_a_period(state: State) -> None:
    select = state.ledger.set_period

    def set_period(company: int, since: object, until: object) -> dict[str, str | None]:
        if since is not None:
            sql(
                state,
                "UPDATE blocks SET queue = 2, state = 'not sent' WHERE state = 'sent' AND date >= :since",
                since=str(since),
            )
        return select(company, since, until)

    state.ledger.set_period = set_period  # type: ignore[method-assign]


@mutant("A block that its owner has deleted before it was sent is sent all the same.", exhaustive=NO_PEOPLE)
def sends_deleted_blocks(state: State) -> None:
    delete = state.ledger.delete_block

    def delete_block(company: int, block_id: int) -> None:
        delete(company, block_id)
        sql(state, f"UPDATE blocks SET queue = 2 WHERE id = {block_id} AND state = 'not sent'")

    state.ledger.delete_block = delete_block  # type: ignore[method-assign]


@mutant(
    "To mark a sent block as not sent changes only what is shown; it never goes again.", exhaustive=NO_PEOPLE
)
def never_sends_what_is_marked_as_not_sent(state: State) -> None:
    mark = state.ledger.mark_not_sent

    def mark_not_sent(company: int, block_id: int) -> dict[str, Any]:
        shown = mark(company, block_id)
        sql(state, f"UPDATE blocks SET queue = 0 WHERE id = {block_id} AND state = 'not sent'")
        return shown

    state.ledger.mark_not_sent = mark_not_sent  # type: ignore[method-assign]
