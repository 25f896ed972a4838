"""The port is open, and what is behind it does not speak PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.servers import hostile
from tests.servers.hostile import Hostile, hangs_up, hears

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery
    from tests.servers.hostile import Deed


@scene("postgres.protocol.silent", "safeconduct why warehouse --timeout 1")
def silent(scenery: Scenery) -> None:
    """Something accepts the connection and never answers."""
    _meets(scenery, *hostile.NEVER_ANSWERS)


@scene("postgres.protocol.closed")
def closed(scenery: Scenery) -> None:
    """Something hears the first bytes and hangs up, as a load balancer without a backend does."""
    _meets(scenery, hears(), hangs_up())


@scene("postgres.protocol.not-postgres")
def not_postgres(scenery: Scenery) -> None:
    """The port is that of an SSH server."""
    _meets(scenery, *hostile.SSH)


@scene("postgres.protocol.malformed")
def malformed(scenery: Scenery) -> None:
    """Something announces a message of 2 GB where PostgreSQL would ask for a password."""
    _meets(scenery, *hostile.ANNOUNCES_2_GB)


def _meets(scenery: Scenery, *script: Deed) -> None:
    scenery.warehouse(scenery.enters(Hostile(*script)).port)
