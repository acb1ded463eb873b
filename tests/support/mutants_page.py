"""``docs/mutants.md``: what each mutant is, what convicts it, and which way of real servers it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mutants_campaign import DEEP, LANES, QUICK
from mutants_support import Mutant, catalogue
from mutants_table import Pinned
from mutants_ways import NOT_ALONE, WAYS

PAGE: Final = Path(__file__).parents[2] / "docs" / "mutants.md"
MOST_STEPS: Final = 6
"""Of a shrunk story."""


def page(pinned: Pinned) -> str:
    """The whole page."""
    return "\n".join((*_intro(pinned), *_table(pinned), *_sentences(pinned), *_lacking(), *_ways(), ""))


def _intro(pinned: Pinned) -> Iterator[str]:
    many, pins = len(pinned.pins), pinned.pins.values()
    yield from (
        "# Mutants: the proof that exploration would have found it",
        "",
        "Written by `python tests/mutants/run.py --deep --write`, and held by the tests. A mutant is the",
        f"bundled server `exact` with one defect. All {many} play the plain match story correctly, and a",
        "campaign has to convict each of them; the same campaign, with the same plans and seeds, has to",
        "acquit `exact`. It has three lanes, each of which ends at its first conviction:",
        "",
        f"- *library*: the bundled stories. Convicts {_convicted(pinned, 'library')} of {many}.",
        "- *exhaustive*: every fault on every call of a world of one block, and of two. Convicts"
        f" {_convicted(pinned, 'exhaustive')}.",
        f"- *generated*: plans that are drawn, as `qbharness explore --seed {DEEP.seed}` draws them. Convicts"
        f" {_convicted(pinned, 'generated')} within {DEEP.examples} runs,",
        f"  {sum(0 < pin.generated <= QUICK.examples for pin in pins)} within {QUICK.examples}.",
        "",
        "What the author of a story expects does not count, unless nothing else can convict: a check that",
        "was blinded would otherwise stay unnoticed.",
        "",
        f"`tox -e mutants` plays the library, and {QUICK}. It is red when a",
        "mutant survives, when a lane no longer convicts what it convicts here (or convicts what it says it",
        "cannot), and when `exact` is accused.",
        "",
        f"The figures below: {pinned.campaign}",
        "",
    )


def _convicted(pinned: Pinned, lane: str) -> int:
    return sum(lane in pin.lanes for pin in pinned.pins.values())


def _table(pinned: Pinned) -> Iterator[str]:
    yield from (
        "## What convicts them",
        "",
        "Runs until the conviction; seconds for the whole campaign; steps of the shortest story, which lies",
        "in `tests/mutants/stories`.",
        "",
        "| mutant | checks | story of the library | exhaustive | generated | s | steps |",
        "|---|---|---|---:|---:|---:|---:|",
    )
    for name, pin in pinned.pins.items():
        yield (
            f"| {name} | {', '.join(pin.checks)} | {pin.story or '–'} | {pin.exhaustive or '–'} |"
            f" {pin.generated or '–'} | {pin.seconds} | {pin.steps} |"
        )
    longest = max((pin.steps for pin in pinned.pins.values()), default=0)
    yield from (
        "",
        f"The longest of these stories has {longest} steps; {MOST_STEPS} are allowed.",
        "",
    )


def _sentences(pinned: Pinned) -> Iterator[str]:
    yield from ("## What they do", "", "| mutant | what it does | ways |", "|---|---|---|")
    for name in pinned.pins:
        mutant = catalogue()[name]
        yield f"| {name} | {mutant.sentence} | {', '.join(map(str, mutant.ways)) or '–'} |"
    yield ""


def _lacking() -> Iterator[str]:
    yield from (
        "## What the lanes lack",
        "",
        "Why a lane acquits a mutant that others convict.",
        "",
        "| lane | what its plans lack | mutants |",
        "|---|---|---|",
    )
    reasons: dict[tuple[str, str], list[str]] = {}
    for mutant in catalogue().values():
        for lane in LANES:
            if lane in mutant.lacks:
                reasons.setdefault((lane, mutant.lacks[lane]), []).append(mutant.name)
    for (lane, reason), names in sorted(
        reasons.items(), key=lambda each: (LANES.index(each[0][0]), each[0][1])
    ):
        yield f"| {lane} | {reason} | {', '.join(names)} |"
    only = [mutant for mutant in catalogue().values() if mutant.author]
    if only:
        yield from ("", "Convicted only by what the author of a story expects:", "")
        yield from (f"- {mutant.name}: {mutant.author}" for mutant in only)
    yield ""


def _ways() -> Iterator[str]:
    yield from (
        "## The ways of real servers",
        "",
        "Each was seen in a public server or in its issues.",
        "",
        "| | way | mutants that stand for it |",
        "|---:|---|---|",
    )
    for number, way in WAYS.items():
        stand = ", ".join(standing_for(number))
        note = f" {NOT_ALONE[number]}" if number in NOT_ALONE else ""
        yield f"| {number} | {way}{note} | {stand} |"


def standing_for(way: int) -> list[str]:
    """The mutants that stand for a way, by name."""

    def stands(mutant: Mutant) -> bool:
        return way in mutant.ways

    return [mutant.name for mutant in catalogue().values() if stands(mutant)]
