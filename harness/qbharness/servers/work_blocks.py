"""A Work Block's values: what may be written into one, and how hours and dates are read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Final, final

from attrs import asdict, evolve, frozen

from qbharness.servers.problems import BadInput
from qbharness.servers.xml import is_text

LONGEST_NAME: Final = 209
LONGEST_NOTES: Final = 4095
"""Characters that QuickBooks takes: full names of customers and jobs, notes."""

_HOURS: Final = re.compile(r"([0-9]{1,3}):([0-5][0-9])")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@final
@frozen
class Values:
    """The contents of one Work Block. Names are QuickBooks' full names, ``Customer:Job`` included."""

    employee: str
    customer: str
    date: str
    """ISO, ``2026-11-02``."""
    minutes: int
    service_item: str = ""
    class_name: str = ""
    payroll_item: str = ""
    notes: str = ""
    billable: bool = False

    @property
    def hours(self) -> str:
        return write_hours(self.minutes)

    def public(self) -> dict[str, object]:
        """As the JSON API shows it."""
        shown = asdict(self)
        shown["hours"] = write_hours(shown.pop("minutes"))
        shown["class"] = shown.pop("class_name")
        return shown


_FIELDS: Final = (
    "employee",
    "customer",
    "date",
    "hours",
    "service_item",
    "class",
    "payroll_item",
    "notes",
    "billable",
)
_REQUIRED: Final = ("employee", "customer", "date", "hours")


def read_values(given: Mapping[str, Any], base: Values | None = None) -> Values:
    """Values from a mapping with the JSON API's names, on top of ``base``.

    Raises BadInput that names the field. An optional field may be None, which empties it.
    """
    unknown = sorted(set(given) - set(_FIELDS))
    if unknown:
        raise BadInput(
            f"A Work Block has no field {unknown[0]!r}; it has: {', '.join(_FIELDS)}.",
            name=unknown[0],
        )
    if base is None:
        for name in _REQUIRED:
            if given.get(name) in (None, ""):
                raise BadInput(f"A Work Block needs the field {name!r}.", name=name)
    read = dict(_read(name, value) for name, value in given.items())
    return Values(**read) if base is None else evolve(base, **read)


def _read(name: str, value: object) -> tuple[str, Any]:
    if name == "hours":
        return "minutes", read_hours(value)
    if name == "date":
        return "date", read_date(value)
    if name == "billable":
        if value is None or isinstance(value, bool):
            return "billable", bool(value)
        raise BadInput("The field 'billable' is true or false.", name=name)
    longest = LONGEST_NOTES if name == "notes" else LONGEST_NAME
    return {"class": "class_name"}.get(name, name), _text(name, value, longest)


def _text(name: str, value: object, longest: int) -> str:
    if value is None and name not in _REQUIRED:
        return ""
    if not isinstance(value, str):
        raise BadInput(f"The field {name!r} is a text.", name=name)
    if not value.strip() and name in _REQUIRED:
        raise BadInput(f"The field {name!r} may not be empty.", name=name)
    if len(value) > longest:
        raise BadInput(f"The field {name!r} may have {longest} characters at most.", name=name)
    if not is_text(value) or (name != "notes" and not value.isprintable()):
        raise BadInput(f"The field {name!r} has a character that QuickBooks cannot take.", name=name)
    return value


def read_hours(value: object) -> int:
    """Minutes of ``H:MM``; a decimal (7.5) is refused, since people read 7.30 in two ways."""
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise BadInput('Hours are written as hours and minutes, "7:30".', name="hours")
    minutes = int(match[1]) * 60 + int(match[2])
    if minutes == 0:
        raise BadInput("A Work Block of no hours cannot be sent.", name="hours")
    return minutes


def write_hours(minutes: int) -> str:
    """``H:MM``."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def read_date(value: object, name: str = "date") -> str:
    """An ISO date as text, checked against the calendar."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            dt.date.fromisoformat(value)
        except ValueError:
            pass
        else:
            return value
    raise BadInput(f'The field {name!r} is a date like "2026-11-02".', name=name)
