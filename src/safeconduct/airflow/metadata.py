"""Airflow's metadata database, read and never written: the table `connection` of 2.7 to 3.x."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from safeconduct.airflow import rules
from safeconduct.airflow.metadata_url import SUBJECT, Source
from safeconduct.model import Finding, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from sqlalchemy.engine import Connection as Database
    from sqlalchemy.exc import SQLAlchemyError

    T = TypeVar("T")


@dataclass(frozen=True)
class ConnectionRow:
    """One row as it is stored. `password` and `extra` are Fernet tokens or plaintext, as the flags say (or not)."""

    conn_id: str
    conn_type: str
    host: str | None
    schema: str | None
    login: str | None
    password: Secret | None
    port: int | None
    extra: Secret | None
    description: str | None
    is_encrypted: bool
    is_extra_encrypted: bool


class MetadataDatabase:
    """The database behind a Source. Each method gives its values or the Finding that says why not."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._engine: Any = None

    @property
    def label(self) -> str:
        """How people call it."""
        return self._source.label

    def row(self, conn_id: str) -> ConnectionRow | Finding | None:
        """The row of this id."""

        def ask(database: Database) -> ConnectionRow | None:
            found = database.execute(_text("connection.sql"), {"conn_id": conn_id}).first()
            return _row(found) if found else None

        return self._ask(ask)

    def rows(self) -> list[ConnectionRow] | Finding:
        """Every row, sorted by id."""
        return self._ask(lambda database: [_row(found) for found in database.execute(_text("connections.sql"))])

    def conn_ids(self) -> tuple[str, ...] | Finding:
        """Every id, sorted."""
        return self._ask(lambda database: tuple(found[0] for found in database.execute(_text("conn_ids.sql"))))

    def _ask(self, ask: Callable[[Database], T]) -> T | Finding:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._open() as database:
                return ask(database)
        except SQLAlchemyError as error:
            return self._explain(error)

    @contextmanager
    def _open(self) -> Iterator[Database]:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        if self._engine is None:
            self._engine = create_engine(
                self._source.url, poolclass=NullPool, hide_parameters=True, **self._source.arguments
            )
        with self._engine.connect() as database:
            yield database

    def _explain(self, error: SQLAlchemyError) -> Finding:
        words = _words(error)
        evidence = {"database": self.label, "error": words}
        lacks = self._lacks()
        if lacks == "connection":
            return rules.DATABASE_FOREIGN.finding(
                SUBJECT, f"{self.label} is no Airflow database: it has no table connection", evidence=evidence
            )
        if lacks is not None:
            evidence["alembic version"] = lacks or "none"
            return rules.DATABASE_OTHER_VERSION.finding(
                SUBJECT, f"{self.label} has a table connection with another layout", evidence=evidence
            )
        return rules.DATABASE_UNREACHABLE.finding(SUBJECT, f"{self.label} cannot be read", evidence=evidence)

    def _lacks(self) -> str | None:
        """ "connection" when that table is missing, the alembic version when a column is; None when it is down."""
        from sqlalchemy import inspect, text
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._open() as database:
                if not inspect(database).has_table("connection"):
                    return "connection"
                names = {column["name"] for column in inspect(database).get_columns("connection")}
                if names >= set(ConnectionRow.__dataclass_fields__):
                    return None
                if not inspect(database).has_table("alembic_version"):
                    return ""
                return str(database.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
        except SQLAlchemyError:
            return None


def _text(name: str) -> Any:
    from sqlalchemy import text

    return text((files("safeconduct.airflow") / "sql" / name).read_text())


def _row(found: Any) -> ConnectionRow:
    values = dict(found._mapping)
    for name in ("password", "extra"):
        values[name] = None if values[name] is None else Secret(str(values[name]))
    for name in ("is_encrypted", "is_extra_encrypted"):
        values[name] = bool(values[name])
    return ConnectionRow(**values)


def _words(error: SQLAlchemyError) -> str:
    """The driver's own words in one line: SQLAlchemy's text adds the statement and a link."""
    original = getattr(error, "orig", None)
    return " ".join(str(original or type(error).__name__).split())
