"""Expectations: what must be true at a point of a story, beside the checks that are always on."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, final

from attrs import field, frozen

from qbharness.scenario.contents import NO_FIELDS, BlockFields
from qbharness.scenario.faults import CALLS
from qbharness.scenario.kinds import Kind, written
from qbsim.errors import Place

STATES: Final = ("sent", "not sent", "in doubt", "refused")


@frozen(kw_only=True)
class Expectation:
    """Something that must be true when it is checked."""

    word: ClassVar[str] = ""
    place: Place | None = field(default=None, eq=False, repr=False)


@final
@frozen(kw_only=True)
class TimesheetRow:
    """Entries of the timesheet that look like this, ``times`` of them.

    ``block`` stands for that block's values as the file first gives them; ``fields`` override
    them. Fields that neither gives are not compared. Whoever wrote an entry, it counts.
    """

    block: str | None = field(default=None, metadata=written(Kind.BLOCK, "block"))
    fields: BlockFields = field(default=NO_FIELDS, metadata=written(Kind.FIELDS, "fields", inline=True))
    times: int = field(default=1, metadata=written(Kind.NUMBER, "times", "how many of them"))
    place: Place | None = field(default=None, eq=False, repr=False)


@final
@frozen(kw_only=True)
class TimesheetHas(Expectation):
    """The timesheet has exactly ``times`` entries like this; others do not matter."""

    word: ClassVar[str] = "timesheet has"
    block: str | None = field(default=None, metadata=written(Kind.BLOCK, "block"))
    fields: BlockFields = field(default=NO_FIELDS, metadata=written(Kind.FIELDS, "fields", inline=True))
    times: int = field(default=1, metadata=written(Kind.NUMBER, "times", "how many of them"))


@final
@frozen(kw_only=True)
class TimesheetIs(Expectation):
    """The timesheet has these rows and no other."""

    word: ClassVar[str] = "timesheet is"
    rows: tuple[TimesheetRow, ...] = field(metadata=written(Kind.TIMESHEET_ROWS, "rows"))


@final
@frozen(kw_only=True)
class BlockIs(Expectation):
    """The server says that the block is in this state."""

    word: ClassVar[str] = "block is"
    block: str = field(metadata=written(Kind.BLOCK, "block"))
    state: Literal["sent", "not sent", "in doubt", "refused"] = field(
        metadata=written(Kind.CHOICE, "state", choices=STATES)
    )


@final
@frozen(kw_only=True)
class ConnectorShows(Expectation):
    """What the Web Connector's window shows after the last update of ``pc``.

    ``progress`` is a percentage, ``error_contains`` part of the error, ``result`` part of the
    status line. All that are given must hold.
    """

    word: ClassVar[str] = "connector shows"
    progress: int | None = field(default=None, metadata=written(Kind.NUMBER, "progress", most=100))
    error_contains: str | None = field(
        default=None, metadata=written(Kind.NAME, "error contains", "part of the error")
    )
    result: str | None = field(default=None, metadata=written(Kind.NAME, "result", "part of the status line"))
    pc: str = field(default="pc1", metadata=written(Kind.LABEL, "pc"))


@final
@frozen(kw_only=True)
class ServerSaid(Expectation):
    """A reply of the server to ``call``, in the last update, contains this text."""

    word: ClassVar[str] = "server said"
    call: str = field(metadata=written(Kind.CHOICE, "call", choices=CALLS))
    contains: str = field(metadata=written(Kind.NAME, "contains"))


@final
@frozen(kw_only=True)
class QuickBooksRefused(Expectation):
    """QuickBooks refused the block at least once, with this status code."""

    word: ClassVar[str] = "quickbooks refused"
    block: str = field(metadata=written(Kind.BLOCK, "block"))
    status: int = field(metadata=written(Kind.NUMBER, "status", least=1))


@final
@frozen(kw_only=True)
class UpdatesNeeded(Expectation):
    """The story's last landing came in this update or an earlier one, counted from its first."""

    word: ClassVar[str] = "updates needed"
    at_most: int = field(metadata=written(Kind.NUMBER, "at most"))


EXPECTATIONS: Final[dict[str, type[Expectation]]] = {
    cls.word: cls
    for cls in (
        TimesheetHas,
        TimesheetIs,
        BlockIs,
        ConnectorShows,
        ServerSaid,
        QuickBooksRefused,
        UpdatesNeeded,
    )
}
"""Word to class: all the expectations there are."""
