"""What a sync server promises: the one table of promises that scenarios, targets and checks share.

The default is the promise of the product's story: each block, once. Pure data, so that anybody may read
it. Source of the values: the project's design (``ARCHITECTURE.md``, ``docs/targets.md``).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias, final

from attrs import field, fields, frozen

Value: TypeAlias = "str | bool"


@final
@frozen
class Promise:
    """One promise: its values, the default first, and what it is about, as a sentence."""

    values: tuple[Value, ...]
    says: str

    @property
    def default(self) -> Value:
        return self.values[0]

    @property
    def words(self) -> tuple[str, ...]:
        """The values as files write them."""
        return tuple(word(value) for value in self.values)

    @property
    def is_flag(self) -> bool:
        """Is it true or false, and no word?"""
        return isinstance(self.default, bool)

    def allows(self, value: object) -> bool:
        """Is this one of the values?  1 is not true."""
        return any(value is each or (isinstance(each, str) and value == each) for each in self.values)


def word(value: Value) -> str:
    """As a file writes it."""
    return str(value).lower() if isinstance(value, bool) else value


def _promise(*values: Value, says: str) -> Any:
    return field(default=values[0], metadata={"promise": Promise(values, says)})


@final
@frozen(kw_only=True)
class Contract:
    """The promise of one server. Its fields are the table: each value, each default, each sentence."""

    delivery: str = _promise(
        "exactly_once",
        "at_most_once",
        "at_least_once",
        says="How often a Work Block lands in QuickBooks when a message is lost.",
    )
    after_edit: str = _promise(
        "keep_first",
        "update",
        says="What QuickBooks has after a sent block was edited: what was sent first, or the edited block.",
    )
    on_mismatch: str = _promise(
        "stop",
        "skip",
        says="What an update does about a block that QuickBooks refuses: it stops there, or goes on.",
    )
    one_block_per_request: bool = _promise(
        True,
        False,
        says="Whether a request carries at most one Work Block.",
    )
    after_restore: str = _promise(
        "report",
        "resend",
        says="What becomes of sent blocks that a restored backup lacks: they are named, or sent again.",
    )
    proof: str = _promise(
        "message_set",
        "marker",
        "none",
        says="How it finds out whether a block in doubt has landed: QuickBooks' stored answer, a mark in the "
        "entry, or not at all.",
    )

    def __attrs_post_init__(self) -> None:
        for name, promise in PROMISES.items():
            if not promise.allows(value := getattr(self, name)):
                *others, last = promise.words
                raise ValueError(f"{name} may be {', '.join(others)} or {last}, not {word(value)}")

    def why_not(self, requires: Mapping[str, tuple[str, ...]]) -> str | None:
        """None if this contract promises all that a scenario requires, else the reason as a sentence."""
        promised = self.as_words()
        for name, wanted in requires.items():
            if promised[name] not in wanted:
                return f"needs {name}: {' or '.join(wanted)}; the target promises {promised[name]}"
        return None

    def as_words(self) -> dict[str, str]:
        """Each promise by name, as a file writes it."""
        return {name: word(getattr(self, name)) for name in PROMISES}


PROMISES: Final[Mapping[str, Promise]] = MappingProxyType(
    {each.name: each.metadata["promise"] for each in fields(Contract)}
)
"""Every promise by name."""

DEFAULTS: Final[Mapping[str, str]] = MappingProxyType(Contract().as_words())
"""The strictest promises, as words: what holds where a target declares nothing."""
