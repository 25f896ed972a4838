"""What is lost with a key that is lost for good, and what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata_rows import ConnectionRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from safeconduct.airflow.metadata import MetadataDatabase
    from safeconduct.secrets.census import Aside


@dataclass(frozen=True)
class LostRow:
    """A row with columns that no key opens. `row` is what else there is of a connection; None for all others.

    `description` is a connection's or a variable's.
    """

    table: str
    name: str
    columns: tuple[str, ...]
    row: ConnectionRow | None = None
    description: str = ""

    @property
    def keeps_secret(self) -> bool:
        """Whether the row has another secret, which can still be opened or is plaintext."""
        there = {"password": self.row.password, "extra": self.row.extra} if self.row is not None else {}
        return any(value and name not in self.columns for name, value in there.items())


def lost_rows(database: MetadataDatabase, aside: Iterable[Aside]) -> tuple[LostRow, ...]:
    """The rows of these cells, each once, connections with what is not lost of them."""
    columns: dict[tuple[str, str, str], list[str]] = {}
    for one in aside:
        columns.setdefault((one.column.table, one.key, one.name), []).append(one.column.column)
    told = _descriptions(database) if any(table == "variable" for table, _, _ in columns) else {}
    return tuple(_row(database, columns, told, *where) for where in columns)


def _descriptions(database: MetadataDatabase) -> dict[str, str]:
    found = database.variables()
    return {one.key: one.description or "" for one in found} if isinstance(found, list) else {}


def _row(
    database: MetadataDatabase,
    columns: Mapping[tuple[str, str, str], list[str]],
    told: Mapping[str, str],
    table: str,
    key: str,
    name: str,
) -> LostRow:
    row = database.row(name) if table == "connection" else None
    kept = row if isinstance(row, ConnectionRow) else None
    description = (kept.description if kept is not None else told.get(name) if table == "variable" else "") or ""
    return LostRow(table, name, tuple(columns[table, key, name]), kept, description)
