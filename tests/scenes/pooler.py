"""A PgBouncer in front of PostgreSQL."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("postgres.pooler.user-unknown")
def user_unknown(scenery: Scenery) -> None:
    """PgBouncer's `auth_file` has `etl`, and the connection's login is `reporting`."""
    scenery.warehouse(scenery.pgbouncer(scenery.postgres()).port, shown="6432", user="reporting")


@scene("postgres.pooler.database-unknown")
def database_unknown(scenery: Scenery) -> None:
    """PgBouncer's `[databases]` has one line, for `crm`."""
    server = scenery.postgres()
    pooler = scenery.pgbouncer(server)
    pooler.only_database("crm", f"host={server.host} port={server.port}")


@scene("postgres.pooler.server-refused")
def server_refused(scenery: Scenery) -> None:
    """PgBouncer knows `etl`, and PostgreSQL has made that role NOLOGIN."""
    server = scenery.postgres()
    scenery.pgbouncer(server)
    server.sql("ALTER ROLE etl NOLOGIN")


@scene("postgres.pooler.parameter-unsupported")
def parameter_unsupported(scenery: Scenery) -> None:
    """The connection's extra has `options`, which PgBouncer passes on only where it is told to."""
    port = scenery.pgbouncer(scenery.postgres()).port
    scenery.warehouse(port, shown="6432", options="-c statement_timeout=60s")


@scene("postgres.pooler.full")
def full(scenery: Scenery) -> None:
    """PgBouncer's `max_client_conn` is 1, and one client is there."""
    pooler = scenery.pgbouncer(scenery.postgres())
    pooler.conf({"max_client_conn": 1})
    scenery.enters(closing(pooler.login("etl", PASSWORD, "sales")))


@scene("postgres.pooler.refused")
def refused(scenery: Scenery) -> None:
    """PgBouncer insists on TLS (`client_tls_sslmode=require`), and the connection has `sslmode=disable`."""
    pooler = scenery.pgbouncer(scenery.postgres())
    pooler.enable_tls(scenery.authority(), mode="require")
    scenery.warehouse(pooler.port, shown="6432", sslmode="disable")
