"""Servers that keep their promise, but do not send what the Work Block says. See ``broken_servers``."""

from __future__ import annotations

import datetime as dt
import re

from attrs import evolve

from qbharness.servers.desk import Block, Desk
from qbharness.servers.policies.exact import Exact
from qbharness.servers.work_blocks import Values


class _Rewrites(Exact):
    """Writes other values than those of the block."""

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        return super().write(desk, evolve(block, values=self.rewritten(block.values)), request_id)

    def rewritten(self, values: Values) -> Values:
        raise NotImplementedError


class RoundsToHalfHours(_Rewrites):
    """Twenty minutes become nothing, and fifty become thirty."""

    name = "rounds to half hours"

    def rewritten(self, values: Values) -> Values:
        return evolve(values, minutes=values.minutes // 30 * 30)


class TakesMinutesForDecimals(_Rewrites):
    """7:30 is read as 7.30 hours: seven hours and eighteen minutes."""

    name = "takes minutes for decimals"

    def rewritten(self, values: Values) -> Values:
        hours, minutes = divmod(values.minutes, 60)
        return evolve(values, minutes=hours * 60 + minutes * 60 // 100)


class LeavesTheNotesOut(_Rewrites):
    """Nobody reads them anyway."""

    name = "leaves the notes out"

    def rewritten(self, values: Values) -> Values:
        return evolve(values, notes="")


class CutsLongTexts(_Rewrites):
    """Its columns are as wide as somebody once thought enough."""

    name = "cuts long texts"

    def rewritten(self, values: Values) -> Values:
        return evolve(values, notes=values.notes[:255], customer=values.customer[:100])


class TidiesBlanks(_Rewrites):
    """Every run of blanks becomes one."""

    name = "tidies blanks"

    def rewritten(self, values: Values) -> Values:
        return evolve(values, notes=" ".join(values.notes.split()))


class SpeaksAsciiOnly(_Rewrites):
    """Letters with accents become question marks."""

    name = "speaks ASCII only"

    def rewritten(self, values: Values) -> Values:
        notes, employee = (
            text.encode("ascii", "replace").decode() for text in (values.notes, values.employee)
        )
        return evolve(values, notes=notes, employee=employee)


class EscapesTwice(_Rewrites):
    """What is escaped when it is stored is escaped again when it is sent."""

    name = "escapes twice"

    def rewritten(self, values: Values) -> Values:
        notes = values.notes.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;")
        return evolve(values, notes=notes, customer=values.customer.replace("&", "&amp;"))


class FillsInTemplates(_Rewrites):
    """Notes pass through the template of the page on their way."""

    name = "fills in templates"

    def rewritten(self, values: Values) -> Values:
        return evolve(values, notes=re.sub(r"\{\{.*?\}\}", "49", values.notes))


class ForgetsWhatIsBillable(_Rewrites):
    """Nothing is ever billed."""

    name = "forgets what is billable"

    def rewritten(self, values: Values) -> Values:
        return evolve(values, billable=False)


class CountsDaysFromMidnight(_Rewrites):
    """A day has 24 hours; on the days that have 23 or 25 it is off by one."""

    name = "counts days from midnight"

    def rewritten(self, values: Values) -> Values:
        day = dt.date.fromisoformat(values.date)
        sunday = day.isoweekday() == 7
        spring = sunday and day.month == 3 and 8 <= day.day <= 14
        autumn = sunday and day.month == 11 and day.day <= 7
        return evolve(values, date=(day + dt.timedelta(spring - autumn)).isoformat())


class KnowsNoLeapDay(_Rewrites):
    """The twenty-ninth of February is the first of March."""

    name = "knows no leap day"

    def rewritten(self, values: Values) -> Values:
        return evolve(values, date=re.sub(r"-02-29$", "-03-01", values.date))


class DatesByItsClock(Exact):
    """The entry gets the day on which it is sent."""

    name = "dates by its clock"

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        today = evolve(block.values, date=desk.clock.stamp()[:10])
        return super().write(desk, evolve(block, values=today), request_id)


class SendsJobsWithoutTheirCustomer(_Rewrites):
    """``Acme:Roof`` is sent as ``Roof``."""

    name = "sends jobs without their customer"

    def rewritten(self, values: Values) -> Values:
        return evolve(values, customer=values.customer.rpartition(":")[2])


class ForgetsToEscape(Exact):
    """It pastes texts together."""

    name = "forgets to escape"

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        bare = evolve(block.values, notes="", customer="")
        request = super().write(desk, evolve(block, values=bare), request_id)
        customer, notes = block.values.customer, block.values.notes
        if customer:
            named = f"</EntityRef>\n<CustomerRef><FullName>{customer}</FullName></CustomerRef>"
            request = request.replace("</EntityRef>", named)
        if notes:
            request = request.replace("<BillableStatus>", f"<Notes>{notes}</Notes>\n<BillableStatus>")
        return request


class SaysYesToBillable(Exact):
    """``Yes`` is no word of qbXML's BillableStatus."""

    name = "says Yes to billable"

    def write(self, desk: Desk, block: Block, request_id: str) -> str:
        return super().write(desk, block, request_id).replace(">Billable<", ">Yes<")
