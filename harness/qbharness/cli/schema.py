"""``qbharness schema``: the grammar as XSD, for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from qbsim.errors import UsageProblem


@click.group()
def command() -> None:
    """Export the qbXML grammar as XSD."""


@command.command()
@click.option("--version", "stated", default="16.0", show_default=True, help="The version of qbXML.")
@click.option(
    "--output",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to write the four files; made if it is not there.",
)
def export(stated: str, folder: Path) -> None:
    """Write the schema of one version under the names that Intuit's files have.

    Load qbxmlopsNNN.xsd; it includes the other three. Written from our own grammar: Intuit's files are
    Intuit's.
    """
    from qbsim.qbxml.grammar import grammar  # noqa: PLC0415 - --help must not wait for it
    from qbsim.qbxml.versions import Version  # noqa: PLC0415
    from qbsim.qbxml.xsd import XsdWriter  # noqa: PLC0415

    files = XsdWriter(grammar(Version.parse(stated))).files()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
            click.echo(folder / name)
    except OSError as error:
        raise UsageProblem(f"{folder} cannot be written: {error.strerror}.") from None
