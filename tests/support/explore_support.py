"""Plans and players for the tests of exploration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from qbharness.explore.placements import base_story
from qbharness.explore.players import Players
from qbharness.running import Plan
from qbharness.scenario.faults import Anchor, Fault, ReplyLost, RequestLost
from qbharness.scenario.model import Scenario
from qbharness.scenario.steps import UpdateSelected
from qbharness.servers import create_app
from qbharness.servers.desk import Block as ServerBlock
from qbharness.servers.desk import Desk, Handout
from qbharness.servers.policies.base import Stop
from qbharness.servers.policies.exact import Exact
from qbharness.targets.reader import bundled, read_target


@contextmanager
def players(target: str, folder: Path) -> Iterator[Players]:
    """One worker's players of a bundled target."""
    with Players(Plan((), read_target(target)), folder) as playing:
        yield playing


def one_update(*faults: Fault, blocks: int = 1) -> Scenario:
    """A small world, one update with ``faults`` and one that recovers."""
    from attrs import evolve

    story = base_story(blocks)
    return evolve(story, steps=(UpdateSelected(faults=faults), UpdateSelected()))


def lost_answer() -> Scenario:
    """QuickBooks has committed, and the server never hears of it."""
    return one_update(RequestLost(anchor=Anchor(call="receiveResponseXML")))


def unfired() -> Scenario:
    """A fault on a call that never comes."""
    return one_update(ReplyLost(anchor=Anchor(call="receiveResponseXML", number=9)))


def drawn_plans(profile: str, examples: int, seed: int = 0, focus: str = "") -> list[Scenario]:
    """The plans that a campaign would play."""
    from qbharness.explore.campaign import Campaign
    from qbharness.explore.strategies import PROFILES
    from qbharness.history import History
    from qbharness.outcome import Outcome, Status

    plans: list[Scenario] = []

    def note(scenario: Scenario) -> Outcome:
        plans.append(scenario)
        return Outcome(scenario, "none", Status.SKIPPED, History(), None)

    Campaign(note).generated(PROFILES[profile], examples, at=seed, focus=focus)
    return plans


@contextmanager
def command_line(folder: Path) -> Iterator[Callable[..., tuple[int, str]]]:
    """The real command line in this process, in a folder of its own: words to (exit code, what it said)."""
    import contextlib
    import io
    import sys

    from qbharness import cli

    def run(*words: str) -> tuple[int, str]:
        said = io.StringIO()
        before = sys.argv
        sys.argv = ["qbharness", *words]
        try:
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                code = cli._run()
        finally:
            sys.argv = before
        return code, said.getvalue()

    with contextlib.chdir(folder):
        yield run


class SometimesForgets(Exact):
    """Flaky on purpose: every other block in doubt is sent anew, as if it had never been sent."""

    turns = 0

    def in_doubt(self, desk: Desk, block: ServerBlock, last: Handout) -> str | Stop:
        """What to ask of QuickBooks about a block in doubt."""
        type(self).turns += 1
        return self.hand_out(desk, block) if self.turns % 2 else super().in_doubt(desk, block, last)


def flaky_server(**options: Any) -> Starlette:
    """The application of a target file."""
    return create_app(policy=SometimesForgets(), **options)


def flaky_target() -> str:
    """The text of a target file for it."""
    text = bundled()["exact"].read_text(encoding="utf-8")
    text = text.replace("qbharness.servers:create_app", f"{__name__}:{flaky_server.__name__}")
    return text.replace("    policy: exact\n", "").replace("name: exact", "name: flaky")
