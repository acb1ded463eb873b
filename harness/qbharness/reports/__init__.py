"""Reports: writers on one stream of calls (:class:`qbharness.outcome.Reporter`), each in a module of its own.

:func:`make` builds one from what the user wrote after ``--report``. Nothing is imported before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from qbharness.reports.files import each_once, prepare

if TYPE_CHECKING:
    from qbharness.outcome import Reporter

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "junit": ("junit", "JUnit XML, as CI systems read it"),
    "html": ("html", "one self-contained page"),
    "ndjson": ("ndjson", "the history, one event a line"),
    "md": ("markdown", "Markdown, for a job's summary or a ticket"),
}
"""Kind to (module below this package, what it writes)."""


def make(spec: str, *, strict: bool = False) -> Reporter:
    """The writer of one report file, from ``kind=FILE``, such as ``junit=out.xml``.

    ``strict`` counts what is EXPOSED as failed, as the exit code then does. Raises ``UsageProblem`` for
    what is no such spec, and for a file that cannot be written, before anything is run.
    """
    kind, path = prepare(spec, KINDS)
    module = import_module(f"{__name__}.{KINDS[kind][0]}")
    return cast("Reporter", module.report(path, strict=strict))


def terminal() -> Reporter:
    """The reporter that a person watches: on standard output, rich on a terminal and plain elsewhere."""
    from qbharness.reports.screen import Terminal  # noqa: PLC0415 - nothing is imported before it is used

    return Terminal()


__all__ = ["KINDS", "each_once", "make", "terminal"]
