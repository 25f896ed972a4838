"""The accounts of the roles whose connections were let in: what each needs, holds, lacks, and has too much of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Unjudged
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from safeconduct.model import Report
    from safeconduct.model.ledger import Ledger
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.privileges.ledger import Wish


class Accounts:
    """Draws up the account of each session that it visits; sessions may come from several threads."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._ledgers: dict[str, Ledger] = {}
        self._failed: list[Unjudged] = []

    def visit(self, name: str, session: OpenSession) -> None:
        """Draw up the account of this session's role. Never raises what the server brings about."""
        from safeconduct.privileges.ledger import draw_up  # heavy, and most walks do without

        try:
            self._ledgers[name] = draw_up(session, name, self._wish)
        except (QueryRefused, SessionLost) as error:
            self._failed.append(Unjudged(name, f"the catalogs could not be read: {error}"))

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """The accounts, by the names of their connections."""
        return tuple(ledger for _, ledger in sorted(self._ledgers.items()))

    def told(self, report: Report) -> Report:
        """The report of the walks, with what could not be read."""
        return replace(report, unjudged=(*report.unjudged, *self._failed))
