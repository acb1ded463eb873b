"""How fast qbXML is read and judged, beside what lxml needs for parsing alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable

from benchmarks import Line, rates, seconds_of
from lxml import etree
from qbxml_support import HOURS

from qbsim.qbxml import judge, read_message_set, write_answer
from qbsim.qbxml.other_schemas import second_opinion
from qbsim.qbxml.parser import parse
from qbsim.qbxml.versions import NEWEST, Version

FIRST_USE = """
import time
from lxml import etree
import qbsim.qbxml
document = {document!r}
start = time.perf_counter()
qbsim.qbxml.read_message_set(document)
print(time.perf_counter() - start)
"""


def first_use() -> float:
    """Seconds until the first document of a version is judged, in a new process, imports not counted."""
    code = FIRST_USE.format(document=HOURS.replace("13.0", "16.0"))
    return min(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    )


def bench_qbxml() -> Iterable[Line]:
    """Reading, refusing, explaining, writing; what is judged beside what lxml does with it."""
    data = HOURS.encode()
    bad = HOURS.replace("PT8H0M0S", "8:30")
    gates, refusing, alone = rates(
        lambda: read_message_set(HOURS), lambda: judge(bad), lambda: etree.fromstring(data)
    )
    yield Line("TimeTrackingAdd: parse + both gates, beside lxml's parse", gates, alone, bar="at least 1/3")
    yield Line("TimeTrackingAdd: refused with its explanation, beside lxml's parse", refusing, alone)
    root = parse(HOURS)
    ours, reference = rates(lambda: write_answer(root), lambda: etree.tostring(root))
    yield Line("TimeTrackingAdd: written as QuickBooks does, beside lxml's tostring", ours, reference)
    yield Line("first use of a version, beside the bar of 0.3 s", first_use(), 0.3, unit="s", bar="below 1")
    yield Line(
        "second opinion of xmlschema, beside our first use",
        seconds_of(lambda: second_opinion(bad, Version(13, 0))),
        seconds_of(lambda: judge(bad, NEWEST)),
        unit="s",
    )
