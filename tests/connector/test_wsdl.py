"""Our calls judged by an independent SOAP library, on our WSDL and on a third party's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import zeep
from connector_support import ANSWER, arguments_of, result
from lxml import etree
from qbwc_kit.wsdl import build_wsdl

from qbsim.connector import soap
from qbsim.connector.operations import NAMESPACE, OPERATIONS, Argument, Operation
from qbsim.resources import data_path

INTERACTIVE = {"getInteractiveURL", "interactiveRejected", "interactiveDone"}


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> dict[str, zeep.Client]:
    kit = tmp_path_factory.mktemp("wsdl") / "kit.wsdl"
    kit.write_text(build_wsdl("http://localhost:8000/qbwc"), encoding="utf-8")
    paths: dict[str, Path] = {"ours": data_path("schemas", "web-connector.wsdl"), "qbwc-kit": kit}
    return {name: zeep.Client(str(path)) for name, path in paths.items()}


def values(operation: Operation) -> dict[str, Argument]:
    texts = {"response": ANSWER, "strHCPResponse": ANSWER + "<&>", "hresult": ""}
    return {
        name: 16 if kind == "int" else texts.get(name, f"a {name} <&> é")
        for name, kind in operation.parameters
    }


def bound(client: zeep.Client, name: str) -> Any:
    return client.service._binding._operations[name]


PAIRS = [
    (whose, name)
    for whose in ("ours", "qbwc-kit")
    for name in OPERATIONS
    if whose == "ours" or name not in INTERACTIVE
]


@pytest.mark.parametrize(("whose", "name"), PAIRS)
def test_zeep_reads_our_call_as_it_was_meant(clients: dict[str, zeep.Client], whose: str, name: str) -> None:
    operation = OPERATIONS[name]
    given = values(operation)
    sent = etree.fromstring(soap.write_call(operation, given))
    read = bound(clients[whose], name).input.deserialize(sent)
    names = [part for part, _ in operation.parameters]
    # zeep unwraps a lone parameter
    found = {names[0]: read} if len(names) == 1 else {part: getattr(read, part) or "" for part in names}
    assert found == given


@pytest.mark.parametrize(("whose", "name"), PAIRS)
def test_zeep_would_send_the_same_values(clients: dict[str, zeep.Client], whose: str, name: str) -> None:
    operation = OPERATIONS[name]
    given = values(operation)
    theirs = etree.tostring(clients[whose].create_message(clients[whose].service, name, **given))
    assert arguments_of(theirs) == arguments_of(soap.write_call(operation, given))
    assert f'"{bound(clients[whose], name).soapaction}"' == operation.action


@pytest.mark.parametrize("name", OPERATIONS)
def test_zeep_and_we_read_the_same_reply(clients: dict[str, zeep.Client], name: str) -> None:
    operation = OPERATIONS[name]
    value: Any = {"string": "a <b>", "int": 42, "strings": ["t", ""]}[operation.result]
    body = result(name, value)
    theirs = bound(clients["ours"], name).process_reply(etree.fromstring(body))
    if operation.result == "strings":
        theirs = tuple(item or "" for item in theirs)
    ours = soap.read_reply(operation, 200, {"content-type": "text/xml"}, body)
    assert ours == theirs


def test_the_wsdl_has_the_operations_of_the_table() -> None:
    tree = etree.parse(data_path("schemas", "web-connector.wsdl"))
    xs = "{http://www.w3.org/2001/XMLSchema}"
    kinds = {"string": "xs:string", "int": "xs:int", "strings": "tns:ArrayOfString"}
    for operation in OPERATIONS.values():
        call = tree.find(f".//{xs}element[@name='{operation.name}']")
        found = [
            (part.get("name"), part.get("type")) for part in call.iter(f"{xs}element") if part is not call
        ]
        assert found == [(name, kinds[kind]) for name, kind in operation.parameters]
    assert tree.getroot().get("targetNamespace") == NAMESPACE
