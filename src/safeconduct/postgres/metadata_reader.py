"""Airflow's metadata database on PostgreSQL, read over a session of our own.

So a metadata database that cannot be entered is explained like any other: by the rung, with what lets it in. Nothing is
asked of the server but SELECTs, and nothing set at start-up that a PgBouncer in front of it would not pass on.
"""

from __future__ import annotations

import json
import re
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.metadata_reader import Editing, MetadataReader, ReadFailed, Reading
from safeconduct.airflow.sql_text import sql_of
from safeconduct.model import Connection, Finding, Secret, Unjudged, quote_identifier
from safeconduct.postgres.attempt import attempt
from safeconduct.postgres.frontend import Unsendable
from safeconduct.postgres.query import QueryRefused
from safeconduct.postgres.session import NO_ANSWER, SessionLost
from safeconduct.postgres.target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from safeconduct.airflow.database_url import DatabaseUrl
    from safeconduct.airflow.metadata_reader import Row, Swap
    from safeconduct.postgres.open_session import OpenSession
    from safeconduct.postgres.target import Target


class PostgresReader(MetadataReader):
    """The database at this target; `schema` is Airflow's sql_alchemy_schema, `timeout` in seconds per address."""

    def __init__(self, target: Target, timeout: float, schema: str = "") -> None:
        self.label = f"PostgreSQL {target.label}"
        self.secrets = target.secrets
        self._target = target
        self._timeout = timeout
        self._schema = schema

    @contextmanager
    def open(self) -> Iterator[Reading]:
        """See MetadataReader."""
        with self.work() as editing:
            yield editing

    @contextmanager
    def work(self) -> Iterator[Editing]:
        """See MetadataReader."""
        ended = attempt(self._target, self._timeout)
        why = ended.finding or ended.unjudged
        if ended.session is None:
            assert why is not None
            raise ReadFailed(why.message if isinstance(why, Finding) else why.reason, why)
        with closing(ended.session) as session:
            try:
                yield _PostgresEditing(session, self._schema, self._timeout)
            except ReadFailed as failure:
                if not failure.words.endswith(NO_ANSWER):
                    raise
                raise ReadFailed(f"{failure.words}{self._holders()}") from failure

    def _holders(self) -> str:
        """Who has tables locked, asked on a new session, where ours was given up."""
        session = attempt(self._target, self._timeout).session
        if session is None:
            return ""
        with closing(session):
            return _PostgresEditing(session, self._schema, self._timeout).holders()

    @contextmanager
    def alone(self, purpose: str) -> Iterator[bool]:
        """See MetadataReader.

        A lock of a transaction, kept open on a session of its own: one of the session would stay behind on the
        server's side of a PgBouncer that pools by transaction. Idle, it holds no snapshot, and so keeps back no vacuum.
        """
        with self.work() as guard:  # whose end ends the transaction: none of it is to be kept
            guard.change(guard.begin)
            guard.rows(_sql("no_end_of_idle_transaction.sql"))
            ((taken,),) = guard.rows(_sql("alone.sql"), [purpose, self._schema])
            yield taken == "t"


class _PostgresReading(Reading):
    def __init__(self, session: OpenSession, schema: str) -> None:
        self._session = session
        self._schema = schema

    def table(self, name: str) -> str:
        return f"{quote_identifier(self._schema)}.{name}" if self._schema else name

    def text(self, value: str, kind: str) -> str:
        return f"encode({value}, 'escape')" if kind == "bytea" else super().text(value, kind)

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        try:
            return self._session.query(statement, parameters)
        except QueryRefused as error:
            layout = error.error.sqlstate in _LAYOUT
            raise ReadFailed(f"{error.error.sqlstate} {error.error.message}", layout=layout) from error
        except SessionLost as error:
            raise ReadFailed(str(error)) from error
        except Unsendable:  # an id that the protocol cannot carry is in no row
            return []

    def columns(self, table: str) -> dict[str, str]:
        return {name or "": type_ or "" for name, type_ in self.rows(_sql("columns.sql"), [self.table(table)])}


class _PostgresEditing(_PostgresReading, Editing):
    def __init__(self, session: OpenSession, schema: str, timeout: float) -> None:
        super().__init__(session, schema)
        self._patience = f"{max(int(timeout * 800), 1)}ms"  # so that the server gives up before we do
        self._key_types: dict[str, str] = {}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """See Editing. A lock that somebody else holds is waited for no longer than for an answer."""
        try:
            with super().transaction():
                self.rows(_sql("patience.sql"), [self._patience])
                yield
        except ReadFailed as failure:
            if not failure.words.startswith(_LOCK_NOT_AVAILABLE):
                raise
            raise ReadFailed(f"{failure.words}{self.holders()}") from failure

    def holders(self) -> str:
        """Who has tables locked, such as a migration; "" where nobody does any more, or we may not see it."""
        with suppress(ReadFailed):
            if held := "; ".join(row[0] or "" for row in self.rows(_sql("lock_holders.sql"))):
                return f": {held}"
        return ""

    def swap(self, swap: Swap) -> frozenset[str]:
        keys = [change.key for change in swap.changes]
        lists = (keys, [change.before for change in swap.changes], [change.after for change in swap.changes])
        words = {"table": self.table(swap.table), "key": swap.key, "column": swap.column}
        words["flag"] = f", {swap.flag} = true" if swap.flag else ""
        words["type"] = self._key_type(swap)
        done = self.rows(_sql("swap.sql", **words), [*map(_array, lists)])
        return frozenset(keys) - {key for (key,) in done if key}

    def _key_type(self, swap: Swap) -> str:
        if swap.table not in self._key_types:
            self._key_types[swap.table] = self.columns(swap.table)[swap.key]
        return self._key_types[swap.table]

    def change(self, statement: str, parameters: Sequence[str | None] = ()) -> None:
        try:
            self._session.query(statement, parameters)
        except QueryRefused as error:
            # The DETAIL quotes the row, and so what is kept in it.
            raise ReadFailed(f"{error.error.sqlstate} {error.error.message}") from None
        except SessionLost as error:
            raise ReadFailed(str(error)) from error
        except Unsendable:
            raise ReadFailed("a value is no text that it can keep") from None


def postgres_reader(
    url: DatabaseUrl, timeout: float, schema: str, environ: Mapping[str, str], home: Path | None
) -> PostgresReader | Finding | Unjudged:
    """The reader of the database that the URL names, as psycopg2 and libpq would find it in this environment."""
    target = target_of(_connection(url), environ, home)
    return target if isinstance(target, (Finding, Unjudged)) else PostgresReader(target, timeout, schema)


def _connection(url: DatabaseUrl) -> Connection:
    """SQLAlchemy hands the query to libpq as options, and several hosts in it as libpq's lists of hosts and ports."""
    options = {name: ",".join(values) for name, values in url.query.items()}
    hosts = url.query.get("host", ())
    if "port" not in options and (len(hosts) > 1 or _HOST_AND_PORT.fullmatch("".join(hosts))):
        places = [host.partition(":") for host in hosts]
        options["host"] = ",".join(host for host, _, _ in places)
        options["port"] = ",".join(port for _, _, port in places)
    return Connection(
        conn_id=SUBJECT,
        conn_type="postgres",
        host=url.host,
        port=url.port,
        schema=url.database or None,
        login=url.login or None,
        password=url.password,
        extra=Secret(json.dumps(options)) if options else None,
    )


_TOKEN = re.compile(r"[A-Za-z0-9_=-]+")
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9.-]*:\d+")
_LAYOUT = frozenset({"42P01", "42703", "3F000"})
"""undefined_table, undefined_column, invalid_schema_name."""
_LOCK_NOT_AVAILABLE = "55P03"
_sql = sql_of(Path(__file__).with_name("sql"))


def _array(values: Sequence[str]) -> str:
    """An array as PostgreSQL reads it."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: str) -> str:
    if _TOKEN.fullmatch(value) and value.lower() != "null":
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
