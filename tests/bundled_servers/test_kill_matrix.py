"""The server, or QuickBooks, is killed at every point of a session: every block lands exactly once."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen
from bundled_servers_support import (
    PASSWORD,
    USER,
    Killed,
    QuickBooks,
    Server,
    update,
)

CALLS = {
    "authenticate": "authenticate",
    "sendRequestXML": "handout",
    "receiveResponseXML": "answer",
    "closeConnection": "close",
}
"""Calls of an undisturbed session, and the name of their failpoints."""

KILLS = ("request lost", "before commit", "after commit")
"""The server is dead when the call comes; it dies in it, on either side of its commit."""

QUICKBOOKS = ("lives", "dies before commit", "dies after commit")


@frozen
class Trouble:
    """The server dies at the ``number``-th call of that name; QuickBooks fares so in that round."""

    call: str
    number: int
    kill: str
    quickbooks: str

    def __str__(self) -> str:
        return f"{self.call}#{self.number} {self.kill}, QuickBooks {self.quickbooks}"


def troubles(blocks: int) -> list[Trouble]:
    singles = [("authenticate", 1), ("closeConnection", 1)]
    rounds = [(c, n) for c in ("sendRequestXML", "receiveResponseXML") for n in range(1, blocks + 1)]
    return [
        *(Trouble(call, n, kill, "lives") for call, n in singles for kill in KILLS),
        *(Trouble(c, n, k, q) for c, n in rounds for k in KILLS for q in QUICKBOOKS),
    ]


class _ServerGone(Exception):
    """The connector's call failed; it gives the update up."""


class _Connector:
    """A Web Connector whose server dies once, as planned."""

    def __init__(self, server: Server, quickbooks: QuickBooks, trouble: Trouble) -> None:
        self.server, self.quickbooks, self.trouble = server, quickbooks, trouble
        self.counts = dict.fromkeys(CALLS, 0)
        self.killed = False

    def call(self, name: str, **given: object) -> object:
        self.counts[name] += 1
        trouble = self.trouble
        if (name, self.counts[name]) == (trouble.call, trouble.number):
            self.killed = True
            if trouble.kill != "request lost":
                side = trouble.kill.replace(" ", f"_{CALLS[name]}_")
                self.server.state.failpoints.arm(side)
                with pytest.raises(Killed):
                    self.server.soap(name, **given)
            self.server.restart()
            raise _ServerGone
        return self.server.soap(name, **given)

    def run(self) -> None:
        with contextlib.suppress(_ServerGone):
            self._session()

    def _session(self) -> None:
        login = self.call("authenticate", strUserName=USER, strPassword=PASSWORD)
        assert isinstance(login, list)
        ticket, hcp = login[0], self.server.hcp()
        for round_ in itertools.count(1):
            request = str(self.call("sendRequestXML", ticket=ticket, strHCPResponse=hcp))
            hcp = ""
            given = self._process(request, round_ == self.trouble.number)
            progress = int(str(self.call("receiveResponseXML", ticket=ticket, **given)))
            if not 0 <= progress < 100:
                break
        self.call("closeConnection", ticket=ticket)

    def _process(self, request: str, troubled: bool) -> dict[str, str]:
        fate = self.trouble.quickbooks if troubled else "lives"
        response = "" if fate == "dies before commit" else self.quickbooks.process(request)
        if fate == "lives":
            return {"response": response, "hresult": "", "message": ""}
        return {"response": "", "hresult": "0x800706BA", "message": "The RPC server is unavailable."}


def prepared(folder: Path, blocks: int, policy: str = "exact") -> tuple[Server, QuickBooks]:
    server = Server({"policy": policy, "database": f"sqlite:///{folder / 'server.db'}"})
    server.api("POST", "/api/reset")
    for number in range(blocks):
        server.add(date=f"2026-11-0{number + 1}", notes=f"block {number + 1}")
    return server, QuickBooks()


def landed(quickbooks: QuickBooks) -> list[str]:
    return sorted(entry.notes for entry in quickbooks.entries)


def expected(blocks: int) -> list[str]:
    return [f"block {number + 1}" for number in range(blocks)]


@pytest.mark.parametrize(
    ("blocks", "kept", "replay"),
    [
        (1, None, "full answer"),
        (2, None, "full answer"),
        (3, None, "full answer"),
        (2, 1, "full answer"),
        (2, None, "statuses only"),
    ],
)
def test_exact_lands_every_block_once_wherever_the_server_is_killed(
    tmp_path: Path, blocks: int, kept: int | None, replay: str
) -> None:
    for trouble in troubles(blocks):
        server, quickbooks = prepared(tmp_path, blocks)
        quickbooks.keeps_ids, quickbooks.statuses_only = kept, replay == "statuses only"
        connector = _Connector(server, quickbooks, trouble)
        connector.run()
        assert connector.killed, f"{trouble} did not come"
        update(server, quickbooks)
        update(server, quickbooks)
        assert landed(quickbooks) == expected(blocks), str(trouble)
        assert server.states() == ["sent"] * blocks, str(trouble)
        server.state.store.close()


def test_plain_doubles_a_block_where_the_answer_is_lost_after_the_commit(tmp_path: Path) -> None:
    doubled = set()
    for trouble in troubles(1):
        server, quickbooks = prepared(tmp_path, 1, "plain")
        _Connector(server, quickbooks, trouble).run()
        update(server, quickbooks)
        update(server, quickbooks)
        if len(quickbooks.entries) > 1:
            doubled.add((trouble.call, trouble.kill, trouble.quickbooks))
        server.state.store.close()
    assert doubled == {
        ("receiveResponseXML", kill, fate)
        for kill in KILLS
        for fate in ("lives", "dies after commit")
        if (kill, fate) != ("after commit", "lives")
    }


def _pairs(blocks: int) -> Iterator[tuple[Trouble, Trouble]]:
    return itertools.product(troubles(blocks), troubles(blocks))


@pytest.mark.fuzz
@pytest.mark.parametrize("blocks", [1, 2])
def test_exact_lands_every_block_once_after_two_kills_in_a_row(tmp_path: Path, blocks: int) -> None:
    for first, second in _pairs(blocks):
        server, quickbooks = prepared(tmp_path, blocks)
        for trouble in (first, second):
            if server.states() != ["sent"] * blocks:
                _Connector(server, quickbooks, trouble).run()
        update(server, quickbooks)
        update(server, quickbooks)
        assert landed(quickbooks) == expected(blocks), f"{first}; {second}"
        server.state.store.close()
