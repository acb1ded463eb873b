"""The database: one engine, short transactions, one at a time.

Within a process a lock keeps transactions apart; between processes SQLite's write lock (taken at
BEGIN) or a row lock on the company (PostgreSQL) does.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, final

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from qbharness.servers import schema
from qbharness.servers.problems import CannotStart

_LOCK_COMPANY: Final = (
    sa.select(schema.companies.c.id).where(schema.companies.c.id == sa.bindparam("company")).with_for_update()
)

_LOCK_COMPANY_OF: Final = (
    sa.select(schema.companies.c.id)
    .where(
        schema.companies.c.id
        == sa.select(schema.sessions.c.company_id)
        .where(schema.sessions.c.ticket == sa.bindparam("ticket"))
        .scalar_subquery()
    )
    .with_for_update()
)

_EMPTIED: Final = [t for t in reversed(schema.metadata.sorted_tables) if t is not schema.schema_version]
_DELETE_ALL: Final = [sa.delete(table) for table in _EMPTIED]


@final
class Store:
    """An open database whose schema is the one that this code knows.

    ``durable=False`` lets SQLite leave writing to the operating system: enough against a killed
    process, not against a power cut; for disposable servers only.
    """

    def __init__(self, url: str, *, durable: bool = True) -> None:
        self.engine = _engine(url, durable=durable)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._lock = threading.RLock()
        self._held: sa.Connection | None = None
        self._create()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A write transaction; commits at the end, rolls back when anything is raised."""
        with self._lock, self._begun() as db:
            yield db

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        """SQLite's one connection stays checked out: to do so each time costs more than a statement."""
        if not self.is_sqlite:
            with self.engine.begin() as db:
                yield db
            return
        if self._held is None:
            self._held = self.engine.connect()
        with self._held.begin():
            _begin_writing(self._held)
            yield self._held

    def lock_company(self, db: sa.Connection, company: int) -> None:
        """Make every other server process wait until this transaction has ended."""
        if not self.is_sqlite:
            db.execute(_LOCK_COMPANY, {"company": company})

    def lock_company_of(self, db: sa.Connection, ticket: str) -> None:
        """The same for the company of a session, in one statement."""
        if not self.is_sqlite:
            db.execute(_LOCK_COMPANY_OF, {"ticket": ticket})

    def lock_all(self, db: sa.Connection) -> None:
        """Keep other processes from making tables and accounts: two may start at once."""
        if not self.is_sqlite:
            db.exec_driver_sql("SELECT pg_advisory_xact_lock(716273)")

    def empty(self) -> None:
        """Delete every row of every table but the schema's version; ids begin at 1 again."""
        with self.transaction() as db:
            if self.is_sqlite:
                for delete in _DELETE_ALL:
                    db.execute(delete)
            else:
                names = ", ".join(table.name for table in _EMPTIED)
                db.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY")

    def close(self) -> None:
        """Leave the database; the store is of no use afterwards."""
        if self._held is not None:
            self._held.close()
        self.engine.dispose()

    def _create(self) -> None:
        try:
            with self.transaction() as db:
                self.lock_all(db)
                present = set(sa.inspect(db).get_table_names())
                if schema.schema_version.name in present:
                    found = db.execute(sa.select(schema.schema_version.c.version)).scalar()
                    if found != schema.VERSION:
                        raise CannotStart(
                            f"The database has schema version {found}; this server knows"
                            f" {schema.VERSION}. Start it with the release that made the database."
                        )
                    return
                if present & set(schema.metadata.tables):
                    raise CannotStart(
                        "The database has tables of the same names that are not this server's."
                        " Give it a database of its own."
                    )
                schema.metadata.create_all(db)
                db.execute(sa.insert(schema.schema_version).values(version=schema.VERSION))
        except sa.exc.DatabaseError as problem:
            raise CannotStart(f"The database cannot be used: {problem.orig}") from None


def _engine(url: str, *, durable: bool) -> sa.Engine:
    try:
        address = sa.make_url(url)
        if address.drivername == "sqlite":
            return _sqlite(address, durable=durable)
        if address.drivername in ("postgresql", "postgres"):
            address = address.set(drivername="postgresql+psycopg")
        if address.drivername != "postgresql+psycopg":
            raise CannotStart("The database is an SQLite or a PostgreSQL one.")
        return sa.create_engine(
            address, pool_size=1, max_overflow=4, pool_pre_ping=True, hide_parameters=True
        )
    except (sa.exc.ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise CannotStart(
            "The database URL cannot be read. It looks like sqlite:///work.db or postgresql://user@host/name."
        ) from None
    except ModuleNotFoundError as missing:
        raise CannotStart(
            f"The module {missing.name} is not installed; `pip install 'qbharness[postgres]'` adds it."
        ) from None


def _sqlite(address: sa.URL, *, durable: bool) -> sa.Engine:
    engine = sa.create_engine(
        address,
        poolclass=StaticPool,
        hide_parameters=True,  # an error's text goes into the log
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, and mean it
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        connection.execute("PRAGMA foreign_keys = ON")

    return engine


def _begin_writing(db: sa.Connection) -> None:
    """Take SQLite's write lock now: a transaction that only reads first could not be sure to get it."""
    connection: Any = db.connection.driver_connection
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as problem:
        raise sa.exc.DatabaseError("BEGIN IMMEDIATE", None, problem) from None
