"""What the pytest plugin does once it is used: one server for each pytest process, started when needed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import final

from attrs import define, field

from qbharness.outcome import Outcome
from qbharness.scenario.model import Scenario
from qbharness.targets.guard import check_target
from qbharness.targets.reader import read_target
from qbharness.targets.target import Target
from qbharness.today import read_today
from qbharness.world.pcs import application_of
from qbharness.world.runner import run_scenario
from qbsim.connector import Transport, WebConnector
from qbsim.errors import Problem, SetUpProblem, UsageProblem
from qbsim.quickbooks import CompanyFile, QuickBooks
from qbsim.source import Source
from qbsim.switches import Switches, parse_pin


@final
@define
class Session:
    """The server under test of one pytest process.

    ``where`` is a target file (below ``folder`` where it is relative) or the name of a bundled server.
    ``worker`` keeps the ports and folders of xdist's workers apart.
    """

    where: str
    folder: Path
    worker: str = "gw0"
    pins: tuple[str, ...] = ()
    consume_real_queue: bool = False
    _open: contextlib.ExitStack = field(factory=contextlib.ExitStack, init=False)
    _target: Target | None = field(default=None, init=False)
    _transport: Transport | None = field(default=None, init=False)
    _failed: Problem | None = field(default=None, init=False)

    def target(self) -> Target:
        """The running server; a start that failed once is not tried again for every test."""
        if self._failed is not None:
            raise self._failed
        if self._target is None:
            try:
                self._target = self._start()
            except Problem as trouble:
                self._failed = trouble
                raise
        return self._target

    def _start(self) -> Target:
        if not self.where:
            raise UsageProblem(
                "No sync server is given.",
                cure="Use --qb-target FILE, or qb_target in pytest's settings.",
            )
        beside = self.folder / self.where
        file = read_target(beside if beside.is_file() else self.where)
        check_target(file, consume_real_queue=self.consume_real_queue)
        home = self._open.enter_context(tempfile.TemporaryDirectory(prefix="qbharness-"))
        target = Target(
            file,
            worker=self.worker.removeprefix("gw"),
            folder=Path(home),
            environment=dict(os.environ),
            consume_real_queue=self.consume_real_queue,
        )
        self._open.enter_context(target)
        transport = target.transport()
        self._open.callback(transport.close)
        self._transport = transport
        return target

    def play(self, scenario: Scenario) -> Outcome:
        """Play one scenario against the server."""
        target = self.target()
        return run_scenario(
            scenario,
            target,
            self._line(),
            switches=self._switches(),
            today=read_today(os.environ),
        )

    def _line(self) -> Transport:
        if self._transport is None:
            raise SetUpProblem("The server under test is not running.")
        return self._transport

    def _switches(self) -> Switches:
        return Switches(dict(parse_pin(pin) for pin in self.pins))

    def quickbooks(self) -> QuickBooks:
        """QuickBooks with an empty company file in memory, on a simulated clock of its own."""
        source, switches = Source(), self._switches()
        company = CompanyFile.create(source=source, switches=switches, name="Test Company")
        return QuickBooks(company, source, switches)

    def web_connector(self, quickbooks: QuickBooks, target: Target) -> WebConnector:
        """The Web Connector of PC ``pc1``; the server's application is in its list, with its password."""
        connector = WebConnector(
            quickbooks.request_processor, self._line(), quickbooks.source, quickbooks.switches
        )
        connection = target.connection()
        application = application_of(connection)
        if connection.qwc is None:
            connector.install(application, connection.password)
            return connector
        made = connector.add(application)
        if not made.added:
            raise SetUpProblem(f"The Web Connector does not add the application: {made.text}")
        connector.set_password(application.name, connection.password)
        return connector

    def close(self) -> None:
        """Stop the server and leave nothing behind."""
        self._open.close()
