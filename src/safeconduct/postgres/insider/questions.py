"""The questions that an administrator's session answers, as values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.postgres.query import QueryRefused

if TYPE_CHECKING:
    from safeconduct.postgres.session import Row, Session

_SQL = Path(__file__).parent.with_name("sql")


@cache
def statement(name: str) -> str:
    """The text of one of this room's SQL files."""
    return (_SQL / f"inside_{name}.sql").read_text("utf-8")


@dataclass(frozen=True)
class Myself:
    """Who asks. `seen_from` is the address that the server sees this host under, None over a unix socket.

    `has_tls` says whether the server serves TLS at all.
    """

    superuser: bool
    seen_from: str | None
    server_address: str | None
    port: int
    has_tls: bool = True


@dataclass(frozen=True)
class RoleFacts:
    """A role. `valid_until` is as the server writes it; `limit` is -1 for none."""

    can_log_in: bool
    valid_until: str | None
    expired: bool
    limit: int
    sessions: int


@dataclass(frozen=True)
class DatabaseFacts:
    """A database; `connect_granted_to` names the roles that hold CONNECT, PUBLIC among them."""

    limit: int
    sessions: int
    owner: str
    connect_granted_to: str


@dataclass(frozen=True)
class Sessions:
    """So many sessions of one role in one database in one state."""

    role: str
    database: str
    state: str
    count: int

    def __str__(self) -> str:
        return f"{self.count} of {self.role} in {self.database}, {self.state}"


def myself(session: Session) -> Myself:
    """Who this session is. Raises what Session.query raises, as all of these do."""
    superuser, seen_from, server_address, port, tls = session.query(statement("self"))[0]
    return Myself(superuser == "on", seen_from, server_address, int(port or 0), tls == "on")


def role(session: Session, name: str) -> RoleFacts | None:
    """The role of this name; None where there is none."""
    row = _first(session.query(statement("role"), [name]))
    if row is None:
        return None
    can_log_in, until, expired, limit, count = row
    return RoleFacts(can_log_in == "true", until, expired == "true", int(limit or -1), int(count or 0))


def password_kind(session: Session, name: str) -> str | None:
    """`none`, `scram-sha-256`, `md5` or `another`; None where this session may not see it."""
    try:
        row = _first(session.query(statement("password"), [name]))
    except QueryRefused:
        return None
    return row[0] if row else None


def database(session: Session, name: str) -> DatabaseFacts | None:
    """The database of this name; None where there is none."""
    row = _first(session.query(statement("database"), [name]))
    if row is None:
        return None
    limit, count, owner, granted = row
    return DatabaseFacts(int(limit or -1), int(count or 0), owner or "", granted or "nobody")


def names(session: Session, kind: str) -> list[str]:
    """All names of a kind: `role` or `database`."""
    return [row[1] or "" for row in session.query(statement("names")) if row[0] == kind]


def slots(session: Session) -> tuple[int, int, int]:
    """max_connections, superuser_reserved_connections and reserved_connections."""
    row = session.query(statement("slots"))[0]
    return int(row[0] or 0), int(row[1] or 0), int(row[2] or 0)


def sessions(session: Session, role_name: str = "", database_name: str = "") -> list[Sessions]:
    """Who holds connections, most first: of this role, in this database, or of all."""
    rows = session.query(statement("sessions"), [role_name, database_name])
    return [Sessions(row[0] or "", row[1] or "", row[2] or "", int(row[3] or 0)) for row in rows]


def _first(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None
