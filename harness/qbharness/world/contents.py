"""Between the forms in which one row of hours appears: plan, target, history."""

from __future__ import annotations

from typing import Any, Final

from qbharness.history import Hours
from qbharness.scenario.model import BlockFields

_SAME: Final = ("employee", "customer", "service_item", "class_", "payroll_item", "notes")


def hours_of(fields: BlockFields) -> Hours:
    """The contents that a block of the plan has."""
    return Hours(
        employee=fields.employee or "",
        date=fields.date.isoformat() if fields.date else "",
        seconds=int(fields.hours.total_seconds()) if fields.hours is not None else 0,
        customer=fields.customer or "",
        service_item=fields.service_item or "",
        class_=fields.class_ or "",
        payroll_item=fields.payroll_item or "",
        notes=fields.notes or "",
        billable=fields.billable,
    )


def pattern_of(fields: BlockFields) -> dict[str, Any]:
    """The fields that are given, under the names that :class:`Hours` has for them."""
    pattern: dict[str, Any] = {}
    for name, value in fields.given().items():
        match name:
            case "hours":
                pattern["seconds"] = int(value.total_seconds())
            case "date":
                pattern["date"] = value.isoformat()
            case _:
                pattern[name] = value
    return pattern


def for_target(fields: BlockFields) -> dict[str, str]:
    """The fields that are given, as texts for a target's operation."""
    texts: dict[str, str] = {}
    for name, value in pattern_of(fields).items():
        key = "class" if name == "class_" else name
        texts[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return texts
