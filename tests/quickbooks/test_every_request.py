"""Whatever the grammar allows gets an answer that both gates accept, and nothing is made up."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from lxml import etree
from qbxml_support import Maker, around, text_of
from quickbooks_support import Answer, desk

from qbsim.processor import HResultError
from qbsim.qbxml import COVERED, NEWEST, grammar
from qbsim.quickbooks.requests import HANDLERS
from qbsim.quickbooks.statuses import STATUSES

REQUESTS = grammar(NEWEST).requests
FULLNESS = (0.0, 0.3, 1.0)
OTHERS = sorted(set(REQUESTS) - set(HANDLERS))


def test_the_modelled_requests_are_those_that_the_project_promises() -> None:
    promised = {
        *("TimeTrackingAddRq", "TimeTrackingModRq", "TimeTrackingQueryRq", "TxnDelRq", "TxnDeletedQueryRq"),
        *("ListDelRq", "ListMergeRq", "ListDeletedQueryRq", "HostQueryRq", "CompanyQueryRq"),
        *("PreferencesQueryRq", "EntityQueryRq", "ItemQueryRq", "DataExtDefAddRq", "DataExtDefModRq"),
        *("DataExtDefDelRq", "DataExtDefQueryRq", "DataExtAddRq", "DataExtModRq", "DataExtDelRq"),
        *(
            f"{kind}{verb}Rq"
            for kind in (
                "Employee",
                "Customer",
                "Vendor",
                "OtherName",
                "Class",
                "ItemService",
                "PayrollItemWage",
            )
            for verb in ("Add", "Mod", "Query")
        ),
    }
    assert promised <= set(HANDLERS)
    assert set(HANDLERS) <= set(REQUESTS)


@pytest.mark.parametrize("name", OTHERS)
def test_a_request_that_is_not_modelled_is_refused_loudly(name: str) -> None:
    at = desk(filled=False)
    message = Maker(grammar(NEWEST), fullness=0).element(name)
    before = list(at.company.journal())
    text = at.raw(text_of(around(message, "request")))
    (reply,) = Answer(text, etree.fromstring(text.encode())[0])
    if reply.code == 1030:
        assert at.qb.log.lines[-1].kind == "not modelled"
        assert name in at.qb.log.lines[-1].text
    else:
        # The smallest document of some requests has an empty value that no type takes.
        assert at.qb.log.lines[-1].kind == "refused"
    assert (reply.severity, list(at.company.journal())) == ("Error", before)


@pytest.mark.parametrize("version", COVERED, ids=str)
@pytest.mark.parametrize("fullness", FULLNESS)
def test_any_modelled_request_of_any_version_has_an_answer_that_both_gates_accept(
    version: object, fullness: float
) -> None:
    at = desk()
    language = grammar(version)  # type: ignore[arg-type]
    for seed in range(3):
        for name in sorted(set(HANDLERS) & set(language.requests)):
            message = Maker(language, seed=seed, fullness=fullness).element(name)
            text = at.raw(text_of(around(message, "request"), version))  # type: ignore[arg-type]
            (reply,) = Answer(text, etree.fromstring(text.encode())[0])
            assert reply.code in STATUSES


@pytest.mark.parametrize("seed", range(30))
def test_a_document_that_is_damaged_anywhere_never_breaks_quickbooks(seed: int) -> None:
    at = desk()
    chance = random.Random(seed)  # noqa: S311 - reproducible, not secret
    name = chance.choice(sorted(HANDLERS))
    text = text_of(around(Maker(grammar(NEWEST), seed=seed, fullness=0.4).element(name), "request"))
    for _ in range(10):
        place = chance.randrange(len(text))
        junk = chance.choice(["", "<", ">", "&", "\x00", "é", "<a/>", '"', "]]>"])
        damaged = text[:place] + junk + text[place + chance.randrange(4) :]
        with suppress(HResultError):
            at.processor.inner.process_request(at.ticket, damaged)
