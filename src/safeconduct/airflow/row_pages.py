"""Whole rows of the metadata database, page by page, for an audit: a row that cannot be read hides no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.airflow.metadata_rows import CONNECTIONS, VARIABLES
from safeconduct.airflow.sql_text import sql_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from safeconduct.airflow.metadata_reader import Reading, Row

AT_ONCE = 500
"""Rows of a page, so that a page with long extras stays small."""


@dataclass(frozen=True)
class Rows:
    """A table that is read. `statement` selects the primary key first; `name` is the column people know a row by."""

    table: str
    statement: str
    name: str


CONNECTION_ROWS = Rows(CONNECTIONS, "audited_connections.sql", "conn_id")
VARIABLE_ROWS = Rows(VARIABLES, "audited_variables.sql", "key")


@dataclass(frozen=True)
class Unread:
    """A row that the database does not hand out, and what it said."""

    name: str
    words: str


def row_pages(reading: Reading, rows: Rows) -> Iterator[Sequence[Row | Unread]]:
    """All rows of the table in the order of their keys. Raises ReadFailed where not even the keys can be read."""
    key: str | None = None
    while True:
        try:
            found: list[tuple[str, Row | Unread]] = [(row[0] or "", row) for row in _after(reading, rows, key)]
        except ReadFailed as failure:
            if failure.layout:
                raise
            found = list(_one_by_one(reading, rows, key))
        if not found:
            return
        yield [row for _, row in found]
        key = found[-1][0]


def _after(reading: Reading, rows: Rows, key: str | None, statement: str = "") -> list[Row]:
    where = "" if key is None else "\n WHERE kept.id > $1"
    text = f"{_select(reading, rows, statement)}{where}\n ORDER BY kept.id\n LIMIT {AT_ONCE}"
    return reading.rows(text, () if key is None else (key,))


def _one_by_one(reading: Reading, rows: Rows, key: str | None) -> Iterator[tuple[str, Row | Unread]]:
    select = _select(reading, rows)
    for found in _after(reading, rows, key, "audited_names.sql"):
        there, name = found[0] or "", found[1] or ""
        try:
            for row in reading.rows(f"{select}\n WHERE kept.id = $1", (there,)):
                yield there, row
        except ReadFailed as failure:
            yield there, Unread(name, failure.words)


def _select(reading: Reading, rows: Rows, statement: str = "") -> str:
    words = {"table": reading.table(rows.table), "name": reading.word(rows.name)}
    return sql_text(statement or rows.statement, **words).rstrip()
