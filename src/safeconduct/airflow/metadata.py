"""Airflow's metadata database: the tables `connection` and `variable` of 2.7 to 3.x."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from safeconduct.airflow import rules
from safeconduct.airflow.metadata_edits import carry_out
from safeconduct.airflow.metadata_reader import ReadFailed
from safeconduct.airflow.metadata_rows import (
    COLUMNS,
    CONNECTIONS,
    VARIABLE_COLUMNS,
    VARIABLES,
    ConnectionRow,
    VariableRow,
    read_connection,
    read_variable,
)
from safeconduct.airflow.sql_text import sql_text
from safeconduct.model import Finding, RemedyKind, Secret, Unjudged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from safeconduct.airflow.metadata_edits import Edit
    from safeconduct.airflow.metadata_reader import MetadataReader, Reading, Row

SUBJECT = "metadata database"
TABLE = CONNECTIONS
_VERSIONS = "alembic_version"
Failed = Finding | Unjudged
"""Why the database could not be read."""


class MetadataDatabase:
    """What a reader finds. Each method gives its values, or why not.

    A database that could not be opened is not tried again: a login that was refused could lock an account.
    """

    def __init__(self, reader: MetadataReader) -> None:
        self.reader = reader
        self._failed: Failed | None = None

    @property
    def label(self) -> str:
        """How people call it."""
        return self.reader.label

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What opens the database."""
        return self.reader.secrets

    def row(self, conn_id: str) -> ConnectionRow | Failed | None:
        """The row of this id."""
        found = self._ask("connection.sql", (conn_id,))
        return found if isinstance(found, Failed) else next(map(read_connection, found), None)

    def rows(self) -> list[ConnectionRow] | Failed:
        """Every row, sorted by id."""
        found = self._ask("connections.sql")
        return found if isinstance(found, Failed) else list(map(read_connection, found))

    def conn_ids(self) -> tuple[str, ...] | Failed:
        """Every id, sorted."""
        found = self._ask("conn_ids.sql", width=1)
        return found if isinstance(found, Failed) else tuple(row[0] for row in found if row[0])

    def variables(self) -> list[VariableRow] | Failed:
        """Every variable, sorted by key."""
        found = self._ask("variables.sql", width=VARIABLE_COLUMNS, table=VARIABLES)
        return found if isinstance(found, Failed) else list(map(read_variable, found))

    def edit(self, edits: Sequence[Edit]) -> Failed | None:
        """Make these changes, all or none; why not, where none is made. Raises Overtaken."""
        if self._failed is not None:
            return self._failed
        try:
            with self.reader.edit() as database:
                carry_out(database, edits)
        except ReadFailed as failure:
            return self.explain(failure, "cannot be changed")
        return None

    def _ask(
        self, name: str, parameters: Sequence[str] = (), *, width: int = len(COLUMNS), table: str = TABLE
    ) -> list[Row] | Failed:
        if self._failed is None:
            try:
                with self.reader.open() as database:
                    found = database.rows(sql_text(name, table=database.table(table)), parameters)
                    if any(len(row) != width for row in found):
                        raise ReadFailed("it does not answer with the columns that it was asked for")
                    return found
            except ReadFailed as failure:
                self._failed = self.explain(failure)
        return self._failed

    def explain(self, failure: ReadFailed, effect: str = "cannot be read") -> Failed:
        """What a failure of the reader means."""
        return (self._other_layout(failure) if failure.layout else None) or self._unreachable(failure, effect)

    def _unreachable(self, failure: ReadFailed, effect: str) -> Failed:
        why, message = failure.why, f"{self.label} {effect}"
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
            with self.reader.open() as database:
                columns = database.columns(TABLE)
                version = _version(database) if columns else ""
        except ReadFailed:
            return None
        evidence = {"database": self.label, "error": failure.words}
        if not columns:
            message = f"{self.label} is no Airflow database: it has no table connection"
            return rules.DATABASE_FOREIGN.finding(SUBJECT, message, evidence=evidence)
        lacking = [name for name in COLUMNS if name not in columns]
        if not lacking:
            return None
        evidence |= {"columns missing": ", ".join(lacking), "alembic version": version or "none"}
        message = f"{self.label} has a table connection with another layout"
        return rules.DATABASE_OTHER_VERSION.finding(SUBJECT, message, evidence=evidence)


def _version(database: Reading) -> str:
    """Of the migrations; Airflow keeps their table out of sql_alchemy_schema (seen with 2.7.3 and 2.11.2)."""
    for table in dict.fromkeys((database.table(_VERSIONS), _VERSIONS)):
        try:
            return next((row[0] or "" for row in database.rows(sql_text("version.sql", table=table)) if row), "")
        except ReadFailed:
            continue
    return ""
