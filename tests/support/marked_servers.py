"""Servers whose requests name their block by a mark, rightly and wrongly, and target files that declare it.

All are policies of the bundled servers, run in the process of the test.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve

from qbharness.contract import Contract
from qbharness.explore.players import Players
from qbharness.running import Plan
from qbharness.servers import create_app
from qbharness.servers.desk import Block, Desk
from qbharness.servers.policies.exact import Exact
from qbharness.servers.policies.marker import ExactWithMarker
from qbharness.targets.model import NOWHERE, Marks, TargetFile
from qbharness.targets.reader import read_target
from qbharness.targets.template import Template

NOTES: Final = Marks(notes=r" ?\[[0-9A-Z]{6}-(?P<block>\d+)-\d+\]$")
GUID: Final = Marks(external_guid=r"^\{[0-]+(?P<block>\d+)\}$")
REQUEST: Final = Marks(request_id=r"^(?P<block>\d+)\.")


class MarksTheFirst(ExactWithMarker):
    """Every entry has the mark of the first block."""

    def mark(self, desk: Desk, block_id: int) -> str:
        return super().mark(desk, 1)


class _SendsTheFirstAgain:
    """When the second block is confirmed, it was the first one's contents and mark that went out."""

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        return super().write(desk, desk.block(1), request_id)  # type: ignore[misc, no-any-return]


class SendsTheFirstAgain(_SendsTheFirstAgain, ExactWithMarker):
    """Sends the first block for every block, mark and all."""


class SendsTheFirstAgainUnmarked(_SendsTheFirstAgain, Exact):
    """Sends the first block's contents for every block, and nobody can see it in the entry."""


class WritesGuids(Exact):
    """Names the block by ExternalGUID."""

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        guid = f"<ExternalGUID>{{00000000-0000-0000-0000-{self.guid_of(block):012}}}</ExternalGUID>"
        end = "</TimeTrackingAdd>"
        return super().write(desk, block, request_id).replace(end, f"{guid}\n{end}")

    def guid_of(self, block: Block) -> int:
        return block.id


class WritesTheFirstGuid(WritesGuids):
    """Every entry has the GUID of the first block."""

    def guid_of(self, block: Block) -> int:
        return 1


class CountsRequests(Exact):
    """The requestID of every hand-out begins with 1, whatever its block."""

    def request_id(self, block: Block, attempt: int) -> str:
        return f"1.{block.id}.{attempt}"


SERVERS: Final[Mapping[str, tuple[type[Exact], Marks]]] = MappingProxyType(
    {
        "notes": (ExactWithMarker, NOTES),
        "notes of the first": (MarksTheFirst, NOTES),
        "first again": (SendsTheFirstAgain, NOTES),
        "first again unmarked": (SendsTheFirstAgainUnmarked, Marks()),
        "guid": (WritesGuids, GUID),
        "guid of the first": (WritesTheFirstGuid, GUID),
        "request id": (Exact, REQUEST),
        "request id of the first": (CountsRequests, REQUEST),
    }
)
"""Name to policy and to the marks that its target file declares."""


def make(server: str, **options: Any) -> Any:
    """One of these servers, as an application."""
    return create_app(policy=SERVERS[server][0](), **options)


def target_of(server: str) -> TargetFile:
    """Its target file, to be run in this process."""
    file = read_target("exact")
    assert file.app is not None
    policy, marks = SERVERS[server]
    kept = {name: value for name, value in file.app.arguments.items() if name != "policy"}
    arguments = {**kept, "server": Template(server, NOWHERE)}
    app = evolve(file.app, path="marked_servers:make", arguments=arguments)
    contract = Contract(proof="marker" if issubclass(policy, ExactWithMarker) else "message_set")
    return evolve(file, name=server, contract=contract, marks=marks, app=app)


@contextmanager
def serving(server: str, folder: Path) -> Iterator[Players]:
    """One of these servers, ready to be played against."""
    with Players(Plan((), target_of(server), environment=dict(os.environ)), folder) as players:
        yield players
