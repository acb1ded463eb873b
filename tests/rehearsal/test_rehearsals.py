# ruff: noqa: E501 - screens are as wide as they are
"""The bundled procedures, each on every bundled incident: what is advised, pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from inline_snapshot import snapshot

from qbharness.explore.players import Players
from qbharness.outcome import Outcome, Status
from qbharness.rehearsal.rehearse import Advice, Rehearsal, rehearse
from qbharness.running import Plan
from qbharness.scenario.library import INCIDENTS, PROCEDURES, load
from qbharness.scenario.model import Scenario
from qbharness.scenario.reader import read_text
from qbharness.targets.reader import read_target
from qbsim.errors import UsageProblem


def stem(scenario: Scenario) -> str:
    return Path(scenario.file).stem


PROCEDURE = {stem(each): each for each in load([PROCEDURES])}
INCIDENT = {stem(each): each for each in load([INCIDENTS])}
TWICE = INCIDENT["the-same-hours-are-there-twice"]


@pytest.fixture(scope="module")
def players(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Players]:
    """The server that customers have, inside this process."""
    with Players(Plan((), read_target("plain")), tmp_path_factory.mktemp("rehearsal")) as opened:
        yield opened


def tried(players: Players, procedure: str | Scenario, incident: str | Scenario) -> Rehearsal:
    what = PROCEDURE[procedure] if isinstance(procedure, str) else procedure
    on = INCIDENT[incident] if isinstance(incident, str) else incident
    return rehearse(what, on, players.play, target="plain")


def procedure(steps: str, about: str = "roof") -> Scenario:
    (read,) = read_text(
        f"language: 1\nkind: procedure\nprocedure: A try\nabout: [{about}]\nsteps:\n{steps}", file="try.yaml"
    )
    return read


DELETE_LATER = "  - say: Delete the later one.\n    delete time: {block: roof, which: later}\n"
DELETE_ALL = "  - say: Delete them all.\n    delete time: {block: roof, which: all}\n"
LOOK = "  - say: See that it is there once.\n    expect:\n      - timesheet has: {block: roof, times: 1}\n"


def test_what_is_advised_is_pinned_for_every_procedure_on_every_incident(players: Players) -> None:
    def advised(name: str, incident: str) -> str:
        found = tried(players, name, incident)
        return f"{found.advice.value} at step {found.harmful}" if found.harmful else found.advice.value

    found = {f"{name} | {incident}": advised(name, incident) for name in PROCEDURE for incident in INCIDENT}
    assert found == snapshot(
        {
            "delete-both-entries-and-sync-again | a-backup-was-restored-and-hours-are-gone": "STOPS at step 1",
            "delete-both-entries-and-sync-again | nobody-knows-whether-the-hours-arrived": "SAFE",
            "delete-both-entries-and-sync-again | one-of-two-equal-blocks-is-there-twice": "UNSAFE at step 1",
            "delete-both-entries-and-sync-again | the-same-hours-are-there-twice-and-one-is-billed": "STOPS at step 1",
            "delete-both-entries-and-sync-again | the-same-hours-are-there-twice": "UNSAFE at step 1",
            "delete-the-later-entry | a-backup-was-restored-and-hours-are-gone": "STOPS at step 1",
            "delete-the-later-entry | nobody-knows-whether-the-hours-arrived": "STOPS at step 1",
            "delete-the-later-entry | one-of-two-equal-blocks-is-there-twice": "SAFE",
            "delete-the-later-entry | the-same-hours-are-there-twice-and-one-is-billed": "SAFE",
            "delete-the-later-entry | the-same-hours-are-there-twice": "SAFE",
            "look-for-the-entry-then-mark-it-as-sent | a-backup-was-restored-and-hours-are-gone": "STOPS at step 1",
            "look-for-the-entry-then-mark-it-as-sent | nobody-knows-whether-the-hours-arrived": "SAFE",
            "look-for-the-entry-then-mark-it-as-sent | one-of-two-equal-blocks-is-there-twice": "STOPS at step 1",
            "look-for-the-entry-then-mark-it-as-sent | the-same-hours-are-there-twice-and-one-is-billed": "STOPS at step 1",
            "look-for-the-entry-then-mark-it-as-sent | the-same-hours-are-there-twice": "STOPS at step 1",
            "mark-everything-as-sent | a-backup-was-restored-and-hours-are-gone": "UNSAFE",
            "mark-everything-as-sent | nobody-knows-whether-the-hours-arrived": "UNSAFE at step 2",
            "mark-everything-as-sent | one-of-two-equal-blocks-is-there-twice": "UNSAFE",
            "mark-everything-as-sent | the-same-hours-are-there-twice-and-one-is-billed": "UNSAFE",
            "mark-everything-as-sent | the-same-hours-are-there-twice": "UNSAFE",
            "mark-the-forgotten-blocks-as-not-sent | a-backup-was-restored-and-hours-are-gone": "SAFE",
            "mark-the-forgotten-blocks-as-not-sent | nobody-knows-whether-the-hours-arrived": "STOPS at step 1",
            "mark-the-forgotten-blocks-as-not-sent | one-of-two-equal-blocks-is-there-twice": "STOPS at step 1",
            "mark-the-forgotten-blocks-as-not-sent | the-same-hours-are-there-twice-and-one-is-billed": "STOPS at step 1",
            "mark-the-forgotten-blocks-as-not-sent | the-same-hours-are-there-twice": "STOPS at step 1",
            "restore-last-nights-backup-and-sync-again | a-backup-was-restored-and-hours-are-gone": "UNSAFE",
            "restore-last-nights-backup-and-sync-again | nobody-knows-whether-the-hours-arrived": "SAFE",
            "restore-last-nights-backup-and-sync-again | one-of-two-equal-blocks-is-there-twice": "UNSAFE at step 1",
            "restore-last-nights-backup-and-sync-again | the-same-hours-are-there-twice-and-one-is-billed": "UNSAFE at step 1",
            "restore-last-nights-backup-and-sync-again | the-same-hours-are-there-twice": "UNSAFE at step 1",
        }
    )


@pytest.mark.parametrize(
    ("sounds_right", "incident"),
    [
        ("delete-both-entries-and-sync-again", "the-same-hours-are-there-twice"),
        ("mark-everything-as-sent", "nobody-knows-whether-the-hours-arrived"),
        ("restore-last-nights-backup-and-sync-again", "the-same-hours-are-there-twice"),
    ],
)
def test_three_procedures_that_sound_right_are_unsafe_and_name_the_step(
    players: Players, sounds_right: str, incident: str
) -> None:
    found = tried(players, sounds_right, incident)
    assert found.advice is Advice.UNSAFE
    assert found.step
    assert "is missing" in found.reason


def test_every_procedure_is_safe_or_unsafe_on_an_incident_and_every_incident_has_a_safe_one(
    players: Players,
) -> None:
    advice = {(p, i): tried(players, p, i).advice for p in PROCEDURE for i in INCIDENT}
    judged = {p for (p, _), each in advice.items() if each in {Advice.SAFE, Advice.UNSAFE}}
    cured = {i for (_, i), each in advice.items() if each is Advice.SAFE}
    assert judged == set(PROCEDURE)
    assert cured == set(INCIDENT)


def test_the_harmful_step_is_found_and_not_guessed(players: Players) -> None:
    found = tried(players, procedure(DELETE_LATER + DELETE_ALL), TWICE)
    assert (found.advice, found.harmful, found.step) == (Advice.UNSAFE, 2, "Delete them all.")


def test_a_procedure_that_does_nothing_leaves_the_trouble(players: Players) -> None:
    found = tried(players, procedure("  - say: Wait a day.\n    wait: 1d\n"), TWICE)
    assert (found.advice, found.harmful) == (Advice.UNSAFE, 0)


def test_a_step_that_cannot_be_taken_means_that_the_procedure_is_not_for_this_incident(
    players: Players,
) -> None:
    found = tried(players, procedure(DELETE_LATER), "nobody-knows-whether-the-hours-arrived")
    assert (found.advice, found.harmful) == (Advice.STOPS, 1)


def test_a_look_that_finds_something_else_stops_the_procedure(players: Players) -> None:
    found = tried(players, procedure(LOOK + DELETE_LATER), TWICE)
    assert (found.advice, found.harmful) == (Advice.STOPS, 1)


def test_a_procedure_that_breaks_off_after_it_has_done_harm_is_unsafe(players: Players) -> None:
    found = tried(players, procedure(DELETE_ALL + DELETE_LATER), TWICE)
    assert (found.advice, found.harmful) == (Advice.UNSAFE, 1)
    assert "And step 2 cannot be taken then" in found.reason


def test_an_incident_that_cannot_be_played_says_nothing_about_the_procedure() -> None:
    def no_server(scenario: Scenario) -> Outcome:
        from qbharness.history import History

        return Outcome(scenario, "plain", Status.UNDETERMINED, History(), None, "The server did not start.")

    found = rehearse(PROCEDURE["delete-the-later-entry"], TWICE, no_server, target="plain")
    assert found.advice is Advice.UNKNOWN
    assert found.reason == "The server did not start."


def test_an_incident_that_a_person_could_not_play_says_nothing_either(players: Players) -> None:
    (delete_nothing,) = read_text(
        "language: 1\nscenario: Nothing\ncompany: {employees: [Jane Doe], customers: [Acme]}\n"
        "blocks: {roof: {employee: Jane Doe, customer: Acme, date: 2026-11-02, hours: 8:00}}\n"
        "steps: [delete time: {block: roof}]\n",
        file="nothing.yaml",
    )
    assert tried(players, procedure(DELETE_LATER), delete_nothing).advice is Advice.UNKNOWN


def test_a_story_is_no_procedure_and_blocks_must_be_known(players: Players) -> None:
    with pytest.raises(UsageProblem, match="is no procedure"):
        tried(players, TWICE, TWICE)
    with pytest.raises(UsageProblem, match="Name an incident after --on"):
        tried(players, procedure(DELETE_LATER), procedure(DELETE_LATER))
    with pytest.raises(UsageProblem, match=re.escape("speaks of porch, which the incident")):
        tried(players, evolve(procedure(LOOK), about=("porch",)), TWICE)
