"""A metadata database on MySQL or MariaDB, read over PyMySQL, whichever of their drivers Airflow itself uses.

PyMySQL is imported only when such a database is opened: it is an extra, and few need it.
"""

from __future__ import annotations

import re
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata import SUBJECT
from safeconduct.airflow.metadata_reader import Editing, MetadataReader, Reading, in_transaction
from safeconduct.airflow.mysql_place import place_of
from safeconduct.model import Finding, Unjudged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from safeconduct.airflow.database_url import DatabaseUrl
    from safeconduct.airflow.metadata_reader import Row
    from safeconduct.airflow.mysql_place import MysqlPlace
    from safeconduct.airflow.mysql_session import MysqlSession, Values

_PARAMETER = re.compile(r"\$(\d+)")


class MysqlReader(MetadataReader):
    """The database at this place; `timeout` is in seconds, for each address, the login, and each statement."""

    def __init__(self, place: MysqlPlace, timeout: float) -> None:
        self.label = f"MySQL {place.label}"
        self._place = place
        self._timeout = timeout

    @contextmanager
    def open(self) -> Iterator[Reading]:
        """See MetadataReader."""
        from safeconduct.airflow.mysql_session import MysqlSession

        with closing(MysqlSession(self._place, self._timeout)) as session:
            yield _MysqlEditing(session)

    @contextmanager
    def edit(self) -> Iterator[Editing]:
        """See MetadataReader."""
        with self.open() as reading:
            assert isinstance(reading, _MysqlEditing)
            with in_transaction(reading, "START TRANSACTION"):
                yield reading


class _MysqlReading(Reading):
    def __init__(self, session: MysqlSession) -> None:
        self._session = session

    def table(self, name: str) -> str:
        return f"`{name}`"

    def word(self, name: str) -> str:
        return f"`{name}`"

    def rows(self, statement: str, parameters: Sequence[str] = ()) -> list[Row]:
        return [tuple(map(_text, row)) for row in self._run(statement, parameters)]

    def columns(self, table: str) -> frozenset[str]:
        return frozenset(row[0] or "" for row in self.rows(_COLUMNS, [table]))

    def _run(self, statement: str, parameters: Sequence[str | None]) -> list[Values]:
        numbers = [int(number) for number in _PARAMETER.findall(statement)]
        return self._session.rows(_PARAMETER.sub("%s", statement), [parameters[number - 1] for number in numbers])


class _MysqlEditing(_MysqlReading, Editing):
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


_COLUMNS = (Path(__file__).with_name("sql") / "columns_mysql.sql").read_text("utf-8")
