"""From YAML nodes to steps; adds to the reading what only steps need."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal

import attrs

from qbharness.scenario.contents import LIST_KINDS
from qbharness.scenario.kinds import Kind, Written, written_fields
from qbharness.scenario.part_reading import PartReading
from qbharness.scenario.reading import NAME, Skip, keys_of, nearest_of
from qbharness.scenario.steps import (
    STEPS,
    AddApplication,
    AddBlock,
    AddJob,
    AutoRun,
    BackUp,
    During,
    EditBlock,
    EditTime,
    EnterTime,
    ImportIif,
    Meanwhile,
    NamedStep,
    RestoreBackup,
    SelectPeriod,
    Step,
    UpdateSelected,
)
from qbharness.yaml_text import Fields, Items, Node, Scalar

LEAST_EVERY: Final = dt.timedelta(minutes=1)
"""The Web Connector's own: its window takes whole minutes (Every_Min)."""

SAY: Final = Written(Kind.NAME, "say", "a sentence")
_BARE_MAPPINGS: Final = (Kind.PREFERENCES, Kind.EXPECTATIONS)


class StepReading(PartReading):
    """Reads steps, and keeps what they make known: blocks, backups, PCs."""

    procedure = False

    def steps(self, node: Node) -> tuple[Step, ...]:
        return self.each(self.step, self.items(node, "steps"))

    def step(self, node: Node) -> Step:
        """One step: a bare word, or a mapping of its word (and perhaps ``say``)."""
        say = ""
        if isinstance(node, Scalar):
            word, arguments = node, None
        else:
            fields = self.mapping(node, "a step")
            said = fields.get("say")
            say = self.name(said, SAY) if said else ""
            rest = [(key, value) for key, value in fields.entries if key.text != "say"]
            if len(rest) != 1:
                raise self.failure(
                    "A step is one word with its arguments.",
                    rest[1][0] if rest else node,
                    "Begin a new `- ` for the next step, or indent what belongs to this one.",
                )
            word, arguments = rest[0]
            if isinstance(arguments, Scalar) and arguments.value is None:
                arguments = None
        if word.text not in STEPS:
            raise self.failure(f"There is no step {word.text!r}.", word, nearest_of(word.text, STEPS))
        made = self.arguments(STEPS[word.text], word, arguments)
        self.check(made, arguments or word)
        return attrs.evolve(made, say=say, place=word.place)

    def arguments(self, cls: type[Step], word: Scalar, node: Node | None) -> Step:
        if node is None:
            return self.read(cls, Fields(word.place, ()), f"the step {word.text!r}")
        how = written_fields(cls)[cls.bare][1] if cls.bare else None
        if how and (not isinstance(node, Fields) or how.kind in _BARE_MAPPINGS):
            return cls(**{cls.bare: self.kind(how)(node, how)})
        if not isinstance(node, Fields):
            keys = keys_of(cls)
            known = f"It takes: {', '.join(keys)}." if keys else "Leave them out."
            raise self.failure(f"The step {word.text!r} takes no such arguments.", node, known)
        if issubclass(cls, NamedStep):
            return self.named(cls, word, node)
        return self.read(cls, node, f"the step {word.text!r}")

    def named(self, cls: type[NamedStep], word: Scalar, node: Fields) -> Step:
        """``{employee: Jane Doe, to: …}``: the list is a key."""
        lists = [(key, value) for key, value in node.entries if key.text in LIST_KINDS]
        if len(lists) != 1:
            strange = [key for key, _ in node.entries if key.text not in (*LIST_KINDS, *keys_of(cls))]
            raise self.failure(
                f"The step {word.text!r} needs one list and a name in it.",
                strange[0] if strange else node,
                nearest_of(strange[0].text if strange else "", LIST_KINDS),
            )
        key, value = lists[0]
        name = self.name(value, NAME)
        rest = Fields(node.place, tuple(e for e in node.entries if e[0] is not key))
        given: dict[str, Any] = {"kind": key.text, "name": name}
        return self.read(cls, rest, f"the step {word.text!r}", **given)

    # ── kinds that hold steps ───────────────────────────────────────────────────────────────

    def during(self, node: Node, _how: Written) -> tuple[During, ...]:
        return self.each(self.moment, self.items(node, "moments"))

    def moment(self, node: Node) -> During:
        fields = self.mapping(node, "a moment (before or after, and do)")
        for key, _ in fields.entries:
            if key.text not in ("before", "after", "do"):
                cure = nearest_of(key.text, ("before", "after", "do"))
                self.note(f"A moment has no {key.text!r}.", key, cure)
        sides = [key for key, _ in fields.entries if key.text in ("before", "after")]
        do = fields.get("do")
        if len(sides) != 1 or do is None:
            raise self.failure("A moment needs either 'before' or 'after', and 'do'.", node)
        anchor = self.anchor(fields.by_key[sides[0].text], Written(Kind.ANCHOR, sides[0].text))
        steps = self.steps(do if isinstance(do, Items) else Items(do.place, (do,)))
        when: Literal["before", "after"] = "before" if sides[0].text == "before" else "after"
        return During(when=when, anchor=anchor, steps=steps, place=sides[0].place)

    def step_lists(self, node: Node, _how: Written) -> tuple[tuple[Step, ...], ...]:
        lists = self.each(self.steps, self.items(node, "lists of steps"))
        if len(lists) < 2:
            raise self.failure("'meanwhile' takes two or more lists of steps.", node)
        return lists

    def order(self, node: Node, _how: Written) -> str | tuple[int, ...]:
        if isinstance(node, Items):
            number = Written(Kind.NUMBER, "order", least=1)
            return self.each(lambda item: self.number(item, number), node.items)
        words = ("in turn", "by the seed")
        return self.choice(node, Written(Kind.CHOICE, "order", choices=words))

    # ── what the fields alone can't say ─────────────────────────────────────────────────────

    def check(self, step: Step, node: Node) -> None:
        """The rules between the fields of a step, and between steps."""
        self.check_spans(step, node)
        match step:
            case AddBlock(fields=fields):
                self.demand(fields, ("employee", "date", "hours"), node, "A new block")
            case EnterTime(fields=fields):
                self.demand(fields, ("employee", "date", "hours"), node, "An entry")
            case EditBlock(changes=changes) | EditTime(changes=changes) if not changes.given():
                raise self.failure("The edit changes nothing.", node, "Give it a field with its new value.")
            case ImportIif(text=text, rows=rows) if bool(text) == bool(rows):
                raise self.failure("'import iif' takes either 'text' or 'rows'.", node)
            case AddJob() if ":" not in step.entry.name:
                raise self.failure("A job is written Customer:Job.", node)
            case BackUp():
                self.known.backups.add(step.label)
            case RestoreBackup() if step.label not in self.known.backups and not self.procedure:
                cure = nearest_of(step.label, sorted(self.known.backups))
                raise self.failure(
                    f"There is no backup {step.label!r} at this point.",
                    node,
                    cure if self.known.backups else "Put a `back up` before it.",
                )
            case AddApplication():
                self.known.pcs.add(step.pc)
            case UpdateSelected() | AutoRun() if step.pc not in self.known.pcs:
                if not self.procedure:
                    raise self.failure(
                        f"The Web Connector of {step.pc!r} knows no application.",
                        node,
                        f"Put `add application: {{pc: {step.pc}}}` before it.",
                    )
            case _:
                pass

    def check_spans(self, step: Step, node: Node) -> None:
        """Days, pauses and turns that cannot be."""
        match step:
            case SelectPeriod(from_=start, to=end) if (start is None) != (end is None):
                raise self.failure("A period needs both 'from' and 'to'.", node, "Without both: everything.")
            case SelectPeriod(from_=start, to=end) if start and end and start > end:
                raise self.failure("The period ends before it begins.", node)
            case Meanwhile(lists=lists, order=tuple(order)) if max(order, default=0) > len(lists):
                raise self.failure(f"'order' names list {max(order)}, and there are {len(lists)}.", node)
            case AutoRun(every=every) if every < LEAST_EVERY:
                raise self.failure("Scheduled updates are a minute apart or more.", node, "Write every: 1m.")


def blocks_added_below(node: Node) -> set[str]:
    """The aliases of all ``add block`` below a node, whatever else is wrong with it."""
    match node:
        case Items(items=items):
            return set[str]().union(*map(blocks_added_below, items))
        case Fields(entries=entries):
            found = set[str]().union(*(blocks_added_below(value) for _, value in entries))
            for key, value in entries:
                if key.text == "add block" and isinstance(value, Fields):
                    alias = value.get("block")
                    found |= {alias.text} if isinstance(alias, Scalar) else set()
            return found
        case _:
            return set()


__all__ = ["Skip", "StepReading", "blocks_added_below"]
