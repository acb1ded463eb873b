"""Reads scenario files: YAML 1.2 in, frozen scenarios out, or every mistake of the file at once.

Files are untrusted. Nothing in them runs, opens a file or reaches a network; size, depth and the
expansion of aliases are bounded (:mod:`qbharness.yaml_text`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from qbharness.contract import PROMISES
from qbharness.scenario import notation
from qbharness.scenario.contents import Block, BlockFields, Company, ListEntry
from qbharness.scenario.kinds import Kind, Written
from qbharness.scenario.model import LANGUAGE, Scenario, ScenarioKind
from qbharness.scenario.problems import ScenarioProblems
from qbharness.scenario.reading import NAME, NOTHING_SPECIAL, Skip, nearest_of
from qbharness.scenario.step_reading import StepReading, blocks_added_below
from qbharness.scenario.steps import Step
from qbharness.yaml_text import Fields, Items, Node, Scalar, describe, read_yaml
from qbsim.errors import LocatedProblem, Place, UsageProblem
from qbsim.switches import Switches

MOST_ROWS: Final = 500

STORY_KEYS: Final = (
    "language",
    "kind",
    "scenario",
    "why",
    "parameters",
    "requires",
    "switches",
    "seed",
    "clock",
    "company",
    "blocks",
    "steps",
    "expect",
)
PROCEDURE_KEYS: Final = ("language", "kind", "procedure", "why", "about", "steps")

COMPANY_LISTS: Final[Mapping[str, str]] = {
    "employees": "employees",
    "vendors": "vendors",
    "other names": "other_names",
    "customers": "customers",
    "items": "items",
    "classes": "classes",
    "payroll items": "payroll_items",
}
"""Key in a file to attribute of :class:`Company`."""

_COMPANY_KEYS: Final = ("name", *COMPANY_LISTS, "preferences", "closing date", "time")


def read_file(path: str | Path) -> tuple[Scenario, ...]:
    """Read one scenario file: one scenario, or one for each row of its ``parameters``.

    Raises :class:`ScenarioProblems` with every mistake, each at ``file:line:column``.
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as wrong:
        raise UsageProblem(f"{path} can't be read: {wrong.strerror}.") from None
    except UnicodeDecodeError as wrong:
        before = wrong.object[: wrong.start].decode("utf-8", "replace")
        place = Place(str(path), before.count("\n") + 1)
        problem = LocatedProblem("This is not UTF-8.", place, cure="Save the file as UTF-8.")
        raise ScenarioProblems([problem]) from None
    return read_text(text, file=str(path))


def read_text(text: str, *, file: str = "scenario") -> tuple[Scenario, ...]:
    """Read the text of one scenario file; ``file`` is its name in messages."""
    try:
        root = read_yaml(text, file)
    except LocatedProblem as problem:
        raise ScenarioProblems([problem]) from None
    first = _Document()
    rows = first.table(root)
    if rows is None:
        documents = [_Document()]
        places = [root.place]
    else:
        documents = [_Document(row) for row, _ in rows]
        places = [place for _, place in rows]
    scenarios = [document.scenario(root) for document in documents]
    problems = first.problems + [p for document in documents for p in document.problems]
    if rows and not problems:
        problems += _unused(root, documents)
    if problems:
        raise ScenarioProblems(problems)
    read = [s for s in scenarios if s is not None]
    if rows is None:
        return tuple(read)
    return _named_apart([attrs.evolve(s, place=place) for s, place in zip(read, places, strict=True)])


def _unused(root: Node, documents: list[_Document]) -> list[LocatedProblem]:
    used = set[str]().union(*(document.used for document in documents))
    names = set(documents[0].row or {})
    parameters = root.get("parameters") if isinstance(root, Fields) else None
    place = parameters.place if parameters else root.place
    return [
        LocatedProblem(f"No text uses the parameter {name!r}.", place, cure="Take it out.")
        for name in sorted(names - used)
    ]


def _named_apart(scenarios: list[Scenario]) -> tuple[Scenario, ...]:
    """Give the scenarios of one file names that tell them apart."""
    names = [scenario.name for scenario in scenarios]
    if len(set(names)) == len(names):
        return tuple(scenarios)
    return tuple(
        attrs.evolve(s, name=f"{s.name} [{number}: {', '.join(s.parameters.values())}]")
        for number, s in enumerate(scenarios, start=1)
    )


class _Document(StepReading):
    """Reads the top level of a file."""

    # ── parameters ──────────────────────────────────────────────────────────────────────────

    def table(self, root: Node) -> list[tuple[dict[str, str], Place]] | None:
        """The rows of ``parameters``; None when the file has none (or they can't be read)."""
        node = root.get("parameters") if isinstance(root, Fields) else None
        if node is None:
            return None
        try:
            nodes = self.items(node, "rows")
            if not 0 < len(nodes) <= MOST_ROWS:
                raise self.failure(f"'parameters' takes 1 to {MOST_ROWS} rows.", node)
            rows = self.each(self.row_of, nodes)
            for row, item in zip(rows, nodes, strict=True):
                if row.keys() != rows[0].keys():
                    raise self.failure("Every row needs the same parameters.", item)
        except Skip:
            return None
        return [(row, item.place) for row, item in zip(rows, nodes, strict=True)]

    def row_of(self, node: Node) -> dict[str, str]:
        row = self.settings(node, Written(Kind.SETTINGS, "a row"))
        for key in row:
            if not key.isidentifier():
                raise self.failure(f"{key!r} can't be the name of a parameter.", node, "Use a_word.")
        return row

    # ── the document ────────────────────────────────────────────────────────────────────────

    def scenario(self, root: Node) -> Scenario | None:
        """The scenario, or None with the problems noted."""
        try:
            fields = self.mapping(root, "a scenario")
            self.language(fields)
            return self.document(fields)
        except Skip:
            return None

    def language(self, fields: Fields) -> None:
        node = fields.get("language")
        cure = f"Begin the file with `language: {LANGUAGE}`."
        if node is None:  # the rest is read all the same: one file, one answer
            self.note("The file does not say its language.", fields, cure)
        elif not isinstance(node, Scalar) or node.text != str(LANGUAGE):
            raise self.failure(f"There is no language {describe(node)}.", node, cure)

    def document(self, fields: Fields) -> Scenario:
        kind = self.scenario_kind(fields)
        self.procedure = kind == "procedure"
        title = "procedure" if self.procedure else "scenario"
        keys = PROCEDURE_KEYS if self.procedure else STORY_KEYS
        failed = False
        for key, _ in fields.entries:
            if key.text not in keys:
                self.note(f"A {title} has no {key.text!r}.", key, nearest_of(key.text, keys))
                failed = True
        for needed in (title, "steps"):
            if needed not in fields:
                self.note(f"The file has no {needed!r}.", fields, f"Add `{needed}:`.")
                failed = True
        values: dict[str, Any] = {"kind": kind, "place": fields.place, "parameters": self.row or {}}
        for name, (attribute, read) in self.readers(title).items():
            node = fields.get(name)
            if node is None or name not in keys:
                continue
            try:
                values[attribute] = read(node)
            except Skip:
                failed = True
        if failed:
            raise Skip
        return Scenario(**values)

    def readers(self, title: str) -> Mapping[str, tuple[str, Callable[[Node], Any]]]:
        """Key to (attribute, method), in the order in which names become known."""
        return {
            title: ("name", lambda node: self.name(node, Written(Kind.NAME, title))),
            "why": ("why", lambda node: self.text(node, Written(Kind.TEXT, "why"))),
            "requires": ("requires", self.requires),
            "switches": ("switches", self.switches),
            "seed": ("seed", lambda node: self.number(node, Written(Kind.NUMBER, "seed"))),
            "clock": ("clock", self.clock),
            "company": ("company", self.company),
            "blocks": ("blocks", self.blocks),
            "about": ("about", self.about),
            "steps": ("steps", self.story),
            "expect": ("expect", lambda node: self.expectations(node, NOTHING_SPECIAL)),
        }

    def scenario_kind(self, fields: Fields) -> ScenarioKind:
        node = fields.get("kind")
        if node is None:
            return "story"
        how = Written(Kind.CHOICE, "kind", choices=("story", "procedure"))
        return "procedure" if self.choice(node, how) == "procedure" else "story"

    def clock(self, node: Node) -> dt.datetime:
        shown = self.scalar(node, "a moment")
        return self.by_notation(notation.read_moment, node, shown.text)

    def switches(self, node: Node) -> dict[str, str]:
        fields = self.mapping(node, "switches")

        def pin(entry: tuple[Scalar, Node]) -> tuple[str, str]:
            key, value = entry
            shown = self.scalar(value, "the value of a switch").text
            try:
                Switches({key.text: shown})
            except UsageProblem as wrong:
                raise self.failure(wrong.sentence, key, wrong.cure) from None
            return key.text, shown

        return dict(self.each_entry(fields, pin))

    def requires(self, node: Node) -> dict[str, tuple[str, ...]]:
        fields = self.mapping(node, "contract values")

        def promise(entry: tuple[Scalar, Node]) -> tuple[str, tuple[str, ...]]:
            key, value = entry
            if key.text not in PROMISES:
                cure = nearest_of(key.text, PROMISES)
                raise self.failure(f"A contract has no {key.text!r}.", key, cure)
            how = Written(Kind.CHOICE, key.text, choices=PROMISES[key.text].words)
            nodes = value.items if isinstance(value, Items) else (value,)
            return key.text, self.each(lambda item: self.choice(item, how), nodes)

        return dict(self.each_entry(fields, promise))

    def each_entry(self, fields: Fields, read: Callable[[tuple[Scalar, Node]], Any]) -> list[Any]:
        """Like ``each``, for the entries of a mapping."""
        values: list[Any] = []
        failed = False
        for entry in fields.entries:
            try:
                values.append(read(entry))
            except Skip:
                failed = True
        if failed:
            raise Skip
        return values

    # ── what is there ───────────────────────────────────────────────────────────────────────

    def company(self, node: Node) -> Company:
        fields = self.mapping(node, "a company")
        for key, _ in fields.entries:
            if key.text not in _COMPANY_KEYS:
                cure = nearest_of(key.text, _COMPANY_KEYS)
                self.note(f"A company has no {key.text!r}.", key, cure)
        readers: dict[str, tuple[str, Callable[[Node], Any]]] = {
            "name": ("name", lambda item: self.name(item, NAME)),
            "preferences": (
                "preferences",
                lambda item: self.preferences(item, Written(Kind.PREFERENCES, "preferences")),
            ),
            "closing date": ("closing_date", lambda item: self.date(item, NOTHING_SPECIAL)),
            "time": ("time", self.rows_of_time),
        }
        readers |= {key: (name, self.company_list) for key, name in COMPANY_LISTS.items()}

        def one(entry: tuple[Scalar, Node]) -> tuple[str, Any]:
            key, value = entry
            if key.text not in readers:
                raise Skip
            attribute, read = readers[key.text]
            return attribute, read(value)

        return Company(**dict(self.each_entry(fields, one)))

    def rows_of_time(self, node: Node) -> tuple[BlockFields, ...]:
        return self.each(self.entry_row, self.items(node, "entries"))

    def company_list(self, node: Node) -> tuple[ListEntry, ...]:
        seen: set[str] = set()

        def one(item: Node) -> ListEntry:
            entry = self.list_entry(item, NAME)
            name, parent = entry.name, entry.name.rpartition(":")[0]
            if name.casefold() in seen:
                raise self.failure(f"{name!r} stands in the list twice.", item, "Keep one.")
            if parent and parent.casefold() not in seen:
                raise self.failure(
                    f"{name!r} needs {parent!r}, which it belongs to, before it.",
                    item,
                    f"Add {parent!r} to the list.",
                )
            seen.add(name.casefold())
            return entry

        return self.each(one, self.items(node, "names"))

    def blocks(self, node: Node) -> tuple[Block, ...]:
        fields = self.mapping(node, "blocks")
        self.known.blocks |= {key.text for key, _ in fields.entries}

        def one(entry: tuple[Scalar, Node]) -> Block:
            key, value = entry
            alias = self.new_block(key, Written(Kind.NEW_BLOCK, "block"))
            row = self.mapping(value, "a block")
            made = self.read(BlockFields, row, "a block")
            self.demand(made, ("employee", "date", "hours"), row, "A block")
            return Block(alias, made, place=key.place)

        return tuple(self.each_entry(fields, one))

    def about(self, node: Node) -> tuple[str, ...]:
        names = self.labels(node, Written(Kind.LABEL, "about"))
        self.known.blocks |= set(names)
        return names

    def story(self, node: Node) -> tuple[Step, ...]:
        def one(item: Node) -> Step:
            self.known.blocks |= blocks_added_below(item)
            step = self.step(item)
            if self.procedure and not step.say:
                raise self.failure(
                    "Each step of a procedure needs a sentence.", item, "Add `say: …` beside it."
                )
            return step

        return self.each(one, self.items(node, "steps"))
