"""The table of moves: every one can be walked, every other one is refused and changes nothing."""

from __future__ import annotations

import pytest

from qbsim.connector.session import (
    FINAL,
    MOVES,
    VARIATIONS,
    Event,
    IllegalMove,
    Session,
    State,
    moves_under,
)
from qbsim.connector.update import ACTIONS
from qbsim.switches import SWITCHES, Switches


def at(state: State, switches: Switches | None = None) -> Session:
    session = Session(switches or Switches())
    session._state = state
    return session


@pytest.mark.parametrize(
    ("state", "event"), [(state, event) for state, row in MOVES.items() for event in row]
)
def test_every_move_of_the_table_is_walked(state: State, event: Event) -> None:
    session = at(state)
    assert session.move(event) is MOVES[state][event]
    assert session.state is MOVES[state][event]


@pytest.mark.parametrize("state", list(State))
def test_every_move_that_is_not_in_the_table_raises_and_changes_nothing(state: State) -> None:
    for event in set(Event) - set(MOVES.get(state, {})):
        session = at(state)
        with pytest.raises(IllegalMove, match=event.name):
            session.move(event)
        assert session.state is state


def test_every_state_but_the_final_ones_has_an_action_and_moves() -> None:
    assert set(State) - FINAL == set(ACTIONS) == set(MOVES)


def test_every_state_is_reached_and_leads_to_an_end() -> None:
    reached, waiting = {State.IDLE}, [State.IDLE]
    while waiting:
        for target in MOVES.get(waiting.pop(), {}).values():
            if target not in reached:
                reached.add(target)
                waiting.append(target)
    assert reached == set(State)
    ends = set(FINAL)
    while grown := {s for s, row in MOVES.items() if s not in ends and ends & set(row.values())}:
        ends |= grown
    assert ends == set(State)


def test_every_event_is_used() -> None:
    assert {event for row in MOVES.values() for event in row} == set(Event)


@pytest.mark.parametrize(("name", "value"), VARIATIONS)
def test_a_variation_is_a_switch_value_that_replaces_moves_which_exist(name: str, value: str) -> None:
    assert value in SWITCHES[name].values
    assert value != SWITCHES[name].default
    varied = moves_under(Switches({name: value}))
    for (state, event), target in VARIATIONS[name, value].items():
        assert MOVES[state][event] is not target
        assert varied[state][event] is target


def test_a_connector_that_dies_is_dead_from_every_state() -> None:
    for state in MOVES:
        assert at(state).move(Event.CRASHED) is State.KILLED
