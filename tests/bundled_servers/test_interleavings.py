"""Two Web Connectors at once, one call at a time, in every order: every block lands exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from bundled_servers_support import USER, QuickBooks, Server, Update, update

Actor = Callable[[Server, QuickBooks], Iterator[str]]


def every_order(actors: list[Actor], run: Callable[[list[Actor], Callable[[int], int]], None]) -> int:
    """Play ``run`` once for every order in which the actors can move; returns how many there were.

    ``run`` asks at every point where several actors could move which one does.
    """
    stack: list[list[int]] = []
    count = 0
    while True:
        position = 0

        def choose(options: int) -> int:
            nonlocal position
            if position == len(stack):
                stack.append([0, options])
            position += 1
            return stack[position - 1][0]

        run(actors, choose)
        count += 1
        while stack and stack[-1][0] + 1 == stack[-1][1]:
            stack.pop()
        if not stack:
            return count
        stack[-1][0] += 1


def connector(user: str = USER) -> Actor:
    return lambda server, quickbooks: Update(server, quickbooks, user).steps()


def somebody_adds_the_job(_server: Server, quickbooks: QuickBooks) -> Iterator[str]:
    quickbooks.names.add("acme:porch")
    yield "added"


def play(
    server: Server,
    make: Callable[[], QuickBooks],
    blocks: list[dict[str, str]],
    *,
    switches: int = 1000,
) -> Callable[[list[Actor], Callable[[int], int]], None]:
    """One run. ``switches``: how often an actor may be interrupted by another one."""

    def run(actors: list[Actor], choose: Callable[[int], int]) -> None:
        server.api("POST", "/api/reset")
        quickbooks = make()
        for changes in blocks:
            server.add(**changes)
        movers = [actor(server, quickbooks) for actor in actors]
        trace = list(_interleaved(movers, choose, switches))
        # An hour later: nobody is busy any more.
        server.api("PUT", "/api/clock", {"now": "2030-01-01T00:00:00Z"})
        for _ in range(2):
            update(server, quickbooks)
        found = sorted(entry.notes for entry in quickbooks.entries)
        assert found == sorted(changes["notes"] for changes in blocks), trace
        assert server.states() == ["sent"] * len(blocks), trace

    return run


def _interleaved(
    movers: list[Iterator[str]], choose: Callable[[int], int], switches: int
) -> Iterator[tuple[int, str]]:
    """Move one at a time; the one that moved last comes first in every choice."""
    waiting = list(enumerate(movers))
    last_ended = True
    while waiting:
        chosen = choose(len(waiting)) if len(waiting) > 1 and (last_ended or switches) else 0
        if chosen and not last_ended:
            switches -= 1
        waiting.insert(0, waiting.pop(chosen))
        number, mover = waiting[0]
        try:
            yield number, next(mover)
            last_ended = False
        except StopIteration:
            waiting.pop(0)
            last_ended = True


ONE = [{"notes": "a", "date": "2026-11-01"}]
TWO = [*ONE, {"notes": "b", "date": "2026-11-02"}]
REFUSED = [{"notes": "a", "customer": "Acme:Porch"}]


def test_two_users_and_one_block_in_every_order() -> None:
    actors = [connector(), connector("second")]
    assert every_order(actors, play(Server(), QuickBooks, ONE)) > 20


def test_two_users_and_two_blocks_in_every_order() -> None:
    actors = [connector(), connector("second")]
    assert every_order(actors, play(Server(), QuickBooks, TWO)) > 50


@pytest.mark.parametrize("blocks", [ONE, TWO])
def test_one_user_on_two_pcs_with_three_interruptions(blocks: list[dict[str, str]]) -> None:
    actors = [connector(), connector()]
    assert every_order(actors, play(Server(), QuickBooks, blocks, switches=3)) > 100


@pytest.mark.parametrize("kept", [True, False])
def test_a_refused_block_whose_job_is_added_meanwhile_lands_once(kept: bool) -> None:
    """Also where one connector still carries the refused request when the other has retried it."""
    actors = [connector(), _two_updates, somebody_adds_the_job]
    run = play(Server(), lambda: QuickBooks(keeps_failures=kept), REFUSED, switches=1)
    assert every_order(actors, run) > 100


def _two_updates(server: Server, quickbooks: QuickBooks) -> Iterator[str]:
    yield from Update(server, quickbooks).steps()
    yield from Update(server, quickbooks).steps()


@pytest.mark.fuzz
def test_one_user_on_two_pcs_and_one_block_in_every_order() -> None:
    actors = [connector(), connector()]
    assert every_order(actors, play(Server(), QuickBooks, ONE)) > 900


@pytest.mark.fuzz
def test_one_user_on_two_pcs_and_two_blocks_with_four_interruptions() -> None:
    actors = [connector(), connector()]
    assert every_order(actors, play(Server(), QuickBooks, TWO, switches=4)) > 1000


@pytest.mark.fuzz
@pytest.mark.parametrize("kept", [True, False])
def test_a_refused_block_lands_once_with_two_interruptions(kept: bool) -> None:
    actors = [connector(), _two_updates, somebody_adds_the_job]
    run = play(Server(), lambda: QuickBooks(keeps_failures=kept), REFUSED, switches=2)
    assert every_order(actors, run) > 1000
