"""A hundred thousand documents through parser and gates: generated, mutated, mangled.

What must hold: never anything but a verdict; our explanations and lxml agree on what is refused and by
which gate; a document takes no longer than its size explains.
"""

from __future__ import annotations

import functools
import random
import time

import pytest
from lxml import etree
from qbxml_support import BAD_VALUES, HOURS, VALUES, Maker, around, every_message, text_of

from qbsim.errors import SimulatorGap
from qbsim.qbxml import COVERED, NEWEST, QbxmlRefused, Version, grammar, judge, read_message_set
from qbsim.qbxml.schemas import schemas
from qbsim.qbxml.value_gate import bad_values
from qbsim.qbxml.xsd import XsdWriter

pytestmark = pytest.mark.fuzz

PARTS = 4
GENERATED = 20_000
MANGLED = 20_000
"""Each times PARTS: 160,000 documents."""

WORDS = (
    "<", ">", "&", "&amp;", "&#0;", "]]>", "<![CDATA[", "<!--", "-->", "<?qbxml version='9.0'?>",
    "<!DOCTYPE a>", "\0", "\ufeff", "</QBXML>", "<QBXML>", ' xmlns="u"', "onError", "<Duration/>",
    "\ud800", "TxnID", "13.0", "99.0", "'", '"',
    "<?m?>", "<?qbxml m?>", "<!DOCTYPE \u0236 []>", "9" * 30, " ",
)  # fmt: skip


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - reproducible, not secret


def mutate(root: etree._Element, chance: random.Random) -> None:
    """One to three changes anywhere: move, drop, repeat, rename, another value, another attribute."""
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        elements = [element for element in root.iter() if element.getparent() is not None]
        if not elements:
            return
        one, other = chance.choice(elements), chance.choice(elements)
        match chance.randrange(6):
            case 0 if other not in list(one.iter()) and one is not other:
                other.addprevious(one)
            case 1:
                one.getparent().remove(one)
            case 2:
                one.addnext(etree.fromstring(etree.tostring(one, with_tail=False)))
            case 3:
                one.tag = chance.choice((other.tag, str(one.tag).lower(), "X"))
            case 4 if not len(one):
                one.text = chance.choice([text for texts in (VALUES | BAD_VALUES).values() for text in texts])
            case _:
                one.set(
                    chance.choice(("requestID", "useMacro", "iterator", "onError")),
                    chance.choice(("Start", "")),
                )


@functools.cache
def plain(version: Version) -> etree.XMLSchema:
    """The schema as it is exported, without the rules beyond it."""
    return etree.XMLSchema(etree.fromstring(XsdWriter(grammar(version)).whole()))


@functools.cache
def messages(version: Version) -> list[tuple[str, str]]:
    return list(every_message(version))


@pytest.mark.parametrize("number", range(PARTS))
def test_generated_and_mutated_documents_get_the_verdict_of_lxml(number: int) -> None:
    chance, refused = dice(number), 0
    for _ in range(GENERATED):
        version = chance.choice(COVERED)
        kind, name = chance.choice(messages(version))
        maker = Maker(
            grammar(version), seed=chance.getrandbits(32), fullness=chance.choice((0.0, 0.1, 0.3, 0.6))
        )
        root = around(maker.element(name), kind)
        mutate(root, chance)
        text = text_of(root, version)
        refusals = judge(text, version)
        refused += bool(refusals)
        assert all(refusal.rule != "qbxml.schema" for refusal in refusals), (text, refusals)
        root = etree.fromstring(text.encode())
        if not plain(version).validate(root):
            gate = "value" if schemas(version).structure.takes(root, text.encode()) else "structure"
            assert [refusal.gate for refusal in refusals][:1] == [gate], (text, refusals)
        else:
            assert all(refusal.rule.startswith("qbxml.beyond.") for refusal in refusals), (text, refusals)
    assert GENERATED * 0.3 < refused < GENERATED * 0.95


@pytest.mark.parametrize("number", range(PARTS))
def test_mangled_text_is_read_or_refused_in_bounded_time(number: int) -> None:
    chance, slowest = dice(1000 + number), 0.0
    for _ in range(MANGLED):
        text = HOURS
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(text) + 1)
            end = min(len(text), start + chance.choice((0, 0, 1, 5, 60, 400)))
            text = (
                text[:start]
                + chance.choice((*WORDS, text[start:end] * 2, chr(chance.randrange(0x300))))
                + text[end:]
            )
        document = text if chance.random() < 0.5 else text.encode("utf-8", "surrogatepass")
        begun = time.perf_counter()
        try:
            message_set = read_message_set(document, newest=NEWEST)
            for request in message_set.requests:
                bad = list(bad_values(request.element, grammar(message_set.version)))
                assert bool(bad) == (request.refusal is not None), "what is read is what was judged"
        except QbxmlRefused as refused:
            assert refused.refusal.likely  # noqa: PT017 - most are refused, not all
        except SimulatorGap:
            pass
        slowest = max(slowest, time.perf_counter() - begun)
    assert slowest < 5.0, "a bound against explosions, not a benchmark"
