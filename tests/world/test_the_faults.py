"""Every fault of the language has the effect that its name says, on a whole run, over both transports."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from attrs import evolve, field, frozen
from connector_support import GARBLED
from stories_support import story

from qbharness.history import (
    CallAnswered,
    CallSent,
    Committed,
    Event,
    Fault,
    HandedOut,
    ProcessChanged,
    Processed,
    Undetermined,
    UpdateEnded,
    UpdateStarted,
)
from qbharness.scenario import faults as words
from qbharness.scenario.faults import FAULTS, GARBLES, Anchor
from qbharness.scenario.steps import UpdateSelected
from qbharness.targets.hosting import OwnProcess
from qbharness.targets.reader import read_target
from qbharness.targets.target import Target
from qbharness.world.runner import run_scenario

E = TypeVar("E", bound=Event)
ANSWER = Anchor(call="receiveResponseXML", block="roof")
HANDED_OUT = Anchor(call="sendRequestXML", block="roof")


@frozen(kw_only=True)
class Row:
    """A fault on the answer about a block (or on its hand-out), and what it does to that update.

    ``call`` is how the struck call ended: whether the server got it, whether the connector learned the reply,
    how often the server got it; empty for a call that was never made. ``seconds`` it took of simulated time;
    ``then`` are the calls after it. ``landed``: whether the hours are in QuickBooks. ``hresult``: whether
    QuickBooks' answers were one. ``died``: whose process.
    """

    fault: words.Fault
    call: list[tuple[bool, bool, int]]
    seconds: float = 0
    then: tuple[str, ...] = ()
    landed: bool = True
    hresult: list[bool] = field(factory=lambda: [False])
    died: tuple[str, ...] = ()
    end: str = "failed"
    shown: str = ""


NEVER_MADE: list[tuple[bool, bool, int]] = []
NOT_REACHED = [(False, False, 0)]
NOT_LEARNED = [(True, False, 1)]
WELL = [(True, True, 1)]
TWICE = [(True, True, 2)]
GOODBYE = ("closeConnection",)
RESET = "The underlying connection was closed"
TIMEOUT = "The operation has timed out"

ROWS = {
    **{
        f"request lost as {looks}": Row(
            fault=words.RequestLost(anchor=ANSWER, as_=looks),  # type: ignore[arg-type]
            call=NOT_REACHED,
            seconds=seconds,
            shown=shown,
        )
        for looks, seconds, shown in (
            ("reset", 0, RESET),
            ("timeout", 100, TIMEOUT),
            ("refused", 0, "Unable to connect"),
        )
    },
    "reply lost": Row(fault=words.ReplyLost(anchor=ANSWER), call=NOT_LEARNED, shown=RESET),
    "delivered twice": Row(
        fault=words.DeliveredTwice(anchor=ANSWER), call=TWICE, then=GOODBYE, end="completed"
    ),
    "delivered late": Row(fault=words.DeliveredLate(anchor=ANSWER), call=WELL, then=GOODBYE, end="completed"),
    **{
        f"{cls.word} a little": Row(
            fault=cls(anchor=ANSWER, by=dt.timedelta(seconds=20)),
            call=WELL,
            seconds=20,
            then=GOODBYE,
            end="completed",
        )
        for cls in (words.Delayed, words.Dripped)
    },
    **{
        f"{cls.word} past the timeout": Row(
            fault=cls(anchor=ANSWER, by=dt.timedelta(seconds=500)),
            call=NOT_LEARNED,
            seconds=100,
            shown=TIMEOUT,
        )
        for cls in (words.Delayed, words.Dripped)
    },
    **{
        f"garbled with {how}": Row(
            fault=words.Garbled(anchor=ANSWER, with_=how), call=NOT_LEARNED, shown=GARBLED[how]
        )
        for how in GARBLES
    },
    "tls failure": Row(fault=words.TlsFailure(anchor=ANSWER), call=NOT_REACHED, shown="SSL/TLS"),
    "connector killed before the request": Row(
        fault=words.ConnectorKilled(anchor=HANDED_OUT),
        call=NEVER_MADE,
        landed=False,
        hresult=[],
        end="killed",
    ),
    "connector killed after the request": Row(
        fault=words.ConnectorKilled(anchor=HANDED_OUT, at="after call"),
        call=WELL,
        landed=False,
        hresult=[],
        end="killed",
    ),
    "connector killed before the answer": Row(
        fault=words.ConnectorKilled(anchor=ANSWER), call=NEVER_MADE, end="killed"
    ),
    "connector killed after the answer": Row(
        fault=words.ConnectorKilled(anchor=ANSWER, at="after call"), call=WELL, end="killed"
    ),
    "user stops after the request": Row(
        fault=words.UserStops(anchor=HANDED_OUT, at="after call"),
        call=WELL,
        then=GOODBYE,
        landed=False,
        hresult=[],
        end="stopped",
    ),
    "user stops before the answer": Row(
        fault=words.UserStops(anchor=ANSWER), call=NEVER_MADE, then=GOODBYE, end="stopped"
    ),
    **{
        f"quickbooks killed {at}": Row(
            fault=words.QuickBooksKilled(anchor=HANDED_OUT, at=at),  # type: ignore[arg-type]
            call=WELL,
            then=("receiveResponseXML", "getLastError", "closeConnection"),
            landed=landed,
            hresult=[True],
            died=("QuickBooks",),
        )
        for at, landed in (("before commit", False), ("after commit", True), ("before answer", True))
    },
    "server killed before the answer": Row(
        fault=words.ServerKilled(anchor=ANSWER),
        call=NOT_REACHED,
        died=("server",),
        shown="Unable to connect",
    ),
    "server killed after the answer": Row(
        fault=words.ServerKilled(anchor=ANSWER, at="after call"),
        call=WELL,
        then=GOODBYE,
        died=("server",),
        end="completed",
    ),
}


def test_every_word_has_a_row() -> None:
    assert {row.fault.word for row in ROWS.values()} == set(FAULTS)


@pytest.fixture(scope="module", params=["in process", "over TCP"])
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    inside = request.param == "in process"
    folder = tmp_path_factory.mktemp("faults")
    with Target(read_target("plain"), folder=folder, environment=os.environ, in_process=inside) as target:
        yield target


def struck(target: Target, fault: words.Fault) -> list[Event]:
    """The history of a run whose first update is struck by one fault; a second one follows."""
    scenario = evolve(
        story("hours-arrive-when-every-name-matches"),
        steps=(UpdateSelected(faults=(fault,)), UpdateSelected()),
        expect=(),
    )
    return list(run_scenario(scenario, target, target.transport()).history)


def updates(history: list[Event]) -> list[list[Event]]:
    """The events of each update, from its beginning until its end."""
    begun = [place for place, event in enumerate(history) if isinstance(event, UpdateStarted)]
    ended = [place for place, event in enumerate(history) if isinstance(event, UpdateEnded)]
    return [history[first : last + 1] for first, last in zip(begun, ended, strict=True)]


def of(kind: type[E], events: list[Event], **values: object) -> list[E]:
    """The events of one kind, with these values."""
    return [
        event
        for event in events
        if isinstance(event, kind) and all(getattr(event, key) == value for key, value in values.items())
    ]


def seconds_between(first: Event, last: Event) -> float:
    return (dt.datetime.fromisoformat(last.at) - dt.datetime.fromisoformat(first.at)).total_seconds()


@pytest.mark.parametrize("name", ROWS)
def test_a_fault_has_the_effect_that_its_name_says(target: Target, name: str) -> None:
    row = ROWS[name]
    update = updates(struck(target, row.fault))[0]
    (fault,) = of(Fault, update)
    assert (fault.word, fault.fired) == (row.fault.word, True)
    (sent,) = of(CallSent, update, call=fault.call)
    assert sent.operation == row.fault.anchor.call
    answered = of(CallAnswered, update, call=fault.call)[-1:]
    assert [(a.reached, a.learned, a.deliveries) for a in answered] == row.call
    assert [seconds_between(sent, answer) for answer in answered] in ([], [row.seconds])
    assert [call.operation for call in of(CallSent, update) if call.n > sent.n] == list(row.then)
    assert bool(of(Committed, update, record="TimeTracking", action="add")) is row.landed
    assert [bool(done.hresult) for done in of(Processed, update)] == row.hresult
    assert [(p.process, p.change) for p in of(ProcessChanged, update)] == [(p, "killed") for p in row.died]
    (ended,) = of(UpdateEnded, update)
    assert ended.end == row.end
    assert row.shown in ended.shown


def test_a_late_copy_reaches_the_server_after_the_next_login_and_nobody_learns_its_answer(
    target: Target,
) -> None:
    first, second = updates(struck(target, words.DeliveredLate(anchor=ANSWER)))[:2]
    (fault,) = of(Fault, first)
    (copy,) = of(CallAnswered, second, call=fault.call)
    assert (copy.cause, copy.learned, copy.deliveries) == ("delivered late", False, 2)
    (login,) = of(CallSent, second, operation="authenticate")
    (next_call,) = [event for event in of(CallSent, second) if event.call == login.call + 1]
    assert login.n < copy.n < next_call.n


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.died])
def test_whoever_died_runs_again_in_the_next_update(target: Target, name: str) -> None:
    history = struck(target, ROWS[name].fault)
    (died,) = of(ProcessChanged, history, change="killed")
    back = {"server": "started", "QuickBooks": "opened"}[died.process]
    assert [event.change for event in of(ProcessChanged, history, process=died.process)] == ["killed", back]
    assert updates(history)[1][-1].end != "failed"  # type: ignore[attr-defined]


def test_a_server_that_dies_inside_handled_the_call_or_did_not(tmp_path: Path) -> None:
    """Needs a process: the failpoints lie on both sides of what the server writes down about the answer."""
    with Target(read_target("plain"), folder=tmp_path, environment=os.environ) as target:
        for point, sent_again in (("before_answer_commit", True), ("after_answer_commit", False)):
            first, second = updates(struck(target, words.ServerKilled(anchor=ANSWER, at=point)))[:2]
            (answer,) = of(CallAnswered, first, operation="receiveResponseXML")
            assert (answer.reached, answer.learned) == (True, False)
            assert first[-1].end == "failed"  # type: ignore[attr-defined]
            assert bool(of(HandedOut, second)) is sent_again


def test_a_server_that_is_still_dying_when_the_update_ends_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection breaks before its process is known to be dead: how long before is chance."""
    lies = iter([True] * 3)

    def running(host: OwnProcess) -> bool:
        was_started = host._process is not None
        return really(host) or (was_started and next(lies, False))

    really = OwnProcess.running
    monkeypatch.setattr(OwnProcess, "running", running)
    with Target(read_target("plain"), folder=tmp_path, environment=os.environ) as target:
        history = struck(target, words.ServerKilled(anchor=ANSWER, at="after_answer_commit"))
    assert of(Undetermined, history) == []
    assert [event.change for event in of(ProcessChanged, history)] == ["started"]
