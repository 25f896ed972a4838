"""Authenticated, and no session."""

from __future__ import annotations

import signal
from contextlib import closing
from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.scenery import BOSS, PASSWORD
from tests.servers.hostile import Hostile, hears, message, says

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery
    from tests.servers.postgres import Postgres

WITH_ADMIN = "safeconduct why warehouse --admin dba"
INTERNAL = message(
    b"E",
    b"SFATAL\0VFATAL\0CXX000\0Mpg_attribute catalog is missing 1 attribute(s) for relation OID 2662\0"
    b"Frelcache.c\0L611\0RRelationBuildTupleDesc\0\0",
)


@scene("postgres.session.role-limit", WITH_ADMIN)
def role_limit(scenery: Scenery) -> None:
    """The role may have two sessions, and two are open. An administrator, `dba`, is asked."""
    server = scenery.postgres()
    scenery.administrator(server)
    server.sql("ALTER ROLE etl CONNECTION LIMIT 2")
    _log_in(scenery, server, 2)


@scene("postgres.session.database-limit", WITH_ADMIN)
def database_limit(scenery: Scenery) -> None:
    """The database may have one session, and one is open. An administrator, `dba`, is asked."""
    server = scenery.postgres()
    scenery.administrator(server)
    server.sql("ALTER DATABASE sales CONNECTION LIMIT 1")
    _log_in(scenery, server, 1)


@scene("postgres.session.slots-reserved", WITH_ADMIN)
def slots_reserved(scenery: Scenery) -> None:
    """`max_connections` is 6, of which 3 are reserved, and 3 sessions are open. An administrator, `dba`, is asked."""
    server = scenery.postgres()
    server.conf({"max_connections": 6, "superuser_reserved_connections": 3})
    scenery.administrator(server)
    _log_in(scenery, server, 3)


@scene("postgres.session.slots-full")
def slots_full(scenery: Scenery) -> None:
    """All of `max_connections` are taken, by superusers too."""
    server = scenery.postgres()
    server.conf({"max_connections": 5, "superuser_reserved_connections": 1})
    server.create_role("dba", BOSS, "SUPERUSER LOGIN")
    for _ in range(5):
        scenery.enters(closing(server.login("dba", BOSS)))


@scene("postgres.session.not-ready")
def not_ready(scenery: Scenery) -> None:
    """The server is shutting down, and waits for one last session."""
    server = scenery.postgres()
    scenery.afterwards(server.stop)
    scenery.enters(closing(server.superuser()))
    with server.log_contains("received smart shutdown request"):
        server.signal(signal.SIGTERM)


@scene("postgres.session.option-refused")
def option_refused(scenery: Scenery) -> None:
    """`options` in the connection's extra misspells `statement_timeout`."""
    scenery.warehouse(scenery.postgres().port, options="-c statment_timeout=60s")


@scene("postgres.session.attributes-unmet")
def attributes_unmet(scenery: Scenery) -> None:
    """`target_session_attrs` in the connection's extra asks for a standby, and the server is a primary."""
    scenery.warehouse(scenery.postgres().port, target_session_attrs="standby")


@scene("postgres.session.refused-otherwise")
def refused_otherwise(scenery: Scenery) -> None:
    """The server's catalogs are damaged; the words are PostgreSQL's, said here by a server that plays them."""
    scenery.warehouse(
        scenery.enters(Hostile(hears(), says(message(b"R", bytes(4)) + INTERNAL))).port, sslmode="disable"
    )


def _log_in(scenery: Scenery, server: Postgres, count: int) -> None:
    for _ in range(count):
        scenery.enters(closing(server.login("etl", PASSWORD, "sales")))
