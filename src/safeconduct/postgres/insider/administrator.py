"""An administrator's session, asked what the client was not told. It only looks."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.model import Finding
from safeconduct.postgres import rules_login as rules
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.insider import login, questions, room
from safeconduct.postgres.insider.interface import Inside, Insider
from safeconduct.postgres.insider.rule import explain_rule
from safeconduct.postgres.insider.same_server import another_server
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import SessionLost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from safeconduct.model import Unjudged
    from safeconduct.postgres.insider.questions import Myself
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.postgres.refusal import Refusal
    from safeconduct.postgres.session import Session
    from safeconduct.postgres.target import Target


class Administrator(Insider):
    """Whoever this target lets in. The login is tried once, when the first refusal asks for it."""

    def __init__(self, target: Target, timeout: float) -> None:
        self.secrets = target.secrets
        self._target = _on_its_own_path(target)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._tried = False
        self._barred: set[str] = set()
        self._session: OpenSession | None = None
        self._myself: Myself | None = None
        self._trouble: Finding | Unjudged | None = None

    @property
    def trouble(self) -> Finding | Unjudged | None:
        """See Insider."""
        return self._trouble

    def explain(self, finding: Finding, refusal: Refusal) -> Inside:
        """See Insider."""
        if finding.rule not in _QUESTIONS and finding.rule not in _RULE_QUESTIONS:
            return Inside()
        with self._lock:
            session = self._opened()
            if session is None or self._myself is None:
                return Inside(evidence={"administrator": "could not be asked (see there)"})
            if other := another_server(refusal, self._myself, session.peer):
                return Inside(evidence={"administrator": other})
            try:
                inside = self._ask(session, refusal, finding)
            except (QueryRefused, SessionLost) as error:
                return Inside(evidence={"administrator": f"{self._target.user} could not look: {error}"})
        return replace(inside, evidence={**inside.evidence, "known from": f"administrator {self._target.user}"})

    def _ask(self, session: Session, refusal: Refusal, finding: Finding) -> Inside:
        if finding.rule in _RULE_QUESTIONS:
            assert self._myself is not None
            return explain_rule(session, refusal, finding, self._myself)
        return _QUESTIONS[finding.rule](session, refusal, finding)

    @property
    def label(self) -> str:
        """Who it is, and where."""
        return self._target.label

    def apply(self, refusal: Refusal, statement: str) -> str:
        """Run one statement on the server that refused; "" when it went well, else why not."""
        with self._lock:
            session = self._opened()
            if session is None or self._myself is None:
                return "the administrator does not get in"
            # To change something, addresses that are as good as the same are not enough.
            if refusal.server is None or refusal.server.text != session.peer:
                return "it is not certain that the administrator is on the server that refused: name the same address"
            try:
                session.query(statement)
            except (QueryRefused, SessionLost) as error:
                return str(error)
        return ""

    def way_into(self, database: str) -> Target:
        """How it gets into this database, for programs that log in themselves."""
        return replace(self._target, database=database)

    @contextmanager
    def in_database(self, database: str) -> Iterator[Session | None]:
        """A session of its own in this database, for as long as the block lasts; None where it does not get in."""
        with self._lock:
            session = self._entered(database)
        if session is None:
            yield None
            return
        with closing(session):
            yield session

    def _entered(self, database: str) -> OpenSession | None:
        """A login that failed is not tried again: neither the administrator's own, nor that into one database."""
        if self._opened() is None or database in self._barred:
            return None
        ended = attempt(replace(self._target, database=database), self._timeout)
        if ended.session is None:
            self._barred.add(database)
        return ended.session

    def close(self) -> None:
        """See Insider."""
        if self._session is not None:
            self._session.close()

    def _opened(self) -> OpenSession | None:
        if self._tried:
            return self._session
        self._tried = True
        ended = attempt(self._target, self._timeout)
        self._trouble = ended.finding or ended.unjudged
        if ended.session is None:
            return None
        self._session = ended.session
        try:
            self._myself = questions.myself(ended.session)
        except (QueryRefused, SessionLost):
            self._myself = None
        return self._session


def _on_its_own_path(target: Target) -> Target:
    """The same way in, with nothing but pg_catalog on search_path from the very start.

    A database's owner may set another path for all who log in, with operators of their own before PostgreSQL's, which
    would run with the administrator's rights. What the start-up packet asks for wins over that.
    """
    options = f"{target.settings.get('options', '')} -c search_path=pg_catalog".strip()
    return replace(target, settings={**target.settings, "options": options})


def _password(session: Session, refusal: Refusal, finding: Finding) -> Inside:
    return login.explain_password(session, refusal)


def _role(session: Session, refusal: Refusal, finding: Finding) -> Inside:
    return login.explain_role(session, refusal)


_RULE_QUESTIONS = frozenset(
    rule.id for rule in (rules.NO_ENTRY, rules.IDENTITY_REFUSED, rules.DIRECTORY_REFUSED, rules.CLIENT_CA_MISSING)
)
_QUESTIONS: dict[str, Callable[[Session, Refusal, Finding], Inside]] = {
    rules.PASSWORD_WRONG.id: _password,
    rules.ROLE_REFUSED.id: _role,
    rules.DATABASE_MISSING.id: room.explain_database_missing,
    rules.CONNECT_MISSING.id: room.explain_connect_missing,
    rules.ROLE_LIMIT.id: room.explain_role_limit,
    rules.DATABASE_LIMIT.id: room.explain_database_limit,
    rules.SLOTS_RESERVED.id: room.explain_slots,
    rules.SLOTS_FULL.id: room.explain_slots,
}
