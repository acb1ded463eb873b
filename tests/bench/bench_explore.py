"""How fast plans are drawn and played; a search is worth as many runs as it gets through."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks import Line, rate
from explore_support import drawn_plans, players

from qbharness.explore.campaign import forgiving
from qbharness.explore.placements import base_story
from qbharness.history import CallSent
from qbharness.scenario.model import Scenario

PLANS = 40


def bench_exploring() -> Iterable[Line]:
    """A run beside the bare calls of a run: ``GET /api/health`` on the same server in this process."""
    with tempfile.TemporaryDirectory() as folder, players("exact", Path(folder)) as playing:
        target, _ = playing._line(in_process=True)
        health = f"{target.connection().url.rpartition('/')[0]}/api/health"
        calls = rate(lambda: target._rim.send("GET", health, {}, None, 5.0))
        calm = base_story(3)
        sent = len(list(playing.play(calm).history.all(CallSent)))
        yield Line(
            f"play a calm run of three blocks ({sent} calls)",
            rate(lambda: playing.play(calm)) * sent,
            calls,
            "calls/s",
            "above 0.04: SOAP, database, QuickBooks, history and judging cost 25 bare GETs a call",
        )
        plans = drawn_plans("quick", PLANS)

        def play_all(plans: list[Scenario] = plans) -> None:
            for plan in plans:
                forgiving(playing.play, plan)

        drawn = rate(lambda: drawn_plans("quick", PLANS), batch=PLANS)
        yield Line(
            "play a drawn plan, beside drawing it",
            rate(play_all, batch=PLANS, seconds=0.1),
            drawn,
            "plans/s",
            "below 0.5: the time goes into playing",
        )
