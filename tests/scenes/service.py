"""libpq's service file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("postgres.service.file-missing")
def file_missing(scenery: Scenery) -> None:
    """The connection names the service `sales`, and `PGSERVICEFILE` a file that is not there."""
    scenery.warehouse(None, host="", service="sales")
    scenery.environment["PGSERVICEFILE"] = "/etc/postgresql-common/pg_service.conf.d/sales"


@scene("postgres.service.unknown")
def unknown(scenery: Scenery) -> None:
    """The connection names the service `sales`, and `~/.pg_service.conf` defines `crm`."""
    _named(scenery, "[crm]\nhost=127.0.0.1\n")


@scene("postgres.service.malformed")
def malformed(scenery: Scenery) -> None:
    """The service's section has blanks around an equals sign."""
    _named(scenery, "[sales]\nhost=127.0.0.1\ndbname = sales\n")


def _named(scenery: Scenery, text: str) -> None:
    scenery.warehouse(None, host="", service="sales")
    (scenery.user_home / ".pg_service.conf").write_text(text)
