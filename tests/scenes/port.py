"""The way to the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene
from tests.servers.hostile import SilentPort
from tests.servers.processes import free_port

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("postgres.port.refused")
def refused(scenery: Scenery) -> None:
    """The server has been stopped."""
    scenery.warehouse(free_port())


@scene("postgres.port.timed-out", "safeconduct why warehouse --timeout 1")
def timed_out(scenery: Scenery) -> None:
    """Packets to the port vanish, as behind a firewall that drops them."""
    scenery.warehouse(scenery.enters(SilentPort()).port)


@scene("postgres.port.unreachable")
def unreachable(scenery: Scenery) -> None:
    """This host has no route to the server's network: its VPN is down."""
    scenery.warehouse(5432, host="10.20.30.40")
    scenery.is_alone()


@scene("postgres.port.socket-absent")
def socket_absent(scenery: Scenery) -> None:
    """The connection's host is the directory `/var/run/postgresql`, and the server runs on another machine."""
    scenery.warehouse(5432, host=str(scenery.folder("/var/run/postgresql")))
