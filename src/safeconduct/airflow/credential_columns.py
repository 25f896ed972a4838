"""Where Airflow keeps what it encrypts: columns of the metadata database, read page by page.

As the models of 2.7.3, 2.11.2 and 3.3.2 have them. Fernet within XCom and `next_kwargs` is none of these: Airflow's own
rotation passes over it, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from safeconduct.airflow.metadata_reader import Change, ReadFailed, Swap
from safeconduct.airflow.metadata_rows import is_set
from safeconduct.airflow.sql_text import sql_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from safeconduct.airflow.metadata_reader import Editing, Reading, Row

AT_ONCE = 1000
"""Rows of a page. What a page takes of memory must stay small beside what the interpreter does."""


@dataclass(frozen=True)
class CredentialColumn:
    """A column that may hold Fernet tokens. `flag` says whether it does; "" where the text itself tells.

    `name` is the column by which people know the row.
    """

    table: str
    column: str
    flag: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


class CredentialCell(NamedTuple):
    """What is kept in the column of one row; `key` is the row's primary key."""

    key: str
    text: str
    encrypted: bool


@dataclass(frozen=True)
class Page:
    """Cells of a column, in the order of their keys."""

    column: CredentialColumn
    cells: Sequence[CredentialCell]


KEY = "id"
COLUMNS = (
    CredentialColumn("connection", "password", "is_encrypted", "conn_id"),
    CredentialColumn("connection", "extra", "is_extra_encrypted", "conn_id"),
    CredentialColumn("variable", "val", "is_encrypted", "key"),
    CredentialColumn("trigger", "kwargs", "", "classpath"),
    CredentialColumn("connection_test_request", "password", "is_encrypted", "connection_id"),
    CredentialColumn("connection_test_request", "extra", "is_extra_encrypted", "connection_id"),
)
_ALWAYS_THERE = frozenset({"connection", "variable"})
"""The other tables came with later versions, 2.2 and 3.3."""
_TEXT = frozenset({"text", "mediumtext"})
"""The types of a column that Airflow encrypts. Before 2.9 trigger.kwargs was JSON, and in plaintext."""


def columns_there(reading: Reading) -> tuple[CredentialColumn, ...]:
    """Those that this database has. Raises ReadFailed."""
    types = {table: reading.columns(table) for table in dict.fromkeys(column.table for column in COLUMNS)}
    return tuple(column for column in COLUMNS if _is_there(column, types[column.table]))


def all_columns(reading: Reading) -> tuple[CredentialColumn, ...]:
    """The same; raises ReadFailed also where one is not there that every Airflow has: it may not be held for empty."""
    there = columns_there(reading)
    for column in COLUMNS:
        if column not in there and column.table in _ALWAYS_THERE:
            types = reading.columns(column.table)
            lacking = ", ".join(sorted(_names(column) - types.keys()))
            what = f"its table {column.table} has no {lacking}" if types else f"it has no table {column.table}"
            raise ReadFailed(f"{what}, where every Airflow keeps credentials", layout=column.table == "connection")
    return there


def _is_there(column: CredentialColumn, types: Mapping[str, str]) -> bool:
    return _names(column) <= types.keys() and (bool(column.flag) or types[column.column] in _TEXT)


def _names(column: CredentialColumn) -> set[str]:
    return {KEY, column.column, column.name, column.flag} - {""}


def count(reading: Reading, column: CredentialColumn) -> int:
    """How many rows have something in it. Raises ReadFailed."""
    ((found,),) = reading.rows(sql_text("credential_count.sql", **_words(reading, column)))
    return int(found or 0)


def page_after(reading: Reading, column: CredentialColumn, key: str | None, last: str | None = None) -> Page:
    """The next cells behind the row of this key, None for the first ones; none behind the row of the key `last`.

    No cells at the end. Raises ReadFailed.
    """
    bounds = [(sign, bound) for sign, bound in ((">", key), ("<=", last)) if bound is not None]
    within = "".join(f" AND kept.{KEY} {sign} ${number}" for number, (sign, _) in enumerate(bounds, 1))
    words = {**_words(reading, column), "within": within, "count": str(AT_ONCE)}
    found = reading.rows(sql_text("credential_page.sql", **words), [bound for _, bound in bounds])
    return Page(column, _cells(column, found))


def parts(reading: Reading, column: CredentialColumn, number: int) -> list[tuple[str | None, str | None]]:
    """The column in so many parts of about as many cells: the keys behind which each begins, and of its last row.

    None stands for the beginning and the end. Raises ReadFailed.
    """
    if number == 1:
        return [(None, None)]
    cells, bounds = count(reading, column), []
    for part in range(1, number):
        words = {**_words(reading, column), "place": str(cells * part // number)}
        bounds += [row[0] for row in reading.rows(sql_text("credential_key.sql", **words))]
    return list(zip([None, *bounds], [*bounds, None], strict=True))


def cells_of(reading: Reading, column: CredentialColumn, keys: Iterable[str]) -> Page:
    """The cells of these rows, as far as they are there. Raises ReadFailed."""
    statement = sql_text("credential_cell.sql", **_words(reading, column))
    return Page(column, _cells(column, [row for key in keys for row in reading.rows(statement, (key,))]))


def name_of(reading: Reading, column: CredentialColumn, key: str) -> str:
    """What people call the row of this key; "" where it is gone. Raises ReadFailed."""
    found = reading.rows(sql_text("credential_name.sql", **_words(reading, column)), (key,))
    return next((row[0] or "" for row in found), "")


def swapped(editing: Editing, column: CredentialColumn, changes: Sequence[Change]) -> frozenset[str]:
    """Make these changes, and set the flag; the keys of those whose rows were changed meanwhile. Raises ReadFailed."""
    return editing.swap(Swap(column.table, KEY, column.column, column.flag, changes)) if changes else frozenset()


def _words(reading: Reading, column: CredentialColumn) -> dict[str, str]:
    return {
        "table": reading.table(column.table),
        "key": KEY,
        "name": reading.word(column.name),
        "column": column.column,
        "flag": f"kept.{column.flag}" if column.flag else "NULL",
    }


def _cells(column: CredentialColumn, rows: Iterable[Row]) -> list[CredentialCell]:
    if column.flag:
        return [CredentialCell(key or "", text or "", is_set(flag)) for key, text, flag in rows]
    # Trigger._decrypt_kwargs tells by the first character, in 2.9 to 3.3.
    return [CredentialCell(key or "", text or "", (text or "")[:1] != "{") for key, text, _ in rows]
