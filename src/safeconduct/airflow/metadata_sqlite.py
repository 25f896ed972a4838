"""A metadata database that is a SQLite file."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata_reader import Editing, MetadataReader, ReadFailed, Reading
from safeconduct.airflow.rules import DATABASE_MALFORMED, DATABASE_UNREACHABLE
from safeconduct.airflow.sql_text import sql_text
from safeconduct.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from safeconduct.airflow.database_url import DatabaseUrl
    from safeconduct.airflow.metadata_reader import Row, Swap


class SqliteReader(MetadataReader):
    """The file at this path. `timeout` is in seconds: how long to wait for a writer's lock, and for each statement."""

    def __init__(self, path: Path, timeout: float) -> None:
        self.label = f"SQLite file {path}"
        self._path = path
        self._timeout = timeout

    @contextmanager
    def open(self) -> Iterator[Reading]:
        """See MetadataReader."""
        try:
            with closing(self._opened_to_read()) as database:
                yield _SqliteReading(database, self._timeout)
        except sqlite3.Error as error:
            raise _failed(error) from error

    @contextmanager
    def work(self) -> Iterator[Editing]:
        """See MetadataReader. A writer that is there already is waited for."""
        try:
            with closing(self._opened()) as database:
                yield _SqliteEditing(database, self._timeout)
        except sqlite3.Error as error:
            raise _failed(error) from error

    @contextmanager
    def alone(self, purpose: str) -> Iterator[bool]:
        """See MetadataReader. A file beside the database is locked; of the database itself, SQLite has the locks."""
        beside = self._path.with_name(f"{self._path.name}-{purpose}")
        try:
            number = os.open(beside, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ReadFailed(f"{beside}, which is locked meanwhile, cannot be opened: {error.strerror}") from error
        try:
            taken = _lock(number, beside)
            yield taken
            if taken:
                with suppress(OSError):
                    beside.unlink(missing_ok=True)
        finally:
            os.close(number)

    def _opened_to_read(self) -> sqlite3.Connection:
        # Through a URI with mode=ro: sqlite3 would otherwise create a file that is missing, and take write locks.
        place = f"{self._path.absolute().as_uri()}?mode=ro{'&immutable=1' if _is_at_rest(self._path) else ''}"
        database = sqlite3.connect(place, uri=True, timeout=self._timeout)
        try:
            database.execute(_FIRST_LOOK).close()
        except sqlite3.Error as error:
            database.close()
            if _READ_ONLY not in str(error):
                raise
            self._roll_back()
            return sqlite3.connect(place, uri=True, timeout=self._timeout)
        return database

    def _roll_back(self) -> None:
        """Have SQLite undo what a killed writer left half done, as at any opening that may write.

        Until then nobody may read: the file holds the half (sqlite.org/atomiccommit.html, "hot rollback journals").
        """
        try:
            with closing(self._opened()) as database:
                database.execute(_FIRST_LOOK).close()
        except sqlite3.Error as error:
            words = " ".join(str(error).split())
            raise ReadFailed(
                f"a writer that was killed left a change half done in it ({self._path.name}-journal or -wal), which a"
                f" user who may write the file and its folder must undo first, as airflow db check does ({words})"
            ) from error

    def _opened(self) -> sqlite3.Connection:
        # Through a URI with mode=rw: sqlite3 would otherwise create a file that is missing.
        place = f"{self._path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(place, uri=True, timeout=self._timeout, isolation_level=None)


class _SqliteReading(Reading):
    def __init__(self, database: sqlite3.Connection, seconds: float) -> None:
        self._database = database
        self._seconds = seconds

    def table(self, name: str) -> str:
        return name

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        named = {str(number): value for number, value in enumerate(parameters, 1)}
        deadline = time.monotonic() + self._seconds
        self._database.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            return self._found(statement, named)
        except UnicodeError:  # an id that is no text is in no row
            return []
        except sqlite3.Error as error:
            if time.monotonic() > deadline and str(error) == "interrupted":
                raise ReadFailed(f"it was not read within {self._seconds:g} s") from error
            raise _failed(error) from error
        finally:
            self._database.set_progress_handler(None, 0)  # what comes next has a time of its own

    def _found(self, statement: str, named: Mapping[str, str]) -> list[Row]:
        """A function that reads each text costs more than all else, so it is only taken where a text is no UTF-8."""
        try:
            return list(_within_limit(self._database.execute(statement, named)))
        except sqlite3.OperationalError as error:
            if self._database.text_factory is _text or _NOT_DECODED not in str(error):
                raise
            self._database.text_factory = _text
            return self._found(statement, named)

    def columns(self, table: str) -> dict[str, str]:
        found = self.rows("SELECT name, type FROM pragma_table_info($1)", [table])
        return {name or "": (type_ or "").lower() for name, type_ in found}


class _SqliteEditing(_SqliteReading, Editing):
    begin = "BEGIN IMMEDIATE"

    def swap(self, swap: Swap) -> frozenset[str]:
        words = {"table": swap.table, "key": swap.key, "column": swap.column}
        words["flag"] = f", {swap.flag} = 1" if swap.flag else ""
        values = [(change.key, change.before, change.after) for change in swap.changes]
        try:
            changed = self._database.executemany(sql_text("swap_sqlite.sql", **words), values).rowcount
        except (sqlite3.Error, UnicodeError) as error:
            raise _not_kept(error) from None
        if changed == len(values):
            return frozenset()
        kept = sql_text("kept_sqlite.sql", **words)
        return frozenset(key for key, _, after in values if not self.rows(kept, [key, after]))

    def change(self, statement: str, parameters: Sequence[str | None] = ()) -> None:
        named = {str(number): value for number, value in enumerate(parameters, 1)}
        try:
            self._database.execute(statement, named)
        except (sqlite3.Error, UnicodeError) as error:
            raise _not_kept(error) from None


_FIRST_LOOK = "PRAGMA schema_version"
"""Reads the file's header, for which SQLite must first know the file whole."""
_READ_ONLY = "readonly database"
"""In mode=ro, SQLite says so only where it would have to undo something (SQLITE_READONLY_ROLLBACK, _RECOVERY)."""
_NOT_DECODED = "Could not decode to UTF-8"
_NO_TEXT = "a value is no text that it can keep"
_STEPS = 100_000
"""So many instructions of SQLite's machine, some milliseconds, pass between two looks at the clock."""
_LARGEST = 64 << 20
"""Characters of a result: a view can be endless."""
_OVERHEAD = 64
"""What a row takes at least, whatever its length."""


def _within_limit(rows: Iterable[tuple[object, ...]]) -> Iterator[Row]:
    left = _LARGEST
    for found in rows:
        row = tuple([value if isinstance(value, str) else _shown(value) for value in found])
        left -= _OVERHEAD + sum(map(len, filter(None, row)))
        if left < 0:
            raise ReadFailed(f"it gives more than {_LARGEST >> 20} MiB")
        yield row


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


def _not_kept(error: Exception) -> ReadFailed:
    return ReadFailed(" ".join(str(error).split()) if isinstance(error, sqlite3.Error) else _NO_TEXT)


def _lock(number: int, path: Path) -> bool:
    """Whether we have it; not where its last owner has removed the file meanwhile, so that another may make it anew."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(number), path.stat())
    except OSError:
        return False


def _text(value: bytes) -> str:
    """One row that holds something else than UTF-8 must not hide all the others: such octets become lone surrogates."""
    return value.decode("utf-8", "surrogateescape")


def _shown(value: object) -> str | None:
    return None if value is None else _text(value) if isinstance(value, bytes) else str(value)
