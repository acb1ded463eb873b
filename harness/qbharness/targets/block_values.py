"""The fields of a Work Block as templates see them: every name there, what was not given is none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from qbharness.targets.template import BLOCK_FIELDS, FILTERS
from qbharness.yaml_text import nearest
from qbsim.errors import UsageProblem

_TRUTH: Final = {"true": True, "false": False}


def block_values(fields: Mapping[str, str]) -> Mapping[str, object]:
    """Complete and typed: hours as ``7:30``, seconds and minutes as numbers, billable true or false.

    Raises :class:`UsageProblem` for a name or a form that no block has.
    """
    for name in fields:
        if name not in BLOCK_FIELDS:
            raise UsageProblem(f"A block has no field {name!r}.", cure=nearest(name, BLOCK_FIELDS))
    values: dict[str, object] = {name: fields.get(name) for name in BLOCK_FIELDS}
    time = fields.get("seconds") or fields.get("hours")
    if "minutes" in fields:
        time = str(int(fields["minutes"]) * 60)
    for form in ("hours", "seconds", "minutes"):
        values[form] = FILTERS[form](time)  # type: ignore[operator]
    if (day := fields.get("date")) is not None:
        values["date"] = _day(day)
    if (billable := fields.get("billable")) is not None:
        if billable not in _TRUTH:
            raise UsageProblem(f"billable is true or false, not {billable!r}.")
        values["billable"] = _TRUTH[billable]
    return MappingProxyType(values)


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageProblem(f"{text!r} is not a date.", cure="Write it as 2026-11-02.") from None
