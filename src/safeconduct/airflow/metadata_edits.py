"""Changes of the metadata database's tables `connection` and `variable`: all of them are kept, or none is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeconduct.airflow.metadata_rows import (
    CONNECTIONS,
    VARIABLES,
    ConnectionRow,
    VariableRow,
    read_connection,
    read_variable,
)
from safeconduct.airflow.sql_text import sql_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from safeconduct.airflow.metadata_reader import Editing


class Overtaken(Exception):
    """Somebody else has changed what is to be changed since it was looked at. `name` is whose row it is."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Edit:
    """One row before and after; None where it is not there."""

    name: str
    before: ConnectionRow | VariableRow | None
    after: ConnectionRow | VariableRow | None


@dataclass(frozen=True)
class _Table:
    """How the rows of a table are read and written. `quoted` is a column whose name is a keyword somewhere."""

    name: str
    quoted: str
    one: str
    read: str


_TABLES = {
    ConnectionRow: _Table(CONNECTIONS, "schema", "connection", "connections.sql"),
    VariableRow: _Table(VARIABLES, "key", "variable", "variables.sql"),
}


def carry_out(editing: Editing, edits: Sequence[Edit]) -> None:
    """Make the changes. Raises Overtaken where a row is no longer as it was, and ReadFailed."""
    for kind, table in _TABLES.items():
        some = [edit for edit in edits if isinstance(edit.before or edit.after, kind)]
        if some:
            now = _rows(editing, table)
            for edit in some:
                if now.get(edit.name) != edit.before:
                    raise Overtaken(edit.name)
                _carry_out(editing, table, edit)


def _carry_out(editing: Editing, table: _Table, edit: Edit) -> None:
    if edit.after is None:
        verb = "delete"
        values: list[str | None] = [edit.name]
    else:
        verb = "insert" if edit.before is None else "update"
        values = _values(edit.after)
    quoted = {table.quoted: editing.word(table.quoted)}
    editing.change(sql_text(f"{table.one}_{verb}.sql", table=editing.table(table.name), **quoted), values)


def _rows(editing: Editing, table: _Table) -> Mapping[str, ConnectionRow | VariableRow]:
    found = editing.rows(sql_text(table.read, table=editing.table(table.name)))
    if table.name == CONNECTIONS:
        return {row.conn_id: row for row in map(read_connection, found)}
    return {row.key: row for row in map(read_variable, found)}


def _values(row: ConnectionRow | VariableRow) -> list[str | None]:
    if isinstance(row, VariableRow):
        value = row.value.reveal() if row.value is not None else None
        return [row.key, value, row.description, _flag(row.is_encrypted)]
    return [
        row.conn_id,
        row.conn_type,
        row.host,
        row.schema,
        row.login,
        row.password.reveal() if row.password is not None else None,
        None if row.port is None else str(row.port),
        row.extra.reveal() if row.extra is not None else None,
        row.description,
        _flag(row.is_encrypted),
        _flag(row.is_extra_encrypted),
    ]


def _flag(value: bool) -> str:
    return "1" if value else "0"
