"""The accounts of the roles whose connections were let in: what each needs, holds, lacks, and has too much of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from safeconduct.diagnosis.engines import Engines
from safeconduct.diagnosis.survey import survey_of
from safeconduct.model import Applied, Remedy, RemedyKind, Unjudged
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost
from safeconduct.postgres.target import Target, target_of
from safeconduct.secrets import Found

if TYPE_CHECKING:
    from safeconduct.diagnosis.question import Question
    from safeconduct.diagnosis.sources import Sources
    from safeconduct.diagnosis.survey import Reading, Survey
    from safeconduct.model import Report
    from safeconduct.model.ledger import Ledger
    from safeconduct.postgres.insider import Administrator
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.privileges import Asked
    from safeconduct.privileges.ledger import Wish
    from safeconduct.secrets import Answer


@dataclass
class Accounts:
    """Draws up the account of each session that it visits; sessions may come from several threads.

    `asked` has what is asked of one connection beside what the wish asks of all. With an `administrator`, what the
    account proposes (grants, or else revocations) is run and kept where the role then holds all that it needs. With
    `untold`, some statements could not be told, so that nothing is taken away. `engines` tell what is needed; with
    `observes`, what the role has really run is asked of it, too.
    """

    wish: Wish
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)
    administrator: Administrator | None = None
    untold: bool = False
    engines: Engines = field(default_factory=Engines)
    observes: bool = False
    _ledgers: dict[str, Ledger] = field(default_factory=dict)
    _failed: list[Unjudged] = field(default_factory=list)
    _applied: list[Applied] = field(default_factory=list)
    _unseen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _since: dict[str, str] = field(default_factory=dict)

    def visit(self, name: str, session: OpenSession) -> None:
        """Draw up the account of this session's role. Never raises what the server brings about."""
        from safeconduct.privileges.ledger import draw_up  # heavy, and most walks do without

        asked = (*self.wish.asked, *self.asked.get(name, ()), *self._observed(name, session))
        wish = replace(self.wish, asked=asked)
        needed_by, reason = self.engines.engine_for(session)
        if reason:
            self._failed.append(Unjudged(name, reason))
        try:
            self._ledgers[name] = ledger = draw_up(session, name, wish, needed_by)
        except (QueryRefused, SessionLost) as error:
            self._failed.append(Unjudged(name, f"the catalogs could not be read: {error}"))
            return
        if self.administrator is None:
            return
        try:
            if self._apply(self.administrator, session, ledger):
                self._ledgers[name] = draw_up(session, name, wish, needed_by)
        except (QueryRefused, SessionLost) as error:
            self._failed.append(Unjudged(name, f"whether anything was changed is not known: {error}"))

    def _observed(self, name: str, session: OpenSession) -> tuple[Asked, ...]:
        if not self.observes:
            return ()
        from safeconduct.privileges.observed import observed

        try:
            found = observed(session)
        except SessionLost as error:
            self._unseen[name] = (f"what ran could not be read: {error}",)
            return ()
        self._unseen[name] = found.reasons
        if found.since:
            self._since[name] = (
                f"pg_stat_statements has what ran since {found.since}; what runs more seldom is not in it"
            )
        return found.asked

    def _apply(self, administrator: Administrator, session: OpenSession, ledger: Ledger) -> bool:
        from safeconduct.diagnosis.proof import rehearsed_by
        from safeconduct.privileges.ledger import is_plain
        from safeconduct.privileges.rehearsal import Trial

        texts = ledger.grants if self.wish.missing else _revoked(ledger)
        if not texts:
            return False
        if not self.wish.missing and (ledger.unjudged or self.untold or self._unseen.get(ledger.connection)):
            reason = "not all statements could be told, and what they need might be taken away"
            self._failed.append(Unjudged(ledger.connection, f"nothing was changed: {reason}"))
            return False
        wanted = (ledger.missing if self.wish.missing else ledger.needed) or ()
        if self.wish.missing:
            wanted = tuple(filter(is_plain, wanted))
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
        return tuple(self._dated(name, ledger) for name, ledger in sorted(self._ledgers.items()))

    def _dated(self, name: str, ledger: Ledger) -> Ledger:
        since = self._since.get(name)
        return replace(ledger, remarks=(*ledger.remarks, since)) if since else ledger

    def told(self, report: Report) -> Report:
        """The report of the walks, with what could not be read, and what was applied."""
        unseen = (Unjudged(name, reason) for name, reasons in sorted(self._unseen.items()) for reason in reasons)
        return replace(
            report, unjudged=(*report.unjudged, *self._failed, *unseen), applied=(*report.applied, *self._applied)
        )


def shared_asks(survey: Survey, sources: Sources, reading: Reading, question: Question) -> dict[str, tuple[Asked, ...]]:
    """What is asked of the role of each connection that is walked, by whichever connection of the reading.

    Connections with one login to one database have one role's needs, on whichever host: where they only look as if they
    led to one place, a role is thought to need more than it does, never less.
    """
    others = survey_of(reading.conn_ids, sources).named if reading.conn_ids else ()
    roles: dict[object, dict[str, None]] = {}
    for name, answer in (*survey.named, *others):
        roles.setdefault(_role_of(name, answer, question), {})[name] = None
    return {
        name: tuple(dict.fromkeys(ask for other in names for ask in reading.asked.get(other, ())))
        for names in roles.values()
        for name in names
    }


def _role_of(name: str, answer: Answer, question: Question) -> object:
    """Login and database as libpq would have them; the connection's own name where they cannot be told."""
    if isinstance(answer, Found):
        target = target_of(answer.connection, question.environ, question.home)
        if isinstance(target, Target):
            return target.user, target.database
    return name


def _revoked(ledger: Ledger) -> tuple[str, ...]:
    """What is taken away; the rehearsal has a transaction of its own."""
    every = (text for one in ledger.revocations if not one.blocked for text in one.statements)
    return tuple(text for text in every if text not in ("BEGIN;", "COMMIT;"))
