"""libpq's password file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.scenes.scenery import PASSWORD

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("postgres.passfile.permissions")
def permissions(scenery: Scenery) -> None:
    """The password is in `~/.pgpass`, which everybody may read."""
    scenery.warehouse(scenery.postgres().port, password="")
    path = scenery.user_home / ".pgpass"
    path.write_text(f"*:*:*:etl:{PASSWORD}\n")
    path.chmod(0o644)


@scene("postgres.passfile.unreadable")
def unreadable(scenery: Scenery) -> None:
    """`passfile` in the connection's extra names a secret that was not mounted."""
    scenery.warehouse(scenery.postgres().port, password="", passfile="/run/secrets/pgpass")
