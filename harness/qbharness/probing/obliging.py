"""A QuickBooks that has every name a request asks for: a probe knows nothing of the server's customers.

Only names are invented, before the request is executed; everything else is the ordinary simulator.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, final

from qbharness.world.handouts import read_hand_out
from qbsim.errors import Problem
from qbsim.processor import RequestProcessor
from qbsim.quickbooks import CompanyFile, QuickBooks, people
from qbsim.source import Source
from qbsim.switches import Switches

_LISTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "employee": "employee",
        "customer": "customer",
        "service_item": "item",
        "class_": "class",
        "payroll_item": "payroll item",
    }
)
"""The field of a row of hours to the word for the list that its name lives in."""


@final
class ObligingQuickBooks:
    """A :class:`RequestProcessor` on a company file of its own, kept over several updates."""

    def __init__(self, source: Source, switches: Switches) -> None:
        self.company = CompanyFile.create(source=source, switches=switches)
        self._window = QuickBooks(self.company, source, switches)
        self._known: set[tuple[str, str]] = set()
        self._inner: RequestProcessor = self._window.request_processor()

    def process_request(self, ticket: str, request: str, *, call: int | None = None) -> str:
        """Add the names that ``request`` refers to, then execute it."""
        for entry in read_hand_out(request, call=0, update=0, delivery=0, resolve=_unresolved).entries:
            for field, word in _LISTS.items():
                self._welcome(word, str(getattr(entry.hours, field)))
        return self._inner.process_request(ticket, request, call=call)

    def _welcome(self, word: str, name: str) -> None:
        """Add ``Acme``, then ``Acme:Roof``."""
        parts = name.split(":") if name else []
        for depth in range(1, len(parts) + 1):
            level = ":".join(parts[:depth])
            if (word, level.casefold()) in self._known:
                continue
            self._known.add((word, level.casefold()))
            try:
                people.add_name(self._window, word, level)
            except Problem:
                return  # a name that QuickBooks does not take: the request will be told so

    def open_connection(self, app_id: str, app_name: str) -> None:
        self._inner.open_connection(app_id, app_name)

    def begin_session(self, company_file: str) -> str:
        """Whatever file the server names, this is the one that is open."""
        del company_file
        return self._inner.begin_session("")

    def current_company_file_name(self, ticket: str) -> str:
        return self._inner.current_company_file_name(ticket)

    def newest_qbxml_version(self, ticket: str) -> tuple[int, int]:
        return self._inner.newest_qbxml_version(ticket)

    def country(self, ticket: str) -> str:
        return self._inner.country(ticket)

    def end_session(self, ticket: str) -> None:
        self._inner.end_session(ticket)

    def close_connection(self) -> None:
        self._inner.close_connection()


def _unresolved(_reference: str, _list_id: str) -> str:
    return ""
