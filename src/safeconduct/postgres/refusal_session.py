"""Refusals for want of a connection slot, or because the server takes no logins at the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_login as rules

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from safeconduct.postgres.refusal import Refusal


def _lift(sql: str) -> Remedy:
    return Remedy(RemedyKind.SQL, sql, when="to lift the limit")


def _who(when: str = "") -> Remedy:
    """What to run in psql: it looks, and lets nobody in."""
    look = "SELECT usename, datname, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;"
    return Remedy(RemedyKind.COMMAND, look, when=f"in psql, to see who holds the connections{when}")


def role_limit(refusal: Refusal) -> Finding:
    """The role's CONNECTION LIMIT is reached."""
    return refusal.finding(
        rules.ROLE_LIMIT,
        f"{refusal.role} has used up its CONNECTION LIMIT",
        _who(),
        _lift(f"ALTER ROLE {refusal.role_sql} CONNECTION LIMIT -1;"),
    )


def database_limit(refusal: Refusal) -> Finding:
    """The database's CONNECTION LIMIT is reached."""
    return refusal.finding(
        rules.DATABASE_LIMIT,
        f"the database {refusal.database} has used up its CONNECTION LIMIT",
        _who(),
        _lift(f"ALTER DATABASE {refusal.database_sql} CONNECTION LIMIT -1;"),
    )


def slots_reserved(refusal: Refusal) -> Finding:
    """Only slots for superusers are left."""
    return refusal.finding(
        rules.SLOTS_RESERVED,
        "all ordinary connection slots of the server are taken; the rest is reserved",
        _who(", as a role that may use the reserved slots"),
    )


def slots_full(refusal: Refusal) -> Finding:
    """No slot is left at all."""
    return refusal.finding(
        rules.SLOTS_FULL,
        "the server has no connection slot left",
        _who(", once a slot is free"),
    )


def not_ready(refusal: Refusal) -> Finding:
    """The server is starting, stopping or a standby that takes no logins; its own words narrow that down."""
    starting = "it is starting up or recovering (wait; its log shows the progress)"
    stopping = "it is shutting down or being restarted"
    standby = "it is a standby with hot_standby=off (it will never take logins until promoted)"
    possible: tuple[str, ...] = (starting, stopping, standby)
    english = refusal.error.message
    if english == "the database system is shutting down":
        possible = (stopping,)
    elif english in {"the database system is starting up", "the database system is in recovery mode"}:
        possible = (starting,)
    return refusal.finding(rules.NOT_READY, "the server takes no logins at the moment", possible=possible)
