"""A metadata database that is a SQLite file."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata_reader import MetadataReader, ReadFailed, Reading
from safeconduct.airflow.rules import DATABASE_MALFORMED, DATABASE_UNREACHABLE
from safeconduct.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.airflow.database_url import DatabaseUrl
    from safeconduct.airflow.metadata_reader import Row


class SqliteReader(MetadataReader):
    """The file at this path. `timeout` is in seconds: how long to wait for a writer's lock."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.label = f"SQLite file {path}"
        self._path = path
        self._timeout = timeout

    @contextmanager
    def open(self) -> Iterator[Reading]:
        """See MetadataReader."""
        # Through a URI with mode=ro: sqlite3 would otherwise create a file that is missing, and take write locks.
        place = f"{self._path.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(place, uri=True, timeout=self._timeout)) as database:
                database.text_factory = _text
                yield _SqliteReading(database)
        except sqlite3.Error as error:
            raise ReadFailed(" ".join(str(error).split())) from error


class _SqliteReading(Reading):
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def table(self, name: str) -> str:
        return name

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        named = {str(number): value for number, value in enumerate(parameters, 1)}
        return [tuple(map(_shown, row)) for row in self._database.execute(statement, named)]

    def columns(self, table: str) -> frozenset[str]:
        return frozenset(
            str(row[0]) for row in self._database.execute("SELECT name FROM pragma_table_info(?)", [table])
        )


def sqlite_reader(url: DatabaseUrl, timeout: float) -> SqliteReader | Finding:
    """The reader of the file that the URL names. SQLite would create a file that is not there, so that is looked at."""
    from safeconduct.airflow.metadata import SUBJECT

    if not url.database or url.database == ":memory:":
        return DATABASE_MALFORMED.finding(
            SUBJECT, "sql_alchemy_conn names no SQLite file", evidence={"url": "sqlite://"}
        )
    path = Path(url.database)
    if not path.is_file():
        words = "is a directory" if path.is_dir() else "is not there"
        return DATABASE_UNREACHABLE.finding(SUBJECT, f"the SQLite file {path} {words}", evidence={"file": str(path)})
    return SqliteReader(path, timeout)


def _text(value: bytes) -> str:
    """One row that holds something else than UTF-8 must not hide all the others."""
    return value.decode("utf-8", "replace")


def _shown(value: object) -> str | None:
    if isinstance(value, bytes):
        return _text(value)
    return None if value is None else str(value)
