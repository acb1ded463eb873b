"""``exact`` against the real fake: qbsim's Web Connector and qbsim's QuickBooks, under their switches.

What it holds under, and what it is exposed to, with the reason.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from attrs import define, evolve, field
from bundled_servers_support import PASSWORD, Server

from qbharness.servers.direct import call
from qbsim.connector import read_qwc, registration
from qbsim.connector.events import Observer
from qbsim.connector.qwc import Application
from qbsim.connector.update import Update
from qbsim.connector.wire import Exchange, Reply
from qbsim.processor import Origin
from qbsim.quickbooks import CompanyFile, QuickBooks, QuickBooksDied, Selector, people
from qbsim.source import Source
from qbsim.switches import Switches


@define
class _Wire:
    """The connector's transport into a server of this process."""

    server: Server

    def send(self, exchange: Exchange) -> Reply:
        reply = call(
            self.server.app, exchange.method, exchange.url, headers=dict(exchange.headers), body=exchange.body
        )
        return Reply(reply.status, tuple(reply.headers.items()), reply.body)

    def close(self) -> None:
        """Nothing is open."""


@define
class World:
    """A server, a QuickBooks with its company, and a Web Connector that knows both."""

    pins: dict[str, str] = field(factory=dict)
    options: dict[str, object] = field(factory=dict)
    blocks: int = 2
    customer: str = "Acme:Roof"
    server: Server = field(init=False)
    company: CompanyFile = field(init=False)
    quickbooks: QuickBooks = field(init=False)
    application: Application = field(init=False)
    source: Source = field(init=False)
    switches: Switches = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.server = Server(self.options)
        self.source, self.switches = Source(), Switches(self.pins)
        self.company = CompanyFile.create(source=self.source, switches=self.switches, name="Acme")
        self.quickbooks = QuickBooks(self.company, self.source, self.switches)
        people.add_employee(self.quickbooks, "Jane Doe")
        people.add_customer(self.quickbooks, "Acme")
        people.add_job(self.quickbooks, "Acme:Roof")
        qwc = call(self.server.app, "GET", "http://localhost:80/Acme%20Time.qwc").body.decode()
        self.application = read_qwc(qwc)
        made = registration.add(
            self.application, self.processor(), _Wire(self.server), self.switches, Observer()
        )
        assert made.added, made.text
        for number in range(self.blocks):
            self.server.add(date=f"2026-11-0{number + 1}", notes=str(number), customer=self.customer)

    def processor(self) -> object:
        return self.quickbooks.request_processor("pc1")

    def update(self) -> Update:
        """An update that has not begun."""
        return Update(
            self.application,
            PASSWORD,
            self.processor(),
            _Wire(self.server),
            self.source,
            self.switches,
            Observer(),
        )

    def die_after(self, steps: int) -> bool:
        """The connector dies after so many actions; says whether it was still at work then."""
        taken = list(itertools.islice(self.update().steps(), steps))
        self.quickbooks.end_sessions()
        return len(taken) == steps

    def landed(self) -> list[str]:
        # The mark of ``proof: marker`` stands behind the block's own notes.
        return sorted(row.notes.split(" [")[0] for row in self.company.timesheet())

    def at_rest(self) -> list[str]:
        self.update().run()
        self.update().run()
        return self.landed()


EXPECTED = ["0", "1"]

HELD = (
    {},
    {"recovery_keeps_failures": "no"},
    {"recovery_ids_kept": "1"},
    {"replay_form": "statuses"},
    {"message_set_id_limit": "23"},
    {"value_errors": "whole_set"},
)


@pytest.mark.parametrize("pins", HELD, ids=str)
def test_a_connector_that_dies_anywhere_leaves_no_block_lost_or_doubled(pins: dict[str, str]) -> None:
    for steps in itertools.count(1):
        world = World(pins)
        if not world.die_after(steps):
            break
        assert world.at_rest() == EXPECTED, f"after {steps} actions"
        assert world.server.states() == ["sent", "sent"], f"after {steps} actions"
    assert steps > 15


@pytest.mark.parametrize("pins", HELD, ids=str)
@pytest.mark.parametrize("point", ["before commit", "after commit", "before answer"])
def test_a_quickbooks_that_dies_leaves_no_block_lost_or_doubled(point: str, pins: dict[str, str]) -> None:
    for nth in (1, 2):
        world = World(pins)
        world.quickbooks.crash_points = _once(point, nth)
        world.update().run()
        assert world.quickbooks.died
        world.quickbooks.open(world.company)
        assert world.at_rest() == EXPECTED
        assert world.server.states() == ["sent", "sent"]


def _once(point: str, nth: int) -> Callable[[str, Origin], None]:
    """Dies at the ``nth`` time that a request of the server comes to that point."""
    passes = itertools.count(1)

    def at(here: str, origin: Origin) -> None:
        if here == point and origin.call is not None and next(passes) == nth:
            raise QuickBooksDied(point)

    return at


@pytest.mark.parametrize("pins", HELD[:3], ids=str)
def test_a_refused_block_lands_once_after_the_job_was_added(pins: dict[str, str]) -> None:
    for steps in (None, *range(8, 30)):
        world = World(pins, customer="Acme:Porch", blocks=1)
        if steps is None:
            assert "Acme:Porch" in world.update().run().last_error
        else:
            world.die_after(steps)
        people.add_job(world.quickbooks, "Acme:Porch")
        assert world.at_rest() == ["0"], f"after {steps} actions"
        assert world.server.states() == ["sent"]


EXPOSED = (
    # switch, value, where QuickBooks dies, what lands instead of one entry, why no server can help it
    ("recovery_atomic", "no", "after commit", 2, "the entry is written, its stored answer is not"),
    ("recovery_store", "fails", "before answer", 2, "QuickBooks stores no answers at all"),
    ("recovery_ids_kept", "until_restart", "before answer", 2, "a restart forgets what it has executed"),
)


@pytest.mark.parametrize(("switch", "value", "point", "entries", "why"), EXPOSED)
@pytest.mark.parametrize("proof", ["message_set", "marker"])
def test_what_message_sets_cannot_prove_the_marker_can(
    switch: str, value: str, point: str, entries: int, why: str, proof: str
) -> None:
    world = World({switch: value}, {"proof": proof}, blocks=1)
    world.quickbooks.crash_points = _once(point, 1)
    world.update().run()
    assert world.quickbooks.died
    world.quickbooks.open(world.company)
    world.at_rest()
    assert len(world.landed()) == (1 if proof == "marker" else entries), why


def test_a_lost_stored_answer_waits_for_a_person_and_the_marker_needs_none() -> None:
    for proof, states in (("message_set", ["in doubt"]), ("marker", ["sent"])):
        world = World({"recovery_store": "loses_answer"}, {"proof": proof}, blocks=1)
        world.quickbooks.crash_points = _once("before answer", 1)
        world.update().run()
        world.quickbooks.open(world.company)
        assert world.at_rest() == ["0"]
        assert world.server.states() == states


def test_a_second_application_name_is_a_second_memory() -> None:
    """Exposed: QuickBooks keeps what it has executed by the application's name."""
    world = World(blocks=1)
    world.quickbooks.crash_points = _once("after commit", 1)
    world.update().run()
    world.quickbooks.open(world.company)
    world.application = evolve(world.application, name="Another name")
    assert world.at_rest() == ["0", "0"]


def test_a_block_in_doubt_lands_in_a_copy_of_the_company_file_although_the_original_has_it() -> None:
    """Exposed: both copies have the FileID, each has its own memory; no server can tell them apart."""
    world = World(blocks=1)
    people.back_up(world.quickbooks, "copy")
    world.quickbooks.crash_points = _once("after commit", 1)
    world.update().run()
    assert world.landed() == ["0"]
    world.quickbooks.open(world.company)
    people.restore_backup(world.quickbooks, "copy")
    assert world.at_rest() == ["0"], "in the copy; the original has its own"


def test_a_restored_company_file_is_named_by_a_comparison_and_filled_only_when_told() -> None:
    world = World()
    people.back_up(world.quickbooks, "before")
    world.update().run()
    people.restore_backup(world.quickbooks, "before")
    assert world.at_rest() == []
    world.server.api("POST", "/api/reconcile")
    told = world.update().run()
    assert "2 sent Work Blocks are not in QuickBooks" in told.last_error
    assert [row["missing"] for row in world.server.blocks()] == ["forgotten", "forgotten"]
    world.server.api("POST", "/api/blocks/1/not-sent")
    assert world.at_rest() == ["0"]


def test_an_entry_that_a_person_deleted_is_named_as_deleted_and_not_sent_again() -> None:
    world = World(blocks=1)
    world.update().run()
    people.delete_time(world.quickbooks, Selector())
    world.server.api("POST", "/api/reconcile")
    world.update().run()
    assert world.server.blocks()[0]["missing"] == "deleted"
    assert world.at_rest() == []
