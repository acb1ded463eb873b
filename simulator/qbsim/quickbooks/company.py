"""The company file: one SQLite database, in a file or in memory, and what lies in it."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, final

from attrs import field, frozen

from qbsim.errors import UsageProblem
from qbsim.quickbooks import storage
from qbsim.quickbooks.core import Core
from qbsim.quickbooks.extensions import Extensions
from qbsim.quickbooks.fitting import check_fits
from qbsim.quickbooks.journal import Actor, JournalRow, Values, row_of
from qbsim.quickbooks.lists import Lists
from qbsim.quickbooks.localtime import LocalTime
from qbsim.quickbooks.preferences import default_company, default_preferences
from qbsim.quickbooks.recovery import Recovery
from qbsim.quickbooks.statuses import Refused
from qbsim.quickbooks.timesheets import TimesheetRow, timesheet_row
from qbsim.quickbooks.transactions import Transactions
from qbsim.source import Source
from qbsim.switches import Switches


@final
@frozen
class Backup:
    """A copy of a company file, made by SQLite's own backup: a file, or (``path`` None) in memory."""

    path: Path | None
    connection: sqlite3.Connection | None = field(default=None, repr=False)


@final
class CompanyFile:
    """One company. Made by :meth:`create` or :meth:`open`; :meth:`close` gives the file free.

    What a method of ``lists``, ``transactions`` or ``extensions`` changes is durable at
    :meth:`commit`; people's acts and requests do that themselves.
    """

    def __init__(self, path: str, core: Core) -> None:
        self.path = path
        self.core = core
        self.lists = Lists(core)
        self.transactions = Transactions(core)
        self.extensions = Extensions(core)
        self.recovery = Recovery(core)
        self.last_saved_date = ""
        """The date of the time entry saved last since the file was opened."""
        self._settings: dict[str, Any] = {}
        core.forget.append(self._settings.clear)

    @classmethod
    def create(
        cls,
        path: str | Path = storage.MEMORY,
        *,
        source: Source,
        switches: Switches | None = None,
        name: str = "Rock Castle Construction",
        company: Values | None = None,
        offset_hours: float = -5,
    ) -> CompanyFile:
        """A new company file without names, items or time.

        ``company`` adds to (or replaces) elements of the CompanyRet; ``offset_hours`` is the PC's
        standard time east of UTC. Raises :class:`UsageProblem` if there is a file already.
        """
        shown = default_company(name) | (company or {})
        try:
            check_fits("CompanyRet", shown)
        except Refused as refused:
            raise UsageProblem(
                f"No company can be called so: {refused.status.message.strip().removesuffix('.')}.",
                cure="Choose what QuickBooks takes; nothing was written.",
            ) from None
        connection = storage.create(str(path))
        connection.execute("INSERT INTO state VALUES (1, ?, 1, 0, '{}')", (int(source.now.timestamp()),))
        made = cls(str(path), Core(connection, source, switches or Switches()))
        made.core.write()
        made._store("company", shown)
        made._store("preferences", default_preferences())
        made._store("offset_hours", offset_hours)
        made.core.commit()
        return made

    @classmethod
    def open(cls, path: str | Path, *, source: Source, switches: Switches | None = None) -> CompanyFile:
        """An existing company file; ``source`` is moved past everything that happened in it.

        Raises :class:`UsageProblem` for what is no company file or a damaged one (which stays as it
        is), :class:`SetUpProblem` while another program holds it.
        """
        connection = storage.open_existing(str(path))
        try:
            opened = cls(str(path), Core(connection, source, switches or Switches()))
        except sqlite3.DatabaseError as error:
            connection.close()
            raise storage.damaged(str(path), str(error)) from None
        source.advance_to(source.now.fromtimestamp(opened.core.moment, source.now.tzinfo))
        return opened

    def close(self) -> None:
        """Give the file free; what was not committed is gone."""
        self.core.rollback()
        self.core.sql.close()

    def commit(self) -> None:
        """Make what was changed durable."""
        self.core.commit()

    @property
    def switches(self) -> Switches:
        return self.core.switches

    def use(self, switches: Switches) -> None:
        """Behave as ``switches`` say: they belong to the QuickBooks that opens a file, not to the file."""
        self.core.switches = switches
        self._settings.clear()

    @property
    def source(self) -> Source:
        return self.core.source

    @property
    def name(self) -> str:
        """The CompanyName."""
        return str(self.setting("company")["CompanyName"])

    @property
    def time_zone(self) -> LocalTime:
        """The PC's clock, with or without QuickBooks' daylight-saving mistake."""
        if "time_zone" not in self._settings:
            right = self.switches["daylight_saving_offset"] == "right"
            self._settings["time_zone"] = LocalTime(self.setting("offset_hours"), right)
        zone: LocalTime = self._settings["time_zone"]
        return zone

    # Settings

    def setting(self, name: str, default: Any = None) -> Any:
        """A stored value that is no record: preferences, rights, the closing date."""
        if name not in self._settings:
            row = self.core.sql.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
            self._settings[name] = None if row is None else json.loads(row[0])
        value = self._settings[name]
        return default if value is None else value

    def set(self, actor: Actor, name: str, value: Any) -> None:
        """Store a setting, with a row in the journal."""
        self.core.write()
        before = self.setting(name)
        self._store(name, value)
        self.core.record(
            actor,
            "setting",
            "Preferences",
            name,
            None if before is None else {name: before},
            {name: value},
            at=self.core.next_moment(),
        )

    def _store(self, name: str, value: Any) -> None:
        self.core.sql.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, json.dumps(value)))
        self._settings.pop(name, None)

    # What the judge reads

    def journal(self, after: int = 0) -> Iterator[JournalRow]:
        """Every change behind the sequence ``after``, oldest first, of all timelines."""
        rows = self.core.sql.execute("SELECT * FROM journal WHERE sequence > ? ORDER BY sequence", (after,))
        yield from map(row_of, rows)

    @property
    def timeline(self) -> int:
        """1, and one more for every backup that was restored."""
        return self.core.timeline

    def timesheet(
        self, *, employee: str | None = None, first: str = "", last: str = "9999-12-31"
    ) -> tuple[TimesheetRow, ...]:
        """The time entries in the present books, by date; dates are ISO and inclusive."""
        where, values = "kind = 'TimeTracking' AND date BETWEEN ? AND ?", [first, last]
        if employee is not None:
            who = self.lists.by_name("names", employee)
            if who is None:
                raise UsageProblem(
                    f"There is no {employee!r} in {self.name}.",
                    cure="Names are written as in QuickBooks.",
                )
            where, values = f"{where} AND entity = ?", [*values, who.list_id]
        found = self.transactions.select(where, values)
        return tuple(timesheet_row(txn, self.lists.refreshed(txn.body)) for txn in found)

    # Backups

    def back_up(self, target: Path | None = None) -> Backup:
        """Copy the file as it is now to ``target`` (None: into memory)."""
        if target is not None and target.exists():
            raise UsageProblem(
                f"There is a file {target} already.", cure="Choose another name for the backup."
            )
        self.commit()
        copy = storage.connected(storage.MEMORY if target is None else str(target))
        self.core.sql.backup(copy)
        if target is None:
            backup = Backup(None, copy)
            weakref.finalize(backup, copy.close)
            return backup
        copy.close()
        return Backup(target)

    def restore(self, actor: Actor, backup: Backup, label: str = "") -> None:
        """Put the backup in the place of the file, on a new timeline.

        The journal keeps what the books forget, and the clock does not go back.
        """
        self.commit()
        copy = _copy_of(backup)
        try:
            past = Core(copy, self.source, self.switches)
            origin = {"label": label, "from": str(past.timeline), "shares": str(past.sequence)}
            newest, later = self._forgotten_after(past.sequence)
            past.write()
            copy.executemany(_KEEP_JOURNAL, later)
            past.sequence = self.core.sequence
            past.timeline = max(newest, past.timeline) + 1
            past.record(actor, "restore", "Company", label, None, origin, at=past.next_moment())
            past.commit()
            copy.backup(self.core.sql)
        finally:
            copy.close()
        self.core.reload()

    def _forgotten_after(self, sequence: int) -> tuple[int, list[tuple[Any, ...]]]:
        """The newest timeline, and the journal that a backup of ``sequence`` does not hold."""
        sql = self.core.sql
        newest = sql.execute("SELECT coalesce(max(timeline), 1) FROM journal").fetchone()[0]
        later = sql.execute("SELECT * FROM journal WHERE sequence > ?", (sequence,)).fetchall()
        return newest, later


_KEEP_JOURNAL: Final = "INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"


def _copy_of(backup: Backup) -> sqlite3.Connection:
    """A private copy of a backup, so that a restore is one step for the file itself."""
    copy = sqlite3.connect(storage.MEMORY, isolation_level=None)
    if backup.connection is not None:
        backup.connection.backup(copy)
        return copy
    opened = storage.open_existing(str(backup.path))
    opened.backup(copy)
    opened.close()
    return copy
