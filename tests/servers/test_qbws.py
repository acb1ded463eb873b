"""qbws 0.2.1 from npm, as it comes: three queries, one company file and a counter, all of them fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from office_support import Office, installed, office, only_on_loopback, process
from probe_support import KNOWN, probe

from qbharness.targets.process import free_port
from qbharness.targets.target import Connection

pytestmark = pytest.mark.servers

ITS_COMPANY = (
    r"C:\Users\Public\Documents\Intuit\QuickBooks\Sample Company Files\QuickBooks 2014"
    r"\sample_wholesale-distribution business.qbw"
)
QUERIES = ["CustomerQueryRq", "InvoiceQueryRq", "BillQueryRq"]


@contextmanager
def serving(folder: Path, *, file: str = ":memory:") -> Iterator[Office]:
    port = free_port()
    environment = {"PORT": str(port), "NODE_PATH": str(installed("node") / "node_modules")}
    preloaded = str(Path(__file__).with_name("on_loopback.js"))
    command = ("node", "--require", preloaded, "-e", "require('qbws').run()")
    with (
        process(command, folder, port, environment),
        office(port, "username", "password", path="/wsdl", file=file) as made,
    ):
        assert only_on_loopback(port)
        yield made


@pytest.fixture
def at_its_company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office in which the company file that qbws asks for is the open one."""
    monkeypatch.chdir(tmp_path)
    with serving(tmp_path, file=ITS_COMPANY) as desk:
        yield desk


def queries(handed_out: list[object]) -> list[str]:
    return [name for text in handed_out for name in re.findall(r"<(\w+QueryRq)", str(text))]


def test_a_session_asks_the_three_queries_and_completes(at_its_company: Office) -> None:
    result, seen = at_its_company.update()
    assert (result.outcome, result.status, result.progress) == ("completed", "OK", 100)
    assert queries(seen.values("sendRequestXML")) == QUERIES
    assert seen.values("receiveResponseXML") == [33, 67, 100]
    assert b"<sendRequestXMLResult><string>" in seen.replies("sendRequestXML")[0].body


def test_its_counter_outlives_a_session_and_the_next_one_skips_a_query(at_its_company: Office) -> None:
    broken, _ = at_its_company.update(lost="receiveResponseXML")
    assert broken.codes == ("QBWC1042",)
    _, seen = at_its_company.update()
    assert queries(seen.values("sendRequestXML")) == QUERIES[1:]


def test_another_company_file_is_tried_once_and_then_never_again(tmp_path: Path) -> None:
    with serving(tmp_path) as desk:
        first, seen = desk.update()
        assert seen.values("connectionError") == [""], "the company that is open"
        assert first.outcome == "completed"
        assert queries(seen.values("sendRequestXML")) == QUERIES
        second, seen = desk.update()
        assert seen.values("connectionError") == ["DONE"]
        assert (second.outcome, second.last_error) == ("failed", "Error!")


def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as desk:
        result, seen = desk.update(password="pen")
        assert result.outcome == "refused"
        assert "sendRequestXML" not in seen.operations


def test_a_probe_sees_that_it_looks_at_no_ticket(tmp_path: Path) -> None:
    with serving(tmp_path) as desk:
        code, verdicts = probe(
            Connection(url=desk.url, user=desk.user, password=desk.password), tmp_path, *KNOWN
        )
    assert code == 1
    assert {check for check, verdict in verdicts.items() if verdict == "broken"} == {"session rules"}
    assert verdicts["lost answer"] == "not tried"  # it knows no hours
