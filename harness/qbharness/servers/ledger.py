"""The owner's side: Work Blocks added, edited, listed and marked; companies and users made."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any, Final, final

import sqlalchemy as sa
from attrs import asdict

from qbharness.servers import schema
from qbharness.servers.clock import Clock
from qbharness.servers.passwords import check_password, hash_password
from qbharness.servers.problems import BadInput, Conflict, NotFound
from qbharness.servers.schema import QUEUE_DONE, QUEUE_IN_DOUBT, QUEUE_WAITING
from qbharness.servers.store import Store
from qbharness.servers.work_blocks import Values, read_date, read_values
from qbharness.servers.xml import is_text

_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LARGEST_ID: Final = 2**31 - 1
"""PostgreSQL's integer; SQLite's ends later, and both fail on what is larger."""

_companies, _users, _blocks = schema.companies, schema.users, schema.blocks

# Statements are made once: making one costs more than SQLite takes to perform it.
_ADD_COMPANY: Final = sa.insert(_companies)
_ADD_USER: Final = sa.insert(_users)
_ADD_BLOCK: Final = sa.insert(_blocks)
_ADD_VERSION: Final = sa.insert(schema.block_versions)
_CHANGE_COMPANY: Final = sa.update(_companies).where(_companies.c.id == sa.bindparam("_id"))
_CHANGE_USER: Final = sa.update(_users).where(_users.c.id == sa.bindparam("_id"))
_CHANGE_BLOCK: Final = sa.update(_blocks).where(_blocks.c.id == sa.bindparam("_id"))
_SETTLE: Final = (
    sa.update(schema.handouts).where(schema.handouts.c.id == sa.bindparam("_id")).values(state="settled")
)
_COMPANY: Final = sa.select(_companies).where(_companies.c.name == sa.bindparam("name"))
_FIRST_COMPANY: Final = sa.select(_companies).order_by(_companies.c.id).limit(1)
_COMPANIES: Final = sa.select(_companies.c.name).order_by(_companies.c.id)
_USER: Final = sa.select(_users).where(_users.c.name == sa.bindparam("name"))
_USERS: Final = (
    sa.select(_users.c.name).where(_users.c.company_id == sa.bindparam("company")).order_by(_users.c.id)
)
_BLOCK: Final = sa.select(_blocks).where(
    _blocks.c.id == sa.bindparam("id"),
    _blocks.c.company_id == sa.bindparam("company"),
    _blocks.c.deleted.is_(sa.false()),
)
_LIST: Final = (
    sa.select(_blocks, schema.handouts.c.state.label("handout_state"))
    .outerjoin(schema.handouts, schema.handouts.c.id == _blocks.c.handout_id)
    .where(_blocks.c.company_id == sa.bindparam("company"), _blocks.c.deleted.is_(sa.false()))
    .order_by(_blocks.c.date, _blocks.c.id)
)
_SHOWN: Final = _LIST.where(_blocks.c.id == sa.bindparam("id"))


@final
class Ledger:
    """Every change is one transaction; a bad value changes nothing."""

    def __init__(self, store: Store, clock: Clock, password_cost: int) -> None:
        self._store = store
        self._clock = clock
        self._cost = password_cost
        self._hashes: dict[tuple[str, str], str] = {}
        self._file_ids: dict[str, str] = {}

    # Companies and users

    def add_company(self, name: str) -> Any:
        """The company of that name; made if it is new."""
        if not name or len(name) > 255 or not name.isprintable() or "/" in name:
            raise BadInput("A company's name is a printable text without a slash.", name="company")
        with self._store.transaction() as db:
            self._store.lock_all(db)
            row = db.execute(_COMPANY, {"name": name}).one_or_none()
            if row is None:
                db.execute(
                    _ADD_COMPANY,
                    {
                        "name": name,
                        "mark": "".join(secrets.choice(_ALPHABET) for _ in range(6)),
                        "file_id": self._file_id(name),
                    },
                )
                row = db.execute(_COMPANY, {"name": name}).one()
            return row

    def _file_id(self, company: str) -> str:
        """Random, but the same after a reset: the ``.qwc`` that was handed out stays right."""
        return self._file_ids.setdefault(company, "{" + str(uuid.uuid4()) + "}")

    def add_user(self, company: str, name: str, password: str) -> None:
        """A user who may run updates of ``company``; one of that name gets the new password."""
        if not name or len(name) > 255 or not name.isprintable() or not password:
            raise BadInput("A user has a printable name and a password.", name="user")
        company_id = self.add_company(company).id
        with self._store.transaction() as db:
            self._store.lock_all(db)
            row = db.execute(_USER, {"name": name}).one_or_none()
            if row is None:
                values = {"company_id": company_id, "name": name}
                db.execute(_ADD_USER, values | {"password": self._hash(name, password)})
                return
            if row.company_id != company_id:
                raise Conflict(f"The user {name!r} belongs to another company.", name="user")
            if not check_password(password, row.password, self._cost):
                db.execute(_CHANGE_USER, {"_id": row.id, "password": self._hash(name, password)})

    def _hash(self, name: str, password: str) -> str:
        """Hashed once a process: a reset makes the same users again, and must be quick."""
        key = (name, password)
        if key not in self._hashes:
            self._hashes[key] = hash_password(password, self._cost)
        return self._hashes[key]

    def company(self, name: str) -> Any:
        """The company's row; with an empty name the first one."""
        found = None
        if is_text(name):  # PostgreSQL fails on a text with a NUL in it
            with self._store.transaction() as db:
                row = db.execute(_COMPANY, {"name": name}) if name else db.execute(_FIRST_COMPANY)
                found = row.one_or_none()
        if found is None:
            raise NotFound(f"There is no company {name!r}.", name="company")
        return found

    def companies(self) -> list[str]:
        with self._store.transaction() as db:
            return list(db.execute(_COMPANIES).scalars())

    def users(self, company: int) -> list[str]:
        with self._store.transaction() as db:
            return list(db.execute(_USERS, {"company": company}).scalars())

    def set_period(self, company: int, since: object, until: object) -> dict[str, str | None]:
        """Select the days that updates send, both included; None leaves that side open."""
        period = {
            "period_from": None if since is None else read_date(since, "from"),
            "period_to": None if until is None else read_date(until, "to"),
        }
        if since is not None and until is not None and str(since) > str(until):
            raise BadInput("The period ends before it begins.", name="to")
        self._change_company(company, period)
        return {"from": period["period_from"], "to": period["period_to"]}

    def want_reconcile(self, company: int) -> None:
        """Let the next update compare what was sent with what QuickBooks still has."""
        self._change_company(company, {"reconcile": "wanted"})

    def _change_company(self, company: int, changes: Mapping[str, str | None]) -> None:
        with self._store.transaction() as db:
            self._store.lock_company(db, company)
            db.execute(_CHANGE_COMPANY, {**changes, "_id": company})

    # Work Blocks

    def add_block(self, company: int, given: Mapping[str, Any]) -> dict[str, Any]:
        return self.add_blocks(company, [read_values(given)])[0]

    def add_blocks(self, company: int, many: list[Values]) -> list[dict[str, Any]]:
        """Add all or none."""
        made = []
        with self._store.transaction() as db:
            self._store.lock_company(db, company)
            for values in many:
                row = {"company_id": company, **asdict(values)}
                done = db.execute(_ADD_BLOCK, row)
                block_id = done.inserted_primary_key[0]  # type: ignore[index]
                self._keep_version(db, block_id, 1, values)
                made.append(block_id)
            return [self._shown(db, company, block_id) for block_id in made]

    def edit_block(self, company: int, block_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
        """Make a new version. What was sent is not sent again; what is in doubt is settled first."""
        with self._store.transaction() as db:
            self._store.lock_company(db, company)
            row = self._find(db, company, block_id)
            values = read_values(given, values_of(row))
            version = row.version + 1
            changes = {**asdict(values), "version": version}
            db.execute(_CHANGE_BLOCK, {**changes, "_id": block_id})
            self._keep_version(db, block_id, version, values)
            return self._shown(db, company, block_id)

    def delete_block(self, company: int, block_id: int) -> None:
        """Take the block off the list. Its row stays, so that its number is never used again."""
        with self._store.transaction() as db:
            self._store.lock_company(db, company)
            row = self._find(db, company, block_id)
            changes: dict[str, Any] = {"deleted": True}
            if row.queue != QUEUE_IN_DOUBT:  # what is in doubt is still asked for, not sent
                changes["queue"] = QUEUE_DONE
            db.execute(_CHANGE_BLOCK, {**changes, "_id": block_id})

    def mark_sent(self, company: int, block_id: int) -> dict[str, Any]:
        """A person has seen the block in QuickBooks: it is not sent any more."""
        with self._store.transaction() as db:
            self._store.lock_company(db, company)
            row = self._find(db, company, block_id)
            changes = {
                "state": "sent",
                "queue": QUEUE_DONE,
                "sent_version": row.version,
                "sent_at": self._clock.stamp(),
                "words": "",
                "missing": "",
            }
            db.execute(_CHANGE_BLOCK, {**changes, "_id": block_id})
            self._settle(db, row.handout_id)
            return self._shown(db, company, block_id)

    def mark_not_sent(self, company: int, block_id: int) -> dict[str, Any]:
        """A person wants the block to be sent (again).

        A block in doubt stays in doubt: its next request asks QuickBooks under the same id, which is
        the one way of sending it that cannot double it. One that is held is released.
        """
        with self._store.transaction() as db:
            self._store.lock_company(db, company)
            row = self._find(db, company, block_id)
            if row.queue != QUEUE_IN_DOUBT or self._is_held(db, row.handout_id):
                changes = {
                    "state": "not sent",
                    "queue": QUEUE_WAITING,
                    "sent_version": None,
                    "txn_id": None,
                    "sent_at": None,
                    "words": "",
                    "missing": "",
                }
                db.execute(_CHANGE_BLOCK, {**changes, "_id": block_id})
                self._settle(db, row.handout_id)
            return self._shown(db, company, block_id)

    def blocks(self, company: int, **filters: str) -> list[dict[str, Any]]:
        """Every block in date order; ``since``, ``until``, ``employee``, ``customer`` narrow it."""
        query = _LIST
        if filters.get("since"):
            query = query.where(_blocks.c.date >= filters["since"])
        if filters.get("until"):
            query = query.where(_blocks.c.date <= filters["until"])
        for name in ("employee", "customer"):
            if filters.get(name):
                if not is_text(filters[name]):
                    raise BadInput(f"The filter {name!r} is a text.", name=name)
                query = query.where(
                    sa.func.lower(_blocks.c[name]).contains(filters[name].lower(), autoescape=True)
                )
        with self._store.transaction() as db:
            return [show(row) for row in db.execute(query, {"company": company})]

    def block(self, company: int, block_id: int) -> dict[str, Any]:
        with self._store.transaction() as db:
            return self._shown(db, company, block_id)

    def versions(self, company: int, block_id: int) -> list[dict[str, Any]]:
        """Every version of the block's contents, oldest first."""
        kept = schema.block_versions
        query = sa.select(kept).where(kept.c.block_id == block_id).order_by(kept.c.version)
        with self._store.transaction() as db:
            self._find(db, company, block_id)
            rows = db.execute(query).all()
        return [{"version": r.version, "at": r.at, **json.loads(r.contents)} for r in rows]

    def updates(self, company: int, count: int = 20) -> list[dict[str, Any]]:
        """The last updates, newest first, with what the Web Connector was told."""
        seen = schema.sessions
        query = (
            sa.select(seen, _users.c.name.label("user"))
            .join(_users, _users.c.id == seen.c.user_id)
            .where(seen.c.company_id == company)
            .order_by(seen.c.id.desc())
            .limit(count)
        )
        names = ("user", "state", "started", "seen", "total", "done", "error")
        with self._store.transaction() as db:
            return [{n: getattr(row, n) for n in names} for row in db.execute(query)]

    def _find(self, db: sa.Connection, company: int, block_id: int) -> Any:
        return _row_of(db, _BLOCK, block_id, company)

    def _shown(self, db: sa.Connection, company: int, block_id: int) -> dict[str, Any]:
        return show(_row_of(db, _SHOWN, block_id, company))

    def _keep_version(self, db: sa.Connection, block_id: int, version: int, values: Values) -> None:
        row = {"block_id": block_id, "version": version, "at": self._clock.stamp()}
        db.execute(_ADD_VERSION, row | {"contents": json.dumps(values.public())})

    def _is_held(self, db: sa.Connection, handout_id: int | None) -> bool:
        kept = schema.handouts
        query = sa.select(kept.c.state).where(kept.c.id == handout_id)
        return db.execute(query).scalar_one_or_none() == "held"

    def _settle(self, db: sa.Connection, handout_id: int | None) -> None:
        """A person has decided: the next request of the block is a new one, under a new id."""
        if handout_id is not None:
            db.execute(_SETTLE, {"_id": handout_id})


def _row_of(db: sa.Connection, query: sa.Select[Any], block_id: int, company: int) -> Any:
    """The block's row. A number that no database keeps is one that does not exist, for pages too."""
    found = None
    if 0 < block_id <= _LARGEST_ID:
        found = db.execute(query, {"id": block_id, "company": company}).one_or_none()
    if found is None:
        raise NotFound(f"There is no Work Block {block_id}.", name="id")
    return found


def values_of(row: Any) -> Values:
    """A block's contents from its row."""
    return Values(
        employee=row.employee,
        customer=row.customer,
        date=row.date,
        minutes=row.minutes,
        service_item=row.service_item,
        class_name=row.class_name,
        payroll_item=row.payroll_item,
        notes=row.notes,
        billable=bool(row.billable),
    )


def show(row: Any) -> dict[str, Any]:
    """A block as the JSON API and the page show it."""
    return {
        "id": row.id,
        "version": row.version,
        "state": row.state,
        "sent_version": row.sent_version,
        "edited_since": row.sent_version is not None and row.version != row.sent_version,
        "txn_id": row.txn_id,
        "sent_at": row.sent_at,
        "words": row.words,
        "missing": row.missing,
        "needs_a_person": row.handout_state == "held",
        **values_of(row).public(),
    }
