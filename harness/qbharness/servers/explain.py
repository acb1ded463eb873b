"""What the Web Connector's user reads when a block was refused: the block, what is missing, the cure."""

from __future__ import annotations

import re
from typing import Final

from qbharness.servers.desk import Block

_QUOTED: Final = re.compile('"([^"]*)"')

_KINDS: Final = (
    ("employee", "employee"),
    ("customer", "customer or job"),
    ("service_item", "service item"),
    ("class_name", "class"),
    ("payroll_item", "payroll item"),
)
"""Field of a block to what QuickBooks calls the thing."""


_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def numbered(number: int) -> str:
    """A positive number to the base 36, as it stands in ids and marks."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def mismatch(block: Block, code: int, message: str) -> str:
    """One sentence on the block, one on the cause, one on the cure, then QuickBooks' own words."""
    return (
        f"Work Block {block} was not imported. {_cause(block, message)}"
        f" QuickBooks said: {message.strip()} ({code})"
    )


def _cause(block: Block, message: str) -> str:
    """The field is found by the value that QuickBooks quotes: its nouns differ between versions."""
    quoted = {text.casefold() for text in _QUOTED.findall(message)}
    for name, noun in _KINDS:
        value = getattr(block.values, name)
        if value and value.casefold() in quoted:
            return (
                f'QuickBooks has no {noun} "{value}" that it can use here. Add it in QuickBooks, or'
                " correct the block, then run the update again."
            )
    return "Correct the block or QuickBooks, then run the update again."
