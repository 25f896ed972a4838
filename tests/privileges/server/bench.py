"""A server with more than the shop, judged by what its trees say and by running each statement with precisely that."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from safeconduct.model import ObjectKind
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.target import HostPort, Target
from safeconduct.privileges import parse_sql
from safeconduct.privileges.needs import least
from safeconduct.privileges.server import needed_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from safeconduct.model import Grant
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.privileges import Needed
    from safeconduct.privileges.server import NeededBy
    from tests.servers.postgres import Postgres

HERE = Path(__file__).parent
SHOP = (HERE.parent / "shop.sql").read_text()
SCHEMA = (HERE / "schema.sql").read_text()
INVOKER = "CREATE VIEW shop.invoked WITH (security_invoker) AS SELECT id, note FROM shop.orders"
SERVER = needed_by("server", consent=True)


def furnish(server: Postgres) -> None:
    """Make the shop and the role etl, who may use the schemas and nothing in them."""
    server.create_role("etl")
    server.sql("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    server.sql(SHOP)
    server.sql(SCHEMA)
    if server.version >= 15:
        server.sql(INVOKER)
    server.sql("GRANT USAGE ON SCHEMA shop, ext TO etl")


@contextmanager
def session_of(server: Postgres, role: str = "etl", database: str = "postgres") -> Iterator[OpenSession]:
    """A session of ours that has this role."""
    session = attempt(
        Target("warehouse", (HostPort(str(server.folder), server.port),), "postgres", database), 5
    ).session
    assert session
    try:
        session.query(f"SET ROLE {role}")
        yield session
    finally:
        session.close()


def judged(session: OpenSession, statement: str, engine: NeededBy = SERVER) -> Needed:
    """What the engine says that the statement needs."""
    return engine(session, [parse_sql(statement)], "warehouse")


def grants(found: Needed) -> list[Grant]:
    """The least grants without those that every statement here needs."""
    proposals = [need.proposal for need in least(found.needs)]
    return [grant for grant in proposals if grant.kind is not ObjectKind.DATABASE and grant.name != "shop"]


def shown(found: Needed) -> str:
    """The grants in short: SELECT(id) shop.orders; EXECUTE ext.twice(integer)."""
    return "; ".join(f"{g.privilege.value}{f'({g.column})' if g.column else ''} {g.object_sql}" for g in grants(found))


def outcome(connection: psycopg.Connection[Any], given: Iterable[Grant], statement: str) -> str | None:
    """The SQLSTATE with which the server refuses it to etl with these grants alone; None where it passes."""
    connection.execute("BEGIN")
    try:
        connection.execute("REVOKE USAGE ON SCHEMA ext FROM etl")
        for grant in given:
            connection.execute(grant.sql("etl").encode())
        connection.execute("SET SESSION AUTHORIZATION etl")
        _run(connection, statement)
    except psycopg.Error as error:
        return error.sqlstate or "?"
    finally:
        connection.execute("ROLLBACK")
    return None


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    if not statement.startswith("COPY"):
        connection.execute(statement.encode())
        return
    with connection.cursor().copy(statement.encode()) as copy:
        list(copy)
