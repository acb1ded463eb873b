"""YAML 1.2 as a tree that still knows where everything stands, for files that people write by hand.

Nothing is constructed: the tree holds texts, numbers, truth values and nulls, lists and mappings with
text keys, and each of them has its place. Size, depth and the expansion of aliases are bounded,
because scenario files come from strangers.
"""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn, TypeAlias, final

from attrs import evolve, field, frozen

from qbsim.errors import LocatedProblem, Place

MOST_CHARACTERS: Final = 1_000_000
MOST_NODES: Final = 50_000
DEEPEST: Final = 50

Value: TypeAlias = "str | int | float | bool | None"


@final
@frozen
class Scalar:
    """A single value; ``text`` is what the author typed."""

    place: Place
    value: Value
    text: str
    quoted: bool = False


@final
@frozen
class Items:
    """A list."""

    place: Place
    items: tuple[Node, ...]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@final
@frozen
class Fields:
    """A mapping; keys are texts, in the author's order, none twice."""

    place: Place
    entries: tuple[tuple[Scalar, Node], ...]
    by_key: dict[str, Node] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "by_key", {key.text: value for key, value in self.entries})

    def __contains__(self, key: str) -> bool:
        return key in self.by_key

    def get(self, key: str) -> Node | None:
        return self.by_key.get(key)

    def key(self, name: str) -> Scalar:
        """The key itself, for its place."""
        return next(key for key, _ in self.entries if key.text == name)


Node: TypeAlias = Scalar | Items | Fields


def describe(node: Node) -> str:
    """What ``node`` is, as a sentence would say it."""
    match node:
        case Fields():
            return "a mapping"
        case Items():
            return "a list"
        case Scalar(value=None):
            return "nothing"
        case Scalar(text=text):
            return repr(text)


def plain(node: Node) -> object:
    """The same tree as dicts, lists and values."""
    match node:
        case Fields(entries=entries):
            return {key.text: plain(value) for key, value in entries}
        case Items(items=items):
            return [plain(item) for item in items]
        case Scalar(value=value):
            return value


def nearest(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'x'?`` for the nearest known word, or the list of all of them."""
    choices = list(known)
    close = difflib.get_close_matches(word.lower(), choices, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Known: {', '.join(choices)}."


def refuse(sentence: str, node: Node, *, cure: str = "") -> NoReturn:
    """Raise the problem at the place where ``node`` stands."""
    raise LocatedProblem(sentence, node.place, cure=cure)


def read_yaml(text: str, file: str) -> Node:
    """Parse one YAML document; ``file`` is the name for messages.

    Raises :class:`LocatedProblem` for anything that is not one plain document.
    """
    return _Composer(text, file).read()


class _Composer:
    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.lines = text.splitlines()
        self.nodes = 0

    def read(self) -> Node:
        if len(self.text) > MOST_CHARACTERS:
            self.fail(f"The file is longer than {MOST_CHARACTERS:,} characters.", 1, 1)
        from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and --help never needs it
        from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415

        yaml = YAML(typ="safe", pure=True)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an anchor used twice is our own error below
                root = yaml.compose(self.text)
        except MarkedYAMLError as wrong:
            mark = wrong.problem_mark or wrong.context_mark
            at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            self.fail(f"This is not YAML: {wrong.problem or wrong.context}.", *at)
        except YAMLError as wrong:
            self.fail(f"This is not YAML: {str(wrong).splitlines()[0]}.", 1, 1)
        except RecursionError:
            self.fail(f"The file is nested deeper than {DEEPEST} levels.", 1, 1)
        if root is None:
            self.fail("The file is empty.", 1, 1)
        return self.convert(root, depth=0)

    def fail(self, sentence: str, line: int, column: int) -> NoReturn:
        raise LocatedProblem(sentence, self.place(line, column))

    def place(self, line: int, column: int) -> Place:
        shown = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Place(self.file, line, column, shown)

    def convert(self, raw: object, depth: int) -> Node:
        from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode  # noqa: PLC0415

        mark = raw.start_mark  # type: ignore[attr-defined]
        place = self.place(mark.line + 1, mark.column + 1)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise LocatedProblem(f"The file has more than {MOST_NODES:,} values.", place)
        if depth > DEEPEST:
            raise LocatedProblem(f"The file is nested deeper than {DEEPEST} levels.", place)
        match raw:
            case ScalarNode():
                return _scalar(raw, place)
            case SequenceNode():
                _own_tag(raw, place, "tag:yaml.org,2002:seq")
                return Items(place, tuple(self.convert(item, depth + 1) for item in raw.value))
            case MappingNode():
                _own_tag(raw, place, "tag:yaml.org,2002:map")
                return self.mapping(raw.value, place, depth)
            case _:
                raise LocatedProblem("This is neither a value, a list nor a mapping.", place)

    def mapping(self, pairs: list[tuple[object, object]], place: Place, depth: int) -> Fields:
        entries: list[tuple[Scalar, Node]] = []
        seen: set[str] = set()
        for raw_key, raw_value in pairs:
            key = self.convert(raw_key, depth + 1)
            if not isinstance(key, Scalar):
                refuse("A key must be a word.", key)
            if key.text in seen:
                refuse(f"The key {key.text!r} stands here twice.", key, cure="Keep one of them.")
            seen.add(key.text)
            value = self.convert(raw_value, depth + 1)
            if isinstance(value, Scalar) and not (value.text or value.quoted):
                value = evolve(value, place=key.place)  # the parser puts nothing where the next word begins
            entries.append((key, value))
        return Fields(place, tuple(entries))


_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TAGS: Final = frozenset(
    _TAG + kind for kind in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge")
)


def _tag(raw: object) -> str:
    return str(raw.tag)  # type: ignore[attr-defined]


def _own_tag(raw: object, place: Place, usual: str) -> None:
    if _tag(raw) != usual:
        raise LocatedProblem(f"The YAML tag {_tag(raw)!r} is not allowed here.", place)


def _scalar(raw: object, place: Place) -> Scalar:
    tag, text = _tag(raw), str(raw.value)  # type: ignore[attr-defined]
    if tag not in _PLAIN_TAGS:
        raise LocatedProblem(f"The YAML tag {tag!r} is not allowed here.", place)
    quoted = raw.style in ("'", '"', "|", ">")  # type: ignore[attr-defined]
    return Scalar(place, text if quoted else _value(tag.removeprefix(_TAG), text), text, quoted)


def _value(kind: str, text: str) -> Value:
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _whole(text)
        case "float":
            return _number(text)
        case _:
            return text


def _whole(text: str) -> Value:
    digits = text.replace("_", "")
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits.lstrip("+-")[:2].lower(), 10)
    try:
        return int(digits, base)
    except ValueError:
        return text


def _number(text: str) -> Value:
    try:
        return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
