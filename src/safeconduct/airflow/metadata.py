"""Airflow's metadata database, read and never written: the table `connection` of 2.7 to 3.x."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safeconduct.airflow import rules
from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.model import Finding, RemedyKind, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.airflow.metadata_reader import MetadataReader, Reading, Row

SUBJECT = "metadata database"
TABLE = "connection"
_VERSIONS = "alembic_version"
Failed = Finding | Unjudged
"""Why the database could not be read."""
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
        values = {name: getattr(self, name) for name in _COLUMNS if name != "description"}
        shown = {name: value.reveal() if isinstance(value, Secret) else value for name, value in values.items()}
        return tuple(name for name, value in shown.items() if isinstance(value, str) and _SURROGATE.search(value))


_SURROGATE = re.compile("[\ud800-\udfff]")
_COLUMNS = tuple(field.name for field in fields(ConnectionRow))


class MetadataDatabase:
    """What a reader finds. Each method gives its values, or why not.

    A database that could not be opened is not tried again: a login that was refused could lock an account.
    """

    def __init__(self, reader: MetadataReader) -> None:
        self._reader = reader
        self._failed: Failed | None = None

    @property
    def label(self) -> str:
        """How people call it."""
        return self._reader.label

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What opens the database."""
        return self._reader.secrets

    def row(self, conn_id: str) -> ConnectionRow | Failed | None:
        """The row of this id."""
        found = self._ask("connection.sql", (conn_id,))
        return found if isinstance(found, Failed) else next(map(_row, found), None)

    def rows(self) -> list[ConnectionRow] | Failed:
        """Every row, sorted by id."""
        found = self._ask("connections.sql")
        return found if isinstance(found, Failed) else list(map(_row, found))

    def conn_ids(self) -> tuple[str, ...] | Failed:
        """Every id, sorted."""
        found = self._ask("conn_ids.sql", width=1)
        return found if isinstance(found, Failed) else tuple(row[0] for row in found if row[0])

    def _ask(self, name: str, parameters: Sequence[str] = (), *, width: int = len(_COLUMNS)) -> list[Row] | Failed:
        if self._failed is None:
            try:
                with self._reader.open() as database:
                    found = database.rows(_statement(name, database.table(TABLE)), parameters)
                    if any(len(row) != width for row in found):
                        raise ReadFailed("it does not answer with the columns that it was asked for")
                    return found
            except ReadFailed as failure:
                self._failed = self._explain(failure)
        return self._failed

    def _explain(self, failure: ReadFailed) -> Failed:
        return (self._other_layout(failure) if failure.layout else None) or self._unreachable(failure)

    def _unreachable(self, failure: ReadFailed) -> Failed:
        why, message = failure.why, f"{self.label} cannot be read"
        if isinstance(why, Unjudged):
            return Unjudged(SUBJECT, f"{message}: {why.reason}")
        evidence = {"database": self.label}
        if why is None:
            return rules.DATABASE_UNREACHABLE.finding(SUBJECT, message, evidence={**evidence, "error": failure.words})
        if why.rule != rules.DATABASE_UNREACHABLE.id:
            evidence["rule"] = why.rule
        finding = rules.DATABASE_UNREACHABLE.finding(
            SUBJECT, f"{message}: {why.message}", evidence={**evidence, **why.evidence}
        )
        # A remedy in the connection's own fields would be read as one of Airflow's connections.
        remedies = tuple(remedy for remedy in why.remedies if remedy.kind is not RemedyKind.OPTION)
        return replace(finding, possible=why.possible, remedies=remedies)

    def _other_layout(self, failure: ReadFailed) -> Finding | None:
        """That it is no Airflow database, or of another version; None where neither is the trouble."""
        try:
            with self._reader.open() as database:
                columns = database.columns(TABLE)
                version = _version(database) if columns else ""
        except ReadFailed:
            return None
        evidence = {"database": self.label, "error": failure.words}
        if not columns:
            message = f"{self.label} is no Airflow database: it has no table connection"
            return rules.DATABASE_FOREIGN.finding(SUBJECT, message, evidence=evidence)
        lacking = [name for name in _COLUMNS if name not in columns]
        if not lacking:
            return None
        evidence |= {"columns missing": ", ".join(lacking), "alembic version": version or "none"}
        message = f"{self.label} has a table connection with another layout"
        return rules.DATABASE_OTHER_VERSION.finding(SUBJECT, message, evidence=evidence)


def _version(database: Reading) -> str:
    """Of the migrations; Airflow keeps their table out of sql_alchemy_schema (seen with 2.7.3 and 2.11.2)."""
    for table in dict.fromkeys((database.table(_VERSIONS), _VERSIONS)):
        try:
            return next((row[0] or "" for row in database.rows(_statement("version.sql", table)) if row), "")
        except ReadFailed:
            continue
    return ""


def _statement(name: str, table: str) -> str:
    return (Path(__file__).with_name("sql") / name).read_text("utf-8").replace("{table}", table)


def _row(found: Row) -> ConnectionRow:
    values: dict[str, Any] = dict(zip(_COLUMNS, found, strict=True))
    values["conn_id"] = values["conn_id"] or ""
    values["port"] = _number(values["port"])
    for name in ("password", "extra"):
        values[name] = None if values[name] is None else Secret(values[name])
    for name in ("is_encrypted", "is_extra_encrypted"):
        values[name] = str(values[name]).lower() in _TRUE
    return ConnectionRow(**values)


def _number(text: str | None) -> int | None:
    """SQLite keeps text in a column of numbers; Airflow's hook would hand it on as it is, and the driver refuse it."""
    try:
        return None if text is None else int(text)
    except ValueError:
        return -1
