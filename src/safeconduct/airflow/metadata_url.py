"""[database] sql_alchemy_conn: which database it names, and how it is opened read-only."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safeconduct.airflow.rules import DATABASE_MALFORMED, DATABASE_UNREACHABLE
from safeconduct.model import Finding, Unjudged

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from safeconduct.model import Secret

SUBJECT = "metadata database"


@dataclass(frozen=True)
class Source:
    """What create_engine is given, and how people call the database: "SQLite file /opt/airflow/airflow.db"."""

    label: str
    url: Any = field(repr=False)
    arguments: dict[str, Any] = field(default_factory=dict, repr=False)


def source_of(url: Secret, origin: str, timeout: float, schema: str = "") -> Source | Finding | Unjudged:
    """How to open the database; `origin` says where the URL stands, `timeout` is in seconds, `schema` as Airflow's.

    Nothing is opened yet; but a SQLite file that is not there is found out here, for SQLite would create it.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url.reveal().strip())
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        return DATABASE_MALFORMED.finding(SUBJECT, f"{origin} is no database URL", evidence={"option": origin})
    if backend == "sqlite":
        return _sqlite(parsed, timeout)
    if backend in {"postgresql", "postgres"}:
        return _postgres(parsed, timeout, schema)
    return Unjudged(SUBJECT, f"{origin} names a {backend} database; SQLite and PostgreSQL can be read so far")


def _sqlite(url: URL, timeout: float) -> Source | Finding:
    path = Path(url.database or "")
    label = f"SQLite file {path}"
    if not url.database or url.database == ":memory:":
        return DATABASE_MALFORMED.finding(
            SUBJECT, "sql_alchemy_conn names no SQLite file", evidence={"url": "sqlite://"}
        )
    if not path.is_file():
        words = "is a directory" if path.is_dir() else "is not there"
        return DATABASE_UNREACHABLE.finding(SUBJECT, f"the SQLite file {path} {words}", evidence={"file": str(path)})
    # Through a URI with mode=ro: sqlite3 would otherwise create a file that is missing, and take write locks.
    connect = partial(sqlite3.connect, f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=timeout)
    return Source(label, "sqlite://", {"creator": connect})


def _postgres(url: URL, timeout: float, schema: str) -> Source | Unjudged:
    import sqlalchemy

    label = f"PostgreSQL {url.database or ''} at {url.host or 'the local socket'}:{url.port or 5432}"
    modern = not sqlalchemy.__version__.startswith("1.")
    if not modern and find_spec("psycopg2") is None:
        return Unjudged(SUBJECT, "SQLAlchemy 1.4 reads PostgreSQL through psycopg2: pip install psycopg2-binary")
    options = "-c default_transaction_read_only=on" + (f" -c search_path={schema}" if schema else "")
    arguments = {"connect_timeout": max(1, round(timeout)), "application_name": "safeconduct", "options": options}
    # Options that other drivers (asyncpg) take in the URL would be refused by libpq.
    query = {name: value for name, value in url.query.items() if name.startswith(("ssl", "host", "port", "target"))}
    plain = url.set(drivername=f"postgresql+psycopg{'' if modern else '2'}", query=query)
    return Source(label, plain, {"connect_args": arguments})
