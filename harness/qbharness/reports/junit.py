"""JUnit XML, as CI systems read it: a suite a run, a case a scenario."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Final, final

from qbharness.outcome import Outcome, Status, Summary
from qbharness.reports.failure import as_text, short_reason, source_of, tell
from qbharness.reports.files import Collected
from qbharness.reports.texts import for_xml, printable, title
from qbharness.scenario.library import shown_file
from qbharness.second_schema import as_sentence


@final
class Junit(Collected):
    """BROKEN is a failure, undetermined an error; skipped and known broken are skipped; EXPOSED passes unless
    ``strict``. What the user's own schemas say otherwise is in ``system-err``.
    """

    def render(self, summary: Summary) -> str:
        suite = ET.Element("testsuite", name=_attribute(f"qbharness ({self.target})"))
        seen: Counter[tuple[str, str]] = Counter()
        for outcome in self.outcomes:
            case = self._case(outcome)
            key = (case.get("classname", ""), case.get("name", ""))
            seen[key] += 1
            if seen[key] > 1:  # CI systems merge cases of one name
                case.set("name", f"{key[1]} ({seen[key]})")
            suite.append(case)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
        suite.set("tests", str(len(self.outcomes)))
        suite.set("time", f"{summary.seconds:.3f}")
        root = ET.Element("testsuites", dict(suite.attrib))
        root.append(suite)
        ET.indent(root)
        body = ET.tostring(root, encoding="unicode")
        return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'

    def _case(self, outcome: Outcome) -> ET.Element:
        case = ET.Element(
            "testcase",
            classname=_attribute(folder_of(shown_file(outcome.scenario.file))),
            name=_attribute(title(outcome.scenario)),
            time=f"{outcome.seconds:.3f}",
        )
        place = outcome.scenario.place
        if place is not None:
            case.set("file", _attribute(shown_file(place.file)))
            case.set("line", str(place.line))
        _RESULTS[outcome.status](case, outcome, self.strict)
        if outcome.other_opinions:
            output = ET.SubElement(case, "system-err")
            output.text = for_xml(printable("\n".join(map(as_sentence, outcome.other_opinions))))
        return case


def folder_of(file: str) -> str:
    """The folder that groups a scenario, as a class name: ``lost-answers``; without a file ``scenario``.

    Of an absolute path only the last folder counts, so that reports of two machines compare.
    """
    path = PurePath(file)
    parts = path.parent.parts[-1:] if path.is_absolute() else path.parent.parts
    return ".".join(part for part in parts if part not in {".", "..", "/"}) or "scenario"


def _attribute(text: str) -> str:
    return for_xml(printable(text))


def _said(case: ET.Element, tag: str, outcome: Outcome, kind: str) -> None:
    told = tell(outcome, source_of(outcome.scenario))
    element = ET.SubElement(case, tag, message=_attribute(short_reason(outcome)), type=kind)
    element.text = for_xml(printable(as_text(told)))


def _broken(case: ET.Element, outcome: Outcome, _strict: bool) -> None:
    broken = outcome.judgement.broken if outcome.judgement else ()
    _said(case, "failure", outcome, broken[0].check if broken else "broken")


def _undetermined(case: ET.Element, outcome: Outcome, _strict: bool) -> None:
    _said(case, "error", outcome, "undetermined")


def _exposed(case: ET.Element, outcome: Outcome, strict: bool) -> None:
    if strict:
        _said(case, "failure", outcome, "exposed")
        return
    output = ET.SubElement(case, "system-out")
    output.text = for_xml(printable(as_text(tell(outcome))))


def _skipped(case: ET.Element, outcome: Outcome, _strict: bool) -> None:
    ET.SubElement(case, "skipped", message=_attribute(outcome.reason))


def _held(_case: ET.Element, _outcome: Outcome, _strict: bool) -> None:
    """A case without anything in it has passed."""


_RESULTS: Final[Mapping[Status, Callable[[ET.Element, Outcome, bool], None]]] = {
    Status.BROKEN: _broken,
    Status.UNDETERMINED: _undetermined,
    Status.EXPOSED: _exposed,
    Status.KNOWN: _skipped,
    Status.SKIPPED: _skipped,
    Status.HELD: _held,
}


def report(path: Path, *, strict: bool = False) -> Junit:
    """The writer of ``path``."""
    return Junit(path, strict=strict)
