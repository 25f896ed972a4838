"""The accounts of the roles whose connections were let in: what each needs, holds, lacks, and has too much of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.model import Applied, Remedy, RemedyKind, Unjudged
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from safeconduct.model import Report
    from safeconduct.model.ledger import Ledger
    from safeconduct.postgres.insider import Administrator
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.privileges import Asked
    from safeconduct.privileges.ledger import Wish


@dataclass
class Accounts:
    """Draws up the account of each session that it visits; sessions may come from several threads.

    `asked` has what is asked of one connection beside what the wish asks of all. With an `administrator`, what the
    account proposes (grants, or else revocations) is run and kept where the role then holds all that it needs.
    """

    wish: Wish
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)
    administrator: Administrator | None = None
    _ledgers: dict[str, Ledger] = field(default_factory=dict)
    _failed: list[Unjudged] = field(default_factory=list)
    _applied: list[Applied] = field(default_factory=list)

    def visit(self, name: str, session: OpenSession) -> None:
        """Draw up the account of this session's role. Never raises what the server brings about."""
        from safeconduct.privileges.ledger import draw_up  # heavy, and most walks do without

        wish = replace(self.wish, asked=(*self.wish.asked, *self.asked.get(name, ())))
        try:
            self._ledgers[name] = ledger = draw_up(session, name, wish)
            if self.administrator and self._apply(self.administrator, session, ledger):
                self._ledgers[name] = draw_up(session, name, wish)
        except (QueryRefused, SessionLost) as error:
            self._failed.append(Unjudged(name, f"the catalogs could not be read: {error}"))

    def _apply(self, administrator: Administrator, session: OpenSession, ledger: Ledger) -> bool:
        from safeconduct.diagnosis.proof import rehearsed_by
        from safeconduct.privileges.rehearsal import Trial

        texts = ledger.grants if self.wish.missing else _revoked(ledger)
        if not texts:
            return False
        wanted = (ledger.missing if self.wish.missing else ledger.needed) or ()
        seen = rehearsed_by(administrator, session, Trial(ledger.role, wanted, texts, keep=True))
        if not seen.kept:
            reason = seen.reason or "it is not certain that the administrator is on the same server"
            self._failed.append(Unjudged(ledger.connection, f"nothing was changed: {reason}"))
            return False
        self._applied += (
            Applied(ledger.connection, Remedy(RemedyKind.SQL, text, proven=True), administrator.label) for text in texts
        )
        return True

    @property
    def ledgers(self) -> tuple[Ledger, ...]:
        """The accounts, by the names of their connections."""
        return tuple(ledger for _, ledger in sorted(self._ledgers.items()))

    def told(self, report: Report) -> Report:
        """The report of the walks, with what could not be read, and what was applied."""
        return replace(report, unjudged=(*report.unjudged, *self._failed), applied=(*report.applied, *self._applied))


def _revoked(ledger: Ledger) -> tuple[str, ...]:
    """What is taken away; the rehearsal has a transaction of its own."""
    every = (text for one in ledger.revocations for text in one.statements)
    return tuple(text for text in every if text not in ("BEGIN;", "COMMIT;"))
