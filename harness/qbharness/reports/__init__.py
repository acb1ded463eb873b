"""Reports: writers on one stream of calls (:class:`qbharness.outcome.Reporter`), each in a module of its own.

:func:`make` builds one from what the user wrote after ``--report``. Nothing is imported before it is used.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from qbsim.errors import UsageProblem

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
    kind, equals, name = (part.strip() for part in spec.partition("="))
    if kind not in KINDS:
        raise UsageProblem(f"There is no report of the kind {kind!r}.", cure=_nearest(kind))
    if not equals or not name:
        raise UsageProblem(f"The report {kind!r} needs a file.", cure=f"Write {kind}=FILE.")
    path = Path(name)
    if path.is_dir():
        raise UsageProblem(f"{name} is a folder, not a file.", cure=f"Write {kind}={name}/FILE.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise UsageProblem(f"The folder of {name} cannot be made: {trouble.strerror}.") from trouble
    module = import_module(f"{__name__}.{KINDS[kind][0]}")
    return cast("Reporter", module.report(path, strict=strict))


def terminal() -> Reporter:
    """The reporter that a person watches: on standard output, rich on a terminal and plain elsewhere."""
    from qbharness.reports.screen import Terminal  # noqa: PLC0415 - nothing is imported before it is used

    return Terminal()


def _nearest(kind: str) -> str:
    close = difflib.get_close_matches(kind.lower(), KINDS, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Known: {', '.join(KINDS)}; write for example junit=out.xml."


__all__ = ["KINDS", "make", "terminal"]
