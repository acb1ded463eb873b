"""Examples below each command's help: the first thing that most people look for.

A command of a group stands here with both words. The tests see to it that every command has one and
that it can be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click

EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "run": (
            "qbharness run lost-answers --target my-server.yaml",
            "qbharness run --jobs 4 --report junit=results.xml,html=results.html",
        ),
        "explore": (
            "qbharness explore --for 10m --target my-server.yaml",
            "qbharness explore --exhaustive --blocks 1..3 --faults 1..2",
        ),
        "replay": ("qbharness replay .qbharness/failures/duplicate.yaml --target my-server.yaml",),
        "rehearse": ("qbharness rehearse delete-the-later-entry --on the-same-hours-are-there-twice",),
        "lint": ("qbharness lint stories/",),
        "list": ("qbharness list --why lost-answers",),
        "show": ("qbharness show the-answer-is-lost-after-quickbooks-committed",),
        "connect": (
            "qbharness company new acme.qbsim",
            "qbharness connect acme.qwc --company acme.qbsim --password-env PASSWORD",
        ),
        "company": (
            "qbharness company new acme.qbsim",
            'qbharness company add acme.qbsim employee "Jane Doe"',
            "qbharness company timesheet acme.qbsim",
        ),
        "company new": ("qbharness company new acme.qbsim --from two-equal-blocks-are-both-sent",),
        "company back-up": ("qbharness company back-up acme.qbsim friday.qbsim",),
        "company restore-backup": ("qbharness company restore-backup acme.qbsim friday.qbsim",),
        "company timesheet": (
            'qbharness company timesheet acme.qbsim --employee "Jane Doe" --week 2026-11-02',
        ),
        "company journal": ("qbharness company journal acme.qbsim --all",),
        "company request": ("qbharness company request acme.qbsim request.xml",),
        "company enter-time": (
            'qbharness company enter-time acme.qbsim --employee "Jane Doe" --date 2026-11-02 --hours 7:30',
        ),
        "company delete-time": (
            'qbharness company delete-time acme.qbsim --employee "Jane Doe" --date 2026-11-02 --which later',
        ),
        "company invoice-time": ("qbharness company invoice-time acme.qbsim --customer Acme --which all",),
        "company pay-time": ('qbharness company pay-time acme.qbsim --employee "Jane Doe" --which all',),
        "company edit-time": ("qbharness company edit-time acme.qbsim --date 2026-11-02 --to hours=8:00",),
        "company import-iif": ("qbharness company import-iif acme.qbsim timer.iif",),
        "company export-iif": ('qbharness company export-iif acme.qbsim --employee "Jane Doe"',),
        "company add": ('qbharness company add acme.qbsim job "Acme:Roof"',),
        "company make-inactive": ('qbharness company make-inactive acme.qbsim employee "Jane Doe"',),
        "company make-active": ('qbharness company make-active acme.qbsim employee "Jane Doe"',),
        "company delete-name": ('qbharness company delete-name acme.qbsim job "Acme:Roof"',),
        "company rename": ('qbharness company rename acme.qbsim employee "Jane Doe" "Jane Roe"',),
        "company merge": ("qbharness company merge acme.qbsim customer Acmee Acme",),
        "company close-books": ("qbharness company close-books acme.qbsim 2026-09-30",),
        "company set-preference": ("qbharness company set-preference acme.qbsim IsUsingClassTracking true",),
        "probe": ("qbharness probe http://localhost:8000/qbwc --user office --password-env PASSWORD",),
        "target": ("qbharness target example simple", "qbharness target check simple.yaml"),
        "target check": ("qbharness target check my-server.yaml",),
        "target schema": ("qbharness target schema > target.schema.json",),
        "target list": ("qbharness target list",),
        "target example": ("qbharness target example simple",),
        "target verdicts": ("qbharness target verdicts exact plain --write verdicts.md",),
        "validate": ("qbharness validate request.xml --version 13.0 --explain",),
        "schema": ("qbharness schema export --output xsd",),
        "schema export": ("qbharness schema export --version 13.0 --output xsd",),
        "facts": ("qbharness facts recovery",),
    }
)
"""Words of a command to what one might type. The bundled servers bring their own."""


def with_examples(command: click.Command, name: str) -> click.Command:
    """The command, and all below it if it is a group, with their examples under the help."""
    if lines := EXAMPLES.get(name):
        title = "Example:" if len(lines) == 1 else "Examples:"
        # \b: the lines are not to be filled.
        command.epilog = "\b\n" + "\n".join((title, *(f"  {line}" for line in lines)))
    if isinstance(command, click.Group):
        for each, below in command.commands.items():
            with_examples(below, f"{name} {each}")
    return command
