"""Founds the company file that a scenario begins with, through the acts of people in the window."""

from __future__ import annotations

from typing import Final

from qbharness.scenario.model import Company
from qbsim.errors import SetUpProblem, UsageProblem
from qbsim.quickbooks import CompanyFile, QuickBooks, people
from qbsim.source import Source
from qbsim.switches import Switches

_LISTS: Final = (
    ("employee", "employees"),
    ("vendor", "vendors"),
    ("other name", "other_names"),
    ("customer", "customers"),
    ("item", "items"),
    ("class", "classes"),
    ("payroll item", "payroll_items"),
)


def found_company(
    plan: Company, source: Source, switches: Switches, *, name: str = "", time: bool = True
) -> CompanyFile:
    """A company file in memory with the lists of ``plan``; its time entries too, unless ``time`` is False."""
    company = CompanyFile.create(source=source, switches=switches, name=name or plan.name)
    window = QuickBooks(company, source, switches)
    try:
        for word, attribute in _LISTS:
            for entry in getattr(plan, attribute):
                people.add_name(
                    window, word, entry.name, active=entry.active, uses_time_data=entry.uses_time_data
                )
        for preference, value in plan.preferences.items():
            people.set_preference(window, preference, value)
        for fields in plan.time if time else ():
            people.enter_time(window, **fields.given())
        if plan.closing_date is not None:
            people.close_books(window, plan.closing_date)
    except UsageProblem as refused:
        raise SetUpProblem(
            f"The company of the scenario could not be made: {refused.sentence}", cure=refused.cure
        ) from refused
    return company
