"""Rows of the metadata database's tables `connection` and `variable`, as they are stored."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from safeconduct.model import Secret

if TYPE_CHECKING:
    from safeconduct.airflow.metadata_reader import Row

CONNECTIONS, VARIABLES = "connection", "variable"
_TRUE = frozenset({"1", "t", "true"})


@dataclass(frozen=True)
class ConnectionRow:
    """One row as it is stored. `password` and `extra` are Fernet tokens or plaintext, as the flags say (or not)."""

    conn_id: str
    conn_type: str | None
    host: str | None
    schema: str | None
    login: str | None
    password: Secret | None
    port: int | None
    extra: Secret | None
    description: str | None
    is_encrypted: bool
    is_extra_encrypted: bool

    @property
    def not_text(self) -> tuple[str, ...]:
        """The columns whose octets are no UTF-8, which keeps Airflow from reading the row; the description aside."""
        values = {name: getattr(self, name) for name in COLUMNS if name != "description"}
        shown = {name: value.reveal() if isinstance(value, Secret) else value for name, value in values.items()}
        return tuple(name for name, value in shown.items() if isinstance(value, str) and _SURROGATE.search(value))


_SURROGATE = re.compile("[\ud800-\udfff]")
COLUMNS = tuple(field.name for field in fields(ConnectionRow))


@dataclass(frozen=True)
class VariableRow:
    """One row as it is stored. `value` is a Fernet token or plaintext, as the flag says (or not)."""

    key: str
    value: Secret | None
    description: str | None
    is_encrypted: bool


VARIABLE_COLUMNS = 4


def read_variable(found: Row) -> VariableRow:
    """The row that these columns are."""
    key, value, description, flag = found
    return VariableRow(key or "", None if value is None else Secret(value), description, is_set(flag))


def read_connection(found: Row) -> ConnectionRow:
    """The row that these columns are."""
    values: dict[str, Any] = dict(zip(COLUMNS, found, strict=True))
    values["conn_id"] = values["conn_id"] or ""
    values["port"] = _number(values["port"])
    for name in ("password", "extra"):
        values[name] = None if values[name] is None else Secret(values[name])
    for name in ("is_encrypted", "is_extra_encrypted"):
        values[name] = is_set(values[name])
    return ConnectionRow(**values)


def is_set(flag: str | None) -> bool:
    """Whether a flag is, as the databases write it."""
    return str(flag).lower() in _TRUE


def _number(text: str | None) -> int | None:
    """SQLite keeps text in a column of numbers; Airflow's hook would hand it on as it is, and the driver refuse it."""
    try:
        return None if text is None else int(text)
    except ValueError:
        return -1
