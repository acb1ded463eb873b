"""The command line: a lazy table of commands, and the one place that turns problems into exit codes.

Only this module is imported for ``qbharness --help``; a command's own module, and all that it needs,
is imported when that command runs.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NoReturn, cast

import click

from qbharness import interrupts
from qbharness.cli.exit_codes import INTERRUPTED, USAGE

COMMANDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "run": ("run", "Play scenarios against a sync server and judge it."),
        "explore": ("explore", "Search for lost and doubled hours, and tell each bug in few steps."),
        "replay": ("replay", "Play a failure again: is it fixed?"),
        "rehearse": ("rehearse", "Try a cleanup procedure on a copy of an incident: is it safe?"),
        "lint": ("lint", "Read scenario files and report every mistake in them."),
        "list": ("list_", "List the bundled (or your own) scenarios."),
        "show": ("show", "Tell a scenario in plain English."),
        "connect": ("connect", "Run one update of the fake Web Connector against a server."),
        "company": ("company", "Make, ask, fill, back up and print a fake company file."),
        "probe": ("probe", "Say from its address alone what is wrong with a sync server."),
        "target": ("target", "Check target files: how to reach, start and steer your own server."),
        "server": ("server", "Start one of the two bundled sync servers."),
        "validate": (
            "validate",
            "Say whether QuickBooks would take a qbXML document, and why not.",
        ),
        "schema": ("schema", "Export the qbXML grammar as XSD."),
        "facts": ("facts", "Print every modelled rule, status and switch with its source."),
    }
)
"""Command name to (module below this package, one line of help)."""


class _LazyCommands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{COMMANDS[cmd_name][0]}")
        from qbharness.cli.examples import with_examples  # noqa: PLC0415 - not for the list of commands

        return with_examples(cast("click.Command", module.command), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table's own lines: the commands' modules are not imported for them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qbharness", prog_name="qbharness")
def cli() -> None:
    """Proves that a QuickBooks Desktop sync server delivers every Work Block exactly once."""


def main() -> NoReturn:
    """Run the command line and leave with the exit code that the brief of the project promises."""
    _write_what_the_terminal_has()
    interrupts.install()  # SIGTERM too: a CI job that is cancelled leaves no server behind either
    sys.exit(_run())


def _write_what_the_terminal_has() -> None:
    """Escape what the output's encoding lacks: a pipe on Windows has 256 letters, a document any."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run() -> int:
    try:
        return cast("int | None", cli.main(standalone_mode=False)) or 0
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except click.ClickException as usage:
        usage.show()
        return USAGE
    except Exception as problem:  # noqa: BLE001 - the last line of defence: every problem gets its code
        from qbharness.cli.failures import report  # noqa: PLC0415 - only a failing command needs it

        return report(problem)
