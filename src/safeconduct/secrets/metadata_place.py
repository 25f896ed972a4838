"""[database] sql_alchemy_conn: which database it names, and the reader for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from safeconduct.airflow.database_url import parse_database_url
from safeconduct.airflow.malformed import QUOTE_COMMAND
from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.rules import DATABASE_MALFORMED
from safeconduct.model import Finding, Remedy, RemedyKind, Unjudged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from safeconduct.airflow.metadata_reader import MetadataReader
    from safeconduct.model import Secret


@dataclass(frozen=True)
class MetadataPlace:
    """The option's value, where it stands, and what else decides where it leads.

    `schema` is [database] sql_alchemy_schema; `environ` and `home` are where drivers look for their defaults.
    """

    url: Secret
    origin: str
    schema: str = ""
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    home: Path | None = None


def reader_of(place: MetadataPlace, timeout: float) -> MetadataReader | Finding | Unjudged:
    """How to read the database there; `timeout` is in seconds. Nothing is opened yet."""
    url = parse_database_url(place.url)
    if url is None:
        return DATABASE_MALFORMED.finding(
            SUBJECT, f"{place.origin} is no database URL", evidence={"option": place.origin}
        )
    if url.backend != "sqlite" and place.url.reveal().partition("?")[0].count("@") > 1:
        return _bare_mark(place)
    if url.backend == "sqlite":
        from safeconduct.airflow.metadata_sqlite import sqlite_reader

        return sqlite_reader(url, timeout)
    if url.backend == "postgresql":
        from safeconduct.postgres.metadata_reader import postgres_reader

        return postgres_reader(url, timeout, place.schema, place.environ, place.home)
    if url.backend in ("mysql", "mariadb"):
        from safeconduct.airflow.metadata_mysql import mysql_reader

        return mysql_reader(url, timeout, place.environ)
    known = "SQLite, PostgreSQL, MySQL and MariaDB can be read"
    return Unjudged(SUBJECT, f"{place.origin} names a {url.backend} database; {known}")


def _bare_mark(place: MetadataPlace) -> Finding:
    """SQLAlchemy reads a host and a database from it, each with a piece of the password: nothing of it is shown."""
    return DATABASE_MALFORMED.finding(
        SUBJECT,
        f"{place.origin}: an @ or a / stands in the login or password as it is; percent-encode it (@ is %40, / is %2F)",
        evidence={"option": place.origin},
        remedies=(Remedy(RemedyKind.COMMAND, QUOTE_COMMAND, when="to percent-encode the login or the password"),),
    )
