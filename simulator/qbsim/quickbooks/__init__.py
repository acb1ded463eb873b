"""QuickBooks Desktop, simulated so that a time-and-billing server cannot tell.

::

    CompanyFile   lists, transactions, extensions, recovery, the journal (storage, core)
    QuickBooks    the program: running or not, dialogs, modes, rights, the request processor
      session -> message_sets -> requests -> time_rules, list_rules, queries, ...
    people, iif   what people do in the window
    shapes        the grammar, ready for the engine; answers write a record by it
    statuses      what QuickBooks says, and how surely
"""

from __future__ import annotations

from qbsim.quickbooks.company import Backup, CompanyFile
from qbsim.quickbooks.errors import QuickBooksDied
from qbsim.quickbooks.journal import Actor, JournalRow, present
from qbsim.quickbooks.preferences import Rights
from qbsim.quickbooks.products import Product
from qbsim.quickbooks.program import QuickBooks
from qbsim.quickbooks.selectors import Selector
from qbsim.quickbooks.timesheets import TimesheetRow

__all__ = [
    "Actor",
    "Backup",
    "CompanyFile",
    "JournalRow",
    "Product",
    "QuickBooks",
    "QuickBooksDied",
    "Rights",
    "Selector",
    "TimesheetRow",
    "present",
]
