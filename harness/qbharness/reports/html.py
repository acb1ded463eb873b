"""One self-contained page: nothing is fetched, nothing is executed, everything is escaped.

The page has no script; folding, filtering and printing are HTML and CSS alone, so its Content Security
Policy can forbid everything but its own style sheet.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, final

from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from qbharness.checks.registry import Finding, Verdict, all_checks
from qbharness.history import (
    Answer,
    CallAnswered,
    CallSent,
    Fault,
    HandedOut,
    History,
    Ledger,
    Processed,
    UpdateEnded,
    UpdateStarted,
)
from qbharness.outcome import Outcome, Status, Summary
from qbharness.reports.diagram import Diagram, diagram_of
from qbharness.reports.failure import Told, only_with, short_reason, source_of, tell
from qbharness.reports.files import Collected
from qbharness.reports.highlight import highlighted
from qbharness.reports.narration import FINE
from qbharness.reports.texts import first_sentence, for_xml, plural, printable
from qbharness.reports.weeks import Week, weeks_of
from qbharness.scenario.library import shown_file
from qbharness.second_schema import as_sentence

SIGNS: Final[Mapping[Status, str]] = {
    Status.BROKEN: "✕",
    Status.UNDETERMINED: "?",
    Status.EXPOSED: "!",
    Status.KNOWN: "≈",
    Status.SKIPPED: "–",
    Status.HELD: "✓",
}


@final
@frozen
class Exchange:
    """One call, with all that belongs to it. ``about`` is what it carried, in a few words."""

    call: int
    operation: str
    about: str
    trouble: bool
    arguments: Mapping[str, str]
    value: str
    error: str
    requests: tuple[str, ...]
    answers: tuple[Answer, ...]
    remarks: tuple[str, ...]


@final
@frozen
class UpdateShown:
    """One update and its calls."""

    heading: str
    shown: str
    bad: bool
    exchanges: tuple[Exchange, ...]


@final
@frozen
class CheckShown:
    """One check and what it says of this run."""

    name: str
    promise: str
    verdict: str
    reasons: tuple[str, ...]


@final
@frozen
class Section:
    """One scenario on the page; ``anchor`` is its id."""

    anchor: str
    outcome: Outcome
    status: Status
    told: Told
    reason: str
    diagram: Diagram | None
    weeks: tuple[Week, ...]
    updates: tuple[UpdateShown, ...]
    checks: tuple[CheckShown, ...]
    other_opinions: tuple[str, ...]


@final
class Html(Collected):
    """Keeps the outcomes, and writes the page at the end."""

    def render(self, summary: Summary) -> str:
        return page(self.outcomes, summary, self.target)


def page(outcomes: list[Outcome], summary: Summary, target: str) -> str:
    """The whole page."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            style=Markup(style),  # noqa: S704 - our own style sheet
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
            "form-action 'none'",
            heading=f"{plural(len(outcomes), 'scenario')} against {target}",
            counts=[(status, count) for status, count in summary.counts.items() if count],
            sections=[section(outcome, number) for number, outcome in enumerate(outcomes, start=1)],
        )
    )


@cache
def _style() -> str:
    return files("qbharness.reports").joinpath("templates/page.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("qbharness.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"highlighted": _highlighted, "only_with": only_with, "shown_file": shown_file}
    environment.globals["signs"] = SIGNS
    return environment


def _harmless(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Markup):
        return for_xml(printable(value))
    return value


def _highlighted(text: str) -> Markup:
    return highlighted(for_xml(printable(text)))


# ------------------------------------------------------------------------------------ one scenario


def section(outcome: Outcome, number: int) -> Section:
    """Everything that the page shows of one scenario."""
    history = outcome.history
    ledger = history.last(Ledger)
    return Section(
        f"scenario-{number}",
        outcome,
        outcome.status,
        tell(outcome, source_of(outcome.scenario)),
        first_sentence(short_reason(outcome)),
        diagram_of(history) if len(history) > 1 else None,
        weeks_of(ledger.entries) if ledger else (),
        tuple(_updates(history)),
        tuple(_checks(outcome)),
        tuple(dict.fromkeys(map(as_sentence, outcome.other_opinions))),
    )


def _checks(outcome: Outcome) -> Iterator[CheckShown]:
    if outcome.judgement is None:
        return
    known = all_checks()
    for name in outcome.judgement.checks:
        findings = [finding for finding in outcome.judgement.findings if finding.check == name]
        promise = known[name].promise if name in known else ""
        yield CheckShown(name, promise, _verdict(findings), tuple(f.sentence for f in findings))


def _verdict(findings: list[Finding]) -> str:
    found = {finding.verdict for finding in findings}
    return next((verdict for verdict in Verdict if verdict in found), Verdict.HELD).value


def _updates(history: History) -> Iterator[UpdateShown]:
    ends = {end.update: end for end in history.all(UpdateEnded)}
    for started in history.all(UpdateStarted):
        end = ends.get(started.update)
        quiet = " (quiet)" if started.quiet else ""
        percent = "" if end is None or end.progress is None else f" ({end.progress} %)"
        yield UpdateShown(
            f"Update {started.update} on {started.pc}{quiet}",
            f"{end.last_error or end.shown}{percent}" if end else "",
            bool(end and (end.last_error or end.end not in FINE)),
            tuple(_exchanges(history, started.update)),
        )


def _exchanges(history: History, update: int) -> Iterator[Exchange]:
    replies = {reply.call: reply for reply in history.all(CallAnswered)}
    for sent in history.all(CallSent):
        if sent.update != update:
            continue
        reply = replies.get(sent.call)
        handed = [event for event in history.all(HandedOut) if event.call == sent.call]
        processed = [event for event in history.all(Processed) if event.call == sent.call]
        faults = [event for event in history.all(Fault) if event.call == sent.call and event.fired]
        remarks = [f"{fault.word} ({fault.anchor})" for fault in faults]
        remarks += [event.refusal for event in handed if event.refusal]
        remarks += [text for event in handed for text in event.value_refusals]
        remarks += [f"{event.hresult} {event.text}".strip() for event in processed if event.hresult]
        rows = [entry.hours.as_sentence() for event in handed for entry in event.entries]
        others = [name for event in handed for name in event.requests if not event.entries]
        yield Exchange(
            sent.call,
            sent.operation,
            "; ".join(rows or others),
            bool(faults or remarks or reply is None or reply.error or not reply.reached or not reply.learned),
            sent.arguments,
            "\n".join(reply.value) if reply else "",
            _end(reply),
            tuple(event.text for event in handed),
            tuple(answer for event in processed for answer in event.answers),
            tuple(remarks),
        )


def _end(reply: CallAnswered | None) -> str:
    if reply is None:
        return "The call never ended."
    if not reply.reached:
        return f"The server never got the call. {reply.error}".strip()
    if not reply.learned:
        return f"The server answered, but the Web Connector never learned it. {reply.error}".strip()
    twice = f"The server got the call {reply.deliveries} times. " if reply.deliveries > 1 else ""
    return f"{twice}{reply.error}".strip()


def report(path: Path, *, strict: bool = False) -> Html:
    """The writer of ``path``."""
    return Html(path, strict=strict)
