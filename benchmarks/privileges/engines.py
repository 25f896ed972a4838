"""The engines that are judged, behind one face: what does this session's role need for this text?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from benchmarks.privileges.roles import AS_ROLE, AS_SUPERUSER
from safeconduct.model import Grant, ObjectKind, Privilege, Unjudged
from safeconduct.model.ledger import Need
from safeconduct.postgres.query import QueryRefused
from safeconduct.privileges import Needed, WrongText, needed_by, parse_sql
from safeconduct.privileges.needs import least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.privileges.client import Client
    from safeconduct.postgres.server_message import ServerMessage
    from safeconduct.privileges.context import Context
    from safeconduct.privileges.server import NeededBy

T = TypeVar("T")

_BEGUN, _ENDED = "BEGIN READ ONLY", "ROLLBACK"
_BACK = "ROLLBACK TO SAVEPOINT oracle_shadow; RELEASE SAVEPOINT oracle_shadow"
_OPENED = """
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%' LOOP
        EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO PUBLIC', name);
    END LOOP;
END $$"""
SPARE = "oracle_spare"
"""A schema that no statement touches."""
_CONNECT = (ObjectKind.DATABASE, Privilege.CONNECT)


class AskedSession:
    """The superuser's connection as the Session of the role that it has taken on."""

    parameters: Mapping[str, str] = {}

    def __init__(self, client: Client, role: str, database: str) -> None:
        self.client = client
        self.role = role
        self.database = database

    @property
    def server_version(self) -> int:
        """As `server_version_num`."""
        major, _, minor = self.client.parameter("server_version").split()[0].partition(".")
        return int(major) * 10000 + int(minor or 0)

    def query(self, text: str, params: Sequence[str | None] = ()) -> list[tuple[str | None, ...]]:
        """Run one statement; QueryRefused where the server refuses it."""
        return self._kept(lambda: self.client.query(text, params))

    def parse_only(self, text: str) -> list[ServerMessage]:
        """Have one statement parsed and rewritten, not run; its notices. QueryRefused where the server refuses it."""
        return self._kept(lambda: self.client.parse_only(text))

    def close(self) -> None:
        """The connection is not the engine's to close."""

    def _kept(self, ask: Callable[[], T]) -> T:
        """A refusal must not end the transaction that the whole trial stands in."""
        if self.client.idle:
            return ask()
        self.client.must("SAVEPOINT oracle_question")
        try:
            return ask()
        except QueryRefused:
            self.client.must("ROLLBACK TO SAVEPOINT oracle_question")
            raise
        finally:
            self.client.must("RELEASE SAVEPOINT oracle_question")


class Shadow(AskedSession):
    """The same connection in place of a copy of the database: for each question all schemas are open to all.

    The engine's own transaction is a savepoint within the trial's. A copy for each statement would take a second.
    """

    def query(self, text: str, params: Sequence[str | None] = ()) -> list[tuple[str | None, ...]]:
        """As AskedSession does, between the engine's BEGIN and ROLLBACK as the superuser."""
        if text == _BEGUN:
            self.client.must(f"SAVEPOINT oracle_shadow; {AS_SUPERUSER}")
            self.client.must(_OPENED)
            return []
        if text == _ENDED:
            self.client.must(f"{_BACK}; {AS_ROLE}")
            return []
        return super().query(text, params)


class Engine(Protocol):
    """Whoever can tell what a text needs. It may raise anything: that is "not answered"."""

    def __call__(self, session: AskedSession, text: str, context: Context) -> Needed:
        """What the session's role needs, in the state that the session sees."""


def static(session: AskedSession, text: str, context: Context) -> Needed:
    """The engine that reads syntax and catalogs."""
    return _answer(needed_by("static"), session, text, context)


def better(session: AskedSession, text: str, context: Context) -> Needed:
    """The engine that has the server parse and rewrite queries, and leaves all else to the static one."""
    shadow = Shadow(session.client, session.role, session.database)
    return _answer(needed_by("better", shadow=shadow), session, text, context)


def _answer(engine: NeededBy, session: AskedSession, text: str, context: Context) -> Needed:
    try:
        return engine(session, [parse_sql(text)], "", context)
    except WrongText as wrong:
        return Needed(unjudged=(Unjudged("", f"not read: {wrong}"),))


ENGINES: dict[str, Engine] = {"better": better, "static": static}
"""By name; the first is the one that users get where an administrator's connection is at hand."""


def needless(engine: Engine) -> Engine:
    """The same engine with a grant too many in every answer: nothing of it may count as minimal."""

    def answer(session: AskedSession, text: str, context: Context) -> Needed:
        found = engine(session, text, context)
        spare = Need((Grant(ObjectKind.SCHEMA, "", SPARE, Privilege.CREATE),))
        return replace(found, needs=found.needs | {spare})

    return answer


def forgetful(engine: Engine) -> Engine:
    """The same engine with one need too few in every answer: nothing of it may count as sound."""

    def answer(session: AskedSession, text: str, context: Context) -> Needed:
        found = engine(session, text, context)
        return replace(found, needs=frozenset(tested(found.needs)[1:]))

    return answer


def tested(needs: frozenset[Need]) -> tuple[Need, ...]:
    """What a statement needs beside CONNECT, which only a login asks for."""
    return tuple(need for need in least(needs) if (need.proposal.kind, need.proposal.privilege) != _CONNECT)
