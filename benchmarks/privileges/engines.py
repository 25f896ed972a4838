"""The engines that are judged, behind one face: what does this session's role need for this text?"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, TypeVar

from safeconduct.model import Grant, ObjectKind, Privilege, Unjudged
from safeconduct.model.ledger import Need
from safeconduct.postgres.query import QueryRefused
from safeconduct.privileges import Needed, WrongText, needed, parse_sql
from safeconduct.privileges.needs import least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.privileges.client import Client
    from safeconduct.postgres.server_message import ServerMessage
    from safeconduct.privileges.context import Context

T = TypeVar("T")

_SERVER = "safeconduct.privileges.server"
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


class Engine(Protocol):
    """Whoever can tell what a text needs. It may raise anything: that is "not answered"."""

    def __call__(self, session: AskedSession, text: str, context: Context) -> Needed:
        """What the session's role needs, in the state that the session sees."""


def static(session: AskedSession, text: str, context: Context) -> Needed:
    """The engine that reads syntax and catalogs."""
    try:
        return needed(session, [parse_sql(text)], "", context)
    except WrongText as wrong:
        return Needed(unjudged=(Unjudged("", f"not read: {wrong}"),))


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


def names_of_engines() -> tuple[str, ...]:
    """The engines that there are."""
    return ("static", "server") if find_spec(_SERVER) else ("static",)


def engine_of(name: str) -> Engine:
    """The engine of this name, of names_of_engines()."""
    return static if name == "static" else server


def server(session: AskedSession, text: str, context: Context) -> Needed:
    """The engine that has the server parse and rewrite the text."""
    found: Needed = import_module(_SERVER).needed(session, [parse_sql(text)], "", context)
    return found
