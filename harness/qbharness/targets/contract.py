"""What a sync server promises. The default is the promise of the product's story: each block, once.

Source of the values: the project's design (``ARCHITECTURE.md``, *The contract is declared*).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, final

from attrs import fields, frozen

Promise: TypeAlias = "str | bool"

VALUES: Final[Mapping[str, tuple[Promise, ...]]] = MappingProxyType(
    {
        "delivery": ("exactly_once", "at_most_once", "at_least_once"),
        "after_edit": ("keep_first", "update"),
        "on_mismatch": ("stop", "skip"),
        "one_block_per_request": (True, False),
        "after_restore": ("report", "resend"),
        "proof": ("message_set", "marker", "none"),
    }
)
"""Every promise with the values that it may have; the first of each is the default."""


@final
@frozen(kw_only=True)
class Contract:
    """The promise of one server."""

    delivery: str = "exactly_once"
    after_edit: str = "keep_first"
    on_mismatch: str = "stop"
    one_block_per_request: bool = True
    after_restore: str = "report"
    proof: str = "message_set"

    def __attrs_post_init__(self) -> None:
        for name, allowed in VALUES.items():
            value = getattr(self, name)
            if value not in allowed or isinstance(value, bool) != isinstance(allowed[0], bool):
                raise ValueError(f"{name} may be {words(allowed)}, not {word(value)}")

    def meets(self, requires: Mapping[str, str]) -> str | None:
        """None if this contract promises all that a scenario requires, else the reason as a sentence."""
        for name, wanted in requires.items():
            if name not in VALUES:
                return f"the scenario requires {name!r}, which no contract promises"
            if (here := word(getattr(self, name))) != word(wanted):
                return f"needs {name}: {word(wanted)}; the target promises {here}"
        return None

    def as_words(self) -> dict[str, str]:
        """Each promise by name, as a target file would write it."""
        return {each.name: word(getattr(self, each.name)) for each in fields(Contract)}


def word(value: Promise) -> str:
    """As a target file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def words(values: tuple[Promise, ...]) -> str:
    """The allowed values in one phrase."""
    *others, last = (word(value) for value in values)
    return f"{', '.join(others)} or {last}"
