"""Taking back what a test did to a PostgreSQL cluster, cheaply when it did little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeconduct.model import quote_identifier

if TYPE_CHECKING:
    from tests.servers.postgres import Postgres

_STATE = """
SELECT 'database', datname::text FROM pg_database
UNION ALL SELECT 'role', rolname::text FROM pg_roles
UNION ALL SELECT 'superuser', (rolpassword IS NULL)::text || rolconnlimit FROM pg_authid WHERE rolname = 'postgres'
UNION ALL SELECT 'right', datname || coalesce(datacl::text, '') || datallowconn || datconnlimit FROM pg_database
    WHERE datname IN ('postgres', 'template0', 'template1')
UNION ALL SELECT 'right', nspname || coalesce(nspacl::text, '') FROM pg_namespace WHERE nspname !~ '^pg_t'
UNION ALL SELECT 'right', setdatabase::text || setrole::text || setconfig::text FROM pg_db_role_setting
UNION ALL SELECT 'right', member::regrole::text || ' in ' || roleid::regrole::text FROM pg_auth_members
UNION ALL SELECT 'object', oid::text FROM pg_class WHERE oid >= 16384
UNION ALL SELECT 'object', oid::text FROM pg_proc WHERE oid >= 16384
UNION ALL SELECT 'object', oid::text FROM pg_type WHERE oid >= 16384
UNION ALL SELECT 'object', oid::text FROM pg_namespace WHERE oid >= 16384
UNION ALL SELECT 'object', oid::text FROM pg_extension WHERE oid >= 16384
UNION ALL SELECT 'object', oid::text FROM pg_largeobject_metadata
UNION ALL SELECT 'object', oid::text FROM pg_default_acl
"""

State = frozenset[tuple[str, str]]


def snapshot(server: Postgres) -> State:
    """What roles, databases, rights and objects there are, in the cluster and in its database `postgres`."""
    return frozenset(server.sql(_STATE))


def restore(server: Postgres, pristine: State) -> None:
    """Bring the cluster back to the snapshot. AssertionError when something withstands."""
    assert not server.sql("SELECT 1 FROM pg_prepared_xacts"), "a test left a prepared transaction behind"
    _end_sessions(server)
    changes = snapshot(server) ^ pristine
    if not changes:
        return
    _undo(server, {kind: sorted(name for k, name in changes if k == kind) for kind, _ in changes})
    left = snapshot(server) ^ pristine
    assert not left, f"a test changed what reset() cannot take back: {sorted(left)}"


def _end_sessions(server: Postgres) -> None:
    server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
               " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")  # fmt: skip


def _undo(server: Postgres, changes: dict[str, list[str]]) -> None:
    """Databases first, then roles, which own nothing by then; `postgres` is made anew only when it was changed."""
    with server.superuser("template1") as session:
        for name in changes.get("database", []):
            session.execute(f"DROP DATABASE IF EXISTS {quote_identifier(name)} WITH (FORCE)".encode())
        if changes.keys() & {"object", "right"} or "postgres" in changes.get("database", []):
            session.execute("DROP DATABASE IF EXISTS postgres WITH (FORCE)")
            session.execute("CREATE DATABASE postgres TEMPLATE template0")
            session.execute("ALTER ROLE ALL RESET ALL")
            session.execute("ALTER ROLE postgres RESET ALL")
    with server.superuser() as session:
        for name in changes.get("role", []):
            session.execute(f"DROP OWNED BY {quote_identifier(name)}".encode())
            session.execute(f"DROP ROLE {quote_identifier(name)}".encode())
        session.execute("ALTER ROLE postgres PASSWORD NULL CONNECTION LIMIT -1")
