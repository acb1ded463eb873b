"""Which story catches which defect: a sample of the matrix here, the whole of it in ``tox -e matrix``.

The sample has every story once, on the rarest defect that it catches, and every check once, broken alone.
Every fourth server plays its part of it here, the others in the lane.
"""

from __future__ import annotations

import pytest
from broken_servers import BASE, DEFECTS
from matrix_support import (
    AUTHOR,
    BUNDLED,
    PAGE,
    SERVERS,
    checks_of,
    killers,
    only,
    page,
    pinned,
    row,
    serving,
    stories,
    whole,
    without_expectations,
)

from qbharness.checks.registry import all_checks
from qbharness.outcome import Status

MATRIX = pinned()
ALONE = {check: only(MATRIX, check)[0] for check in all_checks()}
"""Check to the server and the story that break it and nothing else."""
HERE = set(list(SERVERS)[::4])
PLAYED = [server if server in HERE else pytest.param(server, marks=pytest.mark.matrix) for server in SERVERS]
AGAIN = "Write it again: python tests/matrix/run.py --write"


def sample(server: str) -> tuple[str, ...]:
    """The stories that are played on this server here."""
    if server in BUNDLED:
        return tuple(stories())
    first = [story for story in stories() if killers(MATRIX, story)[0] == server]
    return tuple(dict.fromkeys([*first, *(story for where, story in ALONE.values() if where == server)]))


def test_the_matrix_has_every_server_and_every_story() -> None:
    assert set(MATRIX) == set(SERVERS), AGAIN
    assert {story for row in MATRIX.values() for story in row} == set(stories()), AGAIN


def test_the_page_says_what_the_matrix_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(MATRIX), AGAIN


def test_every_story_is_broken_by_a_server_that_plays_the_plain_match_story() -> None:
    assert [story for story in stories() if not killers(MATRIX, story)] == []


def test_every_server_with_a_defect_is_caught_by_a_story() -> None:
    caught = {server for server, row in MATRIX.items() if any(map(checks_of, row.values()))}
    assert caught == set(SERVERS) - {"exact"}


def test_exact_holds_every_story_and_plain_breaks_only_where_its_policy_must() -> None:
    assert set(MATRIX["exact"].values()) == {"HELD"}
    assert {frozenset(checks_of(cell) - {AUTHOR}) for cell in MATRIX["plain"].values()} == {
        frozenset(),
        frozenset({"duplicate"}),
        frozenset({"wrong company"}),
    }


@pytest.mark.parametrize("server", PLAYED)
def test_a_server_plays_the_plain_match_story_and_its_sample_as_pinned(server: str) -> None:
    names = sample(server)
    assert row(server, names) == {name: MATRIX[server][name] for name in names}, AGAIN
    with serving(server) as players:
        match = players.play(BASE)
    assert match.status is Status.HELD, match.reason


@pytest.mark.parametrize("check", [check for check in ALONE if check != AUTHOR])
def test_each_check_is_broken_by_a_played_story_and_it_alone(check: str) -> None:
    server, story = ALONE[check]
    assert server in (*DEFECTS, "plain")
    with serving(server) as players:
        outcome = players.play(without_expectations(stories()[story]))
    assert outcome.judgement is not None
    assert {finding.check for finding in outcome.judgement.broken} == {check}


def test_what_the_author_expects_can_be_all_that_is_broken() -> None:
    server, story = ALONE[AUTHOR]
    assert checks_of(MATRIX[server][story]) == {AUTHOR}


@pytest.mark.matrix
def test_the_whole_matrix_is_as_pinned() -> None:
    assert dict(whole()) == MATRIX, AGAIN
