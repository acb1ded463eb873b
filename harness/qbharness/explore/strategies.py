"""Hypothesis draws whole plans: a company, blocks, what people do, and what goes wrong.

What is drawn is data (:class:`Scenario`), valid by construction (it reads back from its own file), and
correlated where bugs live: blocks are often equal, a rename hits a name that a block uses, people act
while a block is in doubt. Plans are as long as the profile says: the length is drawn first, because lists
of Hypothesis' own stay short. At its end people put most plans right, and every plan is followed by quiet
updates, so what is lost at the end is lost for good.

Not drawn, because nothing is demanded there (``docs/verdicts.md``): a second application name, a second
copy of the company file, the server's own backup put back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, final

from attrs import evolve, frozen
from hypothesis import strategies as st

from qbharness.explore.acts import ACTS, put_right
from qbharness.explore.crashes import text_of
from qbharness.explore.drawing import COMPANY, Drawn, draw_company, draw_fields
from qbharness.explore.focus import is_in_focus
from qbharness.explore.mishaps import draw_update
from qbharness.scenario.model import Block, Scenario
from qbharness.scenario.steps import Step
from qbsim.certainty import Certainty
from qbsim.switches import SWITCHES


@final
@frozen
class Profile:
    """How large the drawn worlds are. ``examples`` is what a campaign plays unless told otherwise.

    ``acts`` is the least and the most that happens between the first and the last update; an act is
    one to four steps. ``switches``: the certainties of the values that may be pinned. ``companies``: whether
    what is in QuickBooks before the first step is drawn too.
    """

    name: str
    examples: int
    most_blocks: int
    acts: tuple[int, int]
    most_faults: int
    switches: tuple[Certainty, ...] = ()
    companies: bool = False


_FIRM: Final = (Certainty.DOCUMENTED, Certainty.SEEN)

PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile("quick", 500, 3, (0, 5), 2, (*_FIRM, Certainty.PLAUSIBLE)),
        Profile("deep", 20_000, 5, (3, 14), 3, (*_FIRM, Certainty.PLAUSIBLE, Certainty.ADVERSARIAL), True),
    )
}


_TRIES: Final = 50


@st.composite
def scenarios(draw: st.DrawFn, profile: Profile, focus: str = "") -> Scenario:
    """A whole plan; with ``focus`` one that contains it, if any of the first fifty does."""
    for _ in range(_TRIES):
        plan = _whole(draw, profile)
        if not focus or is_in_focus(plan, focus):
            break
    return plan


def _whole(draw: st.DrawFn, profile: Profile) -> Scenario:
    plan = Scenario(name="A drawn plan", company=COMPANY)
    try:
        for longer in _growing(draw, plan, profile):
            plan = longer
    except Exception as wrong:
        # a strategy that fails must not take what it has drawn with it
        wrong.add_note(text_of(plan))
        raise
    return plan


def _growing(draw: st.DrawFn, plan: Scenario, profile: Profile) -> Iterator[Scenario]:
    """The plan, longer each time."""
    if profile.companies:
        plan = evolve(plan, company=draw_company(draw))
    world = Drawn.of(plan.company)
    for _ in range(draw(st.integers(1, profile.most_blocks))):
        world.blocks[world.new_alias()] = draw_fields(draw, world)
    pins: Any = _draw_pins(draw, profile)
    first = tuple(Block(alias, fields) for alias, fields in world.blocks.items())
    plan = evolve(plan, blocks=first, switches=pins, seed=draw(st.integers(0, 2**16)))
    steps: list[Step] = [draw_update(draw, world, profile.most_faults)]
    for _ in range(draw(st.integers(*profile.acts))):
        steps += _act(draw, world, profile)
        yield evolve(plan, steps=tuple(steps))
    if draw(st.integers(0, 3)):
        steps += put_right(world)
    steps.append(draw_update(draw, world, profile.most_faults))
    yield evolve(plan, steps=tuple(steps))


def _act(draw: st.DrawFn, world: Drawn, profile: Profile) -> list[Step]:
    """What happens next; every third time it is an update, for that is where things happen."""
    if draw(st.integers(0, 2)) == 0:
        return [draw_update(draw, world, profile.most_faults)]
    return draw(st.sampled_from(ACTS))(draw, world)


def _draw_pins(draw: st.DrawFn, profile: Profile) -> dict[str, str]:
    """Mostly none; now and then one value that is not the default."""
    if draw(st.integers(0, 9)) != 0:
        return {}
    choices = [
        (switch.name, value)
        for switch in SWITCHES.values()
        for value, known in switch.values.items()
        if value != switch.default and known.certainty in profile.switches
    ]
    return dict([draw(st.sampled_from(choices))])
