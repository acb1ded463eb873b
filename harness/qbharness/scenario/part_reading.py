"""From YAML nodes to faults and expectations; adds to :class:`Reading` what only they need."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from qbharness.scenario.contents import BlockFields
from qbharness.scenario.expectations import (
    EXPECTATIONS,
    Expectation,
    TimesheetIs,
    TimesheetRow,
    UpdatesNeeded,
)
from qbharness.scenario.faults import (
    CALLS_ABOUT_A_BLOCK,
    FAULTS,
    Anchor,
    Fault,
    QuickBooksKilled,
)
from qbharness.scenario.kinds import Kind, Written, written_fields
from qbharness.scenario.reading import ROWS, Reading, T, and_, nearest_of
from qbharness.yaml_text import Fields, Items, Node, Scalar


class PartReading(Reading):
    """Reads what stands below steps: faults with their anchors, and expectations."""

    def worded(self, node: Node, words: Mapping[str, type[T]], what: str) -> tuple[Scalar, Node, type[T]]:
        """A mapping with one key that is a word of ``words``."""
        if isinstance(node, Scalar) and node.text in words:
            raise self.failure(
                f"The {what} {node.text!r} needs arguments.", node, "Write them after a colon."
            )
        fields = self.mapping(node, f"one {what}")
        if len(fields.entries) != 1:
            raise self.failure(f"Each {what} is one word with its arguments.", node, "Begin a new `- `.")
        key, value = fields.entries[0]
        if key.text not in words:
            raise self.failure(f"There is no {what} {key.text!r}.", key, nearest_of(key.text, words))
        return key, value, words[key.text]

    def faults(self, node: Node, _how: Written) -> tuple[Fault, ...]:
        return self.each(self.fault, self.items(node, "faults"))

    def fault(self, node: Node) -> Fault:
        key, value, cls = self.worded(node, FAULTS, "fault")
        fields = self.mapping(value, f"the anchor of {key.text!r}")
        fault: Fault = self.read(cls, fields, f"the fault {key.text!r}")
        self.check_anchor(fault.anchor, fields, free=cls is QuickBooksKilled)
        if isinstance(fault, QuickBooksKilled) and fault.anchor.call != "sendRequestXML":
            raise self.failure(
                "QuickBooks works on what sendRequestXML handed out.",
                fields.get("call") or fields,
                "Leave `call` out here.",
            )
        return attrs.evolve(fault, place=key.place)

    def anchor(self, node: Node, _how: Written) -> Anchor:
        fields = self.mapping(node, "an anchor")
        anchor = self.read(Anchor, fields, "an anchor")
        self.check_anchor(anchor, fields)
        return anchor

    def check_anchor(self, anchor: Anchor, node: Fields, *, free: bool = False) -> None:
        if "call" not in node and not free:
            raise self.failure("An anchor needs 'call'.", node, "Write {call: sendRequestXML, block: …}.")
        given = [key for key in ("block", "number", "every") if key in node]
        if len(given) > 1:
            raise self.failure(f"An anchor takes one of {and_(given)}, not both.", node.key(given[1]))
        if anchor.block is not None and anchor.call not in CALLS_ABOUT_A_BLOCK:
            raise self.failure(
                f"The call {anchor.call!r} is not about a block.",
                node.key("block"),
                "Anchor it by `number`, or on sendRequestXML or receiveResponseXML.",
            )

    def expectations(self, node: Node, _how: Written) -> tuple[Expectation, ...]:
        nodes = node.items if isinstance(node, Items) else (node,)
        return self.each(self.expectation, nodes)

    def expectation(self, node: Node) -> Expectation:
        key, value, cls = self.worded(node, EXPECTATIONS, "expectation")
        made: Expectation
        if cls is UpdatesNeeded and isinstance(value, Scalar):
            made = UpdatesNeeded(at_most=self.at_most(value))
        elif cls is TimesheetIs and isinstance(value, Items):
            made = TimesheetIs(rows=self.timesheet_rows(value, ROWS))
        else:
            made = self.read(cls, self.mapping(value, "its arguments"), f"{key.text!r}")
        if not any(value is not None for value in _said(made)):
            raise self.failure(f"{key.text!r} says nothing to compare.", value)
        return attrs.evolve(made, place=key.place)

    def timesheet_rows(self, node: Node, _how: Written) -> tuple[TimesheetRow, ...]:
        return self.each(
            lambda item: self.read(TimesheetRow, self.mapping(item, "a row"), "a row"),
            self.items(node, "rows"),
        )

    def at_most(self, node: Scalar) -> int:
        number = Scalar(node.place, node.value, node.text.removeprefix("at most").strip())
        if number.text == node.text:
            meant = node.text if node.text.isdigit() else "2"
            raise self.failure(f"{node.text!r} is not a bound.", node, f"Write `at most {meant}`.")
        return self.number(number, Written(Kind.NUMBER, "at most"))


def _said(made: Expectation) -> list[object]:
    said: list[object] = []
    for name, (_, how) in written_fields(type(made)).items():
        value = getattr(made, name)
        if isinstance(value, BlockFields):
            said += value.given().values()
        elif how.key not in ("pc", "times"):
            said.append(value)
    return said
