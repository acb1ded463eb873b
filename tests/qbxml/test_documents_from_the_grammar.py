"""Every message of 16.0: what the grammar makes is accepted everywhere, what is broken is refused."""

from __future__ import annotations

import functools
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xmlschema
from lxml import etree
from qbxml_support import BAD_VALUES, Maker, around, every_message, exported, text_of

from qbsim.qbxml import COVERED, NEWEST, StructureRefused, Version, grammar, judge, read_message_set
from qbsim.qbxml.grammar import Grammar
from qbsim.qbxml.versions import OLDEST

MESSAGES = tuple(every_message())
PARTS = 8
"""So that the workers share the messages."""

SHAPES = ((0, 0.0), (1, 1.0), (2, 0.5), (3, 1.0), (4, 0.7))
"""Seed and fullness: the smallest document, full ones, mixed ones."""


@functools.cache
def validators(version: Version) -> tuple[etree.XMLSchema, xmlschema.XMLSchema]:
    """lxml and xmlschema, each from the four exported files."""
    with tempfile.TemporaryDirectory() as folder:
        main = exported(Path(folder), version)
        return etree.XMLSchema(etree.parse(str(main))), xmlschema.XMLSchema(str(main))


def part(number: int) -> list[tuple[str, str]]:
    return [message for at, message in enumerate(MESSAGES) if at % PARTS == number]


def made(kind: str, name: str, seed: int, fullness: float, version: Version = NEWEST) -> etree._Element:
    return around(Maker(grammar(version), seed=seed, fullness=fullness).element(name), kind)


def test_there_are_268_requests_each_with_its_response() -> None:
    requests = [name for kind, name in MESSAGES if kind in {"request", "subscription-request"}]
    responses = {name for _, name in MESSAGES}
    assert len(requests) == 268
    assert all(f"{name[:-2]}Rs" in responses for name in requests)


@pytest.mark.parametrize("number", range(PARTS))
def test_what_the_grammar_makes_passes_both_gates_and_both_validators(number: int) -> None:
    lxml_judge, xmlschema_judge = validators(NEWEST)
    for kind, name in part(number):
        for seed, fullness in SHAPES:
            root = made(kind, name, seed, fullness)
            assert judge(text_of(root)) == (), name
            assert lxml_judge.validate(root), (name, lxml_judge.error_log)
            assert xmlschema_judge.is_valid(root), name


@pytest.mark.parametrize("version", [OLDEST, Version(5, 0), Version(9, 0), Version(13, 0)], ids=str)
def test_what_an_older_grammar_makes_is_accepted_in_its_version(version: Version) -> None:
    lxml_judge, _ = validators(version)
    for kind, name in every_message(version):
        root = made(kind, name, 1, 1.0, version)
        assert judge(text_of(root, version), version) == (), name
        assert lxml_judge.validate(root), name


@pytest.mark.fuzz
@pytest.mark.parametrize("version", COVERED, ids=str)
def test_every_exported_schema_loads_in_both_validators_and_takes_its_documents(version: Version) -> None:
    lxml_judge, xmlschema_judge = validators(version)
    for kind, name in every_message(version):
        root = made(kind, name, 2, 0.8, version)
        assert judge(text_of(root, version), version) == (), name
        assert lxml_judge.validate(root), name
        assert xmlschema_judge.is_valid(root), name


# --- single mutations ---------------------------------------------------------------------------

Mutation = Callable[[etree._Element, random.Random, Grammar], "etree._Element | None"]


def inner(root: etree._Element) -> list[etree._Element]:
    """The elements below the message set, the messages themselves not counted."""
    return [element for messages in root for message in messages for element in message.iterdescendants()]


def leaves(root: etree._Element, of: Grammar) -> Iterator[etree._Element]:
    for element in inner(root):
        if of.type_of(element.getparent().tag, element.tag) is not None:
            yield element


def swap(root: etree._Element, chance: random.Random, of: Grammar) -> etree._Element | None:
    pairs = [each for each in inner(root) if each.getnext() is not None and each.tag != each.getnext().tag]
    if not pairs:
        return None
    element = chance.choice(pairs)
    element.addprevious(element.getnext())
    return root


def drop(root: etree._Element, chance: random.Random, of: Grammar) -> etree._Element | None:
    elements = inner(root)
    if not elements:
        return None
    element = chance.choice(elements)
    element.getparent().remove(element)
    return root


def repeat(root: etree._Element, chance: random.Random, of: Grammar) -> etree._Element | None:
    elements = inner(root)
    if not elements:
        return None
    element = chance.choice(elements)
    element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))
    return root


def rename(root: etree._Element, chance: random.Random, of: Grammar) -> etree._Element | None:
    elements = inner(root)
    if not elements:
        return None
    element = chance.choice(elements)
    element.tag = chance.choice((element.tag.lower(), f"{element.tag}s", "Hours", "TxnID"))
    return root


def over_long(root: etree._Element, chance: random.Random, of: Grammar) -> etree._Element | None:
    bounded = [
        (each, kind.longest)
        for each in leaves(root, of)
        if (kind := of.type_of(each.getparent().tag, each.tag)) is not None and kind.longest is not None
    ]
    if not bounded:
        return None
    element, longest = chance.choice(bounded)
    element.text = "x" * (longest + 1)
    return root


def bad_value(root: etree._Element, chance: random.Random, of: Grammar) -> etree._Element | None:
    typed = [
        (each, kind)
        for each in leaves(root, of)
        if (kind := of.type_of(each.getparent().tag, each.tag)) is not None
        and (kind.values or kind.name in BAD_VALUES)
    ]
    if not typed:
        return None
    element, kind = chance.choice(typed)
    element.text = "Perhaps" if kind.values else chance.choice(BAD_VALUES[kind.name])
    return root


STRUCTURE: dict[str, Mutation] = {"swap": swap, "drop": drop, "repeat": repeat, "rename": rename}
VALUE: dict[str, Mutation] = {"over-long": over_long, "bad value": bad_value}


def refused_by(text: str) -> str | None:
    refusals = judge(text)
    return refusals[0].gate if refusals else None


TRIES = 6
"""Not every swap or drop breaks anything: others are tried until one does."""


@pytest.mark.parametrize("number", range(PARTS))
def test_a_single_mutation_is_refused_by_the_right_gate(number: int) -> None:
    lxml_judge, xmlschema_judge = validators(NEWEST)
    chance = random.Random(number)  # noqa: S311 - reproducible, not secret
    applied = Counter[str]()
    for kind, name in part(number):
        for word, mutation in (STRUCTURE | VALUE).items():
            for seed in range(TRIES):
                root = mutation(made(kind, name, seed, 0.8), chance, grammar(NEWEST))
                if root is None or lxml_judge.validate(root):
                    assert root is None or judge(text_of(root)) == (), (name, word)
                    continue
                applied[word] += 1
                wanted = "structure" if word in STRUCTURE else "value"
                assert refused_by(text_of(root)) == wanted, (name, word)
                assert seed or not xmlschema_judge.is_valid(root), (name, word)
                break
    assert all(applied[word] > 25 for word in STRUCTURE | VALUE), applied


def test_a_bad_value_in_one_request_leaves_the_others_of_its_set_alone() -> None:
    good = Maker(grammar(NEWEST), seed=1, fullness=0.3).element("TimeTrackingQueryRq")
    bad = Maker(grammar(NEWEST), seed=2, fullness=0.0).element("TimeTrackingAddRq")
    next(bad.iter("Duration")).text = "8:30"
    root = around(good, "request")
    root[0].append(bad)
    root[0].append(etree.fromstring(etree.tostring(good)))
    requests = read_message_set(text_of(root)).requests
    assert [request.refusal and request.refusal.status_code for request in requests] == [None, 3035, None]


def test_a_break_of_structure_in_one_request_fails_the_whole_set() -> None:
    good = Maker(grammar(NEWEST), seed=1, fullness=0.3).element("TimeTrackingQueryRq")
    root = around(good, "request")
    etree.SubElement(root[0], "TimeTrackingAddRq")
    with pytest.raises(StructureRefused) as refused:
        read_message_set(text_of(root))
    assert refused.value.refusal.rule == "qbxml.missing"
