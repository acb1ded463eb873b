"""``qbharness validate``: would QuickBooks take this document, and if not, why not?"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from qbharness.cli.exit_codes import BROKEN, UNDETERMINED
from qbsim.errors import SimulatorGap, UsageProblem

if TYPE_CHECKING:
    from qbsim.qbxml.messages import Verdict
    from qbsim.qbxml.other_schemas import SecondOpinion, TheirSchemas
    from qbsim.qbxml.refusals import Refusal


_LINE_END: Final = re.compile(r"\r\n|[\r\n]")
"""What XML calls the end of a line; Python knows more of them."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option(
    "--version", "stated", metavar="13.0", help="Judge by this version, whatever the document states."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document.")
@click.option(
    "--schema",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Judge by the XSDs of your own QuickBooks SDK as well, and report every disagreement.",
)
@click.option(
    "--explain", is_flag=True, help="Ask a second, independent validator (xmlschema) for its words."
)
def command(
    files: tuple[str, ...], stated: str | None, as_json: bool, folder: Path | None, explain: bool
) -> None:
    """Say whether QuickBooks would take a qbXML document, and why not.

    FILE may be - for standard input. Requests are judged by the version that they state, answers by the
    newest. Exit code: 0 all accepted, 1 one refused, 4 a file cannot be read, 6 one has a version of which
    no schema was found.
    """
    from qbsim.qbxml.grammar import grammar  # noqa: PLC0415 - --help must not wait for lxml
    from qbsim.qbxml.messages import examine  # noqa: PLC0415
    from qbsim.qbxml.other_schemas import TheirSchemas, second_opinion  # noqa: PLC0415
    from qbsim.qbxml.versions import Version  # noqa: PLC0415

    version = grammar(Version.parse(stated)).version if stated else None
    theirs = TheirSchemas(folder) if folder else None
    refused = unjudged = False
    for name in files:
        text = _read(name)
        try:
            verdict = examine(text, version)
        except SimulatorGap as gap:
            unjudged = True
            click.echo(_gap_as_json(name, gap) if as_json else f"{_shown(name)}: not judged: {gap}")
            continue
        refused = refused or bool(verdict.refusals)
        opinion = second_opinion(text, verdict.version) if explain and verdict.version else None
        show = _json if as_json else _tell
        for line in show(_Told(name, text, verdict, theirs, opinion)):
            click.echo(line)
    if refused or unjudged:
        sys.exit(BROKEN if refused else UNDETERMINED)


class _Told:
    """One document and all that is to be said of it."""

    def __init__(
        self,
        name: str,
        text: bytes,
        verdict: Verdict,
        theirs: TheirSchemas | None,
        opinion: SecondOpinion | None,
    ) -> None:
        self.name = _shown(name)
        self.lines = _LINE_END.split(text.decode("utf-8", "replace"))
        self.verdict = verdict
        self.is_answer = b"MsgsRs" in text and any(name.endswith("Rs") for name in verdict.messages)
        self.opinion = opinion
        self.disagreement = theirs.disagreement(text, verdict) if theirs else None


def _shown(name: str) -> str:
    return "standard input" if name == "-" else name


def _read(name: str) -> bytes:
    """The document, and one byte more than is ever read of it: the parser refuses what is longer."""
    from qbsim.qbxml.parser import MAX_CHARACTERS  # noqa: PLC0415

    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_CHARACTERS + 1)
        with Path(name).open("rb") as file:
            return file.read(MAX_CHARACTERS + 1)
    except OSError as error:
        raise UsageProblem(f"{name} cannot be read: {error.strerror}.") from None


# --- for people ---------------------------------------------------------------------------------


def _tell(told: _Told) -> list[str]:
    verdict = told.verdict
    if not verdict.refusals:
        count = len(verdict.messages)
        what = "message" if count == 1 else "messages"
        lines = [f"{told.name}: accepted (qbXML {verdict.version}, {count} {what})"]
    else:
        lines = [line for refusal in verdict.refusals for line in _tell_refusal(told, refusal)]
    if told.opinion is not None:
        said = "accepts it" if told.opinion.accepted else f"refuses it: {told.opinion.detail}"
        lines.append(f"    xmlschema, on our schema, {said}")
    if told.disagreement is not None:
        why = " (meant: the rule goes beyond what an XSD can say)" if told.disagreement.meant else ""
        ours, theirs = told.disagreement.ours, told.disagreement.theirs
        lines.append(f"    DISAGREEMENT{why}: we say: {ours}; your schema: {theirs}")
    return lines


def _tell_refusal(told: _Told, refusal: Refusal) -> list[str]:
    place = f"{told.name}:{refusal.place}" if refusal.place else told.name
    if told.is_answer:
        verdict = f"refused by {refusal.gate}; no QuickBooks writes such an answer"
    elif refusal.gate == "value":
        verdict = f"refused by value; QuickBooks answers this request with status {refusal.status_code}"
    else:
        code = "0x80040423" if refusal.rule == "qbxml.version" else "0x80040400"
        verdict = f"refused by structure; QuickBooks fails the whole message set with {code}"
    lines = [f"{place}: {verdict}"]
    if 0 < refusal.line <= len(told.lines):
        lines += _excerpt(told.lines[refusal.line - 1], refusal.column)
    if refusal.path:
        lines.append(f"    where    {refusal.path}")
    if refusal.found:
        lines.append(f"    found    {_shortened(refusal.found)}")
    if refusal.allowed:
        lines.append(f"    allowed  {_listed(refusal.allowed)}")
    lines.append(f"    likely   {refusal.likely}")
    if refusal.status_message and not told.is_answer:
        lines.append(f"    status   {refusal.status_code} {_shortened(refusal.status_message)}")
    return lines


def _excerpt(line: str, column: int) -> list[str]:
    start = max(0, column - 41)
    shown = line[start : start + 100].replace("\t", " ").rstrip()
    blanks = len(shown) - len(shown.lstrip())
    return [f"    {shown.strip()}", f"    {' ' * (column - 1 - start - blanks)}^"]


def _shortened(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:80]} … {text[-30:]}"


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:12])
    return shown if len(names) <= 12 else f"{shown} and {len(names) - 12} more"


# --- for machines -------------------------------------------------------------------------------


def _gap_as_json(name: str, gap: SimulatorGap) -> str:
    document: dict[str, Any] = {
        "file": _shown(name),
        "accepted": None,
        "version": None,
        "messages": [],
        "refusals": [],
        "not_judged": str(gap),
    }
    return json.dumps(document)


def _json(told: _Told) -> list[str]:
    verdict = told.verdict
    document: dict[str, Any] = {
        "file": told.name,
        "accepted": not verdict.refusals,
        "version": str(verdict.version) if verdict.version else None,
        "messages": list(verdict.messages),
        "refusals": [_as_data(refusal) for refusal in verdict.refusals],
    }
    if told.opinion is not None:
        document["xmlschema"] = {"accepted": told.opinion.accepted, "detail": told.opinion.detail}
    if told.disagreement is not None:
        theirs = told.disagreement
        document["disagreement"] = {"ours": theirs.ours, "theirs": theirs.theirs, "meant": theirs.meant}
    return [json.dumps(document)]


def _as_data(refusal: Refusal) -> dict[str, Any]:
    import attrs  # noqa: PLC0415

    return attrs.asdict(refusal)
