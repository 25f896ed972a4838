"""A metadata database that is a SQLite file."""

from __future__ import annotations

import sqlite3
import stat
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
        place = f"{self._path.absolute().as_uri()}?mode=ro{'&immutable=1' if _is_at_rest(self._path) else ''}"
        try:
            with closing(sqlite3.connect(place, uri=True, timeout=self._timeout)) as database:
                database.text_factory = _text
                yield _SqliteReading(database)
        except sqlite3.Error as error:
            raise _failed(error) from error


class _SqliteReading(Reading):
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def table(self, name: str) -> str:
        return name

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        named = {str(number): value for number, value in enumerate(parameters, 1)}
        try:
            return [tuple(map(_shown, row)) for row in self._database.execute(statement, named)]
        except UnicodeError as error:
            raise ReadFailed("a name that is no text can be in no row") from error
        except sqlite3.Error as error:
            raise _failed(error) from error

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
    if problem := _problem(path):
        return DATABASE_UNREACHABLE.finding(SUBJECT, f"the SQLite file {path} {problem}", evidence={"file": str(path)})
    return SqliteReader(path, timeout)


def _problem(path: Path) -> str:
    """What keeps the path from being a file that could be opened; "" for nothing."""
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        return "is not there"
    except (OSError, ValueError) as error:
        return f"cannot be looked at ({getattr(error, 'strerror', None) or error})"
    if stat.S_ISREG(kind):
        return ""
    return "is a directory" if stat.S_ISDIR(kind) else "is no file"


def _is_at_rest(path: Path) -> bool:
    """Whether it is in WAL mode (Airflow 3.3 sets it) and nobody has it open.

    To read such a file, SQLite would make two more beside it, which must not be where Airflow's home may only be read
    (bytes 18 and 19 of the header, sqlite.org/fileformat2.html).
    """
    try:
        with path.open("rb") as file:
            versions = file.read(20)[18:]
    except OSError:
        return False
    return versions == b"\x02\x02" and not path.with_name(path.name + "-wal").exists()


def _failed(error: sqlite3.Error) -> ReadFailed:
    words = " ".join(str(error).split())
    return ReadFailed(words, layout=words.startswith("no such "))


def _text(value: bytes) -> str:
    """One row that holds something else than UTF-8 must not hide all the others."""
    return value.decode("utf-8", "replace")


def _shown(value: object) -> str | None:
    if isinstance(value, bytes):
        return _text(value)
    return None if value is None else str(value)
