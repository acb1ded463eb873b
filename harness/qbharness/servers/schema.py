"""The tables, as SQLAlchemy Core sees them; the same for SQLite and PostgreSQL.

Moments are text in UTC, dates ISO text: both sort, and both look the same in every database.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

VERSION: Final = 2
"""Of this schema. A database with another one is refused, never guessed at."""

QUEUE_DONE: Final = 0
QUEUE_IN_DOUBT: Final = 1
QUEUE_WAITING: Final = 2
"""Where a block stands in the queue; what is in doubt comes before what waits."""

metadata: Final = MetaData()

schema_version: Final = Table("schema_version", metadata, Column("version", Integer, nullable=False))


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _number(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


companies: Final = Table(
    "companies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(255), nullable=False, unique=True),
    # Random, made once: two databases that send to one company file never make the same id.
    Column("mark", String(6), nullable=False),
    Column("file_id", String(38), nullable=False),
    Column("period_from", String(10)),
    Column("period_to", String(10)),
    # "", "wanted": the next update compares instead of sending
    _text("reconcile"),
)

users: Final = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("company_id", ForeignKey("companies.id"), nullable=False),
    Column("name", String(255), nullable=False, unique=True),
    _text("password"),
)

blocks: Final = Table(
    "blocks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("company_id", ForeignKey("companies.id"), nullable=False),
    _number("version", 1),
    _text("employee"),
    _text("customer"),
    _text("date"),
    _number("minutes"),
    _text("service_item"),
    _text("class_name"),
    _text("payroll_item"),
    _text("notes"),
    Column("billable", Boolean, nullable=False, server_default=false()),
    _number("queue", QUEUE_WAITING),
    # "not sent", "in doubt", "sent", "refused"
    Column("state", Text, nullable=False, server_default="not sent"),
    _number("attempt"),
    Column("handout_id", Integer),
    Column("sent_version", Integer),
    Column("txn_id", Text),
    Column("sent_at", Text),
    _text("words"),
    # "", "forgotten", "deleted": what the last reconcile run found about a sent block
    _text("missing"),
    Column("deleted", Boolean, nullable=False, server_default=false()),
    Index("blocks_queue", "company_id", "queue", "date", "id"),
)

block_versions: Final = Table(
    "block_versions",
    metadata,
    Column("block_id", ForeignKey("blocks.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    _text("contents"),
    _text("at"),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket", String(64), nullable=False, unique=True),
    Column("company_id", ForeignKey("companies.id"), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    # "live", "finished" (nothing more to do), "closed", "superseded"
    Column("state", Text, nullable=False, server_default="live"),
    _text("started"),
    _text("seen"),
    # Blocks added later wait for the next update.
    _number("last_block"),
    _number("total"),
    _number("done"),
    _number("result"),
    _number("repeats"),
    Column("checked", Boolean, nullable=False, server_default=false()),
    Column("pending_id", Integer),
    _number("major", 13),
    _number("minor"),
    _text("error"),
    Index("sessions_live", "company_id", "state"),
)

handouts: Final = Table(
    "handouts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("company_id", ForeignKey("companies.id"), nullable=False),
    # What the request is: see policies.base.Kind
    _text("kind"),
    Column("block_id", Integer),
    _number("version"),
    _number("attempt"),
    _text("set_id"),
    _text("request_id"),
    _text("body"),
    # out: handed out, not answered          again: the same, after its entry was looked for in vain
    # landed: the entry is in QuickBooks     claimed: QuickBooks says so, the entry was not seen yet
    # refused: not written                   kept: as refused, and QuickBooks has stored the refusal
    # free: not executed, not stored         held: nobody can tell; a person must look
    # other: QuickBooks has executed an older version under the same id
    # absent: its entry was looked for and is not there
    # settled: decided by a person, or dead; the block's next request is a new one
    Column("state", Text, nullable=False, server_default="out"),
    _text("words"),
    _text("at"),
    # No id stands for two blocks, or for two requests of one version, whatever the code above this does.
    Index(
        "handouts_set_id",
        "company_id",
        "set_id",
        "version",
        unique=True,
        sqlite_where=text("kind = 'add' AND set_id <> ''"),
        postgresql_where=text("kind = 'add' AND set_id <> ''"),
    ),
)
