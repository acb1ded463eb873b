"""The PCs of a run: one Web Connector each, and which of its updates is watched by whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, final
from urllib.parse import urlsplit

from attrs import define, evolve, field

from qbharness.history import UpdateEnded, UpdateStarted
from qbharness.targets.guard import is_loopback
from qbharness.world.faultplan import FaultPlan
from qbharness.world.watch import PlannedDuring, UpdateWatch
from qbsim.connector import Application, Bounds, Observer, WebConnector, read_qwc
from qbsim.connector.events import (
    CallEnded,
    CallStarted,
    Happening,
    QuickBooksAnswered,
    QuickBooksAsked,
    Selected,
)
from qbsim.errors import SetUpProblem

if TYPE_CHECKING:
    from qbharness.targets.target import Connection
    from qbharness.world.world import World


_BOUNDS: Final = Bounds(requests=400, no_ops=20, connection_errors=6, interactive_polls=20, lock_polls=20)
"""Where a loop of a naive server ends: early, because a run is not there to wait."""


@define
class _Drive:
    """One step that drives the connector: its faults, its people, and the update that it is at."""

    plan: FaultPlan
    during: list[PlannedDuring]
    quiet: bool
    watch: UpdateWatch | None = None
    results_before: int = 0


@final
@define
class Pc(Observer):
    """One PC with its Web Connector; it observes the connector for the world."""

    world: World
    name: str
    connector: WebConnector = field(init=False)
    _drives: list[_Drive] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        world = self.world
        self.connector = WebConnector(
            lambda: world.quickbooks.request_processor(self.name),
            world.transport,
            world.source,
            world.switches,
            observer=self,
            pc=self.name,
            liveness=world.liveness,
            numbers=world.numbers,
            bounds=_BOUNDS,
        )

    # -- its list of applications ------------------------------------------------------------------

    def add(self, name: str = "") -> None:
        """Register the server's application (under another ``name``, if one is given)."""
        application = application_of(self.world.connection)
        if name:
            application = evolve(application, name=name)
        if self.world.connection.qwc is None:
            self.connector.install(application, self.world.connection.password)
            return
        made = self.connector.add(application)
        if not made.added:
            raise SetUpProblem(
                f"The Web Connector does not add the application: {made.text}",
                cure="The certificate probe is a GET that must answer 200.",
            )
        self.connector.set_password(application.name, self.world.connection.password)

    def remove(self, name: str = "") -> None:
        """Take an application off the list."""
        self.connector.remove(name or application_of(self.world.connection).name)

    # -- driving it ----------------------------------------------------------------------------

    def drive(
        self, actions: Iterator[str], plan: FaultPlan, during: list[PlannedDuring], *, quiet: bool = False
    ) -> Iterator[None]:
        """Advance the connector action by action; every update of it is recorded and watched."""
        self._drives.append(_Drive(plan, during, quiet))
        try:
            for _ in actions:
                yield
        finally:
            self._end_update()
            self._drives.pop()
        self.world.mend()

    def _begin_update(self, application: str) -> None:
        self._end_update()
        drive, world = self._drives[-1], self.world
        number = world.recorder.next_update()
        drive.results_before = len(self.connector.results)
        world.follow_clock()
        world.recorder.add(
            UpdateStarted(
                update=number,
                pc=self.name,
                application=application,
                company=world.company_in_window(),
                quiet=drive.quiet,
            )
        )
        drive.watch = UpdateWatch(world, update=number, pc=self.name, plan=drive.plan, during=drive.during)

    def _end_update(self) -> None:
        drive = self._drives[-1]
        if drive.watch is None:
            return
        number, drive.watch = drive.watch.update, None
        recorder, results = self.world.recorder, self.connector.results
        if len(results) == drive.results_before:
            recorder.add(
                UpdateEnded(
                    update=number, end="locked out", progress=0, shown="Another update is running on this PC."
                )
            )
            return
        result = results[-1][1]
        recorder.add(
            UpdateEnded(
                update=number,
                end=result.outcome,
                progress=result.progress,
                shown=recorder.naming.in_text(result.status),
                last_error=recorder.naming.in_text(result.last_error),
                codes=result.codes,
                calls=result.calls,
            )
        )

    # -- what it is told ------------------------------------------------------------------------

    @property
    def _watch(self) -> UpdateWatch | None:
        return self._drives[-1].watch if self._drives else None

    def called(self, call: CallStarted) -> None:
        """Before a call."""
        if self._watch:
            self._watch.called(call)

    def replied(self, call: CallEnded) -> None:
        """After a call."""
        if self._watch:
            self._watch.replied(call)

    def asked(self, asked: QuickBooksAsked) -> None:
        """Before QuickBooks works."""
        if self._watch:
            self._watch.asked(asked)

    def answered(self, answered: QuickBooksAnswered) -> None:
        """After QuickBooks worked."""
        if self._watch:
            self._watch.answered(answered)

    def happened(self, happening: Happening) -> None:
        """An application's turn has come, or something that the window shows."""
        if isinstance(happening, Selected):
            self._begin_update(happening.application)


def application_of(connection: Connection) -> Application:
    """The application of the target: as its .qwc says, or made up from address and user."""
    if connection.qwc is not None:
        return _probed_at_home(read_qwc(connection.qwc, lenient=True))
    return Application(
        connection.application,
        connection.url,
        "",
        connection.url,
        connection.user,
        connection.owner_id,
        connection.file_id,
    )


def _probed_at_home(application: Application) -> Application:
    """The window also GETs the certificate's address and the support page when it adds an application.

    A .qwc of a server on this machine may well name the vendor's own pages there: nothing of a run may
    reach them, so what is on another machine than the server is asked of the server instead.
    """
    home = urlsplit(application.url).hostname

    def is_near(url: str) -> bool:
        try:
            return is_loopback(url) or urlsplit(url).hostname == home
        except ValueError:
            return False

    certificate = application.cert_url if is_near(application.cert_url) else ""
    support = application.support_url if is_near(application.support_url) else certificate or application.url
    return evolve(application, cert_url=certificate, support_url=support)
