"""The window of one PC: Update Selected, Auto-Run, locks, and two PCs on one company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from connector_support import (
    FILE,
    REQUEST,
    Keeper,
    ScriptedQuickBooks,
    ScriptedServer,
    application,
    server,
    stamped,
)

from qbsim.connector.events import CallStarted, Coded, ConnectorKilled, Observer, Waited
from qbsim.connector.locks import Liveness, ticks
from qbsim.connector.qwc import Scheduler
from qbsim.connector.schedule import WebConnector
from qbsim.connector.update import Bounds
from qbsim.connector.wire import Reply
from qbsim.errors import UsageProblem
from qbsim.processor import RequestProcessor
from qbsim.quickbooks import CompanyFile, QuickBooks
from qbsim.source import Source
from qbsim.switches import Switches


def connector(
    sync: ScriptedServer | None = None,
    *,
    observer: Observer | None = None,
    source: Source | None = None,
    pins: dict[str, str] | None = None,
    processor: Callable[[], RequestProcessor] = ScriptedQuickBooks,
    names: tuple[str, ...] = ("Hours",),
    **more: object,
) -> WebConnector:
    sync = sync or server(sendRequestXML=REQUEST)
    sync.answers["GET"] = [Reply(200)]
    made = WebConnector(
        processor,
        sync,
        source or Source(),
        Switches(pins),
        observer or Keeper(),
        **more,  # type: ignore[arg-type]
    )
    for name in names:
        made.install(application(name=name, user=name.lower()), "secret")
    return made


def codes(keeper: Keeper) -> list[str]:
    return [event.code for event in keeper.of(Coded)]


# -- Update Selected


def test_checked_applications_run_one_after_the_other() -> None:
    sync, keeper = server(sendRequestXML=REQUEST), Keeper()
    window = connector(sync, observer=keeper, names=("A", "B", "C"))
    results = window.update_selected(["C", "A"])
    assert [(name, result.outcome) for name, result in results] == [("C", "completed"), ("A", "completed")]
    ran = [call.application for call in keeper.of(CallStarted)]
    assert ran == ["C"] * 6 + ["A"] * 6
    assert codes(keeper) == []


def test_a_failure_does_not_keep_the_next_application_waiting() -> None:
    sync, keeper = server(sendRequestXML=REQUEST, authenticate=[("", "nvu"), ("t", "")]), Keeper()
    window = connector(sync, observer=keeper, names=("A", "B"))
    assert [result.outcome for _, result in window.update_selected()] == ["refused", "completed"]
    assert codes(keeper) == ["QBWC1017"]
    assert "Applications named A." in keeper.of(Coded)[-1].text


def test_nothing_checked_says_so() -> None:
    keeper = Keeper()
    assert connector(observer=keeper).update_selected([]) == ()
    assert codes(keeper) == ["QBWC1016"]


def test_an_application_that_is_not_in_the_list_is_refused() -> None:
    with pytest.raises(UsageProblem, match="QBWC1011"):
        connector().update_selected(["Other"])


def test_a_password_that_is_missing_makes_no_call() -> None:
    sync, keeper = server(), Keeper()
    window = connector(sync, observer=keeper)
    window.set_password("Hours", None)
    window.update_selected()
    assert sync.seen == []
    assert codes(keeper) == ["QBWC1030", "QBWC1017"]


def test_calls_are_numbered_through_all_updates_of_a_window() -> None:
    keeper = Keeper()
    connector(observer=keeper, names=("A", "B")).update_selected()
    assert [call.number for call in keeper.of(CallStarted)] == list(range(1, 13))


# -- Auto-Run


class Timed(Keeper):
    """Notes when each serverVersion was called, in minutes from the start."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source, self.began, self.moments = source, source.now, []

    def called(self, call: CallStarted) -> None:
        super().called(call)
        if call.operation == "serverVersion":
            self.moments.append((self.source.now - self.began).total_seconds() / 60)


def run(
    sync: ScriptedServer, *, every: int | None = 30, minutes: int = 120, scheduler: Scheduler | None = None
) -> tuple[list[float], Timed, Source]:
    source = Source()
    keeper = Timed(source)
    window = connector(sync, observer=keeper, source=source, names=())
    window.install(application(scheduler=scheduler), "secret")
    interval = None if every is None else dt.timedelta(minutes=every)
    for _ in window.auto_run(dt.timedelta(minutes=minutes), every=interval):
        pass
    return keeper.moments, keeper, source


def test_the_schedule_runs_on_the_simulated_clock() -> None:
    moments, keeper, source = run(server(sendRequestXML=REQUEST))
    assert moments == [30, 60, 90, 120]
    assert source.now - keeper.began == dt.timedelta(hours=2)


def test_the_schedule_of_the_qwc_counts_without_the_users() -> None:
    every = Scheduler(dt.timedelta(seconds=90), real_time=True)
    moments, _, _ = run(server(authenticate=("", "none")), every=None, minutes=6, scheduler=every)
    assert moments == [1.5, 3, 4.5, 6]


def test_an_application_without_a_schedule_needs_one() -> None:
    with pytest.raises(UsageProblem, match="no schedule"):
        run(server(), every=None)


def test_less_than_a_minute_is_not_for_users() -> None:
    with pytest.raises(UsageProblem, match="one minute"):
        list(connector().auto_run(dt.timedelta(hours=1), every=dt.timedelta(seconds=30)))


def test_the_server_postpones_the_next_run() -> None:
    login = [("", "none"), ("", "none", "600"), ("", "none")]
    moments, _, _ = run(server(authenticate=login), every=30, minutes=120)
    assert moments == [30, 60, 70, 100]


def test_the_server_raises_the_interval() -> None:
    moments, _, _ = run(server(authenticate=("", "none", "", "3600")), every=30, minutes=200)
    assert moments == [30, 90, 150]


def test_a_scheduled_update_that_failed_says_so_and_comes_again() -> None:
    sync = server(authenticate=[("", "nvu"), ("", "none")])
    moments, keeper, _ = run(sync, minutes=60)
    assert codes(keeper) == ["QBWC1031"]
    assert moments == [30, 60]


def test_zero_seconds_of_anything_still_let_time_pass() -> None:
    moments, _, _ = run(server(authenticate=("", "none", "0", "0")), every=1, minutes=3)
    assert moments == [1, 2, 3]


def test_two_schedules_interleave_in_the_order_of_their_time() -> None:
    source = Source()
    keeper = Keeper()
    window = connector(server(authenticate=("", "none")), observer=keeper, source=source, names=())
    for name, minutes in (("slow", 50), ("quick", 20)):
        every = Scheduler(dt.timedelta(minutes=minutes))
        window.install(application(name=name, scheduler=every), "secret")
    list(window.auto_run(dt.timedelta(minutes=60)))
    ran = [c.application for c in keeper.of(CallStarted) if c.operation == "authenticate"]
    assert ran == ["quick", "quick", "slow", "quick"]


# -- locks


class KillAt(Keeper):
    """Kills the connector at one call, once."""

    def __init__(self, operation: str) -> None:
        super().__init__()
        self.operation: str | None = operation

    def called(self, call: CallStarted) -> None:
        super().called(call)
        if call.operation == self.operation:
            self.operation = None
            raise ConnectorKilled


@pytest.mark.parametrize(
    ("value", "outcomes"),
    [("taken_over", ["killed", "completed"]), ("wait", ["killed"]), ("fail", ["killed"])],
)
def test_the_lock_that_a_dead_connector_left_is_a_switch(value: str, outcomes: list[str]) -> None:
    keeper = KillAt("receiveResponseXML")
    window = connector(observer=keeper, pins={"stale_locks": value})
    window.update_selected()
    assert window.update_lock
    window.update_selected()
    assert [result.outcome for _, result in window.results] == outcomes
    assert window.update_lock is (value != "taken_over")
    assert len(keeper.of(Waited)) == (1 if value == "wait" else 0)


def test_an_update_that_failed_leaves_no_lock() -> None:
    window = connector(server(authenticate=("", "nvu")))
    window.update_selected()
    assert not window.update_lock


def test_a_second_update_of_the_same_user_is_left_out_while_one_runs() -> None:
    window = connector(names=("A", "B"))
    first = window.steps(["A"])
    next(first)
    assert window.update_selected(["B"]) == ()
    for _ in first:
        pass
    assert [name for name, _ in window.results] == ["A"]


class Company:
    """One real company file, used by two PCs."""

    def __init__(self, pins: dict[str, str] | None = None, bounds: Bounds | None = None) -> None:
        self.source, self.liveness = Source(), Liveness()
        self.books = QuickBooks(CompanyFile.create(source=self.source), self.source)
        self.pins, self.bounds = pins, bounds or Bounds()

    def pc(self, name: str, observer: Observer | None = None) -> WebConnector:
        self.books.multi_user()
        made = connector(
            observer=observer,
            source=self.source,
            pins=self.pins,
            processor=lambda: self.books.request_processor(name),
            names=(),
            pc=name,
            liveness=self.liveness,
            bounds=self.bounds,
        )
        assert made.add(application()).added
        made.set_password("Hours", "secret")
        return made

    def lock(self) -> str:
        return stamped(self.books)["AppLock"]


def test_an_update_locks_the_company_and_unlocks_it() -> None:
    company = Company()
    window = company.pc("pc1")
    places = ("authenticate", "sendRequestXML", "closeConnection")
    locks = [company.lock().startswith("LOCKED:PC1:") for step in window.steps() if step in places]
    assert locks == [False, True, False]


def test_the_lock_names_the_machine_and_the_time_in_ticks() -> None:
    assert ticks(dt.datetime(2017, 1, 3, 19, 24, 28, 324880, tzinfo=dt.UTC)) == 636190682683248800
    company = Company()
    steps = company.pc("pc1").steps()
    while next(steps) != "sendRequestXML":
        pass
    assert company.lock().startswith(f"LOCKED:PC1:{ticks(company.source.now)}"[:20])
    for _ in steps:
        pass


def test_two_pcs_do_not_update_the_same_application_at_the_same_time() -> None:
    company = Company()
    first, second = company.pc("pc1"), company.pc("pc2")
    one, two = first.steps(), second.steps()
    while next(one) != "sendRequestXML":
        pass
    waited = [next(two) for _ in range(12)]
    assert waited[-1] in ("wait for the company's lock", "QuickBooks: read the company's lock")
    for _ in one:
        pass
    for _ in two:
        pass
    assert [w.results[-1][1].outcome for w in (first, second)] == ["completed", "completed"]


def test_two_pcs_one_after_the_other_both_update() -> None:
    company = Company()
    windows = [company.pc("pc1"), company.pc("pc2")]
    assert [window.update_selected()[0][1].outcome for window in windows] == ["completed"] * 2


@pytest.mark.parametrize(
    ("value", "outcome"), [("taken_over", "completed"), ("wait", "bounded"), ("fail", "failed")]
)
def test_the_companys_lock_of_a_dead_pc_is_a_switch(value: str, outcome: str) -> None:
    company = Company({"stale_locks": value}, Bounds(lock_polls=4))
    assert company.pc("pc1", KillAt("receiveResponseXML")).update_selected()[0][1].outcome == "killed"
    company.books.close()
    company.books.open()
    second = company.pc("pc2")
    (done,) = [result for _, result in second.update_selected()]
    assert done.outcome == outcome


def test_removing_an_application_takes_it_off_the_list_and_its_stamp_away() -> None:
    company = Company()
    window = company.pc("pc1")
    window.remove("Hours")
    assert window.entries == {}
    assert window.add(application(file_id="{00000000-0000-0000-0000-000000000001}")).added
    assert FILE not in str(window.entries)


def test_an_application_that_is_refused_is_not_in_the_list() -> None:
    company = Company()
    window = company.pc("pc1")
    assert not window.add(application(name="Other", read_only=True)).added
    assert list(window.entries) == ["Hours"]
