"""What a field of the model looks like in a file: one kind a field, named once, used three times.

The reader, the writer and the JSON schema are each a table by :class:`Kind`; the model's classes
say in their field's metadata which kind a field is. So a new word of the language is one class.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final, final

import attrs
from attrs import frozen


@final
class Kind(enum.Enum):
    """How a field is written in YAML."""

    TEXT = "text"
    """Free text; a template when the file has ``parameters``. May be empty (which clears)."""
    NAME = "name"
    """Text that may not be empty: an employee, a customer, an item."""
    BLOCK = "block"
    """The alias of a block that exists by then."""
    NEW_BLOCK = "new block"
    """The alias of a block that is made here."""
    LABEL = "label"
    """A word of the author's own: a PC, an application, the label of a backup."""
    DATE = "date"
    HOURS = "hours"
    """``7:30`` or ``7h30m``: the time of a block."""
    DURATION = "duration"
    """``2d``, ``90m``, ``1h30m``, ``20s``: simulated time that passes."""
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    LABELS = "list of labels"
    ORDER = "order"
    SETTINGS = "settings"
    """A mapping of names to texts."""
    PREFERENCES = "preferences"
    """A mapping of QuickBooks' preferences to their values."""
    ENTRY = "list entry"
    FIELDS = "block fields"
    ROWS = "rows of block fields"
    SELECTOR = "selector"
    ANCHOR = "anchor"
    FAULTS = "faults"
    DURING = "during"
    STEP_LISTS = "lists of steps"
    EXPECTATIONS = "expectations"
    TIMESHEET_ROWS = "timesheet rows"


LARGEST: Final = 999_999_999
"""The largest NUMBER, where its field does not say less."""


@final
@frozen
class Written:
    """How one field is written.

    ``key``: its name in the file. ``inline``: its own keys stand beside the others instead of
    below a key. ``choices``: what a CHOICE takes; with ``open_ended`` anything else is taken too.
    ``least`` and ``most``: the smallest and the largest NUMBER. ``what``: a phrase for messages.
    """

    kind: Kind
    key: str
    what: str = ""
    inline: bool = False
    choices: tuple[str, ...] = ()
    open_ended: bool = False
    least: int = 0
    most: int = LARGEST


_METADATA_KEY: Final = "qbharness.written"


def written(
    kind: Kind,
    key: str,
    what: str = "",
    *,
    inline: bool = False,
    choices: tuple[str, ...] = (),
    open_ended: bool = False,
    least: int = 0,
    most: int = LARGEST,
) -> Mapping[str, Any]:
    """The metadata of a field of the model."""
    how = Written(kind, key, what, inline, choices, open_ended, least, most)
    return {_METADATA_KEY: how}


def written_fields(cls: type) -> Mapping[str, tuple[attrs.Attribute[Any], Written]]:
    """The fields of a model class that appear in files: attribute name to (field, how)."""
    return {
        field.name: (field, field.metadata[_METADATA_KEY])
        for field in attrs.fields(cls)
        if _METADATA_KEY in field.metadata
    }
