"""Work Blocks from a CSV text: a header line with field names, then one block a line."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from qbharness.servers.problems import BadInput
from qbharness.servers.work_blocks import Values, read_values

_TRUTH: Final = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}
_MOST: Final = 10_000


def read_csv(text: str) -> list[Values]:
    """Every block of the text, or BadInput that names the line of the first mistake."""
    try:
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
        names = [(name or "").strip().lower().replace(" ", "_") for name in rows.fieldnames or []]
        if len(set(names)) != len(names) or not names:
            raise BadInput("The first line of the CSV names each field once: employee,customer,date,hours")
        rows.fieldnames = names
        read = [_read(row, rows.line_num) for row in rows]
    except csv.Error as problem:
        raise BadInput(f"The CSV cannot be read: {problem}.") from None
    if not read:
        raise BadInput("The CSV has no Work Block under its first line.")
    if len(read) > _MOST:
        raise BadInput(f"The CSV has more than {_MOST} Work Blocks; import it in parts.")
    return read


def _read(row: dict[str, Any], line: int) -> Values:
    if None in row or None in row.values():
        raise BadInput(f"Line {line} has more or fewer values than the first line has names.")
    given: dict[str, Any] = dict(row)
    try:
        if "billable" in given:
            given["billable"] = _truth(given["billable"])
        return read_values(given)
    except BadInput as problem:
        raise BadInput(f"Line {line}: {problem.sentence}", name=problem.name) from None


def _truth(text: str) -> bool:
    try:
        return _TRUTH[text.strip().lower()]
    except KeyError:
        raise BadInput("The field 'billable' is yes or no.", name="billable") from None
