"""A metadata database on MySQL or MariaDB, read over PyMySQL, whichever of their drivers Airflow itself uses.

PyMySQL is imported only when such a database is opened: it is an extra, and few need it.
"""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.metadata_reader import Editing, MetadataReader, Reading
from safeconduct.airflow.mysql_place import place_of
from safeconduct.airflow.sql_text import sql_text
from safeconduct.model import Finding, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from safeconduct.airflow.database_url import DatabaseUrl
    from safeconduct.airflow.metadata_reader import Row, Swap
    from safeconduct.airflow.mysql_place import MysqlPlace
    from safeconduct.airflow.mysql_session import MysqlSession, Values

_PARAMETER = re.compile(r"\$(\d+)")
_AT_ONCE = 100
"""Rows in a statement, so that it stays below the least max_allowed_packet that there is by default."""
_FIRST = "SELECT $1 AS id, $2 AS was, $3 AS becomes"


class MysqlReader(MetadataReader):
    """The database at this place; `timeout` is in seconds, for each address, the login, and each statement."""

    def __init__(self, place: MysqlPlace, timeout: float) -> None:
        self.label = f"MySQL {place.label}"
        self._place = place
        self._timeout = timeout

    @contextmanager
    def open(self) -> Iterator[Reading]:
        """See MetadataReader."""
        with self.work() as editing:
            yield editing

    @contextmanager
    def work(self) -> Iterator[Editing]:
        """See MetadataReader."""
        from safeconduct.airflow.mysql_session import MysqlSession

        with closing(MysqlSession(self._place, self._timeout)) as session:
            yield _MysqlEditing(session)

    @contextmanager
    def alone(self, purpose: str) -> Iterator[bool]:
        """See MetadataReader."""
        with self.work() as guard:
            ((taken,),) = guard.rows(sql_text("alone_mysql.sql"), [f"safeconduct.{purpose}."])
            yield taken == "1"


class _MysqlReading(Reading):
    def __init__(self, session: MysqlSession) -> None:
        self._session = session

    def table(self, name: str) -> str:
        return f"`{name}`"

    def word(self, name: str) -> str:
        return f"`{name}`"

    def text(self, value: str, kind: str) -> str:
        return f"CONVERT({value} USING utf8mb4)"

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        return [tuple(map(_text, row)) for row in self._run(statement, parameters)]

    def columns(self, table: str) -> dict[str, str]:
        return {name or "": type_ or "" for name, type_ in self.rows(sql_text("columns_mysql.sql"), [table])}

    def _run(self, statement: str, parameters: Sequence[str | None]) -> list[Values]:
        return self._session.rows(*self._marked(statement, parameters))

    @staticmethod
    def _marked(statement: str, parameters: Sequence[str | None]) -> tuple[str, list[str | None]]:
        """The statement with the driver's marks, and the values in their order."""
        numbers = [int(number) for number in _PARAMETER.findall(statement)]
        return _PARAMETER.sub("%s", statement), [parameters[number - 1] for number in numbers]


class _MysqlEditing(_MysqlReading, Editing):
    begin = "START TRANSACTION"

    def swap(self, swap: Swap) -> frozenset[str]:
        overtaken: set[str] = set()
        words = {"table": self.table(swap.table), "key": swap.key, "column": swap.column}
        words["flag"] = f", kept.{swap.flag} = 1" if swap.flag else ""
        for first in range(0, len(swap.changes), _AT_ONCE):
            some = swap.changes[first : first + _AT_ONCE]
            values = [value for change in some for value in (change.key, change.before, change.after)]
            marks = [f"SELECT ${number}, ${number + 1}, ${number + 2}" for number in range(4, len(values), 3)]
            rows = " UNION ALL ".join([_FIRST, *marks])
            if self._session.changed(*self._marked(sql_text("swap_mysql.sql", rows=rows, **words), values)) < len(some):
                kept = sql_text("kept_mysql.sql", **words)
                overtaken |= {change.key for change in some if not self.rows(kept, [change.key, change.after])}
        return frozenset(overtaken)

    def change(self, statement: str, parameters: Sequence[str | None] = ()) -> None:
        self._run(statement, parameters)


def mysql_reader(url: DatabaseUrl, timeout: float, environ: Mapping[str, str]) -> MysqlReader | Finding | Unjudged:
    """The reader of the database that the URL names, as its driver would find it in this environment."""
    place = place_of(url, environ)
    if isinstance(place, (Finding, Unjudged)):
        return place
    if find_spec("pymysql") is None:
        return Unjudged(SUBJECT, f"MySQL {place.label} needs a driver to be read: pip install 'safeconduct[mysql]'")
    return MysqlReader(place, timeout)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "replace")
