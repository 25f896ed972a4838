"""A database with a role in it whose rights are judged, and PostgreSQL itself as the judge of the judgement."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from safeconduct.model import Severity
from safeconduct.postgres.session import SessionLost
from safeconduct.privileges import Judgement, missing, parse_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from safeconduct.model import Finding
    from safeconduct.model.ledger import Need
    from safeconduct.privileges import Asked
    from tests.servers.postgres import Postgres

ETL = "etl"
_PASSWORD = "etl's own"
REFUSALS = {"42501", "42P01", "25006", "42883", "42704", "3F000"}
ROWS = {
    "COPY shop.orders (note) FROM STDIN": "a default is only asked for a row\n",
    "COPY mill.checked (n) FROM STDIN": "1\n",
}


class LoggedIn:
    """An open psycopg connection as the Session that the privileges room asks: text in, text out."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.round_trips = 0

    @property
    def role(self) -> str:
        return self._connection.info.user

    @property
    def database(self) -> str:
        return self._connection.info.dbname

    @property
    def server_version(self) -> int:
        return self._connection.info.server_version

    @property
    def parameters(self) -> Mapping[str, str]:
        return {}

    def query(self, text: str, params: Sequence[str | None] = ()) -> list[tuple[str | None, ...]]:
        self.round_trips += 1
        cursor = psycopg.RawCursor(self._connection)
        return cursor.execute(text.encode(), list(params)).fetchall()

    def close(self) -> None:
        self._connection.close()


class LostSession:
    """A session that broke: what the real one does then, without a server to break."""

    role, database, server_version = ETL, "postgres", 150000
    parameters: Mapping[str, str] = {}

    def query(self, text: str, params: Sequence[str | None] = ()) -> list[tuple[str | None, ...]]:
        raise SessionLost(f"no answer to {len(text)} characters with {len(params)} parameters")

    def close(self) -> None:
        pass


class Stand:
    """A PostgreSQL with the role `etl`, which may connect and nothing else: PUBLIC's rights are taken away."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        server.create_role(ETL, _PASSWORD)
        server.sql(
            "REVOKE ALL ON DATABASE postgres FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC;"
            "GRANT CONNECT ON DATABASE postgres TO etl"
        )

    def sql(self, text: str) -> list[Any]:
        """Run SQL as the superuser."""
        return self.server.sql(text)

    def judge(self, asked: Iterable[Asked]) -> Judgement:
        """Log in as etl and judge."""
        with self.logged_in() as connection:
            return self.judge_in(connection, asked)

    def judge_in(self, connection: psycopg.Connection[Any], asked: Iterable[Asked]) -> Judgement:
        """Judge for the role that this connection has."""
        return missing(LoggedIn(connection), tuple(asked), "warehouse")

    def round_trips(self, connection: psycopg.Connection[Any], asked: Iterable[Asked]) -> int:
        """How many statements a judgement sends."""
        session = LoggedIn(connection)
        missing(session, tuple(asked), "warehouse")
        return session.round_trips

    def logged_in(self, **options: Any) -> psycopg.Connection[Any]:
        """A connection of etl's own; use it in a `with`. `options` are libpq's."""
        return self.server.login(ETL, _PASSWORD, autocommit=True, **options)

    def attempt(self, statement: str, **options: Any) -> str | None:
        """The SQLSTATE with which the server refuses it to etl, who logs in for it; None where it passes."""
        with self.server.login(ETL, _PASSWORD, **options) as connection:
            try:
                _run(connection, statement)
            except psycopg.Error as error:
                return error.sqlstate or "?"
            finally:
                connection.rollback()
        return None

    def apply_first_remedies(self, judgement: Judgement) -> None:
        """Apply precisely the first remedy of each finding."""
        for finding in refusals(judgement):
            self.sql(finding.remedies[0].text)


def _run(connection: psycopg.Connection[Any], statement: str) -> None:
    if not statement.startswith("COPY") or not re.search(r"STDIN|STDOUT", statement):
        connection.execute(statement.encode())
        return
    with connection.cursor().copy(statement.encode()) as copy:
        if " TO " in statement:
            list(copy)
        elif statement in ROWS:
            copy.write(ROWS[statement])


def prove(stand: Stand, asked: Sequence[Asked], statement: str) -> Judgement:
    """Hold the judgement against the server, with real logins and remedies that are really applied.

    Where it finds something, the server must refuse the statement, in the words of the first finding, and pass it with
    precisely the first remedies; where it finds nothing but notes, the server must pass it.
    """
    judgement = stand.judge(asked)
    answer = stand.attempt(statement)
    assert answer == said_first(judgement), (statement, answer, judgement)
    stand.apply_first_remedies(judgement)
    assert stand.attempt(statement) is None, (statement, stand.attempt(statement), judgement)
    assert not refusals(stand.judge(asked))
    return judgement


def refusals(judgement: Judgement) -> list[Finding]:
    """The findings that keep something out."""
    return [finding for finding in judgement.findings if finding.severity is Severity.ERROR]


def said_first(judgement: Judgement) -> str | None:
    """The SQLSTATE of the first finding, which is to be what the server says; None where there is no refusal."""
    found = refusals(judgement)
    return found[0].evidence["sqlstate"] if found else None


def rehearse(connection: psycopg.Connection[Any], statement: str, minimal: bool = True) -> str:
    """The same in transactions that are rolled back, and minimal as well; "" or what the server disagrees on.

    Without any single one of the needed grants, the server must refuse the statement again.
    """
    asked = [parse_sql(statement)]
    with _as_etl(connection, []):
        judgement = missing(LoggedIn(connection), asked, "warehouse")
    remedies = [finding.remedies[0].text for finding in judgement.findings]
    before, after = _outcome(connection, [], statement), _outcome(connection, remedies, statement)
    if after is not None or before != said_first(judgement):
        return f"{statement}: {before}, then {after} after {remedies}"
    if judgement.unjudged:
        return f"{statement}: {judgement.unjudged}"
    for left_out in judgement.missing if minimal else ():
        others = [sql_of(need) for need in judgement.missing if need is not left_out]
        if _outcome(connection, others, statement) not in REFUSALS:
            return f"{statement} does not need {left_out}"
    return ""


def outcome(connection: psycopg.Connection[Any], statement: str) -> str | None:
    """The SQLSTATE with which the server refuses it to this connection; None where it passes. Nothing is kept."""
    connection.execute("BEGIN")
    try:
        _run(connection, statement)
    except psycopg.Error as error:
        return error.sqlstate or "?"
    finally:
        connection.execute("ROLLBACK")
    return None


def _outcome(connection: psycopg.Connection[Any], grants: Iterable[str], statement: str) -> str | None:
    with _as_etl(connection, grants):
        try:
            _run(connection, statement)
        except psycopg.Error as error:
            return error.sqlstate or "?"
    return None


@contextmanager
def _as_etl(connection: psycopg.Connection[Any], grants: Iterable[str]) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        for grant in grants:
            connection.execute(grant.encode())
        connection.execute("SET SESSION AUTHORIZATION etl")
        yield
    finally:
        connection.execute("ROLLBACK")


def sql_of(need: Need) -> str:
    """The single GRANT that meets the need."""
    return need.proposal.sql(ETL)
