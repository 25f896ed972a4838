"""Snapshots of the catalogs behind the connections that were let in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.model import Unjudged
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from safeconduct.model import Report
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.privileges.snapshot import Document


@dataclass
class Snapshots:
    """Takes one of each session that it visits."""

    taken: dict[str, Document] = field(default_factory=dict)
    _failed: list[Unjudged] = field(default_factory=list)

    def visit(self, name: str, session: OpenSession) -> None:
        """Take it. Never raises what the server brings about."""
        from safeconduct.privileges.snapshot import take  # heavy, and most walks do without

        try:
            self.taken[name] = take(session, name)
        except (QueryRefused, SessionLost) as error:
            self._failed.append(Unjudged(name, f"the catalogs could not be read: {error}"))

    def told(self, report: Report) -> Report:
        """The report of the walks, with what could not be read."""
        return replace(report, unjudged=(*report.unjudged, *self._failed))
