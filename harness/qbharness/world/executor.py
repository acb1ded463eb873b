"""Plays one plan against one target and returns what happened. It only records; it never judges."""

from __future__ import annotations

from collections.abc import Iterable

from qbharness.history import AtRest, History, ScenarioStarted, Sink
from qbharness.scenario.library import shown_file
from qbharness.scenario.model import Scenario, walk
from qbharness.scenario.steps import RestoreServerBackup
from qbharness.targets.target import Target
from qbharness.world import owner, probes, updates
from qbharness.world.acts import perform
from qbharness.world.expecting import decided_by, expect
from qbharness.world.founding import found_company
from qbharness.world.recorder import Recorder
from qbharness.world.watchdog import DEFAULT_LIMITS, Limits, Watchdog
from qbharness.world.world import World
from qbsim.connector.transport import Transport
from qbsim.errors import SetUpProblem, SimulatorGap
from qbsim.quickbooks import QuickBooks
from qbsim.source import DEFAULT_START, Source
from qbsim.switches import Switches


def play(
    scenario: Scenario,
    target: Target,
    transport: Transport,
    *,
    switches: Switches,
    seed: int | None = None,
    sinks: Iterable[Sink] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> History:
    """Play ``scenario`` from a clean start to rest.

    ``switches`` are those in force, the scenario's pins included. Raises :class:`SetUpProblem` where the
    target cannot be reset or steered: then nothing can be said about the server. So it does (as
    :class:`~qbharness.world.watchdog.TimeLimit`) where a step or the whole takes longer than ``limits``.
    """
    source = Source(scenario.seed if seed is None else seed, scenario.clock or DEFAULT_START)
    recorder = Recorder(source, sinks)
    recorder.add(
        ScenarioStarted(
            scenario=scenario.name,
            file=shown_file(scenario.file),
            target=target.name,
            company=scenario.company.name,
            seed=source.seed,
            switches=dict(switches.pins),
            contract=target.contract.as_words(),
            decided_by=decided_by(scenario),
        )
    )
    company = found_company(scenario.company, source, switches)
    watchdog = Watchdog(transport, limits)
    world = World(
        scenario,
        target,
        watchdog,
        source=source,
        switches=switches,
        quickbooks=QuickBooks(company, source, switches),
        company=company,
        recorder=recorder,
        perform=perform,
    )
    try:
        _play(world, watchdog)
    except (SetUpProblem, SimulatorGap):
        world.record_journal()
        world.record_ledger("broken off")  # whoever reads why wants to see what is there
        raise
    finally:
        world.close()
    return recorder.history


def _play(world: World, watchdog: Watchdog) -> None:
    scenario = world.scenario
    world.target.start()  # whatever the scenario before this one has left behind
    world.target.reset()
    world.set_server_clock()
    world.record_journal()
    for block in scenario.blocks:
        owner.add(world, block.alias, block.fields)
    if any(isinstance(step, RestoreServerBackup) for step in walk(scenario.steps)):
        world.target.save_backup(owner.BACKUP)
    world.connect()
    world.record_ledger("start")
    for number, step in enumerate(scenario.steps, start=1):
        watchdog.begin(f"step {number} ({step.word})")
        for _ in world.take(step, number):
            watchdog.check()
    if scenario.expect:
        expect(world, scenario.expect)
    watchdog.begin("the quiet updates")
    updates.quiet_updates(world)
    updates.tell_undelivered(world)
    world.record_journal()
    world.record_ledger("at rest")
    world.record_server_list("at rest")
    world.recorder.add(AtRest())
    watchdog.begin("the last calls, which must be refused")
    probes.probe(world)
