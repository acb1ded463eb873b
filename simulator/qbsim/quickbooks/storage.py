"""The SQLite file behind a company: its tables, how it is opened, and what is refused.

One process at a time holds a file (exclusive locking, as QuickBooks' data manager does). A commit is
flushed to the disk before it returns; the write-ahead log beside the file is folded back at close,
or at the next opening after a crash.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from qbsim.errors import SetUpProblem, UsageProblem

APPLICATION_ID: Final = 0x7162736D
"""``qbsm``, in the header of every ``.qbsim``."""
FORMAT: Final = 1
MEMORY: Final = ":memory:"
SUFFIX: Final = ".qbsim"

_MAGIC: Final = b"SQLite format 3\x00"

SCHEMA: Final = """
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1), moment INTEGER NOT NULL, timeline INTEGER NOT NULL,
    txn_counter INTEGER NOT NULL, list_counters TEXT NOT NULL);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE element (
    number INTEGER PRIMARY KEY, family TEXT NOT NULL, kind TEXT NOT NULL, list_id TEXT NOT NULL,
    edit_sequence INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
    name TEXT NOT NULL, full_name TEXT NOT NULL, full_key TEXT NOT NULL, parent TEXT,
    active INTEGER NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX element_by_id ON element (family, list_id);
CREATE UNIQUE INDEX element_by_name ON element (family, full_key);
CREATE INDEX element_by_kind ON element (kind, full_key);
CREATE TABLE txn (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, txn_id TEXT NOT NULL,
    edit_sequence INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
    txn_number INTEGER NOT NULL, date TEXT NOT NULL, entity TEXT NOT NULL, used_by TEXT NOT NULL,
    guid TEXT, body TEXT NOT NULL);
CREATE UNIQUE INDEX txn_by_id ON txn (txn_id);
CREATE INDEX txn_by_date ON txn (kind, date);
CREATE INDEX txn_by_entity ON txn (kind, entity, date);
CREATE INDEX txn_by_change ON txn (kind, modified);
CREATE INDEX txn_by_guid ON txn (guid) WHERE guid IS NOT NULL;
CREATE TABLE deletion (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, deleted INTEGER NOT NULL,
    created INTEGER NOT NULL, full_name TEXT);
CREATE TABLE journal (
    sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, timeline INTEGER NOT NULL,
    action TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL, before TEXT, after TEXT,
    kind TEXT NOT NULL, name TEXT NOT NULL, pc TEXT NOT NULL, application TEXT NOT NULL,
    call INTEGER);
CREATE TABLE message_set (
    number INTEGER PRIMARY KEY, owner TEXT NOT NULL, id TEXT NOT NULL, checksum TEXT NOT NULL,
    answer TEXT);
CREATE UNIQUE INDEX message_set_by_id ON message_set (owner, id);
CREATE TABLE extension_def (
    number INTEGER PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
    type TEXT NOT NULL, objects TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX extension_def_by_name ON extension_def (owner, name_key);
CREATE TABLE extension (
    definition INTEGER NOT NULL, object TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (object, definition)) WITHOUT ROWID;
"""


def connect(path: str) -> sqlite3.Connection:
    """An open connection in manual transaction mode; ``path`` may be ``:memory:``."""
    connection = connected(path)
    if path == MEMORY:
        return connection
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        connection.close()
        raise SetUpProblem(
            f"The company file {path} cannot be opened: {error}.",
            cure="Another program holds it open; close that one first.",
        ) from None
    except sqlite3.DatabaseError as error:
        connection.close()
        raise damaged(path, str(error)) from None
    return connection


def connected(path: str) -> sqlite3.Connection:
    """A bare connection; raises UsageProblem where no file can be made or read."""
    try:
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.2)
    except sqlite3.OperationalError as error:
        raise UsageProblem(
            f"The file {path} cannot be written: {error}.",
            cure="Is there such a folder, and may you write there?",
        ) from None


def create(path: str) -> sqlite3.Connection:
    """A new, empty company file; refuses to write over anything."""
    if path != MEMORY and Path(path).exists():
        raise UsageProblem(
            f"There is a file {path} already.", cure="Choose another name; nothing was written."
        )
    connection = connect(path)
    connection.executescript(
        f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}; {SCHEMA} COMMIT;"
    )
    # The header that tells our files from others must be in the file itself, not in its log.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


def open_existing(path: str) -> sqlite3.Connection:
    """Open a company file; what is not one is refused before SQLite may touch it."""
    _inspect(Path(path))
    return connect(path)


def damaged(path: str, reason: str) -> UsageProblem:
    return UsageProblem(
        f"The company file {path} is damaged: {reason}.",
        cure="Restore a backup; the file was not changed.",
    )


def _inspect(path: Path) -> None:
    """Read the header of the file ourselves: SQLite would begin to repair what it opens."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
        size = path.stat().st_size
    except OSError as error:
        raise UsageProblem(
            f"There is no company file {path}: {error.strerror}.",
            cure="`qbharness company new FILE` makes one.",
        ) from None
    if not header:
        raise UsageProblem(f"The file {path} is empty, not a company file.", cure="Choose another.")
    if not header.startswith(_MAGIC[: len(header)]):
        raise UsageProblem(
            f"The file {path} is not a company file.",
            cure=f"A company file of qbharness ends in {SUFFIX} and is made by `qbharness company new`.",
        )
    if len(header) < 100:
        raise damaged(str(path), "it is cut short")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise UsageProblem(f"The file {path} is a database, but not a company file.", cure="Choose another.")
    if int.from_bytes(header[60:64], "big") != FORMAT:
        raise UsageProblem(
            f"The company file {path} was written by another version of qbharness.",
            cure="Open it with that version.",
        )
    page = int.from_bytes(header[16:18], "big")
    whole = (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
    if size < whole and not path.with_name(path.name + "-wal").exists():
        raise damaged(str(path), f"it is cut short ({size} of {whole} bytes)")
