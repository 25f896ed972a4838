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
    """A row with columns that no key opens. `row` is what else there is of a connection; None for all others."""

    table: str
    name: str
    columns: tuple[str, ...]
    row: ConnectionRow | None = None

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
    return tuple(_row(database, columns, *where) for where in columns)


def _row(
    database: MetadataDatabase, columns: Mapping[tuple[str, str, str], list[str]], table: str, key: str, name: str
) -> LostRow:
    row = database.row(name) if table == "connection" else None
    kept = row if isinstance(row, ConnectionRow) else None
    return LostRow(table, name, tuple(columns[table, key, name]), kept)
