"""Logged in, and not let into the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("postgres.database.connect-missing")
def connect_missing(scenery: Scenery) -> None:
    """PUBLIC may no longer connect to `sales`, and nobody granted it to `etl`."""
    scenery.postgres().sql("REVOKE CONNECT ON DATABASE sales FROM PUBLIC")


@scene("postgres.database.missing")
def missing(scenery: Scenery) -> None:
    """The connection's schema field says `salse`; the database is called `sales`."""
    scenery.warehouse(scenery.postgres().port, database="salse")


@scene("postgres.database.not-accepting")
def not_accepting(scenery: Scenery) -> None:
    """An administrator closed `sales` for maintenance."""
    scenery.postgres().sql("ALTER DATABASE sales ALLOW_CONNECTIONS false")
