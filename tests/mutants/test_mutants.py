"""Every mutant is convicted: by its pinned story here, by whole campaigns in ``tox -e mutants``.

Here a mutant plays three stories: the plain match story, which it must hold; the story of the library that
is pinned as the one that convicts it; and its own shortest one. So a change that lets one survive is red
at once. The campaign itself is ``run.py``; what makes it red is tested in the lane.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import mutants_campaign
import pytest
from attrs import evolve
from broken_servers import BASE
from matrix_support import stories
from mutants_campaign import LANES, QUICK, Kill, Row, convicting, serving
from mutants_page import MOST_STEPS, PAGE, page, standing_for
from mutants_support import catalogue
from mutants_table import AGAIN, STORIES, acquittal, complaints, kept_story, pinned
from mutants_ways import NOT_ALONE, WAYS

from qbharness.checks import registry
from qbharness.explore.campaign import without_unfired
from qbharness.outcome import Status

PINS = pinned().pins
MUTANTS = catalogue()


# --- what is pinned ---------------------------------------------------------------------------------


def test_every_mutant_is_pinned_and_the_page_says_what_is_pinned() -> None:
    assert set(PINS) == set(MUTANTS), AGAIN
    assert PAGE.read_text(encoding="utf-8") == page(pinned()), AGAIN
    assert len(list(STORIES.glob("*.yaml"))) == len(PINS), AGAIN


def test_every_way_of_real_servers_has_a_mutant_and_there_are_forty() -> None:
    assert len(MUTANTS) >= 40
    assert [way for way in WAYS if not standing_for(way)] == []
    assert {way for mutant in MUTANTS.values() for way in mutant.ways} | set(NOT_ALONE) <= set(WAYS)


def test_every_mutant_falls_to_a_story_or_to_an_exhaustive_placement() -> None:
    assert [name for name, pin in PINS.items() if set(pin.lanes) <= {"generated"}] == []


def test_a_lane_that_acquits_a_mutant_says_what_it_lacks_and_no_other_does() -> None:
    lacking = {name: set(LANES) - set(pin.lanes) for name, pin in PINS.items()}
    assert {name: set(mutant.lacks) for name, mutant in MUTANTS.items()} == lacking


def test_the_shortest_stories_are_short() -> None:
    assert [name for name, pin in PINS.items() if not pin.steps <= MOST_STEPS] == []


# --- each mutant, with what is pinned of it ---------------------------------------------------------


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_mutant_plays_the_plain_match_story_and_falls_to_what_is_pinned(name: str) -> None:
    pin, author, kept = PINS[name], bool(MUTANTS[name].author), kept_story(name)
    assert kept is not None, AGAIN
    with serving(name) as players:
        match = players.play(BASE)
        played = [players.play(stories()[pin.story])] if pin.story else []
        played.append(without_unfired(players.play(kept)))
    assert match.status is Status.HELD, match.reason
    for outcome in played:
        found = convicting(outcome, author=author)
        assert set(found) & set(pin.checks), f"{outcome.scenario.name}: {outcome.reason}"


def test_exact_holds_every_story_to_which_a_mutant_falls() -> None:
    with serving("exact") as players:
        outcomes = {path.stem: players.play(kept_story(path.stem)) for path in STORIES.glob("*.yaml")}
    accused = {name: outcome.reason for name, outcome in outcomes.items() if convicting(outcome, author=True)}
    assert accused == {}


# --- what makes a campaign red ----------------------------------------------------------------------


def _row(*, plays_match: bool = True, notes: tuple[str, ...] = (), **lanes: Kill | None) -> Row:
    return Row("a mutant", plays_match, lanes, dict.fromkeys(lanes, 1), 0.1, notes=notes)


def _kill(*checks: str) -> Kill:
    return Kill(1, 0.1, checks or ("duplicate",), BASE)


PIN = evolve(next(iter(PINS.values())), checks=("duplicate",), story="a/story", exhaustive=9, generated=0)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (_row(library=None, exhaustive=None, generated=None), "survives"),
        (_row(library=None, exhaustive=_kill(), generated=None), "survives the library lane"),
        (_row(library=_kill(), exhaustive=None, generated=None), "survives the exhaustive lane"),
        (_row(library=_kill(), exhaustive=_kill(), generated=_kill()), "falls in the generated lane"),
        (_row(library=_kill("lost"), exhaustive=_kill("lost"), generated=None), "convicted by lost, and not"),
        (_row(plays_match=False, library=_kill(), exhaustive=_kill()), "does not play the plain match"),
        (_row(library=_kill(), exhaustive=_kill(), notes=("is flaky: x",)), "is flaky"),
    ],
)
def test_a_row_that_is_not_as_pinned_is_complained_about(row: Row, complaint: str) -> None:
    assert any(complaint in each for each in complaints(row, PIN, QUICK))


def test_a_row_as_pinned_is_not_complained_about() -> None:
    assert list(complaints(_row(library=_kill(), exhaustive=_kill(), generated=None), PIN, QUICK)) == []


def test_a_mutant_that_fell_late_to_drawn_plans_may_survive_them_in_ci() -> None:
    row = _row(library=_kill(), exhaustive=_kill(), generated=None)
    assert list(complaints(row, evolve(PIN, generated=150), QUICK)) == []
    assert any("survives the generated" in each for each in complaints(row, evolve(PIN, generated=3), QUICK))


def test_exact_must_be_acquitted_in_every_lane() -> None:
    assert list(acquittal(_row(library=None, exhaustive=None, generated=None))) == []
    assert any("generated" in each for each in acquittal(_row(library=None, generated=_kill())))


# --- the lane ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def main() -> Callable[[list[str]], int]:
    """The command ``python tests/mutants/run.py``, to be called in this very process."""
    spec = importlib.util.spec_from_file_location("mutants_run", Path(__file__).parent / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[list[str]], int] = module.main
    return found


def _alone(check: str) -> list[str]:
    """The mutants that this check convicts alone."""
    return [name for name, pin in PINS.items() if pin.checks == (check,)]


ALONE = sorted({pin.checks[0] for pin in PINS.values() if len(pin.checks) == 1})


@pytest.mark.mutants
@pytest.mark.parametrize("check", ALONE)
def test_a_blinded_check_makes_the_table_red(
    check: str,
    main: Callable[[list[str]], int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    registry.all_checks()
    blind = evolve(registry._CHECKS[check], function=lambda _: ())
    monkeypatch.setitem(registry._CHECKS, check, blind)
    name = _alone(check)[0]
    assert main([name, "--lane", "library", "--jobs", "1"]) == 1
    said = capsys.readouterr().out
    assert f"{name} survives" in said
    assert "mutants: 0 of 1 killed" in said


@pytest.mark.mutants
def test_a_campaign_that_accuses_exact_is_red(
    main: Callable[[list[str]], int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guilty = next(iter(MUTANTS))
    served = mutants_campaign.target_of
    monkeypatch.setattr(mutants_campaign, "target_of", lambda _: served(guilty))
    assert main([guilty, "--lane", "library", "--jobs", "1"]) == 1
    assert "exact is accused in the library lane" in capsys.readouterr().out


@pytest.mark.mutants
def test_a_mutant_that_one_fault_cannot_convict_falls_to_a_pair() -> None:
    assert "exhaustive" in MUTANTS["asks only once"].lacks
    with serving("asks only once") as players:
        kill = mutants_campaign.exhaustive(players, evolve(QUICK, worlds=((1, 2),)))[0]
    assert kill is not None
