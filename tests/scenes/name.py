"""The host's name, asked of a name service that says no and of one that says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.scenes.registry import scene

if TYPE_CHECKING:
    from tests.scenes.scenery import Scenery


@scene("postgres.name.unknown")
def unknown(scenery: Scenery) -> None:
    """The host is written `db.exmaple.com`, and the name service knows no such name."""
    scenery.warehouse(5432, host="db.exmaple.com")
    scenery.is_alone("--knows-no-name")


@scene("postgres.name.no-answer")
def no_answer(scenery: Scenery) -> None:
    """The name server in `/etc/resolv.conf` is not there."""
    scenery.warehouse(5432, host="db.example.com")
    scenery.is_alone()
