"""Ten thousand steps against a plain dictionary: adds, changes, deletes, merges, backups, restores."""

from __future__ import annotations

import copy
from typing import Any

from attrs import define, field
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from quickbooks_support import Desk, Reply, desk, list_add, list_mod, time_add, time_mod

from qbsim.quickbooks import people, present

NAMES = st.sampled_from(["Acme", "ACME", "Bolt", "Roof", "roof", "Jane Doe"])
PEOPLE = st.sampled_from(["Jane Doe", "jane doe", "Vera Vendor", "Nobody"])
DAYS = st.integers(1, 28).map("2026-11-{:02d}".format)
MINUTES = st.integers(1, 2000)
NOTES = st.sampled_from(["", "framing", "a & b <c>", "Söhne"])
PICK = st.integers(0, 1 << 30)
EMPLOYEES = {"jane doe": "Jane Doe", "vera vendor": "Vera Vendor"}


@define
class Model:
    """What a company file should hold: customers by ListID, time by TxnID, and who took which name."""

    customers: dict[str, tuple[str, str | None]] = field(factory=dict)
    time: dict[str, dict[str, Any]] = field(factory=dict)

    def full_name(self, list_id: str) -> str:
        name, parent = self.customers[list_id]
        return name if parent is None else f"{self.full_name(parent)}:{name}"

    def depth(self, list_id: str) -> int:
        return self.full_name(list_id).count(":")

    def taken(self, name: str, parent: str | None, own: str | None = None) -> bool:
        full = (name if parent is None else f"{self.full_name(parent)}:{name}").casefold()
        others = {self.full_name(one).casefold() for one in self.customers if one != own}
        return full in others | set(EMPLOYEES)

    def children(self, list_id: str) -> list[str]:
        return [one for one, (_, parent) in self.customers.items() if parent == list_id]

    def used(self, list_id: str) -> bool:
        return bool(self.children(list_id)) or any(row["customer"] == list_id for row in self.time.values())

    def rows(self) -> list[tuple[Any, ...]]:
        return sorted(
            (
                txn_id,
                row["employee"],
                self.full_name(row["customer"]) if row["customer"] else "",
                row["date"],
                row["minutes"] * 60,
                row["notes"],
            )
            for txn_id, row in self.time.items()
        )


class CompanyFileAgainstAModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.at: Desk = desk(filled=False)
        people.fill(self.at.qb, employees=["Jane Doe"], vendors=["Vera Vendor"])
        self.model = Model()
        self.backups: list[Model] = []
        self.sets = 0

    def customer(self, pick: int) -> str:
        return list(self.model.customers)[pick % len(self.model.customers)]

    def entry(self, pick: int) -> str:
        return list(self.model.time)[pick % len(self.model.time)]

    def sequence(self, family: str, record_id: str) -> str:
        if family == "txn":
            txn = self.at.company.transactions.by_id(record_id)
            assert txn is not None
            return str(txn.edit_sequence)
        element = self.at.company.lists.by_id("names", record_id)
        assert element is not None
        return str(element.edit_sequence)

    # Time

    @rule(who=PEOPLE, pick=PICK, day=DAYS, minutes=MINUTES, notes=NOTES, lost=st.booleans())
    def add_time(self, who: str, pick: int, day: str, minutes: int, notes: str, lost: bool) -> None:
        customer = self.customer(pick) if self.model.customers and pick % 3 else None
        full_name = self.model.full_name(customer) if customer else None
        body = time_add(
            employee=who,
            customer=full_name,
            date=day,
            duration=f"PT{minutes}M",
            notes=notes.replace("&", "&amp;").replace("<", "&lt;") or None,
        )
        self.sets += 1
        reply: Reply = self.at.ask(body, newMessageSetID=f"s{self.sets}")[0]
        if lost:
            again = self.at.ask(body, newMessageSetID=f"s{self.sets}")[0]
            assert again.value("*/TxnID") == reply.value("*/TxnID")
        if who.casefold() not in EMPLOYEES:
            assert reply.code == 3140
            return
        txn_id = reply.value("*/TxnID") or ""
        assert (reply.code, txn_id in self.model.time) == (0, False)
        self.model.time[txn_id] = {
            "employee": EMPLOYEES[who.casefold()],
            "customer": customer,
            "date": day,
            "minutes": minutes,
            "notes": notes,
        }

    @precondition(lambda self: self.model.time)
    @rule(pick=PICK, minutes=MINUTES, stale=st.booleans(), clear=st.booleans())
    def change_time(self, pick: int, minutes: int, stale: bool, clear: bool) -> None:
        txn_id = self.entry(pick)
        row = self.model.time[txn_id]
        sequence = "1" if stale else self.sequence("txn", txn_id)
        inner = (
            f"<EntityRef><FullName>{row['employee']}</FullName></EntityRef>"
            f"{'<CustomerRef/>' if clear else ''}<Duration>PT{minutes}M</Duration>"
        )
        reply = self.at.one(time_mod(txn_id, sequence, inner))
        assert reply.code == (3200 if stale else 0)
        if not stale:
            row["minutes"] = minutes
            row["customer"] = None if clear else row["customer"]

    @precondition(lambda self: self.model.time)
    @rule(pick=PICK)
    def delete_time(self, pick: int) -> None:
        txn_id = self.entry(pick)
        body = f"<TxnDelRq><TxnDelType>TimeTracking</TxnDelType><TxnID>{txn_id}</TxnID></TxnDelRq>"
        assert self.at.ask(body + body, onError="continueOnError").codes == [0, 3120]
        del self.model.time[txn_id]

    # Names

    @rule(name=NAMES, pick=PICK)
    def add_customer(self, name: str, pick: int) -> None:
        parent = self.customer(pick) if self.model.customers and pick % 2 else None
        if parent is not None and self.model.depth(parent) > 3:
            parent = None
        inner = f"<Name>{name}</Name>"
        if parent is not None:
            inner += f"<ParentRef><ListID>{parent}</ListID></ParentRef>"
        reply = self.at.one(list_add("Customer", inner))
        if self.model.taken(name, parent):
            assert reply.code == 3100
        else:
            assert reply.code == 0
            self.model.customers[reply.value("*/ListID") or ""] = (name, parent)

    @precondition(lambda self: self.model.customers)
    @rule(name=NAMES, pick=PICK)
    def rename_customer(self, name: str, pick: int) -> None:
        list_id = self.customer(pick)
        _, parent = self.model.customers[list_id]
        body = list_mod("Customer", list_id, self.sequence("names", list_id), f"<Name>{name}</Name>")
        code = self.at.one(body).code
        if self.model.taken(name, parent, list_id):
            assert code == 3100
        else:
            assert code == 0
            self.model.customers[list_id] = (name, parent)

    @precondition(lambda self: self.model.customers)
    @rule(pick=PICK)
    def delete_customer(self, pick: int) -> None:
        list_id = self.customer(pick)
        body = f"<ListDelRq><ListDelType>Customer</ListDelType><ListID>{list_id}</ListID></ListDelRq>"
        code = self.at.one(body).code
        if self.model.used(list_id):
            assert code == 3175
        else:
            assert code == 0
            del self.model.customers[list_id]

    @precondition(lambda self: len(self.model.customers) > 1)
    @rule(first=PICK, second=PICK)
    def merge_customers(self, first: int, second: int) -> None:
        source, target = self.customer(first), self.customer(second)
        pair = ""
        for name, one in (("MergeFrom", source), ("MergeTo", target)):
            sequence = self.sequence("names", one)
            pair += f"<{name}><ListID>{one}</ListID><EditSequence>{sequence}</EditSequence></{name}>"
        code = self.at.one(f"<ListMergeRq><ListMergeType>Customer</ListMergeType>{pair}</ListMergeRq>").code
        below = [
            {self.model.customers[child][0].casefold() for child in self.model.children(one)}
            for one in (source, target)
        ]
        if source == target or self.model.customers[source][1] != self.model.customers[target][1]:
            assert code == 3210
        elif below[0] & below[1]:
            assert code == 3100
        else:
            assert code == 0
            self.merge_in_model(source, target)

    def merge_in_model(self, source: str, target: str) -> None:
        for child in self.model.children(source):
            self.model.customers[child] = (self.model.customers[child][0], target)
        for row in self.model.time.values():
            if row["customer"] == source:
                row["customer"] = target
        del self.model.customers[source]

    # Backups

    @rule()
    def back_up(self) -> None:
        people.back_up(self.at.qb, str(len(self.backups)))
        self.backups.append(copy.deepcopy(self.model))

    @precondition(lambda self: self.backups)
    @rule(pick=PICK)
    def restore(self, pick: int) -> None:
        number = pick % len(self.backups)
        people.restore_backup(self.at.qb, str(number))
        self.model = copy.deepcopy(self.backups[number])
        self.at.sign_in()

    # What must hold after every step

    @invariant()
    def the_books_are_those_of_the_model(self) -> None:
        rows = sorted(
            (row.txn_id, row.employee, row.customer, row.date, row.duration, row.notes)
            for row in self.at.company.timesheet()
        )
        assert rows == self.model.rows()
        found = {one.list_id: one.full_name for one in self.at.company.lists.all("Customer")}
        assert found == {one: self.model.full_name(one) for one in self.model.customers}

    def teardown(self) -> None:
        journal = present(self.at.company.journal())
        there = {row.id for row in journal if (row.record, row.action) == ("TimeTracking", "add")}
        gone = {row.id for row in journal if (row.record, row.action) == ("TimeTracking", "delete")}
        assert there - gone == set(self.model.time)


TestCompanyFileAgainstAModel = CompanyFileAgainstAModel.TestCase
TestCompanyFileAgainstAModel.settings = settings(
    max_examples=260,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
