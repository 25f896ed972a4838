"""Refusals for want of room, or because the server takes nobody, explained as far as the client can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import Remedy, RemedyKind
from safeconduct.postgres import rules_login as rules

if TYPE_CHECKING:
    from safeconduct.model import Finding
    from safeconduct.postgres.refusal import Refusal

_WHO = "SELECT usename, datname, state, count(*) FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC;"
_END_IDLE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND state = 'idle';"
)


def _sql(text: str, when: str) -> Remedy:
    return Remedy(RemedyKind.SQL, text, when=when)


def role_limit(refusal: Refusal) -> Finding:
    """The role's CONNECTION LIMIT."""
    return refusal.finding(
        rules.ROLE_LIMIT,
        f"{refusal.role} has used up its CONNECTION LIMIT",
        _sql(_WHO, "to see who holds the connections"),
        _sql(f"ALTER ROLE {refusal.role_sql} CONNECTION LIMIT -1;", "to lift the limit"),
    )


def database_limit(refusal: Refusal) -> Finding:
    """The database's CONNECTION LIMIT."""
    return refusal.finding(
        rules.DATABASE_LIMIT,
        f"the database {refusal.database} has used up its CONNECTION LIMIT",
        _sql(_WHO, "to see who holds the connections"),
        _sql(f"ALTER DATABASE {refusal.database_sql} CONNECTION LIMIT -1;", "to lift the limit"),
    )


def slots_reserved(refusal: Refusal) -> Finding:
    """Superusers still get in, so that the remedy can be applied at once."""
    return refusal.finding(
        rules.SLOTS_RESERVED,
        "all ordinary connection slots of the server are taken; the rest is reserved",
        _sql(_WHO, "to see who holds the connections, as a role that may use the reserved slots"),
        _sql(_END_IDLE, "to end all sessions that do nothing, as a superuser; a pool opens its own anew"),
    )


def slots_full(refusal: Refusal) -> Finding:
    """Nobody gets in, so that the first slot must come free outside of PostgreSQL."""
    return refusal.finding(
        rules.SLOTS_FULL,
        "the server has no connection slot left",
        _sql(_WHO, "to see who holds the connections, once a slot is free: end a program that holds one"),
        _sql(_END_IDLE, "to end all sessions that do nothing, once a slot is free, as a superuser"),
    )


_STARTING = "it is starting up or recovering (wait; its log shows the progress)"
_STOPPING = "it is shutting down or being restarted"
_STANDBY = "it is a standby with hot_standby=off (it will never take logins until promoted)"
_BY_WORDS = {
    "the database system is shutting down": (_STOPPING,),
    "the database system is in recovery mode": (_STARTING,),
    "the database system is not yet accepting connections": (_STARTING,),
    "the database system is not accepting connections": (_STANDBY,),
}


def not_ready(refusal: Refusal) -> Finding:
    """Where the words are English they say which it is; before 14 a standby says that it is starting up, too."""
    possible = _BY_WORDS.get(refusal.error.message, (_STARTING, _STOPPING, _STANDBY))
    when = "it is a standby that is to answer queries: in its postgresql.conf; then restart it"
    standby = Remedy(RemedyKind.OPTION, "hot_standby = on", when=when)
    return refusal.finding(
        rules.NOT_READY,
        "the server takes no logins at the moment",
        *([standby] if _STANDBY in possible else []),
        possible=possible,
    )
