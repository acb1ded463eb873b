"""Laws of the judge: a faultless server is never accused, and a history that is spoiled says what was."""

from __future__ import annotations

from collections import Counter

from attrs import evolve
from history_support import JANE, shifted
from hypothesis import given
from hypothesis import strategies as st
from ideal_server import FATES, Ideal

from qbharness.checks.cheapest import cheapest
from qbharness.checks.judging import judge
from qbharness.checks.registry import Finding, Verdict
from qbharness.history import BlockChanged, Committed, Event, History, ListedBlock, ServerListed, to_line

rows = st.builds(
    shifted,
    st.just(JANE),
    seconds=st.sampled_from([3600, 7200]),
    date=st.sampled_from(["2026-11-02", "2026-11-03"]),
    employee=st.sampled_from(["Jane Doe", "John Roe"]),
)
fates = st.lists(st.sampled_from(FATES), max_size=3)
blocks = st.lists(rows, min_size=1, max_size=4)


@st.composite
def faulty_runs(draw: st.DrawFn) -> Ideal:
    """A faultless server, several equal blocks, and faults: nothing else happens."""
    ideal = Ideal()
    for row in draw(blocks):
        ideal.add(row)
    for each in draw(st.lists(fates, max_size=3)):
        ideal.update(*each)
    return ideal


ACTS = ("edit", "delete", "not sent", "period", "back up", "restore", "add", "forget", "learn", "manual")


@st.composite
def lively_runs(draw: st.DrawFn) -> Ideal:
    """The same with people: they edit, delete, mark, select, restore, and employees come and go."""
    ideal = draw(faulty_runs())
    for act in draw(st.lists(st.sampled_from(ACTS), max_size=5)):
        alias = draw(st.sampled_from(sorted(ideal.blocks)))
        match act:
            case "edit":
                ideal.edit(alias, draw(rows))
            case "delete":
                ideal.delete(alias)
            case "not sent":
                ideal.not_sent(alias)
            case "period":
                ideal.select("2026-11-02", draw(st.sampled_from(["2026-11-02", "2026-11-03"])))
            case "back up":
                ideal.back_up()
            case "restore":
                ideal.restore()
            case "add":
                ideal.add(draw(rows))
            case "forget":
                ideal.missing.add("John Roe")
            case "learn":
                ideal.missing.clear()
            case "manual":
                ideal.story.journal("add", "M-1", after=draw(rows))
        if draw(st.booleans()):
            ideal.update(*draw(fates))
    return ideal


def accused(history: History) -> list[tuple[str, str]]:
    return [(finding.check, finding.sentence) for finding in judge(history).broken]


@given(faulty_runs())
def test_a_faultless_server_is_never_accused_whatever_strikes(ideal: Ideal) -> None:
    ideal.rest()
    assert accused(ideal.story.history) == []
    assert judge(ideal.story.history).verdict is Verdict.HELD


@given(lively_runs())
def test_a_faultless_server_is_never_accused_whatever_people_do(ideal: Ideal) -> None:
    ideal.rest()
    assert accused(ideal.story.history) == [], told(ideal)


def told(ideal: Ideal) -> str:
    """The history, for whoever has to understand what a draw has found."""
    return "\n".join(to_line(event) for event in ideal.story.history)


def landings(history: History) -> list[Committed]:
    return [event for event in history if isinstance(event, Committed) and event.actor == "connector"]


def renumbered(events: list[Event]) -> History:
    history = History()
    for event in events:
        history.append(event)
    return history


@given(faulty_runs(), st.data())
def test_one_landing_less_is_lost_and_nothing_else(ideal: Ideal, data: st.DataObject) -> None:
    ideal.update()
    ideal.story.rest()
    gone = data.draw(st.sampled_from(landings(ideal.story.history)))
    spoiled = renumbered([event for event in ideal.story.history if event.n != gone.n])
    assert [finding.check for finding in judge(spoiled).findings if finding.kind] == (
        ["lost"] if landings(spoiled) else ["lost", "undetermined"]
    )


@given(faulty_runs(), st.data())
def test_one_landing_more_is_a_duplicate_and_nothing_else(ideal: Ideal, data: st.DataObject) -> None:
    ideal.update()
    ideal.story.rest()
    doubled = data.draw(st.sampled_from(landings(ideal.story.history)))
    events: list[Event] = []
    for event in ideal.story.history:
        events.append(event)
        if event.n == doubled.n:
            events.append(evolve(event, record_id="FFFF-1"))
    assert [finding.check for finding in judge(renumbered(events)).findings if finding.kind] == ["duplicate"]


def exchanged(history: History, one: str, other: str) -> History:
    """The same run with the aliases of two blocks exchanged."""
    names = {one: other, other: one}

    def swap(event: Event) -> Event:
        match event:
            case BlockChanged():
                return evolve(event, block=names.get(event.block, event.block))
            case ServerListed():
                listed = (ListedBlock(names.get(r.block, r.block), r.state) for r in event.blocks)
                return evolve(event, blocks=tuple(listed))
            case _:
                return event

    return renumbered([swap(event) for event in history])


def gist(findings: tuple[Finding, ...]) -> Counter[tuple[str, str, Verdict]]:
    return Counter((*finding.key, finding.verdict) for finding in findings)


@given(faulty_runs(), st.data())
def test_which_of_two_equal_blocks_is_which_changes_nothing(ideal: Ideal, data: st.DataObject) -> None:
    ideal.add(ideal.blocks["b0"].hours)
    ideal.rest()
    events = list(ideal.story.history)
    dropped = data.draw(st.sampled_from([None, *landings(ideal.story.history)]))
    history = renumbered([event for event in events if dropped is None or event.n != dropped.n])
    other = exchanged(history, "b0", f"b{len(ideal.blocks) - 1}")
    assert gist(judge(other).findings) == gist(judge(history).findings)


@given(lively_runs(), st.data())
def test_whatever_is_missing_from_a_history_there_is_a_verdict(ideal: Ideal, data: st.DataObject) -> None:
    ideal.rest()
    events = list(ideal.story.history)
    kept = [event for event in events if data.draw(st.integers(0, 9)) or event.n == 1]
    assert judge(renumbered(kept)).verdict in Verdict


@given(lively_runs())
def test_two_judgements_of_one_history_are_the_same(ideal: Ideal) -> None:
    ideal.rest()
    assert judge(ideal.story.history) == judge(History(ideal.story.history))


tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width), max_size=4)
)


@given(tables)
def test_the_cheapest_assignment_is_the_cheapest(costs: list[list[int]]) -> None:
    def least(row: int, free: frozenset[int], skips: int) -> int:
        if row == len(costs):
            return 0
        totals = [costs[row][c] + least(row + 1, free - {c}, skips) for c in free]
        if skips:
            totals.append(least(row + 1, free, skips - 1))
        return min(totals)

    width = len(costs[0]) if costs else 0
    chosen = cheapest(costs)
    taken = [column for column in chosen if column is not None]
    assert len(set(taken)) == len(taken) == min(len(costs), width)
    total = sum(costs[row][column] for row, column in enumerate(chosen) if column is not None)
    assert total == least(0, frozenset(range(width)), max(0, len(costs) - width))
